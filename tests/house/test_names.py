"""Names say what a thing is (architecture.md, "Names")."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingestion.sources import DATASETS
from tests.house.project import DBT, model_properties, sql_files

MODEL_NAMES = {
    "staging": r"stg_[a-z_]+?__[a-z_]+",
    "intermediate": r"int_[a-z0-9_]+",
    "marts": r"(dim|fct|rpt)_[a-z0-9_]+|agency_grades|frozen_lists",
}
# prefix of a detector's model -> folders that hold such models
DETECTOR_HOMES = {
    "int_conflicts__": {"conflicts", "after_directory"},
    "int_leads__": {"leads", "after_directory"},
}


@pytest.mark.parametrize("path", sql_files("models"), ids=lambda path: path.stem)
def test_a_model_s_name_tells_its_layer(path: Path) -> None:
    layer = path.relative_to(DBT / "models").parts[0]
    assert re.fullmatch(MODEL_NAMES[layer], path.stem)


@pytest.mark.parametrize("prefix", DETECTOR_HOMES)
def test_a_conflict_is_not_a_lead(prefix: str) -> None:
    """Detectors of each stand in folders of their own."""
    homes = {path.parent.name for path in sql_files("models") if path.stem.startswith(prefix)}
    assert homes == DETECTOR_HOMES[prefix]


def test_every_dataset_has_one_staging_model() -> None:
    expected = {f"stg_{source}__{name}" for source, name in DATASETS}
    assert expected <= {path.stem for path in sql_files("models/staging")}


TYPED_SUFFIXES = {"_on": "date", "_at": "timestamp"}


def test_a_column_s_suffix_tells_its_type() -> None:
    offences = []
    for name, properties in model_properties().items():
        for column in properties.get("columns", []):
            data_type = str(column.get("data_type", "")).lower()
            if not data_type:
                continue
            for suffix, expected in TYPED_SUFFIXES.items():
                if column["name"].endswith(suffix) and not data_type.startswith(expected):
                    offences.append(f"{name}.{column['name']} is {data_type}")
            if column["name"].startswith(("is_", "has_")) and data_type not in ("boolean", "bool"):
                offences.append(f"{name}.{column['name']} is {data_type}")
            if column["name"] in ("credit", "value", "total"):
                offences.append(f"{name}.{column['name']}: points, score or grade?")
    assert not offences
