"""Cells that hold one of a list of words: choices, levels, clauses of the notice.

Does not belong here: the lists themselves (`ingestion.sources`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingestion.parsing.cells import UNKNOWN_VALUE, Cell, Refused
from ingestion.parsing.texts import free_text, text_of, unspaced


def _choice_text(text: str) -> str:
    return unspaced(text).casefold()


_LEVELS = str.maketrans({"一": "1壹", "二": "2贰", "三": "3叁"})


def normal_choices(choices: Mapping[str, str]) -> dict[str, str]:
    """The choices by folded text, as `choice` looks them up; of levels also 1级 and 壹级 for 一级."""
    normal = {_choice_text(written): value for written, value in choices.items()}
    for written, value in list(normal.items()):
        if re.fullmatch("[一二三]级", written):
            normal |= {f"{number}级": value for number in written[0].translate(_LEVELS)}
    return normal


def choice(cell: Cell, choices: Mapping[str, str]) -> str | None:
    """One of `choices` (as `normal_choices` gives them), or None if empty. Anything else is refused."""
    text = _choice_text(text_of(cell))
    if not text:
        return None
    if text not in choices:
        raise Refused(UNKNOWN_VALUE)
    return choices[text]


def open_choice(cell: Cell, choices: Mapping[str, str]) -> str | None:
    """One of `choices`; other text is kept as it is."""
    return choices.get(_choice_text(text_of(cell))) or free_text(cell)


MISCONDUCT_CLAUSES: Mapping[str, str] = {
    **{str(number): str(number) for number in range(1, 12)},
    **{sub: sub for sub in ("2a", "2b", "4a", "4b")},
    "2": "2b",
    "4": "4b",
}


def clause(cell: Cell, choices: Mapping[str, str] = MISCONDUCT_CLAUSES) -> tuple[str | None, bool]:
    """A clause of the notice in its normal form, and whether a bare 2 or 4 was read as 2b or 4b (credit.md 6.5)."""
    text = _choice_text(text_of(cell))
    if not text:
        return None, False
    if text not in choices:
        raise Refused(UNKNOWN_VALUE)
    return choices[text], choices[text] != text
