"""The helper with which stories write into a district: ids, extra staff, extra jobs, truth rows.

Belongs here: small builders that stories share. Does not belong here: a story (`stories`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sample_city import identifiers, work
from sample_city.districts import (
    SCENARIO_PEOPLE_FROM,
    USCC_PER_DISTRICT,
    person_index,
)
from sample_city.model import (
    ENGINEER,
    OPERATOR,
    Agency,
    District,
    Employment,
    Payment,
    Person,
    Record,
    Values,
    make_person,
)
from sample_city.timeline import Timeline

FIRST_PAYER = 30  # place of the first payer that is not an agency
Day = dt.date | int | None  # a number is a day of the month in which the row is written


class Plan:
    """A district being planned."""

    def __init__(self, district: District, timeline: Timeline) -> None:
        self.district = district
        self.timeline = timeline
        self._people = SCENARIO_PEOPLE_FROM
        self._payers = FIRST_PAYER
        self._numbers: Counter[str] = Counter()
        self._visits: Counter[tuple[int, int]] = Counter()

    # -- agencies -----------------------------------------------------------------------------------------------
    def has(self, *places: int) -> bool:
        """Whether the district is large enough to hold these agencies."""
        return all(place < len(self.district.agencies) for place in places)

    def agency(self, place: int) -> Agency:
        return self.district.agencies[place]

    def uscc(self, place: int) -> str:
        return self.agency(place).agency_id

    def change(self, place: int, **changes: Any) -> Agency:
        self.district.agencies[place] = replace(self.agency(place), **changes)
        return self.agency(place)

    def state(self, place: int, month: int, **changes: Any) -> None:
        """Changes the agency's row from the list of `month` on."""
        self.district.agencies[place] = self.agency(place).with_state(month, **changes)

    def payer(self, name: str, prefix: str = "91") -> tuple[str, str]:
        """USCC and name of an employer that is not an agency."""
        self._payers += 1
        number = self.district.number * USCC_PER_DISTRICT + self._payers
        return identifiers.uscc(prefix, "410811", number), name

    # -- people -------------------------------------------------------------------------------------------------
    def person(self, level_code: str = "level_1") -> Person:
        self._people += 1
        return make_person(person_index(self.district.number, self._people), level_code)

    def newcomer(
        self,
        place: int,
        from_month: int = 0,
        until_month: int | None = None,
        *,
        level_code: str = "level_1",
        **more: Any,
    ) -> Person:
        """A new person whom the agency hires."""
        person = self.person(level_code)
        self.hire(person, place, from_month, until_month, level_code=level_code, **more)
        return person

    def hire(
        self,
        person: Person,
        place: int,
        from_month: int = 0,
        until_month: int | None = None,
        *,
        level_code: str = "level_1",
        contract_from_on: dt.date | None = None,
        is_insured: bool = True,
        **more: Any,
    ) -> Employment:
        """Another row in the personnel lists; an engineer, unless the level is an operator's."""
        is_engineer = level_code in ("level_1", "level_2")
        if contract_from_on is None:
            early = dt.date(2022, 5, 1)
            contract_from_on = self.timeline.day(from_month - 1, 12) if from_month else early
        more.setdefault("registration_until", ((from_month, dt.date(2028, 9, 30)),) if is_engineer else ())
        employment = Employment(
            person=person,
            agency=place,
            from_month=from_month,
            until_month=until_month,
            position_code="engineer" if is_engineer else "operator",
            certificate_kind=ENGINEER if is_engineer else OPERATOR,
            level_code=level_code,
            contract_from_on=contract_from_on,
            is_insured=is_insured,
            **more,
        )
        self.district.employments.append(employment)
        return employment

    def staff(self, place: int, certificate_kind: str) -> list[int]:
        """Positions in `district.employments` of the agency's people of one kind."""
        return [
            position
            for position, item in enumerate(self.district.employments)
            if item.agency == place and item.certificate_kind == certificate_kind
        ]

    def employed(self, place: int, month: int, certificate_kind: str = ENGINEER) -> list[Employment]:
        """The agency's people of one kind in the list of `month`, longest employed first."""
        return [
            item
            for item in self.district.employments
            if item.agency == place and item.certificate_kind == certificate_kind and item.is_listed(month)
        ]

    def pays(
        self, person: Person, payer: tuple[str, str], from_month: int, until_month: int | None = None, **more: Any
    ) -> None:
        payer_id, payer_name = payer
        self.district.payments.append(Payment(person, payer_id, payer_name, from_month, until_month, **more))

    def as_payer(self, place: int) -> tuple[str, str]:
        return self.uscc(place), self.agency(place).name

    # -- records ------------------------------------------------------------------------------------------------
    def number(self, prefix: str, month: int) -> str:
        """The next number of a ledger: prefix, month, district, running number."""
        stem = f"{prefix}{self.timeline.day(month, 1):%Y%m}{self.district.number:04d}"
        self._numbers[stem] += 1
        return f"{stem}{self._numbers[stem]:03d}"

    def add(self, source: str, dataset: str, month: int, values: Values, *, is_current: bool = True) -> None:
        if not 0 <= month <= self.timeline.last:
            raise ValueError(f"{source}/{dataset}: month {month} is outside the sample")
        self.district.add(source, dataset, month, Record(values, is_current))

    def day(self, month: int, day: int) -> dt.date:
        return self.timeline.day(month, day)

    def on(self, month: int, day: Day) -> dt.date | None:
        """The date of a row that is written in `month`."""
        return self.day(month, day) if isinstance(day, int) else day

    def job(
        self,
        place: int,
        month: int,
        *,
        visited_on: dt.date | None = None,
        leader: Person | None = None,
        operators: Sequence[Person] | None = None,
        reported_on: dt.date | None = None,
        site: tuple[float, float] | None = None,
        service_type: str | None = None,
        technical_lead: Person | None = None,
        report_no: str | None = None,
    ) -> work.Job:
        """An extra job of an agency, with its own numbers; nothing is recorded yet.

        The default day of the visit is after the ordinary visits, and different from that of the agency's other extra jobs.
        """
        agency = self.agency(place)
        if visited_on is None:
            visited_on = self.day(month, 23 + self._visits[place, month])
            self._visits[place, month] += 1
        project_no = self.number("XT", month)
        project_no = f"XT{project_no[2:8]}{project_no[8:]}"
        leading = work.leaders(self.district, place, month)
        service_type = service_type or work.service_of(agency, 0)
        staff = work.operators(self.district, place, month)
        wanted = 1 if service_type == "safety_assessment" else 2
        return work.Job(
            agency=agency,
            project_no=project_no,
            contract_no="HT" + project_no[1:],
            report_no=report_no or "BG" + project_no[1:],
            service_type=service_type,
            visited_on=visited_on,
            reported_on=reported_on or visited_on + dt.timedelta(days=1),
            technical_lead=technical_lead or leading[0].person,
            project_lead=leader or leading[-1].person,
            operators=tuple(staff[:wanted]) if operators is None else tuple(operators),
            site=site or work.site_of(agency.number * 7 + 3 + self._numbers.total()),
        )

    def record_contract(self, job: work.Job, month: int, *, is_current: bool = True, **changes: Any) -> None:
        """Records the contract, by default signed well before the service."""
        signed_on = job.visited_on.replace(day=1) - dt.timedelta(days=20)
        values = work.contract_values(
            contract_no=job.contract_no,
            project_no=job.project_no,
            agency=job.agency,
            agency_name=job.agency.name_in(month),
            service_type=job.service_type,
            signed_on=signed_on,
            service_from_on=signed_on + dt.timedelta(days=5),
        )
        self.add("platform", "contracts", month, {**values, **changes}, is_current=is_current)

    def record_report(self, job: work.Job, month: int, *, is_current: bool = True, **changes: Any) -> None:
        values = work.report_values(job, job.agency.name_in(month))
        self.add("platform", "reports", month, {**values, **changes}, is_current=is_current)

    def record_checkins(self, job: work.Job, month: int, *, skip: Sequence[str] = (), count_from: int = 1) -> None:
        """Records the check-ins of the job's people, except those of the positions in `skip`."""
        for values in work.job_checkins(job, count_from):
            if values["position_code"] in skip:
                continue
            self.add("platform", "checkins", month, values)

    def record_job(
        self, job: work.Job, month: int, *, contract: Values | None = None, skip: Sequence[str] = (), **report: Any
    ) -> None:
        """Records a complete, correct job, except for the changes in `contract` and `report` and the check-ins in `skip`."""
        self.record_contract(job, month, **(contract or {}))
        self.record_report(job, month, **report)
        self.record_checkins(job, month, skip=skip)

    # -- truth --------------------------------------------------------------------------------------------------
    def expect_conflict(
        self,
        kind: str,
        person: Person | None,
        a: int | str,
        b: int | str | None,
        *,
        status: str = "open",
        explained_by: str = "",
        other: Person | None = None,
        is_decoy: bool = False,
        note: str = "",
    ) -> None:
        """`a` and `b`: places of agencies, or the USCC of another employer."""
        self.district.truth.conflicts.append(
            {
                "conflict_kind": kind,
                "person_id": person.id_no if person else "",
                "person_name": person.name if person else "",
                "registration_no": person.registration_no if person else "",
                "other_person_id": other.id_no if other else "",
                "employer_a_id": self._employer(a),
                "employer_b_id": "" if b is None else self._employer(b),
                "expected_status": status,
                "explained_by": explained_by,
                "is_decoy": is_decoy,
                "note": note,
            }
        )

    def _employer(self, employer: int | str) -> str:
        return self.uscc(employer) if isinstance(employer, int) else employer

    def expect_explained(
        self,
        kind: str,
        person: Person | None,
        a: int | str,
        b: int | str | None,
        *,
        explained_by: str,
        note: str = "",
    ) -> None:
        """A decoy that gives a row with an innocent explanation."""
        self.expect_conflict(
            kind, person, a, b, status="explained", explained_by=explained_by, is_decoy=True, note=note
        )

    def expect_innocent(
        self,
        kind: str,
        person: Person | None,
        a: int | str,
        b: int | str | None,
        *,
        explained_by: str = "",
        note: str = "",
    ) -> None:
        """A decoy that gives no row, or an explained one."""
        self.expect_conflict(kind, person, a, b, status="none", explained_by=explained_by, is_decoy=True, note=note)

    def expect_lead(
        self, lead_code: str, item_code: str, place: int, subject: str, *, is_decoy: bool = False, note: str = ""
    ) -> None:
        self.district.truth.leads.append(
            {
                "lead_code": lead_code,
                "item_code": item_code,
                "agency_id": self.uscc(place),
                "subject": subject,
                "expected_status": "none" if is_decoy else "open",
                "is_decoy": is_decoy,
                "note": note,
            }
        )
