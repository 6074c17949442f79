"""Lists and what-if depend on what can change a score; a change of presentation gives a new release id, nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingestion.settings import PROGRAM
from serving.releases import revisions
from tests.conftest import BuiltCity, copied
from tests.house.project import DBT, PACKAGES, tracked_files

POINTS = "dbt_project/models/intermediate/points/int_points__scoring_lines.sql"
LABELS = "serving/dictionary/columns.csv"


def copy_program(folder: Path) -> Path:
    """The program in another place, without what git ignores."""
    for path in tracked_files():
        relative = path.relative_to(PROGRAM)
        if relative.parts[0] in (*PACKAGES, "dbt_project"):
            (folder / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / relative)
    return folder


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_every_file_of_the_program_is_in_one_revision() -> None:
    scoring, presentation = set(revisions.scoring_files()), set(revisions.presentation_files())
    both = scoring & presentation
    assert {path.suffix for path in both} == {".yml"} and all(path.is_relative_to(DBT) for path in both)
    folders = [PROGRAM / name for name in (*PACKAGES, "dbt_project") if name != "sample_city"]
    inputs = [PROGRAM / place for place in revisions.NOT_OF_THE_PROGRAM]
    assert scoring | presentation == {
        path
        for path in tracked_files()
        if any(path.is_relative_to(folder) for folder in folders)
        and not any(path.is_relative_to(place) for place in inputs)
    }


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the program, of which the revisions are now."""
    folder = copy_program(tmp_path)
    monkeypatch.setattr(revisions, "PROGRAM", folder)
    monkeypatch.setattr(revisions, "DBT_PROJECT", folder / "dbt_project")
    return folder


CHANGES: dict[str, tuple[Callable[[Path], None], bool, bool]] = {  # what, changes the score's, changes the shown's
    "nothing": (lambda _: None, False, False),
    "a label": (lambda folder: change(folder / LABELS, "score,得分,score", "score,分数,score"), False, True),
    "a query": (lambda folder: change(folder / "serving/queries.py", "order by", "order  by"), False, True),
    "a schedule": (lambda folder: change(folder / "orchestration/schedules.py", "30 6", "30 7"), False, True),
    "a line of SQL in points": (lambda folder: change(folder / POINTS, "final as (", "final as ( -- "), True, False),
    "a seed": (
        lambda folder: change(folder / "dbt_project/seeds/reference/detector_parameters.csv", "0.", "1."),
        *(True, False),
    ),
    "a macro": (lambda folder: change(folder / "dbt_project/macros/scoring.sql", "bigint", "int"), True, False),
    "how a row is read": (lambda folder: change(folder / "ingestion/strict.py", "import", "import "), True, False),
    "a step of a build": (
        lambda folder: change(folder / "orchestration/building/check.py", "0, 1", "0, 2"),
        True,
        False,
    ),
    "how rows are hashed": (
        lambda folder: change(folder / "serving/releases/contents.py", "100_000", "10_000"),
        *(True, False),
    ),
    "a description": (
        lambda folder: change(folder / "dbt_project/models/marts/credit/_agencies__models.yml", "USCC of", "code of"),
        *(False, True),
    ),
    "what an importer reads": (
        lambda folder: change(folder / "dbt_project/models/marts/credit/_agencies__models.yml", "type/PK", "type/Name"),
        *(False, True),
    ),
    "the first of what importers read of a column": (
        lambda folder: change(
            folder / "dbt_project/models/marts/credit/_agencies__models.yml",
            ', config: {meta: {dimension: {label: "曾用名 former names", type: string}, '
            'metabase.display_name: "曾用名 former names"}}',
            "",
        ),
        *(False, True),
    ),
    "who uses the marts": (
        lambda folder: change(folder / "dbt_project/models/_exposures.yml", "maturity: high", "maturity: low"),
        *(False, True),
    ),
    "who may refer to a model": (
        lambda folder: change(folder / "dbt_project/dbt_project.yml", "+access: public", "+access: protected"),
        *(False, True),
    ),
    "a type": (
        lambda folder: change(
            folder / "dbt_project/models/marts/credit/_agencies__models.yml", "data_type: string", "data_type: date"
        ),
        *(True, True),
    ),
    "the glossary": (
        lambda folder: change(folder / "dbt_project/models/_glossary.md", "no others", "few others"),
        False,
        True,
    ),
    "the sample city": (lambda folder: change(folder / "sample_city/city.py", "import", "import "), False, False),
    "a rulebook folder, which a build reads as an input": (
        lambda folder: change(folder / "dbt_project/seeds/rulebook/items.csv", ",", ",x"),
        *(False, False),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_moves_the_revision_that_it_belongs_to(program: Path, what: str) -> None:
    apply, is_scoring, is_shown = CHANGES[what]
    before = revisions.scoring_revision(), revisions.presentation_revision()
    apply(program)
    after = revisions.scoring_revision(), revisions.presentation_revision()
    assert (before[0] != after[0], before[1] != after[1]) == (is_scoring, is_shown)


def run(program: Path, home: Path, *arguments: str) -> str:
    """The command line of the program in that place."""
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "--home", str(home), *arguments],
        cwd=program,
        env=os.environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def build(program: Path, home: Path, as_of_on: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the program in that place says of its build, and of the release."""
    report = json.loads(run(program, home, "build", "--as-of", as_of_on, "--json"))
    return report, json.loads((home / "releases" / "current" / "release.json").read_text("utf-8"))


@pytest.mark.check  # a build by a program in another place, which parses anew
def test_a_changed_label_gives_a_new_release_with_the_same_contents(small_city: BuiltCity, tmp_path: Path) -> None:
    home, program = copied(small_city, tmp_path), copy_program(tmp_path / "program")
    before = json.loads((home / "releases" / "current" / "release.json").read_text("utf-8"))
    change(program / LABELS, "score,得分,score", "score,分数,score")
    asked = ("rulebook", "what-if", before["rulebook_id"], "--format", "json")
    assert json.loads(run(program, home, *asked)) == [], "compared with a release of other labels"
    report, after = build(program, home, before["as_of_on"])
    assert after["release_id"] != before["release_id"]
    assert after["scoring_revision"] == before["scoring_revision"]
    assert after["presentation_revision"] != before["presentation_revision"]
    assert after["content_hashes"] == before["content_hashes"]
    assert report["frozen_day_count"] == 0, "no list is computed again"


@pytest.mark.check
def test_a_changed_line_of_sql_freezes_every_list_again(small_city: BuiltCity, tmp_path: Path) -> None:
    home, program = copied(small_city, tmp_path), copy_program(tmp_path / "program")
    before = json.loads((home / "releases" / "current" / "release.json").read_text("utf-8"))
    change(program / POINTS, "final as (", "final as ( -- ")
    report, after = build(program, home, before["as_of_on"])
    assert after["scoring_revision"] != before["scoring_revision"]
    assert after["content_hashes"] == before["content_hashes"]
    assert report["frozen_day_count"] == small_city.summary["frozen_day_count"] > 0
