"""Conflicts between employers: for each kind of conflicts.md at least one that is real, and its innocent likenesses.

Belongs here: who is in two places, and what the desk must see of it. Does not belong here: leads on the other ten
items (`plan_leads`). The people are extra staff, so no background row changes. Expected status `none` = no row, or
one that is explained.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import eviltransform

from sample_city import identifiers, work
from sample_city.districts import TWO_ENGINEERS
from sample_city.ledgers import decision, merit
from sample_city.model import Person
from sample_city.plan import Plan
from sample_city.plan_credit import EXITED, READMITTED, RENAMED

Story = Callable[[Plan], None]


def plan_conflicts(plan: Plan) -> None:
    """Plants every story for which the district has the agencies."""
    for story, places in STORIES:
        if plan.has(*places):
            story(plan)


def _registered_twice(plan: Plan) -> None:
    ago = plan.timeline.ago
    # still open after months; 8 pays the pension, so 9 has an engineer whom another firm pays
    person = plan.person()
    plan.hire(person, 8, leads_reports=True)
    plan.hire(person, 9, ago(7), is_insured=False)
    plan.expect_conflict("double_registration", person, plan.uscc(8), plan.uscc(9), note="still open")
    plan.expect_conflict("paid_by_other_firm", person, plan.uscc(9), plan.uscc(8), note="follows from the former")
    # both claim this person as their expert
    for place, month in ((8, ago(5)), (9, ago(4))):
        merit(
            plan,
            place,
            month,
            "4",
            level="provincial",
            obtained=plan.day(month, 7),
            determined=plan.day(month, 17),
            person_id=person.id_no,
        )
    plan.expect_conflict("merit_claimed_twice", person, plan.uscc(8), plan.uscc(9), note="one expert")
    # two lists long, then over
    person = plan.person("level_2")
    plan.hire(person, 12, ago(9), is_insured=False, level_code="level_2")
    plan.hire(person, 13, ago(5), ago(3), is_insured=False, level_code="level_2")
    plan.expect_conflict("double_registration", person, plan.uscc(12), plan.uscc(13), note="31 to 90 days")
    # known by its registration number and name only
    person = plan.person()
    plan.hire(person, 24, ago(6), is_insured=False)
    plan.hire(person, 22, ago(4), is_insured=False, shown_id=identifiers.mask(person.id_no))
    plan.expect_conflict("double_registration", person, plan.uscc(22), plan.uscc(24), note="masked ID, tier 2")
    # one list long so far
    person = plan.person()
    plan.hire(person, 20, leads_reports=True)
    plan.hire(person, 21, plan.timeline.last, is_insured=False)
    plan.expect_conflict("double_registration", person, plan.uscc(20), plan.uscc(21), note="since the last list")


def _moves(plan: Plan) -> None:
    """Moves between agencies: in one list at both, ended by the contract, and clean."""
    ago = plan.timeline.ago
    person = plan.person()
    plan.hire(person, 15, 0, ago(4), leads_reports=True)
    plan.hire(person, 16, ago(5), leads_reports=True)
    plan.expect_conflict(
        "double_registration",
        person,
        plan.uscc(15),
        plan.uscc(16),
        status="explained",
        explained_by="transition",
        is_decoy=True,
    )
    person = plan.person()
    plan.hire(person, 17, ago(9), ago(5), contract_until_on=plan.day(ago(6), 15))
    plan.hire(person, 18, ago(6), leads_reports=True)
    plan.expect_conflict(
        "double_registration",
        person,
        plan.uscc(17),
        plan.uscc(18),
        status="explained",
        explained_by="transition",
        is_decoy=True,
        note="the contract ends within the month",
    )
    person = plan.person()
    plan.hire(person, 10, 0, ago(5), leads_reports=True)
    plan.hire(person, 12, ago(5), leads_reports=True)
    plan.expect_conflict("double_registration", person, plan.uscc(10), plan.uscc(12), status="none", is_decoy=True)
    for place, month in ((10, ago(7)), (12, ago(3))):
        merit(
            plan,
            place,
            month,
            "4",
            level="national",
            obtained=plan.day(month, 8),
            determined=plan.day(month, 18),
            person_id=person.id_no,
        )
    plan.expect_conflict(
        "merit_claimed_twice",
        person,
        plan.uscc(10),
        plan.uscc(12),
        status="none",
        explained_by="moved",
        is_decoy=True,
        note="moved between",
    )


def _counted_twice(plan: Plan) -> None:
    """An agency of exactly two engineers shares one of them."""
    shared = plan.employed(TWO_ENGINEERS, 0)[-1]
    plan.hire(
        shared.person,
        11,
        plan.timeline.ago(6),
        is_insured=False,
        level_code=shared.level_code,
        registration_until=shared.registration_until,
    )
    a, b = plan.uscc(TWO_ENGINEERS), plan.uscc(11)
    plan.expect_conflict("double_registration", shared.person, a, b)
    plan.expect_conflict("counted_twice", shared.person, a, b)
    plan.expect_conflict("paid_by_other_firm", shared.person, b, a, note="follows from the former")
    # registered twice where neither needs the person is no counted_twice
    plan.expect_conflict(
        "counted_twice",
        None,
        plan.uscc(8),
        plan.uscc(9),
        status="none",
        is_decoy=True,
        note="both have engineers to spare",
    )


def _paid_by_others(plan: Plan) -> None:
    ago = plan.timeline.ago
    builder = plan.payer("焦作市恒建建筑工程有限公司")
    person = plan.person()
    plan.hire(person, 12, ago(8), is_insured=False)
    plan.pays(person, builder, ago(6), ago(1))
    plan.expect_conflict("paid_by_other_firm", person, plan.uscc(12), builder[0])

    broker = plan.payer("河南众合人力资源有限公司")
    person = plan.person("level_2")
    plan.hire(person, 14, ago(8), is_insured=False, level_code="level_2")
    plan.pays(person, broker, ago(8))
    _decoy(plan, "paid_by_other_firm", person, 14, broker[0], explained_by="labour_broker")

    branch = plan.payer(f"{plan.agency(RENAMED).name}武陟分公司")
    person = plan.person()
    plan.hire(person, RENAMED, ago(9), is_insured=False)
    plan.pays(person, branch, ago(9))
    _decoy(
        plan, "paid_by_other_firm", person, RENAMED, branch[0], explained_by="branch", note="begins with a former name"
    )

    sister = plan.payer("焦作市同源安全评价有限公司")
    person = plan.person()
    plan.hire(person, 16, ago(8), is_insured=False)
    plan.pays(person, sister, ago(7))
    month = ago(4)
    decision(
        plan,
        month,
        "identity",
        f"{sister[0]}={plan.uscc(16)}",
        "same_person",
        decided=plan.day(month, 15),
        note="同一集团",
    )
    _decoy(
        plan, "paid_by_other_firm", person, 16, sister[0], explained_by="branch", note="a decision calls them the same"
    )

    old = plan.payer("焦作市长城物业管理有限公司")
    person = plan.person()
    plan.hire(person, 20, ago(8), is_insured=False, leads_reports=True)
    plan.pays(person, plan.as_payer(20), ago(8), ago(6))
    plan.pays(person, old, ago(6), ago(4))
    plan.pays(person, plan.as_payer(20), ago(6), ago(5), payment_status="back_paid", late_month=ago(3))
    plan.pays(person, plan.as_payer(20), ago(4))
    _decoy(
        plan,
        "paid_by_other_firm",
        person,
        20,
        old[0],
        explained_by="back_payment",
        note="one of the two months was paid later",
    )

    new = plan.payer("郑州中原电气工程有限公司")
    person = plan.person()
    plan.hire(person, 21, ago(8), ago(3), is_insured=False)
    plan.pays(person, plan.as_payer(21), ago(8), ago(4))
    plan.pays(person, new, ago(4))
    _decoy(
        plan,
        "paid_by_other_firm",
        person,
        21,
        new[0],
        explained_by="month_of_change",
        note="paid by the next employer as it left",
    )

    if plan.timeline.months >= 36:  # found out more than two years after it ended
        person = plan.person()
        past = plan.payer("新乡市广厦建设有限公司")
        plan.hire(person, 22, is_insured=False, leads_reports=True)
        plan.pays(person, past, 0, 2, late_month=ago(1))
        plan.pays(person, plan.as_payer(22), 2)
        plan.expect_conflict(
            "paid_by_other_firm", person, plan.uscc(22), past[0], status="expired", note="seen too late"
        )


def _decoy(plan: Plan, kind: str, person: Person, place: int, other: str, *, explained_by: str, note: str = "") -> None:
    plan.expect_conflict(
        kind, person, plan.uscc(place), other, status="explained", explained_by=explained_by, is_decoy=True, note=note
    )


def _public_bodies(plan: Plan) -> None:
    ago = plan.timeline.ago
    school = plan.payer("焦作市第三十七中学", "12")
    person = plan.person()
    plan.hire(person, 9, ago(7), is_insured=False)
    plan.pays(person, school, ago(5), ago(2), insurance_code="pension_public")
    plan.expect_conflict("employed_by_public_body", person, plan.uscc(9), school[0])

    society = plan.payer("焦作市建筑业协会", "51")
    person = plan.person("level_2")
    plan.hire(person, 18, ago(7), leads_reports=True, level_code="level_2")
    plan.pays(person, society, ago(3), ago(2))
    plan.expect_conflict("employed_by_public_body", person, plan.uscc(18), society[0], note="one month is enough")

    bureau = plan.payer("焦作市某区住房和城乡建设局", "11")
    person = plan.person()
    plan.hire(person, 15, ago(4), leads_reports=True)
    plan.pays(person, bureau, ago(9), ago(5), insurance_code="pension_public")
    plan.expect_conflict(
        "employed_by_public_body", person, plan.uscc(15), bureau[0], status="none", is_decoy=True, note="ended before"
    )

    institute = plan.payer("焦作市规划设计研究院", "12")
    person = plan.person()
    plan.hire(person, 13, ago(8), is_insured=False)
    plan.pays(person, institute, ago(6), ago(2), insurance_code="pension_public", payment_status="interrupted")
    plan.pays(person, plan.as_payer(13), ago(8), insurance_code="work_injury")
    plan.expect_conflict(
        "employed_by_public_body", person, plan.uscc(13), institute[0], status="none", is_decoy=True, note="retired"
    )


def _insured_twice(plan: Plan) -> None:
    ago = plan.timeline.ago
    firm = plan.payer("焦作市蓝天装饰工程有限公司")
    person = plan.person()
    plan.hire(person, 14, ago(7), leads_reports=True)
    plan.pays(person, firm, ago(5), ago(2))
    plan.expect_conflict("double_insurance", person, plan.uscc(14), firm[0])

    site = plan.payer("河南省第五建设集团有限公司")
    person = plan.person()
    plan.hire(person, 17, ago(7), leads_reports=True)
    plan.pays(person, site, ago(5), ago(1), insurance_code="work_injury")
    plan.expect_conflict(
        "double_insurance",
        person,
        plan.uscc(17),
        site[0],
        status="none",
        explained_by="injury_only",
        is_decoy=True,
        note="no pension",
    )

    new = plan.payer("洛阳市安华机电有限公司")
    person = plan.person()
    plan.hire(person, 19, ago(8), ago(4), is_insured=False)
    plan.pays(person, plan.as_payer(19), ago(8), ago(3))
    plan.pays(person, new, ago(5))
    _decoy(
        plan,
        "double_insurance",
        person,
        19,
        new[0],
        explained_by="settlement_month",
        note="both settle the month it left",
    )


def _signed_for_others(plan: Plan) -> None:
    ago = plan.timeline.ago
    month = ago(3)
    person = plan.employed(13, month)[1].person
    job = plan.job(14, month, leader=person)
    plan.record_job(job, month)
    plan.expect_conflict("signed_for_other_agency", person, plan.uscc(13), plan.uscc(14))

    # the agency was renamed: same USCC, old name on the paper
    month = ago(7)
    job = plan.job(RENAMED, month)
    plan.record_job(job, month, agency_name=plan.agency(RENAMED).name)
    plan.expect_conflict(
        "signed_for_other_agency",
        job.project_lead,
        plan.uscc(RENAMED),
        plan.uscc(RENAMED),
        status="none",
        explained_by="renamed",
        is_decoy=True,
    )

    # starts at the new agency three days before the list that shows it
    month = ago(3)
    person = plan.person()
    plan.hire(person, 10, ago(7), month)
    plan.hire(person, 16, month, leads_reports=True, contract_from_on=plan.day(month, 4))
    job = plan.job(16, month, visited_on=plan.day(month, 1), leader=person)
    plan.record_job(job, month)
    plan.expect_conflict(
        "signed_for_other_agency",
        person,
        plan.uscc(10),
        plan.uscc(16),
        status="none",
        explained_by="within_7_days",
        is_decoy=True,
    )


def _shared_certificates(plan: Plan) -> None:
    ago = plan.timeline.ago
    person, other = plan.person(), plan.person()
    plan.hire(person, 15, ago(6), is_insured=False)
    plan.hire(other, 16, ago(6), is_insured=False, registration_no=person.registration_no)
    plan.expect_conflict("certificate_shared", person, plan.uscc(15), plan.uscc(16), other=other)

    person = plan.person()
    misspelt = person.name[:-1] + ("军" if person.name[-1] != "军" else "君")
    plan.hire(person, 17, ago(6), is_insured=False, name_by_month=((ago(4), misspelt),))
    plan.expect_conflict(
        "certificate_shared",
        person,
        plan.uscc(17),
        plan.uscc(17),
        status="none",
        explained_by="typo",
        is_decoy=True,
        note=misspelt,
    )


def _impossible_presence(plan: Plan) -> None:
    ago = plan.timeline.ago
    west, east = work.site_of(3), (work.site_of(3)[0] + 0.21, work.site_of(3)[1])
    person = plan.person()
    plan.hire(person, 17, ago(6), is_insured=False)
    for month in (ago(3), ago(2)):
        _two_stays(plan, person, (17, west), (18, east), month, *overlapping(plan, month))
    plan.expect_conflict("impossible_presence", person, plan.uscc(17), plan.uscc(18), note="two days")

    # one day only
    person = plan.person()
    plan.hire(person, 17, ago(6), is_insured=False)
    month = ago(1)
    _two_stays(plan, person, (17, west), (18, east), month, *overlapping(plan, month))
    plan.expect_conflict(
        "impossible_presence", person, plan.uscc(17), plan.uscc(18), status="none", is_decoy=True, note="one day only"
    )

    # the same yard; one telephone wrote shifted coordinates under the wrong name
    latitude, longitude = eviltransform.wgs2gcj(west[1], west[0])
    person = plan.person()
    plan.hire(person, 9, ago(6), is_insured=False)
    for month in (ago(3), ago(2)):
        shifted = (round(longitude, 6), round(latitude, 6))
        _two_stays(plan, person, (9, west), (10, shifted), month, *overlapping(plan, month))
    plan.expect_conflict(
        "impossible_presence",
        person,
        plan.uscc(9),
        plan.uscc(10),
        status="none",
        explained_by="coordinates",
        is_decoy=True,
    )

    # both stays of the day uploaded in one go in the evening, at one and the same second
    person = plan.person()
    plan.hire(person, 12, ago(6), is_insured=False)
    for month in (ago(3), ago(2)):
        upload = (_on_25th(plan, month, 21), 0)
        _two_stays(plan, person, (12, west), (13, east), month, upload, upload, is_batch=True)
    plan.expect_conflict(
        "impossible_presence",
        person,
        plan.uscc(12),
        plan.uscc(13),
        status="none",
        explained_by="batch_upload",
        is_decoy=True,
    )


def _on_25th(plan: Plan, month: int, hour: int) -> dt.datetime:
    return dt.datetime.combine(plan.day(month, 25), dt.time(hour, 5, 30))


def overlapping(plan: Plan, month: int) -> tuple[tuple[dt.datetime, int], tuple[dt.datetime, int]]:
    """Two stays of one morning, each as start and minutes."""
    return (_on_25th(plan, month, 9), 120), (_on_25th(plan, month, 10), 90)


def _two_stays(
    plan: Plan,
    person: Person,
    first: tuple[int, tuple[float, float]],
    second: tuple[int, tuple[float, float]],
    month: int,
    *stays: tuple[dt.datetime, int],
    is_batch: bool = False,
) -> None:
    """The person checks in at a job of each of two agencies on the 25th, next to the jobs' own people."""
    for (place, site), (start, minutes) in zip((first, second), stays, strict=True):
        job = plan.job(place, month, site=site)
        plan.record_job(job, month)
        values = work.checkin_values(
            checkin_id=f"QD{job.report_no[2:]}90",
            report_no=job.report_no,
            project_no=job.project_no,
            person=person,
            position_code="project_lead",
            start=start,
            minutes=minutes,
            site=site,
        )
        if is_batch:
            values["updated_ms"] = work.epoch_ms(start.date(), start.hour * 3600 + start.minute * 60 + 50)
        plan.add("platform", "checkins", month, values)


