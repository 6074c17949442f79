"""Conflicts over who was where: signed for another agency, at two places at a time, never on site.

Does not belong here: check-ins that a report lacks, which are leads (`leads`).
"""

from __future__ import annotations

import datetime as dt

import eviltransform

from sample_city import work
from sample_city.model import Person
from sample_city.plan import Plan
from sample_city.stories.standing import RENAMED
from sample_city.stories.story import needs


@needs(RENAMED, 10, 13, 14, 16)
def signed_for_others(plan: Plan) -> None:
    """Leads a job of another agency; a former name on the paper and a start within days are innocent."""
    ago = plan.timeline.ago
    month = ago(3)
    person = plan.employed(13, month)[1].person
    job = plan.job(14, month, leader=person)
    plan.record_job(job, month)
    plan.expect_conflict("signed_for_other_agency", person, 13, 14)

    # the agency was renamed: same USCC, old name on the paper
    month = ago(7)
    job = plan.job(RENAMED, month)
    plan.record_job(job, month, agency_name=plan.agency(RENAMED).name)
    plan.expect_innocent("signed_for_other_agency", job.project_lead, RENAMED, RENAMED, explained_by="renamed")

    # starts at the new agency three days before the list that shows it
    month = ago(3)
    person = plan.newcomer(10, ago(7), month)
    plan.hire(person, 16, month, leads_reports=True, contract_from_on=plan.day(month, 4))
    job = plan.job(16, month, visited_on=plan.day(month, 1), leader=person)
    plan.record_job(job, month)
    plan.expect_innocent("signed_for_other_agency", person, 10, 16, explained_by="within_7_days")


@needs(9, 10, 12, 13, 17, 18)
def impossible_presence(plan: Plan) -> None:
    """At two sites far apart on two mornings; one day, shifted coordinates and a batch upload are innocent."""
    ago = plan.timeline.ago
    west, east = work.site_of(3), (work.site_of(3)[0] + 0.21, work.site_of(3)[1])
    person = plan.newcomer(17, ago(6), is_insured=False)
    for month in (ago(3), ago(2)):
        _two_stays(plan, person, (17, west), (18, east), month, *_overlapping(plan, month))
    plan.expect_conflict("impossible_presence", person, 17, 18, note="two days")

    # one day only
    person = plan.newcomer(17, ago(6), is_insured=False)
    month = ago(1)
    _two_stays(plan, person, (17, west), (18, east), month, *_overlapping(plan, month))
    plan.expect_innocent("impossible_presence", person, 17, 18, note="one day only")

    # the same yard; one telephone wrote shifted coordinates under the wrong name
    latitude, longitude = eviltransform.wgs2gcj(west[1], west[0])
    person = plan.newcomer(9, ago(6), is_insured=False)
    for month in (ago(3), ago(2)):
        shifted = (round(longitude, 6), round(latitude, 6))
        _two_stays(plan, person, (9, west), (10, shifted), month, *_overlapping(plan, month))
    plan.expect_innocent("impossible_presence", person, 9, 10, explained_by="coordinates")

    # both stays of the day uploaded in one go in the evening, at one and the same second
    person = plan.newcomer(12, ago(6), is_insured=False)
    for month in (ago(3), ago(2)):
        upload = (_on_25th(plan, month, 21), 0)
        _two_stays(plan, person, (12, west), (13, east), month, upload, upload, is_batch=True)
    plan.expect_innocent("impossible_presence", person, 12, 13, explained_by="batch_upload")


def _on_25th(plan: Plan, month: int, hour: int) -> dt.datetime:
    return dt.datetime.combine(plan.day(month, 25), dt.time(hour, 5, 30))


def _overlapping(plan: Plan, month: int) -> tuple[tuple[dt.datetime, int], tuple[dt.datetime, int]]:
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
        values = work.checkin_values(job, 90, person, start=start, minutes=minutes)
        if is_batch:
            values["updated_ms"] = work.epoch_ms(start.date(), start.hour * 3600 + start.minute * 60 + 50)
        plan.add("platform", "checkins", month, values)


@needs(8, 20)
def absent_holders(plan: Plan) -> None:
    """Registered and never on site; newly hired, or there once, is innocent."""
    ago = plan.timeline.ago
    person = plan.newcomer(20, ago(9))
    plan.expect_conflict("absent_holder", person, 20, None)

    person = plan.newcomer(20, ago(4))
    plan.expect_innocent("absent_holder", person, 20, None, explained_by="new_hire")

    person = plan.newcomer(8, ago(9))
    month = ago(4)
    job = plan.job(8, month)
    plan.record_job(job, month)
    start = dt.datetime.combine(job.visited_on, dt.time(9, 30))
    values = work.checkin_values(job, 91, person, start=start, minutes=60)
    plan.add("platform", "checkins", month, values)
    plan.expect_innocent("absent_holder", person, 8, None, note="was on site once")
