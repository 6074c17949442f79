"""A rulebook folder: seven CSV files with the versions of any number of regimes.

Belongs here: reading, writing, and the tables of one regime for a build. Does not belong here: whether the rules make
sense (`lint`), regime files that are not imported yet (`regime_file`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow as pa

from rulebook.numbers import number
from rulebook.problems import Place, Problem, RulebookError
from rulebook.tables import BUILD_TABLES, DEFAULTS, FOLDER_TABLES, LATER_COLUMNS
from rulebook.vocabulary import SEPARATOR

# Text columns in which an empty cell means an empty text, not null.
_EMPTY_MEANS_EMPTY = {("clause_items", "clause")}
_MOST_POINTS = Decimal(10_000_000)


@dataclass(frozen=True)
class Row:
    """One row of a rulebook table, and where it was written (`keys`: column -> its key or cell in a regime file)."""

    values: Mapping[str, Any]
    place: Place
    keys: Mapping[str, Place] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def at(self, column: str) -> Place:
        """The place of one column's value."""
        return self.place.at_key(column) if self.place.is_csv else self.keys.get(column, self.place)

    def called(self, column: str) -> str:
        """The name of a column in the file: its key in a regime file."""
        return self.at(column).column or column


@dataclass(frozen=True)
class Folder:
    """All versions of all regimes: table name -> rows, in the order in which they were written."""

    tables: Mapping[str, tuple[Row, ...]]
    path: str = ""

    def rows(self, table: str, rulebook_id: str | None = None) -> tuple[Row, ...]:
        """The rows of a table, of one version or of all."""
        rows = self.tables[table]
        return rows if rulebook_id is None else tuple(row for row in rows if row["rulebook_id"] == rulebook_id)

    def versions(self, regime_code: str | None = None) -> tuple[Row, ...]:
        """The versions of a regime (or of all), earliest first."""
        return tuple(
            sorted(
                (row for row in self.rows("rulebooks") if regime_code in (None, row["regime_code"])),
                key=lambda row: (row["regime_code"], row["effective_from_on"], row["rulebook_id"]),
            )
        )

    def regimes(self) -> tuple[str, ...]:
        """The codes of all regimes."""
        return tuple(sorted({row["regime_code"] for row in self.rows("rulebooks")}))

    def version(self, rulebook_id: str) -> Row:
        """The row of `rulebooks` of one version; an unknown id is an error that lists the known ones."""
        for row in self.rows("rulebooks"):
            if row["rulebook_id"] == rulebook_id:
                return row
        known = ", ".join(sorted(row["rulebook_id"] for row in self.rows("rulebooks"))) or "none"
        raise RulebookError(
            [Problem(Place(self.path), "unknown_rulebook", f"no version {rulebook_id}", f"Known versions: {known}.")]
        )


def empty_folder(path: str = "") -> Folder:
    """A folder without any version."""
    return Folder(dict.fromkeys(FOLDER_TABLES, ()), path)


def folder_of(tables: Mapping[str, Iterable[Mapping[str, Any]]], path: str = "") -> Folder:
    """A folder of rows that stand elsewhere: the tables of a build, which a release is read with. Lists are in its cells."""
    return Folder(
        {name: tuple(Row(dict(row), Place(path)) for row in tables.get(name, ())) for name in FOLDER_TABLES}, path
    )


# ------------------------------------------------------------------------------------------------ reading


def read_folder(directory: Path | str) -> Folder:
    """Reads the CSV files of a folder. Raises RulebookError with file, row and column for everything that does not fit."""
    directory = Path(directory)
    problems: list[Problem] = []
    tables: dict[str, tuple[Row, ...]] = {}
    if not directory.is_dir():
        raise RulebookError(
            [
                Problem(
                    Place(str(directory)),
                    "no_folder",
                    "the rulebook folder does not exist",
                    "Name a folder that `firemark rulebook import` has written.",
                )
            ]
        )
    for name, schema in FOLDER_TABLES.items():
        tables[name] = tuple(_read_table(directory / f"{name}.csv", name, schema, problems))
    if problems:
        raise RulebookError(problems)
    return Folder(tables, str(directory))


def _read_table(path: Path, table: str, schema: pa.Schema, problems: list[Problem]) -> Iterator[Row]:
    def problem(code: str, message: str, remedy: str, number: int | None = None, column: str | None = None) -> None:
        problems.append(Problem(Place(str(path), number, column, is_csv=True), code, message, remedy))

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        problem("missing_file", "the file is missing", "A rulebook folder holds all of: " + _file_list())
        return
    except UnicodeDecodeError:
        problem("encoding", "the file is not UTF-8", "Save it as UTF-8.")
        return
    records = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(records, [])
        unknown = [name for name in header if name not in schema.names]
        missing = [name for name in schema.names if name not in header and name not in LATER_COLUMNS.get(table, ())]
        if unknown or missing or len(set(header)) != len(header):
            message = "; ".join(
                text
                for text, names in (("unknown columns", unknown), ("missing columns", missing))
                for text in ([f"{text} {', '.join(names)}"] if names else [])
            )
            problem("header", message or "a column occurs twice", f"Expected header: {','.join(schema.names)}", 1)
            return
        for number, cells in enumerate(records, start=2):
            if not any(cells):
                continue
            if len(cells) != len(header):
                problem(
                    "cell_count",
                    f"the row has {len(cells)} cells, but the header has {len(header)}",
                    "Check commas and quotes.",
                    number,
                )
                continue
            values: dict[str, Any] = {}
            for name, cell in zip(header, cells, strict=True):
                try:
                    values[name] = _parse(cell, schema.field(name).type, (table, name) in _EMPTY_MEANS_EMPTY)
                except ValueError as error:
                    problem("cell", str(error), "Correct the cell.", number, name)
                    values[name] = None
            values = {name: values.get(name) for name in schema.names}
            for name in schema.names:
                if values[name] is None:
                    values[name] = DEFAULTS.get((table, name))
            yield Row(values, Place(str(path), number, is_csv=True))
    except csv.Error as error:
        problem("csv", f"not readable as CSV ({error})", "Check the quotes.", records.line_num)


