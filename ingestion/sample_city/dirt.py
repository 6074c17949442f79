"""Dirt on purpose: cells written as people write them, rows that must be refused, files that must be held.

Belongs here: every kind of sources.md, "Dirt that must be survived", each with its truth row. Does not belong here:
true rows: refused rows are always additional ones, so that the clean and the dirty city have the same truth.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.contract import Dataset
from ingestion.sample_city.files import Place
from ingestion.sample_city.model import Record
from ingestion.sample_city.timeline import Timeline
from ingestion.sample_city.truth import TruthWriter


@dataclass(frozen=True)
class Note:
    """What the door must say about a dirty row."""

    kind: str
    outcome: str  # accepted, duplicate, quarantined
    reason_code: str = ""
    column: str = ""
    expected_value: str = ""
    expected_flag: str = ""


class FileDirt:
    extra_count = 0

    def touch(self, cells: dict[str, Any], record: Record) -> tuple[dict[str, Any], Note | None]:
        return cells, None

    def extras_after(self, cells: dict[str, Any], record: Record) -> Iterator[tuple[dict[str, Any], Note]]:
        yield from ()

    def tell(self, truth: TruthWriter, place: Place, note: Note) -> None: ...


class CityDirt:
    def __init__(self, timeline: Timeline, is_clean: bool) -> None: ...

    def of_file(self, dataset: Dataset, received_on: dt.date) -> FileDirt:
        return FileDirt()

    def write_files(self, inbox: Path, truth: TruthWriter, timeline: Timeline) -> None: ...
