"""Databases in memory that one hand-made warehouse after another uses: planning the models costs more than running them.

Belongs here: a database in which the project's relations stand empty between two uses, each model planned once as a
prepared statement. Not here: which models a test asks for, and its rows (`harness`).

A database that is used again plans without DuckDB's optimizer: a plan that is kept must not rest on what the tables
happened to hold when it was made. Whole builds, the golden city and the oracle's cities run with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

if TYPE_CHECKING:
    from tests.warehouse.harness import Node

_CHECKPOINT_EVERY = 20  # uses; deleted rows are scanned until then


class Database:
    """A database named `firemark` with the tables of the sources, and models as they are built."""

    def __init__(self, file: str, create_sources: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        self.connection = duckdb.connect(":memory:")
        self.connection.execute(f"attach '{file}' as firemark; use firemark; set threads = 1")
        create_sources(self.connection)
        self.is_lent_again = file == ":memory:"
        self._use_count = 1
        self._made_from: dict[str, str] = {}  # relation -> the SQL that it was created with
        self._prepared: dict[tuple[str, str], str] = {}  # (relation, SQL) -> the name of a prepared statement
        self._filled: set[str] = set()

    def fill(self, relation: str, rows: pa.Table) -> None:
        """Puts rows into the table of a source."""
        self._filled.add(relation)
        self.connection.register("_rows", rows)
        self.connection.execute(f"insert into {relation} by name select * from _rows")
        self.connection.unregister("_rows")

    def empty(self, nodes: Iterable[Node]) -> None:
        """Makes it ready for the next use: nothing in it, and every model of the project stands."""
        self._use_count += 1
        self._delete_rows()
        if self._use_count == 2:
            self.connection.execute("pragma disable_optimizer")
            for node in nodes:
                if node.materialized != "ephemeral" and self._made_from.get(relation_of(node)) != node.sql:
                    self._create(node, node.sql)
            self._delete_rows()
        if self._use_count % _CHECKPOINT_EVERY == 0:
            self.connection.execute("checkpoint firemark")

    def keep(self) -> duckdb.DuckDBPyConnection:
        """Its connection, which is its holder's from now on."""
        if self.is_lent_again:
            self.is_lent_again = False
            self.connection.execute("pragma enable_optimizer")
        return self.connection

    def _delete_rows(self) -> None:
        for relation in self._filled:
            self.connection.execute(f"delete from {relation}")
        self._filled.clear()

    def build(self, node: Node, sql: str) -> None:
        """Builds one seed, or a model with this SQL; what it reads is built."""
        relation = relation_of(node)
        if self._made_from.get(relation) is None:
            self._create(node, sql)
        elif node.materialized == "view":
            if self._made_from[relation] != sql:
                self._create(node, sql)
        elif node.csv is None:
            self._filled.add(relation)
            try:
                self.connection.execute(f"execute {self._statement(relation, sql)}")
            except (duckdb.BinderException, duckdb.ConversionException):
                if sql == node.sql:
                    raise
                self.is_lent_again = False  # a stand-in of another shape
                self._create(node, sql)

    def _create(self, node: Node, sql: str) -> None:
        """Prepared statements must not outlive a change of the relations: each would be planned at every call."""
        for name in self._prepared.values():
            self.connection.execute(f"deallocate {name}")
        self._prepared.clear()
        relation = relation_of(node)
        if relation in self._made_from:
            self.connection.execute(f"drop {'view' if node.materialized == 'view' else 'table'} {relation}")
        create(self.connection, node, sql)
        self._made_from[relation] = sql
        if node.materialized == "table":
            self._filled.add(relation)

    def _statement(self, relation: str, sql: str) -> str:
        name = self._prepared.get((relation, sql))
        if name is None:
            name = f"build_{len(self._prepared)}"
            self.connection.execute(f"prepare {name} as insert into {relation} by name {sql}")
            self._prepared[relation, sql] = name
        return name


def create(connection: duckdb.DuckDBPyConnection, node: Node, sql: str) -> None:
    """Creates the relation of a seed or of a model with this SQL."""
    connection.execute(f'create schema if not exists "{node.schema}"')
    if node.csv is not None:
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in node.column_types.items())
        sql = f"select * from read_csv('{node.csv}', header=true, nullstr='', all_varchar=false" + (
            f", types={{{types}}})" if types else ")"
        )
    connection.execute(f"create {'view' if node.materialized == 'view' else 'table'} {relation_of(node)} as {sql}")


def relation_of(node: Node) -> str:
    """The quoted name of a model or seed."""
    return f'"{node.schema}"."{node.name}"'
