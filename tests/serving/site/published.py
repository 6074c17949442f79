"""What a site must hold of its release, and the roster that its search reads.

Belongs here: which agencies have a page, reading `data/roster.js`. Does not belong here: markup (`reading`), making a site
(`candidates`, `again`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

# The agencies that have a page: who is listed, who has left, and who is told of for a notice in force.
WITH_A_PAGE = (
    "select agency_id from publication.rpt_public_roster union select agency_id from publication.rpt_exit_notices "
    "union select agency_id from publication.rpt_misconduct_notices"
)


def roster_data(site: Path) -> dict[str, Any]:
    """What the roster's script is given."""
    text = (site / "data" / "roster.js").read_text("utf-8")
    data: dict[str, Any] = json.loads(text.removeprefix("window.FIREMARK = ").removesuffix(";\n"))
    return data


def roster_rows(site: Path) -> list[dict[str, Any]]:
    """The rows of the roster, in their order."""
    data = roster_data(site)
    return [dict(zip(data["columns"], row, strict=True)) for row in data["rows"]]
