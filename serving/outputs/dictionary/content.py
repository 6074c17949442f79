"""What a data dictionary says: tables and columns as the marts have them, in the words of the column dictionary.

Belongs here: reading names, comments and functions of the marts, and joining words, keys and codes. Does not belong
here: files (`serving.outputs.dictionary`), which columns an audience sees (`serving.audiences`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from serving.audiences import SCHEMAS, Audience, require_visible
from serving.dictionary import Entry, code_list, entries, value_words, words_of
from serving.dictionary.grains import grains
from serving.releases import checks
from serving.releases.candidate import Candidate


@dataclass(frozen=True)
class Column:
    """A column: its entry, what it means in this table, and the list of its codes here, empty where it has none."""

    entry: Entry
    meaning: str
    code_list: str


@dataclass(frozen=True)
class Table:
    """A table or view. `on_any_day` is the function that gives its rows on a day, null where there is none."""

    name: str  # schema.table
    zh: str
    en: str
    meaning: str
    key: tuple[str, ...]
    on_any_day: str | None
    columns: tuple[Column, ...]


def tables_for(candidate: Candidate, audience: Audience) -> list[Table]:
    """Every table of the audience's schemas, by schema and name. Raises ColumnNotAllowedError."""
    comments = _comments(candidate)
    functions = _functions(candidate)
    found: dict[str, list[tuple[str, str | None]]] = {}
    for schema, table, column, comment in _query(
        candidate,
        "select schema_name, table_name, column_name, comment from duckdb_columns() where database_name = ? "
        "order by schema_name, table_name, column_index",
    ):
        found.setdefault(f"{schema}.{table}", []).append((column, comment))
    found[checks.TABLE] = list(checks.COLUMN_COMMENTS.items())  # the mart that no model makes
    tables = []
    for schema in SCHEMAS[audience]:
        for name in sorted(name for name in found if name.startswith(f"{schema}.")):
            require_visible(audience, name, [column for column, _ in found[name]])
            zh, en = value_words("table", name.removeprefix(f"{schema}."))
            columns = tuple(
                Column(entries()[column], _meaning(entries()[column], text), code_list(name.partition(".")[2], column))
                for column, text in found[name]
            )
            key = grains().get(name, checks.KEY if name == checks.TABLE else ())
            tables.append(Table(name, zh, en, comments.get(name) or "", key, functions.get(name), columns))
    return tables


def described(audience: Audience, tables: Sequence[Table]) -> dict[str, Any]:
    """The dictionary as plain values; `codes` has the code lists of the columns that are in it."""
    code_lists = sorted({column.code_list for table in tables for column in table.columns if column.code_list})
    return {
        "audience": audience.value,
        "tables": [
            {
                "table": table.name,
                "zh": table.zh,
                "en": table.en,
                "meaning": table.meaning,
                "key": list(table.key),
                "on_any_day": table.on_any_day,
                "columns": [
                    {name: getattr(column.entry, name) for name in ("name", "zh", "en", "type", "unit")}
                    | {"meaning": column.meaning, "codes": column.code_list}
                    for column in table.columns
                ],
            }
            for table in tables
        ],
        "codes": {name: {value: list(words) for value, words in words_of(name).items()} for name in code_lists},
    }


def _meaning(entry: Entry, comment: str | None) -> str:
    """What follows the label in a comment."""
    return (comment or "").removeprefix(f"{entry.zh} · ")


def _comments(candidate: Candidate) -> dict[str, str | None]:
    return {
        f"{schema}.{name}": comment
        for schema, name, comment in _query(
            candidate,
            "select schema_name, table_name, comment from duckdb_tables() where database_name = ?1 "
            "union all select schema_name, view_name, comment from duckdb_views() where database_name = ?1",
        )
    } | {checks.TABLE: checks.TABLE_COMMENT}


def _functions(candidate: Candidate) -> dict[str, str]:
    """Table or view -> its function of a day, `x_as_of(d)` of `x`."""
    return {
        f"{schema}.{name.removesuffix('_as_of')}": f"{schema}.{name}({', '.join(parameters)})"
        for schema, name, parameters in _query(
            candidate,
            "select schema_name, function_name, parameters from duckdb_functions() where database_name = ? "
            "and function_type = 'table_macro'",
        )
    }


def _query(candidate: Candidate, sql: str) -> list[tuple[Any, ...]]:
    with candidate.connection.cursor() as cursor:
        return cursor.execute(sql, [candidate.database]).fetchall()
