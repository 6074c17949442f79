"""A naive scorer: every agency, every day, one after the other, with exact fractions.

Belongs here: credit.md section 6 and the words of a rulebook, read once more and written as loops over days.
Does not belong here: anything of the warehouse; no SQL, no change points, no running sums.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]

ONE_DAY = dt.timedelta(days=1)
NEVER = dt.date(9999, 12, 31)

COUNTS = ("engineers", "engineers_level_1", "operators", "operators_intermediate", "floor_area")
INTERMEDIATE_OR_ABOVE = ("intermediate", "advanced", "technician", "senior_technician")

# What each dataset's own word for its state means: credit.md 6.1.
STATES = {
    "findings": {"effective": "scores", "objection": "disputed", "revoked": "void"},
    "checks": {"determined": "scores", "objection": "disputed", "revoked": "void"},
    "penalties": {"effective": "scores", "revoked": "void"},
    "hotline": {"substantiated": "scores", "partly_substantiated": "scores"},
    "media": {"substantiated": "scores", "partly_substantiated": "scores"},
    "merit_claims": {"approved": "scores"},
}
CHECK_CHANNELS = {
    "double_random": "supervision_check",
    "special": "supervision_check",
    "complaint_verification": "verified_complaint",
    "acceptance": "acceptance",
    "document_review": "document_review",
}


# The order in which a day's happenings are told apart (6.10): yesterday's state, then one kind after the other.
PHASES = ("yesterday", "rulebook", "determination", "repair", "fact", "expiry")
LAST_PHASE = len(PHASES) - 1


def _has_happened(on: dt.date, day: dt.date, phase: int, kind: str) -> bool:
    return on < day or (on == day and PHASES.index(kind) <= phase)


@dataclass
class Evidence:
    """One current row of evidence, in the words common to all six datasets."""

    dataset: str
    key: str
    agency_id: str | None
    clause: str
    level: str | None
    channel: str | None
    occurred_on: dt.date | None
    determined_on: dt.date | None
    project_no: str | None
    report_no: str | None
    state: str
    origin: str | None = None
    raised_on: dt.date | None = None
    checked_on: dt.date | None = None
    check_type: str | None = None
    task_id: str | None = None
    document_no: str | None = None
    person: str | None = None
    received_on: dt.date = dt.date.min
    case: Any = None
    item: str | None = None
    rulebook_id: str | None = None

    @property
    def acted_on(self) -> dt.date | None:
        """The day of the act; an empty one counts as the determination."""
        return self.occurred_on or self.determined_on


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
    ends_on: dt.date
    determined_on: dt.date
    is_repairable: bool
    repaired_on: dt.date = NEVER
    rows: list[Evidence] = field(default_factory=list)

    def holds_on(self, day: dt.date, phase: int = LAST_PHASE) -> bool:
        """In force: begun, not expired, not repaired; within a day what happens in a later phase has not happened."""
        has_begun = _has_happened(self.starts_on, day, phase, "determination" if self.rows else "fact")
        is_repaired = self.repaired_on < self.ends_on and _has_happened(self.repaired_on, day, phase, "repair")
        return has_begun and not is_repaired and not _has_happened(self.ends_on, day, phase, "expiry")


@dataclass(frozen=True)
class Day:
    """What one agency is on one day."""

    score: Decimal
    grade: str | None
    reason: str | None
    has_active_misconduct: bool
    rulebook_id: str
    # what moved the score or the grade first on this day; null = neither differs from the day before
    cause: str | None = None
    # lines in force that another line of their case supersedes: item and day of determination
    superseded: tuple[tuple[str, dt.date], ...] = ()


@dataclass(frozen=True)
class Repair:
    """What became of one application."""

    is_applied: bool
    refusal_reason: str | None
    gate_grade: str | None


@dataclass
class Outcome:
    """All days of all agencies, and what became of every application."""

    days: dict[str, dict[dt.date, Day]]
    repairs: dict[str, Repair]
    lines: list[Line]


def score(rows: Rows, rulebook: Rows, last_day: dt.date) -> Outcome:
    """Scores every agency of a city on every day up to `last_day`.

    `rows`: source rows by `schema.table`, columns as in the lake. `rulebook`: rows of the folder tables, lists
    joined by `、`.
    """
    return _City(rows, _Rules(rulebook)).score(last_day)


# ------------------------------------------------------------------------------------------------------ rules


class _Rules:
    def __init__(self, tables: Rows) -> None:
        self.versions = sorted(tables["rulebooks"], key=lambda row: row["effective_from_on"])
        ids = [row["rulebook_id"] for row in self.versions]
        self.components = {
            i: {r["component_code"]: r for r in tables["components"] if r["rulebook_id"] == i} for i in ids
        }
        self.items = {i: {r["item_code"]: r for r in tables["items"] if r["rulebook_id"] == i} for i in ids}
        self.clauses = {i: [r for r in tables["clause_items"] if r["rulebook_id"] == i] for i in ids}
        self.bands = {
            i: sorted((r for r in tables["bands"] if r["rulebook_id"] == i), key=lambda r: r["grade_rank"]) for i in ids
        }
        self.repair = {r["rulebook_id"]: r for r in tables["repair_policy"]}
        self.counted = sorted({row["fact"] for row in tables["items"]} & set(COUNTS))

    @property
    def first_day(self) -> dt.date:
        return self.versions[0]["effective_from_on"]

    def on(self, day: dt.date) -> Row | None:
        """The version in force on a day."""
        for version in self.versions:
            until = version["effective_until_on"]
            if version["effective_from_on"] <= day and (until is None or day < until):
                return version
        return None

    def item_of(self, rulebook_id: str, dataset: str, clause: str, level: str | None) -> str | None:
        """The item of a clause: the most exact entry decides, by clause, then dataset, then level."""
        best, best_rank = None, (-1, -1, -1)
        for entry in self.clauses[rulebook_id]:
            if entry["clause"] == "*":
                clause_rank = 0 if clause != "" else None
            else:
                clause_rank = 1 if entry["clause"] == clause else None
            if entry["dataset"] == "*":
                dataset_rank = 0 if dataset != "merit_claims" else None
            else:
                dataset_rank = 1 if entry["dataset"] == dataset else None
            level_rank = 0 if entry["level_code"] is None else 1 if entry["level_code"] == level else None
            if clause_rank is None or dataset_rank is None or level_rank is None:
                continue
            if (clause_rank, dataset_rank, level_rank) > best_rank:
                best, best_rank = entry["item_code"], (clause_rank, dataset_rank, level_rank)
        return best

    def window_end(self, rulebook_id: str, component: Row, start: dt.date) -> dt.date:
        """The first day on which a line that starts on `start` no longer counts."""
        if self.repair[rulebook_id]["natural"] == "none":
            return NEVER
        window = component["window_code"]
        if window == "lifetime":
            return NEVER
        if window == "calendar_year":
            return dt.date(start.year + 1, 1, 1)
        if window == "quarter":
            month = (start.month - 1) // 3 * 3 + 4
            return dt.date(start.year + month // 13, (month - 1) % 12 + 1, 1)
        assert window == "rolling_year", window
        try:
            anniversary = start.replace(year=start.year + 1)
        except ValueError:  # 29 February
            anniversary = dt.date(start.year + 1, 2, 28)
        version = next(row for row in self.versions if row["rulebook_id"] == rulebook_id)
        return anniversary if version["window_last_day"] == "exclusive" else anniversary + ONE_DAY


# ------------------------------------------------------------------------------------------------------- rows


def _current(rows: Iterable[Row]) -> list[Row]:
    """Of the rows with one key, the one received last (the platform: changed last)."""
    last: dict[str, Row] = {}
    for row in rows:
        rank = (row["received_on"], row.get("updated_ms") or 0, row["file_name"], row["file_position"])
        other = last.get(row["row_key"])
        if other is None or rank >= (
            other["received_on"],
            other.get("updated_ms") or 0,
            other["file_name"],
            other["file_position"],
        ):
            last[row["row_key"]] = row
    return [row for row in last.values() if not row.get("is_deleted")]


def _number(number: str | None) -> str | None:
    """A number that ledgers share, in the one form that the door gives it; an empty one names nothing."""
    return number or None


def _listed(cell: str | None) -> list[str]:
    return [part for part in (cell or "").split("、") if part]


class _City:
    def __init__(self, rows: Rows, rules: _Rules) -> None:
        self.rules = rules
        self.tables = {name: list(table) for name, table in rows.items()}
        self.current = {
            name: _current(table) for name, table in self.tables.items() if not name.startswith(("registry.", "lake."))
        }
        self._hand_branches_over()
        self.evidence = self._evidence()
        self._link()
        self.lines = self._evidence_lines()
        self.people = self._people_by_drop()
        self.counts: dict[tuple[str, str, dt.date], Fraction | None] = {}
        self.events = self._events()
        self.own_events: dict[str, list[tuple[str, dt.date]]] = {}
        for fact, events in self.events.items():
            for agency_id, _, day in events:
                self.own_events.setdefault(agency_id, []).append((fact, day))
        self.lines += self._event_lines()
        self.floor_areas = self._floor_areas()

    def table(self, name: str) -> list[Row]:
        return self.current.get(name, [])

    # -------------------------------------------------------------------------------------------- evidence

    def _evidence(self) -> list[Evidence]:
        found: list[Evidence] = []
        for row in self.table("credit_desk.findings"):
            found.append(
                Evidence(
                    "findings", row["finding_id"], row["agency_id"], row.get("clause") or "", None,
                    row.get("channel_code"), row.get("occurred_on"), row.get("determined_on"),
                    row.get("project_no"), row.get("report_no"),
                    STATES["findings"].get(row["status_code"], "waits"), origin=row.get("origin_id"),
                )
            )  # fmt: skip
        for row in self.table("inspections.checks"):
            found.append(
                Evidence(
                    "checks", f"{row['task_id']}-{row['task_line']}", row["agency_id"], row.get("clause") or "", None,
                    CHECK_CHANNELS[row["check_type"]], row.get("occurred_on"), row.get("determined_on"),
                    row.get("project_no"), row.get("report_no"),
                    STATES["checks"].get(row.get("status_code"), "waits"), checked_on=row.get("checked_on"),
                    check_type=row["check_type"], task_id=row["task_id"],
                )
            )  # fmt: skip
        for row in self.table("inspections.penalties"):
            found.append(
                Evidence(
                    "penalties", row["decision_no"], row["agency_id"], row.get("clause") or "", None,
                    "supervision_check", row.get("occurred_on"), row.get("determined_on"),
                    row.get("project_no"), None, STATES["penalties"].get(row["status_code"], "waits"),
                )
            )  # fmt: skip
        for row in self.table("complaints.hotline"):
            found.append(
                Evidence(
                    "hotline", row["ticket_id"], self._whom("hotline", row["ticket_id"], row), row.get("clause") or "",
                    None, "verified_complaint", row["accepted_on"], row.get("determined_on"),
                    row.get("project_no"), None, STATES["hotline"].get(row["result_code"], "waits"),
                    origin=row.get("original_ticket_id"), raised_on=row["accepted_on"],
                )
            )  # fmt: skip
        for row in self.table("complaints.media"):
            found.append(
                Evidence(
                    "media", row["clue_id"], self._whom("media", row["clue_id"], row), row.get("clause") or "",
                    None, "verified_complaint", row["found_on"], row.get("determined_on"),
                    None, None, STATES["media"].get(row.get("result_code"), "waits"),
                )
            )  # fmt: skip
        for row in self.table("credit_desk.merit_claims"):
            found.append(
                Evidence(
                    "merit_claims", row["claim_id"], row["agency_id"], row.get("clause") or "", row.get("level_code"),
                    None, row.get("occurred_on"), row.get("determined_on"), None, None,
                    STATES["merit_claims"].get(row.get("status_code"), "waits"),
                    document_no=row.get("document_no"), person=row.get("person_key"),
                )
            )  # fmt: skip
        for evidence in found:
            self._rate(evidence)
        return found

    def _whom(self, dataset: str, key: str, row: Row) -> str | None:
        """A judgement, else the code in the row, else the one agency that bears the name."""
        for decision in sorted(self.table("credit_desk.decisions"), key=lambda d: (d["decided_on"], d["decision_id"])):
            said, _, agency_id = decision["object_id"].partition("=")
            if (
                decision["object_type"] == "identity"
                and said == f"{dataset}:{key}"
                and decision["decision_code"] == "same_person"
                and decision["handled_by"] != decision["reviewed_by"]
            ):
                return agency_id
        if row.get("agency_id"):
            return row["agency_id"]
        bearers = {
            listed["agency_id"]
            for listed in self.tables.get("registry.agencies", [])
            if listed["agency_name"] == row.get("respondent_name")
        }
        return bearers.pop() if len(bearers) == 1 else None

    def _hand_branches_over(self) -> None:
        """USCC is the identity, but a branch maps to its parent by data: what it did and asks for is the parent's (Q28).
        Whoever was in the directory is an agency and no branch."""
        agencies = {row["agency_id"] for row in self.tables.get("registry.agencies", [])}
        parents: dict[str, tuple[Any, str]] = {}
        for decision in self.table("credit_desk.decisions"):
            left, equals, right = decision["object_id"].partition("=")
            if (
                decision["object_type"] == "identity"
                and equals
                and ":" not in left
                and left != right
                and left not in agencies
                and decision["decision_code"] == "same_person"
                and decision["handled_by"] != decision["reviewed_by"]
            ):
                said = ((decision["decided_on"], decision["decision_id"]), right)
                parents[left] = max(parents.get(left, said), said)
        for name, rows in self.current.items():
            self.current[name] = [
                dict(row) | {"agency_id": parents[row["agency_id"]][1]} if row.get("agency_id") in parents else row
                for row in rows
            ]

    def _rate(self, evidence: Evidence) -> None:
        """Whether the row scores, and as which item: state, determination, first version, clause, channel."""
        if evidence.state not in ("scores", "disputed"):
            return
        if evidence.determined_on is None or evidence.agency_id is None:
            evidence.state = "waits"
            return
        if min(evidence.determined_on, evidence.acted_on) < self.rules.first_day:
            evidence.state = "too_early"
            return
        evidence.rulebook_id = self.rules.on(evidence.determined_on)["rulebook_id"]
        if evidence.clause == "" and evidence.dataset in ("checks", "penalties"):
            evidence.state = "unmapped"
            return
        evidence.item = self.rules.item_of(evidence.rulebook_id, evidence.dataset, evidence.clause, evidence.level)
        if evidence.item is None:
            evidence.state = "unmapped"
            return
        channels = _listed(self.rules.items[evidence.rulebook_id][evidence.item]["channels"])
        if channels and evidence.dataset != "merit_claims" and evidence.channel not in channels:
            evidence.state = "wrong_channel"

    # ----------------------------------------------------------------------------------------------- cases

    def _link(self) -> None:
        """Gives every row its case: its own key, unless a link leads to another row's case."""
        by_key: dict[tuple[str, str], Evidence] = {(e.dataset, e.key): e for e in self.evidence}
        tasks: dict[str, list[Evidence]] = {}
        for evidence in self.evidence:
            if evidence.task_id:
                tasks.setdefault(evidence.task_id, []).append(evidence)
        links: dict[int, Evidence] = {}
        for evidence in self.evidence:
            target = None
            if evidence.dataset == "hotline" and evidence.origin:
                target = by_key.get(("hotline", evidence.origin))
            if evidence.dataset == "findings" and evidence.origin:
                for dataset in ("hotline", "media", "checks"):
                    target = target or by_key.get((dataset, evidence.origin))
                if target is None and len(tasks.get(evidence.origin, [])) == 1:
                    target = tasks[evidence.origin][0]
            if target is not None and (target.agency_id is None or target.agency_id != evidence.agency_id):
                target = None
            if target is not None:
                links[id(evidence)] = target
        # A link in a ring is ignored: following it leads back to the row itself.
        in_ring = set()
        for evidence in self.evidence:
            seen, at = set(), evidence
            while id(at) in links and id(at) not in seen:
                seen.add(id(at))
                at = links[id(at)]
            if id(at) in seen and at is evidence:
                in_ring.add(id(evidence))
        for key in in_ring:
            del links[key]
        for evidence in self.evidence:
            if evidence.dataset == "hotline" and id(evidence) not in links and evidence.project_no:
                visits = [
                    other
                    for other in self.evidence
                    if other.check_type == "complaint_verification"
                    and other.agency_id == evidence.agency_id
                    and _number(other.project_no) == _number(evidence.project_no)
                    and other.checked_on is not None
                    and evidence.determined_on is not None
                    and evidence.raised_on <= other.checked_on <= evidence.determined_on
                ]
                if visits:
                    links[id(evidence)] = min(visits, key=lambda other: (other.checked_on, other.key))
        for evidence in self.evidence:
            at = evidence
            while id(at) in links:
                at = links[id(at)]
            evidence.case = self._own_case(at)

    @staticmethod
    def _own_case(evidence: Evidence) -> Any:
        if evidence.dataset == "merit_claims":
            if evidence.document_no:
                document_no = _number(evidence.document_no)
                return ("merit", evidence.agency_id, evidence.item, document_no, evidence.person)
            return ("merit row", evidence.key)
        # without a day there is no act to be the same as: neither an act date nor a determination is known yet
        if evidence.project_no and evidence.acted_on:
            return ("project", evidence.agency_id, evidence.acted_on, _number(evidence.project_no))
        if evidence.report_no and evidence.acted_on:
            return ("report", evidence.agency_id, evidence.acted_on, _number(evidence.report_no))
        return ("row", evidence.dataset, evidence.key)

    def _evidence_lines(self) -> list[Line]:
        grouped: dict[Any, list[Evidence]] = {}
        for evidence in self.evidence:
            if evidence.state in ("scores", "disputed"):
                grouped.setdefault((evidence.agency_id, evidence.case, evidence.item), []).append(evidence)
        lines = []
        for (agency_id, case, item_code), rows in grouped.items():
            rows.sort(key=lambda row: row.determined_on)
            rulebook_id = rows[0].rulebook_id
            version = next(row for row in self.rules.versions if row["rulebook_id"] == rulebook_id)
            item = self.rules.items[rulebook_id][item_code]
            component = self.rules.components[rulebook_id][item["component_code"]]
            starts_on = rows[0].determined_on
            if version["clock_start"] == "act_on":
                starts_on = min(row.acted_on for row in rows)
            lines.append(
                Line(
                    agency_id=agency_id,
                    case=case,
                    item=item_code,
                    component=item["component_code"],
                    rulebook_id=rulebook_id,
                    kind="merit" if rows[0].dataset == "merit_claims" else "misconduct",
                    points=component["sign"] * Fraction(item["points"]),
                    effect=item["effect"],
                    effect_grade=item["effect_grade"],
                    starts_on=starts_on,
                    ends_on=self.rules.window_end(rulebook_id, component, starts_on),
                    determined_on=rows[0].determined_on,
                    is_repairable=bool(item["is_repairable"]),
                    rows=rows,
                )
            )
        return lines

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
            for row in _current(r for r in self.tables.get("registry.personnel", []) if r["received_on"] == day):
                agencies.setdefault(row["agency_id"], []).append(row)
        return people

    def _floor_areas(self) -> dict[str, list[tuple[dt.date, Any]]]:
        areas: dict[str, list[tuple[dt.date, Any]]] = {}
        for day in self._drops("registry", "agencies"):
            for row in _current(r for r in self.tables.get("registry.agencies", []) if r["received_on"] == day):
                areas.setdefault(row["agency_id"], []).append((day, row.get("floor_area_m2")))
        return areas

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
            seen("projects", row["agency_id"], _number(row.get("project_no")), row.get("signed_on"))
        for row in self.table("platform.reports"):
            seen("reports", row["agency_id"], row["report_no"], row.get("reported_on"))
        events: dict[str, list[tuple[str, str, dt.date]]] = {"checks": [], "projects": [], "reports": []}
        for (fact, agency_id, what), day in sorted(firsts.items()):
            if day >= self.rules.first_day:
                events[fact].append((agency_id, what, day))
        return events

    def _event_lines(self) -> list[Line]:
        lines = []
        for fact, events in self.events.items():
            for agency_id, what, day in events:
                rulebook_id = self.rules.on(day)["rulebook_id"]
                for item in self.rules.items[rulebook_id].values():
                    if item["fact"] != fact:
                        continue
                    component = self.rules.components[rulebook_id][item["component_code"]]
                    lines.append(
                        Line(
                            agency_id=agency_id,
                            case=("event", fact, what),
                            item=item["item_code"],
                            component=item["component_code"],
                            rulebook_id=rulebook_id,
                            kind="fact",
                            points=component["sign"] * Fraction(item["points"]),
                            effect=item["effect"],
                            effect_grade=item["effect_grade"],
                            starts_on=day,
                            ends_on=self.rules.window_end(rulebook_id, component, day),
                            determined_on=day,
                            is_repairable=False,
                        )
                    )
        return lines

    def _count_lines(self, agency_id: str, day: dt.date, rulebook_id: str) -> list[Line]:
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
            component = self.rules.components[rulebook_id][item["component_code"]]
            lines.append(
                Line(
                    agency_id=agency_id,
                    case=("count", item["item_code"]),
                    item=item["item_code"],
                    component=item["component_code"],
                    rulebook_id=rulebook_id,
                    kind="fact",
                    points=component["sign"] * Fraction(item["points"]) * times,
                    effect=item["effect"],
                    effect_grade=item["effect_grade"],
                    starts_on=day,
                    ends_on=day + ONE_DAY,
                    determined_on=day,
                    is_repairable=False,
                )
            )
        return lines

    # --------------------------------------------------------------------------------------------- one day

    def day(self, agency_id: str, lines: Sequence[Line], day: dt.date, phase: int = LAST_PHASE) -> Day:
        """Score and grade of an agency on a day: the order of operations of the grammar, step by step."""
        rules = self.rules
        version = rules.on(day if phase >= PHASES.index("rulebook") else day - ONE_DAY)
        rulebook_id = version["rulebook_id"]
        held = [line for line in lines if line.holds_on(day, phase)]
        has_active_misconduct = any(line.kind == "misconduct" for line in held)
        # the counts of a version's first day are counted by that version for the first time: they begin with it
        is_new = version["effective_from_on"] == day
        counted_on = day if is_new or phase >= PHASES.index("fact") else day - ONE_DAY
        held += self._count_lines(agency_id, counted_on, rulebook_id)

        # 1. same_act and subsumes: inside one case, among items of effect `points`
        counting = []
        for line in held:
            if line.effect != "points":
                counting.append(line)
                continue
            rivals = [other for other in held if other.case == line.case and other.effect == "points"]
            if version["same_act"] == "sum":
                if self._is_subsumed(line, rivals):
                    continue
            elif line is not min(rivals, key=lambda other: (-abs(other.points), other.determined_on, other.item)):
                continue  # the case costs the highest item in force, whatever subsumes what
            counting.append(line)

        superseded = tuple(sorted((line.item, line.determined_on) for line in held if line not in counting))

        # 2. zero_component
        zeroed = {line.component for line in held if line.effect == "zero_component"}

        total = Fraction(version["base_points"])
        for code in sorted({line.component for line in counting} - zeroed):
            own = [line for line in counting if line.component == code]
            component = rules.components[rulebook_id].get(code) or rules.components[own[0].rulebook_id][code]
            if component["aggregation"] in ("latest", "max"):
                # a line that only has another effect gives no points to choose from
                own = [line for line in own if line.effect == "points" or line.points] or own
            # 3. which lines the aggregation takes, 4. item caps, 5. sum and divisor, 6. component cap
            if component["aggregation"] == "latest":
                own = [max(own, key=lambda line: (line.starts_on, abs(line.points), _reversed(line.item)))]
            if component["aggregation"] == "max":
                own = [max(own, key=lambda line: (abs(line.points), _reversed(line.item)))]
            amount = Fraction(0)
            for item_code in {line.item for line in own}:
                of_item = [line for line in own if line.item == item_code]
                item = rules.items[rulebook_id].get(item_code) or rules.items[of_item[0].rulebook_id][item_code]
                points = sum((abs(line.points) for line in of_item), Fraction(0))
                if item["cap_points"] is not None:
                    points = min(points, Fraction(item["cap_points"]))
                amount += points
            if component["aggregation"] == "sum_over_count":
                events = [
                    event_day
                    for fact, event_day in self.own_events.get(agency_id, [])
                    if fact == component["divisor_fact"]
                    and _has_happened(event_day, day, phase, "fact")
                    and not _has_happened(
                        rules.window_end(component["rulebook_id"], component, event_day), day, phase, "expiry"
                    )
                ]
                amount /= max(1, len(events))
            if component["cap_points"] is not None:
                amount = min(amount, Fraction(component["cap_points"]))
            total += component["sign"] * amount

        # 7. rounding
        step = Fraction(1, 100)
        if version["rounding"] == "half_up" and version["score_step"] is not None:
            step = Fraction(version["score_step"])
        rounded = (total / step + Fraction(1, 2)).__floor__() * step
        points = Decimal(rounded.numerator) / Decimal(rounded.denominator)

        # 8. bands, ceiling, veto
        grade, reason = None, None
        bands = rules.bands[rulebook_id]
        if bands:
            ranks = {band["grade"]: band["grade_rank"] for band in bands}
            inside = [band["grade"] for band in bands if _contains(band, points)]
            assert len(inside) == 1, (points, inside)
            grade, reason = inside[0], "band"
            # a grade that this version does not have says nothing under it
            held = [line for line in held if line.effect_grade in ranks]
            ceilings = [line.effect_grade for line in held if line.effect == "ceiling"]
            for ceiling in ceilings:
                if ranks[ceiling] > ranks[grade]:
                    grade, reason = ceiling, "ceiling"
            vetoes = [line.effect_grade for line in held if line.effect == "veto"]
            if vetoes:
                grade, reason = max(vetoes, key=lambda veto: ranks[veto]), "veto"
        return Day(points, grade, reason, has_active_misconduct, rulebook_id, superseded=superseded)

    def _is_subsumed(self, line: Line, rivals: Sequence[Line]) -> bool:
        return any(
            line.item in _listed(self.rules.items[other.rulebook_id][other.item]["subsumes"])
            for other in rivals
            if other is not line
        )

    # -------------------------------------------------------------------------------------------- repairs

    def _repair(self, lines_of: Mapping[str, Sequence[Line]]) -> dict[str, Repair]:
        """Applies the applications one after the other, by 受理日期 and number."""
        self.repaired: dict[str, Repair] = {}
        self.attempts: dict[int, int] = {}
        applications = sorted(
            self.table("credit_desk.repairs"), key=lambda row: (row.get("accepted_on") or NEVER, row["application_id"])
        )
        for row in applications:
            accepted_on = row.get("accepted_on")
            version = self.rules.on(accepted_on) if accepted_on else None
            policy = self.rules.repair[version["rulebook_id"]] if version else None
            lines = lines_of.get(row["agency_id"], [])
            gate = None
            if version is not None and lines_of.get(row["agency_id"]) is not None:
                gate = self.day(row["agency_id"], lines, accepted_on).grade
            reason = self._first_reason(row, policy, lines, gate)
            tried: list[Line] = []
            if reason is None:
                tried = self._targets(row, lines, accepted_on)
            elif reason in ("not_approved", "documents") and accepted_on is not None:
                tried = [line for line in self._named(row, lines) if line.is_repairable]
            for line in tried:
                self.attempts[id(line)] = self.attempts.get(id(line), 0) + 1
                if reason is None:
                    line.repaired_on = min(line.repaired_on, row["replied_on"])
            self.repaired[row["application_id"]] = Repair(reason is None, reason, gate)
        return self.repaired

    def _first_reason(self, row: Row, policy: Row | None, lines: Sequence[Line], gate: str | None) -> str | None:
        """The first condition that fails, in the order of 6.6; null = the application applies."""
        accepted_on = row.get("accepted_on")
        # An application that was never accepted has no version of its own: any that offers repair will do.
        offers = [policy] if accepted_on else list(self.rules.repair.values())
        if not any(offer is not None and offer["is_on_application"] for offer in offers):
            return "not_offered"
        if row.get("review_code") != "approved":
            return "not_approved"
        if not (row.get("has_application_form") and row.get("has_fulfilment_proof") and row.get("has_other_evidence")):
            return "documents"
        if row.get("handled_by") == row.get("reviewed_by"):
            return "maker_is_checker"
        if accepted_on is None or row.get("replied_on") is None or row["replied_on"] < accepted_on:
            return "dates"
        targets = self._targets(row, lines, accepted_on)
        if not targets:
            return "nothing_in_force"
        most = policy["max_attempts"]
        if most is not None and any(self.attempts.get(id(line), 0) + 1 > most for line in targets):
            return "attempts"
        if gate is not None and gate in _listed(policy["blocked_grades"]):
            return "gate"
        return None

    @staticmethod
    def _named(row: Row, lines: Sequence[Line]) -> list[Line]:
        """The lines of the rows that an application lists."""
        named = []
        for number in _listed(row["target_ids"]):
            for line in lines:
                is_named = any(evidence.key == number and evidence.dataset != "merit_claims" for evidence in line.rows)
                if is_named and line not in named:
                    named.append(line)
        return named

    def _targets(self, row: Row, lines: Sequence[Line], accepted_on: dt.date) -> list[Line]:
        """The lines that the application ends: repairable, and in force when it was accepted."""
        return [line for line in self._named(row, lines) if line.is_repairable and line.holds_on(accepted_on)]

    # ----------------------------------------------------------------------------------------------- score

    def _cause(self, agency_id: str, lines: Sequence[Line], day: dt.date, before: Day, after: Day) -> str | None:
        """The first kind of thing that moved the score or the grade, if the day as a whole moved them."""
        if (before.score, before.grade) == (after.score, after.grade):
            return None
        for phase, kind in enumerate(PHASES):
            now = self.day(agency_id, lines, day, phase)
            if (now.score, now.grade) != (before.score, before.grade):
                return kind
        raise AssertionError("the last phase is the end of the day")

    def _start(self, agency_id: str, lines: Sequence[Line]) -> dt.date | None:
        shown = sorted(
            (row for row in self.tables.get("registry.agencies", []) if row["agency_id"] == agency_id),
            key=lambda row: (row["received_on"], row["file_name"], row["file_position"]),
        )
        days = [line.determined_on for line in lines]
        if shown:  # the dates as the directory last stated them, and the first drop
            days += [shown[0]["received_on"], shown[-1].get("submitted_on"), shown[-1].get("published_on")]
        known = [day for day in days if day is not None]
        return max(min(known), self.rules.first_day) if known else None

    def score(self, last_day: dt.date) -> Outcome:
        """All agencies, all days."""
        agency_ids = {row["agency_id"] for row in self.tables.get("registry.agencies", [])}
        agency_ids |= {line.agency_id for line in self.lines if line.rows}  # an event alone makes no agency
        lines_of = {agency: [line for line in self.lines if line.agency_id == agency] for agency in agency_ids}
        repairs = self._repair(lines_of)
        days: dict[str, dict[dt.date, Day]] = {}
        for agency_id in sorted(agency_ids):
            at = self._start(agency_id, lines_of[agency_id])
            if at is None:
                continue
            days[agency_id] = {}
            while at <= last_day:
                day = self.day(agency_id, lines_of[agency_id], at)
                before = days[agency_id].get(at - ONE_DAY)
                cause = self._cause(agency_id, lines_of[agency_id], at, before, day) if before else "start"
                days[agency_id][at] = replace(day, cause=cause)
                at += ONE_DAY
        return Outcome(days, repairs, self.lines)


def _reversed(text: str) -> tuple[int, ...]:
    """A key under which the lowest text is the greatest."""
    return tuple(-ord(letter) for letter in text)


def _contains(band: Row, points: Decimal) -> bool:
    lo, hi = band["lo"], band["hi"]
    over = lo is None or points > lo or (bool(band["is_lo_inclusive"]) and points == lo)
    under = hi is None or points < hi or (bool(band["is_hi_inclusive"]) and points == hi)
    return over and under
