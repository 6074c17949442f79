"""Finds the agency that people typed: by code, by name or by a part of a name.

Does not belong here: the agency that an export's row means (the warehouse's models).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rapidfuzz.distance import Levenshtein

from ingestion import parsing
from ingestion.settings import ConfigurationError
from serving.releases.opened import Release

_NEAR = 3  # typing errors; a code or name that differs more is another agency
_LISTED = 5


def _normalised(written: str) -> str:
    """A typed code or name in one width, in upper case and without blanks."""
    return parsing.unspaced(written).upper()


def require_agency(opened: Release, written: str) -> dict[str, Any]:
    """The agency of a USCC, or of a present or former name, or of a part of a name that no other agency has.

    Raises ConfigurationError if it is unknown or ambiguous, with the agencies that it may mean.
    """
    typed = _normalised(written)
    names = [
        (
            row,
            [
                _normalised(name)
                for name in (row["agency_name"] or "", *(row["former_names"] or "").split("、"))
                if name
            ],
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
            raise ConfigurationError(
                f"“{written}”对应多家机构 matches {len(found)} agencies: {_listed(found)}. 请输入统一社会信用代码 Give the USCC."
            )
    slips = min(_NEAR, len(typed) // 4)
    near = [
        row
        for row, own in names
        if any(Levenshtein.distance(typed, known, score_cutoff=slips) <= slips for known in (row["agency_id"], *own))
    ]
    hint = f" 是否指 Did you mean {_listed(near)}?" if near else ""
    raise ConfigurationError(f"本次发布中没有机构“{written}” No agency {written} in this release.{hint}")


def _listed(agencies: Sequence[dict[str, Any]]) -> str:
    shown = ", ".join(f"{row['agency_id']} ({row['agency_name']})" for row in agencies[:_LISTED])
    return f"{shown}, …" if len(agencies) > _LISTED else shown
