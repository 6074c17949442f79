"""A district of up to 28 agencies without any misconduct: agencies, staff, ordinary turnover.

Belongs here: agencies and people (about 17 people and 2–3 level-1 engineers per agency), hiring and leaving. Does not
belong here: anything planted (`stories`). A district is a pure function of seed and number, so that a city of any size is
written one district at a time.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

from sample_city import identifiers
from sample_city.model import ENGINEER, OPERATOR, Agency, District, Employment, make_person
from sample_city.timeline import Timeline

AGENCIES_PER_DISTRICT = 28
PEOPLE_PER_DISTRICT = 760
USCC_PER_DISTRICT = 60
SCENARIO_PEOPLE_FROM = 640  # local index of the first person of the plans

MAINTENANCE, ASSESSMENT, BOTH = "maintenance_testing", "safety_assessment", "both"
SERVICE_BY_PLACE = dict.fromkeys((5, 18, 25), ASSESSMENT) | dict.fromkeys((0, 4, 7, 9, 14, 16, 19, 26), BOTH)
# places whose size or start matters for a story (`stories`)
TWO_ENGINEERS = 6
LISTED_LATE = {23: 16, 26: 4, 27: 5}  # place -> months before the end in which it is first listed
NEVER_PUBLISHED = {24, 25}
CHECKED_LATE = {23: 2}  # place -> months by which the first site check is late


def district_random(seed: int, number: int, purpose: str) -> random.Random:
    """A separate generator for each purpose, so that a new plan does not change anything else."""
    return random.Random(f"firemark sample city/{seed}/{number}/{purpose}")  # noqa: S311 - not a secret


def build_district(seed: int, number: int, size: int, timeline: Timeline) -> District:
    """District `number` of the city with its first `size` agencies, before anything is planted."""
    rng = district_random(seed, number, "people")
    district = District(number)
    local_person = 0
    for place in range(size):
        agency = _agency(rng, number, place, timeline)
        district.agencies.append(agency)
        local_person = _staff(rng, district, agency, local_person, timeline)
    return district


def person_index(number: int, local: int) -> int:
    """The city-wide index of a district's person."""
    return number * PEOPLE_PER_DISTRICT + local


def first_site_check_month(place: int, listed_from: int) -> int:
    """The month in which a newly listed agency is visited: the same one, unless the visit is overdue."""
    return listed_from + CHECKED_LATE.get(place, 0)


def _agency(rng: random.Random, number: int, place: int, timeline: Timeline) -> Agency:
    index = number * AGENCIES_PER_DISTRICT + place
    region = identifiers.REGION_CODES[place % len(identifiers.REGION_CODES)]
    service_type = SERVICE_BY_PLACE.get(place, MAINTENANCE)
    least = 100 if service_type == ASSESSMENT else 200
    listed_from = timeline.ago(LISTED_LATE[place]) if place in LISTED_LATE else 0
    if listed_from:
        basis = "applied"
        submitted_on = timeline.day(listed_from - 1, 9)
        onsite_month = first_site_check_month(place, listed_from)
        late = 6 if place in CHECKED_LATE else 0
        onsite_on, published_on = timeline.day(onsite_month, 8 + late), timeline.day(onsite_month, 16 + late)
    else:
        basis = "grandfathered_28" if number == 0 and place not in NEVER_PUBLISHED else "province_platform"
        submitted_on = dt.date(2023, 3, 1) + dt.timedelta(days=rng.randrange(90))
        onsite_on = submitted_on + dt.timedelta(days=rng.randrange(10, 30))
        published_on = onsite_on + dt.timedelta(days=rng.randrange(5, 20))
    agency = Agency(
        number=index,
        place=place,
        agency_id=identifiers.uscc("91", region, number * USCC_PER_DISTRICT + place),
        name=identifiers.firm_name(index),
        legal_representative=identifiers.person_name(person_index(number, PEOPLE_PER_DISTRICT - 1 - place)),
        address=identifiers.address(index, region),
        service_type=service_type,
        floor_area_m2=least + 10 + rng.randrange(0, 260),
        listing_basis=basis,
        submitted_on=submitted_on,
        published_on=published_on,
        onsite_checked_on=onsite_on,
        phone=identifiers.phone(50_000_000 + index),
        assessment_control="not_applicable" if service_type == MAINTENANCE else "yes",
        listed_from=listed_from,
        works_from=first_site_check_month(place, listed_from) + 1 if listed_from else 0,
    )
    if listed_from:  # its first list comes before the site check and the publication
        agency = replace(agency, onsite_checked_on=None, published_on=None).with_state(
            agency.works_from, onsite_checked_on=onsite_on, onsite_result="passed", published_on=published_on
        )
    if place in NEVER_PUBLISHED:
        agency = replace(agency, onsite_checked_on=None, published_on=None, works_from=timeline.months)
    return agency