def _absent_holders(plan: Plan) -> None:
    ago = plan.timeline.ago
    person = plan.person()
    plan.hire(person, 20, ago(9))
    plan.expect_conflict("absent_holder", person, plan.uscc(20), None)

    person = plan.person()
    plan.hire(person, 20, ago(4))
    plan.expect_conflict(
        "absent_holder", person, plan.uscc(20), None, status="none", explained_by="new_hire", is_decoy=True
    )

    person = plan.person()
    plan.hire(person, 8, ago(9))
    month = ago(4)
    job = plan.job(8, month)
    plan.record_job(job, month)
    values = work.checkin_values(
        checkin_id=f"QD{job.report_no[2:]}91",
        report_no=job.report_no,
        project_no=job.project_no,
        person=person,
        position_code="project_lead",
        start=dt.datetime.combine(job.visited_on, dt.time(9, 30)),
        minutes=60,
        site=job.site,
    )
    plan.add("platform", "checkins", month, values)
    plan.expect_conflict(
        "absent_holder", person, plan.uscc(8), None, status="none", is_decoy=True, note="was on site once"
    )


def _expired_registrations(plan: Plan) -> None:
    ago = plan.timeline.ago
    person = plan.person()
    plan.hire(person, 21, ago(9), is_insured=False, registration_until=((0, plan.day(ago(4), 10)),))
    for month in (ago(3), ago(1)):
        job = plan.job(21, month, leader=person)
        plan.record_job(job, month)
        plan.expect_lead("unqualified_person", "F07", 21, job.report_no, note="registration expired")
    plan.expect_conflict("expired_registration", person, plan.uscc(21), None)

    # renewed in time, but the list shows it two months later
    person = plan.person()
    plan.hire(
        person,
        8,
        ago(9),
        is_insured=False,
        registration_until=((0, plan.day(ago(5), 10)), (ago(3), plan.day(ago(5), 10).replace(year=2029))),
    )
    month = ago(5)
    job = plan.job(8, month, leader=person)
    plan.record_job(job, month)
    plan.expect_conflict(
        "expired_registration", person, plan.uscc(8), None, status="none", explained_by="renewal_lag", is_decoy=True
    )
    plan.expect_lead("unqualified_person", "F07", 8, job.report_no, is_decoy=True, note="renewed, shown late")

    # the last day is valid
    month = ago(6)
    person = plan.person()
    plan.hire(person, 14, ago(9), month + 1, is_insured=False, registration_until=((0, plan.day(month, 25)),))
    job = plan.job(14, month, leader=person, reported_on=plan.day(month, 25))
    plan.record_job(job, month)
    plan.expect_conflict(
        "expired_registration", person, plan.uscc(14), None, status="none", is_decoy=True, note="on the last valid day"
    )
    plan.expect_lead("unqualified_person", "F07", 14, job.report_no, is_decoy=True, note="on the last valid day")


