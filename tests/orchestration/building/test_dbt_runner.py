"""dbt builds into a new file and, for people who work on models, into an existing one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from ingestion.settings import load
from orchestration.building import dbt_project, dbt_runner
from orchestration.building.build_folder import BUILD_FILE_NAME
from orchestration.building.engines import engine
from tests.conftest import parse_once


def test_a_model_replaces_an_existing_table(tmp_path: Path) -> None:
    settings = load(tmp_path / "home")
    parse_once(settings.home)
    parsed, path = dbt_project.parsed_project(settings), tmp_path / BUILD_FILE_NAME
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema intermediate; create view intermediate.int_working_days as select 1 as old")
    for _ in range(2):
        events: list[dict[str, Any]] = []
        outcome = dbt_runner.build(settings, engine("duckdb"), parsed, path, events.append, select="+int_working_days")
        assert not outcome.failures and events
        with duckdb.connect(str(path), read_only=True) as connection:
            columns = [row[0] for row in connection.execute("describe intermediate.int_working_days").fetchall()]
            tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'intermediate'")
            assert "old" not in columns and tables.fetchall() == [("int_working_days",)]
