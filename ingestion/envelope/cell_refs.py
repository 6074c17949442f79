"""References of cells: B3 as numbers, and a column's letters.

Does not belong here: the content of a cell (`sheet_cells`).
"""

from __future__ import annotations

import re

_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")


def column_number(letters: str) -> int:
    """A column's number, 1-based, from its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(position: int) -> str:
    """A column's letters as Excel shows them, from its 0-based position."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def reference(written: str) -> tuple[int, int]:
    """Column and row, 1-based. Raises ValueError if this is not a cell reference."""
    found = _REFERENCE.fullmatch(written)
    if found is None:
        raise ValueError("not a cell reference")
    return column_number(found[1]), int(found[2])
