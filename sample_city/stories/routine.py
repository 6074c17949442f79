"""The routine of all agencies: one double-random check a year, small merits, unfounded tickets, minor findings.

Does not belong here: anything that a test expects at a certain place.
"""

from __future__ import annotations

import random

from sample_city.ledgers import at, check, finding, merit, ticket
from sample_city.plan import Plan


def routine(plan: Plan, rng: random.Random) -> None:
    """The routine of all agencies: one double-random check a year, small merits, unfounded tickets, minor findings."""
    for agency in list(plan.district.agencies):
        place = agency.place
        for month in range(agency.listed_from, plan.timeline.months):
            if not agency.is_working(month):
                continue
            if month % 12 == (place * 5) % 12:
                check(plan, place, month, checked=6 + place % 15)
            dice = rng.random()
            if dice < 0.02:
                merit(plan, place, month, "5", level="municipal", obtained=8, determined=20)
            elif dice < 0.035:
                finding(
                    plan,
                    place,
                    month,
                    rng.choice(("9", "10", "11")),
                    act=9,
                    determined=21,
                    channel=rng.choice(("supervision_check", "county_department")),
                    project_no=plan.number("XM", month),
                )
            elif dice < 0.07:
                ticket(plan, month, agency.name_in(month), accepted=at(plan.day(month, 6 + place % 15), 14, place))
    if plan.has(15):  # grade A and checked twice in one year: the plan shows the excess
        for month in (plan.timeline.ago(4), plan.timeline.ago(2)):
            check(plan, 15, month, checked=24)
