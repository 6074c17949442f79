"""A few rows of a mart for the pages of the operators, without anything about a person.

Belongs here: which marts and cells may be shown outside a release. Does not belong here: who reads a release
(`audiences`), where a preview is shown.
"""

from __future__ import annotations

from typing import Any

from serving.audiences import SCHEMAS, Audience
from serving.releases.contents import quoted

ROW_COUNT, _COLUMN_COUNT = 5, 6
# Text that is a code, a rule's own words or an agency's public name. Any other text may hold a person's name, a number
# or somebody's words, so a new column shows nothing until it is named here. Numbers, dates and flags need no name.
_SHOWN_TEXT = frozenset(
    (
        *("agency_id", "agency_name", "directory_status", "service_type", "listing_basis", "registry_status"),
        *(
            "rulebook_id",
            "component_code",
            "item_code",
            "condition_code",
            "clause",
            "title_zh",
            "effect",
            "effect_grade",
        ),
        *("grade", "from_grade", "to_grade", "next_grade", "gate_grade", "score_grade_reason", "change_cause"),
        *("line_kind", "not_scored_reason", "unrated_because", "waits_for", "measure_code", "trigger_code"),
        *("task_code", "lead_kind", "severity", "status", "list_code", "period", "decision", "refusal_reason"),
        *("source", "dataset", "reason_code", "issue_code", "result_code"),
    )
)


def may_be_previewed(schema: str) -> bool:
    """Whether any row of a schema may be shown outside a release: a restricted one's never."""
    return schema in SCHEMAS[Audience.BI]


def preview(connection: Any, schema: str, table: str) -> str | None:
    """The first rows of a mart as a table in Markdown; null where nothing of it may be shown."""
    if not may_be_previewed(schema):
        return None
    relation = f"{quoted(schema)}.{quoted(table)}"
    described = connection.execute(f"describe {relation}").fetchall()
    columns = [name for name, kind, *_ in described if kind != "VARCHAR" or name in _SHOWN_TEXT][:_COLUMN_COUNT]
    if not columns:
        return None
    listed = ", ".join(quoted(column) for column in columns)
    rows = connection.execute(f"select {listed} from {relation} order by all limit {ROW_COUNT}").fetchall()
    lines = [columns, ["---"] * len(columns), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    """On one line, and nothing in it that Markdown or HTML would read as its own."""
    text = "" if value is None else str(value)
    for character in "\\`*_[]<>|&":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())
