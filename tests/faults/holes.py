"""A complete city in memory, and the same city with one thing missing: a held drop or a quarantined row.

Belongs here: sending the city again with a gap, and its results before and after. Does not belong here: assertions about
the difference (`test_missing_evidence`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import re
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion import landing
from ingestion.contract import Column, Dataset, Parse
from ingestion.sources import DATASETS
from sample_city import write_city
from tests.detect import CityWarehouse
from tests.faults.test_disturbed_city import PLACE_IN_TEXT, PLACES, clean_drops
from tests.ingestion.real_exports.builder import Row
from tests.ingestion.real_exports.disturbances import Drop
from tests.ingestion.real_exports.disturbed_files import write_plain
from tests.ingestion.support import headers
from tests.warehouse.harness import Warehouse

AS_OF = dt.date(2026, 10, 31)
Write = Callable[[Path], object]  # given the file's place in an inbox
MARTS = ("fct_engineer_conflicts", "fct_leads", "rpt_tasks", "rpt_public_roster", "fct_quarantined_rows", "fct_loads")
# Marts that carry a flag -> their key.
RESULTS = {
    "conflicts.fct_engineer_conflicts": "conflict_id",
    "supervision.fct_leads": "lead_id",
    "supervision.rpt_tasks": "task_id",
    f"credit.agency_grades_as_of(date '{AS_OF}')": "agency_id",
    "publication.rpt_public_roster": "agency_id",
}
FLAG = ("is_evidence_incomplete", "incomplete_because")
UNREADABLE = b"PK\x03\x04 cut off"


@dataclass(frozen=True)
class Sent:
    """One file as the city sent it, and its rows."""

    path: Path
    place: Path  # below the inbox, with a plain file's ending
    drop: Drop

    @property
    def received_on(self) -> str:
        return self.place.parts[2]


@dataclass(frozen=True)
class Result:
    """One conflict, lead, task, grade or line of the roster, without positions in files."""

    cells: Mapping[str, str]
    is_flagged: bool
    because: str | None
    row: Mapping[str, Any] = field(compare=False)


Results = Mapping[tuple[str, str], Result]


def results(made: Warehouse) -> Results:
    """Every result by mart and key."""
    made.add_agency_grades_as_of()
    found = {}
    for mart, key in RESULTS.items():
        for row in made.query(f"select * from {mart}"):
            cells = {
                name: PLACE_IN_TEXT.sub("file", str(value))
                for name, value in row.items()
                if name not in PLACES and name not in FLAG
            }
            found[mart, row[key]] = Result(cells, row[FLAG[0]], row[FLAG[1]], row)
    return found


def changed(whole: Results, found: Results) -> Results:
    """Results that differ from the complete city, or that it does not have."""
    return {key: one for key, one in found.items() if key not in whole or whole[key].cells != one.cells}


@dataclass(frozen=True)
class City:
    """A clean city as sent, its home after ingestion, and the results of all of it."""

    folder: Path
    files: Mapping[str, list[Sent]]  # by dataset, in the order of their days
    whole: Warehouse
    results: Results

    @classmethod
    def made(cls, folder: Path, **sample: Any) -> City:
        write_city(folder / "sample", clean=True, **sample)
        inbox = folder / "sample" / "inbox"
        files: dict[str, list[Sent]] = {}
        for place, drop in clean_drops(inbox):
            (path,) = (inbox / place.parent).glob(f"{place.name.split('.')[0]}.*")
            files.setdefault(drop.dataset.id, []).append(Sent(path, place, drop))
        whole = CityWarehouse(folder / "home", inbox, AS_OF).run()
        return cls(folder, files, whole, results(whole))

    def also_sent(self, folder: Path, place: Path, rows: Sequence[Row]) -> City:
        """The city with one more file, in a folder of its own."""
        of = DATASETS[place.parts[0], place.parts[1]]
        file = Sent(folder / "inbox" / place, place, Drop(of, [dict.fromkeys(headers(of)) | row for row in rows]))
        file.path.parent.mkdir(parents=True)
        write_plain(file.drop, file.path)
        shutil.copytree(self.folder / "home", folder / "home")
        whole = CityWarehouse(folder / "home", folder / "inbox", AS_OF).run()
        files = {**self.files, of.id: [*self.files[of.id], file]}
        return City(folder, files, whole, results(whole))

    def after(self, file: Sent, *writes: Write, models: Sequence[str] = MARTS) -> Warehouse:
        """The city without one file, and then with what each write puts into the inbox instead."""
        folder = self.folder / "again"
        home, inbox = folder / "home", folder / "inbox"
        shutil.copytree(self.folder / "home", home, ignore=shutil.ignore_patterns("archive", "build"))
        try:
            with contextlib.closing(sqlite3.connect(home / "lake" / "manifest.sqlite")) as manifest, manifest:
                manifest.execute(
                    "delete from receipts where source = ? and dataset = ? and received_on = ? and file_name = ?",
                    (*file.place.parts[:3], file.path.name),
                )
            path = inbox / file.place
            path.parent.mkdir(parents=True)
            for write in writes:
                write(path)
                landing.ingest(home, inbox, None)
            return CityWarehouse(home, inbox, AS_OF).run(*models)
        finally:
            shutil.rmtree(folder)


# ---- what goes missing


def nothing(path: Path) -> None:
    """The file does not arrive."""


def unreadable(path: Path) -> None:
    path.write_bytes(UNREADABLE)


DAYS = (Parse.DATE, Parse.LAST_DAY, Parse.DATETIME, Parse.DATE_OR_OPEN, Parse.MONTH)
NUMBERS = (Parse.INTEGER, Parse.DECIMAL, Parse.EPOCH_MS, Parse.COORDINATE)
NAMES = (Parse.AGENCY_NAME, Parse.PERSON_NAME)
# A kind of failing cell -> the columns in which it can occur, and the cell.
FAILURES: Mapping[str, tuple[tuple[Parse, ...], Callable[[Any], Any]]] = {
    "day": (DAYS, lambda _: "2024-02-30"),
    "choice": ((Parse.CHOICE, Parse.FLAG), lambda _: "别的"),
    "number": (NUMBERS, lambda _: "若干"),
    "name": (NAMES, lambda _: "锟斤拷锟斤拷"),
    "code": ((Parse.CODE,), lambda _: '=DISPIMG("ID_0A",1)'),
    "uscc": ((Parse.USCC,), lambda cell: f"{str(cell)[:-1]}{'A' if str(cell)[-1:] != 'A' else 'B'}"),
    "id": ((Parse.PERSON_ID,), lambda _: "4.10803E+17"),
}
MASKED = "masked id and "  # prefix of a kind


def failures(of: Dataset) -> list[tuple[str, Column]]:
    """Every way in which a row of the dataset can fail by one cell; of a person's rows also with the number masked."""
    found = [
        (kind, column)
        for kind, (parses, _) in FAILURES.items()
        for column in of.columns
        if column.parse in parses and column.header_required
    ]
    if any(column.parse is Parse.PERSON_ID for column in of.columns):
        found += [(MASKED + kind, column) for kind, column in found if kind in {"day", "choice"}]
    return found


