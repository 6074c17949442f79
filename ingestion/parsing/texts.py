"""Cells as text: folding, blank cells, signs for "none", free text.

Belongs here: text without further checks. Does not belong here: codes (`codes`), names (`names`), codes and numbers with
a check character (`identities`), words from a list (`choices`).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping

from ingestion.parsing.cells import DAMAGED_TEXT, NUMERIC_PRECISION_LOST, Cell, ExactInteger, Fault, Refused
from ingestion.parsing.radicals import RADICALS

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = dict.fromkeys([0x3000, 0xA0, 0x202F, 0x205F, *range(0x2000, 0x200B)], " ")
_INVISIBLE = dict.fromkeys(
    [0xFEFF, 0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
)
FOLD: Mapping[int, int | str | None] = {**_FULL_WIDTH, **_SPACES, **_INVISIBLE, **RADICALS}
# Free text keeps its Chinese punctuation: only letters, digits, spaces and radicals are folded.
_FOLD_TEXT: Mapping[int, int | str | None] = {
    code: to for code, to in FOLD.items() if not isinstance(to, int) or chr(to).isalnum()
}
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # a character class
_WHITESPACE = re.compile(r"\s+")
# Replacement characters, lone surrogates, control characters.
_DAMAGED = re.compile("[\ufffd\ud800-\udfff\x00-\x08\x0e-\x1f\x7f]")
MAX_EXACT = 10**15  # Excel keeps 15 significant digits; longer numbers may have lost some


def text_of(cell: Cell) -> str:
    """The cell as text, unfolded; '' if empty. Raises `Refused` for a fault, or a number that may have lost digits."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        if _DAMAGED.search(cell):
            raise Refused(DAMAGED_TEXT)
        return cell
    if isinstance(cell, Fault):
        raise Refused(cell.value)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, ExactInteger):
        return str(int(cell))
    if isinstance(cell, int | float):
        if not abs(cell) < MAX_EXACT:  # true for NaN as well
            raise Refused(NUMERIC_PRECISION_LOST)
        return str(int(cell)) if cell == int(cell) else format(cell, ".15g")
    if isinstance(cell, dt.datetime):
        return str(cell.date()) if cell.time() == dt.time() else cell.isoformat(" ", "seconds")
    return str(cell)


def _is_visible(char: str) -> bool:
    """Whether a character is certainly visible (ASCII or common Han): a short cut for most cells."""
    return "!" <= char <= "~" or "\u4e00" <= char <= "\u9fff"


def is_blank(cell: Cell) -> bool:
    """Whether the cell looks empty."""
    if not isinstance(cell, str):
        return cell is None
    return not cell or (not _is_visible(cell[0]) and not fold(cell))


_NONE_WORDS = frozenset(
    [
        "无",
        "暂无",
        "不详",
        "null",
        "(null)",
        "<null>",
        "nil",
        "none",
        "nan",
        "nat",
        "<na>",
        "n/a",
        "\\n",
        "0000-00-00",
        "0000-00-0000:00:00",
        "0000/00/00",
    ]
)
_NONE_STROKES = re.compile(r"[/\\]{1,4}|[-\u2010-\u2015\u2212\u2500]{1,4}")
_VALUE_STARTS = frozenset("123456789ABCDEFGHIJKLMOPQRSTUVWXYZ")  # a short cut: no sign for "none" begins with these
_LONGEST_NONE = 24  # with spaces; longer text is a value


def is_empty(cell: Cell) -> bool:
    """Whether the cell is blank or holds a sign for "none" (sources.md, K2).

    Not for columns that list the sign among their own values (有, 无).
    """
    if not isinstance(cell, str):
        return cell is None
    if len(cell) > _LONGEST_NONE or cell[:1] in _VALUE_STARTS:
        return not cell or is_blank(cell)
    text = _WHITESPACE.sub("", unwrapped(fold(cell))).casefold()
    return not text or text in _NONE_WORDS or bool(_NONE_STROKES.fullmatch(text))


def says_null(cell: Cell) -> bool:
    """Whether an empty cell holds a program's word for it (NULL, nan), which people do not write."""
    return isinstance(cell, str) and bool(re.search("[a-z]", unspaced(cell), re.IGNORECASE)) and is_empty(cell)


def fold(text: str) -> str:
    """Compatibility forms as the characters they look like, one width, invisible characters removed, trimmed."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text.translate(FOLD)).translate(FOLD).strip()


def unspaced(text: str) -> str:
    """Folded text without any white space."""
    return _WHITESPACE.sub("", fold(text))


_APOSTROPHES = "'\u2018\u2019`"
_FORMULA_TEXT = re.compile(r'=\s*"(.*)"', re.DOTALL)


def unwrapped(text: str) -> str:
    """Text without an exporter's wrapping that keeps a value text: leading apostrophes, `="…"`."""
    if text[:1].isalnum():
        return text
    text = text.strip()
    while True:
        inner = text.lstrip(_APOSTROPHES).strip()
        if match := _FORMULA_TEXT.fullmatch(inner):
            inner = match[1].replace('""', '"').strip()
        if inner == text:
            return text
        text = inner


def plain_text(cell: Cell) -> str:
    """The cell as text, folded and unwrapped: the form in which dates, numbers and listed words are compared."""
    return unwrapped(fold(text_of(cell)))


def compact_text(cell: Cell) -> str:
    """`plain_text` without any white space."""
    return _WHITESPACE.sub("", plain_text(cell))


def free_text(cell: Cell) -> str | None:
    """Free text: letters, digits and spaces in one width, white space as single spaces."""
    text = text_of(cell)
    if match := _FORMULA_TEXT.fullmatch(text):
        text = match[1].replace('""', '"')
    return _WHITESPACE.sub(" ", text.translate(_FOLD_TEXT)).strip() or None
