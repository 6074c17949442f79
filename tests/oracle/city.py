"""A random city as typed source rows, with many edge cases: leap days, version boundaries, same days, rings, repeats.

Belongs here: making rows. Does not belong here: what they mean (`naive`), running the SQL (`comparison`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

FIRST_DAY = dt.date(2024, 1, 1)
LAST_EVENT = dt.date(2026, 3, 1)
CLAUSES = ("1", "2a", "2b", "3", "4a", "4b", "5", "6", "7", "8", "9", "10", "11")
CHANNELS = ("document_review", "supervision_check", "verified_complaint", "acceptance", "county_department")
CHECK_TYPES = ("double_random", "special", "complaint_verification", "acceptance", "document_review")
STATUSES = ("suspended", "exited", "deregistered")
OWN_POINTS = ("0", "1", "2", "5", "7", "10", "10", "12", "20", "2.5", "7.5", "0.05", "3.35", "4.01")
EDGES = tuple(
    dt.date.fromisoformat(day)
    for day in (
        *("2024-02-28", "2024-02-29", "2024-03-01", "2024-03-20", "2024-03-21", "2024-03-31", "2024-04-01"),
        *("2024-06-30", "2024-07-01", "2024-12-31", "2025-01-01", "2025-02-28", "2025-03-01", "2025-03-02"),
        *("2025-06-30", "2025-07-01", "2025-07-02", "2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01"),
    )
)

Row = dict[str, Any]


class _Seen:
    """What an agency's later rows can refer to: earlier tickets, and whatever a finding may come from."""

    def __init__(self) -> None:
        self.tickets: list[str] = []
        self.origins: list[str] = []


