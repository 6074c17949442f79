"""One row -> Accepted | Quarantined(reason, header): every cell of the contract is parsed, the first failure counts.

Belongs here: the order of checks within a row, its keys and its hash, whom a quarantined row names. Does not belong here:
how one column is read (`ingestion.column_parsers`), how a cell is parsed (`ingestion.parsing`), duplicates (they need the
other rows), files.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion import parsing, privacy
from ingestion.column_parsers import ColumnParser, ParsedCell
from ingestion.contract import Column, Dataset, Parse
from ingestion.parsing import Cell
from ingestion.privacy import PersonKeys


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row's lake values, in the order of the dataset's own fields (without provenance).

    `former_codes`: (canonical form, former form) of codes that earlier releases kept in another form.
    """

    values: list[Any]
    source_key: str
    row_key: str
    flags: str
    former_codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Why a row is quarantined: a reason code, and the header of the column that failed."""

    reason: str
    header: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """Whom or what a row names in a column of the lake. Exactly one of the three other fields is set.

    `name_hash`: md5 of the name of an agency whose code cannot be read, of a kind of number and the number ("report BG-1";
    the column is the last one of the number), of a code with one character masked ("code 9141_…"), or of the id of a
    conflict or lead.
    """

    column_name: str
    agency_id: str | None = None
    person_key: str | None = None
    name_hash: str | None = None


@dataclass(frozen=True, slots=True)
class RowIdentity:
    """All that is kept of a quarantined row. `row_key_hash` is None if its key cannot be read, or if a person in it has no
    full ID number."""

    row_key_hash: str | None
    named: tuple[Named, ...]


def text_hash(text: str) -> str:
    """md5 of a row's key or of a name, as in SQL. It need not be secret: in keys, people appear as keyed hashes."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


_NAMING = (Parse.USCC, Parse.PERSON_ID, Parse.USCC_PAIR, Parse.OBJECT_ID)
ParseCell = Callable[[Cell, dt.date], ParsedCell | str]
_DATE_OR_OPEN = "请写成 YYYY-MM-DD，长期的写“长期”。Invalid date: expected YYYY-MM-DD, or 长期 if there is no end."
# Columns that expect another form than the remedy of the reason code says.
_COLUMN_REMEDIES = {
    (
        parsing.IMPOSSIBLE_DATE,
        Parse.DATETIME,
    ): "请写成 YYYY-MM-DD hh:mm:ss。Invalid time: expected YYYY-MM-DD hh:mm:ss.",
    (parsing.IMPOSSIBLE_DATE, Parse.MONTH): "请写成 YYYYMM。Invalid month: expected YYYYMM.",
    (parsing.IMPOSSIBLE_DATE, Parse.LAST_DAY): _DATE_OR_OPEN,
    (parsing.IMPOSSIBLE_DATE, Parse.DATE_OR_OPEN): _DATE_OR_OPEN,
    (parsing.IMPOSSIBLE_DATE, Parse.EPOCH_MS): (
        "应为 2000 年以后的毫秒时间戳。Invalid timestamp: expected milliseconds since 1970, in the year 2000 or later."
    ),
    (parsing.NOT_A_NUMBER, Parse.POINTS): (
        "请填 0 至 1000，最多两位小数，不带正负号。Invalid points: expected 0 to 1000, with at most two decimals and no sign."
    ),
    (parsing.NOT_A_NUMBER, Parse.QUANTITY): (
        "请填 1 至 10000 的整数。Invalid quantity: expected a whole number from 1 to 10000."
    ),
}


# With these the row's key may be unreadable. A later drop cannot correct such a row, only a file in the same folder that
# holds all rows (sources.md, K7).
_SEND_AGAIN = "改正后把完整的文件放入同一文件夹。Put the whole corrected file into the same folder."
_MAY_HIDE_KEY = frozenset(
    {
        parsing.EMPTY_KEY,
        parsing.NUMERIC_PRECISION_LOST,
        parsing.USCC_MALFORMED,
        parsing.USCC_CHECK_FAILED,
        parsing.DAMAGED_TEXT,
        parsing.FIELD_COUNT,
        parsing.CODE_BECAME_DATE,
        parsing.NOT_A_CODE,
        parsing.SEVERAL_VALUES,
        parsing.ENCODING,
    }
)


def remedy(dataset: Dataset, reason: str, header: str | None) -> str | None:
    """What to do about a quarantined row; for an unknown value, also which values its column takes."""
    general = parsing.REMEDIES.get(reason)
    if reason in _MAY_HIDE_KEY:
        return f"{general} {_SEND_AGAIN}"
    column = next((column for column in dataset.columns if column.header == header), None)
    if general is None or column is None:
        return general
    if specific := _COLUMN_REMEDIES.get((reason, column.parse)):
        return specific
    if reason != parsing.UNKNOWN_VALUE or not column.choices:
        return general
    lists = [
        f"{_as_written(dataset.column(decider), value)}: {_listed(of.choices)}"
        for decider, value, of in dataset.parse_when
        if of.name == column.name and of.choices
    ]
    return f"{general} {'; '.join(lists) or _listed(column.choices)}"


