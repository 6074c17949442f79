"""What is wrong with rulebook data, where, and what to do about it: as data, so that tools can show all of it.

Does not belong here: deciding what is wrong (`lint`, and the readers `folder` and `regime_file`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """Where a statement stands: a line of a YAML file, or a row and column of a CSV (the header is row 1)."""

    file: str
    number: int | None = None
    column: str | None = None
    is_csv: bool = False

    def __str__(self) -> str:
        parts = [self.file]
        if self.number is not None:
            parts.append(f"{'row' if self.is_csv else 'line'} {self.number}")
        if self.column is not None:
            parts.append(f"{'column' if self.is_csv else 'key'} {self.column}")
        return ", ".join(parts)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that stops a rulebook from being used. `code` is stable; `remedy` says what to do."""

    place: Place
    code: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} [{self.code}]. {self.remedy}"


class RulebookError(Exception):
    """Rulebook data that cannot be used; `problems` lists everything that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: (str(problem.place.file), problem.place.number or 0))
        super().__init__("\n".join(map(str, self.problems)))