class _Maker:
    def __init__(self, random: Random, agency_count: int) -> None:
        self.random = random
        self.tables: dict[str, list[Row]] = {}
        self.agencies = [f"91410800MA{number:08d}" for number in range(agency_count)]
        self.names = {agency: f"消防技术服务{number}" for number, agency in enumerate(self.agencies)}
        self.serial = 0

    # ------------------------------------------------------------------------------------------- small things

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def number(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}{self.serial:06d}"

    def day(self, pool: Sequence[dt.date] = ()) -> dt.date:
        """A day of the city's time: any, an edge, one near an edge of another day's window, or one of the pool."""
        kind = self.random.random()
        if pool and kind < 0.45:
            base = self.random.choice(pool)
            if kind < 0.2:
                return base
            if kind < 0.35:  # around the end of that day's year
                year = base.year + self.random.choice((-1, 1))
                anniversary = dt.date(year, base.month, min(base.day, 28) if base.month == 2 else base.day)
                return self._inside(anniversary + dt.timedelta(days=self.random.randint(-1, 2)))
            return self._inside(base + dt.timedelta(days=self.random.randint(-3, 30)))
        if kind < 0.65:
            return self._inside(self.random.choice(EDGES) + dt.timedelta(days=self.random.choice((-1, 0, 0, 0, 1))))
        return FIRST_DAY + dt.timedelta(days=self.random.randint(0, (LAST_EVENT - FIRST_DAY).days))

    @staticmethod
    def _inside(day: dt.date) -> dt.date:
        return min(max(day, FIRST_DAY), LAST_EVENT)

    def add(self, table: str, key: str, received_on: dt.date, **columns: Any) -> Row:
        """A source row with its provenance."""
        rows = self.tables.setdefault(table, [])
        row = {
            "source_key": key,
            "row_key": key,
            "received_on": received_on,
            "file_name": f"drop-{self.random.randint(1, 3)}.xlsx",
            "file_hash": f"{self.random.getrandbits(64):064x}",
            "row_number": self.random.randint(2, 999),
            "file_position": len(rows) + 1,
        } | columns
        rows.append(row)
        return row

    def correct(self, table: str, row: Row, **changes: Any) -> None:
        """Another version of the row that `row` supersedes: received before it, or above it in the file."""
        earlier = dict(row) | changes
        if self.chance(0.5):
            earlier["received_on"] = row["received_on"] - dt.timedelta(days=self.random.randint(1, 40))
        else:
            row["file_position"] += 100_000
        self.tables[table].append(earlier)

    # ------------------------------------------------------------------------------------------------ registry

    def load(self, source: str, dataset: str, received_on: dt.date, status: str = "loaded") -> None:
        self.tables.setdefault("lake.loads", []).append(
            {
                "source": source,
                "dataset": dataset,
                "received_on": received_on,
                "file_name": f"drop-{status}.xlsx",
                "file_hash": "0" * 64,
                "status": status,
                "read_count": 1,
                "accepted_count": 1,
                "quarantined_count": 0,
                "duplicate_count": 0,
            }
        )

    def registry(self) -> None:
        drops = sorted({self.day() for _ in range(self.random.randint(2, 5))})
        joined = {}
        for agency in self.agencies:
            joined[agency] = self.random.choice((*drops, *drops, None))
        for drop in drops:
            self.load("registry", "agencies", drop)
            for agency in self.agencies:
                if joined[agency] is None or joined[agency] > drop or self.chance(0.08):
                    continue
                renamed = "新" if self.chance(0.1) else ""
                self.add(
                    "registry.agencies",
                    agency,
                    drop,
                    agency_id=agency,
                    agency_name=self.names[agency] + renamed,
                    service_type="both",
                    floor_area_m2=Decimal(self.random.choice((90, 150, 200, 201, 260, 400, 500))),
                    submitted_on=drop - dt.timedelta(days=self.random.randint(0, 90)) if self.chance(0.3) else None,
                    published_on=drop + dt.timedelta(days=self.random.randint(-30, 60)) if self.chance(0.3) else None,
                    registry_status="normal",
                )
        self.personnel()

    def personnel(self) -> None:
        drops = sorted({self.day() for _ in range(self.random.randint(1, 5))})
        staff = {agency: [self._person() for _ in range(self.random.randint(0, 12))] for agency in self.agencies}
        for drop in drops:
            self.load("registry", "personnel", drop)
            for agency in self.agencies:
                if self.chance(0.1):
                    continue
                if self.chance(0.4):
                    staff[agency] = [person for person in staff[agency] if self.chance(0.8)]
                    staff[agency] += [self._person() for _ in range(self.random.randint(0, 3))]
                for person in staff[agency]:
                    key = f"{agency}-{person['person_key'] or person['registration_no']}-{person['certificate_kind']}"
                    self.add("registry.personnel", key, drop, agency_id=agency, **person)
                    if self.chance(0.1):  # a second certificate of the same person
                        other = "operator" if person["certificate_kind"] == "engineer" else "engineer"
                        level = "intermediate" if other == "operator" else "level_1"
                        second = person | {"certificate_kind": other, "level_code": level}
                        self.add("registry.personnel", f"{key}-2", drop, agency_id=agency, **second)

    def _person(self) -> Row:
        is_engineer = self.chance(0.5)
        operators = ("junior", "junior", "intermediate", "advanced", "technician", "senior_technician")
        has_id = self.chance(0.8)
        return {
            "person_name": "王强",
            "person_key": self.number("person-") if has_id else None,
            "person_mask": None,
            "person_id_status": "full" if has_id else "empty",
            "certificate_kind": "engineer" if is_engineer else "operator",
            "level_code": self.random.choice(("level_1", "level_2") if is_engineer else operators),
            "registration_no": self.number("R"),
            "registration_until_on": None if self.chance(0.4) else self.day() + dt.timedelta(days=200),
        }

    # ------------------------------------------------------------------------------------------------ platform

    def platform(self, agency: str) -> None:
        for _ in range(self.random.choice((0, 0, 1, 3, 8))):
            day, project = self.day(), self.number("P")
            for _ in range(self.random.choice((1, 1, 2))):
                number = self.number("H")
                signed_on = None if self.chance(0.05) else day + dt.timedelta(days=self.random.randint(0, 20))
                row = self.add(
                    "platform.contracts",
                    number,
                    LAST_EVENT,
                    contract_no=number,
                    project_no=project if self.chance(0.95) else None,
                    agency_id=agency,
                    signed_on=signed_on,
                    updated_ms=self.random.randint(1, 9),
                    is_deleted=self.chance(0.1),
                )
                if self.chance(0.2):
                    self.correct("platform.contracts", row, signed_on=self.day(), is_deleted=self.chance(0.3))
        for _ in range(self.random.choice((0, 1, 4))):
            number = self.number("B")
            self.add(
                "platform.reports",
                number,
                LAST_EVENT,
                report_no=number,
                agency_id=agency,
                reported_on=self.day(),
                updated_ms=1,
                is_deleted=self.chance(0.1),
            )

    # ------------------------------------------------------------------------------------------------ evidence

    def evidence(self, agency: str) -> list[tuple[str, dt.date]]:
        """Rows of one agency's six ledgers; returns the numbers that a repair can name, with their days."""
        # a third of the agencies have one act with many rows and items
        is_crowded = self.chance(0.33)
        days = [self.day() for _ in range(3)]
        projects = [self.number("X") for _ in range(1 if is_crowded else 2)]
        reports = [self.number("Y") for _ in range(2)]
        clauses = self.random.sample(CLAUSES, 5)
        named: list[tuple[str, dt.date]] = []
        seen = _Seen()
        for _ in range(self.random.choice((0, 1, 3, 7, 14))):
            determined_on = None if self.chance(0.04) else self.day(days)
            decided = determined_on or self.day(days)
            days.append(decided)
            acted_on = decided - dt.timedelta(days=self.random.choice((0, 0, 1, 5, 40, 400)))
            if self.chance(0.95 if is_crowded else 0.5):
                acted_on = min(self.random.choice(days[: 1 if is_crowded else 2]), decided)
            common = {
                "agency_id": agency,
                "clause": self.random.choice(clauses) if self.chance(0.85) else self.random.choice(CLAUSES),
                "occurred_on": acted_on if is_crowded or self.chance(0.85) else None,
                "determined_on": determined_on,
                "project_no": self.random.choice(projects) if is_crowded or self.chance(0.5) else None,
                "report_no": self.random.choice(reports) if self.chance(0.4) else None,
            }
            received_on = decided + dt.timedelta(days=self.random.randint(0, 40))
            kind = self.random.choice(("findings", "findings", "checks", "checks", "penalties", "hotline", "media"))
            number = getattr(self, f"_{kind}")(common, received_on, seen)
            named.append((number, decided))
        for _ in range(self.random.choice((0, 0, 1, 3, 8))):
            self._merit(agency, days)
        return named

    def _findings(self, row: Row, received_on: dt.date, seen: _Seen) -> str:
        number = self.number("F")
        origin = None
        if seen.origins and self.chance(0.35):
            origin = self.random.choice(seen.origins)
        elif self.chance(0.05):
            origin = "nowhere"
        written = self.add(
            "credit_desk.findings",
            number,
            received_on,
            finding_id=number,
            channel_code=self.random.choice((*CHANNELS, *CHANNELS, None)),
            origin_id=origin,
            status_code=self.random.choice(("effective",) * 7 + ("objection", "not_effective", "revoked")),
            **row,
        )
        if self.chance(0.1):
            self.correct("credit_desk.findings", written, clause=self.random.choice(CLAUSES), determined_on=self.day())
        return number

    def _checks(self, row: Row, received_on: dt.date, seen: _Seen) -> str:
        task = self.number("T")
        lines = self.random.choice((1, 1, 2))
        decided = row["determined_on"] or received_on
        for line in range(1, lines + 1):
            number = f"{task}-{line}"
            written = self.add(
                "inspections.checks",
                number,
                received_on,
                task_id=task,
                task_line=str(line),
                check_type=self.random.choice(CHECK_TYPES),
                checked_on=None if self.chance(0.05) else decided - dt.timedelta(days=self.random.randint(0, 20)),
                status_code=self.random.choice(
                    ("determined",) * 6 + ("objection", "pending", "not_upheld", "revoked", None)
                ),
                **(row | {"clause": row["clause"] if self.chance(0.8) else None}),
            )
            seen.origins.append(number)
            if self.chance(0.1):
                self.correct("inspections.checks", written, checked_on=self.day(), status_code="determined")
        seen.origins.append(task)
        return f"{task}-1"

    def _penalties(self, row: Row, received_on: dt.date, seen: _Seen) -> str:
        number = self.number("罚字")
        if self.serial % 3 == 0:  # the authority names the agency's branch
            row = row | {"agency_id": branch_of(row["agency_id"])}
        row = {name: cell for name, cell in row.items() if name != "report_no"}
        self.add(
            "inspections.penalties",
            number,
            received_on,
            decision_no=number,
            public_until_on=None,
            status_code=self.random.choice(("effective",) * 6 + ("under_review", "revoked")),
            **(row | {"clause": row["clause"] if self.chance(0.9) else None}),
        )
        return number

    def _hotline(self, row: Row, received_on: dt.date, seen: _Seen) -> str:
        number = self.number("G")
        decided = row["determined_on"] or received_on
        accepted_on = row["occurred_on"] or decided
        original = None
        if self.chance(0.4):
            original = self.random.choice([*seen.tickets, *seen.tickets, number, "nowhere"])
        written = self.add(
            "complaints.hotline",
            number,
            received_on,
            ticket_id=number,
            accepted_at=dt.datetime.combine(accepted_on, dt.time(2)),
            accepted_on=accepted_on,
            respondent_name=self.names[row["agency_id"]] + ("新" if self.chance(0.1) else ""),
            result_code=self.random.choice(
                ("substantiated",) * 5 + ("partly_substantiated",) * 2 + ("unsubstantiated", "pending")
            ),
            determined_on=row["determined_on"],
            clause=row["clause"] if self.chance(0.5) else None,
            project_no=row["project_no"],
            original_ticket_id=original,
        )
        if seen.tickets and self.chance(0.1):  # may close a ring
            earlier = next(
                other for other in self.tables["complaints.hotline"] if other["ticket_id"] == seen.tickets[0]
            )
            earlier["original_ticket_id"] = number
        seen.tickets.append(number)
        seen.origins.append(number)
        if self.chance(0.1):
            self.correct("complaints.hotline", written, result_code="substantiated", determined_on=self.day())
        if row["project_no"] and row["determined_on"] and original is None and self.chance(0.4):
            # one visit that verifies the complaint, on the edge of its time or just outside
            visit = self.number("T")
            edge = self.random.choice((accepted_on, row["determined_on"]))
            checked_on = edge + dt.timedelta(days=self.random.choice((-1, 0, 0, 1)))
            self.add(
                "inspections.checks",
                f"{visit}-1",
                received_on,
                task_id=visit,
                task_line="1",
                check_type="complaint_verification",
                checked_on=checked_on,
                status_code="determined",
                agency_id=row["agency_id"],
                clause=row["clause"],
                occurred_on=None,
                determined_on=self._inside(checked_on + dt.timedelta(days=3)),
                project_no=row["project_no"],
            )
        return number

    def _media(self, row: Row, received_on: dt.date, seen: _Seen) -> str:
        number = self.number("M")
        decided = row["determined_on"] or received_on
        by_code = self.chance(0.5)
        self.add(
            "complaints.media",
            number,
            received_on,
            clue_id=number,
            found_on=row["occurred_on"] or decided,
            respondent_name=None if by_code else self.names[row["agency_id"]],
            agency_id=row["agency_id"] if by_code else None,
            result_code=self.random.choice(("substantiated", "substantiated", "partly_substantiated", "存疑", None)),
            determined_on=row["determined_on"],
            clause=row["clause"] if self.chance(0.5) else None,
        )
        if not by_code and self.chance(0.1):  # a short name that a judgement resolves
            self.tables["complaints.media"][-1]["respondent_name"] = "简称"
            decision = self.number("D")
            self.add(
                "credit_desk.decisions",
                decision,
                LAST_EVENT,
                decision_id=decision,
                object_type="identity",
                object_id=f"media:{number}={row['agency_id']}",
                decision_code="same_person",
                decided_on=self.day(),
                handled_by="甲",
                reviewed_by="乙" if self.chance(0.8) else "甲",
            )
        seen.origins.append(number)
        return number

    def _merit(self, agency: str, days: Sequence[dt.date]) -> None:
        number = self.number("S")
        determined_on = None if self.chance(0.04) else self.day(days)
        decided = determined_on or self.day()
        document = self.random.choice((None, f"文{agency[-4:]}一", f"文{agency[-4:]}二", number))
        self.add(
            "credit_desk.merit_claims",
            number,
            decided + dt.timedelta(days=self.random.randint(0, 40)),
            claim_id=number,
            agency_id=agency,
            clause=self.random.choice("12345"),
            level_code=self.random.choice(("national", "provincial", "municipal", None)),
            document_no=document,
            occurred_on=decided - dt.timedelta(days=self.random.choice((0, 1, 90, 500))) if self.chance(0.8) else None,
            person_key=self.random.choice((None, f"expert-{agency}")),
            status_code=self.random.choice(("approved",) * 6 + ("rejected", "pending")),
            determined_on=determined_on,
        )

    # ------------------------------------------------------------------------------------------------- repairs

    def repairs(self, agency: str, named: Sequence[tuple[str, dt.date]], strangers: Sequence[str]) -> None:
        if not named:
            return
        days = [day for _, day in named]
        for _ in range(self.random.choice((0, 1, 2, 4, 9))):
            listed = [self.random.choice(named) for _ in range(self.random.choice((1, 1, 2, 3)))]
            accepted_on = max(day for _, day in listed) + dt.timedelta(
                days=self.random.choice((-1, 0, 0, 1, 5, 10, 60, 200, 364, 365, 366))
            )
            if self.chance(0.2):
                accepted_on = self.day(days)
            numbers = list(dict.fromkeys(number for number, _ in listed))
            if self.chance(0.1):
                numbers.append(self.random.choice((*strangers, "nowhere")))
            number = self.number("Z")
            applicant = branch_of(agency) if self.serial % 5 == 0 else agency
            replied_on = accepted_on + dt.timedelta(days=self.random.choice((0, 0, 0, 1, 1, 5, 5, 12, 90, -1)))
            written = self.add(
                "credit_desk.repairs",
                number,
                LAST_EVENT,
                application_id=number,
                agency_id=applicant,
                target_ids="、".join(numbers),
                applied_on=accepted_on,
                accepted_on=None if self.chance(0.04) else accepted_on,
                has_application_form=not self.chance(0.03),
                has_fulfilment_proof=not self.chance(0.03),
                has_other_evidence=not self.chance(0.03),
                review_code=self.random.choice(("approved",) * 14 + ("refused", None)),
                replied_on=None if self.chance(0.04) else replied_on,
                handled_by="甲",
                reviewed_by="甲" if self.chance(0.05) else "乙",
            )
            if self.chance(0.1):
                self.correct("credit_desk.repairs", written, review_code="approved", accepted_on=self.day(days))


