"""One row -> accepted | quarantined(reason, header): every cell of the contract is parsed, the first failure counts.

Belongs here: the order of checks within a row, its keys and its hash. Does not belong here: how a cell is parsed
(`ingestion.parsing`), duplicates (they need the other rows), files.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ingestion import parsing, privacy
from ingestion.contract import Column, Dataset, Parse
from ingestion.parsing import Cell, Refused
from ingestion.privacy import PersonKeys

_CACHE_ENTRIES = 20_000  # per column; exports repeat names, codes and dates from row to row and drop to drop


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row's lake values, in the order of the dataset's own fields (without provenance)."""

    values: list[Any]
    source_key: str
    row_key: str
    flags: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Why a row is kept out: a reason code, and the header of the column that failed."""

    reason: str
    header: str | None


@dataclass(frozen=True, slots=True)
class _Parsed:
    """One cell: its lake values, its flags, what it adds to the row's keys, the day that must not be after receipt."""

    values: tuple[Any, ...]
    flags: tuple[str, ...] = ()
    key_text: str = ""
    written: str = ""
    day: dt.date | None = None


def remedy(dataset: Dataset, reason: str, header: str | None) -> str | None:
    """What is to be done about a quarantined row; of an unknown value also what may stand in its column."""
    said = parsing.REMEDIES.get(reason)
    column = next((column for column in dataset.columns if column.header == header), None)
    if said is None or column is None or reason != parsing.UNKNOWN_VALUE:
        return said
    return f"{said} {'、'.join(column.choices)}"


