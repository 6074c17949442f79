"""Databases in memory that one hand-made warehouse after another uses: planning the models costs more than running them.

Belongs here: a database that keeps each model planned, as a prepared statement, and what it built of the same rows. Not
here: which models a test asks for, and its rows (`harness`).

A database that is used again plans without DuckDB's optimizer: a plan that is kept must not rest on what the tables
happened to hold when it was made. Whole builds, the golden city and the oracle's cities run with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

if TYPE_CHECKING:
    from tests.warehouse.harness import Node

_CHECKPOINT_EVERY = 20  # uses; deleted rows are scanned until then
_EMPTY = ""
_KINDS = {"table": "table", "seed": "table", "view": "view", "ephemeral": ""}


class Database:
    """A database named `firemark` with the tables of the sources, and models as they are built.

    What each relation holds has a hash: of a source, that of its rows; of a model, that of the rows that it gave. A model
    whose SQL once gave, of the same contents of all that it reads, what stands in it now is not built again: a cell that
    changes costs the models that see it.
    """

    def __init__(self, file: str, create_sources: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        self.connection = duckdb.connect(":memory:")
        self.connection.execute(f"attach '{file}' as firemark; use firemark; set threads = 1")
        create_sources(self.connection)
        self.is_lent_again = file == ":memory:"
        self._use_count = 1
        self._source_keys: dict[str, str] = {}  # what stands in the sources that are not empty
        self._left_over: set[str] = set()  # sources with the rows of the last use
        self._contents: dict[str, str] = {}  # unique id -> hash, of the nodes built in this use
        self._standing: dict[str, str] = {}  # relation of a table -> the hash of the rows that stand in it
        self._gave: dict[
            str, str
        ] = {}  # a task (SQL and the contents that it reads) -> the hash of the rows that it gave
        self._made_from: dict[str, str] = {}  # relation of a model -> the SQL that it was created with
        self._prepared: dict[tuple[str, str], str] = {}  # (relation, SQL) -> the name of a prepared statement
        self._added: set[str] = set()

    def next_use(self, nodes: Iterable[Node]) -> None:
        """Makes it ready for other rows: the sources are empty, and every model of the project can be built."""
        self._use_count += 1
        self._left_over = set(self._source_keys)
        self._contents.clear()
        if self._use_count == 2:
            self.connection.execute("pragma disable_optimizer")
            for node in nodes:
                if kind_of(node) and self._made_from.get(relation_of(node)) != node.sql:
                    self._create(node, node.sql)
        if self._use_count % _CHECKPOINT_EVERY == 0:
            self.connection.execute("checkpoint firemark")

    def keep(self) -> duckdb.DuckDBPyConnection:
        """Its connection, which is its holder's from now on."""
        if self.is_lent_again:
            self.is_lent_again = False
            self.connection.execute("pragma enable_optimizer")
        self._empty_sources()
        self._standing.clear()
        return self.connection

    def ask(self, sql: str, parameters: list[object]) -> duckdb.DuckDBPyConnection:
        """Runs a query over what this use has built."""
        self._empty_sources()
        return self.connection.execute(sql, parameters)

    def fill(self, relation: str, rows: pa.Table) -> None:
        """Puts rows into the table of a source."""
        key = _hash(self._source_key(relation), *map(repr, rows.to_pydict().items()))
        if relation in self._left_over:
            self._left_over.remove(relation)
            if self._source_keys[relation] == key:
                return
            self.connection.execute(f"delete from {relation}")
        self.connection.register("_rows", rows)
        self.connection.execute(f"insert into {relation} by name select * from _rows")
        self.connection.unregister("_rows")
        self._source_keys[relation] = key

    def build(self, node: Node, sql: str) -> None:
        """Builds one seed, or a model with this SQL; what it reads is built."""
        self._empty_sources()
        task = self._task(node, sql)
        if node.materialized == "table":
            self._contents[node.unique_id] = self._table_built(node, sql, task)
            return
        self._contents[node.unique_id] = task
        if kind_of(node) and self._made_from.get(relation_of(node)) != sql:
            self._create(node, sql)

    def _table_built(self, node: Node, sql: str, task: str) -> str:
        """The hash of the rows that the model gives; they stand in its table now."""
        relation = relation_of(node)
        stands = self._standing.get(relation)
        if stands is None or self._gave.get(task) != stands:
            is_empty = self._execute(node, sql, stands)
            self._gave[task] = self._standing[relation] = _EMPTY if is_empty else self._rows_hashed(relation)
        return self._standing[relation]

    def _execute(self, node: Node, sql: str, stands: str | None) -> bool:
        """Puts the rows of a model into its table; true when it is known that there are none."""
        relation = relation_of(node)
        if relation not in self._made_from:
            self._create(node, sql)
            return False
        if stands != _EMPTY:
            self._standing.pop(relation, None)
            self.connection.execute(f"delete from {relation}")
        try:
            return self.connection.execute(f"execute {self._statement(relation, sql)}").fetchone() == (0,)
        except (duckdb.BinderException, duckdb.ConversionException):
            if sql == node.sql:
                raise
            self.is_lent_again = False  # a stand-in of another shape
            self._create(node, sql)
            return False

    def _rows_hashed(self, relation: str) -> str:
        """A hash of the rows of a table and of their order."""
        rows = f"select r, row_number() over () as n from {relation} as r"
        both = f"select count(*), bit_xor(hash(r, n)), sum(hash(n, r)) from ({rows})"
        found = self.connection.execute(both).fetchone()
        return _EMPTY if found is None or found[0] == 0 else repr(found)

    def _task(self, node: Node, sql: str) -> str:
        if sql == node.sql:
            read = [
                self._source_key(source_of(name)) if name.startswith("source.") else self._contents[name]
                for name in node.depends_on
            ]
        else:  # a stand-in may read whatever it likes
            read = [*self._contents.values(), *map(repr, sorted(self._source_keys.items()))]
        return _hash(relation_of(node), sql, *read)

    def _source_key(self, relation: str) -> str:
        return _EMPTY if relation in self._left_over else self._source_keys.get(relation, _EMPTY)

    def _empty_sources(self) -> None:
        for relation in self._left_over:
            self.connection.execute(f"delete from {relation}")
            del self._source_keys[relation]
        self._left_over.clear()

    def add(self, sql: str) -> None:
        """Creates something that this use and all later ones need, unless it is there."""
        if sql not in self._added:
            self._forget_plans()
            self.connection.execute(sql)
            self._added.add(sql)

    def _forget_plans(self) -> None:
        """Prepared statements must not outlive a change of the relations: each would be planned at every call."""
        for name in self._prepared.values():
            self.connection.execute(f"deallocate {name}")
        self._prepared.clear()

    def _create(self, node: Node, sql: str) -> None:
        self._forget_plans()
        relation = relation_of(node)
        self._standing.pop(relation, None)
        if self._made_from.pop(relation, None) is not None:
            self.connection.execute(f"drop {kind_of(node)} {relation}")
        create(self.connection, node, sql)
        self._made_from[relation] = sql

    def _statement(self, relation: str, sql: str) -> str:
        name = self._prepared.get((relation, sql))
        if name is None:
            name = f"build_{len(self._prepared)}"
            self.connection.execute(f"prepare {name} as insert into {relation} by name {sql}")
            self._prepared[relation, sql] = name
        return name


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def create(connection: duckdb.DuckDBPyConnection, node: Node, sql: str) -> None:
    """Creates the relation of a seed or of a model with this SQL."""
    connection.execute(f'create schema if not exists "{node.schema}"')
    if node.csv is not None:
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in node.column_types.items())
        sql = f"select * from read_csv('{node.csv}', header=true, nullstr='', all_varchar=false" + (
            f", types={{{types}}})" if types else ")"
        )
    connection.execute(f"create {kind_of(node)} {relation_of(node)} as {sql}")


def kind_of(node: Node) -> str:
    """`table` or `view`; empty for a model that is no relation. Raises ValueError where dbt would build something else."""
    if node.materialized not in _KINDS:
        raise ValueError(
            f"{node.unique_id} is materialized as {node.materialized}: expected one of {', '.join(_KINDS)}"
        )
    return _KINDS[node.materialized]


def relation_of(node: Node) -> str:
    """The quoted name of a model or seed."""
    return f'"{node.schema}"."{node.name}"'


def source_of(unique_id: str) -> str:
    """The quoted name of the source that dbt calls `source.<project>.<schema>.<table>`."""
    return ".".join(f'"{part}"' for part in unique_id.split(".")[-2:])
