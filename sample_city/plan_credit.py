"""Acts, merits, repairs and decisions of a district: every row of credit.md's tables at least once.

Belongs here: the credit story. Does not belong here: leads and conflicts (`plan_leads`, `plan_conflicts`). Nobody
writes down the scores: they follow from the rows and an independent scorer says what they are.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

from sample_city.districts import CHECKED_LATE, first_site_check_month
from sample_city.ledgers import (
    MAKER,
    check,
    clue,
    decision,
    finding,
    merit,
    penalty,
    repair,
    site_check,
    ticket,
)
from sample_city.plan import Plan

RENAMED, READMITTED, EXITED, SUSPENDED, DEREGISTERED, VANISHED = 0, 1, 2, 3, 4, 5
NEW_NAME = "焦作市新纪元消防技术服务有限公司"


def at(day: dt.date, hour: int = 9, minute: int = 15) -> dt.datetime:
    """A moment of a day."""
    return dt.datetime.combine(day, dt.time(hour, minute, 26))


def plan_credit(plan: Plan, rng: random.Random) -> None:
    """Plants every story for which the district has the agencies, and routine everywhere."""
    _statuses(plan)
    for story in (
        _false_report_exit_readmission,
        _exit_for_good,
        _one_act_many_rows,
        _caps,
        _subsumption,
        _objections_and_revocations,
        _before_the_first_version,
        _repairs,
        _repair_refusals,
        _complaints,
        _media,
        _merits,
        _depths,
        _waiting_and_clauseless,
        _site_checks,
    ):
        story(plan)
    _routine(plan, rng)


def _statuses(plan: Plan) -> None:
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


def _false_report_exit_readmission(plan: Plan) -> None:
    if not plan.has(READMITTED):
        return
    month = plan.timeline.ago(16)
    finding(plan, READMITTED, month, "2a", act=plan.day(month, 7), determined=plan.day(month, 18), report_no="BG-2A-1")
    finding(plan, READMITTED, month, "9", act=plan.day(month, 9), determined=plan.day(month, 19), report_no="BG-9-1")
    uscc = plan.uscc(READMITTED)
    decision(plan, month + 1, "directory", uscc, "exit", decided=plan.day(month + 1, 10), note="D级退出")
    back = plan.timeline.ago(3)
    decision(plan, back, "directory", uscc, "readmit", decided=plan.day(back, 12), note="重新申报核查通过")


def _exit_for_good(plan: Plan) -> None:
    if not plan.has(EXITED):
        return
    month = plan.timeline.ago(9)
    finding(plan, EXITED, month, "2a", act=plan.day(month, 6), determined=plan.day(month, 14), project_no="XM-E-1")
    finding(plan, EXITED, month, "5", act=plan.day(month, 8), determined=plan.day(month, 14), project_no="XM-E-2")
    decided = plan.timeline.ago(8)
    decision(plan, decided, "directory", plan.uscc(EXITED), "exit", decided=plan.day(decided, 9), note="D级退出")


def _one_act_many_rows(plan: Plan) -> None:
    """Complaint, verification, penalty and finding of one act; two items, the dearer counts."""
    place = 7
    if not plan.has(place):
        return
    month = plan.timeline.ago(7)
    project = plan.number("XM", month)
    accepted, checked = plan.day(month, 7), plan.day(month, 12)
    gd = ticket(
        plan,
        month,
        plan.agency(place).name,
        accepted=at(accepted),
        result="substantiated",
        determined=plan.day(month, 20),
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
        determined=plan.day(month, 19),
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
        determined=plan.day(month, 19),
        project_no=project,
        task_id=rw.split("-")[0],
        line=2,
    )
    penalty(plan, place, month + 1, "7", act=accepted, decided=plan.day(month + 1, 16), project_no=project)
    finding(
        plan,
        place,
        month + 1,
        "11",
        act=plan.day(month, 8),
        determined=plan.day(month + 1, 18),
        channel="verified_complaint",
        origin_id=gd,
    )
    again = ticket(
        plan,
        month + 1,
        plan.agency(place).name,
        accepted=at(plan.day(month + 1, 8), 16),
        result="substantiated",
        determined=plan.day(month + 1, 21),
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
        determined=plan.day(month + 2, 22),
        clause="11",
        is_repeat=True,
        original_ticket_id=again,
    )
    # without the links this would be an act of its own; so is one on another day of the same project
    finding(
        plan,
        place,
        month + 2,
        "9",
        act=plan.day(month + 2, 10),
        determined=plan.day(month + 2, 20),
        project_no=project,
        channel="supervision_check",
    )


def _caps(plan: Plan) -> None:
    """Four unsigned reports (cap 30), five complaints (cap 30), three people under item 6 (cap 40)."""
    months = [plan.timeline.ago(11 - step) for step in range(5)]
    if plan.has(8):
        for month in months[:4]:
            finding(
                plan, 8, month, "9", act=plan.day(month, 9), determined=plan.day(month, 17), report_no=f"BG-C9-{month}"
            )
    if plan.has(10):
        for month in months:
            ticket(
                plan,
                month,
                plan.agency(10).name,
                accepted=at(plan.day(month, 7)),
                result="substantiated",
                determined=plan.day(month, 21),
                clause=None if month % 2 else "4b",
            )
    if plan.has(13):
        month = plan.timeline.ago(10)
        engineers = plan.employed(13, month)
        for item in engineers[:3]:
            finding(
                plan,
                13,
                month,
                "6",
                act=plan.day(month, 10),
                determined=plan.day(month, 24),
                channel="supervision_check",
                person=item.person.id_no,
            )


def _subsumption(plan: Plan) -> None:
    """Item 1 takes in item 3 of the same act; item 3 of another day stands by itself."""
    if not plan.has(22):
        return
    month = plan.timeline.ago(15)
    project = plan.number("XM", month)
    for clause, day in (("1", 20), ("3", 18)):
        check(
            plan,
            22,
            month,
            checked=plan.day(month, 11),
            clause=clause,
            check_type="special",
            act=plan.day(month, 11),
            determined=plan.day(month, day),
            project_no=project,
        )
    later = plan.timeline.ago(12)
    check(
        plan, 22, later, checked=plan.day(later, 9), clause="3", act=plan.day(later, 9), determined=plan.day(later, 16)
    )


def _objections_and_revocations(plan: Plan) -> None:
    ago = plan.timeline.ago
    if plan.has(9):
        first = ago(6)
        rd = finding(
            plan,
            9,
            first,
            "8",
            act=plan.day(first, 7),
            determined=plan.day(first, 15),
            is_current=False,
            project_no="XM-O-1",
        )
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
        rd = finding(
            plan,
            11,
            first,
            "10",
            act=plan.day(first, 7),
            determined=plan.day(first, 13),
            is_current=False,
            project_no="XM-R-1",
        )
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
            plan,
            11,
            first,
            "9",
            act=plan.day(first, 8),
            determined=plan.day(first, 14),
            status="objection",
            is_current=False,
            report_no="BG-O-2",
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
        finding(
            plan,
            11,
            first,
            "5",
            act=plan.day(first, 9),
            determined=plan.day(first, 20),
            status="not_effective",
            project_no="XM-N-1",
        )
    if plan.has(12):
        first = ago(7)
        rw = check(
            plan,
            12,
            first,
            checked=plan.day(first, 9),
            clause="9",
            act=plan.day(first, 9),
            determined=plan.day(first, 18),
            is_current=False,
        )
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
                checked=plan.day(month, 10),
                clause="11",
                status=status,
                act=plan.day(month, 10),
                check_type="special",
                determined=None if status == "pending" else plan.day(month, 20),
            )
        cf = penalty(
            plan,
            12,
            first,
            "8",
            act=plan.day(first, 6),
            decided=plan.day(first, 21),
            status="under_review",
            is_current=False,
            project_no="XM-P-1",
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
            act=plan.day(first, 7),
            decided=plan.day(first, 20),
            project_no="XM-P-2",
            public_until=plan.day(first, 20) + dt.timedelta(days=92),
        )
        cf = penalty(
            plan,
            14,
            first,
            "11",
            act=plan.day(first, 8),
            decided=plan.day(first, 22),
            is_current=False,
            project_no="XM-P-3",
        )
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
        penalty(
            plan, 14, first + 1, "7", act=plan.day(first + 1, 8), decided=plan.day(first + 1, 19), status="under_review"
        )


def _before_the_first_version(plan: Plan) -> None:
    """Known, shown, never scored: the act or the determination lies before 21 March 2024."""
    if not plan.has(15):
        return
    month = max(0, plan.timeline.month_of(dt.date(2024, 2, 1)))
    finding(plan, 15, month, "2a", act=dt.date(2024, 1, 16), determined=dt.date(2024, 2, 20), report_no="BG-PRE-1")
    month = max(0, plan.timeline.month_of(dt.date(2024, 4, 1)))
    finding(plan, 15, month, "5", act=dt.date(2024, 3, 20), determined=dt.date(2024, 4, 2), project_no="XM-PRE-2")
    finding(plan, 15, month, "9", act=dt.date(2024, 3, 21), determined=dt.date(2024, 4, 2), report_no="BG-PRE-3")
    merit(plan, 15, month, "3", level="provincial", obtained=dt.date(2023, 12, 8), determined=dt.date(2024, 4, 10))
    if plan.has(16):  # without a date of the act, which then counts as that of the decision
        penalty(plan, 16, month, "10", act=None, decided=dt.date(2024, 4, 12))


def _repairs(plan: Plan) -> None:
    """Applied ones: one finding, several numbers at once, other ledgers' numbers, a late reply."""
    ago = plan.timeline.ago
    if plan.has(17):
        month = ago(10)
        rd = finding(plan, 17, month, "2b", act=plan.day(month, 7), determined=plan.day(month, 16), report_no="BG-X-1")
        repair(plan, 17, month + 2, [rd], accepted=plan.day(month + 2, 9), replied=plan.day(month + 2, 12))
    if plan.has(18):
        month = ago(9)
        rd = finding(plan, 18, month, "9", act=plan.day(month, 6), determined=plan.day(month, 13), report_no="BG-X-2")
        rw = check(
            plan,
            18,
            month,
            checked=plan.day(month, 8),
            clause="3",
            act=plan.day(month, 8),
            determined=plan.day(month, 14),
        )
        gd = ticket(
            plan,
            month,
            plan.agency(18).name,
            accepted=at(plan.day(month, 9)),
            result="partly_substantiated",
            determined=plan.day(month, 20),
            clause="4",
        )
        cf = penalty(plan, 18, month, "10", act=plan.day(month, 10), decided=plan.day(month, 22), project_no="XM-X-3")
        repair(
            plan,
            18,
            month + 1,
            [rd, rw, "RD-不存在-1"],
            accepted=plan.day(month + 1, 8),
            replied=plan.day(month + 1, 11),
        )
        # late: more than five working days, and it still applies
        repair(plan, 18, month + 3, [gd, cf], accepted=plan.day(month + 3, 6), replied=plan.day(month + 3, 26))
    if plan.has(21):
        month = ago(4)
        xs = clue(
            plan,
            month,
            respondent=plan.agency(21).name,
            agency_id=plan.uscc(21),
            found=plan.day(month, 7),
            result="substantiated",
            determined=plan.day(month, 15),
            clause="4b",
            origin="press",
        )
        repair(plan, 21, month + 1, [xs], accepted=plan.day(month + 1, 9), replied=plan.day(month + 1, 13))


