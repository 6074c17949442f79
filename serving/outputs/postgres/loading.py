"""Fills new schemas: tables and their rows, keys, indexes, comments, the function of a day and its view.

DuckDB writes each row as one line of CSV; its Arrow batches are handed to the server as they are, so no row becomes a
Python object, and memory does not grow with the release. Does not belong here: what tables look like (`shape`), making
the schemas live (`switching`).
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from serving.outputs.output import PublishFailedError
from serving.outputs.postgres.shape import TODAY, Column, Table, View, comment_statement
from serving.releases.contents import literal, quoted
from serving.releases.opened import Release

if TYPE_CHECKING:
    import duckdb
    from psycopg import Connection

ROWS_A_BATCH = 20_000


def incoming(schema: str) -> str:
    """The name of a schema while it is filled."""
    return quoted(f"{schema}__incoming")


def create_schema(connection: Connection, schema: str) -> None:
    """An empty schema to fill."""
    connection.execute(f"create schema {incoming(schema)}")


def load(connection: Connection, release: Release, table: Table, reached: Callable[[str], None]) -> int:
    """One table with its rows; returns their number. Rows are frozen as they come: a reader whose snapshot is older than
    the exchange of schemas sees all of them, and not an empty table."""
    place = f"{incoming(table.schema)}.{quoted(table.name)}"
    columns = ", ".join(
        f"{quoted(column.name)} {column.kind}{'' if column.is_nullable else ' not null'}" for column in table.columns
    )
    connection.execute(f"create table {place} ({columns})")
    with connection.cursor() as cursor:
        with cursor.copy(f"copy {place} from stdin (format csv, freeze)") as copy:
            for lines in _read_ahead(csv_lines(release.connection, table)):
                copy.write(lines)
                _flush(connection)
                reached("copying")
        row_count = cursor.rowcount
    expected = release.description["row_counts"].get(table.full_name)
    if expected is not None and row_count != expected:
        raise PublishFailedError(
            f"{table.full_name}: {row_count} rows were read, release.json says {expected}. Build again: firemark build --full"
        )
    return row_count


def _read_ahead(batches: Iterator[memoryview]) -> Iterator[memoryview]:
    """The same batches; the next one is made while the server reads the last."""
    with ThreadPoolExecutor(1) as ahead:
        pending = ahead.submit(next, batches, None)
        while (batch := pending.result()) is not None:
            pending = ahead.submit(next, batches, None)
            yield batch


def _flush(connection: Connection) -> None:
    """Waits until the server has what was written: the client's library would keep all that the server is slower to read."""
    while connection.pgconn.flush():
        readable, _, _ = select.select([connection.fileno()], [connection.fileno()], [])
        if readable:
            connection.pgconn.consume_input()


def csv_lines(connection: duckdb.DuckDBPyConnection, table: Table) -> Iterator[memoryview]:
    """The rows as CSV, many lines at a time: text is always in quotes, null is nothing at all."""
    cells = ", ',', ".join(_cell(column) for column in table.columns)
    # concat, for each || would copy what is left of it
    query = f"select concat({cells}, chr(10)) as line from {quoted(table.schema)}.{quoted(table.name)}"
    for batch in connection.sql(query).to_arrow_reader(ROWS_A_BATCH):
        lines = batch.column(0)
        _, offsets, text = lines.buffers()
        if len(lines) and text is not None:
            ends = memoryview(offsets).cast("i")
            yield memoryview(text)[ends[lines.offset] : ends[lines.offset + len(lines)]]


def _cell(column: Column) -> str:
    name = quoted(column.name)
    if column.kind == "text":
        return f"""coalesce('"' || replace({name}, '"', '""') || '"', '')"""
    return f"coalesce(cast({name} as varchar), '')"


def finish(connection: Connection, tables: Sequence[Table]) -> list[str]:
    """Keys, indexes, comments and statistics; returns the foreign keys that do not hold in this release."""
    for table in tables:
        place = f"{incoming(table.schema)}.{quoted(table.name)}"
        if table.key:
            kind = "unique nulls not distinct" if table.has_nullable_key else "primary key"
            connection.execute(f"alter table {place} add {kind} ({_listed(table.key)})")
        for column in table.indexes:
            connection.execute(f"create index on {place} ({quoted(column)})")
    missing = [
        f"{table.full_name} ({', '.join(columns)})"
        for table in tables
        for columns, other in table.references
        if not _reference(connection, table, columns, other)
    ]
    statements = []
    for table in tables:
        place = f"{incoming(table.schema)}.{quoted(table.name)}"
        statements += [comment_statement("table", place, table.comment), *_column_comments(place, table.columns)]
        statements.append(f"analyze {place}")
    connection.execute("; ".join(statements))
    return missing


def _reference(connection: Connection, table: Table, columns: Sequence[str], other: str) -> bool:
    from psycopg.errors import ForeignKeyViolation

    schema, _, name = other.partition(".")
    try:
        with connection.transaction():
            connection.execute(
                f"alter table {incoming(table.schema)}.{quoted(table.name)} add foreign key ({_listed(columns)}) "
                f"references {incoming(schema)}.{quoted(name)}"
            )
    except ForeignKeyViolation:
        return False
    return True


def create_views(connection: Connection, views: Sequence[View]) -> None:
    """Each function of a day, and its view of today. The function names the live tables: its text is read when it is
    asked, so that it never answers from another release than the tables beside it in a query."""
    for view in views:
        function = f"{incoming(view.schema)}.{quoted(f'{view.name}_as_of')}"
        place = f"{incoming(view.schema)}.{quoted(view.name)}"
        returned = ", ".join(f"{quoted(column.name)} {column.kind.partition('(')[0]}" for column in view.columns)
        connection.execute(
            f"create function {function}({quoted(view.parameter)} date) returns table ({returned}) "
            f"language sql stable parallel safe as {literal(view.query)}"
        )
        connection.execute(f"revoke all on function {function}(date) from public")
        connection.execute(f"create view {place} as select * from {function}({TODAY})")
        connection.execute(
            comment_statement("function", f"{function}(date)", f"任何一天的 · on any day: {view.comment}")
        )
        connection.execute(comment_statement("view", place, view.comment))
        connection.execute("; ".join(_column_comments(place, view.columns)))


def _column_comments(place: str, columns: Sequence[Column]) -> list[str]:
    return [comment_statement("column", f"{place}.{quoted(column.name)}", column.comment) for column in columns]


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(map(quoted, columns))
