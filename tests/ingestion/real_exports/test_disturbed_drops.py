"""A drop in one canonical form and the same drop as some exporter writes it give the same lake rows; what is lost is told."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingestion import lake_parts
from ingestion.manifest import ReadFile, Receipt
from ingestion.privacy import PersonKeys
from ingestion.sources import DATASETS
from ingestion.strict import RowParser
from tests.ingestion.real_exports import disturbances
from tests.ingestion.real_exports.disturbances import Drop

# What may differ: where a row stood, and how it was written.
PLACES = ("file_hash", "sheet", "row_number", "file_position", "row_hash", "flags")
PARSERS = {
    (of.id, is_1904): RowParser(of, PersonKeys(b"0123456789abcdef"), is_1904)
    for of in DATASETS.values()
    for is_1904 in (False, True)
}
DROPS = 208  # 13 of each dataset
SOAK_DROPS = 2_000


def read(drop: Drop, path: Path) -> tuple[ReadFile, list[dict[str, Any]]]:
    """What the door makes of a file: its part, and its lake rows without places."""
    target = path.with_suffix(".parquet")
    receipt = Receipt(drop.dataset.source, drop.dataset.name, disturbances.RECEIVED_ON, path.name, "0" * 64)
    found = lake_parts.parse_file(
        drop.dataset, path, receipt, target, lambda is_1904: PARSERS[drop.dataset.id, is_1904]
    )
    rows = pq.read_table(target).drop_columns(list(PLACES)).to_pylist() if target.exists() else []
    return found, rows


def check(seed: int, folder: Path) -> None:
    draw = random.Random(seed)
    of = list(DATASETS.values())[seed % len(DATASETS)]
    plain = disturbances.drawn(of, draw)
    first, wanted = read(plain, disturbances.write_plain(plain, folder / f"{seed}-plain.{of.format}"))
    assert (first.part.reason_code, first.part.quarantined_count) == (None, 0), (
        seed,
        first.part.message,
        first.quarantined,
    )
    assert len(wanted) == len(plain.rows), seed

    other = disturbances.disturbed(plain, draw)
    again, rows = read(other, disturbances.write_disturbed(other, folder / f"{seed}-other.{of.format}", draw))
    assert again.part.reason_code is None, (seed, of.id, again.part.message)
    assert again.quarantined == (), (seed, of.id, again.quarantined)
    assert rows == wanted, (seed, of.id)

    lost = disturbances.damaged(plain, other, draw)
    third, left = read(lost, disturbances.write_disturbed(lost, folder / f"{seed}-lost.{of.format}", draw))
    if third.part.reason_code is not None:
        assert left == [], (seed, of.id)
        return
    assert left == [row for place, row in enumerate(wanted) if place not in lost.damaged], (seed, of.id)
    assert third.part.quarantined_count == len(lost.damaged), (seed, of.id)


@pytest.mark.parametrize("first", range(16))
def test_any_mix_of_forms_gives_the_same_rows_and_damage_is_told(tmp_path: Path, first: int) -> None:
    for seed in range(first, DROPS, 16):
        check(seed, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(16))
def test_two_thousand_drops_in_any_mix_of_forms(tmp_path: Path, first: int) -> None:
    for seed in range(DROPS + first, DROPS + SOAK_DROPS, 16):
        check(seed, tmp_path)
