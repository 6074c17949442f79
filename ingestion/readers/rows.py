"""What every reader returns: rows of cells in the contract's order, and notes on the file.

Belongs here, too: how a record is named in a message. Does not belong here: reading any format.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ingestion.bilingual import Bilingual
from ingestion.parsing import Cell


@dataclass(slots=True)
class Row:
    """One row: its cells in the order of `Dataset.columns`; `fault` is a reason code to quarantine it unparsed."""

    sheet: str | None
    row_number: int
    cells: Sequence[Cell]
    fault: str | None = None


@dataclass
class Notes:
    """What a file says besides its rows; complete once all rows have been read."""

    titles: list[str] = field(default_factory=list)  # the lines above a header
    footnotes: list[str] = field(default_factory=list)  # lines below it that give a day (截至)
    absent: dict[str, str] = field(default_factory=dict)  # header of a missing column -> the value of all its cells
    lacking: dict[str, Bilingual | None] = field(default_factory=dict)  # header of a missing column -> its consequence
    hidden_sheets: list[str] = field(default_factory=list)
    unread_sheets: list[str] = field(default_factory=list)  # sheets with remarks and no list
    is_1904: bool = False
    page_total: int | None = None  # number of records on all pages, as a page announces it
    page_number: int | None = None
    blank_count: int = 0  # blank records of a page


Pick = Callable[[Sequence[Cell]], Sequence[Cell]]


def picker(places: Sequence[int]) -> Pick:
    """Picks the cells at some places of a line, in order."""
    if len(places) == 1:
        return lambda cells: (cells[places[0]],)
    return operator.itemgetter(*places)


class LinePicker:
    """Picks the cells of the contract's columns from a line: that at a column's position, else the column's value in `absent`,
    else None, also where the line is too short."""

    def __init__(self, positions: Sequence[int | None], absent: Mapping[int, Cell]) -> None:
        self._width = max((position for position in positions if position is not None), default=-1) + 1
        self._behind: tuple[Cell, ...] = () if None not in positions else (None, *absent.values())
        behind = dict(zip(absent, range(-len(absent), 0), strict=True))
        self._pick = picker(
            [
                behind.get(index, -len(self._behind)) if position is None else position
                for index, position in enumerate(positions)
            ]
        )

    def __call__(self, line: Sequence[Cell]) -> Sequence[Cell]:
        if len(line) < self._width:
            line = [*line, *([None] * (self._width - len(line)))]
        return self._pick((*line, *self._behind) if self._behind else line)


def record_place(number: int) -> Bilingual:
    """A record of a text or page, as a message names it."""
    return Bilingual(f"第 {number} 条记录", f"record {number}")
