"""Cells that identify something: keys, links, document, certificate and project numbers, in one canonical form (K3).

Belongs here: the canonical form, values that are not codes, several codes in one cell. Does not belong here: codes with a
check character (`identities`), clauses (`choices`), personal numbers in a code (`personal_numbers`).
"""

from __future__ import annotations

import datetime as dt
import re

from ingestion.parsing.cells import (
    CODE_BECAME_DATE,
    DAMAGED_TEXT,
    NOT_A_CODE,
    NUMERIC_PRECISION_LOST,
    SEVERAL_VALUES,
    Cell,
    Fault,
    Refused,
)
from ingestion.parsing.garbled_text import is_garbled
from ingestion.parsing.texts import FOLD, plain_text, text_of, unspaced

# Numbers that lost digits, as spreadsheets (1.2E+17) and programs (1.2E17) write them. 3E15 may be a serial number.
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d{1,3}|\d\.\d+E(?:[7-9]|\d{2,3})", re.IGNORECASE | re.ASCII)
_CANONICAL = re.compile("[A-Z]+(?:-?[0-9])*(?:-[A-Z0-9]+)*(?<!TRUE)(?<!FALSE)")  # a short cut: most codes match
DASHES = "\u00ad\u02d7\u2010-\u2015\u2043\u2212\u2500\u2501\ufe58\ufe63\uff0d-"  # a character class
_DASHES = re.compile(f"[{DASHES}]+")
_BRACKETS = str.maketrans(dict.fromkeys("[{〔【﹝〖「『〈《", "(") | dict.fromkeys("]}〕】﹞〗」』〉》", ")"))
_YEAR = re.compile(r"\((\d{4})\)", re.ASCII)
_WHOLE = re.compile(r"(\d+)\.0+", re.ASCII)
_QUOTED = re.compile(r'["“](.*)["”]', re.DOTALL)
# A number that a spreadsheet turned into a date, as text of a CSV: 2024/3/1, 2024-03-01 00:00:00, 3月1日, 1-Mar, Mar-24.
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DAY_SHOWN = re.compile(
    rf"\d{{4}}/\d{{1,2}}/\d{{1,2}}|\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}\s+\d{{1,2}}:\d{{2}}(:\d{{2}}(\.\d+)?)?|\d{{4}}-\d{{2}}-\d{{2}}T\d{{2}}:\d{{2}}.*"
    rf"|(\d{{4}}年)?\d{{1,2}}月(\d{{1,2}}日)?|\d{{1,2}}-({_MONTHS})(-\d{{2,4}})?|({_MONTHS})-\d{{2}}",
    re.IGNORECASE | re.ASCII,
)
_ERROR_SHOWN = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|#+)", re.IGNORECASE
)
_WRAPPED_LIST = re.compile(r'(?:="|["“])([^="“”]*)["”]')  # quoted as a whole, not each code
_LIST_BREAK = re.compile(r"[、，,;；\r\n\v\f\x85\u2028\u2029]+")


def hyphenated(text: str) -> str:
    """Text with every run of hyphens and dashes as one `-`."""
    return _DASHES.sub("-", text)


def code_text(cell: Cell) -> str:
    """A cell that identifies something, as text. Refuses values into which a spreadsheet turned a number."""
    if isinstance(cell, bool) or cell is Fault.ERROR_VALUE:
        raise Refused(NOT_A_CODE)
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        raise Refused(CODE_BECAME_DATE)
    text = plain_text(cell)
    if not isinstance(cell, str):
        return text
    if is_garbled(cell):
        raise Refused(DAMAGED_TEXT)
    if text.startswith("=") or _ERROR_SHOWN.fullmatch(text) or text.upper() in {"TRUE", "FALSE"}:
        raise Refused(NOT_A_CODE)
    if _DAY_SHOWN.fullmatch(text):
        raise Refused(CODE_BECAME_DATE)
    return text


def canonical_code(text: str) -> str:
    """The canonical form of a code: compatibility forms folded, no spaces, one hyphen, upper case, one form of brackets
    (〔〕 around a year), a whole number without its `.0`. '' if there is none."""
    text = unspaced(text)
    while match := _QUOTED.fullmatch(text):
        text = match[1]
    if _SCIENTIFIC.fullmatch(text):
        raise Refused(NUMERIC_PRECISION_LOST)
    text = hyphenated(text).upper().translate(_BRACKETS)
    if match := _WHOLE.fullmatch(text):
        text = match[1]
    return _YEAR.sub(r"〔\1〕", text)


def code(cell: Cell) -> str | None:
    """A code in its canonical form; None if empty.

    Refuses a date, a boolean, an error or a picture (`code_became_date`, `not_a_code`), several codes in one cell
    (`several_values`), garbled text, a number that lost digits (`9.14108E+17`).
    """
    if isinstance(cell, str) and _CANONICAL.fullmatch(cell) and not _DAY_SHOWN.fullmatch(cell):
        return cell
    text = code_text(cell)
    parts = [part for part in _LIST_BREAK.split(text) if part.strip()]
    if len(parts) > 1:
        raise Refused(SEVERAL_VALUES)
    return _checked_code(parts[0]) if parts else None


def id_list(cell: Cell) -> str | None:
    """Several codes, joined by 、 in the order written, without repetitions."""
    written: list[Cell] = [cell]
    if isinstance(cell, str):
        text = text_of(cell).strip()
        inner = _WRAPPED_LIST.fullmatch(text)
        written = [*_LIST_BREAK.split(inner[1] if inner else text)]
    parts = [_checked_code(code_text(part)) for part in written]
    return "、".join(dict.fromkeys(part for part in parts if part)) or None


def _checked_code(written: str) -> str | None:
    text = canonical_code(written)
    if is_garbled(text):
        raise Refused(DAMAGED_TEXT)
    return text or None


_FORMER_FOLD = {code: to for code, to in FOLD.items() if not (isinstance(to, str) and to.strip())}
_FORMER_YEAR = re.compile(r"[〔\[(【﹝](\d{4})[〕\])】﹞]", re.ASCII)


_NONE_FORMER: frozenset[str] = frozenset()


def former_codes(cell: Cell, now: str | None) -> frozenset[str]:
    """The forms in which earlier releases kept a code, if they differ from the canonical form `now`: width folded and
    spaces removed, a document's year in 〔〕. Their ids of leads and conflicts derive from these forms."""
    if cell == now or not isinstance(cell, str) or not now:
        return _NONE_FORMER
    former = re.sub(r"\s+", "", cell.translate(_FORMER_FOLD))
    return frozenset({former, _FORMER_YEAR.sub(r"〔\1〕", former)} - {now, ""})