def _repair_refusals(plan: Plan) -> None:
    """Each reason of credit.md 6.6 that the default regime can give."""
    ago = plan.timeline.ago
    if plan.has(20):
        month = ago(8)
        rd = finding(plan, 20, month, "7", act=plan.day(month, 7), determined=plan.day(month, 15), project_no="XM-F-1")
        later = month + 1
        repair(plan, 20, later, [rd], accepted=plan.day(later, 7), replied=plan.day(later, 10), review="refused")
        repair(plan, 20, later, [rd], accepted=plan.day(later, 12), replied=plan.day(later, 14), proof=False)
        repair(plan, 20, later, [rd], accepted=plan.day(later, 16), replied=plan.day(later, 18), checker=MAKER)
        repair(plan, 20, later, [rd], accepted=plan.day(later, 22), replied=plan.day(later, 20))
        repair(plan, 20, later, [rd], accepted=None, replied=plan.day(later, 24))
        other = ago(8)
        foreign = (
            finding(plan, 19, other, "9", act=plan.day(other, 8), determined=plan.day(other, 16))
            if plan.has(19)
            else "RD-0"
        )
        repair(plan, 20, later, [foreign, "RD-不存在-2"], accepted=plan.day(later, 24), replied=plan.day(later, 26))
        # no reply yet, long overdue; then one approved at last
        repair(plan, 20, later + 1, [rd], accepted=plan.day(later + 1, 8), replied=None, review=None)
        repair(plan, 20, later + 4, [rd], accepted=plan.day(later + 4, 7), replied=plan.day(later + 4, 9))
        # what is over cannot be repaired again
        repair(plan, 20, later + 5, [rd], accepted=plan.day(later + 5, 7), replied=plan.day(later + 5, 9))
    if plan.has(16):
        # D by two acts: the gate refuses; once one has expired or is repaired the rest may follow
        month = ago(14)
        first = finding(
            plan, 16, month, "2a", act=plan.day(month, 7), determined=plan.day(month, 15), report_no="BG-G-1"
        )
        last = finding(
            plan, 16, month + 4, "9", act=plan.day(month + 4, 7), determined=plan.day(month + 4, 15), report_no="BG-G-2"
        )
        repair(plan, 16, month + 5, [first], accepted=plan.day(month + 5, 8), replied=plan.day(month + 5, 10))
        # the last day of the −50 still blocks, the day after it is free
        expiry = plan.day(month, 15).replace(year=plan.day(month, 15).year + 1)
        free = plan.timeline.month_of(expiry)
        if free <= plan.timeline.last:
            repair(plan, 16, free, [last], accepted=expiry, replied=expiry + dt.timedelta(days=2))
            repair(
                plan, 16, free, [last], accepted=expiry + dt.timedelta(days=1), replied=expiry + dt.timedelta(days=3)
            )


