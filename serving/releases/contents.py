"""The content hash of a relation: the same for the same rows, in whatever file.

Part of the scoring revision (`revisions`), because frozen lists are hashed with it. Does not belong here: hashes of
files, which relations are hashed.
"""

from __future__ import annotations

import hashlib
import json

import duckdb


def quoted(name: str) -> str:
    """A name, quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """A text as a SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def content_hash(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[str, int]:
    """SHA-256 of all rows in any order, with the columns' names and types; and the number of rows.

    `relation` is quoted SQL. Every value is written as length and text, null as `-`, so different rows give different
    texts.
    """
    columns = connection.execute(f"describe select * from {relation}").fetchall()
    digest = hashlib.sha256(json.dumps([column[:2] for column in columns]).encode())
    cells = ", ".join(
        f"coalesce(length(cast({quoted(name)} as varchar)) || ':' || cast({quoted(name)} as varchar), '-')"
        for name, *_ in columns
    )
    rows = connection.execute(f"select sha256(concat({cells})) as row_hash from {relation} order by row_hash")
    row_count = 0
    while chunk := rows.fetchmany(100_000):
        row_count += len(chunk)
        digest.update("".join(row[0] for row in chunk).encode())
    return digest.hexdigest(), row_count
