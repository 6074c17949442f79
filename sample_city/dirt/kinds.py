"""Kinds of dirt: a form of a true cell, or an additional row, and the expected outcome.

Does not belong here: any kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sample_city.model import Record, Values

Cells = dict[str, Any]


@dataclass(frozen=True)
class Note:
    """The expected outcome of a dirty row; `lake`: lake columns that differ from those of the clean row."""

    kind: str
    outcome: str  # accepted, duplicate, quarantined
    reason_code: str = ""
    column: str = ""
    flag: str = ""
    lake: tuple[tuple[str, Any], ...] = ()
    canary: tuple[str, str] | None = None  # kind and value of a personal number that the cell now holds
    record: Record | None = None  # of an accepted additional row


@dataclass(frozen=True)
class Style:
    """One form of a true cell. `write` returns the dirty cell, or None if the form does not apply."""

    kind: str
    header: str
    write: Callable[[Any, Values], Any]
    flag: str = ""
    lake: Callable[[Values], dict[str, Any]] | None = None
    canary: Callable[[Values], tuple[str, str]] | None = None
    is_rare: bool = False  # fits few rows: used for the first row that fits, once per file
    by_row: bool = False  # whether it fits depends on other values of the row, too
    every: int = 1  # used in one of so many months


@dataclass(frozen=True)
class Extra:
    """One additional row made from a true one. `change` gives the cells that differ, or None to skip."""

    kind: str
    outcome: str
    change: Callable[[Cells, Values, int], Cells | None]
    reason_code: str = ""
    header: str = ""
    typed: Callable[[Values, int], Values] | None = None  # of an accepted one: the values that differ


@dataclass(frozen=True)
class Earlier:
    """The value of one column before it was corrected, and how the export writes it."""

    column: str
    value: Callable[[Values], Any]
    write: Callable[[Any], Any] = lambda value: value