def _complaints(plan: Plan) -> None:
    """Whom a ticket is about: current, former and short names, a decision, and links that lead nowhere."""
    ago = plan.timeline.ago
    if not plan.has(RENAMED, 9):
        return
    agency = plan.agency(RENAMED)
    month = ago(6)
    ticket(  # by its former name, after the rename
        plan,
        month,
        agency.name,
        accepted=at(plan.day(month, 7)),
        result="substantiated",
        determined=plan.day(month, 16),
        clause="4b",
    )
    ticket(  # by its new name, with blanks and wide letters as people type
        plan,
        month + 1,
        agency.name_in(month + 1),
        accepted=at(plan.day(month + 1, 8)),
        result="partly_substantiated",
        determined=plan.day(month + 1, 18),
        clause="11",
    )
    short = plan.agency(9).name.removesuffix("有限公司")
    ticket(  # a short name stays unresolved …
        plan,
        month,
        short,
        accepted=at(plan.day(month, 9)),
        result="substantiated",
        determined=plan.day(month, 20),
        clause="9",
    )
    resolved = ticket(  # … until someone decides
        plan,
        month,
        short + "（公司）",
        accepted=at(plan.day(month, 10)),
        result="substantiated",
        determined=plan.day(month, 20),
        clause="9",
    )
    decision(
        plan,
        month + 1,
        "identity",
        f"hotline:{resolved}={plan.uscc(9)}",
        "same_person",
        decided=plan.day(month + 1, 9),
        note="经电话核实",
    )
    unapplied = ticket(  # a decision that one person took alone does not count
        plan,
        month,
        short + "焦作分部",
        accepted=at(plan.day(month, 11)),
        result="substantiated",
        determined=plan.day(month, 21),
        clause="9",
    )
    decision(
        plan,
        month + 1,
        "identity",
        f"hotline:{unapplied}={plan.uscc(9)}",
        "same_person",
        decided=plan.day(month + 1, 10),
        checker=MAKER,
    )
    name = plan.agency(9).name
    month = ago(4)
    # a ring of two, and a link to nothing: both ignored and listed
    first, second = plan.number("GD", month), plan.number("GD", month)
    for own, other, day in ((first, second, 7), (second, first, 9)):
        ticket(
            plan,
            month,
            name,
            accepted=at(plan.day(month, day)),
            result="unsubstantiated",
            ticket_id=own,
            is_repeat=True,
            original_ticket_id=other,
        )
    ticket(
        plan,
        month,
        name,
        accepted=at(plan.day(month, 12)),
        result="unsubstantiated",
        is_repeat=True,
        original_ticket_id="GD000000000000000",
    )


