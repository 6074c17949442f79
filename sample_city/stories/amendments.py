"""Rows with later versions: objections, revocations, reviews; and rows that do not count, or not yet.

Does not belong here: deductions repaired by the agency (`repairs`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sample_city.ledgers import check, finding, penalty
from sample_city.plan import Plan
from sample_city.stories.story import needs


@needs(9)
def under_objection(plan: Plan) -> None:
    """A finding under objection still counts, marked."""
    first = plan.timeline.ago(6)
    deed = _deed(plan, first, "8", act=7, determined=15, project_no="XM-O-1")
    rd = finding(plan, 9, first, is_current=False, **deed)
    finding(plan, 9, first + 2, status="objection", finding_id=rd, **deed)


@needs(11)
def findings_written_again(plan: Plan) -> None:
    """One revoked, one objected to and upheld again, one that never took effect."""
    first = plan.timeline.ago(5)
    deed = _deed(plan, first, "10", act=7, determined=13, project_no="XM-R-1")
    rd = finding(plan, 11, first, is_current=False, **deed)
    finding(plan, 11, first + 2, status="revoked", revoked_on=plan.day(first + 2, 16), finding_id=rd, **deed)
    deed = _deed(plan, first, "9", act=8, determined=14, report_no="BG-O-2")
    rd = finding(plan, 11, first, status="objection", is_current=False, **deed)
    finding(plan, 11, first + 1, finding_id=rd, **deed)
    finding(plan, 11, first, "5", act=9, determined=20, status="not_effective", project_no="XM-N-1")


@needs(12)
def checks_written_again(plan: Plan) -> None:
    """A revoked check, checks that are pending, not upheld or objected to, and a penalty upheld after review."""
    first = plan.timeline.ago(7)
    deed = _deed(plan, first, "9", act=9, determined=18, checked=plan.day(first, 9))
    rw = check(plan, 12, first, is_current=False, **deed)
    task_id = rw.split("-")[0]
    check(plan, 12, first + 3, status="revoked", revoked_on=plan.day(first + 3, 14), task_id=task_id, **deed)
    for offset, status in enumerate(("pending", "not_upheld", "objection")):
        check(
            plan,
            12,
            first + 1 + offset,
            checked=10,
            clause="11",
            status=status,
            act=10,
            check_type="special",
            determined=None if status == "pending" else 20,
        )
    deed = _deed(plan, first, "8", act=6, decided=plan.day(first, 21), project_no="XM-P-1")
    cf = penalty(plan, 12, first, status="under_review", is_current=False, **deed)
    penalty(plan, 12, first + 4, decision_no=cf, **deed)


@needs(14)
def penalties_written_again(plan: Plan) -> None:
    """One public for three months only, one revoked, one under review."""
    first = plan.timeline.ago(8)
    public_until = plan.day(first, 20) + dt.timedelta(days=92)
    penalty(plan, 14, first, "10", act=7, decided=20, project_no="XM-P-2", public_until=public_until)
    deed = _deed(plan, first, "11", act=8, decided=plan.day(first, 22), project_no="XM-P-3")
    cf = penalty(plan, 14, first, is_current=False, **deed)
    penalty(plan, 14, first + 3, status="revoked", revoked_on=plan.day(first + 3, 11), decision_no=cf, **deed)
    penalty(plan, 14, first + 1, "7", act=8, decided=19, status="under_review")


def _deed(
    plan: Plan, month: int, clause: str, *, act: int, determined: int | None = None, **more: Any
) -> dict[str, Any]:
    """The values that stay the same in a later version of a row."""
    deed: dict[str, Any] = {"clause": clause, "act": plan.day(month, act), **more}
    if determined is not None:
        deed["determined"] = plan.day(month, determined)
    return deed
