"""Leads on the other ten items, and work before listing: for each detector a positive and an innocent look-alike.

Belongs here: extra jobs, each with its own contract, report and check-ins, in which exactly one thing is wrong.
Does not belong here: conflicts between employers (`registrations`, `payments`, `presence`, `successors`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sample_city.ledgers import ticket
from sample_city.model import Values
from sample_city.plan import Plan
from sample_city.stories.story import needs
from sample_city.work import epoch_ms

BETTER_OPERATORS = ("senior_technician", "technician", "advanced", "intermediate")


@needs(3, 22, 25)
def conditions_unmet(plan: Plan) -> None:
    """Item 1: works on with one operator of intermediate grade; below the floor area, but without work."""
    since = plan.timeline.ago(6)
    better = [item for item in plan.employed(22, since, "operator") if item.level_code in BETTER_OPERATORS]
    for item in better[1:]:
        plan.district.employments[plan.district.employments.index(item)] = replace(item, until_month=since)
    plan.expect_lead("conditions_unmet", "F01", 22, plan.uscc(22), note="one operator of intermediate grade")
    plan.change(25, floor_area_m2=90)
    plan.expect_lead("conditions_unmet", "F01", 25, plan.uscc(25), is_decoy=True, note="too small, does no work")
    area = plan.agency(3).floor_area_m2
    plan.state(3, plan.timeline.ago(6), floor_area_m2=120)
    plan.state(3, plan.timeline.ago(3), floor_area_m2=area)
    plan.expect_lead("conditions_unmet", "F01", 3, plan.uscc(3), is_decoy=True, note="too small while suspended")


@needs(8, 9)
def report_dates(plan: Plan) -> None:
    """Item 2: dated before the contract; the same day is right."""
    month = plan.timeline.ago(5)
    job = plan.job(8, month)
    plan.record_job(job, month, contract={"signed_on": plan.day(month, 27), "service_from_on": plan.day(month, 27)})
    plan.expect_lead("report_before_contract", "F02B", 8, job.report_no)
    job = plan.job(9, month)
    plan.record_job(job, month, contract={"signed_on": job.reported_on, "service_from_on": job.reported_on})
    plan.expect_lead("report_before_contract", "F02B", 9, job.report_no, is_decoy=True, note="signed on the same day")


@needs(17, 18, 21, 22)
def without_checkins(plan: Plan) -> None:
    """Items 2 and 11: nobody there; only a part of them; those that arrive a month late were there."""
    month = plan.timeline.ago(4)
    job = plan.job(18, month)
    plan.record_contract(job, month)
    plan.record_report(job, month)
    plan.expect_lead("report_without_checkin", "F02B", 18, job.report_no)
    job = plan.job(17, month)
    plan.record_contract(job, month)
    plan.record_report(job, month)
    plan.record_checkins(job, month + 1)
    for code, item in (("report_without_checkin", "F02B"), ("not_on_site", "F11")):
        plan.expect_lead(code, item, 17, job.report_no, is_decoy=True, note="check-ins came a month late")
    whole = plan.job(21, month)
    plan.record_job(whole, month, skip=("project_lead",))
    plan.expect_lead("not_on_site", "F11", 21, whole.report_no, note="no leader")
    whole = plan.job(22, month)
    plan.record_job(whole, month, skip=("operator",))
    plan.expect_lead("not_on_site", "F11", 22, whole.report_no, note="no operator")
    job = plan.job(18, month)
    plan.record_job(job, month, skip=("operator",))
    plan.expect_lead("not_on_site", "F11", 18, job.report_no, is_decoy=True, note="an assessment needs no operator")


@needs(10, 13)
def many_reports(plan: Plan) -> None:
    """Item 2: ten reports of one leader in a day; four are possible."""
    month = plan.timeline.ago(6)
    for place, count in ((10, 10), (13, 4)):
        leader = plan.newcomer(place, plan.timeline.ago(8), is_insured=False)
        crew = [plan.person("intermediate"), plan.person("junior")]
        for member, level_code in zip(crew, ("intermediate", "junior"), strict=True):
            plan.hire(member, place, plan.timeline.ago(8), level_code=level_code)
        for turn in range(count):
            job = plan.job(
                place,
                month,
                visited_on=plan.day(month, 6 + turn),
                reported_on=plan.day(month, 26),
                leader=leader,
                technical_lead=leader,
                operators=crew,
            )
            plan.record_job(job, month)
        subject = f"{leader.id_no} {plan.day(month, 26).isoformat()}"
        plan.expect_lead("reports_per_day", "F02B", place, subject, is_decoy=count < 10, note=f"{count} reports")


@needs(11, 12, 13)
def repeated_numbers(plan: Plan) -> None:
    """Item 2: one number on two agencies' reports; a report sent again with a correction."""
    month = plan.timeline.ago(4)
    first = plan.job(11, month)
    plan.record_job(first, month, is_current=False)
    second = plan.job(12, month + 1, report_no=first.report_no)
    plan.record_contract(second, month + 1)
    plan.record_report(second, month + 1)
    plan.record_checkins(second, month + 1, count_from=11)
    plan.expect_lead("report_number_repeated", "F02B", 12, first.report_no, note=f"also used by {plan.uscc(11)}")
    job = plan.job(13, month)
    plan.record_job(job, month, is_current=False)
    plan.record_report(job, month + 1, updated_ms=_later(plan, month + 1))
    plan.expect_lead("report_number_repeated", "F02B", 13, job.report_no, is_decoy=True, note="sent again")


