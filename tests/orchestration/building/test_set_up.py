"""Set-up leaves the parsed project beside the installed program, of this state alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.settings import load
from orchestration.building import dbt_project, frozen_lists, set_up
from tests.conftest import parse_once


def test_set_up_leaves_what_a_new_home_needs_and_no_other_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse_once(tmp_path / "parsed")
    kept = tmp_path / "kept"
    (tmp_path / "parsed" / "cache" / "dbt").rename(kept)
    (kept / "of another state").mkdir()
    monkeypatch.setattr(dbt_project, "WITH_PROGRAM", kept)

    set_up.keep_with_program()
    (copy,) = kept.iterdir()
    assert copy.name == dbt_project.fingerprint()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("dbt was called")

    monkeypatch.setattr(dbt_project.dbt_runner, "invoke", refuse)
    home = load(tmp_path / "home")
    parsed = dbt_project.parsed_project(home)
    assert {node.relation for node in dbt_project.compiled_models(home, parsed, frozen_lists.MODELS).nodes} >= {
        '"credit"."fct_score_history"',
        '"intermediate"."int_agencies_current"',
    }
