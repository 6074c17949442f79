"""Values as files for people hold them: CSV that no spreadsheet executes, plain JSON.

Belongs here: how one value is written into a file. Does not belong here: which rows or columns, tables in a terminal
(`orchestration.cli.render`), pages (`serving.outputs.site`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rulebook.numbers import number

Row = Mapping[str, Any]

# A spreadsheet takes a cell that begins so for a formula; the full-width forms are folded by some input methods.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
QUOTE = "'"


def text_of(value: Any) -> str:
    """A number or a time as people write it; anything else as it is."""
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def safe_cell(value: Any) -> str:
    """A CSV cell. Text that a spreadsheet would execute gets a leading `'`, as does text that begins with one:
    removing one leading `'` gives every value back.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return QUOTE + value if value.startswith((*FORMULA_STARTS, QUOTE)) else value
    return text_of(value)


def csv_text(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """CSV, UTF-8, with the columns' own names as header."""
    return "".join(map(_csv_line, [columns, *([safe_cell(row[column]) for column in columns] for row in rows)]))


def _csv_line(cells: Sequence[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)  # so that a lone CR in a cell is quoted, too
    return text.getvalue().removesuffix("\r\n") + "\n"


def as_json(value: Any) -> Any:
    """Plain JSON values: numbers stay numbers, dates become ISO text."""
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.date):  # a datetime is one, too
        return value.isoformat()
    return value


def json_text(value: Any) -> str:
    """Indented JSON that keeps Chinese readable."""
    return json.dumps(as_json(value), ensure_ascii=False, indent=2)
