"""Many rows of one file at once: every different cell of a column is parsed once, and Arrow columns are made from those.

The result is that of `strict.RowParser`, one row after the other, at a fraction of the cost. Rows with anything but values
(a refused cell, a date after receipt, a code with a former form) are left to it. Belongs here: columns instead of rows.
Does not belong here: what a cell or a row is (`ingestion.column_parsers`, `ingestion.strict`), files (`ingestion.lake_parts`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.column_parsers import ColumnParser, ParsedCell, distinct_key
from ingestion.contract import lake_fields
from ingestion.parsing import Cell
from ingestion.strict import Quarantined, RowParser, hashed_text

_INCOMPLETE = "position_incomplete"
_Parsed = ParsedCell | str


@dataclass(frozen=True, slots=True)
class ParsedBlock:
    """The rows of a block. `accepted`: which were accepted, ascending; `arrays`: their source_key, row_key and flags, then the
    dataset's own fields. `left`: which must be parsed one by one, ascending."""

    accepted: list[int]
    arrays: list[pa.Array]
    left: list[int]


@dataclass(frozen=True, slots=True)
class _Column:
    """One column: its different cells as parsed, and which of them each row has."""

    parsed: list[_Parsed]
    places: pa.Array  # int32

    def spread(self, of_parsed: Sequence[Any], kind: pa.DataType) -> pa.Array:
        """One value for each different cell -> one for each row."""
        return pa.array(of_parsed, kind).take(self.places)

    def rows_where(self, is_so: Sequence[bool]) -> list[int]:
        """The rows whose different cell is so."""
        if not any(is_so):
            return []
        found: list[int] = pc.indices_nonzero(self.spread(is_so, pa.bool_())).to_pylist()
        return found


def row_hashes(parser: RowParser, columns: Sequence[Sequence[Cell]]) -> list[str]:
    """`RowParser.row_hash` of every row of some columns."""
    texts = [column if _kinds(column) == {str} else [*map(hashed_text, column)] for column in columns]
    return [parser.keys.row_hash(content) for content in map("\x1f".join, zip(*texts, strict=True))]


def parse_block(parser: RowParser, columns: Sequence[Sequence[Cell]], received_on: dt.date) -> ParsedBlock:
    """Parses the rows of a file received on `received_on`; `columns` are the contract's, in order, all of one length."""
    found: list[_Column | None] = [None] * len(columns)
    for index in parser.independent:
        found[index] = _parsed(columns[index], parser.columns[index], received_on)
    for index, ways in parser.dependent:
        chosen = _chosen_ways(len(columns[index]), ways, found)
        found[index] = _parsed_by_way(
            columns[index], chosen, [parser.columns[index], *(way for _, _, way in ways)], received_on
        )
    left: set[int] = set()
    flags: dict[int, set[str]] = {}
    for column in found:
        if column is not None:
            left.update(column.rows_where([_is_left(part, received_on) for part in column.parsed]))
            _add_flags(flags, column)
    own = [
        array for index, column in enumerate(found) if column is not None for array in _arrays(parser, index, column)
    ]
    if parser.position:
        cells, incomplete, refused = _cells_of(parser, found)
        own += cells
        left.update(refused)
        for row in incomplete:
            flags.setdefault(row, set()).add(_INCOMPLETE)
    size = len(columns[0])
    noted = [""] * size
    for row, notes in flags.items():
        noted[row] = ",".join(sorted(notes))
    keys = [column for index in parser.key_indexes if (column := found[index]) is not None]
    arrays = [
        _joined([column.spread(_texts(column, "written"), pa.string()) for column in keys], "-"),
        _joined([column.spread(_texts(column, "key_text"), pa.string()) for column in keys], "|"),
        pa.array(noted, pa.string()),
        *own,
    ]
    if not left:
        return ParsedBlock([*range(size)], arrays, [])
    accepted = [row for row in range(size) if row not in left]
    kept = pa.array(accepted, pa.int32())
    return ParsedBlock(accepted, [array.take(kept) for array in arrays], sorted(left))


def _kinds(cells: Sequence[Any]) -> set[type]:
    return set(map(type, cells))


