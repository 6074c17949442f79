"""The kinds of conflicts and leads, and what they are called, as the seed of detectors has them.

Does not belong here: what a detector finds, its parameters (dbt).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from ingestion.settings import DBT_PROJECT

CONFLICT, LEAD = "conflict", "lead"  # families


@cache
def titles(family: str) -> Mapping[str, str]:
    """Kind -> its Chinese title, of the detectors of a family, in their order."""
    with (DBT_PROJECT / "seeds" / "reference" / "detectors.csv").open(encoding="utf-8", newline="") as file:
        return {row["detector_kind"]: row["title_zh"] for row in csv.DictReader(file) if row["family"] == family}