def _later(plan: Plan, month: int) -> int:
    return epoch_ms(plan.day(month, 20))


@needs(24, 25)
def systems_missing(plan: Plan) -> None:
    """Item 3: no quality system; an assessor needs the other one."""
    plan.change(24, has_quality_system=False)
    plan.expect_lead("systems_missing", "F03", 24, plan.uscc(24))
    plan.change(25, has_quality_system=False)
    plan.expect_lead("systems_missing", "F03", 25, plan.uscc(25), is_decoy=True, note="an assessor needs the other one")


@needs(12, 13, 14)
def open_complaints(plan: Plan) -> None:
    """Item 4: open today; closed since; two numbers of one case are one lead."""
    ago = plan.timeline.ago

    def accepted(month: int, day: int) -> dt.datetime:
        return dt.datetime.combine(plan.day(month, day), dt.time(15, 20, 8))

    month = ago(1)
    gd = ticket(plan, month, plan.agency(12).name, accepted=accepted(month, 8), result="pending")
    plan.expect_lead("open_complaint", "F04B", 12, gd)
    name = plan.agency(13).name
    gd = ticket(plan, month, name, accepted=accepted(month, 9), result="pending")
    again = ticket(
        plan, ago(0), name, accepted=accepted(ago(0), 9), result="pending", is_repeat=True, original_ticket_id=gd
    )
    plan.expect_lead("open_complaint", "F04B", 13, gd)
    plan.expect_lead("open_complaint", "F04B", 13, again, is_decoy=True, note="repeats the former: one case")
    month = ago(3)
    name = plan.agency(14).name
    gd = ticket(plan, month, name, accepted=accepted(month, 10), result="pending", is_current=False)
    ticket(plan, month + 1, name, accepted=accepted(month, 10), ticket_id=gd)
    plan.expect_lead("open_complaint", "F04B", 14, gd, is_decoy=True, note="unfounded, closed a month later")


@needs(13, 14, 15, 16, 17, 19)
def seals_and_subcontracts(plan: Plan) -> None:
    """Items 5 and 8: sealed or done by somebody else; the contractor named as its own performer."""
    month = plan.timeline.ago(5)
    job = plan.job(13, month)
    plan.record_job(job, month, seal_agency_id=plan.uscc(14))
    plan.expect_lead("other_name", "F05", 13, job.report_no)
    job = plan.job(14, month)
    plan.record_job(job, month, contract={"performed_by_id": plan.uscc(15)}, seal_agency_id=plan.uscc(15))
    plan.expect_lead("other_name", "F05", 14, job.report_no, is_decoy=True, note="a subcontract names the seal")
    plan.expect_lead("subcontracting", "F08", 14, job.contract_no)
    job = plan.job(16, month)
    plan.record_job(job, month, contract={"performed_by_id": plan.uscc(17)})
    plan.expect_lead("subcontracting", "F08", 16, job.contract_no)
    job = plan.job(17, month)
    plan.record_job(job, month, contract={"performed_by_id": plan.uscc(17)})
    plan.expect_lead("subcontracting", "F08", 17, job.contract_no, is_decoy=True, note="names itself")
    job = plan.job(19, month)
    plan.record_contract(job, month, performed_by_id=plan.uscc(17), is_current=False)
    plan.record_contract(
        job, month + 1, performed_by_id=plan.uscc(17), is_deleted=True, updated_ms=_later(plan, month + 1)
    )
    plan.expect_lead("subcontracting", "F08", 19, job.contract_no, is_decoy=True, note="the contract was withdrawn")


