"""What a DuckDB file holds: tables and views with their columns, types and comments, and table macros.

Belongs here: reading DuckDB's own catalogue. Does not belong here: who may see what (`serving.audiences`), what a column
is called (`serving.dictionary`), the files of a release (`stored`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

_ASKED = "database_name = coalesce(?1, current_database()) and list_contains(?2, schema_name) and not internal"


@dataclass(frozen=True)
class Column:
    """A column: its type as DuckDB calls it, and its comment as the file has it."""

    name: str
    kind: str
    comment: str | None


@dataclass(frozen=True)
class Relation:
    """A table or view; `view_sql` is the statement that makes a view, null for a table."""

    schema: str
    name: str
    comment: str | None
    columns: tuple[Column, ...]
    view_sql: str | None = None

    @property
    def full_name(self) -> str:
        """`schema.name`."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class TableMacro:
    """A function that gives rows, as a query over its parameters."""

    schema: str
    name: str
    parameters: tuple[str, ...]
    query: str


def relations(
    connection: duckdb.DuckDBPyConnection, schemas: Sequence[str], database: str | None = None
) -> list[Relation]:
    """The tables and views of some schemas, by schema and name; `database` names an attached file, null = the current one."""
    with connection.cursor() as cursor:
        asked = [database, list(schemas)]
        columns: dict[tuple[str, str], list[Column]] = {}
        for schema, name, *column in cursor.execute(
            "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
            f"where {_ASKED} order by schema_name, table_name, column_index",
            asked,
        ).fetchall():
            columns.setdefault((schema, name), []).append(Column(*column))
        found = cursor.execute(
            f"select schema_name, table_name as name, comment, null from duckdb_tables() where {_ASKED} "
            f"union all select schema_name, view_name, comment, sql from duckdb_views() where {_ASKED} "
            "order by schema_name, name",
            asked,
        ).fetchall()
    return [Relation(schema, name, comment, tuple(columns[schema, name]), sql) for schema, name, comment, sql in found]


def table_macros(
    connection: duckdb.DuckDBPyConnection, schemas: Sequence[str], database: str | None = None
) -> list[TableMacro]:
    """The table macros of some schemas, by schema and name; `database` as of `relations`."""
    with connection.cursor() as cursor:
        found = cursor.execute(
            "select schema_name, function_name, parameters, macro_definition from duckdb_functions() "
            f"where {_ASKED} and function_type = 'table_macro' order by schema_name, function_name",
            [database, list(schemas)],
        ).fetchall()
    return [TableMacro(schema, name, tuple(parameters), query) for schema, name, parameters, query in found]