def _media(plan: Plan) -> None:
    ago = plan.timeline.ago
    if not plan.has(14, 17):
        return
    month = ago(5)
    clue(
        plan,
        month,
        respondent=plan.agency(14).name,
        agency_id=None,
        found=plan.day(month, 8),
        result="substantiated",
        determined=plan.day(month, 17),
    )
    clue(
        plan,
        month,
        respondent="焦作某消防公司",
        agency_id=None,
        found=plan.day(month, 9),
        result="substantiated",
        determined=plan.day(month, 18),
        clause="4a",
        origin="petition",
    )
    clue(
        plan,
        month,
        respondent=plan.agency(17).name,
        agency_id=plan.uscc(17),
        found=plan.day(month, 10),
        result="unsubstantiated",
    )
    clue(
        plan,
        month,
        respondent=plan.agency(17).name,
        agency_id=plan.uscc(17),
        found=plan.day(month, 11),
        result="转公安机关",
        origin="press",
    )
    clue(
        plan,
        month + 1,
        respondent=plan.agency(17).name,
        agency_id=None,
        found=plan.day(month + 1, 6),
        result="partly_substantiated",
        determined=plan.day(month + 1, 18),
        clause="4b",
        origin="press",
    )


def _merits(plan: Plan) -> None:
    """Every item and level, caps of items and of the component, one honour claimed twice over, refusals."""
    ago = plan.timeline.ago
    if plan.has(23, 19):
        for step in range(4):  # four honours: 12 at most
            month = ago(9 - step)
            merit(plan, 7, month, "3", level="municipal", obtained=plan.day(month, 7), determined=plan.day(month, 18))
    if plan.has(15):
        month = ago(6)
        for clause, level in (("1", "national"), ("1", "provincial"), ("1", "municipal"), ("2", "provincial")):
            merit(plan, 15, month, clause, level=level, obtained=plan.day(month, 6), determined=plan.day(month, 14))
        expert = plan.employed(15, month)[0].person
        document = f"豫建消〔{plan.day(month, 1).year}〕8{plan.district.number}号"
        merit(  # two claims of one appointment are one case
            plan,
            15,
            month,
            "4",
            level="provincial",
            obtained=plan.day(month, 8),
            determined=plan.day(month, 16),
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
            determined=plan.day(month + 1, 16),
            document_no=document,
            person_id=expert.id_no,
        )
        merit(  # a city's expert does not score
            plan,
            15,
            month,
            "4",
            level="municipal",
            obtained=plan.day(month, 9),
            determined=plan.day(month, 17),
            person_id=plan.employed(15, month)[1].person.id_no,
        )
        merit(plan, 15, month, "3", level="provincial", obtained=plan.day(month, 10), determined=None, status="pending")
        merit(
            plan,
            15,
            month,
            "3",
            level="municipal",
            obtained=plan.day(month, 11),
            determined=plan.day(month, 18),
            status="rejected",
        )
    for place, months in ((16, (3, 2)), (18, (7, 5)), (21, (6, 1)), (14, (30, 2)), (11, (8,))):
        if plan.has(place):
            for step in months:
                month = ago(step)
                merit(
                    plan,
                    place,
                    month,
                    "5",
                    level="municipal",
                    obtained=plan.day(month, 9),
                    determined=plan.day(month, 19),
                )
    if plan.has(17):
        month = ago(7)
        merit(plan, 17, month, "2", level="provincial", obtained=plan.day(month, 7), determined=plan.day(month, 20))
        merit(plan, 17, month, "1", level="national", obtained=plan.day(month, 8), determined=plan.day(month, 20))


