"""The list of everything kept out: each held file and quarantined row, below its reason and what to do.

Belongs here: the lines of the list. Pure. Does not belong here: which rows there are (`serving.queries`), the words of
reasons (`serving.reasons`), the few examples of the first screen (`screen`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from orchestration.cli.render import one_line
from orchestration.cli.wrapping import packed
from serving import reasons

_INDENT = "    "


def kept_out_lines(found: Sequence[Mapping[str, Any]], width: int) -> list[str]:
    """The rows of `queries.quarantine` as lines: held files first, then rows, the most frequent reason first."""
    files = [row for row in found if row["level"] == "file"]
    lines: list[str] = []
    for reason in reasons.held(files):
        lines += _heading(f"{reason.count} 个文件 files: {reason.in_chinese} {reason.code}", width)
        for file in files:
            if file["reason_code"] == reason.code:
                lines += _line(file["message"], width)
    rows = [row for row in found if row["level"] == "row"]
    of_reason = Counter(row["reason_code"] for row in rows)
    groups: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        groups.setdefault((row["reason_code"], row["message"]), []).append(reasons.place(row))
    for (code, message), places in sorted(
        groups.items(), key=lambda group: (-of_reason[group[0][0]], group[0][0], -len(group[1]), group[0][1])
    ):
        lines += _heading(f"{len(places)} 行 rows: {reasons.row_in_chinese(code)} {code}: {message}", width)
        for place in places:
            lines += _line(place, width)
    return lines


def _heading(text: str, width: int) -> list[str]:
    return packed([one_line(text)], width, indent="  ", first="", between="")


def _line(text: str, width: int) -> list[str]:
    return packed([one_line(text)], width, indent=_INDENT * 2, first=_INDENT, between="")
