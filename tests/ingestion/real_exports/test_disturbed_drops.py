"""A drop in one canonical form and the same drop as some exporter writes it give the same lake rows; what is lost is reported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingestion import lake_parts
from ingestion.manifest import ReadFile, Receipt
from ingestion.privacy import PersonKeys
from ingestion.sources import DATASETS
from ingestion.strict import RowParser
from tests.ingestion.real_exports import disturbances, disturbed_files
from tests.ingestion.real_exports.disturbances import Draw, Drop
from tests.ingestion.real_exports.disturbed_files import write_disturbed, write_plain

# What may differ: the position of a row, and how it was written.
PLACES = ("file_hash", "sheet", "row_number", "file_position", "row_hash", "flags")
PARSERS = {
    (of.id, is_1904): RowParser(of, PersonKeys(b"0123456789abcdef"), is_1904)
    for of in DATASETS.values()
    for is_1904 in (False, True)
}
DROPS = 208  # 13 of each dataset
SOAK_DROPS = 2_000


def read(drop: Drop, path: Path) -> tuple[ReadFile, list[dict[str, Any]]]:
    """The result of a file at the door: its part, and its lake rows without positions."""
    target = path.with_suffix(".parquet")
    receipt = Receipt(drop.dataset.source, drop.dataset.name, disturbances.RECEIVED_ON, path.name, "0" * 64)
    found = lake_parts.parse_file(
        drop.dataset, path, receipt, target, lambda is_1904: PARSERS[drop.dataset.id, is_1904]
    )
    rows = pq.read_table(target).drop_columns(list(PLACES)).to_pylist() if target.exists() else []
    return found, rows


@dataclass(frozen=True)
class Versions:
    """A drop in its canonical form, in another one, and in that with damage, each with its file."""

    plain: Drop
    other: Drop
    lost: Drop
    files: tuple[Path, Path, Path]
    kinds: set[str]  # what was drawn


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drops")


@lru_cache(maxsize=DROPS)  # the tests below look at the same drops
def versions(seed: int, folder: Path) -> Versions:
    draw = Draw(seed)
    of = list(DATASETS.values())[seed % len(DATASETS)]
    plain = disturbances.drawn(of, draw)
    first = write_plain(plain, folder / f"{seed}-plain.{of.format}")
    other = disturbances.disturbed(plain, draw)
    second = write_disturbed(other, folder / f"{seed}-other.{of.format}", draw)
    lost = disturbances.damaged(plain, other, draw)
    third = write_disturbed(lost, folder / f"{seed}-lost.{of.format}", draw)
    return Versions(plain, other, lost, (first, second, third), draw.kinds)


def check(seed: int, folder: Path) -> None:
    made = versions(seed, folder)
    told = (seed, made.plain.dataset.id)
    first, wanted = read(made.plain, made.files[0])
    assert (first.part.reason_code, first.quarantined) == (None, ()), (told, first.part.message)
    assert len(wanted) == len(made.plain.rows), told

    again, rows = read(made.other, made.files[1])
    assert (again.part.reason_code, again.quarantined) == (None, ()), (told, again.part.message)
    assert rows == wanted, told

    lost = made.lost
    third, left = read(lost, made.files[2])
    assert third.part.reason_code is None, (told, third.part.message)
    assert left == [row for place, row in enumerate(wanted) if place not in lost.damaged], told
    assert third.part.quarantined_count == len(lost.damaged), told
    assert sum(row.reason_code == "encoding" for row in third.quarantined) == len(lost.cut), told


@pytest.mark.parametrize("first", range(16))
def test_any_mix_of_forms_gives_the_same_rows_and_damage_is_reported(folder: Path, first: int) -> None:
    for seed in range(first, DROPS, 16):
        check(seed, folder)


def test_every_kind_of_form_and_damage_is_drawn(folder: Path) -> None:
    """These drops hold every kind that the two modules name; if a change of a contract removes one, draw more."""
    drawn = set().union(*(versions(seed, folder).kinds for seed in range(DROPS)))
    named = {
        kind
        for module in (disturbances, disturbed_files)
        for kind in re.findall(r'"(K\d+ [^"]+)"', Path(module.__file__).read_text("utf-8"))
    }
    assert named == drawn
    assert {kind.split()[0] for kind in drawn} == {
        f"K{number}" for number in (2, 3, 4, 9, 10, 11, 12, 13, 14, 15, 16, 18)
    }


@pytest.mark.soak
@pytest.mark.parametrize("first", range(16))
def test_two_thousand_drops_in_any_mix_of_forms(folder: Path, first: int) -> None:
    for seed in range(DROPS + first, DROPS + SOAK_DROPS, 16):
        check(seed, folder)
