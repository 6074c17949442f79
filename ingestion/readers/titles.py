"""What the lines above a header say: the day as of which a list is.

Does not belong here: the header (`headers`).
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Sequence

from ingestion import parsing
from ingestion.parsing import Cell
from ingestion.readers.rows import Notes

_AS_OF = re.compile(
    r"截至(?:日期)?[:：]?\s*(\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{8})"
)


def note_title(rows: Iterable[Sequence[Cell]], notes: Notes) -> None:
    """Keeps the first text after 截至 that stands above a header."""
    for cell in itertools.chain.from_iterable(rows):
        if isinstance(cell, str) and (match := _AS_OF.search(parsing.fold(cell))):
            notes.list_as_of = notes.list_as_of or match.group(1)


def list_date(written: str | None) -> dt.date | None:
    """The day after 截至 in a title; None where there is none that can be read."""
    try:
        return parsing.date(written)
    except parsing.Refused:
        return None
