"""Cells that hold one of a list of words: choices, levels, clauses of the notice.

Does not belong here: the lists themselves (`ingestion.sources`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingestion.parsing.cells import UNKNOWN_VALUE, Cell, Refused
from ingestion.parsing.codes import code_text, hyphenated
from ingestion.parsing.texts import compact_text, free_text, unspaced


def choice_text(cell: Cell) -> str:
    """A cell in the form in which listed words are compared."""
    return compact_text(cell).casefold()


def normal_choices(*choices: Mapping[str, str]) -> dict[str, str]:
    """The choices by folded text, as `choice` looks them up."""
    return {choice_text(written): value for of in choices for written, value in of.items()}


def choice(cell: Cell, choices: Mapping[str, str]) -> str | None:
    """One of `choices` (as `normal_choices` gives them), or None if empty. Anything else is refused."""
    text = choice_text(cell)
    if not text:
        return None
    if text not in choices:
        raise Refused(UNKNOWN_VALUE)
    return choices[text]


def open_choice(cell: Cell, choices: Mapping[str, str]) -> str | None:
    """One of `choices`; other text is kept as it is."""
    return choices.get(choice_text(cell)) or free_text(cell)


_CLAUSE_BREAKS = re.compile(r"[第款项条()\[\]{}〔〕【】﹝﹞「」-]+")
_LONGEST_CLAUSE = 40


def clause_text(text: str) -> str:
    """A clause in its normal form (rulebook/format.md, "any clause text"): `第1条第1项` is `1-1`, `一(四)2` is `一-四-2`.

    Width, case and spaces are folded; 第, 条, 款, 项 and brackets separate parts, as hyphens and dashes do.
    """
    folded = hyphenated(unspaced(text)).casefold()
    if re.fullmatch(r"\d+\.0+", folded, re.ASCII):
        folded = folded.split(".")[0]
    return _CLAUSE_BREAKS.sub("-", folded).strip("-")


def clause(cell: Cell) -> str | None:
    """A clause of any points table: text in its normal form, at most 40 characters."""
    text = clause_text(code_text(cell))
    if len(text) > _LONGEST_CLAUSE:
        raise Refused(UNKNOWN_VALUE)
    return text or None