class RowParser:
    """Parses the rows of one dataset under one person key. Keeps parsed cells, so one parser serves many files."""

    def __init__(self, dataset: Dataset, keys: PersonKeys, is_1904: bool = False) -> None:
        self.dataset = dataset
        self.keys = keys
        self.is_1904 = is_1904
        self._parsers = [self._parser(column) for column in dataset.columns]
        self._caches: list[dict[Any, _Parsed | str]] = [{} for _ in dataset.columns]
        by_name = {column.name: index for index, column in enumerate(dataset.columns)}
        self._key_indexes = [by_name[name] for name in dataset.key]
        self._stored = [index for index, column in enumerate(dataset.columns) if column.parse is not Parse.DROPPED]
        self._position = [by_name[name] for name in ("longitude", "latitude", "coordinate_system") if name in by_name]
        self._required_when = [
            (by_name[column], value, by_name[other]) for column, value, other in dataset.required_when
        ]
        self._parse_when = [
            (by_name[column], value, by_name[other], self._parser(replace(dataset.column(other), parse=parse)))
            for column, value, other, parse in dataset.parse_when
        ]

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
        parsed: list[_Parsed | None] = [None] * len(columns)
        for index in self._stored:
            cell = cells[index]
            result = self._cell(index, cell)
            if isinstance(result, str):
                return Quarantined(result, columns[index].header)
            if result.day is not None and result.day > received_on:
                return Quarantined(parsing.DATE_AFTER_RECEIPT, columns[index].header)
            parsed[index] = result
        for index, value, other, parse in self._parse_when:
            first = parsed[index]
            if first and first.values[0] == value:
                try:
                    parsed[other] = parse(cells[other])
                except Refused as refusal:
                    return Quarantined(refusal.reason, columns[other].header)
        values = [value for part in parsed if part for value in part.values]
        flags = list(dict.fromkeys(flag for part in parsed if part for flag in part.flags))
        for index, value, other in self._required_when:
            first, needed = parsed[index], parsed[other]
            if first and needed and first.values[0] == value and needed.values[0] is None:
                return Quarantined(parsing.EMPTY_VALUE, columns[other].header)
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
            "-".join(part.written for part in keys),
            "|".join(part.key_text for part in keys),
            ",".join(sorted(flags)),
        )

    def _cell(self, index: int, cell: Cell) -> _Parsed | str:
        """The parsed cell, or the reason code for which its row is quarantined."""
        cache = self._caches[index]
        # 1, 1.0 and True are equal as keys, but not as cells
        cache_key = cell if isinstance(cell, str) else (type(cell), cell)
        if (known := cache.get(cache_key)) is not None:
            return known
        column = self.dataset.columns[index]
        result: _Parsed | str
        try:
            result = self._parsers[index](cell)
        except Refused as refusal:
            result = refusal.reason
        else:
            if column.value_required and parsing.is_blank(cell):
                result = parsing.EMPTY_KEY if column.name in self.dataset.key else parsing.EMPTY_VALUE
        if len(cache) >= _CACHE_ENTRIES:
            cache.clear()
        cache[cache_key] = result
        return result

    def _parser(self, column: Column) -> Callable[[Cell], _Parsed]:
        choices = parsing.normal_choices(column.choices)
        is_1904 = self.is_1904

        def plain(parse: Callable[[Cell], Any]) -> Callable[[Cell], _Parsed]:
            def run(cell: Cell) -> _Parsed:
                value = parse(cell)
                return _Parsed((value,), key_text="" if value is None else str(value), written=_written(cell))

            return run

        def pair(parse: Callable[[Cell], tuple[Any, bool]]) -> Callable[[Cell], _Parsed]:
            def run(cell: Cell) -> _Parsed:
                values = parse(cell)
                return _Parsed(values, key_text=str(values[0] or ""), written=_written(cell))

            return run

        def flagged(parse: Callable[[Cell], tuple[str | None, tuple[str, ...]]]) -> Callable[[Cell], _Parsed]:
            def run(cell: Cell) -> _Parsed:
                value, flags = parse(cell)
                return _Parsed((value,), flags, key_text=value or "", written=_written(cell))

            return run

        def dated(parse: Callable[[Cell], tuple[Any, ...]], day: int) -> Callable[[Cell], _Parsed]:
            def run(cell: Cell) -> _Parsed:
                values = parse(cell)
                limit = values[day] if column.not_after_receipt else None
                return _Parsed(values, key_text=str(values[day] or ""), written=_written(cell), day=limit)

            return run

        match column.parse:
            case Parse.TEXT:
                return plain(parsing.free_text)
            case Parse.CODE:
                return plain(parsing.code)
            case Parse.DOCUMENT_NO:
                return plain(parsing.document_no)
            case Parse.ID_LIST:
                return plain(parsing.id_list)
            case Parse.PERSON_NAME:
                return plain(parsing.person_name)
            case Parse.AGENCY_NAME:
                return plain(parsing.agency_name)
            case Parse.USCC:
                return flagged(parsing.uscc)
            case Parse.USCC_PAIR:
                return flagged(parsing.uscc_pair)
            case Parse.PERSON_ID:
                return self._person
            case Parse.DATE:
                return dated(lambda cell: (parsing.date(cell, is_1904),), 0)
            case Parse.LAST_DAY:
                return dated(lambda cell: (parsing.last_day(cell, is_1904),), 0)
            case Parse.DATETIME:
                return dated(lambda cell: parsing.moment(cell, is_1904), 1)
            case Parse.MONTH:
                return plain(lambda cell: parsing.month(cell, is_1904))
            case Parse.DATE_OR_OPEN:
                return pair(lambda cell: parsing.date_or_open(cell, is_1904))
            case Parse.INTEGER:
                return plain(parsing.integer)
            case Parse.DECIMAL:
                return pair(lambda cell: parsing.amount(cell, column.units))
            case Parse.CHOICE:
                return plain(lambda cell: parsing.choice(cell, choices))
            case Parse.OPEN_CHOICE:
                return plain(lambda cell: parsing.open_choice(cell, choices))
            case Parse.FLAG:
                return plain(lambda cell: _FLAGS[parsing.choice(cell, choices)])
            case Parse.CLAUSE:
                return plain(parsing.clause)
            case Parse.QUANTITY:
                return plain(parsing.quantity)
            case Parse.POINTS:
                return plain(parsing.points)
            case Parse.EPOCH_MS:
                return plain(parsing.epoch_ms)
            case Parse.COORDINATE:
                return self._coordinate
            case Parse.DROPPED:
                return lambda cell: _Parsed(())

    def _person(self, cell: Cell) -> _Parsed:
        person = parsing.person_number(cell)
        key = self.keys.person_key(person.number) if person.number else None
        key_text = key or (self.keys.token(person.written) if person.written else "")
        return _Parsed((key, person.mask, person.status), person.flags, key_text, written=key or person.mask or "")

    @staticmethod
    def _coordinate(cell: Cell) -> _Parsed:
        degrees = parsing.coordinate(cell)
        return _Parsed((), written="" if degrees is None else repr(degrees))

    def _cell_of(self, parts: Sequence[_Parsed | None]) -> tuple[int | None, int | None] | Quarantined:
        """The cell of a check-in; (None, None) unless longitude, latitude and system are all there."""
        longitude, latitude, system = parts
        if not (longitude and latitude and system and longitude.written and latitude.written and system.values[0]):
            return None, None
        if abs(float(latitude.written)) > 90:
            return Quarantined(parsing.IMPOSSIBLE_COORDINATE, self.dataset.column("latitude").header)
        return privacy.cell_of(float(latitude.written), float(longitude.written), system.values[0])


_FLAGS: dict[str | None, bool | None] = {None: None, "true": True, "false": False}


def _written(cell: Cell) -> str:
    """The cell as written, for `source_key`: trimmed, nothing else."""
    return parsing.text_of(cell).strip()


def _canonical(cell: Cell) -> str:
    """Equal for equal numbers, however they are typed (5 and 5.0)."""
    if isinstance(cell, float) and math.isfinite(cell) and cell == int(cell):
        return repr(int(cell))
    return repr(cell)
