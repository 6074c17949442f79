"""Why an agency has its score on a day: base, every line in force, what supersedes or caps them, what changes next.

Belongs here: reading these from a release, and adding them up. Does not belong here: scoring (dbt), the remarks on lines
(`line_notes`), printing (the command line).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from ingestion.settings import ConfigurationError
from serving import incomplete, unrated
from serving.agencies import require_agency
from serving.line_notes import RULE_COLUMNS, note
from serving.releases.opened import Release

LINE_COLUMNS = (
    *(
        "line_id",
        "line_kind",
        "item_code",
        "component_code",
        "clause",
        "title_zh",
        "points",
        "valid_from_on",
        "last_day_on",
    ),
    *("document_no", "source", "dataset", "source_key", "file_name", "file_hash", "sheet", "row_number"),
    *("occurred_on", "determined_on", "is_disputed", "disputed_since_on", "rulebook_id", "counted_by_line_id"),
    *("occasion_key", "note"),
)
# The columns that people read: an adjustment is shown by its component, a row by its document or its own number.
LINE_TABLE = (
    *("line_kind", "item_code", "clause", "title_zh", "points", "valid_from_on", "last_day_on", "document_no"),
    *("file_name", "sheet", "row_number", "note"),
)


def explain(opened: Release, agency_id: str, on: dt.date) -> dict[str, Any]:
    """The explanation as plain values; `adds_up` is whether base and lines make the score."""
    agency = require_agency(opened, agency_id)
    agency_id = agency["agency_id"]
    spans = opened.rows(
        "select * from credit.fct_score_history where agency_id = ? and valid_from_on <= ? "
        "and (valid_until_on is null or ? < valid_until_on)",
        [agency_id, on, on],
    )
    if not spans:
        first = opened.rows(
            "select min(valid_from_on) as start_on from credit.fct_score_history where agency_id = ?", [agency_id]
        )[0]["start_on"]
        raise ConfigurationError(
            f"{agency_id} 在 {on} 没有得分 has no score on {on}: "
            + (f"its history starts on {first}." if first else "it has no history in this release.")
        )
    span = spans[0]
    lines: list[dict[str, Any]] = [
        {column: line.get(column) for column in LINE_COLUMNS} | {"note": note(line, on)}
        for line in _lines(opened, agency_id, on)
    ]
    total = sum((line["points"] for line in lines), Decimal(0))
    base = _base_points(opened, span["rulebook_id"], span["score"], total)
    return {
        "agency_id": agency_id,
        "agency_name": agency["agency_name"],
        "on": on,
        "rulebook_id": span["rulebook_id"],
        "is_provisional": span["is_provisional"],
        "base_points": base,
        "lines": lines,
        "score": span["score"],
        "grade": span["grade"],
        "score_grade_reason": span["score_grade_reason"],
        "unrated_because": unrated.because(opened, on).get(agency_id),
        "has_active_misconduct": span["has_active_misconduct"],
        "valid_from_on": span["valid_from_on"],
        "change_cause": span["change_cause"],
        # before an agency is rated there is no score to compare with
        "adds_up": span["score"] is None or (base is not None and base + total == span["score"]),
        "next_change": _next_change(opened, agency_id, span),
        "next_grade_change": _next_grade_change(opened, agency_id, span),
        **_incomplete(opened, agency_id),
    }


def _incomplete(opened: Release, agency_id: str) -> dict[str, Any]:
    """Whether evidence is missing, as of the build, and the files and rows that are missing."""
    row = opened.rows("select * from credit.dim_agencies where agency_id = ?", [agency_id])[0]
    return {
        "is_evidence_incomplete": row.get("is_evidence_incomplete"),
        "incomplete_because": row.get("incomplete_because"),
        "missing_evidence": incomplete.places(opened, row),
    }


def table_rows(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines as the table shows them: an empty item or document is replaced by another name of the row."""
    return [
        line
        | {
            "item_code": line["item_code"] or line["component_code"],
            "document_no": line["document_no"] or line["source_key"],
        }
        for line in lines
    ]


