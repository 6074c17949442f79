"""The measures that a rulebook can name: those of seed `measures`, which SQL reads as well.

Belongs here: reading the seed. Does not belong here: the measures of each grade (a rulebook's own table).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingestion.settings import DBT_PROJECT

SEED = DBT_PROJECT / "seeds" / "reference" / "measures.csv"


@dataclass(frozen=True)
class Measure:
    """One measure: what reads it (`use_code`), the task that carries it out (`task_code`), its titles; '' = none."""

    measure_code: str
    use_code: str
    task_code: str
    clause: str
    title_zh: str
    title_en: str


@lru_cache(maxsize=4)
def known_measures(seed: Path = SEED) -> dict[str, Measure]:
    """Every measure by its code, in the seed's order."""
    with seed.open(encoding="utf-8", newline="") as stream:
        return {row["measure_code"]: Measure(**row) for row in csv.DictReader(stream)}
