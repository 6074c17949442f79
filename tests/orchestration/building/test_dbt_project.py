"""A home's cache of the dbt project is valid only for these files at this path."""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path

import pytest

from ingestion.settings import load
from orchestration.building import dbt_project


def test_the_fingerprint_changes_with_a_file_and_with_the_projects_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [tmp_path / name / "dbt_project" for name in ("old", "new")]
    for place in places:
        shutil.copytree(dbt_project.DBT_PROJECT, place, ignore=shutil.ignore_patterns("target", "logs"))
    seen = [dbt_project.fingerprint()]
    for place in (*places, *places):
        monkeypatch.setattr(dbt_project, "DBT_PROJECT", place)
        seen.append(dbt_project.fingerprint())
    here, old, new, old_again, new_again = seen
    assert len({here, old, new}) == 3  # dbt reads seeds from where it parsed them
    assert (old, new) == (old_again, new_again)
    seed = places[1] / "seeds" / "reference" / "workdays.csv"
    seed.write_text(seed.read_text("utf-8") + "2099-01-01,x\n", encoding="utf-8")
    assert dbt_project.fingerprint() != new


def test_a_new_home_takes_what_set_up_parsed_if_it_is_of_this_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(*_: object, target: Path, **__: object) -> None:
        (target / "manifest.json").write_text("parsed anew")

    def manifest_of_a_new_home() -> str:
        return (dbt_project.parsed_project(load(tmp_path / f"home{next(homes)}")) / "manifest.json").read_text()

    homes = itertools.count()
    kept = tmp_path / "kept" / dbt_project.fingerprint()
    kept.mkdir(parents=True)
    (kept / "manifest.json").write_text("parsed by set-up")
    monkeypatch.setattr(dbt_project, "WITH_PROGRAM", kept.parent)
    monkeypatch.setattr(dbt_project.dbt_runner, "invoke", parse)
    os.utime(kept, (0, 0))
    for newer in "123":
        (tmp_path / "home0" / "cache" / "dbt" / newer).mkdir(parents=True)
    assert manifest_of_a_new_home() == "parsed by set-up"
    kept.rename(kept.with_name("of another state"))
    assert manifest_of_a_new_home() == "parsed anew"
