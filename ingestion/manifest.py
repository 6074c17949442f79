"""The lake's manifest: what was received, how each part was parsed, which drops were accepted.

A file is received once its commit here succeeds. Belongs here: the SQLite file, reading and writing its tables. Does not
belong here: files of the lake, and what a build loads (see `ingestion.load_outcomes`).
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path

_SCHEMA = """
create table if not exists meta (name text primary key, value text not null) without rowid;
create table if not exists receipts (
    source text not null, dataset text not null, received_on text not null, file_name text not null,
    file_hash text not null, size_bytes integer not null,
    primary key (source, dataset, received_on, file_name, file_hash)
) without rowid;
create table if not exists parts (
    source text not null, dataset text not null, received_on text not null, file_hash text not null,
    revision text not null, reason_code text, message text,
    read_count integer not null, accepted_count integer not null,
    quarantined_count integer not null, duplicate_count integer not null,
    list_as_of_on text, hidden_sheet_count integer not null,
    page_total integer, page_number integer,
    record_count integer not null default 0, blank_count integer not null default 0,
    primary key (source, dataset, received_on, file_hash)
) without rowid;
create table if not exists quarantined_rows (
    source text not null, dataset text not null, received_on text not null, file_hash text not null,
    file_position integer not null, sheet text, row_number integer not null,
    reason_code text not null, header text, row_hash text not null, row_key_hash text,
    primary key (source, dataset, received_on, file_hash, file_position)
) without rowid;
create table if not exists quarantined_names (
    source text not null, dataset text not null, received_on text not null, file_hash text not null,
    file_position integer not null, column_name text not null, agency_id text, person_key text,
    name_hash text,
    primary key (source, dataset, received_on, file_hash, file_position, column_name)
) without rowid;
create table if not exists former_codes (
    source text not null, dataset text not null, received_on text not null, file_hash text not null,
    code text not null, former_code text not null,
    primary key (source, dataset, received_on, file_hash, code, former_code)
) without rowid;
create table if not exists accepted_drops (
    source text not null, dataset text not null, received_on text not null, accepted_on text not null,
    primary key (source, dataset, received_on, accepted_on)
) without rowid;
"""


# Columns that manifests of earlier releases lack. A newer parser revision reads the files again and fills them.
_ADDED = (
    ("quarantined_rows", "row_key_hash text"),
    ("parts", "page_total integer"),
    ("parts", "page_number integer"),
    ("parts", "record_count integer not null default 0"),
    ("parts", "blank_count integer not null default 0"),
)


@dataclass(frozen=True, order=True, slots=True)
class Receipt:
    """One received file: its drop, its (printable) name, the SHA-256 of its bytes."""

    source: str
    dataset: str
    received_on: dt.date
    file_name: str
    file_hash: str
    size_bytes: int = field(default=0, compare=False)

    @property
    def part_key(self) -> PartKey:
        return (self.source, self.dataset, self.received_on, self.file_hash)

    @property
    def place(self) -> str:
        """Where the file was received, as messages name it."""
        return f"{self.source}/{self.dataset}/{self.received_on} {self.file_name}"


PartKey = tuple[str, str, dt.date, str]


@dataclass(frozen=True, slots=True)
class Part:
    """The result of parsing the bytes of one file for one day. `reason_code` is set if the file is held.

    `message` does not name the file: the same bytes may come under several names. For a page, `page_total` and
    `page_number` are what it says (None if it does not), `record_count` is how many different records it holds, and
    `blank_count` how many of them are blank.
    """

    source: str
    dataset: str
    received_on: dt.date
    file_hash: str
    revision: str
    reason_code: str | None = None
    message: str | None = None
    read_count: int = 0
    accepted_count: int = 0
    quarantined_count: int = 0
    duplicate_count: int = 0
    list_as_of_on: dt.date | None = None
    hidden_sheet_count: int = 0
    page_total: int | None = None
    page_number: int | None = None
    record_count: int = 0
    blank_count: int = 0

    @property
    def key(self) -> PartKey:
        return (self.source, self.dataset, self.received_on, self.file_hash)


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """One quarantined row and its place in its file. `row_key_hash`: see `strict.RowIdentity`."""

    file_position: int
    sheet: str | None
    row_number: int
    reason_code: str
    header: str | None
    row_hash: str
    row_key_hash: str | None = None


@dataclass(frozen=True, slots=True)
class QuarantinedName:
    """Whom or what a quarantined row names, with the row's place in its file. See `strict.Named`."""

    file_position: int
    column_name: str
    agency_id: str | None
    person_key: str | None
    name_hash: str | None


@dataclass(frozen=True)
class ReadFile:
    """The result of reading a file: its part, its quarantined rows and whom they name, and the codes that earlier releases
    kept in another form, as (canonical, former)."""

    part: Part
    quarantined: tuple[QuarantinedRow, ...] = ()
    quarantined_names: tuple[QuarantinedName, ...] = ()
    former_codes: frozenset[tuple[str, str]] = frozenset()


def _as_date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _plain(values: Iterable[object]) -> tuple[object, ...]:
    return tuple(value.isoformat() if isinstance(value, dt.date) else value for value in values)