def _as_written(column: Column, value: str) -> str:
    """A value as the export writes it."""
    return next((written for written, known in column.choices.items() if known == value), value)


def _listed(values: Iterable[str]) -> str:
    """Values as a message lists them: joined by 、, or by ； if a value contains 、 itself."""
    values = list(values)
    return ("；" if any("、" in value for value in values) else "、").join(values)


class RowParser:
    """Parses the rows of one dataset under one person key. It caches parsed cells, so use one parser for many files."""

    def __init__(self, dataset: Dataset, keys: PersonKeys, is_1904: bool = False) -> None:
        self.dataset = dataset
        self.keys = keys
        self.columns = [self._parser(column, is_1904) for column in dataset.columns]
        by_name = {column.name: index for index, column in enumerate(dataset.columns)}
        self.key_indexes = [by_name[name] for name in dataset.key]
        dependent = {column.name for _, _, column in dataset.parse_when}
        stored = [index for index, column in enumerate(dataset.columns) if column.parse is not Parse.DROPPED]
        self.independent = [index for index in stored if dataset.columns[index].name not in dependent]
        # columns that other columns decide how to read: index, then (decider, its value, the parser) in order
        self.dependent = [
            (
                by_name[name],
                [
                    (by_name[decider], value, self._parser(column, is_1904))
                    for decider, value, column in dataset.parse_when
                    if column.name == name
                ],
            )
            for name in sorted(dependent, key=by_name.__getitem__)
        ]
        self._codes = [index for index, column in enumerate(dataset.columns) if column.parse is Parse.USCC]
        self._agency_names = [
            (by_name[name], None if code is None else by_name[code]) for name, code in dataset.agency_names
        ]
        self._numbers = [(number.kind, [by_name[name] for name in number.columns]) for number in dataset.numbers]
        self._naming = [
            (index, of, parser)
            for index, column in enumerate(dataset.columns)
            for of, parser in [
                (column, self.columns[index]),
                *((of, self._parser(of, is_1904)) for _, _, of in dataset.parse_when if of.name == column.name),
            ]
            if of.parse in _NAMING
        ]
        self.position = [by_name[name] for name in ("longitude", "latitude", "coordinate_system") if name in by_name]

    def _parser(self, column: Column, is_1904: bool) -> ColumnParser:
        return ColumnParser(column, self.keys, is_1904, is_key=column.name in self.dataset.key)

    def row_hash(self, cells: Sequence[Cell]) -> str:
        """A keyed hash of all cells of the contract as read, dropped columns included."""
        return self.keys.row_hash("\x1f".join(map(hashed_text, cells)))

    def parse(self, cells: Sequence[Cell], received_on: dt.date) -> Accepted | Quarantined:
        """Parses one row received on `received_on`; `cells` are in the order of the contract's columns."""
        columns = self.dataset.columns
        parsed: list[ParsedCell | None] = [None] * len(columns)
        flags: list[str] = []
        former_codes: list[tuple[str, str]] = []
        for index, parse in itertools.chain(self._independent_columns(), self._dependent_columns(parsed)):
            result = parse(cells[index], received_on)
            if isinstance(result, str):
                return Quarantined(result, columns[index].header)
            if result.day is not None and result.day > received_on:
                return Quarantined(parsing.DATE_AFTER_RECEIPT, columns[index].header)
            parsed[index] = result
            flags += result.flags
            if result.former:
                former_codes += ((result.written, former) for former in result.former)
        values = [value for part in parsed if part is not None for value in part.values]
        if self.position:
            position = [parsed[index] for index in self.position]
            cell_index = self.cell_of(position)
            if isinstance(cell_index, Quarantined):
                return cell_index
            values.extend(cell_index)
            if cell_index == (None, None) and any(part and part.written for part in position):
                flags.append("position_incomplete")
        keys = [part for index in self.key_indexes if (part := parsed[index]) is not None]
        return Accepted(
            values,
            "-".join([part.written for part in keys]),
            "|".join([part.key_text for part in keys]),
            ",".join(sorted(set(flags))) if flags else "",
            tuple(former_codes),
        )

    def identify(self, cells: Sequence[Cell], received_on: dt.date, is_in_place: bool = True) -> RowIdentity:
        """Whom a quarantined row names, whichever of its cells failed, and the hash of its key.

        Kept are a USCC or an ID number with a right check character, and hashes of other names and numbers. Hashes are kept
        only if a code cannot be read: nothing is kept that is not needed. For a malformed row (`is_in_place` is false: cells
        may be in the wrong column) none are kept, because a person's name in an agency's place could be guessed from its hash.
        """
        named: dict[str, Named] = {}
        for index, column, parser in self._naming:
            result = parser.parse(cells[index], received_on)
            if isinstance(result, str) or result.values[0] is None:
                continue
            for name in _named_by(column, result.values[0]):
                if name.name_hash is None or name.column_name not in named:  # a code takes precedence over an id
                    named[name.column_name] = name
        if is_in_place:
            for name in itertools.chain(
                self._named_agencies(cells, received_on), self._named_numbers(cells, received_on)
            ):
                named[name.column_name] = name
        return RowIdentity(self._row_key_hash(cells, received_on), tuple(named.values()))

    def _named_agencies(self, cells: Sequence[Cell], received_on: dt.date) -> Iterator[Named]:
        """Agencies by name, if the code beside the name is empty or cannot be read; without a name, by the masked forms of
        the code. A name that might be a person's (who pays insurance privately, or is complained about) is not kept: it
        could be guessed from its hash.
        """
        named_by_name: set[int | None] = set()
        for index, code in self._agency_names:
            name = self._value(index, cells, received_on)
            if (
                name is not None
                and not parsing.may_be_a_person(name)
                and (code is None or self._value(code, cells, received_on) is None)
            ):
                named_by_name.add(code)
                yield Named(
                    self.dataset.columns[index].name, name_hash=text_hash(name.replace("·", ""))
                )  # as SQL compares
        for code in self._codes:
            if code not in named_by_name and self._value(code, cells, received_on) is None:
                for place, form in enumerate(parsing.uscc_masked_forms(cells[code]), start=1):
                    yield Named(f"{self.dataset.columns[code].name}_{place}", name_hash=text_hash(f"code {form}"))

    def _named_numbers(self, cells: Sequence[Cell], received_on: dt.date) -> Iterator[Named]:
        """Numbers that other datasets have, too, if this dataset has no agency codes or one of them cannot be read."""
        if self._codes and not any(
            isinstance(self.columns[code].parse(cells[code], received_on), str) for code in self._codes
        ):
            return
        for kind, indexes in self._numbers:
            parts = [self._value(index, cells, received_on) for index in indexes]
            column = self.dataset.columns[indexes[-1]]
            if parts[-1] is None:
                continue
            listed = (
                parts[-1].split("、") if column.parse is Parse.ID_LIST else ["|".join(part or "" for part in parts)]
            )
            for place, number in enumerate(listed, start=1):
                # each number of a list needs a column name of its own
                name = column.name if place == 1 else f"{column.name}_{place}"
                yield Named(name, name_hash=text_hash(f"{kind} {number}"))

    def _value(self, index: int, cells: Sequence[Cell], received_on: dt.date) -> str | None:
        """The value of a text column's cell; None if it is empty or cannot be read."""
        result = self.columns[index].parse(cells[index], received_on)
        return None if isinstance(result, str) else result.values[0]

    def _row_key_hash(self, cells: Sequence[Cell], received_on: dt.date) -> str | None:
        parts = []
        for index in self.key_indexes:
            result = self.columns[index].parse(cells[index], received_on)
            is_person = self.dataset.columns[index].parse is Parse.PERSON_ID
            if isinstance(result, str) or (is_person and result.values[0] is None):
                return None  # a name or a mask could be guessed from its hash; a keyed ID number cannot
            parts.append(result.key_text)
        return text_hash("|".join(parts))

    def _independent_columns(self) -> Iterator[tuple[int, ParseCell]]:
        return ((index, self.columns[index].parse) for index in self.independent)

    def _dependent_columns(self, parsed: Sequence[ParsedCell | None]) -> Iterator[tuple[int, ParseCell]]:
        """Columns whose reading depends on another column's value, once that one is parsed."""
        for index, ways in self.dependent:
            way = next(
                (
                    parser
                    for decider, value, parser in ways
                    if (decided := parsed[decider]) is not None and decided.values[0] == value
                ),
                self.columns[index],
            )
            yield index, way.parse

    def cell_of(self, parts: Sequence[ParsedCell | None]) -> tuple[int | None, int | None] | Quarantined:
        """The cell of a check-in; (None, None) unless longitude, latitude and coordinate system are all given."""
        longitude, latitude, system = parts
        if not (longitude and latitude and system and longitude.written and latitude.written and system.values[0]):
            return None, None
        if abs(float(latitude.written)) > 90:
            return Quarantined(parsing.IMPOSSIBLE_COORDINATE, self.dataset.column("latitude").header)
        return privacy.cell_of(float(latitude.written), float(longitude.written), system.values[0])


def _named_by(column: Column, value: str) -> Iterator[Named]:
    """Whom or what a column's value names."""
    match column.parse:
        case Parse.USCC:
            yield Named(column.name, agency_id=value)
        case Parse.PERSON_ID:
            yield Named(column.name, person_key=value)
        case Parse.USCC_PAIR if "=" in value:
            first, _, last = value.rpartition("=")
            yield Named(column.name, agency_id=last)
            if ":" not in first:
                yield Named(f"other_{column.name}", agency_id=first)
        case _:  # the id of a conflict or lead
            yield Named(column.name, name_hash=text_hash(value))


def hashed_text(cell: Cell) -> str:
    """A cell as a row's hash takes it: the same text for equal numbers of different types (5 and 5.0)."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, float) and math.isfinite(cell) and cell == int(cell):
        cell = int(cell)
    return f"\x1e{cell!r}"