def _depths(plan: Plan) -> None:
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
                act=plan.day(month, day),
                determined=plan.day(month, day + 9),
                channel="county_department",
                project_no=f"XM-D-{clause}",
            )
    if plan.has(21):
        month = ago(2)
        finding(plan, 21, month, "8", act=plan.day(month, 7), determined=plan.day(month, 15), project_no="XM-D2-1")
        finding(
            plan,
            21,
            month,
            "10",
            act=plan.day(month, 8),
            determined=plan.day(month, 15),
            project_no="XM-D2-2",
            channel="acceptance",
        )
    if plan.has(3):
        month = ago(3)
        finding(plan, 3, month, "4a", act=plan.day(month, 7), determined=plan.day(month, 20))
        check(
            plan,
            3,
            month + 1,
            checked=plan.day(month + 1, 8),
            clause="2b",
            act=plan.day(month + 1, 8),
            determined=plan.day(month + 1, 18),
            check_type="acceptance",
            report_no="BG-D3-1",
        )
        finding(
            plan,
            3,
            month + 2,
            "2b",
            act=plan.day(month + 2, 8),
            determined=plan.day(month + 2, 18),
            report_no="BG-D3-2",
        )
    if plan.has(6):
        month = ago(5)
        finding(plan, 6, month, "2", act=plan.day(month, 8), determined=plan.day(month, 18), report_no="BG-D6-1")


