"""A few rows of a mart for the pages of the operators, without anything about a person.

Belongs here: which marts and cells may be shown outside a release. Does not belong here: who reads a release
(`audiences`), where a preview is shown.
"""

from __future__ import annotations

from typing import Any

from serving.audiences import SCHEMAS, Audience, may_see
from serving.releases.contents import quoted

ROW_COUNT, _COLUMN_COUNT = 5, 6
# A key may name a person; in a public table alone it is masked.
_HIDDEN = "source_key"


def may_be_previewed(schema: str) -> bool:
    """Whether any row of a schema may be shown outside a release: a restricted one's never."""
    return schema in SCHEMAS[Audience.BI]


def preview(connection: Any, schema: str, table: str) -> str | None:
    """The first rows of a mart as a table in Markdown; null where nothing of it may be shown."""
    if not may_be_previewed(schema):
        return None
    relation = f"{quoted(schema)}.{quoted(table)}"
    described = connection.execute(f"describe {relation}").fetchall()
    columns = [name for name, kind, *_ in described if kind != "VARCHAR" or _is_shown(name)][:_COLUMN_COUNT]
    if not columns:
        return None
    listed = ", ".join(quoted(column) for column in columns)
    rows = connection.execute(f"select {listed} from {relation} order by all limit {ROW_COUNT}").fetchall()
    lines = [columns, ["---"] * len(columns), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _is_shown(column: str) -> bool:
    """Text may hold a person's name or somebody's words: only what the public may read is shown."""
    return column != _HIDDEN and may_see(Audience.PUBLIC, column)


def _cell(value: Any) -> str:
    """On one line, and nothing in it that Markdown or HTML would read as its own."""
    text = "" if value is None else str(value)
    for character in "\\`*_[]<>|&":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())
