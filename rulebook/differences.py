"""Differences between two versions, in the words of `reading`.

Belongs here: comparing two readings. Does not belong here: the words (`words`), the effect of another version on grades
(`what_if`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rulebook.reading import Entry, Reading, Statement
from rulebook.words import PARTS


@dataclass(frozen=True)
class Difference:
    """An entry that only one of two versions has, or the changed statements of an entry that both have."""

    part: str
    code: str
    title: str
    change: str  # added, removed, changed
    statements: tuple[tuple[Statement | None, Statement | None], ...]  # before and after; None = no statement


def differences(before: Reading, after: Reading) -> list[Difference]:
    """All differences, in the order of a reading. Both readings must be in one language."""
    found: list[Difference] = []
    for part in PARTS:
        left, right = ({_name(entry): entry for entry in side.part(part)} for side in (before, after))
        for name in left | right:
            found += _of(left.get(name), right.get(name))
    return found


def _name(entry: Entry) -> str:
    return "" if entry.part == "version" else entry.code  # the id of a version does not count as a difference


def _of(before: Entry | None, after: Entry | None) -> Iterable[Difference]:
    entry = after or before
    assert entry is not None
    left, right = (
        {statement.key: statement for statement in (side.statements if side else ())} for side in (before, after)
    )
    pairs = tuple(
        (left.get(key), right.get(key))
        for key in left | right
        if (left[key].text if key in left else None) != (right[key].text if key in right else None)
    )
    if before is None or after is None:
        yield Difference(entry.part, entry.code, entry.title, "removed" if after is None else "added", pairs)
    elif pairs:
        yield Difference(entry.part, entry.code, entry.title, "changed", pairs)


def rows_of(found: Iterable[Difference]) -> list[dict[str, str | None]]:
    """The differences, one row per statement, for scripts."""
    return [
        {
            "part": difference.part,
            "code": difference.code,
            "title": difference.title,
            "change": difference.change,
            "subject": (right or left).key,  # type: ignore[union-attr]
            "before": left.text if left else None,
            "after": right.text if right else None,
        }
        for difference in found
        for left, right in difference.statements
    ]
