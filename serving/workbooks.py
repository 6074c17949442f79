"""Workbooks for people: equal content gives an equal file, and no cell is a formula.

Belongs here: how a workbook is begun. Does not belong here: what stands in one (`serving.outputs`), reading exports
(`ingestion.readers`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xlsxwriter

_CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 -- a fixed date, so that equal content gives equal files


@contextmanager
def new_workbook(path: Path) -> Iterator[Any]:
    """A workbook of XlsxWriter, written when the block ends."""
    options = {
        # Cells are text: a name that begins with = must not become a formula.
        **{"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        "in_memory": True,  # otherwise names would be written to the system's temporary folder
    }
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": _CREATED})
        yield book
