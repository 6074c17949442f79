"""Cells as numbers: whole numbers, amounts with their units, degrees.

Does not belong here: numbers that identify something (`codes`, `identities`), numbers that are dates (`dates`).
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

from ingestion.parsing.cells import IMPOSSIBLE_COORDINATE, NOT_A_NUMBER, Cell, Refused
from ingestion.parsing.texts import compact_text, fold

_COUNT = re.compile(r"(\d{1,9})(?:\.0+)?", re.ASCII)  # an 11-digit number is a telephone's
_COUNT_UNITS = re.compile("[人名个位台套件具支只把辆部份条项次家]$")
_CHINESE_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_CHINESE_DIGITS |= {char: value for value, char in enumerate("壹贰叁肆伍陆柒捌玖", start=1)}
_CHINESE_PLACES = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}


def chinese_number(text: str) -> int | None:
    """A whole number below 10,000 in Chinese numerals (十二, 二百零三, 二〇二四); None for any other text."""
    if not text or any(char not in _CHINESE_DIGITS and char not in _CHINESE_PLACES for char in text):
        return None
    if not any(char in _CHINESE_PLACES for char in text):
        return int("".join(str(_CHINESE_DIGITS[char]) for char in text)) if len(text) <= 4 else None
    total, digit, last_place = 0, None, 10_000
    if len(text) > 1 and text[-1] in _CHINESE_DIGITS and text[-2] in "百佰千仟":
        return None  # 二百三 may mean 230 or be an error
    for char in text:
        if char in _CHINESE_DIGITS:
            if digit:
                return None
            digit = _CHINESE_DIGITS[char]
            continue
        place = _CHINESE_PLACES[char]
        if place >= last_place:
            return None
        total += (1 if digit is None else digit) * place
        digit, last_place = None, place
    return total + (digit or 0)


def integer(cell: Cell) -> int | None:
    """A whole number, not negative; also in Chinese numerals, and with a counting word after it (2人)."""
    if isinstance(cell, bool):
        raise Refused(NOT_A_NUMBER)
    text = compact_text(cell)
    if not text:
        return None
    counted = _COUNT_UNITS.sub("", text)
    if match := _COUNT.fullmatch(counted):
        return int(match[1])
    number = chinese_number(counted)
    if number is None:
        raise Refused(NOT_A_NUMBER)
    return number


_LARGEST_QUANTITY = 10_000


def quantity(cell: Cell) -> int | None:
    """The quantity of a row: 1 to 10,000."""
    number = integer(cell)
    if number is not None and not 1 <= number <= _LARGEST_QUANTITY:
        raise Refused(NOT_A_NUMBER)
    return number


_POINTS = re.compile(r"\d{1,4}(?:\.\d{1,2}0*)?", re.ASCII)
_MOST_POINTS = 1000


def points(cell: Cell) -> Decimal | None:
    """The points that a row deducts: 0 to 1,000, at most two decimals, without a sign."""
    if isinstance(cell, bool):
        raise Refused(NOT_A_NUMBER)
    text = compact_text(cell).removesuffix("分")
    if not text:
        return None
    if not _POINTS.fullmatch(text) or Decimal(text) > _MOST_POINTS:
        raise Refused(NOT_A_NUMBER)
    return Decimal(text).quantize(Decimal("0.01"))


_FOUR_PLACES = Decimal("0.0001")
_AMOUNT = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,10})(?:\.\d+)?", re.ASCII)  # an 11-digit number is a telephone's


def amount(cell: Cell, units: tuple[str, ...] = ()) -> tuple[Decimal | None, bool]:
    """A number that is not negative, to four decimals, and whether it begins with 约. One of `units` may follow it."""
    if isinstance(cell, bool):
        raise Refused(NOT_A_NUMBER)
    text = compact_text(cell)
    is_approximate = text.startswith("约")
    text = text.removeprefix("约")
    unit = next((unit for unit in sorted(map(fold, units), key=len, reverse=True) if text.endswith(unit)), "")
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
    text = compact_text(cell)
    if not text:
        return None
    if not re.fullmatch(r"[+-]?\d{1,3}(?:\.\d{1,20})?", text, re.ASCII) or abs(float(text)) > 180:
        raise Refused(IMPOSSIBLE_COORDINATE)
    return float(text)
