"""Data types of the synthetic city: agencies, people, employments, payments and single records.

Belongs here: plain data types. Does not belong here: creating them, or how an export writes them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sample_city import identifiers

Values = dict[str, Any]  # lake column name (a prefix for IDs) -> typed value; codes as in the contracts

ENGINEER, OPERATOR = "engineer", "operator"


@dataclass(frozen=True)
class Person:
    """A person with a certificate."""

    index: int
    name: str
    id_no: str
    registration_no: str
    qualification_no: str
    phone: str


def make_person(index: int, level_code: str) -> Person:
    """A person as a pure function of the city-wide `index`; engineers have a registration number."""
    grade = {"level_1": "1", "level_2": "2"}.get(level_code)
    return Person(
        index=index,
        name=identifiers.person_name(index),
        id_no=identifiers.person_id(index),
        registration_no=f"ZX41{grade}{index:08d}" if grade else "",
        qualification_no=f"{'ZG' if grade else 'CZ'}41{index:09d}",
        phone=identifiers.phone(index),
    )


@dataclass(frozen=True)
class Employment:
    """A person's row in the personnel lists of months `from_month` up to but not including `until_month`.

    `registration_until`: the date that the lists show, by first month (first entry: from the start).
    `name_by_month`: a name that one list spells differently. `shown_id`: the content of 身份证号, if different.
    `is_insured`: the agency pays the pension for every month of the employment.
    """

    person: Person
    agency: int
    from_month: int
    until_month: int | None
    position_code: str
    certificate_kind: str
    level_code: str
    contract_from_on: dt.date
    contract_until_on: dt.date | str = "open"
    registration_until: tuple[tuple[int, dt.date], ...] = ()
    name_by_month: tuple[tuple[int, str], ...] = ()
    shown_id: str = ""
    registration_no: str = ""
    is_insured: bool = True
    leads_reports: bool = False

    def is_listed(self, month: int) -> bool:
        return self.from_month <= month and (self.until_month is None or month < self.until_month)

    def registration_until_on(self, month: int) -> dt.date | None:
        shown = None
        for since, until_on in self.registration_until:
            if since <= month or shown is None:
                shown = until_on
        return shown


@dataclass(frozen=True)
class Payment:
    """Social insurance of one person by one payer for months `from_month` up to but not `until_month`.

    `late_month`: the month in whose export the rows arrive; null = in the export that follows each month.
    """

    person: Person
    payer_id: str
    payer_name: str
    from_month: int
    until_month: int | None
    insurance_code: str = "pension_enterprise"
    payment_status: str = "normal"
    late_month: int | None = None


@dataclass(frozen=True)
class Agency:
    """One agency; `states` = (first month, changes to its directory row), applied in order."""

    number: int  # within the city, from 0
    place: int  # within its district, from 0
    agency_id: str
    name: str
    legal_representative: str
    address: str
    service_type: str
    floor_area_m2: int
    listing_basis: str
    submitted_on: dt.date
    published_on: dt.date | None
    onsite_checked_on: dt.date | None
    phone: str
    has_quality_system: bool = True
    assessment_control: str = "not_applicable"
    listed_from: int = 0
    listed_until: int | None = None
    works_from: int = 0
    works_until: int | None = None
    idle_months: tuple[int, ...] = ()
    states: tuple[tuple[int, Values], ...] = ()

    def is_listed(self, month: int) -> bool:
        return self.listed_from <= month and (self.listed_until is None or month < self.listed_until)

    def is_working(self, month: int) -> bool:
        if month in self.idle_months or (self.works_until is not None and month >= self.works_until):
            return False
        return self.works_from <= month

    def name_in(self, month: int) -> str:
        name = self.name
        for since, changes in self.states:
            if since <= month:
                name = changes.get("agency_name", name)
        return name

    def with_state(self, month: int, **changes: Any) -> Agency:
        return replace(self, states=(*self.states, (month, changes)))


@dataclass(frozen=True)
class Record:
    """One row of an event dataset. `is_current`: no later version of the same key follows."""

    values: Values
    is_current: bool = True


@dataclass
class Truth:
    """What a perfect build finds in one district, in addition to the rows."""

    conflicts: list[dict[str, Any]] = field(default_factory=list)
    leads: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class District:
    """Up to 28 agencies with their people and everything planned; districts are independent of each other."""

    number: int
    agencies: list[Agency] = field(default_factory=list)
    employments: list[Employment] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    planned: dict[tuple[str, str, int], list[Record]] = field(default_factory=dict)
    truth: Truth = field(default_factory=Truth)

    def add(self, source: str, dataset: str, month: int, record: Record) -> None:
        self.planned.setdefault((source, dataset, month), []).append(record)

    def records(self, source: str, dataset: str, month: int) -> Iterator[Record]:
        yield from self.planned.get((source, dataset, month), ())