def failed(file: Sent, index: int, kind: str, column: Column, name: str = "") -> Write:
    """Writes the file with one row that fails, under its own name or another."""
    rows = [*file.drop.rows]
    rows[index] = failing(file, index, kind, column)
    return as_rows(file, rows, name)


def as_rows(file: Sent, rows: list[Row], name: str = "") -> Write:
    """Writes other rows in the file's place, under its own name or another."""
    return lambda path: write_plain(Drop(file.drop.dataset, rows), path.with_name((name or path.stem) + path.suffix))


def failing(file: Sent, index: int, kind: str, column: Column) -> Row:
    """A row of the file with one cell that fails."""
    row = dict(file.drop.rows[index])
    if kind.startswith(MASKED):
        for person in (column for column in file.drop.dataset.columns if column.parse is Parse.PERSON_ID):
            row[person.header] = re.sub(r"^(.{4}).{10}", r"\1**********", str(row[person.header] or ""))
    row[column.header] = FAILURES[kind.removeprefix(MASKED)][1](row[column.header])
    return row


def drawn_row(files: list[Sent], draw: random.Random) -> tuple[Sent, int]:
    """A row of any of the files."""
    file = draw.choice([file for file in files if file.drop.rows])
    return file, draw.randrange(len(file.drop.rows))


# ---- what arrives later


def as_sent(file: Sent) -> Write:
    """The bytes that the city sent, under their name."""
    return lambda path: shutil.copyfile(file.path, path.with_name(file.path.name))


def as_sent_but_cut(file: Sent) -> Write:
    """An unreadable file, under the name of the one that arrives later."""
    return lambda path: unreadable(path.with_name(file.path.name))


def corrected(file: Sent, name: str) -> Write:
    """All rows of the file, all correct, under its own name or in another file beside it."""
    return as_rows(file, file.drop.rows, name)


def sent_later(file: Sent, index: int, on: str) -> Write:
    """One row of the file in a drop of its own."""

    def write(path: Path) -> None:
        later = path.parents[1] / on / path.name
        later.parent.mkdir()
        write_plain(Drop(file.drop.dataset, [file.drop.rows[index]]), later)

    return write