def _base_points(opened: Release, rulebook_id: str, score: Decimal | None, total: Decimal) -> Decimal | None:
    """The base of the version that scored the day, from release.json, else derived from the score."""
    for version in opened.description.get("rulebooks", []):
        if version["rulebook_id"] == rulebook_id:
            return Decimal(str(version["base_points"]))
    return None if score is None else score - total


def _lines(opened: Release, agency_id: str, on: dt.date) -> list[dict[str, Any]]:
    """Every line in force on the day, with the rules of its item. Void and unscored lines are never in force."""
    found = opened.rows(
        "with ledger as ("
        "select * from credit.fct_point_ledger where agency_id = ? and valid_from_on <= ? "
        "and (valid_until_on is null or ? < valid_until_on) and line_kind not in ('void', 'not_scored')), "
        "files as (select source, dataset, file_hash, min(file_name) as file_name from quality.fct_loads "
        "where status = 'loaded' group by source, dataset, file_hash) "
        "select ledger.*, files.file_name, "
        "cast(ledger.valid_until_on - interval 1 day as date) as last_day_on, "
        "counted.item_code as counted_by_item_code "
        "from ledger "
        "left join files on files.source = ledger.source and files.dataset = ledger.dataset "
        "and files.file_hash = ledger.file_hash "
        "left join (select distinct line_id, item_code from credit.fct_point_ledger) as counted "
        "on counted.line_id = ledger.counted_by_line_id "
        "order by case ledger.line_kind when 'misconduct' then 1 when 'superseded' then 2 when 'merit' then 3 "
        "when 'fact' then 4 when 'repair' then 5 else 6 end, "
        "ledger.determined_on nulls last, ledger.item_code nulls last, ledger.line_id",
        [agency_id, on, on],
    )
    rules = {(row["rulebook_id"], row["item_code"]): row for row in opened.rows("select * from credit.dim_rules")}
    cases = {
        row["case_id"]
        for row in opened.rows("select distinct case_id from credit.fct_point_ledger where agency_id = ?", [agency_id])
    }
    for line in found:
        rule = rules.get((line["rulebook_id"], line["item_code"]), {})
        line |= {name: rule.get(name) for name in ("clause", "title_zh", *RULE_COLUMNS)}
        line["item_points"] = rule.get("points")
        occasion = line.get("occasion_key")  # a check's task, else the case
        line["check_task_id"] = None if occasion in cases else occasion
    return found


def _next_grade_change(opened: Release, agency_id: str, span: dict[str, Any]) -> dict[str, Any] | None:
    """The next day on which the grade changes; the score may stay the same."""
    found = opened.rows(
        'select valid_from_on as "on", grade, score_grade_reason, change_cause as cause from credit.fct_score_history '
        "where agency_id = ? and valid_from_on = ?",
        [agency_id, span["next_grade_change_on"]],
    )
    return found[0] if found else None


def _next_change(opened: Release, agency_id: str, span: dict[str, Any]) -> dict[str, Any] | None:
    """The next day on which the score changes, what it becomes, and which lines begin or end on it."""
    day = span.get("next_change_on") or span["valid_until_on"]
    if day is None:
        return None
    following = opened.rows(
        "select score, grade, score_grade_reason, change_cause from credit.fct_score_history where agency_id = ? and valid_from_on = ?",
        [agency_id, day],
    )
    moves = opened.rows(
        "select line_kind, item_code, points, case when valid_from_on = ? then 'begins' else 'ends' end as moves "
        "from credit.fct_point_ledger where agency_id = ? and ? in (valid_from_on, valid_until_on) "
        "and line_kind not in ('void', 'not_scored') order by moves, item_code, line_id",
        [day, agency_id, day],
    )
    after = following[0] if following else {}
    shown = {column: after.get(column) for column in ("score", "grade", "score_grade_reason")}
    return {"on": day} | shown | {"cause": after.get("change_cause"), "lines": moves}
