"""A home's cache of the dbt project is valid only for these files at this path."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

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
