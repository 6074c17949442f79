"""Names of people and organisations, in the form in which they are compared.

Belongs here: dots, brackets, texts that are not names. Does not belong here: codes and ID numbers (`identities`).
"""

from __future__ import annotations

import re

from ingestion.parsing.cells import DAMAGED_TEXT, NOT_A_NAME, Cell, Refused
from ingestion.parsing.garbled_text import is_garbled
from ingestion.parsing.texts import HAN, compact_text

_DOTS = "\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65"
_DOT_RUN = re.compile(f"[{_DOTS}]+")
_LOOSE_DOT = re.compile(f"(?<![{HAN}])·|·(?![{HAN}])")
# Words and marks for "as above", and digits alone.
_NO_NAME = re.compile(
    r"[同如]上+(栏|行|述)?|同前|[〃々″′\"'“”〞,,.。、:;~～…*?？]+|-?(ditto|do\.?|same)-?|[\d.,-]+|□+|〓+", re.IGNORECASE
)
_NO_GLYPH = re.compile("[□■〓]")


def _name(cell: Cell) -> str:
    text = compact_text(cell)
    if _NO_NAME.fullmatch(text):
        raise Refused(NOT_A_NAME)
    if is_garbled(text) or _NO_GLYPH.search(text) or (isinstance(cell, str) and is_garbled(cell)):
        raise Refused(DAMAGED_TEXT)
    return text


def _one_dot(text: str) -> str:
    """Every kind of middle dot as U+00B7 between Han characters; anywhere else it is dropped."""
    return _LOOSE_DOT.sub("", _DOT_RUN.sub("·", text))


def person_name(cell: Cell) -> str | None:
    """A person's name without white space; a middle dot stays, as U+00B7, between Han characters only.

    Refuses texts that are not names (同上, digits alone) and names that a wrong encoding garbled.
    """
    return _one_dot(_name(cell)) or None


_BRACKETS = str.maketrans("()", "（）")


def agency_name(cell: Cell) -> str | None:
    """An organisation's name: one width, no white space, brackets as （）, a middle dot between Han characters only.

    Refuses as `person_name` does.
    """
    return _one_dot(_name(cell).translate(_BRACKETS)) or None


_PERSON_LIKE = re.compile(r"[\u4e00-\u9fff·]{2,4}")


def may_be_a_person(name: str) -> bool:
    """Whether an agency's name could be a person's: as short as one, or with a masked number in it."""
    return _PERSON_LIKE.fullmatch(name) is not None or "*" in name
