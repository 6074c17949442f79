"""What the site says, read from a release: only tables and columns that the public may see.

Belongs here: the queries, each through one reader that asks `serving.audiences`, and what an agency's page needs in one
place. Does not belong here: words and pages (`words`, `pages`), files for download (`downloads`).
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any

from ingestion.settings import DBT_PROJECT
from rulebook.folder import Folder, folder_of
from rulebook.measures import known_measures
from rulebook.tables import FOLDER_TABLES
from serving import states
from serving.audiences import Audience, require_visible
from serving.freshness import DELIVERED
from serving.horizon import CHANGE_DAYS
from serving.releases.candidate import Candidate
from serving.releases.contents import literal, quoted

Row = dict[str, Any]

_CHUNK = 2_000
_AGENCIES_AT_ONCE = 1_000
_CONDITIONS = DBT_PROJECT / "seeds" / "reference" / "conditions.csv"

LEDGER_COLUMNS = (
    "agency_id",
    "line_id",
    "line_kind",
    "item_code",
    "clause",
    "title_zh",
    "title_en",
    "points",
    "effect",
    "effect_grade",
    "valid_from_on",
    "valid_until_on",
    "determined_on",
    "dataset",
    "source_key",
    "document_no",
    "is_disputed",
    "disputed_since_on",
    "is_repeat",
    "counted_by_line_id",
    "public_until_on",
    "is_provisional",
)
_STEP_COLUMNS = (
    "agency_id",
    "valid_from_on",
    "valid_until_on",
    "score",
    "grade",
    "score_grade_reason",
    "change_cause",
    "rulebook_id",
    "has_active_misconduct",
)
_KIND_ORDER = {"base": 0, "misconduct": 1, "superseded": 2, "merit": 3, "fact": 4, "cap_adjustment": 5}


@dataclass(frozen=True)
class Reader:
    """Reads tables of a candidate for the public. `day` in a condition stands for the evaluation day."""

    candidate: Candidate

    def rows(self, table: str, columns: Sequence[str], where: str = "true", order: str = "") -> Iterator[Row]:
        """The rows of `schema.table`, in a total order. Raises ColumnNotAllowedError."""
        require_visible(Audience.PUBLIC, table, columns)
        schema, _, name = table.partition(".")
        relation = f"{quoted(self.candidate.database)}.{quoted(schema)}.{quoted(name)}"
        listed = ", ".join(map(quoted, columns))
        with self.candidate.connection.cursor() as cursor:
            found = cursor.execute(
                f"select {listed} from {relation}, (select cast(? as date) as day) as of where {where} "
                f"order by {order or listed}",
                [self.candidate.as_of_on],
            )
            while chunk := found.fetchmany(_CHUNK):
                for row in chunk:
                    yield dict(zip(columns, row, strict=True))


@dataclass(frozen=True)
class Step:
    """A span of days from the evaluation day on, in which score and grade stay, and which lines moved on its first."""

    on: dt.date
    score: Any
    grade: str | None
    reason: str | None
    state: str  # what stands where its grade stands
    cause: str
    moves: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Agency:
    """What an agency's page says. `about` is its row of the roster."""

    about: Row
    lines: tuple[Row, ...]
    steps: tuple[Step, ...]
    measures: tuple[Row, ...] = ()
    conditions: tuple[Row, ...] = ()
    unrated: tuple[Row, ...] = ()
    has_active_misconduct: bool = False

    def lines_on(self, day: dt.date) -> list[Row]:
        """The lines that hold on a day."""
        return [
            line
            for line in self.lines
            if line["valid_from_on"] <= day and (line["valid_until_on"] is None or day < line["valid_until_on"])
        ]


@dataclass(frozen=True)
class Release:
    """What the pages have in common."""

    release_id: str
    as_of_on: dt.date
    known_on: str | None
    is_provisional: bool
    rules: Folder
    rulebook_id: str  # in force on the evaluation day
    grades: tuple[str, ...]  # best first
    roster: tuple[Row, ...]
    fresh: Mapping[tuple[str, str], str]  # (source, dataset) -> last day received
    tables: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)


