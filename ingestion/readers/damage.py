"""Rows of a text of which single characters are damaged: how many of them a text may have.

Belongs here: the share beyond which a text as a whole is refused, and its header. Does not belong here: finding bytes
that are no character (`ingestion.envelope`), what else may be wrong with a row (`ingestion.strict`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingestion import parsing
from ingestion.envelope import Damage, Held
from ingestion.readers.rows import Row


def refuse_many_damaged(rows: Iterable[Row], damage: Damage) -> Iterator[Row]:
    """The rows, unless more than one and more than 1 % of them are damaged: then the text is not what it seems, or it was
    spoilt as a whole. Where its lines are counted it has no more rows than lines, so most such texts are refused early.
    """
    damaged = count = 0
    for row in rows:
        count += 1
        if row.fault == parsing.ENCODING:
            damaged += 1
            if damage.line_count is not None:
                _refuse(damaged, damage.line_count, damage)
        yield row
    _refuse(damaged, count, damage)


def _refuse(damaged: int, count: int, damage: Damage) -> None:
    if damaged > 1 and damaged * 100 > count:
        raise Held(
            "encoding",
            f"line {damage.first_line}: here, and in more than 1 % of all rows, stand bytes that are no character in "
            f"{damage.encoding}. {damage.remedy}",
        )


def damaged_header(damage: Damage) -> Held:
    """A text whose header cannot be read."""
    return Held(
        "encoding",
        f"line {damage.first_line}: here stand bytes that are no character in {damage.encoding}, and no header can be read. "
        f"{damage.remedy}",
    )
