"""The naive scorer's lines: what rows, events and counts give, from which day until which, and for which occasion.

Belongs here: a line by itself, and the facts that the warehouse counts. Does not belong here: rows (`naive_rows`), what
lines come to on a day and what repairs end (`naive`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.oracle.naive_rows import CityRows, Evidence, current, number_of
from tests.oracle.naive_rules import (
    COUNTS,
    LAST_PHASE,
    NEVER,
    Row,
    Rows,
    Rules,
    anniversary,
    has_happened,
    listed,
)

INTERMEDIATE_OR_ABOVE = ("intermediate", "advanced", "technician", "senior_technician")
TASK = "task"


@dataclass(eq=False)
class Line:
    """One case and item, or one event: points from `starts_on` until it ends by time or by repair."""

    agency_id: str
    case: Any
    item: str
    component: str
    rulebook_id: str
    kind: str
    points: Fraction
    effect: str
    effect_grade: str | None
    starts_on: dt.date
    determined_on: dt.date
    is_repairable: bool
    # the day after which `until_next` looks for the next event
    acted_on: dt.date
    # (TASK, number), else the case
    occasion: tuple[Any, ...]
    ends_on: dt.date = NEVER
    ends_as: str = "expiry"
    repaired_on: dt.date = NEVER
    rows: list[Evidence] = field(default_factory=list)
    # dataset and key of the row that starts the clock: of occasions that began on one day the first fills a cap first
    first_row: tuple[str, str] = ("", "")
    # lines of one case that their rows connect
    act: Any = None

    @property
    def task_id(self) -> str | None:
        """The task that is the line's occasion."""
        return self.occasion[1] if self.occasion[0] == TASK else None

    def holds_on(self, day: dt.date, phase: int = LAST_PHASE) -> bool:
        """In force: begun, not expired, not repaired; within a day what happens in a later phase has not happened."""
        if self.ends_on <= self.starts_on:
            return False
        has_begun = has_happened(self.starts_on, day, phase, "determination" if self.rows else "fact")
        is_repaired = self.repaired_on < self.ends_on and has_happened(self.repaired_on, day, phase, "repair")
        return has_begun and not is_repaired and not has_happened(self.ends_on, day, phase, self.ends_as)


