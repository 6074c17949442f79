"""Which agency people mean by what they typed: a code, a name, a part of one.

Does not belong here: who an export means (the warehouse's models say so).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rapidfuzz.distance import Levenshtein

from ingestion import parsing
from ingestion.settings import ConfigurationError
from serving.releases.opened import Release

_NEAR = 3  # slips of the finger; what differs by more is another agency
_LISTED = 5


def _one_width(written: str) -> str:
    """A code or name as people type it: one width, upper case, no blanks."""
    return parsing.unspaced(written).upper()


def require_agency(opened: Release, written: str) -> dict[str, Any]:
    """The agency of a USCC, or of a present or former name, or of a part of a name that no other agency has.

    An unknown one is an error that names those which differ by a few characters only.
    """
    typed = _one_width(written)
    names = [
        (
            row,
            [_one_width(name) for name in (row["agency_name"] or "", *(row["former_names"] or "").split("、")) if name],
        )
        for row in opened.rows(
            "select agency_id, agency_name, former_names from credit.dim_agencies order by agency_id"
        )
    ]
    for found in (
        [row for row, _ in names if row["agency_id"] == typed],
        [row for row, own in names if typed in own],
        [row for row, own in names if any(typed in name for name in own)],
    ):
        if len(found) == 1:
            return {name: found[0][name] for name in ("agency_id", "agency_name")}
        if found:
            raise ConfigurationError(f"{written} 对应多家机构 names {len(found)} agencies: {_listed(found)}.")
    slips = min(_NEAR, len(typed) // 4)
    near = [
        row
        for row, own in names
        if any(Levenshtein.distance(typed, known, score_cutoff=slips) <= slips for known in (row["agency_id"], *own))
    ]
    hint = f" 是否指 Did you mean {_listed(near)}?" if near else ""
    raise ConfigurationError(f"没有这家机构 No agency {written} in this release.{hint}")


def _listed(agencies: Sequence[dict[str, Any]]) -> str:
    shown = ", ".join(f"{row['agency_id']} ({row['agency_name']})" for row in agencies[:_LISTED])
    return f"{shown}, …" if len(agencies) > _LISTED else shown