def _merits_claimed_twice(plan: Plan) -> None:
    month = plan.timeline.ago(5)
    for first, second, status, document in (
        (8, 9, "approved", "焦建〔2026〕71"),
        (11, 12, "rejected", "焦建〔2026〕72"),
    ):
        document_no = f"{document}{plan.district.number:03d}号"
        for place, outcome in ((first, "approved"), (second, status)):
            merit(
                plan,
                place,
                month,
                "3",
                level="municipal",
                obtained=plan.day(month, 6),
                determined=plan.day(month, 16),
                status=outcome,
                document_no=document_no,
            )
        if status == "approved":
            plan.expect_conflict("merit_claimed_twice", None, plan.uscc(first), plan.uscc(second), note="one honour")
        else:
            plan.expect_conflict(
                "merit_claimed_twice",
                None,
                plan.uscc(first),
                plan.uscc(second),
                status="none",
                is_decoy=True,
                note="the second claim was refused",
            )


def _shell_successor(plan: Plan) -> None:
    """Three engineers and the legal representative of an agency that had to leave come back under a new USCC."""
    since = plan.timeline.ago(5)
    for item in plan.employed(EXITED, plan.timeline.ago(9))[:3]:
        plan.hire(
            item.person,
            27,
            since,
            level_code=item.level_code,
            leads_reports=True,
            registration_until=item.registration_until,
        )
    plan.change(27, legal_representative=plan.agency(EXITED).legal_representative)
    plan.expect_conflict("shell_successor", None, plan.uscc(EXITED), plan.uscc(27))


