"""Runs the unit tests that stand beside the models; production builds leave them out."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingestion.settings import load
from ingestion.warehouse_sources import create_empty_tables, source_schemas
from orchestration.building import dbt_project, dbt_runner
from rulebook.tables import BUILD_TABLES
from tests.conftest import parse_once
from tests.warehouse.harness import DBT_PROJECT, execute_models


def test_every_unit_test_beside_a_model_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dbt.cli.main import dbtRunner

    build_file = tmp_path / "firemark.duckdb"
    with duckdb.connect(str(build_file)) as connection:
        rulebook = {("rulebook", name): schema for name, schema in BUILD_TABLES.items()}
        create_empty_tables(connection, source_schemas() | rulebook)
        execute_models(connection)  # a unit test needs the types of what its model reads
    parse_once(tmp_path / "home")
    monkeypatch.setenv("FIREMARK_BUILD_FILE", str(build_file))  # to parse the project sets another
    manifest = dbt_runner.read_manifest(dbt_project.parsed_project(load(tmp_path / "home")))
    outcome = dbtRunner(manifest=manifest).invoke(
        [
            *("--quiet", "--log-level-file", "none", "test", "--select", "test_type:unit"),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(tmp_path), "--log-path", str(tmp_path)),
        ]
    )
    assert outcome.exception is None
    results = {result.node.name: result for result in outcome.result}
    unit_tests = {name: result for name, result in results.items() if result.node.resource_type == "unit_test"}
    assert len(unit_tests) == len(manifest.unit_tests) >= 5
    # a skipped one was never asked: what it reads has failed
    passed = ("success", "pass")
    assert {name: result.message for name, result in results.items() if result.status not in passed} == {}
