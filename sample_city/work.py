"""阳光平台 of a district in one month: contracts, reports and check-ins of ordinary work.

Belongs here: the builders of platform records, and three ordinary jobs per agency and month. Does not belong here: jobs
with something wrong (`stories`), which use the same builders.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import eviltransform

from sample_city.districts import ASSESSMENT, BOTH, MAINTENANCE
from sample_city.model import Agency, District, Employment, Person, Values
from sample_city.timeline import Timeline

SHANGHAI = ZoneInfo("Asia/Shanghai")
JOBS_PER_MONTH = 3
SYSTEMS = ("WGS84", "GCJ02", "BD09")
WEST, SOUTH = 11_275, 3_495  # cells of 0.01°; the city is about 70 by 35 of them


@dataclass(frozen=True)
class Job:
    """One job: a project under a contract, a visit, a report."""

    agency: Agency
    project_no: str
    contract_no: str
    report_no: str
    service_type: str
    visited_on: dt.date
    reported_on: dt.date
    technical_lead: Person
    project_lead: Person
    operators: tuple[Person, ...]
    site: tuple[float, float]  # WGS-84 longitude, latitude


@lru_cache(maxsize=10_000)
def epoch_ms(day: dt.date, seconds: int = 36_000) -> int:
    """Milliseconds since 1970 of a second of a day in Shanghai."""
    moment = dt.datetime.combine(day, dt.time(), SHANGHAI) + dt.timedelta(seconds=seconds)
    return int(moment.timestamp()) * 1000


def site_of(number: int) -> tuple[float, float]:
    """A place in the city, well inside its cell, so that no coordinate conversion moves it into the next cell."""
    cell_x, cell_y = WEST + number * 17 % 70, SOUTH + number * 11 % 35
    longitude = (cell_x + 0.35 + number * 7 % 30 / 100) * 0.01
    latitude = (cell_y + 0.35 + number * 13 % 30 / 100) * 0.01
    return round(longitude, 6), round(latitude, 6)


def contract_values(
    *,
    contract_no: str,
    project_no: str,
    agency: Agency,
    agency_name: str,
    service_type: str,
    signed_on: dt.date,
    service_from_on: dt.date,
    performed_by_id: str | None = None,
) -> Values:
    """A contract as the platform records it."""
    return {
        "contract_no": contract_no,
        "project_no": project_no,
        "project_name": f"{project_no[-5:]}号项目消防设施{'评估' if service_type == ASSESSMENT else '维护保养'}",
        "client_name": f"焦作市第{int(project_no[-7:]) % 997 + 1}物业服务有限公司",
        "agency_id": agency.agency_id,
        "agency_name": agency_name,
        "service_type": service_type,
        "signed_on": signed_on,
        "service_from_on": service_from_on,
        "performed_by_id": performed_by_id,
        "updated_ms": epoch_ms(signed_on),
        "is_deleted": False,
    }


def report_values(job: Job, agency_name: str) -> Values:
    """The report of a job, complete and sealed."""
    return {
        "report_no": job.report_no,
        "project_no": job.project_no,
        "contract_no": job.contract_no or None,
        "agency_id": job.agency.agency_id,
        "agency_name": agency_name,
        "service_type": job.service_type,
        "reported_on": job.reported_on,
        "technical_lead_name": job.technical_lead.name,
        "technical_lead": job.technical_lead.id_no,
        "project_lead_name": job.project_lead.name,
        "project_lead": job.project_lead.id_no,
        "project_lead_registration_no": job.project_lead.registration_no,
        "seal_status": "complete",
        "seal_agency_id": job.agency.agency_id,
        "updated_ms": epoch_ms(job.reported_on, 61_200),
        "is_deleted": False,
    }


def checkin_values(
    job: Job,
    number: int,
    person: Person,
    *,
    position_code: str = "project_lead",
    start: dt.datetime,
    minutes: int,
    system: str = "WGS84",
) -> Values:
    """The report's `number`-th check-in at the job's site; jd and wd are written in `system`."""
    longitude, latitude = _written(job.site, system)
    return {
        "checkin_id": f"QD{job.report_no[2:]}{number:02d}",
        "report_no": job.report_no,
        "project_no": job.project_no,
        "person": person.id_no,
        "person_name": person.name,
        "position_code": position_code,
        "checked_in_at": start,
        "checked_out_at": start + dt.timedelta(minutes=minutes),
        "longitude": longitude,
        "latitude": latitude,
        "coordinate_system": system,
        "updated_ms": epoch_ms(start.date(), 72_000),
        "is_deleted": False,
        "site": job.site,
    }


@lru_cache(maxsize=50_000)
def _written(site: tuple[float, float], system: str) -> tuple[str, str]:
    """Longitude and latitude of a WGS-84 position as written in `system`."""
    longitude, latitude = site
    if system == "GCJ02":
        latitude, longitude = eviltransform.wgs2gcj(latitude, longitude)
    elif system == "BD09":
        latitude, longitude = eviltransform.wgs2bd(latitude, longitude)
    return f"{longitude:.6f}", f"{latitude:.6f}"


def job_checkins(job: Job, count_from: int = 1) -> Iterator[Values]:
    """The leader's and the operators' check-ins of one visit."""
    people = [(job.project_lead, "project_lead"), *((person, "operator") for person in job.operators)]
    for place, (person, position_code) in enumerate(people):
        start = dt.datetime.combine(job.visited_on, dt.time(8, 40)) + dt.timedelta(
            minutes=(job.agency.place * 7 + place * 4) % 35, seconds=place * 11
        )
        yield checkin_values(
            job,
            count_from + place,
            person,
            position_code=position_code,
            start=start,
            minutes=95 + place * 6,
            system=SYSTEMS[(job.agency.place + place) % 3],
        )


def service_of(agency: Agency, slot: int) -> str:
    """The service type of one of an agency's projects."""
    if agency.service_type == BOTH:
        return ASSESSMENT if slot == 2 else MAINTENANCE
    return agency.service_type