def _acquisition(plan: Plan) -> None:
    """A new agency at the address of one that was in D; a decision says it bought the other."""
    plan.change(26, address=plan.agency(READMITTED).address)
    month = plan.timeline.ago(2)
    decision(
        plan,
        month,
        "identity",
        f"{plan.uscc(READMITTED)}={plan.uscc(26)}",
        "same_person",
        decided=plan.day(month, 16),
        note="收购",
    )
    plan.expect_conflict(
        "shell_successor",
        None,
        plan.uscc(READMITTED),
        plan.uscc(26),
        status="explained",
        explained_by="acquisition",
        is_decoy=True,
    )


def _unresolved_identities(plan: Plan) -> None:
    since = plan.timeline.ago(5)
    person = plan.person()
    twin = replace(plan.person(), name=person.name)
    shown = identifiers.mask(person.id_no)
    plan.hire(person, 11, since, is_insured=False, shown_id=shown)
    plan.hire(twin, 12, since, is_insured=False, shown_id=shown)
    plan.expect_conflict("identity_unresolved", person, plan.uscc(11), plan.uscc(12), other=twin)

    person = plan.person()
    twin = replace(plan.person(), name=person.name)
    plan.hire(person, 13, since, is_insured=False)
    plan.hire(twin, 14, since, is_insured=False)
    plan.expect_conflict(
        "identity_unresolved",
        person,
        plan.uscc(13),
        plan.uscc(14),
        status="none",
        is_decoy=True,
        note="homonyms, full IDs",
    )

    person, other = plan.person(), plan.person()
    shown = identifiers.mask(person.id_no)
    plan.hire(person, 15, since, is_insured=False, shown_id=shown)
    plan.hire(other, 16, since, is_insured=False, shown_id=shown)
    plan.expect_conflict(
        "identity_unresolved", person, plan.uscc(15), plan.uscc(16), status="none", is_decoy=True, note="masks alone"
    )


STORIES: tuple[tuple[Story, tuple[int, ...]], ...] = (
    (_registered_twice, (8, 9, 12, 13, 20, 21, 22, 24)),
    (_moves, (10, 12, 15, 16, 17, 18)),
    (_counted_twice, (TWO_ENGINEERS, 8, 9, 11)),
    (_paid_by_others, (RENAMED, 12, 14, 16, 20, 21, 22)),
    (_public_bodies, (9, 13, 15, 18)),
    (_insured_twice, (14, 17, 19)),
    (_signed_for_others, (RENAMED, 10, 13, 14, 16)),
    (_shared_certificates, (15, 16, 17)),
    (_impossible_presence, (9, 10, 12, 13, 17, 18)),
    (_absent_holders, (8, 20)),
    (_expired_registrations, (8, 14, 21)),
    (_merits_claimed_twice, (8, 9, 11, 12)),
    (_shell_successor, (EXITED, 27)),
    (_acquisition, (READMITTED, 26)),
    (_unresolved_identities, (11, 12, 13, 14, 15, 16)),
)