class CityLines(CityRows):
    """The lines of a city, and what its facts are on a day."""

    def __init__(self, rows: Rows, rules: Rules) -> None:
        super().__init__(rows, rules)
        self.people = self._people_by_drop()
        self.counts: dict[tuple[str, str, dt.date], Fraction | None] = {}
        self.events = self._events()
        self.days_of_events: dict[tuple[str, str, str | None], list[dt.date]] = {}
        self.floor_areas = self._shown("floor_area_m2")
        self.statuses = self._shown("registry_status")
        self.lines = self._evidence_lines() + self._event_lines()
        self.starts = self._starts()
        for line in self.lines:
            component = self.rules.components[line.rulebook_id][line.component]
            line.ends_on, line.ends_as = self.window(
                line.rulebook_id, component, line.agency_id, line.starts_on, line.acted_on
            )
        self._repeat()

    # ----------------------------------------------------------------------------------------------- lines

    def _evidence_lines(self) -> list[Line]:
        grouped: dict[Any, list[Evidence]] = {}
        for evidence in self.evidence:
            for item_code in evidence.scoring:
                grouped.setdefault((evidence.agency_id, evidence.case_of(item_code), item_code), []).append(evidence)
        lines = []
        for (agency_id, case, item_code), rows in grouped.items():
            rows.sort(key=lambda row: row.determined_on)
            rulebook_id = rows[0].rulebook_id
            item = self.rules.items[rulebook_id][item_code]
            component = self.rules.components[rulebook_id][item["component_code"]]
            if self.rules.version[rulebook_id]["clock_start"] == "act_on":
                first = min(rows, key=lambda row: (row.acted_on, row.rank))
                starts_on = first.acted_on
            else:
                first = min(rows, key=lambda row: (row.determined_on, row.rank))
                starts_on = first.determined_on
            lines.append(
                Line(
                    agency_id=agency_id,
                    case=case,
                    item=item_code,
                    component=item["component_code"],
                    rulebook_id=rulebook_id,
                    kind="merit" if rows[0].dataset == "merit_claims" else "misconduct",
                    points=component["sign"] * self._points(item, rows),
                    effect=item["effect"],
                    effect_grade=item["effect_grade"],
                    starts_on=starts_on,
                    determined_on=rows[0].determined_on,
                    is_repairable=bool(item["is_repairable"]),
                    acted_on=first.found_on,
                    occasion=self._occasion(first, case),
                    rows=rows,
                    first_row=(first.dataset, first.key),
                )
            )
        self._connect(lines)
        return lines

    @staticmethod
    def _points(item: Row, rows: Sequence[Evidence]) -> Fraction:
        """The points of one line before a repeat: of several rows the largest number of points, and of things."""
        if item["points_from"] == "row":
            points = max(Fraction(row.row_points) for row in rows if row.row_points is not None)
        else:
            points = Fraction(item["points"])
        if item["quantity_from"] == "row":
            points *= max(1 if row.quantity is None else row.quantity for row in rows)
        return points

    def _occasion(self, first: Evidence, case: Any) -> tuple[Any, ...]:
        """The task of the row that starts the clock, its own or by its links; else any of the case; else the case."""
        for row in (first, first.linked, first.root):
            if row is not None and row.dataset == "checks":
                return (TASK, row.task_id)
        checks = [row for row in self.evidence if row.dataset == "checks" and row.case == case and row.case is not None]
        if checks:
            return (TASK, min(checks, key=lambda row: row.rank).task_id)
        return ("case", case)

    @staticmethod
    def _connect(lines: Sequence[Line]) -> None:
        """Lines of one case that a row connects are one act, directly or through others."""
        for number, line in enumerate(lines):
            line.act = number
        by_case: dict[Any, list[Line]] = {}
        for line in lines:
            by_case.setdefault((line.agency_id, line.case), []).append(line)
        for own in by_case.values():
            for line in own:
                for other in own:
                    if line.act != other.act and any(row in other.rows for row in line.rows):
                        joined = other.act
                        for each in own:
                            if each.act == joined:
                                each.act = line.act

    def _event_lines(self) -> list[Line]:
        lines = []
        for fact, events in self.events.items():
            for agency_id, what, day in events:
                rulebook_id = self.rules.on(day)["rulebook_id"]
                for item in self.rules.items[rulebook_id].values():
                    if item["fact"] == fact:
                        case = ("event", fact, what)
                        occasion = (TASK, what) if fact == "checks" else ("case", case, item["item_code"])
                        lines.append(
                            self._fact_line(
                                agency_id, item, day, case=case, occasion=occasion, times=Fraction(1), what=what
                            )
                        )
        return lines

    def _fact_line(
        self,
        agency_id: str,
        item: Row,
        day: dt.date,
        *,
        case: Any,
        occasion: tuple[Any, ...],
        times: Fraction,
        what: str = "",
    ) -> Line:
        rulebook_id = item["rulebook_id"]
        component = self.rules.components[rulebook_id][item["component_code"]]
        return Line(
            agency_id=agency_id,
            case=case,
            item=item["item_code"],
            component=item["component_code"],
            rulebook_id=rulebook_id,
            kind="fact",
            points=component["sign"] * Fraction(item["points"]) * times,
            effect=item["effect"],
            effect_grade=item["effect_grade"],
            starts_on=day,
            determined_on=day,
            is_repairable=False,
            acted_on=day,
            occasion=occasion,
            first_row=(item["fact"], what),
            act=(case, item["item_code"]),
        )

    def count_lines(self, agency_id: str, day: dt.date, rulebook_id: str) -> list[Line]:
        """What the counts give on this day, under this day's version."""
        lines = []
        for item in self.rules.items[rulebook_id].values():
            if item["fact"] not in COUNTS:
                continue
            count = self._count(item["fact"], agency_id, day)
            if count is None:
                continue
            if item["above"] is not None:
                times = max(Fraction(0), count - item["above"])
            else:
                times = Fraction(1 if count < item["below"] else 0)
            if times == 0:
                continue
            case = ("count", item["item_code"])
            lines.append(self._fact_line(agency_id, item, day, case=case, occasion=("case", case), times=times))
        return lines

    def _repeat(self) -> None:
        """A line that falls into the window of an earlier one of its item costs its points times the factor."""
        factors = {}
        for line in self.lines:
            factor = self.rules.items[line.rulebook_id][line.item]["repeat_factor"]
            if factor is not None and any(
                other.agency_id == line.agency_id
                and other.item == line.item
                and other.starts_on < line.starts_on < other.ends_on
                for other in self.lines
            ):
                factors[line] = Fraction(factor)
        for line, factor in factors.items():
            line.points *= factor

    # --------------------------------------------------------------------------------------------- windows

    def window(
        self, rulebook_id: str, component: Row, agency_id: str, start: dt.date, acted_on: dt.date
    ) -> tuple[dt.date, str]:
        """The first day on which what starts on `start` no longer counts, and as what of 6.10 it ends."""
        if not self.rules.ends_windows(rulebook_id):
            return NEVER, "expiry"
        if component["window_code"] == "until_next":
            events = self.event_days(agency_id, component["next_fact"], component["next_types"])
            return max(start, min((day for day in events if day > acted_on), default=NEVER)), "fact"
        if component["window_code"] == "own_year":
            begun = self.starts.get(agency_id)
            if begun is None:  # an event alone makes no agency, and nobody is scored
                return NEVER, "expiry"
            year = begun.year + 1
            while anniversary(begun, year, (3, 1)) <= start:
                year += 1
            return anniversary(begun, year, (3, 1)), "expiry"
        return self.rules.window_end(rulebook_id, component, start), "expiry"

    def _starts(self) -> dict[str, dt.date]:
        """The day on which each agency's history begins (6.8)."""
        starts = {}
        # an event alone makes no agency
        agency_ids = {row["agency_id"] for row in self.tables.get("registry.agencies", [])}
        agency_ids |= {line.agency_id for line in self.lines if line.rows}
        for agency_id in agency_ids:
            shown = sorted(
                (row for row in self.tables.get("registry.agencies", []) if row["agency_id"] == agency_id),
                key=lambda row: (row["received_on"], row["file_name"], row["file_position"]),
            )
            days = [line.determined_on for line in self.lines if line.agency_id == agency_id]
            if shown:  # the dates as the directory last stated them, and the first drop
                days += [shown[0]["received_on"], shown[-1].get("submitted_on"), shown[-1].get("published_on")]
            starts[agency_id] = max(min(day for day in days if day is not None), self.rules.first_day)
        return starts

    # ----------------------------------------------------------------------------------------------- facts

    def _drops(self, source: str, dataset: str) -> list[dt.date]:
        return sorted(
            {
                row["received_on"]
                for row in self.tables.get("lake.loads", [])
                if (row["source"], row["dataset"], row["status"]) == (source, dataset, "loaded")
            }
        )

    def _people_by_drop(self) -> dict[dt.date, dict[str, list[Row]]]:
        """Personnel rows by drop and agency; of rows with one key in a drop the last file and place wins."""
        people: dict[dt.date, dict[str, list[Row]]] = {day: {} for day in self._drops("registry", "personnel")}
        for day, agencies in people.items():
            for row in current(r for r in self.tables.get("registry.personnel", []) if r["received_on"] == day):
                agencies.setdefault(row["agency_id"], []).append(row)
        return people

    def _shown(self, column: str) -> dict[str, list[tuple[dt.date, Any]]]:
        """What each drop of the directory shows of each agency, in their order."""
        shown: dict[str, list[tuple[dt.date, Any]]] = {}
        for day in self._drops("registry", "agencies"):
            for row in current(r for r in self.tables.get("registry.agencies", []) if r["received_on"] == day):
                shown.setdefault(row["agency_id"], []).append((day, row.get(column)))
        return shown

    def _count(self, fact: str, agency_id: str, day: dt.date) -> Fraction | None:
        """A count on a day; null before its dataset's first drop."""
        key = (fact, agency_id, day)
        if key not in self.counts:
            self.counts[key] = self._counted(fact, agency_id, day)
        return self.counts[key]

    def _counted(self, fact: str, agency_id: str, day: dt.date) -> Fraction | None:
        if fact == "floor_area":
            known = [area for seen_on, area in self.floor_areas.get(agency_id, []) if seen_on <= day]
            return Fraction(known[-1]) if known and known[-1] is not None else None
        drops = [drop for drop in self.people if drop <= day]
        if not drops:
            return None
        heads = set()
        for row in self.people[max(drops)].get(agency_id, []):
            until = row.get("registration_until_on")
            if until is not None and until < day:
                continue
            level = row.get("level_code")
            fits = {
                "engineers": row["certificate_kind"] == "engineer",
                "engineers_level_1": row["certificate_kind"] == "engineer" and level == "level_1",
                "operators": row["certificate_kind"] == "operator",
                "operators_intermediate": row["certificate_kind"] == "operator" and level in INTERMEDIATE_OR_ABOVE,
            }
            if fits[fact]:
                heads.add(row.get("person_key") or f"number {row.get('registration_no')}")
        return Fraction(len(heads))

    def _events(self) -> dict[str, list[tuple[str, str, dt.date]]]:
        """fact -> (agency, what, day), none before the first version."""
        firsts: dict[tuple[str, str, str], dt.date] = {}

        def seen(fact: str, agency_id: str, what: str | None, day: dt.date | None) -> None:
            if what and day:
                key = (fact, agency_id, what)
                firsts[key] = min(firsts.get(key, day), day)

        for row in self.table("inspections.checks"):
            seen("checks", row["agency_id"], row["task_id"], row.get("checked_on"))
        for row in self.table("platform.contracts"):
            seen("projects", row["agency_id"], number_of(row.get("project_no")), row.get("signed_on"))
        for row in self.table("platform.reports"):
            seen("reports", row["agency_id"], row["report_no"], row.get("reported_on"))
        events: dict[str, list[tuple[str, str, dt.date]]] = {"checks": [], "projects": [], "reports": []}
        for (fact, agency_id, what), day in sorted(firsts.items()):
            if day >= self.rules.first_day:
                events[fact].append((agency_id, what, day))
        return events

    def event_days(self, agency_id: str, fact: str, types: str | None = None) -> list[dt.date]:
        """The days of an agency's events of a fact; of checks also by their types, each task on its earliest row of them."""
        key = (agency_id, fact, types)
        if key not in self.days_of_events:
            if types is None or fact != "checks":
                days = [day for owner, _, day in self.events[fact] if owner == agency_id]
            else:
                firsts: dict[str, dt.date] = {}
                for row in self.table("inspections.checks"):
                    is_meant = row["agency_id"] == agency_id and row["check_type"] in listed(types)
                    if is_meant and row.get("checked_on"):
                        firsts[row["task_id"]] = min(firsts.get(row["task_id"], NEVER), row["checked_on"])
                days = [day for day in firsts.values() if day >= self.rules.first_day]
            self.days_of_events[key] = sorted(days)
        return self.days_of_events[key]