def read_release(candidate: Candidate) -> Release:
    """The release without its agencies' lines, which are many."""
    reader = Reader(candidate)
    rules = _rules(candidate)
    rulebook_id = str(candidate.description["rulebook_id"])
    bands = sorted(rules.rows("bands", rulebook_id), key=lambda row: row["grade_rank"] or 0)
    grades = tuple(row["grade"] for row in bands)
    fresh: dict[tuple[str, str], str] = {}
    for file in candidate.description.get("input_files", ()):
        key = file["source"], file["dataset"]
        if file["status"] in DELIVERED:
            fresh[key] = max(fresh.get(key, ""), str(file["received_on"]))
    return Release(
        release_id=candidate.release_id,
        as_of_on=candidate.as_of_on,
        known_on=candidate.description.get("known_on"),
        is_provisional=bool(candidate.description["is_provisional"]),
        rules=rules,
        rulebook_id=rulebook_id,
        grades=grades,
        roster=tuple(_roster(reader, grades)),
        fresh=fresh,
        tables={
            "changes": tuple(
                reader.rows(
                    "credit.fct_grade_changes",
                    (
                        *("agency_id", "changed_on", "from_grade", "to_grade", "change_cause"),
                        *("from_score_grade_reason", "to_score_grade_reason"),
                    ),
                    f"changed_on > day - {CHANGE_DAYS} and changed_on <= day + {CHANGE_DAYS}",
                    "changed_on, agency_id",
                )
            ),
            "frozen_lists": tuple(
                reader.rows(
                    "publication.frozen_lists",
                    (
                        *("list_code", "period", "as_of_on", "known_on", "rulebook_id", "is_provisional"),
                        *("member_count", "members_hash", "content_hash", "previous_hash"),
                    ),
                    order="as_of_on desc, list_code",
                )
            ),
            "frozen_members": tuple(
                reader.rows(
                    "publication.rpt_frozen_list_members",
                    ("list_code", "period", "agency_id", "agency_name", "score", "grade"),
                    order="list_code, period, score desc, agency_id",
                )
            ),
            "directory": tuple(
                reader.rows(
                    "publication.rpt_quality_directory",
                    ("period", "agency_id", "agency_name", "score", "grade", "priority_service"),
                    order="period desc, score desc, agency_id",
                )
            ),
        },
    )


def _rules(candidate: Candidate) -> Folder:
    """The rulebook of the build: public as a whole."""
    tables: dict[str, list[Row]] = {}
    for name, schema in FOLDER_TABLES.items():
        relation = f"{quoted(candidate.database)}.rulebook.{quoted(name)}"
        with candidate.connection.cursor() as cursor:
            found = cursor.execute(f"select {', '.join(map(quoted, schema.names))} from {relation} order by all")
            tables[name] = [dict(zip(schema.names, row, strict=True)) for row in found.fetchall()]
    order = {code: place for place, code in enumerate(known_measures())}
    tables["measures"].sort(key=lambda row: order.get(row["measure_code"], len(order)))
    return folder_of(tables, "rulebook")


_ABOUT = (
    *("agency_id", "agency_name", "former_names", "service_type", "directory_status", "published_on"),
    *("listing_basis", "registered_region_name", "is_conforming", "is_evidence_incomplete", "incomplete_because"),
    *("last_changed_on", "last_checked_on", "first_seen_on"),
)


def _roster(reader: Reader, grades: Sequence[str]) -> list[Row]:
    """Who is listed, who has left, and who was never listed and has a public notice: best grade first, states that are
    none last."""
    listed = list(
        reader.rows(
            "publication.rpt_public_roster",
            ("agency_id", "agency_name", "score", "grade", "since_on", "score_grade_reason", "is_provisional"),
        )
    )
    gone = list(reader.rows("publication.rpt_exit_notices", ("agency_id", "agency_name", "exited_on", "reason")))
    known = {row["agency_id"] for row in (*listed, *gone)}
    told_of = {row["agency_id"] for row in reader.rows("publication.rpt_misconduct_notices", ("agency_id",))}
    wanted = known | told_of
    about = {row["agency_id"]: row for row in reader.rows("credit.dim_agencies", _ABOUT) if row["agency_id"] in wanted}
    nothing = {"score": None, "grade": None, "since_on": None, "score_grade_reason": None, "is_provisional": False}
    rows = [about[row["agency_id"]] | {"exited_on": None, "reason": None} | row for row in listed]
    rows += [about[row["agency_id"]] | nothing | row | {"directory_status": states.EXITED} for row in gone]
    for agency_id in sorted(told_of - known):
        row = about[agency_id] | nothing | {"exited_on": None, "reason": None}
        rows.append(row | {"agency_name": row["agency_name"] or agency_id})  # of some nothing but the code is known
    places = {state: place for place, state in enumerate((*grades, *states.STATES))}
    for row in rows:
        row["state"] = states.state(row["directory_status"], row["grade"], row["score_grade_reason"])
    return sorted(rows, key=lambda row: (places.get(row["state"], len(places)), -(row["score"] or 0), row["agency_id"]))


