"""Merits: every item and level, caps of items and of the component, one honour claimed twice over, refusals.

Does not belong here: honours of which two agencies claim one (`successors`).
"""

from __future__ import annotations

from sample_city.ledgers import merit
from sample_city.plan import Plan


def merits(plan: Plan) -> None:
    """Every item and level, caps of items and of the component, one honour claimed twice over, refusals."""
    ago = plan.timeline.ago
    if plan.has(23, 19):
        for step in range(4):  # four honours: 12 at most
            month = ago(9 - step)
            merit(plan, 7, month, "3", level="municipal", obtained=7, determined=18)
    if plan.has(15):
        month = ago(6)
        for clause, level in (("1", "national"), ("1", "provincial"), ("1", "municipal"), ("2", "provincial")):
            merit(plan, 15, month, clause, level=level, obtained=6, determined=14)
        expert = plan.employed(15, month)[0].person
        document = f"豫建消〔{plan.day(month, 1).year}〕8{plan.district.number}号"
        merit(  # two claims of one appointment are one case
            plan,
            15,
            month,
            "4",
            level="provincial",
            obtained=8,
            determined=16,
            document_no=document,
            person_id=expert.id_no,
        )
        merit(
            plan,
            15,
            month + 1,
            "4",
            level="provincial",
            obtained=plan.day(month, 8),
            determined=16,
            document_no=document,
            person_id=expert.id_no,
        )
        merit(  # a city's expert does not score
            plan,
            15,
            month,
            "4",
            level="municipal",
            obtained=9,
            determined=17,
            person_id=plan.employed(15, month)[1].person.id_no,
        )
        merit(plan, 15, month, "3", level="provincial", obtained=10, determined=None, status="pending")
        merit(plan, 15, month, "3", level="municipal", obtained=11, determined=18, status="rejected")
    for place, months in ((16, (3, 2)), (18, (7, 5)), (21, (6, 1)), (14, (30, 2)), (11, (8,))):
        if plan.has(place):
            for step in months:
                month = ago(step)
                merit(plan, place, month, "5", level="municipal", obtained=9, determined=19)
    if plan.has(17):
        month = ago(7)
        merit(plan, 17, month, "2", level="provincial", obtained=7, determined=20)
        merit(plan, 17, month, "1", level="national", obtained=8, determined=20)
