"""Applications for repair: those that are granted, and each reason for which one is refused.

Does not belong here: deductions that end without an application (`amendments`).
"""

from __future__ import annotations

import datetime as dt

from sample_city.ledgers import MAKER, check, clue, finding, penalty, repair, ticket
from sample_city.plan import Plan


def repairs(plan: Plan) -> None:
    """Granted repairs: one finding, several numbers at once, other ledgers' numbers, a late reply."""
    ago = plan.timeline.ago
    if plan.has(17):
        month = ago(10)
        rd = finding(plan, 17, month, "2b", act=7, determined=16, report_no="BG-X-1")
        repair(plan, 17, month + 2, [rd], accepted=9, replied=12)
    if plan.has(18):
        month = ago(9)
        rd = finding(plan, 18, month, "9", act=6, determined=13, report_no="BG-X-2")
        rw = check(plan, 18, month, checked=8, clause="3", act=8, determined=14)
        gd = ticket(
            plan, month, plan.agency(18).name, accepted=9, result="partly_substantiated", determined=20, clause="4"
        )
        cf = penalty(plan, 18, month, "10", act=10, decided=22, project_no="XM-X-3")
        repair(plan, 18, month + 1, [rd, rw, "RD-不存在-1"], accepted=8, replied=11)
        # late: more than five working days, and it still applies
        repair(plan, 18, month + 3, [gd, cf], accepted=6, replied=26)
    if plan.has(21):
        month = ago(4)
        xs = clue(
            plan,
            month,
            respondent=plan.agency(21).name,
            agency_id=plan.uscc(21),
            found=7,
            result="substantiated",
            determined=15,
            clause="4b",
            origin="press",
        )
        repair(plan, 21, month + 1, [xs], accepted=9, replied=13)


def repair_refusals(plan: Plan) -> None:
    """Each reason of credit.md 6.6 that the default regime can give."""
    ago = plan.timeline.ago
    if plan.has(20):
        month = ago(8)
        rd = finding(plan, 20, month, "7", act=7, determined=15, project_no="XM-F-1")
        later = month + 1
        repair(plan, 20, later, [rd], accepted=7, replied=10, review="refused")
        repair(plan, 20, later, [rd], accepted=12, replied=14, proof=False)
        repair(plan, 20, later, [rd], accepted=16, replied=18, checker=MAKER)
        repair(plan, 20, later, [rd], accepted=22, replied=20)
        repair(plan, 20, later, [rd], accepted=None, replied=24)
        other = ago(8)
        foreign = finding(plan, 19, other, "9", act=8, determined=16) if plan.has(19) else "RD-0"
        repair(plan, 20, later, [foreign, "RD-不存在-2"], accepted=24, replied=26)
        # no reply yet, long overdue; then one approved at last
        repair(plan, 20, later + 1, [rd], accepted=8, replied=None, review=None)
        repair(plan, 20, later + 4, [rd], accepted=7, replied=9)
        # a repaired finding cannot be repaired again
        repair(plan, 20, later + 5, [rd], accepted=7, replied=9)
    if plan.has(16):
        # D by two acts: the gate refuses; once one has expired or is repaired the rest may follow
        month = ago(14)
        first = finding(plan, 16, month, "2a", act=7, determined=15, report_no="BG-G-1")
        last = finding(plan, 16, month + 4, "9", act=7, determined=15, report_no="BG-G-2")
        repair(plan, 16, month + 5, [first], accepted=8, replied=10)
        # the last day of the −50 still blocks, the day after it is free
        expiry = plan.day(month, 15).replace(year=plan.day(month, 15).year + 1)
        free = plan.timeline.month_of(expiry)
        if free <= plan.timeline.last:
            repair(plan, 16, free, [last], accepted=expiry, replied=expiry + dt.timedelta(days=2))
            repair(
                plan, 16, free, [last], accepted=expiry + dt.timedelta(days=1), replied=expiry + dt.timedelta(days=3)
            )