def _file_list() -> str:
    return ", ".join(f"{name}.csv" for name in FOLDER_TABLES) + "."


def _parse(cell: str, kind: pa.DataType, empty_means_empty: bool) -> Any:
    if cell.strip() == "":
        return "" if empty_means_empty else None
    if pa.types.is_string(kind):
        return cell
    cell = cell.strip()
    if pa.types.is_boolean(kind):
        if cell.lower() not in ("true", "false"):
            raise ValueError(f"{cell!r} is neither true nor false")
        return cell.lower() == "true"
    if pa.types.is_date(kind):
        return parse_date(cell)
    if pa.types.is_integer(kind):
        return parse_integer(cell)
    return parse_points(cell)


def parse_date(text: str) -> dt.date:
    """A date written as yyyy-mm-dd."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(f"{text!r} is not a date: expected yyyy-mm-dd")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date of the calendar") from None


def parse_integer(text: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"[+-]?\d{1,9}", text):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def parse_points(text: str) -> Decimal:
    """A number of points: at most two decimals."""
    try:
        number = Decimal(text.replace("_", ""))
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    if not number.is_finite() or abs(number) >= _MOST_POINTS:
        raise ValueError(f"{text!r} is out of range")
    if number != number.quantize(Decimal("0.01")):
        raise ValueError(f"{text!r} has more than two decimals")
    return number


# ------------------------------------------------------------------------------------------------ writing


def write_folder(folder: Folder, directory: Path | str) -> None:
    """Writes all tables. Each file is replaced atomically, after all of them have been written to disk."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".rulebook-", dir=directory) as staged:
        for name, schema in FOLDER_TABLES.items():
            with (Path(staged) / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
                stream.write(csv_text(folder.rows(name), schema))
                stream.flush()
                os.fsync(stream.fileno())
        for name in FOLDER_TABLES:
            (Path(staged) / f"{name}.csv").replace(directory / f"{name}.csv")


def csv_text(rows: Iterable[Row], schema: pa.Schema) -> str:
    """A table as CSV: `\\n` line ends, null = empty cell, numbers without trailing zeros."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(schema.names)
    for row in rows:
        writer.writerow([_text(row[name]) for name in schema.names])
    return stream.getvalue()


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return number(value)
        case dt.date():
            return value.isoformat()
        case _:
            return str(value)


# ------------------------------------------------------------------------------------------- a build's tables


def build_tables(folder: Folder, regime_code: str) -> dict[str, pa.Table]:
    """The dbt source `rulebook` of a build: the versions of one regime, and lists with one row per element."""
    versions = folder.versions(regime_code)
    if not versions:
        known = ", ".join(folder.regimes()) or "none"
        raise RulebookError(
            [
                Problem(
                    Place(folder.path),
                    "unknown_regime",
                    f"no version of a regime {regime_code}",
                    f"Known regimes: {known}. `firemark rulebook import` adds one.",
                )
            ]
        )
    wanted = {row["rulebook_id"] for row in versions}
    return tables_of(
        {name: [row for row in folder.rows(name) if row["rulebook_id"] in wanted] for name in FOLDER_TABLES}
    )


def tables_of(rows: Mapping[str, Iterable[Row]]) -> dict[str, pa.Table]:
    """Arrow tables of rulebook rows, sorted so that the order in a file does not matter."""
    plain = {name: [dict(row.values) for row in table] for name, table in rows.items()}
    plain["rated_types"] = _exploded(plain["rulebooks"], "rated_types", "check_type")
    plain["unrated_statuses"] = _exploded(plain["rulebooks"], "unrated_status", "registry_status")
    plain["next_types"] = _exploded(plain["components"], "next_types", "check_type", "component_code")
    plain["clause_item_codes"] = _exploded(
        plain["clause_items"], "item_code", "item_code", "dataset", "clause", "level_code"
    )
    plain["item_channels"] = _exploded(plain["items"], "channels", "channel_code", "item_code")
    plain["item_subsumes"] = _exploded(plain["items"], "subsumes", "subsumed_item_code", "item_code")
    plain["repair_blocked_grades"] = _exploded(plain["repair_policy"], "blocked_grades", "grade")
    return {
        name: pa.Table.from_pylist(
            sorted(
                plain[name],
                key=lambda row: tuple(str(row[column] if row[column] is not None else "") for column in schema.names),
            ),
            schema=schema,
        )
        for name, schema in BUILD_TABLES.items()
    }


def _exploded(rows: Iterable[Mapping[str, Any]], column: str, element: str, *keys: str) -> list[dict[str, Any]]:
    return [
        {"rulebook_id": row["rulebook_id"], **{key: row[key] for key in keys}, element: part}
        for row in rows
        for part in dict.fromkeys(split_list(row[column]))
    ]


def split_list(cell: str | None) -> list[str]:
    """The elements of a list cell."""
    return [part.strip() for part in (cell or "").split(SEPARATOR) if part.strip()]
