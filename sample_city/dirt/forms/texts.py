"""Free text with a person's ID or mobile number (sources.md, K5).

Belongs here: the texts, their numbers, and the expected text in the lake. Does not belong here: numbers in their own
column (`codes`), collecting the numbers (`sample_city.canaries`).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from sample_city import identifiers
from sample_city.dirt.kinds import Style
from sample_city.model import Values

_FIRST_PERSON, _PEOPLE = 10_000_000, 900_000  # indexes of people who do not work in the city


def _number(values: Values) -> int:
    """A different number for every row, the same in every run."""
    return zlib.crc32(repr(sorted(values.items())).encode())


def _id_number(values: Values) -> str:
    return identifiers.person_id(_FIRST_PERSON + _number(values) % _PEOPLE)


def _mobile(values: Values) -> str:
    return identifiers.mobile(_number(values))


def _mobile_mask(number: str) -> str:
    return f"{number[:3]}****{number[-4:]}"


def number_styles(header: str, column: str, *, may_be_empty: bool = False) -> list[Style]:
    """A text followed by a number; `may_be_empty`: the text may be empty."""

    def form(kind: str, text: str, number: Callable[[Values], str], mask: Callable[[str], str], canary: str) -> Style:
        def written(said: str | None, shown: str) -> str:
            return f"{said}；{text}{shown}" if said else f"{text}{shown}"

        def write(cell: Any, values: Values) -> Any:
            # on one line: an ID number in a cell with several lines holds a CSV file (K1)
            said = " ".join(cell.split()) if isinstance(cell, str) else cell
            return written(said, number(values)) if said or may_be_empty else None

        def lake(values: Values) -> dict[str, Any]:
            said = values.get(column)
            return {column: " ".join(written(said, mask(number(values))).split())}

        return Style(
            kind,
            header,
            write,
            flag="personal_number_masked",
            lake=lake,
            canary=lambda values: (canary, number(values)),
        )

    return [
        form("id_in_text", "当事人身份证号", _id_number, identifiers.mask, "id_in_text"),
        form("mobile_in_text", "联系电话", _mobile, _mobile_mask, "mobile_in_text"),
    ]
