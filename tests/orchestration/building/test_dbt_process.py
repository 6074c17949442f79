"""dbt's own process: its errors reach the build and are logged."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.settings import load
from orchestration.building.dbt_process import DbtProcess
from orchestration.building.dbt_runner import DbtError
from orchestration.building.engines import engine


def test_an_unexpected_error_leaves_its_traceback(tmp_path: Path) -> None:
    settings = load(tmp_path / "home")
    process = DbtProcess(settings.logs)
    with pytest.raises(DbtError, match=r"FileNotFoundError: .*\n.*orchestration\.building\.dbt_process\.log"):
        next(process.build(settings, engine("duckdb"), tmp_path / "nowhere", tmp_path / "firemark.duckdb"))
    process.close()
    assert "Traceback" in process.log.read_text("utf-8")
