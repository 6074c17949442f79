"""Queries on a release: grades, conflicts, tasks, held files and quarantined rows, freshness.

Belongs here: SQL over marts, for the command line and other readers. Does not belong here: how rows are shown, opening a
release (`releases.opened`), anything that writes.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from ingestion.settings import ConfigurationError
from ingestion.sources import DATASETS
from serving import detectors, reasons, unrated
from serving.agencies import require_agency
from serving.freshness import is_delivered
from serving.ordering import GRAVEST_FIRST
from serving.releases.opened import Release

GRADE_COLUMNS = (
    *("agency_id", "agency_name", "score", "grade", "has_active_misconduct", "since_on", "next_change_on"),
    *("next_score", "next_grade", "next_grade_change_on", "directory_status", "rulebook_id", "is_provisional"),
    *("last_changed_on", "last_checked_on", "first_seen_on", "is_evidence_incomplete", "incomplete_because"),
    *("score_grade_reason", "next_score_grade_reason", "unrated_because"),
)


def grades(opened: Release, on: dt.date, agency_id: str | None = None) -> list[dict[str, Any]]:
    """Each agency's grade on a day: best score first, agencies without a score last. An agency has no row before its start."""
    agency_id = require_agency(opened, agency_id)["agency_id"] if agency_id is not None else None
    found = opened.rows(
        "select * from credit.agency_grades_as_of(?) where ? is null or agency_id = ? "
        "order by score desc nulls last, agency_id",
        [on, agency_id, agency_id],
    )
    why = unrated.because(opened, on)
    # a release of an earlier program lacks newer columns
    return [
        {column: row.get(column) for column in GRADE_COLUMNS} | {"unrated_because": why.get(row["agency_id"])}
        for row in found
    ]


CONFLICT_TABLE = (
    *("conflict_kind", "severity", "confidence", "engineer_name", "employer_a_name", "employer_b_name"),
    *("overlap_from_on", "overlap_until_on", "overlap_days", "status", "explained_by", "conflict_id"),
)


def conflicts(opened: Release, kind: str | None, status: str | None) -> tuple[list[str], list[dict[str, Any]]]:
    """All columns of the conflicts mart and its rows: open and most severe first, explained last."""
    kinds = detectors.titles(detectors.CONFLICT)
    if kind is not None and kind not in kinds:
        raise ConfigurationError(f"没有这一类型 There is no kind {kind}. 可用类型 Kinds: {', '.join(kinds)}.")
    relation = "conflicts.fct_engineer_conflicts"
    columns = [row["column_name"] for row in opened.rows(f"describe {relation}")]
    found = opened.rows(
        f"select * from {relation} where (? is null or conflict_kind = ?) and (? is null or status = ?) "
        "order by case status when 'open' then 1 when 'confirmed' then 2 when 'expired' then 3 "
        "when 'cleared' then 4 else 5 end, "
        f"{GRAVEST_FIRST}, "
        "conflict_kind, overlap_from_on, conflict_id",
        [kind, kind, status, status],
    )
    return columns, found


TASK_COLUMNS = (
    *("task_id", "task_code", "agency_id", "agency_name", "opened_on", "due_on", "closed_on", "status", "clause"),
    *("is_evidence_incomplete", "incomplete_because", "unrated_because"),
)


def tasks(opened: Release, due_before: dt.date | None, with_done: bool) -> list[dict[str, Any]]:
    """Supervision tasks, the earliest due first; done ones only on request. The reason why an agency is unrated is as of
    the build, as its tasks are.
    """
    found = opened.rows(
        "select rpt_tasks.*, dim_agencies.agency_name "
        "from supervision.rpt_tasks left join credit.dim_agencies using (agency_id) "
        "where (? is null or due_on < ?) and (? or status <> 'done') order by due_on nulls last, opened_on, task_id",
        [due_before, due_before, with_done],
    )
    why = unrated.because(opened, dt.date.fromisoformat(opened.description["as_of_on"]))
    return [
        {column: row.get(column) for column in TASK_COLUMNS} | {"unrated_because": why.get(row["agency_id"])}
        for row in found
    ]


QUARANTINE_COLUMNS = (
    *("level", "source", "dataset", "received_on", "file_name", "sheet", "row_number", "reason_code", "header"),
    "message",
)