def _distinct(keys: Sequence[Any]) -> tuple[list[Any], pa.Array]:
    """The different keys in order of appearance, and for each key its place among them."""
    places = dict(zip(dict.fromkeys(keys), count(), strict=False))
    return [*places], pa.array([*map(places.__getitem__, keys)], pa.int32())


def _parsed(cells: Sequence[Cell], parser: ColumnParser, received_on: dt.date) -> _Column:
    if len(_kinds(cells)) == 1:
        different, places = _distinct(cells)
    else:
        keys, places = _distinct([*map(distinct_key, cells)])
        different = [key if isinstance(key, str) else key[1] for key in keys]
    return _Column(parser.parse_all(different, received_on), places)


def _chosen_ways(
    size: int, ways: Sequence[tuple[int, str, ColumnParser]], found: Sequence[_Column | None]
) -> list[int]:
    """For each row, the first of the ways whose deciding column has the value that it needs, from 1; 0 if there is none."""
    chosen = [0] * size
    for number, (decider, value, _) in reversed([*enumerate(ways, start=1)]):
        column = found[decider]
        if column is None:
            continue
        for row in column.rows_where([not isinstance(part, str) and part.values[0] == value for part in column.parsed]):
            chosen[row] = number
    return chosen


def _parsed_by_way(
    cells: Sequence[Cell], chosen: Sequence[int], parsers: Sequence[ColumnParser], received_on: dt.date
) -> _Column:
    """A column whose rows are read in different ways."""
    keys, places = _distinct([*zip(chosen, map(distinct_key, cells), strict=True)])
    return _Column(
        [parsers[way].parse(key if isinstance(key, str) else key[1], received_on) for way, key in keys], places
    )


def _is_left(part: _Parsed, received_on: dt.date) -> bool:
    return isinstance(part, str) or bool(part.former) or (part.day is not None and part.day > received_on)


def _add_flags(flags: dict[int, set[str]], column: _Column) -> None:
    rows = column.rows_where([not isinstance(part, str) and bool(part.flags) for part in column.parsed])
    places = column.places.take(pa.array(rows, pa.int32())).to_pylist() if rows else []
    for row, place in zip(rows, places, strict=True):
        flags.setdefault(row, set()).update(column.parsed[place].flags)


def _texts(column: _Column, name: str) -> list[str]:
    return ["" if isinstance(part, str) else getattr(part, name) for part in column.parsed]


def _joined(parts: list[pa.Array], by: str) -> pa.Array:
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, by)


def _arrays(parser: RowParser, index: int, column: _Column) -> list[pa.Array]:
    """The lake's fields of a column; null where the row is left."""
    return [
        column.spread([None if isinstance(part, str) else part.values[place] for part in column.parsed], field.type)
        for place, field in enumerate(lake_fields(parser.dataset.columns[index]))
    ]


def _cells_of(parser: RowParser, found: Sequence[_Column | None]) -> tuple[list[pa.Array], list[int], list[int]]:
    """The cell of each check-in, the rows whose position is incomplete, and those whose position is impossible."""
    parts = [column for index in parser.position if (column := found[index]) is not None]
    keys, places = _distinct([*zip(*(column.places.to_pylist() for column in parts), strict=True)])
    positions = _Column([], places)
    given = [[column.parsed[place] for column, place in zip(parts, key, strict=True)] for key in keys]
    cells: list[tuple[int | None, int | None]] = []
    is_incomplete, is_refused = [], []
    for position in given:
        sound = [part for part in position if not isinstance(part, str)]
        cell = parser.cell_of(sound) if len(sound) == len(position) else (None, None)
        is_refused.append(isinstance(cell, Quarantined))
        cells.append((None, None) if isinstance(cell, Quarantined) else cell)
        is_incomplete.append(cell == (None, None) and any(part.written for part in sound))
    arrays = [
        positions.spread([cell[axis] for cell in cells], field.type)
        for axis, field in enumerate(parser.dataset.extra_fields)
    ]
    return arrays, positions.rows_where(is_incomplete), positions.rows_where(is_refused)
