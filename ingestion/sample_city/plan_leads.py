"""x"""

from ingestion.sample_city.plan import Plan


def plan_leads(plan: Plan) -> None: ...
