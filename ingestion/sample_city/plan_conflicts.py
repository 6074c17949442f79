"""x"""

from ingestion.sample_city.plan import Plan


def plan_conflicts(plan: Plan) -> None: ...
