"""Acts and how they count: one act in many rows, caps, items that subsume others, days before the first version.

Belongs here: deductions that remain. Does not belong here: those that change or end (`amendments`, `repairs`).
"""

from __future__ import annotations

import datetime as dt

from sample_city.ledgers import at, check, finding, merit, penalty, ticket
from sample_city.plan import Plan
from sample_city.stories.story import needs


@needs(7)
def one_act_many_rows(plan: Plan) -> None:
    """Complaint, verification, penalty and finding of one act with two items; the item with more points counts."""
    place = 7
    month = plan.timeline.ago(7)
    project = plan.number("XM", month)
    accepted, checked = plan.day(month, 7), plan.day(month, 12)
    gd = ticket(
        plan,
        month,
        plan.agency(place).name,
        accepted=at(accepted),
        result="substantiated",
        determined=20,
        clause="11",
        project_no=project,
    )
    rw = check(
        plan,
        place,
        month,
        checked=checked,
        clause="7",
        check_type="complaint_verification",
        act=accepted,
        determined=19,
        project_no=project,
    )
    check(
        plan,
        place,
        month,
        checked=checked,
        clause="11",
        check_type="complaint_verification",
        act=accepted,
        determined=19,
        project_no=project,
        task_id=rw.split("-")[0],
        line=2,
    )
    penalty(plan, place, month + 1, "7", act=accepted, decided=16, project_no=project)
    finding(
        plan, place, month + 1, "11", act=plan.day(month, 8), determined=18, channel="verified_complaint", origin_id=gd
    )
    again = ticket(
        plan,
        month + 1,
        plan.agency(place).name,
        accepted=at(plan.day(month + 1, 8), 16),
        result="substantiated",
        determined=21,
        clause="11",
        is_repeat=True,
        original_ticket_id=gd,
    )
    ticket(
        plan,
        month + 2,
        plan.agency(place).name,
        accepted=at(plan.day(month + 2, 9), 10),
        result="partly_substantiated",
        determined=22,
        clause="11",
        is_repeat=True,
        original_ticket_id=again,
    )
    # a separate act: it has no link, and is on another day of the same project
    finding(plan, place, month + 2, "9", act=10, determined=20, project_no=project, channel="supervision_check")


def caps(plan: Plan) -> None:
    """Four unsigned reports (cap 30), five complaints (cap 30), three people under item 6 (cap 40)."""
    months = [plan.timeline.ago(11 - step) for step in range(5)]
    if plan.has(8):
        for month in months[:4]:
            finding(plan, 8, month, "9", act=9, determined=17, report_no=f"BG-C9-{month}")
    if plan.has(10):
        for month in months:
            ticket(
                plan,
                month,
                plan.agency(10).name,
                accepted=7,
                result="substantiated",
                determined=21,
                clause=None if month % 2 else "4b",
            )
    if plan.has(13):
        month = plan.timeline.ago(10)
        engineers = plan.employed(13, month)
        for item in engineers[:3]:
            finding(plan, 13, month, "6", act=10, determined=24, channel="supervision_check", person=item.person.id_no)


@needs(22)
def subsumption(plan: Plan) -> None:
    """Item 1 subsumes item 3 of the same act; item 3 on another day counts separately."""
    month = plan.timeline.ago(15)
    project = plan.number("XM", month)
    for clause, day in (("1", 20), ("3", 18)):
        check(
            plan, 22, month, checked=11, clause=clause, check_type="special", act=11, determined=day, project_no=project
        )
    later = plan.timeline.ago(12)
    check(plan, 22, later, checked=9, clause="3", act=9, determined=16)


@needs(15)
def before_the_first_version(plan: Plan) -> None:
    """Known, shown, never scored: the act or the determination is before 21 March 2024."""
    month = max(0, plan.timeline.month_of(dt.date(2024, 2, 1)))
    finding(plan, 15, month, "2a", act=dt.date(2024, 1, 16), determined=dt.date(2024, 2, 20), report_no="BG-PRE-1")
    month = max(0, plan.timeline.month_of(dt.date(2024, 4, 1)))
    finding(plan, 15, month, "5", act=dt.date(2024, 3, 20), determined=dt.date(2024, 4, 2), project_no="XM-PRE-2")
    finding(plan, 15, month, "9", act=dt.date(2024, 3, 21), determined=dt.date(2024, 4, 2), report_no="BG-PRE-3")
    merit(plan, 15, month, "3", level="provincial", obtained=dt.date(2023, 12, 8), determined=dt.date(2024, 4, 10))
    if plan.has(16):  # without a date of the act: the date of the decision is used
        penalty(plan, 16, month, "10", act=None, decided=dt.date(2024, 4, 12))


def depths(plan: Plan) -> None:
    """One agency far below zero, one in D today, two in C."""
    ago = plan.timeline.ago
    if plan.has(19):
        month = ago(4)
        for clause, day in (("2a", 7), ("5", 8), ("1", 9), ("7", 10), ("8", 11)):
            finding(
                plan,
                19,
                month,
                clause,
                act=day,
                determined=day + 9,
                channel="county_department",
                project_no=f"XM-D-{clause}",
            )
    if plan.has(21):
        month = ago(2)
        finding(plan, 21, month, "8", act=7, determined=15, project_no="XM-D2-1")
        finding(plan, 21, month, "10", act=8, determined=15, project_no="XM-D2-2", channel="acceptance")
    if plan.has(3):
        month = ago(3)
        finding(plan, 3, month, "4a", act=7, determined=20)
        check(
            plan,
            3,
            month + 1,
            checked=8,
            clause="2b",
            act=8,
            determined=18,
            check_type="acceptance",
            report_no="BG-D3-1",
        )
        finding(plan, 3, month + 2, "2b", act=8, determined=18, report_no="BG-D3-2")
    if plan.has(6):
        month = ago(5)
        finding(plan, 6, month, "2", act=8, determined=18, report_no="BG-D6-1")


@needs(13)
def waiting_and_clauseless(plan: Plan) -> None:
    """A finding that waits for its determination, a check and a penalty without a clause."""
    month = plan.timeline.ago(2)
    finding(plan, 13, month, "3", act=9, determined=None)
    check(plan, 13, month, checked=9, check_type="special", result_code="problems_found", problem="标识不清")
    penalty(plan, 13, month, None, act=9, decided=21)
