"""dbt builds into a new file and, for people who work on models, into an existing one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pytest

from ingestion.settings import Settings, load
from orchestration.building import dbt_project, dbt_runner
from orchestration.building.build_folder import BUILD_FILE_NAME
from orchestration.building.dbt_runner import DbtOutcome, NodeFailure
from orchestration.building.engines import Engine, engine
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


class _AtWork:
    """An engine whose dbt calls from several threads at once."""

    threads = 2

    @contextmanager
    def at_work(self, settings: Settings, build_file: Path) -> Iterator[None]:
        yield None


def test_events_of_several_threads_come_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both, at_once, seen = threading.Barrier(2), threading.Semaphore(1), []

    def on_event(event: dict[str, Any]) -> None:
        assert at_once.acquire(blocking=False)
        time.sleep(0.05)
        seen.append(event)
        at_once.release()

    def invoke(*_: Any, callbacks: list[Callable[[Any], None]], **__: Any) -> list[Any]:
        def call(_: int) -> None:
            both.wait()
            callbacks[0](SimpleNamespace(info=SimpleNamespace(name="LogModelResult")))

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(call, range(2)))
        return []

    monkeypatch.setattr("dbt_common.events.functions.msg_to_dict", lambda message: {})
    monkeypatch.setattr(dbt_runner, "invoke", invoke)
    monkeypatch.setattr(dbt_runner, "read_manifest", lambda parsed: None)
    monkeypatch.setattr(dbt_runner, "_row_count_and_preview", lambda work, event: {})
    monkeypatch.setattr(
        dbt_runner, "_outcome", lambda results, target: DbtOutcome(0, (NodeFailure("x", "no marts"),), ())
    )
    dbt_runner.build(load(tmp_path), cast(Engine, _AtWork()), tmp_path, tmp_path / "file", on_event)
    assert len(seen) == 2
