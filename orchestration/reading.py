"""Queries over the current release, opened read-only. Belongs here: SQL for the command line's reading commands.

Does not belong here: how rows are shown (`output`), anything that writes.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from rapidfuzz.distance import Levenshtein

from ingestion import parsing, strict
from ingestion.settings import ConfigurationError, Settings
from ingestion.sources import DATASETS
from orchestration import attempts, release
from orchestration.dbt_build import PROJECT
from orchestration.output import command


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """The rows of a query, column -> value."""
    result = connection.execute(sql, list(parameters))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@dataclass
class Release:
    """One release: its folder and an open, read-only connection."""

    directory: Path
    connection: duckdb.DuckDBPyConnection

    @cached_property
    def description(self) -> dict[str, Any]:
        """release.json."""
        with _readable(self.directory):
            return release.read_description(self.directory)

    @property
    def title(self) -> str:
        """What every table of the release is headed by: a replay of an earlier day must not pass for today's."""
        known_on = self.description["known_on"]
        return self.directory.name + (f"  截至该日已知 known on {known_on}" if known_on else "")

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of a query."""
        with _readable(self.directory):
            return rows_of(self.connection, sql, parameters)

    def has(self, relation: str) -> bool:
        """Whether the release has a table or view `schema.name`."""
        schema, _, name = relation.partition(".")
        return bool(
            self.rows(
                "select 1 from information_schema.tables where table_schema = ? and table_name = ?", [schema, name]
            )
        )


@contextmanager
def open_release(settings: Settings, *, for_desk: bool = False) -> Iterator[Release]:
    """The current release; `for_desk` with `conflicts`, which hold names and open for their owner alone.

    Raises ConfigurationError, with what to do, when there is none or this account cannot read it.
    """
    directory = release.current_release(settings)
    if directory is None:
        raise ConfigurationError(
            f"There is no release in {settings.home} yet. Run: {command(settings.home, 'build --inbox DIR')}"
            + "".join(f"\n{line}" for line in attempts.described(settings))
        )
    path = directory / (release.DESK_FILE if for_desk else release.BI_FILE)
    if path.exists() and not os.access(path, os.R_OK):
        raise ConfigurationError(
            f"This account may not read {path}" + (": it names engineers, for the desk." if for_desk else ".")
        )
    # Nothing that a query says reaches beyond the file: no other file, no network, no way back.
    limits: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": False,
        "lock_configuration": True,
    }
    with _readable(directory):
        connection = duckdb.connect(str(path), read_only=True, config=limits)
    with connection:
        yield Release(directory, connection)


@contextmanager
def _readable(directory: Path) -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, OSError, ValueError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        again = command(directory.parents[1], "build --full")
        raise ConfigurationError(f"The release {directory} cannot be read ({said}). Build it again: {again}") from error


GRADE_COLUMNS = (
    *("agency_id", "agency_name", "score", "grade", "has_active_misconduct", "since_on", "next_change_on"),
    *("next_score", "next_grade", "next_grade_change_on", "directory_status", "rulebook_id", "is_provisional"),
)


def grades(opened: Release, on: dt.date, agency_id: str | None = None) -> list[dict[str, Any]]:
    """Each agency's grade on a day: best score first. An agency has none before its start."""
    agency_id = require_agency(opened, agency_id)["agency_id"] if agency_id is not None else None
    return opened.rows(
        f"select {', '.join(GRADE_COLUMNS)} from credit.agency_grades_as_of(?) "
        "where ? is null or agency_id = ? order by score desc, agency_id",
        [on, agency_id, agency_id],
    )


_NEAR = 3  # slips of the finger; what differs by more is another agency
_LISTED = 5


def _one_width(written: str) -> str:
    """A code or name as people type it: one width, upper case, no blanks."""
    try:
        return (parsing.code(written) or written).upper()
    except parsing.Refused:  # reads like a number that lost its digits
        return written