# Table -> what of it an agency's page needs: columns, condition, order.
_RUNNING = "(valid_until_on is null or valid_until_on > day)"
_TODAY = f"valid_from_on <= day and {_RUNNING}"
_PARTS: Mapping[str, tuple[str, tuple[str, ...], str, str]] = {
    "lines": (
        "publication.rpt_public_ledger",
        LEDGER_COLUMNS,
        "true",
        "agency_id, valid_from_on, determined_on, line_id",
    ),
    "steps": ("credit.fct_score_history", _STEP_COLUMNS, _RUNNING, "agency_id, valid_from_on"),
    "measures": (
        "supervision.fct_measures",
        (
            *("agency_id", "measure_code", "trigger_code", "grade", "required_count", "due_working_days"),
            "is_provisional",
        ),
        _TODAY,
        "agency_id, measure_code, trigger_code",
    ),
    "conditions": (
        "supervision.rpt_conformity",
        ("agency_id", "condition_code", "title_zh", "title_en", "required", "is_met"),
        _TODAY,
        "agency_id, condition_code",
    ),
    "unrated": (
        "credit.fct_unrated_spans",
        ("agency_id", "unrated_because", "waits_for", "check_types", "registry_status"),
        _TODAY,
        "agency_id, unrated_because",
    ),
}


def agencies(candidate: Candidate, release: Release) -> Iterator[Agency]:
    """Every agency with a page, by its code; so many are read at once, so that memory does not grow with the city."""
    reader = Reader(candidate)
    abouts = sorted(release.roster, key=lambda row: row["agency_id"])
    for start in range(0, len(abouts), _AGENCIES_AT_ONCE):
        part = abouts[start : start + _AGENCIES_AT_ONCE]
        among = f"agency_id between {literal(part[0]['agency_id'])} and {literal(part[-1]['agency_id'])}"
        found: dict[str, dict[str, list[Row]]] = {}
        for name, (table, columns, where, order) in _PARTS.items():
            rows = reader.rows(table, columns, f"{where} and {among}", order)
            found[name] = {key: list(group) for key, group in groupby(rows, key=lambda row: row["agency_id"])}
        for about in part:
            yield _agency(about, {name: of.pop(about["agency_id"], []) for name, of in found.items()}, release.as_of_on)


def _agency(about: Row, found: Mapping[str, list[Row]], as_of_on: dt.date) -> Agency:
    is_listed = about["state"] != states.UNLISTED
    if not is_listed:  # what the directory asks of its agencies, and a grade brings about, is not for others
        found = {**found, "measures": [], "conditions": [], "unrated": []}
    lines = sorted(
        found["lines"], key=lambda line: _KIND_ORDER.get(line["line_kind"], len(_KIND_ORDER))
    )  # within a kind by day
    order = conditions_order()
    return Agency(
        about=about,
        lines=tuple(lines),
        steps=tuple(_steps(found["steps"], lines, as_of_on, is_listed)),
        measures=tuple(found["measures"]),
        conditions=tuple(sorted(found["conditions"], key=lambda row: order.get(row["condition_code"], len(order)))),
        unrated=tuple(found["unrated"]),
        has_active_misconduct=any(
            row["has_active_misconduct"] for row in found["steps"] if row["valid_from_on"] <= as_of_on
        ),
    )


def _steps(spans: Sequence[Row], lines: Sequence[Row], as_of_on: dt.date, is_listed: bool) -> Iterator[Step]:
    """Spans of the score from the evaluation day on; those that only differ in what is not told are one.

    Who is not listed has no grade, whatever the rules make of the score.
    """
    before: tuple[Any, ...] | None = None
    for span in spans:
        grade, reason = (span["grade"], span["score_grade_reason"]) if is_listed else (None, None)
        state = states.grade_or_state(grade, reason) if is_listed else states.UNLISTED
        shown = span["score"], grade, reason, state
        if shown == before:
            continue
        on = max(span["valid_from_on"], as_of_on)
        moves = () if before is None else tuple(_moves(lines, on))
        yield Step(on, *shown, span["change_cause"], moves)
        before = shown


def _moves(lines: Sequence[Row], on: dt.date) -> Iterator[Row]:
    """What each line gave until a day and gives from it on, where that differs: `points_before` null = it begins."""
    before = {line["line_id"]: line for line in lines if line["valid_until_on"] == on}
    after = {line["line_id"]: line for line in lines if line["valid_from_on"] == on}
    for line_id in sorted({**before, **after}, key=lambda key: ({**before, **after}[key]["line_kind"], key)):
        old, new = before.get(line_id), after.get(line_id)
        points = old and old["points"], new and new["points"]
        line = new or old
        if line is None or points[0] == points[1] or (line["line_kind"] == "superseded"):
            continue
        yield {
            "title_zh": line["title_zh"],
            "title_en": line["title_en"],
            "line_kind": line["line_kind"],
            "points_before": points[0],
            "points_after": points[1],
        }


@cache
def conditions_order() -> Mapping[str, int]:
    """Condition -> its place in the regulation."""
    with _CONDITIONS.open(encoding="utf-8", newline="") as file:
        return {row["condition_code"]: int(row["sort_order"]) for row in csv.DictReader(file)}