def quarantine(opened: Release, dataset: str | None, with_corrected: bool = False) -> list[dict[str, Any]]:
    """Held files, then quarantined rows, each with its remedy; rows that another row has replaced only when
    asked for.

    `dataset`: `source/dataset` or the dataset's name alone. Raises ConfigurationError if there is none of that name.
    """
    known = {name: f"{source}/{name}" for source, name in DATASETS}
    if dataset is not None and dataset not in {*known, *known.values()}:
        raise ConfigurationError(
            f"没有这一数据集 There is no dataset {dataset}. 可用数据集 Datasets: {', '.join(sorted(known.values()))}."
        )
    found = opened.rows(
        "with found as ("
        "select 'file' as level, source, dataset, received_on, file_name, file_hash, cast(null as varchar) as sheet, "
        "cast(null as integer) as row_number, reason_code, cast(null as varchar) as header, message "
        "from quality.fct_loads where status = 'held' "
        "union all "
        "select 'row', source, dataset, received_on, file_name, file_hash, sheet, row_number, reason_code, header, null "
        f"from quality.fct_quarantined_rows where ? or {reasons.still_missing(opened)}) "
        "select * from found where ? is null or dataset = ? or source || '/' || dataset = ? "
        "order by level, source, dataset, received_on, file_name, file_hash, sheet nulls first, row_number",
        [with_corrected, dataset, dataset, dataset],
    )
    return [row | {"message": row["message"] or reasons.remedy(row)} for row in found]


def corrected_count(opened: Release, dataset: str | None) -> int:
    """How many quarantined rows, of a dataset or of all, another row has replaced."""
    return int(
        opened.rows(
            f"select count(*) as n from quality.fct_quarantined_rows where not ({reasons.still_missing(opened)}) "
            "and (? is null or dataset = ? or source || '/' || dataset = ?)",
            [dataset, dataset, dataset],
        )[0]["n"]
    )


def freshness(opened: Release) -> list[dict[str, Any]]:
    """Per dataset: the last drop, its age on the release's as-of day, and its files by status."""
    return opened.rows(
        f"select source, dataset, max(received_on) filter (where {is_delivered('status')}) as received_on, "
        f"cast(? as date) - max(received_on) filter (where {is_delivered('status')}) as age_days, "
        "count(*) filter (where status = 'loaded') as loaded_files, "
        "count(*) filter (where status = 'held') as held_files, "
        "count(*) filter (where status = 'replaced') as replaced_files "
        "from quality.fct_loads group by source, dataset order by source, dataset",
        [opened.description["as_of_on"]],
    )


def unattributed_rows(opened: Release) -> list[dict[str, Any]]:
    """Per dataset: quarantined rows that nothing has replaced and that name no agency and no person, or only by a number
    that other rows also have: it is not certain whose evidence they are.
    """
    relation = "quality.fct_quarantined_rows"
    if "is_missing" not in {row["column_name"] for row in opened.rows(f"describe {relation}")}:
        return []  # a release of an earlier program
    return opened.rows(
        f"select source, dataset, count(*) as row_count, max(received_on) as received_on from {relation} "
        "where is_missing and not is_anybody_named group by source, dataset order by source, dataset"
    )


def later_than_as_of(opened: Release) -> dict[str, Any]:
    """How many files were received after the release's as-of day, and the last day of receipt: a wrong date, or
    a build for an earlier day.
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
    """The number of data issues by code; the rows are in quality.fct_data_issues."""
    return opened.rows(
        "select issue_code, count(*) as issue_count from quality.fct_data_issues group by issue_code order by issue_code"
    )


def unrated_agencies(opened: Release) -> list[dict[str, Any]]:
    """The agencies without a grade on the release's as-of day, and why."""
    why = unrated.because(opened, dt.date.fromisoformat(opened.description["as_of_on"]))
    names = {
        row["agency_id"]: row["agency_name"]
        for row in opened.rows("select agency_id, agency_name from credit.dim_agencies")
    }
    return [
        {"agency_id": agency_id, "agency_name": names.get(agency_id), "unrated_because": reason}
        for agency_id, reason in sorted(why.items())
    ]


def overdue_count(opened: Release) -> int | None:
    """How many tasks are overdue; null where the release has no tasks."""
    if not opened.has("supervision.rpt_tasks"):
        return None
    return int(opened.rows("select count(*) as n from supervision.rpt_tasks where status = 'overdue'")[0]["n"])