def _staff(rng: random.Random, district: District, agency: Agency, local: int, timeline: Timeline) -> int:
    """Adds the agency's staff; returns the next free local index of a person."""
    if agency.place == TWO_ENGINEERS:
        levels = ["level_1", "level_2"]
    else:
        levels = ["level_1"] * rng.choice((2, 2, 3)) + ["level_2"] * 2
    better = rng.choice((3, 4))
    operators = rng.choices(("senior_technician", "technician", "advanced", "intermediate"), k=better)
    operators += ["junior"] * (17 - len(levels) - better - rng.randrange(0, 2))
    for place, level_code in enumerate(levels + operators):
        employment = _employment(
            rng, agency, timeline, number=district.number, local=local, place=place, level_code=level_code
        )
        local += 1
        can_leave = level_code == "junior" or (level_code == "level_2" and place == len(levels) - 1 and len(levels) > 2)
        span = timeline.last - agency.listed_from
        if can_leave and span >= 6 and rng.random() < 0.12:
            # leaves with one list; the successor is in the same list
            change = agency.listed_from + rng.randrange(2, span - 1)
            successor = _employment(
                rng,
                agency,
                timeline,
                number=district.number,
                local=local,
                place=place,
                level_code=level_code,
                from_month=change,
            )
            local += 1
            district.employments += [replace(employment, until_month=change), successor]
        else:
            district.employments.append(employment)
    return local


def _employment(
    rng: random.Random,
    agency: Agency,
    timeline: Timeline,
    *,
    number: int,
    local: int,
    place: int,
    level_code: str,
    from_month: int | None = None,
) -> Employment:
    is_engineer = level_code in ("level_1", "level_2")
    if from_month is None:
        from_month = agency.listed_from
        contract_from_on = dt.date(2020, 1, 1) + dt.timedelta(days=rng.randrange(1000))
    else:
        contract_from_on = timeline.day(from_month - 1, rng.randrange(8, 26))
    position = ("technical_lead", "project_lead", "project_lead")[place] if is_engineer and place < 3 else "engineer"
    return Employment(
        person=make_person(person_index(number, local), level_code),
        agency=agency.place,
        from_month=from_month,
        until_month=None,
        position_code=position if is_engineer else "operator",
        certificate_kind=ENGINEER if is_engineer else OPERATOR,
        level_code=level_code,
        contract_from_on=contract_from_on,
        contract_until_on="open" if rng.random() < 0.6 else dt.date(2028, 1, 1) + dt.timedelta(days=rng.randrange(500)),
        registration_until=_registration_until(rng, from_month, timeline) if is_engineer else (),
        leads_reports=is_engineer,
    )


def _registration_until(rng: random.Random, from_month: int, timeline: Timeline) -> tuple[tuple[int, dt.date], ...]:
    """Valid throughout; one in four is renewed during the sample, and the list shows it a month ahead."""
    if rng.random() < 0.25 and timeline.last - from_month > 6:
        month = rng.randrange(from_month + 3, timeline.last - 1)
        first = timeline.day(month, rng.randrange(10, 28))
        return (from_month, first), (month - 1, first.replace(year=first.year + 3))
    return ((from_month, dt.date(2028, 3, 1) + dt.timedelta(days=rng.randrange(600))),)
