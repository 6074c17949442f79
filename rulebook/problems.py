"""Problems of rulebook data as data: where, what is wrong and what to do, so that tools can show all of them.

Does not belong here: finding problems (`lint`, and the readers `folder` and `regime_file`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from rulebook.problem_words import IN_CHINESE


@dataclass(frozen=True)
class Place:
    """The place of a statement: a line of a YAML file, a cell of a workbook, or a row and column of a CSV.

    `number` is the line or row (a header is row 1), `column` the key or the CSV's column, `cell` a workbook's (D7).
    """

    file: str
    number: int | None = None
    column: str | None = None
    is_csv: bool = False
    sheet: str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        parts = [self.file]
        if self.sheet is not None:
            parts.append(f"sheet {self.sheet}")
        if self.cell is not None:
            parts.append(f"cell {self.cell}")
        elif self.number is not None:
            parts.append(f"{'row' if self.is_csv or self.sheet is not None else 'line'} {self.number}")
        if self.column is not None:
            parts.append(f"{'column' if self.is_csv else 'key'} {self.column}")
        return ", ".join(parts)

    def at_key(self, key: str | None) -> Place:
        """The same place with a key or column."""
        return replace(self, column=key)

    @property
    def order(self) -> tuple[str, str, int]:
        """Sorts problems by file, top to bottom."""
        return self.file, self.sheet or "", self.number or 0


@dataclass(frozen=True)
class Problem:
    """One reason why a rulebook cannot be used. `code` is stable; `remedy` says what to do. `zh` is the Chinese of both,
    where it is not that of the code."""

    place: Place
    code: str
    message: str
    remedy: str
    zh: str | None = None

    def __str__(self) -> str:
        zh = IN_CHINESE.get(self.code, "") if self.zh is None else self.zh
        return f"{self.place}: {zh} {self.message} [{self.code}]. {self.remedy}"


class RulebookError(Exception):
    """Rulebook data that cannot be used; `problems` lists all reasons."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.place.order)
        super().__init__("\n".join(map(str, self.problems)))


def suggestion(
    found: str, known: Iterable[str], what: str = "Write one of", shown: Mapping[str, str] | None = None
) -> str:
    """The remedy for an unknown word: the nearest known word, and a list of all of them.

    `shown` maps known words to the text that the message shows, if several have the same text.
    """
    texts = {str(word): shown[word] if shown else str(word) for word in known}
    listed = ", ".join(dict.fromkeys(texts.values())) or "none"
    return nearest(found, texts) + f"{what}: {listed}."


def nearest(found: str, texts: Mapping[str, str]) -> str:
    """A question about the nearest known word, or ''; `texts` maps known words to their shown text."""
    near = difflib.get_close_matches(found, texts, n=1) or [word for word in texts if len(found) > 1 and found in word]
    return f"Did you mean {texts[near[0]]}? " if near else ""
