"""K16, a file replaced under its name: an unreadable file is replaced by a readable one, in every format."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.ingestion.real_exports.builder import ROWS, Door, put


def halved(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def linked(path: Path) -> None:
    path.unlink()
    path.symlink_to("/nowhere/list")


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def rows_of(place: str) -> list[dict[str, object]]:
    return [ROWS[place]()]


@pytest.mark.parametrize("damage", [halved, emptied, linked], ids=lambda damage: damage.__name__)
@pytest.mark.parametrize(
    "place",
    [
        *("credit_desk/findings", "registry/agencies", "complaints/hotline"),
        *("registry/social_insurance", "inspections/checks", "platform/reports"),
    ],
)
def test_a_complete_file_replaces_an_unreadable_one(door: Door, place: str, damage: Callable[[Path], None]) -> None:
    path = put(door, place, rows_of(place))
    whole = path.read_bytes()
    damage(path)
    assert [str(o.status) for o in door.outcomes().values()] == ["held"]
    path.unlink()
    path.write_bytes(whole)
    door.ingest()
    loaded, replaced = loads(door)
    assert (loaded["status"], loaded["accepted_count"]) == ("loaded", 1)
    assert (replaced["status"], replaced["read_count"], replaced["accepted_count"]) == ("replaced", 0, 0)
    assert "was replaced by another one under its name" in replaced["message"]


def loads(door: Door) -> list[dict[str, Any]]:
    """The files of a build, by status."""
    door.outcomes()
    return sorted(door.relation("lake.loads"), key=lambda load: str(load["status"]))


def statuses(door: Door) -> list[str]:
    return [load["status"] for load in loads(door)]


def test_a_packed_page_that_was_cut_off_is_replaced(door: Door) -> None:
    path = put(door, "platform/contracts", rows_of("platform/contracts"), name="p1.json.gz")
    whole = gzip.compress(path.read_bytes())
    path.write_bytes(whole[:40])
    door.ingest()
    path.write_bytes(whole)
    assert statuses(door) == ["loaded", "replaced"]


@pytest.mark.parametrize("order", permutations(range(1, 4)))
def test_the_outcome_does_not_depend_on_which_of_them_came_first(door: Door, order: tuple[int, ...]) -> None:
    place = "inspections/penalties"
    path = put(door, place, rows_of(place))
    whole = path.read_bytes()
    for thirds in order:
        path.write_bytes(whole[: len(whole) * thirds // 3])
        door.ingest()
    assert statuses(door) == ["loaded", "replaced", "replaced"]
    assert len(door.relation("inspections.penalties")) == 1


def test_a_file_corrected_under_another_day_leaves_the_held_one_held(door: Door) -> None:
    place = "credit_desk/repairs"
    path = put(door, place, rows_of(place))
    halved(path)
    put(door, place, rows_of(place), day="2024-06-02")
    assert statuses(door) == ["held", "loaded"]
