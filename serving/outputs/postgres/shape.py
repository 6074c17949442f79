"""What a release's tables look like on Postgres: types, keys, indexes, comments.

What is there comes from the release's own file; a table's grain from its dbt YAML, where a test proves it; words from
the column dictionary. Does not belong here: statements to the server (`loading`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from serving.audiences import SCHEMAS, Audience, require_visible
from serving.dictionary import entries, value_words
from serving.dictionary.grains import grains
from serving.outputs.output import PublishRefusedError
from serving.releases import checks
from serving.releases.contents import literal

if TYPE_CHECKING:
    import duckdb

_TYPES = {
    "VARCHAR": "text",
    "DATE": "date",
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "TIMESTAMP": "timestamp",
}
# Whose day today is (marts.md, `credit.agency_grades`).
TODAY = "(now() at time zone 'Asia/Shanghai')::date"
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
# A sheet is null where the format has none: there the key is a unique constraint in which null equals null.
_MAY_BE_NULL = frozenset({"sheet"})
# What dashboards filter and join by; a key's first column has its index already.
_FILTERED = frozenset(
    {
        *("agency_id", "employer_a_id", "employer_b_id", "line_id", "item_code", "grade", "status"),
        *("directory_status", "valid_from_on", "changed_on", "due_on", "conflict_kind", "lead_kind", "task_code"),
        *("issue_code", "reason_code", "period"),
    }
)
_AGENCY = "credit.dim_agencies"
# A row that was quarantined names whatever could be read of it, also an agency that no other row names.
_NAMES_STRANGERS = frozenset({"quality.fct_quarantined_rows"})
# columns -> the table whose key they are; of tables that have all of these columns
_REFERENCES = (
    (("agency_id",), _AGENCY),
    (("rulebook_id", "item_code"), "credit.dim_rules"),
    (("list_code", "period"), "publication.frozen_lists"),
    (("counted_by_line_id",), "credit.fct_point_ledger"),
    (("repairs_line_id",), "credit.fct_point_ledger"),
)


@dataclass(frozen=True)
class Column:
    """One column: its type on Postgres, and its comment in Chinese and English."""

    name: str
    kind: str
    is_nullable: bool
    comment: str


@dataclass(frozen=True)
class Table:
    """One table of the release."""

    schema: str
    name: str
    comment: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[str, ...]
    references: tuple[tuple[tuple[str, ...], str], ...]  # columns, the table `schema.name` that they name

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def has_nullable_key(self) -> bool:
        """Whether its key cannot be a primary one."""
        return not _MAY_BE_NULL.isdisjoint(self.key)


@dataclass(frozen=True)
class View:
    """A function of a day, and the view that asks it for today."""

    schema: str
    name: str
    parameter: str
    query: str
    comment: str
    columns: tuple[Column, ...]


def tables_of(connection: duckdb.DuckDBPyConnection, audience: Audience) -> list[Table]:
    """The tables of an audience. Raises ColumnNotAllowedError, or PublishRefusedError for a type without a form."""
    schemas = SCHEMAS[audience]
    described = _described(connection, "duckdb_tables", "table_name", schemas)
    for (schema, name), (_, columns) in described.items():
        for reader in (Audience.PUBLIC, audience):
            if schema in SCHEMAS[reader]:
                require_visible(reader, f"{schema}.{name}", [column.name for column in columns])
    there = {f"{schema}.{name}" for schema, name in described}
    return [_table(schema, name, comment, columns, there) for (schema, name), (comment, columns) in described.items()]


def _table(schema: str, name: str, comment: str | None, columns: list[Column], there: set[str]) -> Table:
    full_name = f"{schema}.{name}"
    key = grain().get(full_name, ())
    names = [column.name for column in columns]
    references = tuple(
        (of, other)
        for of, other in _REFERENCES
        if other in there
        and set(of) <= set(names)
        and not (other == full_name and set(of) == set(key))
        and not (other == _AGENCY and full_name in _NAMES_STRANGERS)
    )
    return Table(
        schema,
        name,
        table_comment(full_name, comment),
        tuple(_with_null(column, key) for column in columns),
        key,
        tuple(column for column in names if column in _FILTERED and column != next(iter(key), None)),
        references,
    )


def _with_null(column: Column, key: tuple[str, ...]) -> Column:
    """`is_` and `has_` are never null (architecture.md, Names), nor is a key."""
    is_filled = (column.name in key and column.name not in _MAY_BE_NULL) or column.name.startswith(("is_", "has_"))
    return Column(column.name, column.kind, not is_filled, column.comment)


def views_of(connection: duckdb.DuckDBPyConnection, audience: Audience) -> list[View]:
    """The functions of a day that the release holds, with the view that each stands behind: `x_as_of(d)` and `x`.
    DuckDB's text of such a query is one that Postgres reads, too."""
    views = _described(connection, "duckdb_views", "view_name", SCHEMAS[audience])
    macros = connection.execute(
        "select schema_name, function_name, parameters, macro_definition from duckdb_functions() "
        "where function_type = 'table_macro' and not internal and list_contains(?, schema_name) order by 1, 2",
        [list(SCHEMAS[audience])],
    ).fetchall()
    found = []
    for schema, name, parameters, query in macros:
        comment, columns = views[schema, name.removesuffix("_as_of")]
        require_visible(audience, f"{schema}.{name}", [column.name for column in columns])
        full_name = f"{schema}.{name.removesuffix('_as_of')}"
        found.append(
            View(
                schema,
                name.removesuffix("_as_of"),
                parameters[0],
                query,
                table_comment(full_name, comment),
                tuple(columns),
            )
        )
    return found


