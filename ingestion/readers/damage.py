"""How many rows of a text may have damaged characters.

Belongs here: the share beyond which the whole text is refused, and a damaged header. Does not belong here: finding invalid
bytes (`ingestion.envelope`), anything else wrong with a row (`ingestion.strict`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingestion import parsing
from ingestion.bilingual import Bilingual
from ingestion.envelope import Damage, Held
from ingestion.readers.rows import Row


def refuse_many_damaged(rows: Iterable[Row], damage: Damage) -> Iterator[Row]:
    """The rows. Raises Held if more than one and more than 1 % of them are damaged: then the encoding is probably wrong. If
    the lines are counted, most such texts are refused early, because there are no more rows than lines.
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
            Bilingual(
                f"从第 {damage.first_line} 行起，超过 1 % 的行有不属于 {damage.encoding} 编码的字节。{damage.remedy.zh}",
                f"line {damage.first_line}: here, and in more than 1 % of all rows, bytes are not valid {damage.encoding}. "
                f"{damage.remedy.en}",
            ),
        )


def damaged_header(damage: Damage) -> Held:
    """A text whose header cannot be read."""
    return Held(
        "encoding",
        Bilingual(
            f"第 {damage.first_line} 行有不属于 {damage.encoding} 编码的字节，读不出表头。{damage.remedy.zh}",
            f"line {damage.first_line}: bytes are not valid {damage.encoding}, and no header can be read. {damage.remedy.en}",
        ),
    )
