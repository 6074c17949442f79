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
from serving.releases import catalogue, checks
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
    found = [one for one in catalogue.relations(connection, SCHEMAS[audience]) if one.view_sql is None]
    for relation in found:
        for reader in (Audience.PUBLIC, audience):
            if relation.schema in SCHEMAS[reader]:
                require_visible(reader, relation.full_name, [column.name for column in relation.columns])
    there = {relation.full_name for relation in found}
    return [_table(relation, there) for relation in found]


def _table(relation: catalogue.Relation, there: set[str]) -> Table:
    full_name, columns = relation.full_name, _columns(relation)
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
        relation.schema,
        relation.name,
        table_comment(full_name, relation.comment),
        tuple(_with_null(column, key) for column in columns),
        key,
        tuple(column for column in names if column in _FILTERED and column != next(iter(key), None)),
        references,
    )


def _columns(relation: catalogue.Relation) -> list[Column]:
    return [
        Column(
            column.name,
            type_of(column.kind, f"{relation.full_name}.{column.name}"),
            True,
            column_comment(column.name, column.comment),
        )
        for column in relation.columns
    ]


def _with_null(column: Column, key: tuple[str, ...]) -> Column:
    """`is_` and `has_` are never null (architecture.md, Names), nor is a key."""
    is_filled = (column.name in key and column.name not in _MAY_BE_NULL) or column.name.startswith(("is_", "has_"))
    return Column(column.name, column.kind, not is_filled, column.comment)


def views_of(connection: duckdb.DuckDBPyConnection, audience: Audience) -> list[View]:
    """The functions of a day that the release holds, with the view that each stands behind: `x_as_of(d)` and `x`.
    DuckDB's text of such a query is one that Postgres reads, too."""
    views = {one.full_name: one for one in catalogue.relations(connection, SCHEMAS[audience]) if one.view_sql}
    found = []
    for macro in catalogue.table_macros(connection, SCHEMAS[audience]):
        view = views[f"{macro.schema}.{macro.name.removesuffix('_as_of')}"]
        require_visible(audience, f"{macro.schema}.{macro.name}", [column.name for column in view.columns])
        found.append(
            View(
                view.schema,
                view.name,
                macro.parameters[0],
                macro.query,
                table_comment(view.full_name, view.comment),
                tuple(_columns(view)),
            )
        )
    return found


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
