"""The tables and views that a release holds, as its own catalogue describes them, for outputs that hand on their shape.

Belongs here: one reading of the catalogue. Does not belong here: what an output makes of a type or a comment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class RelationColumn:
    """One column: its type as DuckDB calls it, and what it means in its table; null = the dictionary says it all."""

    name: str
    kind: str
    comment: str | None


@dataclass(frozen=True)
class Relation:
    """One table or view, with its columns in their order."""

    schema: str
    name: str
    is_view: bool
    comment: str | None
    columns: tuple[RelationColumn, ...]

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def relations_of(connection: duckdb.DuckDBPyConnection, schemas: Sequence[str]) -> list[Relation]:
    """The tables and views of some schemas, by schema and name."""
    columns: dict[tuple[str, str, bool, str | None], list[RelationColumn]] = {}
    for schema, name, is_view, comment, *column in connection.execute(
        "with about as (select schema_name, table_name, false as is_view, comment from duckdb_tables() where not internal "
        "union all select schema_name, view_name, true, comment from duckdb_views() where not internal) "
        "select schema_name, table_name, is_view, about.comment, column_name, data_type, found.comment "
        "from about join duckdb_columns() as found using (schema_name, table_name) "
        "where list_contains(?, schema_name) order by schema_name, table_name, column_index",
        [list(schemas)],
    ).fetchall():
        columns.setdefault((schema, name, is_view, comment), []).append(RelationColumn(*column))
    return [Relation(*described, tuple(found)) for described, found in columns.items()]
