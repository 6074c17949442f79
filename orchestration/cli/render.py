"""Rows for people and scripts: a table in a terminal, or CSV and JSON of `serving.cells`.

Belongs here: how a value is printed. Does not belong here: the choice of rows and columns, progress bars.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TextIO

from serving.cells import Row, csv_text, json_text, text_of
from serving.dictionary import label

FORMATS = ("table", "csv", "json")

_PIPE_WIDTH = 1000
_ONE_LINE, _FOLDED = 20, 16  # cells; a USCC has 18
_BETWEEN = 3
_LEAST_COLUMNS = 4
_DISPENSABLE = ("explained_by", "confidence", "overlap_days", "conflict_id", "source", "sheet")


def plain(value: Any) -> str:
    """A value as people write it: 90, not 90.00; an empty cell for null; no control characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    return visible(text_of(value))


def visible(text: str) -> str:
    """Text that cannot control a terminal: control and direction characters become U+FFFD."""
    return "".join(
        "\ufffd" if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") and char != "\n" else char for char in text
    )


def one_line(text: str) -> str:
    """Visible text without line breaks."""
    return visible(text).replace("\n", " ")


def print_rows(
    rows: Sequence[Row],
    columns: Sequence[str],
    fmt: str,
    *,
    shown: Sequence[str] | None = None,
    title: str | None = None,
    empty: str = "",
    stream: TextIO | None = None,
) -> None:
    """Writes rows in one of `FORMATS`. `shown`: the columns of a table, if all would be too many."""
    out = stream or sys.stdout
    if fmt == "csv":
        out.write(csv_text(columns, rows))
    elif fmt == "json":
        out.write(json_text([{column: row[column] for column in columns} for row in rows]) + "\n")
    elif rows:
        print_table(rows, shown or columns, title=title, stream=out)
    elif empty:
        out.write(empty + "\n")


def print_table(
    rows: Sequence[Row],
    columns: Sequence[str],
    *,
    title: str | None = None,
    stream: TextIO | None = None,
    is_whole: bool = False,
) -> None:
    """A table as wide as the terminal, or in a pipe as wide as its content. `is_whole`: if not all columns fit, print a line
    per value."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = stream or sys.stdout
    console = Console(file=out, width=None if out.isatty() else _PIPE_WIDTH, highlight=False)
    needs = {column: _width(column, rows) for column in columns}
    kept = _fitting(columns, needs, console.width)
    if len(kept) < (len(columns) if is_whole else min(_LEAST_COLUMNS, len(columns))):
        _print_blocks(rows, columns, title, out)
        return
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for column in kept:
        is_number = any(isinstance(row[column], int | Decimal) and not isinstance(row[column], bool) for row in rows)
        header = label(column).replace(" ", "\n", 1)
        table.add_column(
            Text(header), justify="right" if is_number else "left", overflow="fold", min_width=needs[column]
        )
    for row in rows:
        table.add_row(*(Text(plain(row[column])) for column in kept))
    console.print(table)
    hidden = [label(column) for column in columns if column not in kept]
    if hidden:
        out.write(f"窗口太窄，未显示 not shown, because the window is too narrow: {', '.join(hidden)}\n")


def _width(column: str, rows: Sequence[Row]) -> int:
    """The least width of a column: codes, dates and short words stay on one line, long text may fold."""
    from rich.cells import cell_len

    longest = max((cell_len(plain(row[column])) for row in rows), default=0)
    header = max(cell_len(word) for word in label(column).split(" "))
    return max(header, longest if longest <= _ONE_LINE else _FOLDED)


def _fitting(columns: Sequence[str], needs: Mapping[str, int], width: int) -> list[str]:
    """The columns that fit, in order: the least important are dropped first, then the last ones."""
    kept = list(columns)
    while kept and sum(needs[column] + _BETWEEN for column in kept) > width:
        kept.remove(next((column for column in _DISPENSABLE if column in kept), kept[-1]))
    return kept


def _print_blocks(rows: Sequence[Row], columns: Sequence[str], title: str | None, out: TextIO) -> None:
    """One line per value, if not even a few columns fit."""
    if title:
        out.write(f"{title}\n")
    for row in rows:
        out.write("\n")
        for column in columns:
            if text := plain(row[column]):
                out.write(f"{label(column)}: {text}\n")