def branch_of(agency: str) -> str:
    """The code of the one branch that an agency has."""
    return f"92{agency[2:]}"


def _respell_clauses(tables: Mapping[str, list[Row]], random: Random) -> None:
    """Some clauses without their letter, some of no table; with draws of its own, so that the rest stays as it is."""
    for name in sorted(tables):
        for row in tables[name]:
            clause = row.get("clause")
            if clause in ("2b", "4b") and random.random() < 0.4:
                row["clause"] = clause[0]
            elif clause and random.random() < 0.02:
                row["clause"] = random.choice(("12", "1-1", "2c"))


def _say_more(tables: Mapping[str, list[Row]], random: Random) -> None:
    """数量 and 扣分 of a row's own, and directory states that come and go; with draws of its own."""
    for name in ("credit_desk.findings", "inspections.checks", "inspections.penalties"):
        for row in tables.get(name, []):
            row["quantity"] = random.choice((None, None, None, 1, 2, 3, 5, 20))
            row["row_points"] = Decimal(random.choice(OWN_POINTS)) if random.random() < 0.85 else None
    unsteady: dict[str, bool] = {}
    for row in tables.get("registry.agencies", []):
        if unsteady.setdefault(row["agency_id"], random.random() < 0.4):
            row["registry_status"] = random.choice(("normal", None, *STATUSES))


