"""Conflicts over a registration: one person at two agencies, one certificate of two persons, one that ran out.

Belongs here: what the personnel lists alone show. Does not belong here: who pays (`payments`), who was where
(`presence`).
"""

from __future__ import annotations

from dataclasses import replace

from sample_city import identifiers
from sample_city.districts import TWO_ENGINEERS
from sample_city.ledgers import merit
from sample_city.plan import Plan
from sample_city.stories.story import needs


@needs(8, 9, 12, 13, 20, 21, 22, 24)
def registered_twice(plan: Plan) -> None:
    """At two agencies in the lists: still, for two lists, behind a mask, since the last list."""
    ago = plan.timeline.ago
    # still open after months; 8 pays the pension, so 9 has an engineer whom another firm pays
    person = plan.newcomer(8, leads_reports=True)
    plan.hire(person, 9, ago(7), is_insured=False)
    plan.expect_conflict("double_registration", person, 8, 9, note="still open")
    plan.expect_conflict("paid_by_other_firm", person, 9, 8, note="follows from the former")
    # both claim this person as their expert
    for place, month in ((8, ago(5)), (9, ago(4))):
        merit(plan, place, month, "4", level="provincial", obtained=7, determined=17, person_id=person.id_no)
    plan.expect_conflict("merit_claimed_twice", person, 8, 9, note="one expert")
    # two lists long, then over
    person = plan.newcomer(12, ago(9), is_insured=False, level_code="level_2")
    plan.hire(person, 13, ago(5), ago(3), is_insured=False, level_code="level_2")
    plan.expect_conflict("double_registration", person, 12, 13, note="31 to 90 days")
    # known by its registration number and name only
    person = plan.newcomer(24, ago(6), is_insured=False)
    plan.hire(person, 22, ago(4), is_insured=False, shown_id=identifiers.mask(person.id_no))
    plan.expect_conflict("double_registration", person, 22, 24, note="masked ID, tier 2")
    # one list long so far
    person = plan.newcomer(20, leads_reports=True)
    plan.hire(person, 21, plan.timeline.last, is_insured=False)
    plan.expect_conflict("double_registration", person, 20, 21, note="since the last list")


@needs(10, 12, 15, 16, 17, 18)
def moves(plan: Plan) -> None:
    """Moves between agencies: in one list at both, ended by the contract, and clean."""
    ago = plan.timeline.ago
    person = plan.newcomer(15, 0, ago(4), leads_reports=True)
    plan.hire(person, 16, ago(5), leads_reports=True)
    plan.expect_explained("double_registration", person, 15, 16, explained_by="transition")
    person = plan.newcomer(17, ago(9), ago(5), contract_until_on=plan.day(ago(6), 15))
    plan.hire(person, 18, ago(6), leads_reports=True)
    plan.expect_explained(
        "double_registration", person, 17, 18, explained_by="transition", note="the contract ends within the month"
    )
    person = plan.newcomer(10, 0, ago(5), leads_reports=True)
    plan.hire(person, 12, ago(5), leads_reports=True)
    plan.expect_innocent("double_registration", person, 10, 12)
    for place, month in ((10, ago(7)), (12, ago(3))):
        merit(plan, place, month, "4", level="national", obtained=8, determined=18, person_id=person.id_no)
    plan.expect_innocent("merit_claimed_twice", person, 10, 12, explained_by="moved", note="moved between")


@needs(TWO_ENGINEERS, 8, 9, 11)
def counted_twice(plan: Plan) -> None:
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
    plan.expect_innocent("counted_twice", None, 8, 9, note="both have engineers to spare")


@needs(15, 16, 17)
def shared_certificates(plan: Plan) -> None:
    """One registration number of two persons; a misspelt name is innocent."""
    ago = plan.timeline.ago
    person, other = plan.person(), plan.person()
    plan.hire(person, 15, ago(6), is_insured=False)
    plan.hire(other, 16, ago(6), is_insured=False, registration_no=person.registration_no)
    plan.expect_conflict("certificate_shared", person, 15, 16, other=other)

    person = plan.person()
    misspelt = person.name[:-1] + ("军" if person.name[-1] != "军" else "君")
    plan.hire(person, 17, ago(6), is_insured=False, name_by_month=((ago(4), misspelt),))
    plan.expect_innocent("certificate_shared", person, 17, 17, explained_by="typo", note=misspelt)


@needs(8, 14, 21)
def expired_registrations(plan: Plan) -> None:
    """Leads jobs after the registration ran out; renewed and shown late, or on the last day, is innocent."""
    ago = plan.timeline.ago
    person = plan.newcomer(21, ago(9), is_insured=False, registration_until=((0, plan.day(ago(4), 10)),))
    for month in (ago(3), ago(1)):
        job = plan.job(21, month, leader=person)
        plan.record_job(job, month)
        plan.expect_lead("unqualified_person", "F07", 21, job.report_no, note="registration expired")
    plan.expect_conflict("expired_registration", person, 21, None)

    # renewed in time, but the list shows it two months later
    person = plan.newcomer(
        8,
        ago(9),
        is_insured=False,
        registration_until=((0, plan.day(ago(5), 10)), (ago(3), plan.day(ago(5), 10).replace(year=2029))),
    )
    month = ago(5)
    job = plan.job(8, month, leader=person)
    plan.record_job(job, month)
    plan.expect_innocent("expired_registration", person, 8, None, explained_by="renewal_lag")
    plan.expect_lead("unqualified_person", "F07", 8, job.report_no, is_decoy=True, note="renewed, shown late")

    # the last day is valid
    month = ago(6)
    person = plan.newcomer(14, ago(9), month + 1, is_insured=False, registration_until=((0, plan.day(month, 25)),))
    job = plan.job(14, month, leader=person, reported_on=plan.day(month, 25))
    plan.record_job(job, month)
    plan.expect_innocent("expired_registration", person, 14, None, note="on the last valid day")
    plan.expect_lead("unqualified_person", "F07", 14, job.report_no, is_decoy=True, note="on the last valid day")


@needs(11, 12, 13, 14, 15, 16)
def unresolved_identities(plan: Plan) -> None:
    """Equal names behind equal masks; homonyms with full numbers, or masks alone, are innocent."""
    since = plan.timeline.ago(5)
    person = plan.person()
    twin = replace(plan.person(), name=person.name)
    shown = identifiers.mask(person.id_no)
    plan.hire(person, 11, since, is_insured=False, shown_id=shown)
    plan.hire(twin, 12, since, is_insured=False, shown_id=shown)
    plan.expect_conflict("identity_unresolved", person, 11, 12, other=twin)

    person = plan.person()
    twin = replace(plan.person(), name=person.name)
    plan.hire(person, 13, since, is_insured=False)
    plan.hire(twin, 14, since, is_insured=False)
    plan.expect_innocent("identity_unresolved", person, 13, 14, note="homonyms, full IDs")

    person, other = plan.person(), plan.person()
    shown = identifiers.mask(person.id_no)
    plan.hire(person, 15, since, is_insured=False, shown_id=shown)
    plan.hire(other, 16, since, is_insured=False, shown_id=shown)
    plan.expect_innocent("identity_unresolved", person, 15, 16, note="masks alone")
