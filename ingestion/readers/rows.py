"""What every reader gives: rows of cells in the contract's order, and what a file says beside them.

Does not belong here: how any format is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.parsing import Cell


@dataclass(slots=True)
class Row:
    """One row: its cells in the order of `Dataset.columns`; `fault` is a reason to quarantine it unread."""

    sheet: str | None
    row_number: int
    cells: Sequence[Cell]
    fault: str | None = None


@dataclass
class Notes:
    """What a file says beside its rows; complete once they have been read."""

    titles: list[str] = field(default_factory=list)  # the lines above a header
    footnotes: list[str] = field(default_factory=list)  # lines below it that say 截至 some day
    absent: dict[str, str] = field(default_factory=dict)  # header -> what its column says, as the file lacks it
    lacking: dict[str, str] = field(default_factory=dict)  # header that the file may lack -> what that costs, or ''
    hidden_sheets: list[str] = field(default_factory=list)
    unread_sheets: list[str] = field(default_factory=list)  # remarks beside the list
    is_1904: bool = False
    page_total: int | None = None  # how many records a page says there are on all pages
    page_number: int | None = None
    blank_count: int = 0  # records of a page that are no rows