def _visit_more_projects(tables: Mapping[str, list[Row]], random: Random) -> None:
    """Further rows of some tasks, on another project or about another act; with draws of its own."""
    checks = tables.get("inspections.checks", [])
    projects = sorted({row["project_no"] for row in checks if row.get("project_no")})
    keys = {row["row_key"] for row in checks}
    for row in list(checks):
        if random.random() >= 0.2:
            continue
        for line in range(3, random.choice((4, 4, 5))):
            key = f"{row['task_id']}-{line}"
            if key in keys:
                break
            keys.add(key)
            days = random.choice((0, 0, 1, 30))
            determined_on = row["determined_on"] and row["determined_on"] + dt.timedelta(days=days)
            changes = {
                "task_line": str(line),
                "row_key": key,
                "source_key": key,
                "file_position": len(checks) + 1,
                "project_no": random.choice((row.get("project_no"), None, *projects[:3])),
                "clause": random.choice(CLAUSES),
                "check_type": random.choice((row["check_type"], row["check_type"], *CHECK_TYPES)),
                "determined_on": determined_on,
                "status_code": random.choice(("determined", "determined", "determined", "objection", "revoked")),
            }
            checks.append(row | changes)


def make_city(seed: int, agency_count: int) -> dict[str, list[Row]]:
    """Source rows by `schema.table`, in a shuffled order of arrival."""
    maker = _Maker(Random(seed), agency_count)
    maker.registry()
    named = {}
    for agency in maker.agencies:
        maker.platform(agency)
        named[agency] = maker.evidence(agency)
    for index, agency in enumerate(maker.agencies):
        strangers = [number for number, _ in named[maker.agencies[index - 1]]]
        maker.repairs(agency, named[agency], strangers)
    for agency in maker.agencies:
        decision = maker.number("D")
        maker.add(
            "credit_desk.decisions",
            decision,
            LAST_EVENT,
            decision_id=decision,
            object_type="identity",
            object_id=f"{branch_of(agency)}={agency}",
            decision_code="same_person",
            decided_on=LAST_EVENT,
            handled_by="甲",
            reviewed_by="乙",
        )
    _respell_clauses(maker.tables, Random(f"clauses {seed}"))
    _visit_more_projects(maker.tables, Random(f"projects {seed}"))
    _say_more(maker.tables, Random(f"cells {seed}"))
    for rows in maker.tables.values():
        maker.random.shuffle(rows)
    return maker.tables