def _waiting_and_clauseless(plan: Plan) -> None:
    if not plan.has(13):
        return
    month = plan.timeline.ago(2)
    finding(plan, 13, month, "3", act=plan.day(month, 9), determined=None)
    check(
        plan,
        13,
        month,
        checked=plan.day(month, 9),
        check_type="special",
        result_code="problems_found",
        problem="标识不清",
    )
    penalty(plan, 13, month, None, act=plan.day(month, 9), decided=plan.day(month, 21))


def _site_checks(plan: Plan) -> None:
    """First checks of newly listed agencies by the 10th, one failed and rechecked, and yearly visits."""
    for agency in list(plan.district.agencies):
        if agency.listed_from:
            month = first_site_check_month(agency.place, agency.listed_from)
            day = 14 if agency.place in CHECKED_LATE else 8
            site_check(plan, agency.place, month, checked=plan.day(month, day))
    if plan.has(8):
        month = plan.timeline.ago(4)
        site_check(plan, 8, month, checked=plan.day(month, 9), result="failed", recheck="passed")


def _routine(plan: Plan, rng: random.Random) -> None:
    """What happens everywhere: one double-random check a year, small merits, unfounded calls, minor findings."""
    for agency in list(plan.district.agencies):
        place = agency.place
        for month in range(agency.listed_from, plan.timeline.months):
            if not agency.is_working(month):
                continue
            if month % 12 == (place * 5) % 12:
                check(plan, place, month, checked=plan.day(month, 6 + place % 15))
            dice = rng.random()
            if dice < 0.02:
                merit(
                    plan,
                    place,
                    month,
                    "5",
                    level="municipal",
                    obtained=plan.day(month, 8),
                    determined=plan.day(month, 20),
                )
            elif dice < 0.035:
                finding(
                    plan,
                    place,
                    month,
                    rng.choice(("9", "10", "11")),
                    act=plan.day(month, 9),
                    determined=plan.day(month, 21),
                    channel=rng.choice(("supervision_check", "county_department")),
                    project_no=plan.number("XM", month),
                )
            elif dice < 0.07:
                ticket(plan, month, agency.name_in(month), accepted=at(plan.day(month, 6 + place % 15), 14, place))
    if plan.has(15):  # grade A and checked twice in one year: the plan shows the excess
        for month in (plan.timeline.ago(4), plan.timeline.ago(2)):
            check(plan, 15, month, checked=plan.day(month, 24))
