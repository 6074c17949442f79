"""A dataset's contract is the one description of its export: dbt sources and staging models must match it."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest

from ingestion.warehouse_sources import source_schemas
from rulebook.tables import BUILD_TABLES as RULEBOOK_TABLES
from tests.house.project import DBT, source_properties, sql_files

SCHEMAS = source_schemas() | {("rulebook", name): schema for name, schema in RULEBOOK_TABLES.items()}

DBT_TYPES = {
    pa.string(): {"string"},
    pa.date32(): {"date"},
    pa.bool_(): {"boolean"},
    pa.int32(): {"integer", "int"},
    pa.int64(): {"bigint"},
    pa.timestamp("us"): {"timestamp"},
}


def test_dbt_sources_are_exactly_the_contracts() -> None:
    assert set(source_properties()) == set(SCHEMAS)


@pytest.mark.parametrize("key", sorted(SCHEMAS), ids="/".join)
def test_a_source_s_columns_are_the_contract_s(key: tuple[str, str]) -> None:
    columns = {column["name"]: column for column in source_properties()[key]["columns"]}
    assert list(columns) == SCHEMAS[key].names
    for field in SCHEMAS[key]:
        data_type = str(columns[field.name].get("data_type", "")).lower()
        expected = DBT_TYPES.get(field.type) or {str(field.type).replace("decimal128", "decimal").replace(" ", "")}
        assert data_type.replace(" ", "") in expected, field.name


def _proved_grains() -> list[str]:
    tests = [path.read_text("utf-8") for path in (DBT / "tests").glob("assert_*_grain.sql")]
    return [name for text in tests for name in re.findall(r"^    '(\w+)': \[", text, re.MULTILINE)]


def test_every_model_that_is_kept_proves_its_grain_once() -> None:
    """A mart's grain stands in its YAML, where readers find it; a view between models is proved in those that read it."""
    kept = {
        path.stem
        for folder in ("models/staging", "models/intermediate")
        for path in sql_files(folder)
        if folder == "models/staging" or "materialized='view'" not in path.read_text("utf-8")
    }
    seeds = {path.stem for path in (DBT / "seeds" / "reference").glob("*.csv")} - {"workdays"}  # in its YAML
    proved = _proved_grains()
    assert len(set(proved)) == len(proved)
    assert not ((kept | seeds) - set(proved)), "name the grain in dbt_project/tests/assert_<folder>_…_grain.sql"