class Manifest:
    """The manifest of one home. Open it with `open_manifest`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def person_key_fingerprint(self) -> str | None:
        row = self.connection.execute("select value from meta where name = 'person_key_fingerprint'").fetchone()
        return row[0] if row else None

    def set_person_key_fingerprint(self, fingerprint: str) -> None:
        with self.connection:
            self.connection.execute("insert or replace into meta values ('person_key_fingerprint', ?)", (fingerprint,))

    def receipts(self) -> list[Receipt]:
        rows = self.connection.execute(
            "select * from receipts order by source, dataset, received_on, file_name, file_hash"
        )
        return [
            Receipt(s, d, dt.date.fromisoformat(on), name, file_hash, size) for s, d, on, name, file_hash, size in rows
        ]

    def parts(self) -> dict[PartKey, Part]:
        names = [part_field.name for part_field in fields(Part)]
        parts = {}
        for row in self.connection.execute(f"select {', '.join(names)} from parts"):
            values = dict(zip(names, row, strict=True))
            for name in ("received_on", "list_as_of_on"):
                values[name] = _as_date(values[name])
            part = Part(**values)
            parts[part.key] = part
        return parts

    def quarantined_rows(self) -> Iterator[tuple[PartKey, QuarantinedRow]]:
        rows = self.connection.execute("select * from quarantined_rows order by 1, 2, 3, 4, 5")
        for source, dataset, received_on, file_hash, *rest in rows:
            yield (source, dataset, dt.date.fromisoformat(received_on), file_hash), QuarantinedRow(*rest)

    def quarantined_names(self) -> Iterator[tuple[PartKey, QuarantinedName]]:
        rows = self.connection.execute("select * from quarantined_names order by 1, 2, 3, 4, 5, 6")
        for source, dataset, received_on, file_hash, *rest in rows:
            yield (source, dataset, dt.date.fromisoformat(received_on), file_hash), QuarantinedName(*rest)

    def former_codes(self) -> Iterator[tuple[PartKey, str, str]]:
        """(part, canonical form, former form) of every code that earlier releases kept in another form."""
        for source, dataset, received_on, file_hash, *codes in self.connection.execute(
            "select * from former_codes order by 1, 2, 3, 4, 5, 6"
        ):
            yield (source, dataset, dt.date.fromisoformat(received_on), file_hash), codes[0], codes[1]

    def commit_file(self, receipts: Iterable[Receipt], read: ReadFile | None) -> None:
        """Commits one file's receipts and, if it was read, the result, in one transaction."""
        with self.connection:
            self._add_receipts(receipts)
            if read is None:
                return
            key = _plain(read.part.key)
            for table in ("quarantined_rows", "quarantined_names", "former_codes"):
                self.connection.execute(
                    f"delete from {table} where (source, dataset, received_on, file_hash) = (?, ?, ?, ?)", key
                )
            marks = ", ".join("?" * len(fields(Part)))
            names = ", ".join(part_field.name for part_field in fields(Part))
            self.connection.execute(
                f"insert or replace into parts ({names}) values ({marks})", _plain(astuple(read.part))
            )
            self.connection.executemany(
                "insert into quarantined_rows values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (key + astuple(row) for row in read.quarantined),
            )
            self.connection.executemany(
                "insert into quarantined_names values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (key + astuple(name) for name in read.quarantined_names),
            )
            self.connection.executemany(
                "insert into former_codes values (?, ?, ?, ?, ?, ?)",
                (key + codes for codes in sorted(read.former_codes)),
            )

    def _add_receipts(self, receipts: Iterable[Receipt]) -> None:
        self.connection.executemany(
            "insert or ignore into receipts values (?, ?, ?, ?, ?, ?)",
            (_plain(astuple(receipt)) for receipt in receipts),
        )

    def accept_drop(self, source: str, dataset: str, received_on: dt.date, accepted_on: dt.date) -> None:
        with self.connection:
            self.connection.execute(
                "insert or ignore into accepted_drops values (?, ?, ?, ?)",
                _plain((source, dataset, received_on, accepted_on)),
            )

    def accepted_drops(self) -> dict[tuple[str, str, dt.date], dt.date]:
        """(source, dataset, received_on) -> the first as_of_on on which the drop was accepted."""
        rows = self.connection.execute(
            "select source, dataset, received_on, min(accepted_on) from accepted_drops group by 1, 2, 3"
        )
        return {(s, d, dt.date.fromisoformat(on)): dt.date.fromisoformat(first) for s, d, on, first in rows}


@contextmanager
def open_manifest(path: Path) -> Iterator[Manifest]:
    """Opens (and creates) the manifest. A commit is atomic: a process killed before it leaves no trace."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    is_new = not path.exists()
    connection = sqlite3.connect(path, timeout=30)
    try:
        if is_new:
            path.chmod(0o600)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.executescript(_SCHEMA)
        _upgrade(connection)
        yield Manifest(connection)
    finally:
        connection.close()


def _upgrade(connection: sqlite3.Connection) -> None:
    for table, column in _ADDED:
        known = {row[1] for row in connection.execute(f"pragma table_info({table})")}
        if column.split()[0] not in known:
            connection.execute(f"alter table {table} add column {column}")
