"""Agencies that are renamed, leave, are suspended, disappear or come back, and site checks.

Belongs here: the status of an agency in the registry and the directory. Does not belong here: its acts.
"""

from __future__ import annotations

from dataclasses import replace

from sample_city.districts import CHECKED_LATE, first_site_check_month
from sample_city.ledgers import decision, finding, site_check
from sample_city.plan import Plan
from sample_city.stories.story import needs

RENAMED, READMITTED, EXITED, SUSPENDED, DEREGISTERED, VANISHED = 0, 1, 2, 3, 4, 5
NEW_NAME = "焦作市新纪元消防技术服务有限公司"


def statuses(plan: Plan) -> None:
    """A rename, an exit, a suspension, a deregistration, and one that a later list simply lacks."""
    ago = plan.timeline.ago
    if plan.has(RENAMED):
        name = NEW_NAME if plan.district.number == 0 else f"焦作市新纪元{plan.district.number}号消防技术服务有限公司"
        plan.state(RENAMED, ago(8), agency_name=name, remarks="名称变更")
    if plan.has(EXITED):
        plan.change(EXITED, works_until=ago(9))
        plan.state(EXITED, ago(8) + 1, registry_status="exited")
        _dismiss(plan, EXITED, ago(8) + 1)
    if plan.has(SUSPENDED):
        plan.change(SUSPENDED, idle_months=(ago(6), ago(5), ago(4)))
        plan.state(SUSPENDED, ago(6), registry_status="suspended")
        plan.state(SUSPENDED, ago(3), registry_status="normal")
    if plan.has(DEREGISTERED):
        plan.change(DEREGISTERED, works_until=ago(10))
        plan.state(DEREGISTERED, ago(9), registry_status="deregistered")
        _dismiss(plan, DEREGISTERED, ago(9))
    if plan.has(VANISHED):
        plan.change(VANISHED, listed_until=ago(3), works_until=ago(3))
        _dismiss(plan, VANISHED, ago(3))


def _dismiss(plan: Plan, place: int, month: int) -> None:
    """Everyone leaves with the list of `month`."""
    people = plan.district.employments
    for position, item in enumerate(people):
        if item.agency == place and (item.until_month is None or item.until_month > month):
            people[position] = replace(item, until_month=month)


@needs(READMITTED)
def false_report_exit_readmission(plan: Plan) -> None:
    """A false report, the exit that follows, and a new start."""
    month = plan.timeline.ago(16)
    finding(plan, READMITTED, month, "2a", act=7, determined=18, report_no="BG-2A-1")
    finding(plan, READMITTED, month, "9", act=9, determined=19, report_no="BG-9-1")
    uscc = plan.uscc(READMITTED)
    decision(plan, month + 1, "directory", uscc, "exit", decided=10, note="D级退出")
    back = plan.timeline.ago(3)
    decision(plan, back, "directory", uscc, "readmit", decided=12, note="重新申报核查通过")


@needs(EXITED)
def exit_for_good(plan: Plan) -> None:
    """An exit without a readmission."""
    month = plan.timeline.ago(9)
    finding(plan, EXITED, month, "2a", act=6, determined=14, project_no="XM-E-1")
    finding(plan, EXITED, month, "5", act=8, determined=14, project_no="XM-E-2")
    decided = plan.timeline.ago(8)
    decision(plan, decided, "directory", plan.uscc(EXITED), "exit", decided=9, note="D级退出")


def site_checks(plan: Plan) -> None:
    """First checks of newly listed agencies by the 10th, one failed and rechecked, and yearly visits."""
    for agency in list(plan.district.agencies):
        if agency.listed_from:
            month = first_site_check_month(agency.place, agency.listed_from)
            day = 14 if agency.place in CHECKED_LATE else 8
            site_check(plan, agency.place, month, checked=day)
    if plan.has(8):
        month = plan.timeline.ago(4)
        site_check(plan, 8, month, checked=9, result="failed", recheck="passed")