def known_on(tables: Mapping[str, Sequence[Row]], day: dt.date) -> dict[str, list[Row]]:
    """What of a city was received by a day, if repairs, contracts and reports arrived on a day of their own."""
    own_days = {
        "credit_desk.repairs": ("replied_on", "accepted_on"),
        "platform.contracts": ("signed_on",),
        "platform.reports": ("reported_on",),
    }
    known: dict[str, list[Row]] = {}
    for table, rows in tables.items():
        arrived: dict[str, dt.date] = {}
        for row in rows:
            days = [row[name] for name in own_days.get(table, ()) if row[name] is not None]
            if days:
                arrived[row["row_key"]] = max(arrived.get(row["row_key"], days[0]), days[0])
        # rows of an earlier file stay in an earlier file
        moved = [
            row | {"received_on": row["received_on"] - (LAST_EVENT - arrived.get(row.get("row_key"), LAST_EVENT))}
            for row in rows
        ]
        known[table] = [row for row in moved if row["received_on"] <= day]
    return known


def of_agency(tables: Mapping[str, Sequence[Row]], agency_id: str) -> dict[str, list[Row]]:
    """The rows about one agency, for a message that a person can read."""
    return {
        table: [
            {name: cell for name, cell in row.items() if cell is not None and name not in _NOISE}
            for row in rows
            if row.get("agency_id", agency_id) == agency_id
        ]
        for table, rows in tables.items()
        if table not in ("lake.loads", "complaints.hotline", "credit_desk.decisions")
    }


_NOISE = ("file_hash", "row_number", "source_key", "person_mask")
