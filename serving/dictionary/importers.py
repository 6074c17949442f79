"""What the importers of BI tools read in dbt's `meta`: Lightdash (`label`, `primary_key`, `dimension`, `metrics`) and
dbt-metabase (`metabase.*`), made from the dictionary.

Belongs here: which column is of no use in a chart, and of which semantic type. Does not belong here: the words
(`columns.csv`, `values.csv`), what a column is summed up as (`measures.csv`), where the YAML has it (`dbt_yaml`).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from serving.dictionary import Entry, codes_of, value_words
from serving.dictionary.grains import grains

_MEASURES = Path(__file__).with_name("measures.csv")
# Where a row comes from, and keys that nobody reads: kept for whoever asks, of no use in a chart.
HIDDEN = {
    *("content_hash", "file_hash", "members_hash", "object_prefix", "occasion_key", "person_key", "previous_hash"),
    *("release_id", "row_number", "sheet", "source_key"),
}
_CATEGORIES = {
    *(
        "clause",
        "decision",
        "effect",
        "fact",
        "from_grade",
        "grade_after",
        "grade_before",
        "item_code",
        "kind",
        "level",
    ),
    *("list_code", "period", "registered_region_name", "severity", "source", "to_grade"),
}
_CATEGORY_ENDINGS = ("_cause", "_code", "_grade", "_kind", "_level", "_reason", "_status", "_tier")
_NUMBERS = ("integer", "bigint", "decimal")


@dataclass(frozen=True)
class Measure:
    """What a column of one mart is summed up as; `aggregation` as Lightdash calls it."""

    table: str
    column: str
    aggregation: str
    name: str
    zh: str
    en: str


@cache
def measures() -> tuple[Measure, ...]:
    """Every measure."""
    with _MEASURES.open(encoding="utf-8", newline="") as file:
        return tuple(Measure(**row) for row in csv.DictReader(file))


def of_table(table: str) -> dict[str, Any]:
    """The `meta` of a mart (`schema.table`): what people call it, and its key."""
    label = " ".join(value_words("table", table.partition(".")[2]))
    grain = grains()[table]
    return {
        "label": label,
        "primary_key": grain[0] if len(grain) == 1 else list(grain),
        "metabase.display_name": label,
    }


def of_column(table: str, entry: Entry) -> dict[str, Any]:
    """The `meta` of a column of a mart."""
    is_hidden = entry.name in HIDDEN
    kind = "number" if entry.type.startswith(_NUMBERS) else entry.type
    dimension = {"label": entry.label, "type": kind} | ({"hidden": True} if is_hidden else {})
    found: dict[str, Any] = {"dimension": dimension}
    summed = {
        one.name: {"type": one.aggregation, "label": f"{one.zh} {one.en}"}
        for one in measures()
        if (one.table, one.column) == (table.partition(".")[2], entry.name)
    }
    if summed:
        found["metrics"] = summed
    found["metabase.display_name"] = entry.label
    if is_hidden:
        found["metabase.visibility_type"] = "details-only"
    return found | _metabase_type(table, entry)


def _metabase_type(table: str, entry: Entry) -> dict[str, str]:
    if grains()[table] == (entry.name,):
        return {"metabase.semantic_type": "type/PK"}
    if entry.name == "agency_id":
        return {"metabase.fk_target_table": "credit.dim_agencies", "metabase.fk_target_field": "agency_id"}
    kind = _semantic_type(table.partition(".")[2], entry)
    return {"metabase.semantic_type": kind} if kind else {}


def _semantic_type(table: str, entry: Entry) -> str | None:
    name = entry.name
    if entry.type.startswith(_NUMBERS):
        if entry.unit == "points":
            return "type/Score"
        if entry.unit == "0–1":
            return "type/Percentage"
        return "type/Quantity" if name.endswith(("_count", "_days")) else None
    if entry.type == "boolean" or codes_of(table, name) or name in _CATEGORIES or name.endswith(_CATEGORY_ENDINGS):
        return "type/Category"
    if name.endswith("_name"):
        return "type/Name"
    return "type/Title" if name.startswith("title_") else None
