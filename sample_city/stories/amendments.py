"""Rows that are written again: objections, revocations, reviews, what waits and what is not upheld.

Does not belong here: deductions repaired by the agency (`repairs`).
"""

from __future__ import annotations

import datetime as dt

from sample_city.ledgers import check, finding, penalty
from sample_city.plan import Plan


def objections_and_revocations(plan: Plan) -> None:
    """Findings, checks and penalties that are objected to, revoked, reviewed or upheld by a later row."""
    ago = plan.timeline.ago
    if plan.has(9):
        first = ago(6)
        rd = finding(plan, 9, first, "8", act=7, determined=15, is_current=False, project_no="XM-O-1")
        finding(  # under objection it still counts, marked
            plan,
            9,
            first + 2,
            "8",
            act=plan.day(first, 7),
            determined=plan.day(first, 15),
            status="objection",
            finding_id=rd,
            project_no="XM-O-1",
        )
    if plan.has(11):
        first = ago(5)
        rd = finding(plan, 11, first, "10", act=7, determined=13, is_current=False, project_no="XM-R-1")
        finding(
            plan,
            11,
            first + 2,
            "10",
            act=plan.day(first, 7),
            determined=plan.day(first, 13),
            status="revoked",
            finding_id=rd,
            revoked_on=plan.day(first + 2, 16),
            project_no="XM-R-1",
        )
        # objected to and upheld again
        rd = finding(
            plan, 11, first, "9", act=8, determined=14, status="objection", is_current=False, report_no="BG-O-2"
        )
        finding(
            plan,
            11,
            first + 1,
            "9",
            act=plan.day(first, 8),
            determined=plan.day(first, 14),
            finding_id=rd,
            report_no="BG-O-2",
        )
        finding(plan, 11, first, "5", act=9, determined=20, status="not_effective", project_no="XM-N-1")
    if plan.has(12):
        first = ago(7)
        rw = check(plan, 12, first, checked=9, clause="9", act=9, determined=18, is_current=False)
        check(
            plan,
            12,
            first + 3,
            checked=plan.day(first, 9),
            clause="9",
            act=plan.day(first, 9),
            determined=plan.day(first, 18),
            status="revoked",
            revoked_on=plan.day(first + 3, 14),
            task_id=rw.split("-")[0],
        )
        for offset, status in enumerate(("pending", "not_upheld", "objection")):
            month = first + 1 + offset
            check(
                plan,
                12,
                month,
                checked=10,
                clause="11",
                status=status,
                act=10,
                check_type="special",
                determined=None if status == "pending" else 20,
            )
        cf = penalty(
            plan, 12, first, "8", act=6, decided=21, status="under_review", is_current=False, project_no="XM-P-1"
        )
        penalty(  # the court lets it stand
            plan,
            12,
            first + 4,
            "8",
            act=plan.day(first, 6),
            decided=plan.day(first, 21),
            decision_no=cf,
            project_no="XM-P-1",
        )
    if plan.has(14):
        first = ago(8)
        penalty(
            plan,
            14,
            first,
            "10",
            act=7,
            decided=20,
            project_no="XM-P-2",
            public_until=plan.day(first, 20) + dt.timedelta(days=92),
        )
        cf = penalty(plan, 14, first, "11", act=8, decided=22, is_current=False, project_no="XM-P-3")
        penalty(
            plan,
            14,
            first + 3,
            "11",
            act=plan.day(first, 8),
            decided=plan.day(first, 22),
            status="revoked",
            revoked_on=plan.day(first + 3, 11),
            decision_no=cf,
            project_no="XM-P-3",
        )
        penalty(plan, 14, first + 1, "7", act=8, decided=19, status="under_review")