def contract_begins(agency: Agency, slot: int, timeline: Timeline) -> Iterator[int]:
    """Months in which the yearly contracts of one of the agency's projects begin."""
    month = agency.works_from or -1 - (agency.place * 3 + slot) % 12
    until = timeline.months if agency.works_until is None else agency.works_until
    while month < until:
        yield month
        month += 12


def _project_no(agency: Agency, district: District, slot: int, begin: int, timeline: Timeline) -> str:
    return f"XM{timeline.day(begin, 1):%Y%m}{district.number:04d}{agency.place:02d}{slot}"


def background_contracts(district: District, month: int, timeline: Timeline) -> Iterator[Values]:
    """Contracts signed in `month`; the first export also holds those signed before the sample."""
    for agency in district.agencies:
        for slot in range(JOBS_PER_MONTH):
            for begin in contract_begins(agency, slot, timeline):
                if begin - 1 == month or (month == 0 and begin <= 0):
                    project_no = _project_no(agency, district, slot, begin, timeline)
                    yield contract_values(
                        contract_no="HT" + project_no[2:],
                        project_no=project_no,
                        agency=agency,
                        agency_name=agency.name_in(max(month, 0)),
                        service_type=service_of(agency, slot),
                        signed_on=timeline.day(begin - 1, 20),
                        service_from_on=timeline.day(begin, 1),
                    )


def leaders(district: District, place: int, month: int) -> list[Employment]:
    """The people of an agency who lead jobs in a month."""
    return _leaders(_listed(district, month)[place])


def operators(district: District, place: int, month: int) -> list[Person]:
    """An agency's facility operators in a month."""
    return _operators(_listed(district, month)[place])


def _listed(district: District, month: int) -> dict[int, list[Employment]]:
    """Place of an agency -> the people it employs in a month."""
    found: dict[int, list[Employment]] = defaultdict(list)
    for employment in district.employments:
        if employment.is_listed(month):
            found[employment.agency].append(employment)
    return found


def _leaders(employed: Iterable[Employment]) -> list[Employment]:
    return [employment for employment in employed if employment.leads_reports]


def _operators(employed: Iterable[Employment]) -> list[Person]:
    return [employment.person for employment in employed if employment.certificate_kind == "operator"]


def background_jobs(district: District, month: int, timeline: Timeline) -> Iterator[Job]:
    """Three jobs per agency and month; every engineer leads one at least every other month."""
    listed = _listed(district, month)
    for agency in district.agencies:
        if not agency.is_working(month):
            continue
        leading = _leaders(listed[agency.place])
        staff = _operators(listed[agency.place])
        technical = next(item.person for item in leading if item.position_code == "technical_lead")
        for slot in range(JOBS_PER_MONTH):
            begin = max(item for item in contract_begins(agency, slot, timeline) if item <= month)
            project_no = _project_no(agency, district, slot, begin, timeline)
            turn = month * JOBS_PER_MONTH + slot
            day = 7 + slot * 6 + (agency.place + month) % 4
            service_type = service_of(agency, slot)
            count = 1 if service_type == ASSESSMENT else 2
            yield Job(
                agency=agency,
                project_no=project_no,
                contract_no="HT" + project_no[2:],
                report_no=f"BG{timeline.day(month, 1):%Y%m}{district.number:04d}{agency.place:02d}{slot:02d}",
                service_type=service_type,
                visited_on=timeline.day(month, day),
                reported_on=timeline.day(month, day + 1 + slot % 2),
                technical_lead=technical,
                project_lead=leading[turn % len(leading)].person,
                operators=tuple(staff[(turn * 2 + place) % len(staff)] for place in range(count)),
                site=site_of(agency.number * 7 + slot),
            )


def reports_of(jobs: Iterable[Job], month: int) -> Iterator[Values]:
    """The reports of a month's jobs."""
    for job in jobs:
        yield report_values(job, job.agency.name_in(month))


def checkins_of(jobs: Iterable[Job]) -> Iterator[Values]:
    """The check-ins of jobs."""
    for job in jobs:
        yield from job_checkins(job)
