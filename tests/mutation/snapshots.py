"""Whether a changed model makes other rows from its inputs: if it makes the same rows, no test can notice the change.

Belongs here: keeping a warehouse as a file, running one model on it, and how much memory a mutant may take. Not here:
the purpose of the inputs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from tests.warehouse.harness import compiled_nodes

# A recursion that a change keeps from ending fills the memory, then the disk: within these bounds it fails, which is noticed.
BOUNDS = {"memory_limit": "2GB", "temp_directory": ""}


class Stillborn(Exception):
    """The changed SQL does not even bind: a mutant that dbt would refuse proves nothing about the tests."""


def bound_every_connection() -> None:
    """From now on whatever this process opens, by whoever's hand, has the bounds. Changes this process for good."""
    unbounded = duckdb.connect

    def connect(database: str = ":memory:", read_only: bool = False, config: dict[str, Any] | None = None):  # type: ignore[no-untyped-def]
        return unbounded(database, read_only=read_only, config=BOUNDS | (config or {}))

    duckdb.connect = connect


def keep(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Writes the database `firemark`, as it stands, into a new file."""
    # small tables in small blocks: a tenth of the room
    connection.execute(f"attach '{file}' as kept (block_size 16384); copy from database firemark to kept; detach kept")


def opened(file: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """A connection that has the file as its database `firemark`."""
    connection = duckdb.connect(":memory:", config=BOUNDS)
    mode = " (read_only)" if read_only else ""
    connection.execute(f"attach '{file}' as firemark{mode}; use firemark; set threads = 1")
    return connection


def makes_other_rows(file: Path, model: str, sql: str) -> bool:
    """Whether the SQL, over the models of the file, gives other columns or rows than the model there, or fails.

    Raises Stillborn if it is not valid SQL.
    """
    node = compiled_nodes()[model]
    if node.materialized == "view":
        return True  # a query at another time gives other rows
    relation = f'"{node.schema}"."{node.name}"'
    with opened(file, read_only=True) as connection:
        try:
            connection.execute(f"create temporary table changed as {sql}")
            described = [connection.execute(f"describe {table}").fetchall() for table in ("changed", relation)]
            if [row[:2] for row in described[0]] != [row[:2] for row in described[1]]:
                return True
            one_way, other_way = (
                f"from {left} except all from {right}" for left, right in (("changed", relation), (relation, "changed"))
            )
            return connection.execute(f"({one_way}) union all ({other_way})").fetchone() is not None
        except (duckdb.BinderException, duckdb.ParserException) as error:
            raise Stillborn(str(error)) from None
        except duckdb.Error:
            return True
