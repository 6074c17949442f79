"""Cells as numbers: whole numbers, amounts with their units, degrees.

Does not belong here: numbers that only name something (`texts`, `identities`), numbers that are dates (`dates`).
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

from ingestion.parsing.cells import IMPOSSIBLE_COORDINATE, NOT_A_NUMBER, Cell, Refused
from ingestion.parsing.texts import text_of, unspaced


def integer(cell: Cell) -> int | None:
    """A whole number, not negative."""
    if isinstance(cell, bool):
        raise Refused(NOT_A_NUMBER)
    text = unspaced(text_of(cell))
    if not text:
        return None
    if not re.fullmatch(r"\d{1,15}(?:\.0+)?", text, re.ASCII):
        raise Refused(NOT_A_NUMBER)
    return int(text.split(".")[0])


_LARGEST_QUANTITY = 10_000


def quantity(cell: Cell) -> int | None:
    """How many of something a row counts: 1 to 10,000."""
    number = integer(cell)
    if number is not None and not 1 <= number <= _LARGEST_QUANTITY:
        raise Refused(NOT_A_NUMBER)
    return number


_POINTS = re.compile(r"\d{1,4}(?:\.\d{1,2}0*)?", re.ASCII)
_MOST_POINTS = 1000


def points(cell: Cell) -> Decimal | None:
    """Points that a row takes: 0 to 1,000, at most two decimals, without a sign."""
    if isinstance(cell, bool):
        raise Refused(NOT_A_NUMBER)
    text = unspaced(text_of(cell))
    if not text:
        return None
    if not _POINTS.fullmatch(text) or Decimal(text) > _MOST_POINTS:
        raise Refused(NOT_A_NUMBER)
    return Decimal(text).quantize(Decimal("0.01"))


_FOUR_PLACES = Decimal("0.0001")
_AMOUNT = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,14})(?:\.\d+)?", re.ASCII)


def amount(cell: Cell, units: tuple[str, ...] = ()) -> tuple[Decimal | None, bool]:
    """A number that is not negative, to four decimals, and whether it says 约. A unit may follow if it is in `units`."""
    if isinstance(cell, bool):
        raise Refused(NOT_A_NUMBER)
    text = unspaced(text_of(cell))
    is_approximate = text.startswith("约")
    text = text.removeprefix("约")
    unit = next((unit for unit in sorted(units, key=len, reverse=True) if text.endswith(unit)), "")
    text = text.removesuffix(unit)
    if not text and not unit and not is_approximate:
        return None, False
    if not _AMOUNT.fullmatch(text):
        raise Refused(NOT_A_NUMBER)
    value = Decimal(text.replace(",", ""))
    return value.quantize(_FOUR_PLACES, ROUND_HALF_EVEN), is_approximate


def coordinate(cell: Cell) -> float | None:
    """Degrees, between -180 and 180."""
    if isinstance(cell, bool):
        raise Refused(IMPOSSIBLE_COORDINATE)
    text = unspaced(text_of(cell))
    if not text:
        return None
    if not re.fullmatch(r"[+-]?\d{1,3}(?:\.\d{1,20})?", text, re.ASCII) or abs(float(text)) > 180:
        raise Refused(IMPOSSIBLE_COORDINATE)
    return float(text)
