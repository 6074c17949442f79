"""One row -> accepted | quarantined(reason, header): every cell of the contract is parsed, the first failure counts.

Belongs here: the order of checks within a row, its keys and its hash, whom a row that is kept out names. Does not belong here: how one column is read
(`ingestion.column_parsers`), how a cell is parsed (`ingestion.parsing`), duplicates (they need the other rows), files.
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
    """Why a row is kept out: a reason code, and the header of the column that failed."""

    reason: str
    header: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """Who or what a row names in a column of the lake: exactly one of the three is set.

    `name_hash`: md5 of the name of an agency whose code cannot be read there, of a kind of number and the number
    ("report BG-1"; the column is its last one), of a code with a character masked ("code 9141_…"), or of the id of a conflict
    or lead.
    """

    column_name: str
    agency_id: str | None = None
    person_key: str | None = None
    name_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept of a quarantined row. `row_key_hash` is null where its key cannot be read, or names a person by no
    full ID number."""

    row_key_hash: str | None
    named: tuple[Named, ...]


def text_hash(text: str) -> str:
    """As SQL's md5 gives it, of a row's key or of a name. These are no secrets: people stand in keys as keyed hashes."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


_NAMING = (Parse.USCC, Parse.PERSON_ID, Parse.USCC_PAIR, Parse.OBJECT_ID)
ParseCell = Callable[[Cell, dt.date], ParsedCell | str]
_END = "Write it as YYYY-MM-DD, or 长期 where there is no end."
# What to write instead, where the column asks for more than the reason's own remedy says.
_ASKED = {
    (parsing.IMPOSSIBLE_DATE, Parse.DATETIME): "Write it as YYYY-MM-DD hh:mm:ss.",
    (parsing.IMPOSSIBLE_DATE, Parse.MONTH): "Write it as YYYYMM.",
    (parsing.IMPOSSIBLE_DATE, Parse.LAST_DAY): _END,
    (parsing.IMPOSSIBLE_DATE, Parse.DATE_OR_OPEN): _END,
    (parsing.IMPOSSIBLE_DATE, Parse.EPOCH_MS): "Send milliseconds since 1970, of the year 2000 or later.",
    (parsing.NOT_A_NUMBER, Parse.POINTS): "Write 0 to 1000, with at most two decimals and no sign.",
    (parsing.NOT_A_NUMBER, Parse.QUANTITY): "Write a whole number from 1 to 10000.",
}


def remedy(dataset: Dataset, reason: str, header: str | None) -> str | None:
    """What is to be done about a quarantined row; of an unknown value also what may stand in its column."""
    said = parsing.REMEDIES.get(reason)
    column = next((column for column in dataset.columns if column.header == header), None)
    if said is None or column is None:
        return said
    if asked := _ASKED.get((reason, column.parse)):
        return f"{said.partition('. ')[0]}. {asked}"
    if reason != parsing.UNKNOWN_VALUE or not column.choices:
        return said
    lists = [
        f"{_spelled(dataset.column(decider), value)}: {_listed(of.choices)}"
        for decider, value, of in dataset.parse_when
        if of.name == column.name and of.choices
    ]
    return f"{said} {'; '.join(lists) or _listed(column.choices)}"


def _spelled(column: Column, value: str) -> str:
    """A value as the export writes it."""
    return next((written for written, known in column.choices.items() if known == value), value)


def _listed(values: Iterable[str]) -> str:
    """Values as a message lists them; by semicolons where one holds the usual mark itself."""
    values = list(values)
    return ("；" if any("、" in value for value in values) else "、").join(values)


class RowParser:
    """Parses the rows of one dataset under one person key. Keeps parsed cells, so one parser serves many files."""

    def __init__(self, dataset: Dataset, keys: PersonKeys, is_1904: bool = False) -> None:
        self.dataset = dataset
        self.keys = keys
        self._columns = [self._parser(column, is_1904) for column in dataset.columns]
        by_name = {column.name: index for index, column in enumerate(dataset.columns)}
        self._key_indexes = [by_name[name] for name in dataset.key]
        read_later = {column.name for _, _, column in dataset.parse_when}
        stored = [index for index, column in enumerate(dataset.columns) if column.parse is not Parse.DROPPED]
        self._first = [
            (index, self._columns[index].parse) for index in stored if dataset.columns[index].name not in read_later
        ]
        self._later = [
            (
                by_name[name],
                [
                    (by_name[decider], value, self._parser(column, is_1904))
                    for decider, value, column in dataset.parse_when
                    if column.name == name
                ],
            )
            for name in sorted(read_later, key=by_name.__getitem__)
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
                (column, self._columns[index]),
                *((of, self._parser(of, is_1904)) for _, _, of in dataset.parse_when if of.name == column.name),
            ]
            if of.parse in _NAMING
        ]
        self._position = [by_name[name] for name in ("longitude", "latitude", "coordinate_system") if name in by_name]

    def _parser(self, column: Column, is_1904: bool) -> ColumnParser:
        return ColumnParser(column, self.keys, is_1904, is_key=column.name in self.dataset.key)

    def row_hash(self, cells: Sequence[Cell]) -> str:
        """A keyed hash of all cells of the contract as read, the dropped ones too."""
        return self.keys.row_hash(
            "\x1f".join(
                cell if isinstance(cell, str) else "" if cell is None else f"\x1e{_canonical(cell)}" for cell in cells
            )
        )

    def parse(self, cells: Sequence[Cell], received_on: dt.date) -> Accepted | Quarantined:
        """Parses one row received on `received_on`; `cells` in the order of the contract's columns."""
        columns = self.dataset.columns
        parsed: list[ParsedCell | None] = [None] * len(columns)
        flags: list[str] = []
        former_codes: list[tuple[str, str]] = []
        for index, parse in itertools.chain(self._first, self._last(parsed)) if self._later else self._first:
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
        if self._position:
            position = [parsed[index] for index in self._position]
            cell_index = self._cell_of(position)
            if isinstance(cell_index, Quarantined):
                return cell_index
            values.extend(cell_index)
            if cell_index == (None, None) and any(part and part.written for part in position):
                flags.append("position_incomplete")
        keys = [part for index in self._key_indexes if (part := parsed[index]) is not None]
        return Accepted(
            values,
            "-".join([part.written for part in keys]),
            "|".join([part.key_text for part in keys]),
            ",".join(sorted(set(flags))) if flags else "",
            tuple(former_codes),
        )

    def kept_of(self, cells: Sequence[Cell], received_on: dt.date, is_in_place: bool = True) -> Kept:
        """Whom a quarantined row names, whichever of its cells failed: a USCC or an ID number whose check character is
        right, what else names an agency or an object by hash, and the hash of its key. Names and numbers stand in only where
        a code is not read: nothing is kept that is not needed. Of a malformed row, whose cells are not all in place, they are
        not kept at all: the cell of an agency's name may hold a person's, which could be guessed from its hash.
        """
        named: dict[str, Named] = {}
        for index, column, parser in self._naming:
            result = parser.parse(cells[index], received_on)
            if isinstance(result, str) or result.values[0] is None:
                continue
            for name in _named_by(column, result.values[0]):
                if name.name_hash is None or name.column_name not in named:  # a code says more than an id
                    named[name.column_name] = name
        if is_in_place:
            for name in itertools.chain(self._named_in_words(cells, received_on), self._numbered(cells, received_on)):
                named[name.column_name] = name
        return Kept(self._row_key_hash(cells, received_on), tuple(named.values()))

    def _named_in_words(self, cells: Sequence[Cell], received_on: dt.date) -> Iterator[Named]:
        """Agencies by name, where the code beside it is empty or cannot be read; where no name is, by the rest of the code. What
        might be the name of a person, who pays for himself or is complained of, is not kept: it could be guessed from its hash.
        """
        in_words: set[int | None] = set()
        for index, code in self._agency_names:
            name = self._value(index, cells, received_on)
            if (
                name is not None
                and not parsing.may_be_a_person(name)
                and (code is None or self._value(code, cells, received_on) is None)
            ):
                in_words.add(code)
                yield Named(self.dataset.columns[index].name, name_hash=text_hash(name.replace("·", "")))  # as compared
        for code in self._codes:
            if code not in in_words and self._value(code, cells, received_on) is None:
                for place, form in enumerate(parsing.uscc_likenesses(cells[code]), start=1):
                    yield Named(f"{self.dataset.columns[code].name}_{place}", name_hash=text_hash(f"code {form}"))

    def _numbered(self, cells: Sequence[Cell], received_on: dt.date) -> Iterator[Named]:
        """Numbers that other papers bear, too, where the dataset has no codes or one of them cannot be read."""
        if self._codes and not any(
            isinstance(self._columns[code].parse(cells[code], received_on), str) for code in self._codes
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
                # several of one cell are told apart as columns are
                name = column.name if place == 1 else f"{column.name}_{place}"
                yield Named(name, name_hash=text_hash(f"{kind} {number}"))

    def _value(self, index: int, cells: Sequence[Cell], received_on: dt.date) -> str | None:
        """What a text column's cell says; None where it is empty or cannot be read."""
        result = self._columns[index].parse(cells[index], received_on)
        return None if isinstance(result, str) else result.values[0]

    def _row_key_hash(self, cells: Sequence[Cell], received_on: dt.date) -> str | None:
        parts = []
        for index in self._key_indexes:
            result = self._columns[index].parse(cells[index], received_on)
            is_person = self.dataset.columns[index].parse is Parse.PERSON_ID
            if isinstance(result, str) or (is_person and result.values[0] is None):
                return None  # a name and a mask could be guessed from their hash; a keyed ID number cannot
            parts.append(result.key_text)
        return text_hash("|".join(parts))

    def _last(self, parsed: Sequence[ParsedCell | None]) -> Iterator[tuple[int, ParseCell]]:
        """The columns that are read by what another one holds, once that has been read."""
        for index, ways in self._later:
            way = next(
                (
                    parser
                    for decider, value, parser in ways
                    if (decided := parsed[decider]) is not None and decided.values[0] == value
                ),
                self._columns[index],
            )
            yield index, way.parse

    def _cell_of(self, parts: Sequence[ParsedCell | None]) -> tuple[int | None, int | None] | Quarantined:
        """The cell of a check-in; (None, None) unless longitude, latitude and system are all there."""
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


def _canonical(cell: Cell) -> str:
    """Equal for equal numbers, however they are typed (5 and 5.0)."""
    if isinstance(cell, float) and math.isfinite(cell) and cell == int(cell):
        return repr(int(cell))
    return repr(cell)