def require_agency(opened: Release, written: str) -> dict[str, Any]:
    """The agency of a USCC, or of a present or former name, or of a part of a name that no other agency has.

    An unknown one is an error that names those which differ by a few characters only.
    """
    typed = _one_width(written)
    names = [
        (
            row,
            [_one_width(name) for name in (row["agency_name"] or "", *(row["former_names"] or "").split("、")) if name],
        )
        for row in opened.rows(
            "select agency_id, agency_name, former_names from credit.dim_agencies order by agency_id"
        )
    ]
    for found in (
        [row for row, _ in names if row["agency_id"] == typed],
        [row for row, own in names if typed in own],
        [row for row, own in names if any(typed in name for name in own)],
    ):
        if len(found) == 1:
            return {name: found[0][name] for name in ("agency_id", "agency_name")}
        if found:
            raise ConfigurationError(f"{written} 对应多家机构 names {len(found)} agencies: {_listed(found)}.")
    slips = min(_NEAR, len(typed) // 4)
    near = [
        row
        for row, own in names
        if any(Levenshtein.distance(typed, known, score_cutoff=slips) <= slips for known in (row["agency_id"], *own))
    ]
    hint = f" 是否指 Did you mean {_listed(near)}?" if near else ""
    raise ConfigurationError(f"没有这家机构 No agency {written} in this release.{hint}")


def _listed(agencies: Sequence[dict[str, Any]]) -> str:
    shown = ", ".join(f"{row['agency_id']} ({row['agency_name']})" for row in agencies[:_LISTED])
    return f"{shown}, …" if len(agencies) > _LISTED else shown


CONFLICT_TABLE = (
    *("conflict_kind", "severity", "confidence", "engineer_name", "employer_a_name", "employer_b_name"),
    *("overlap_from_on", "overlap_until_on", "overlap_days", "status", "explained_by", "conflict_id"),
)


def conflict_kinds() -> list[str]:
    """The kinds that the detectors know, in their order."""
    with (PROJECT / "seeds" / "reference" / "detectors.csv").open(encoding="utf-8", newline="") as file:
        return [row["detector_kind"] for row in csv.DictReader(file) if row["family"] == "conflict"]


def conflicts(opened: Release, kind: str | None, status: str | None) -> tuple[list[str], list[dict[str, Any]]]:
    """All columns of the conflicts mart and its rows: what is open and grave first, what is explained last."""
    kinds = conflict_kinds()
    if kind is not None and kind not in kinds:
        raise ConfigurationError(f"没有这一类型 There is no kind {kind}. There are {', '.join(kinds)}.")
    relation = "conflicts.fct_engineer_conflicts"
    columns = [row["column_name"] for row in opened.rows(f"describe {relation}")]
    found = opened.rows(
        f"select * from {relation} where (? is null or conflict_kind = ?) and (? is null or status = ?) "
        "order by case status when 'open' then 1 when 'confirmed' then 2 when 'expired' then 3 "
        "when 'cleared' then 4 else 5 end, "
        "case severity when 'very_high' then 1 when 'high' then 2 when 'medium' then 3 when 'low' then 4 else 5 end, "
        "conflict_kind, overlap_from_on, conflict_id",
        [kind, kind, status, status],
    )
    return columns, found


TASK_COLUMNS = (
    *("task_id", "task_code", "agency_id", "agency_name", "opened_on", "due_on", "closed_on", "status", "clause"),
)


def tasks(opened: Release, due_before: dt.date | None, with_done: bool) -> list[dict[str, Any]]:
    """Supervision tasks, the earliest due first; done ones only when asked for."""
    return opened.rows(
        "select task_id, task_code, rpt_tasks.agency_id, agency_name, opened_on, due_on, closed_on, status, clause "
        "from supervision.rpt_tasks left join credit.dim_agencies using (agency_id) "
        "where (? is null or due_on < ?) and (? or status <> 'done') order by due_on nulls last, opened_on, task_id",
        [due_before, due_before, with_done],
    )


QUARANTINE_COLUMNS = (
    *("level", "source", "dataset", "received_on", "file_name", "sheet", "row_number", "reason_code", "header"),
    "message",
)


def quarantine(opened: Release, dataset: str | None) -> list[dict[str, Any]]:
    """Held files, then quarantined rows, each with what to do about it.

    `dataset`: `source/dataset` or the dataset's name alone. Raises ConfigurationError if there is none of that name.
    """
    known = {name: f"{source}/{name}" for source, name in DATASETS}
    if dataset is not None and dataset not in {*known, *known.values()}:
        raise ConfigurationError(f"There is no dataset {dataset}. There are {', '.join(sorted(known.values()))}.")
    found = opened.rows(
        "with found as ("
        "select 'file' as level, source, dataset, received_on, file_name, file_hash, cast(null as varchar) as sheet, "
        "cast(null as integer) as row_number, reason_code, cast(null as varchar) as header, message "
        "from quality.fct_loads where status = 'held' "
        "union all "
        "select 'row', source, dataset, received_on, file_name, file_hash, sheet, row_number, reason_code, header, null "
        "from quality.fct_quarantined_rows) "
        "select * from found where ? is null or dataset = ? or source || '/' || dataset = ? "
        "order by level, source, dataset, received_on, file_name, file_hash, sheet nulls first, row_number",
        [dataset, dataset, dataset],
    )
    return [
        row
        | {
            "message": row["message"]
            or strict.remedy(DATASETS[(row["source"], row["dataset"])], row["reason_code"], row["header"])
        }
        for row in found
    ]


def freshness(opened: Release) -> list[dict[str, Any]]:
    """Per dataset: the last drop, its age on the release's as-of day, and what became of its files."""
    return opened.rows(
        "select source, dataset, max(received_on) filter (where status <> 'held') as received_on, "
        "cast(? as date) - max(received_on) filter (where status <> 'held') as age_days, "
        "count(*) filter (where status = 'loaded') as loaded_files, "
        "count(*) filter (where status = 'held') as held_files "
        "from quality.fct_loads group by source, dataset order by source, dataset",
        [opened.description["as_of_on"]],
    )


def later_than_as_of(opened: Release) -> dict[str, Any]:
    """How many files were received after the release's as-of day, and when the last of them: a slip in a date, or a
    look back.
    """
    return opened.rows(
        "select count(*) as file_count, max(received_on) as received_on from quality.fct_loads where received_on > ?",
        [opened.description["as_of_on"]],
    )[0]


def failed_checks(opened: Release) -> list[dict[str, Any]]:
    """The checks that the release did not pass: warnings, since an error would have stopped it."""
    return opened.rows(
        "select check_name, kind, severity, failing_count from quality.fct_check_results where not is_passed "
        "order by kind, check_name"
    )


def issue_counts(opened: Release) -> list[dict[str, Any]]:
    """What the data leaves for people to look at, by kind: the rows are quality.fct_data_issues."""
    return opened.rows(
        "select issue_code, count(*) as issue_count from quality.fct_data_issues group by issue_code order by issue_code"
    )


def overdue_count(opened: Release) -> int | None:
    """How many tasks are overdue; null where the release has no tasks."""
    if not opened.has("supervision.rpt_tasks"):
        return None
    return int(opened.rows("select count(*) as n from supervision.rpt_tasks where status = 'overdue'")[0]["n"])
