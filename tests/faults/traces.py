"""Reads everything in a home, decoded: Parquet, DuckDB, SQLite, gzip, workbooks and plain bytes.

A search of the bytes alone would miss what is compressed. Does not belong here: what must not be found.
"""

from __future__ import annotations

import gzip
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


def _rows_text(rows: list[tuple]) -> str:
    return "\n".join("\x1f".join("" if cell is None else str(cell) for cell in row) for row in rows)


def _parquet(path: Path) -> Iterator[tuple[str, str]]:
    table = pq.read_table(path)
    yield "schema", str(table.schema) + str(pq.read_metadata(path).metadata)
    yield "rows", _rows_text([tuple(row.values()) for row in table.to_pylist()])


def _duckdb(path: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        relations = connection.execute(
            "select schema_name, table_name, comment from duckdb_tables() union all"
            " select schema_name, view_name, comment from duckdb_views() where not internal"
        ).fetchall()
        for schema, name, comment in relations:
            rows = connection.execute(f'select * from "{schema}"."{name}"').fetchall()
            yield f"{schema}.{name}", _rows_text(rows) + str(comment)


def _sqlite(path: Path) -> Iterator[tuple[str, str]]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        names = [row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")]
        for name in names:
            rows = _rows_text(connection.execute(f'select * from "{name}"').fetchall())
            yield (
                name,
                ESCAPED.sub(lambda found: chr(int(found[1], 16)), rows),
            )  # Dagster keeps its events as JSON in ASCII


def texts_of(path: Path) -> Iterator[tuple[str, str]]:
    """(part, text) of one file, by its content, not its name; the bytes themselves as Latin-1."""
    content = path.read_bytes()
    if content[:4] == b"PAR1":
        yield from _parquet(path)
        return
    if content[8:12] == b"DUCK":
        yield from _duckdb(path)
        return
    if content.startswith(b"SQLite format 3"):
        yield from _sqlite(path)
    elif content[:2] == b"\x1f\x8b":
        yield "gzip", gzip.decompress(content).decode("utf-8", "replace")
    elif content[:4] == b"PK\x03\x04":
        try:
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield name, archive.read(name).decode("utf-8", "replace")
        except zipfile.BadZipFile:
            pass  # an export that arrived cut off: its bytes are searched below
    yield RAW, content.decode("latin-1")


RAW = "bytes"


def is_in(word: str, part: str, text: str) -> bool:
    """Whether a text of `texts_of` holds a word; raw bytes are searched in both encodings of the exports."""
    if text.isascii() and not word.isascii():
        return False
    if part != RAW:
        return word in text
    return any(word.encode(encoding).decode("latin-1") in text for encoding in ("utf-8", "gb18030"))


def texts_under(folder: Path, leave_out: tuple[str, ...] = ()) -> Iterator[tuple[Path, str, str]]:
    """(file, part, text) of everything below a folder, but for the sub-folders left out."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and relative.parts[0] not in leave_out:
            for part, text in texts_of(path):
                yield relative, part, text