@needs(15)
def unqualified(plan: Plan) -> None:
    """Item 7: an operator whom no list knows (expired leaders: see `registrations`)."""
    month = plan.timeline.ago(3)
    staff = plan.employed(15, month, "operator")
    job = plan.job(15, month, operators=(staff[0].person, plan.person("junior")))
    plan.record_job(job, month)
    plan.expect_lead("unqualified_person", "F07", 15, job.report_no, note="an operator without any certificate")


@needs(8, 9, 17, 18, 20)
def unsigned(plan: Plan) -> None:
    """Item 9: signature or seal missing; completed later; withdrawn."""
    month = plan.timeline.ago(6)
    for place, status in ((17, "signature_missing"), (18, "seal_missing"), (20, "both_missing")):
        job = plan.job(place, month)
        changes: Values = {} if status == "signature_missing" else {"seal_agency_id": None}
        plan.record_job(job, month, seal_status=status, **changes)
        plan.expect_lead("unsigned_report", "F09", place, job.report_no, note=status)
    job = plan.job(8, month)
    plan.record_job(job, month, is_current=False, seal_status="signature_missing")
    plan.record_report(job, month + 1, updated_ms=_later(plan, month + 1))
    plan.expect_lead("unsigned_report", "F09", 8, job.report_no, is_decoy=True, note="completed a month later")
    job = plan.job(9, month)
    plan.record_job(job, month, is_current=False, seal_status="seal_missing", seal_agency_id=None)
    plan.record_report(
        job,
        month + 1,
        seal_status="seal_missing",
        seal_agency_id=None,
        is_deleted=True,
        updated_ms=_later(plan, month + 1),
    )
    plan.expect_lead("unsigned_report", "F09", 9, job.report_no, is_decoy=True, note="withdrawn")


@needs(19, 20, 21, 22)
def no_contract(plan: Plan) -> None:
    """Item 10: none at all; signed after the service began; the same day; known a month late."""
    month = plan.timeline.ago(7)
    job = plan.job(19, month)
    plan.record_report(job, month, contract_no=None)
    plan.record_checkins(job, month)
    plan.expect_lead("no_contract", "F10", 19, job.report_no, note="no contract")
    for place, signed, begun in ((20, 16, 6), (21, 6, 6)):
        job = plan.job(place, month)
        plan.record_job(
            job, month, contract={"signed_on": plan.day(month, signed), "service_from_on": plan.day(month, begun)}
        )
        plan.expect_lead(
            "no_contract", "F10", place, job.report_no, is_decoy=signed == begun, note=f"signed {signed}, begun {begun}"
        )
    job = plan.job(22, month)
    plan.record_report(job, month)
    plan.record_checkins(job, month)
    plan.record_contract(job, month + 1)
    plan.expect_lead("no_contract", "F10", 22, job.report_no, is_decoy=True, note="the contract came a month late")


@needs(26, 27)
def before_listing(plan: Plan) -> None:
    """R3: a report dated before the publication; on its day it may."""
    for place, day, is_decoy in ((26, 10, False), (27, 16, True)):
        month = plan.agency(place).listed_from
        job = plan.job(place, month, visited_on=plan.day(month, day - 1), reported_on=plan.day(month, day))
        plan.record_job(job, month)
        plan.expect_lead("work_before_listing", "", place, job.report_no, is_decoy=is_decoy)