def _described(
    connection: duckdb.DuckDBPyConnection, function: str, name_column: str, schemas: tuple[str, ...]
) -> dict[tuple[str, str], tuple[str | None, list[Column]]]:
    """(schema, name) -> comment and columns, in the release's order."""
    comments: Mapping[tuple[str, str], str | None] = {
        (schema, name): comment
        for schema, name, comment in connection.execute(
            f"select schema_name, {name_column}, comment from {function}() where not internal "
            f"and list_contains(?, schema_name) order by schema_name, {name_column}",
            [list(schemas)],
        ).fetchall()
    }
    columns: dict[tuple[str, str], list[Column]] = {found: [] for found in comments}
    for schema, name, column, kind, comment in connection.execute(
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
        "where not internal order by schema_name, table_name, column_index"
    ).fetchall():
        if (schema, name) in columns:
            place = f"{schema}.{name}.{column}"
            columns[schema, name].append(Column(column, type_of(kind, place), True, column_comment(column, comment)))
    return {found: (comment, columns[found]) for found, comment in comments.items()}


def type_of(kind: str, place: str) -> str:
    """The type on Postgres. Raises PublishRefusedError for one that has no form there."""
    if decimal := _DECIMAL.fullmatch(kind):
        return f"numeric({decimal[1]},{decimal[2]})"
    if kind not in _TYPES:
        raise PublishRefusedError(
            f"{place} is {kind}, which has no form on Postgres: give the column another type in its model, or add the type to "
            "serving/outputs/postgres/shape.py."
        )
    return _TYPES[kind]


def column_comment(column: str, comment: str | None) -> str:
    """Chinese · English: the label of the dictionary, and what the column means in its table."""
    entry = entries()[column]
    said = comment or f"{entry.zh} · {entry.en}"
    return f"{said} [{entry.unit}]" if entry.unit else said


def table_comment(table: str, comment: str | None) -> str:
    """Chinese · English: what the table is called, and what one row of it is."""
    zh, en = value_words("table", table.partition(".")[2])
    return f"{zh} · {comment or en}"


@cache
def grain() -> Mapping[str, tuple[str, ...]]:
    """Table -> the columns that name one row of it, as a blocking test holds."""
    return {**grains(), checks.TABLE: checks.KEY}


def comment_statement(kind: str, target: str, text: str) -> str:
    """SQL that comments on something."""
    return f"comment on {kind} {target} is {literal(text)}"
