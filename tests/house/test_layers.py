"""The direction of the house: files -> ingestion -> lake -> staging -> intermediate -> marts -> release."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.house.project import DBT, sql_files
from tests.warehouse.harness import compiled_nodes

# folder of models -> folders of its layer that it may read besides itself
FOLDERS = {
    "staging": set(),
    "intermediate/entities": set(),
    "intermediate/points": {"intermediate/entities"},
    "intermediate/conflicts": {"intermediate/entities", "intermediate/points"},
    "intermediate/leads": {"intermediate/entities", "intermediate/points"},
    "intermediate/directory": {
        "intermediate/entities",
        "intermediate/points",
        "intermediate/conflicts",
        "intermediate/leads",
    },
    "intermediate/after_directory": {
        "intermediate/entities",
        "intermediate/points",
        "intermediate/conflicts",
        "intermediate/leads",
        "intermediate/directory",
    },
    "marts/credit": set(),
    "marts/supervision": {"marts/credit"},
    "marts/conflicts": {"marts/credit"},
    "marts/publication": {"marts/credit", "marts/supervision"},
    "marts/quality": {"marts/credit", "marts/supervision"},
}
# layer -> what it may read of other layers
LAYERS = {"staging": {"source"}, "intermediate": {"staging", "seed"}, "marts": {"intermediate", "seed"}}


def folder(path: Path) -> str:
    parts = path.relative_to(DBT / "models").parts
    return "staging" if parts[0] == "staging" else "/".join(parts[:2])


def read_by(path: Path) -> dict[str, str]:
    """What a model reads, as dbt compiles it and so with what its macros read -> layer or folder of that."""
    homes = {f"model.firemark.{one.stem}": folder(one) for one in sql_files("models")}
    return {
        unique_id: homes.get(unique_id, unique_id.split(".")[0])
        for unique_id in compiled_nodes()[path.stem].depends_on
        if not unique_id.startswith("macro.")
    }


def offences(home: str, read: dict[str, str]) -> dict[str, str]:
    """What a model of one folder must not read."""
    layer = home.split("/", maxsplit=1)[0]
    if layer == "marts" and set(read.values()) == {"staging"} and len(read) == 1:
        return {}  # a table that only passes through
    allowed = {home} | FOLDERS[home] if layer != "staging" else set()
    return {
        name: kind
        for name, kind in read.items()
        if kind not in allowed and (kind.split("/")[0] not in LAYERS[layer] or kind.split("/")[0] == layer)
    }


@pytest.mark.parametrize("path", sql_files("models"), ids=lambda path: path.stem)
def test_a_model_reads_only_what_stands_before_it(path: Path) -> None:
    read = read_by(path)
    assert read
    assert not offences(folder(path), read), f"{folder(path)} must not read these"


def test_every_folder_of_models_has_its_place() -> None:
    assert {folder(path) for path in sql_files("models")} == set(FOLDERS)


def test_no_folder_is_read_back() -> None:
    """Of two folders one comes first: the map holds no circle, however long."""
    placed: set[str] = set()
    while ready := {name for name, before in FOLDERS.items() if before <= placed} - placed:
        placed |= ready
    assert placed == set(FOLDERS)


@pytest.mark.parametrize(
    ("home", "read"),
    [
        ("staging", "staging"),
        ("staging", "seed"),
        ("intermediate/entities", "intermediate/conflicts"),
        ("intermediate/entities", "source"),
        ("intermediate/conflicts", "intermediate/leads"),
        ("intermediate/leads", "intermediate/conflicts"),
        ("intermediate/leads", "intermediate/directory"),
        ("intermediate/directory", "intermediate/after_directory"),
        ("intermediate/directory", "marts/credit"),
        ("marts/credit", "marts/conflicts"),
        ("marts/credit", "source"),
    ],
)
def test_the_direction_would_catch_a_way_back(home: str, read: str) -> None:
    assert offences(home, {"wrong": read, "right": home})


def test_a_mart_reads_staging_only_to_pass_it_on() -> None:
    assert not offences("marts/quality", {"rows": "staging"})
    assert offences("marts/quality", {"rows": "staging", "agencies": "intermediate/entities"})
    assert offences("marts/quality", {"rows": "staging", "more": "staging"})


def test_nothing_reads_a_report() -> None:
    reports = {f"model.firemark.{path.stem}" for path in sql_files("models") if path.stem.startswith("rpt_")}
    assert reports
    assert not {path.stem for path in sql_files("models") if reports & read_by(path).keys()}


def kinds(family: str) -> set[str]:
    with (DBT / "seeds" / "reference" / "detectors.csv").open(encoding="utf-8", newline="") as file:
        return {row["detector_kind"] for row in csv.DictReader(file) if row["family"] == family}


@pytest.mark.parametrize(
    ("family", "prefix", "unions"),
    [
        ("conflict", "int_conflicts__", ("int_conflicts_detected", "fct_engineer_conflicts")),
        ("lead", "int_leads__", ("int_leads_detected", "int_leads_assessed")),
    ],
)
def test_every_detector_of_the_seed_is_one_model_that_is_read(
    family: str, prefix: str, unions: tuple[str, ...]
) -> None:
    expected = {prefix + kind for kind in kinds(family)}
    assert {path.stem for path in sql_files("models") if path.stem.startswith(prefix)} == expected
    read = [unique_id.split(".")[-1] for union in unions for unique_id in compiled_nodes()[union].depends_on]
    assert sorted(name for name in read if name.startswith(prefix)) == sorted(expected)


def test_every_detector_is_tried_on_rows_of_its_own() -> None:
    tests = "".join(path.read_text("utf-8") for path in sorted((ROOT / "tests" / "warehouse").glob("test_*.py")))
    assert {kind for kind in kinds("conflict") | kinds("lead") if not re.search(rf"\b{kind}\b", tests)} == set()
