"""Lines of text that fit a terminal: widths are counted in cells, of which a Chinese character takes two.

Belongs here: packing, wrapping and padding. Does not belong here: what is printed (`screen`), tables (`render`).
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from typing import TextIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

PIPE_WIDTH = 100  # in a file or a pipe
UNWRAPPED = 10_000  # for lists that are searched line by line
_WIDEST, _NARROWEST = 120, 40


def width_of(stream: TextIO | None = None, in_pipe: int = PIPE_WIDTH) -> int:
    """The width of lines on a stream."""
    out = stream or sys.stdout
    if not out.isatty():
        return in_pipe
    return max(_NARROWEST, min(Console(file=out).width, _WIDEST))


def packed(pieces: Iterable[str], width: int, *, indent: str = "", first: str | None = None, between: str) -> list[str]:
    """The pieces, as many on a line as fit; a piece longer than a line is wrapped between words. `first`: begins the first
    line instead of the indent.
    """
    lines: list[str] = []
    current = indent if first is None else first
    is_begun = False
    for piece in filter(None, pieces):
        joined = current + (between if is_begun else "") + piece
        if cell_len(joined) <= width:
            current, is_begun = joined, True
            continue
        if is_begun:
            ended = current + between.rstrip()
            lines.append(ended if cell_len(ended) <= width else current)
            current = indent
        *whole, current = _wrapped(current, piece, width, indent)
        lines += whole
        is_begun = True
    return [*lines, current]


def _wrapped(begin: str, piece: str, width: int, indent: str) -> list[str]:
    """A piece wrapped over several lines; no character is cut in two."""
    room = max(width - max(cell_len(begin), cell_len(indent)), 2)
    console = Console(file=io.StringIO(), width=room)
    parts = [part.plain.rstrip() for part in Text(piece).wrap(console, room, overflow="fold")]
    return [begin + parts[0], *(indent + part for part in parts[1:])]


def padded(text: str, width: int, *, to_right: bool = False) -> str:
    """A text of exactly `width` cells: padded with blanks, or cut with … at its end."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)
    return " " * (width - length) + text if to_right else text + " " * (width - length)
