"""Cells as text: folding, what is blank, free text, codes, document numbers, names.

Belongs here: text of which nothing is checked. Does not belong here: codes and numbers with a check character
(`identities`), words from a list (`choices`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from ingestion.parsing.cells import (
    CODE_BECAME_DATE,
    DAMAGED_TEXT,
    NOT_A_CODE,
    NUMERIC_PRECISION_LOST,
    Cell,
    Fault,
    Refused,
)

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = dict.fromkeys([0x3000, 0xA0, 0x202F, 0x205F, *range(0x2000, 0x200B)], " ")
_INVISIBLE = dict.fromkeys(
    [0xFEFF, 0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
)
FOLD: Mapping[int, int | str | None] = {**_FULL_WIDTH, **_SPACES, **_INVISIBLE}
# Free text keeps its Chinese punctuation: only letters, digits and spaces are folded.
_FOLD_TEXT: Mapping[int, int | str | None] = {
    code: to for code, to in FOLD.items() if not isinstance(to, int) or chr(to).isalnum()
}
_WHITE = re.compile(r"\s+")
_EXCEL_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d{1,3}", re.IGNORECASE | re.ASCII)  # 3E15 may be a serial number
# Lost characters, halves of characters, control characters.
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
    if isinstance(cell, int | float):
        if not abs(cell) < MAX_EXACT:  # nor may it be no number at all
            raise Refused(NUMERIC_PRECISION_LOST)
        return str(int(cell)) if cell == int(cell) else format(cell, ".15g")
    if isinstance(cell, dt.datetime):
        return str(cell.date()) if cell.time() == dt.time() else cell.isoformat(" ", "seconds")
    return str(cell)


def _is_visible(char: str) -> bool:
    """Whether a character certainly shows (ASCII or common Han): a short cut for most cells."""
    return "!" <= char <= "~" or "\u4e00" <= char <= "\u9fff"


def is_blank(cell: Cell) -> bool:
    """Whether the cell shows nothing at all."""
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
_NONE_STROKES = re.compile(r"[/\\]{1,4}|[-\u2010-\u2015\u2212]{1,4}")


def is_empty(cell: Cell) -> bool:
    """Whether the cell says that there is nothing: it is blank, or a sign for "none" stands in it (sources.md, K2).

    A column whose own values hold the sign (有, 无) does not ask.
    """
    if not isinstance(cell, str):
        return cell is None
    if len(cell) > _LONGEST_NONE:
        return is_blank(cell)
    text = unspaced(cell).casefold()
    return not text or text in _NONE_WORDS or bool(_NONE_STROKES.fullmatch(text))


_LONGEST_NONE = 24  # with spaces; what is longer is a value


def fold(text: str) -> str:
    """Full-width forms and odd spaces in one width, invisible characters removed, trimmed."""
    return text.translate(FOLD).strip()


def unspaced(text: str) -> str:
    """Folded text without any white space."""
    return _WHITE.sub("", text.translate(FOLD))


def free_text(cell: Cell) -> str | None:
    """Text for people: letters, digits and spaces in one width, white space as single blanks."""
    return _WHITE.sub(" ", text_of(cell).translate(_FOLD_TEXT)).strip() or None


def code(cell: Cell) -> str | None:
    """An identifier: one width, no white space. Refuses a number whose digits are lost (`9.14108E+17`)."""
    text = unspaced(text_of(cell))
    if _EXCEL_SCIENTIFIC.fullmatch(text):
        raise Refused(NUMERIC_PRECISION_LOST)
    return text or None


_DASHES = re.compile("[\u2010-\u2015\u2212\u00ad\u2043\ufe58\ufe63\uff0d]+")


def hyphenated(text: str) -> str:
    """Text with every hyphen and dash as one `-`."""
    return _DASHES.sub("-", text)


def code_text(cell: Cell) -> str:
    """A cell that names something, as text; refuses what a spreadsheet made of a number that it took for something else."""
    if isinstance(cell, bool):
        raise Refused(NOT_A_CODE)
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        raise Refused(CODE_BECAME_DATE)
    if cell is Fault.ERROR_VALUE:
        raise Refused(NOT_A_CODE)
    return text_of(cell)


_YEAR_BRACKETS = re.compile(r"[〔\[(【﹝](\d{4})[〕\])】﹞]", re.ASCII)


def document_no(cell: Cell) -> str | None:
    """A document number: `code` with its year's brackets written as 〔〕."""
    text = code(cell)
    return _YEAR_BRACKETS.sub(r"〔\1〕", text) if text else None


_LIST_BREAK = re.compile(r"[、,，;；\r\n]+")


def id_list(cell: Cell) -> str | None:
    """Several document numbers, joined by 、 in the order written, each once."""
    parts = [document_no(part) for part in _LIST_BREAK.split(text_of(cell))]
    return "、".join(dict.fromkeys(part for part in parts if part)) or None


_DOTS = "\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65"
_DOT_RUN = re.compile(f"[{_DOTS}]+")
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LOOSE_DOT = re.compile(f"(?<![{_HAN}])·|·(?![{_HAN}])")


def person_name(cell: Cell) -> str | None:
    """A person's name without white space; a middle dot stays, as U+00B7, between Han characters only."""
    return _one_dot(unspaced(text_of(cell))) or None


def _one_dot(text: str) -> str:
    """A middle dot, of whatever kind, as U+00B7 between Han characters; anywhere else it is dropped."""
    return _LOOSE_DOT.sub("", _DOT_RUN.sub("·", text))


_BRACKETS = str.maketrans("()", "（）")


def agency_name(cell: Cell) -> str | None:
    """An organisation's name: one width, no white space, brackets as （）, a middle dot between Han characters only."""
    text = code(cell)
    return (_one_dot(text.translate(_BRACKETS)) or None) if text else None
