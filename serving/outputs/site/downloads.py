"""The public tables as files: CSV that no spreadsheet executes, JSON (`columns`, and `data` as a list a row), Parquet; the
dictionary, and hashes of them all.

Belongs here: which tables are handed out, and how. Does not belong here: the page that lists them (`pages`), which
columns the public may see (`serving.audiences`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from serving.audiences import Audience, may_see
from serving.cells import as_json, csv_text, json_text
from serving.dictionary import entries
from serving.outputs.dictionary import write_dictionary
from serving.outputs.dictionary.content import tables_for
from serving.outputs.site.facts import Reader, Row
from serving.releases import catalogue
from serving.releases.candidate import Candidate
from serving.releases.contents import literal, quoted

SCHEMA = "publication"
TABLES = (
    "rpt_public_roster",
    "rpt_exit_notices",
    "rpt_public_ledger",
    "rpt_misconduct_notices",
    "rpt_quality_directory",
    "frozen_lists",
    "rpt_frozen_list_members",
)
FOLDER = "data"
BOM = "\ufeff"  # a spreadsheet takes a file without it for one of another encoding
_CHUNK = 5_000


@dataclass(frozen=True)
class Download:
    """One table and its files: format -> (path in the site, bytes, SHA-256)."""

    table: str
    row_count: int
    content_hash: str
    files: dict[str, tuple[str, int, str]]


def write_downloads(candidate: Candidate, site: Path) -> list[Download]:
    """Writes every public table in three formats, the dictionary, and `hashes.json`."""
    folder = site / FOLDER
    folder.mkdir()
    found = {one.name: one for one in catalogue.relations(candidate.connection, [SCHEMA], candidate.database)}
    made = [_written(candidate, folder, found[table]) for table in TABLES]
    _write_columns(folder)
    write_dictionary(folder, Audience.PUBLIC, tables_for(candidate, Audience.PUBLIC), has_page=False)
    hashes = {
        "release_id": candidate.release_id,
        "as_of_on": candidate.as_of_on,
        "content_hashes": {f"{SCHEMA}.{one.table}": one.content_hash for one in made},
        "file_hashes": {path.name: _hash(path)[1] for path in sorted(folder.iterdir())},
    }
    (folder / "hashes.json").write_text(json_text(hashes) + "\n", encoding="utf-8")
    return made


def _written(candidate: Candidate, folder: Path, relation: catalogue.Relation) -> Download:
    table, columns = relation.name, [column.name for column in relation.columns]
    reader = Reader(candidate)
    count = 0
    with (
        (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as as_csv,
        (folder / f"{table}.json").open("w", encoding="utf-8", newline="") as json_file,
    ):
        as_csv.write(BOM + csv_text(columns, []))
        json_file.write(f'{{"columns":{_json(columns)},"data":[')
        for chunk in _chunks(reader.rows(f"{SCHEMA}.{table}", columns)):
            _, _, text = csv_text(columns, chunk).partition("\n")
            as_csv.write(text)
            json_file.write(",\n" if count else "\n")
            json_file.write(",\n".join(_json(list(row.values())) for row in chunk))
            count += len(chunk)
        json_file.write("\n]}\n")
    source = f"{quoted(candidate.database)}.{SCHEMA}.{quoted(table)}"
    listed = ", ".join(map(quoted, columns))
    with candidate.connection.cursor() as cursor:
        cursor.execute(
            f"copy (select {listed} from {source} order by {listed}) "
            f"to {literal(folder / f'{table}.parquet')} (format parquet)"
        )
    files = {
        kind: (f"{FOLDER}/{table}.{kind}", *_hash(folder / f"{table}.{kind}")) for kind in ("csv", "json", "parquet")
    }
    return Download(table, count, candidate.content_hashes[f"{SCHEMA}.{table}"], files)


def _write_columns(folder: Path) -> None:
    """What the public's columns are called, as CSV."""
    columns = ("name", "zh", "en", "type", "unit")
    rows: list[Row] = [
        {column: getattr(entry, column) for column in columns}
        for entry in entries().values()
        if may_see(Audience.PUBLIC, entry.name)
    ]
    (folder / "dictionary.csv").write_text(BOM + csv_text(columns, rows), encoding="utf-8")


def _chunks(rows: Iterator[Row]) -> Iterator[Sequence[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=as_json)


def _json(value: object) -> str:
    return _ENCODER.encode(value)


def _hash(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
