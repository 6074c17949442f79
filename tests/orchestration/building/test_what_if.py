"""Another regime and another version by data alone, through the command line, on the sample city."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from ingestion import build_inputs
from ingestion.settings import ConfigurationError
from orchestration.building import model
from orchestration.building import what_if as what_if_module
from orchestration.building.dbt_runner import DbtOutcome
from orchestration.building.engines import Engine
from orchestration.building.request import DEFAULT_REGIME
from orchestration.building.state import INPUT_FILE, files_of
from orchestration.building.what_if import what_if
from orchestration.building.workbench import Workbench
from orchestration.cli import main
from serving.releases.revisions import scoring_revision
from serving.releases.stored import BI_FILE
from tests.conftest import BuiltCity, copied, firemark
from tests.ingestion.support import USCC_A, Door, finding
from tests.rulebook.support import FOREIGN

HILLSHIRE = next(path for path in FOREIGN if path.stem == "hillshire-2024")
TRIAL = {  # slight misconduct costs more, false documents less
    "id: hs-2024": "id: hs-trial",
    "regime: hillshire": "regime: trial",
    "points: 4}": "points: 20}",
    "veto:E": "veto:D",
}

Spans = dict[str, list[tuple[dt.date, dt.date, str]]]


def graded(home: Path) -> Spans:
    """Per agency the spans of its history and their grades, in the current release."""
    release = (home / "releases" / "current").resolve()
    spans: Spans = {}
    with duckdb.connect(str(release / "firemark.duckdb"), read_only=True) as connection:
        for agency, since, until, grade in connection.execute(
            "select agency_id, valid_from_on, valid_until_on, grade from credit.fct_score_history order by 1, 2"
        ).fetchall():
            spans.setdefault(agency, []).append((since, until or dt.date.max, grade))
    return spans


def grade_on(spans: list[tuple[dt.date, dt.date, str]], on: dt.date) -> str | None:
    return next((grade for since, until, grade in spans if since <= on < until), None)


def changed(before: Spans, after: Spans) -> set[str]:
    """Agencies with a day of another grade: grades can only begin to differ where a span begins."""
    return {
        agency
        for agency in before | after
        if any(
            grade_on(before.get(agency, []), since) != grade_on(after.get(agency, []), since)
            for since, _, _ in (*before.get(agency, []), *after.get(agency, []))
        )
    }


@pytest.mark.check  # three builds
def test_a_foreign_regime_scores_the_city_and_what_if_lists_exactly_whose_grades_change(
    small_city: BuiltCity, tmp_path: Path
) -> None:
    home, rules = copied(small_city, tmp_path), tmp_path / "rules"
    text = HILLSHIRE.read_text("utf-8")
    for was, becomes in TRIAL.items():
        assert text.count(was) == 1
        text = text.replace(was, becomes)
    trial = tmp_path / "trial.yaml"
    trial.write_text(text, "utf-8")
    firemark(home, "rulebook", "import", str(HILLSHIRE), str(trial), str(rules))
    firemark(home, "build", "--rulebooks", str(rules), "--regime", "hillshire")
    before = graded(home)
    grades = {grade for spans in before.values() for _, _, grade in spans}
    assert {"A", "B", "E"} <= grades, "vetoes too"
    release = (home / "releases" / "current").resolve()

    asked = ("rulebook", "what-if", "hs-trial", "--format", "json")
    told = json.loads(firemark(home, *asked, env={"FIREMARK_RULEBOOKS": str(rules)}).stdout)
    assert (home / "releases" / "current").resolve() == release, "nothing is released"

    firemark(home, "build", "--rulebooks", str(rules), "--regime", "trial")
    after = graded(home)
    expected = changed(before, after)
    assert expected and expected != set(before), "some agencies change and some do not"
    assert {row["agency_id"] for row in told} == expected
    for row in told:
        since = dt.date.fromisoformat(row["valid_from_on"])
        sides = grade_on(before[row["agency_id"]], since), grade_on(after[row["agency_id"]], since)
        assert sides == (row["grade_before"], row["grade_after"])


SPAN = (USCC_A, dt.date(2024, 3, 21), None, 100)
RULEBOOK = "jz-2024-draft"


def write_history(path: Path, grade: str | None) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema if not exists credit")
        connection.execute(
            "create table credit.fct_score_history"
            " (agency_id varchar, valid_from_on date, valid_until_on date, score decimal(9, 2), grade varchar,"
            " score_grade_reason varchar)"
        )
        reason = "unrated" if grade is None else "bands"
        connection.execute("insert into credit.fct_score_history values (?, ?, ?, ?, ?, ?)", [*SPAN, grade, reason])


@pytest.fixture
def door(tmp_path: Path) -> Door:
    """A home with one file received, a release of it that grades B, and what the build left behind."""
    door = Door(tmp_path)
    door.put("credit_desk/findings", "2024-06-10", "认定.xlsx", [finding("RD-1", 统一社会信用代码=USCC_A)])
    door.ingest()
    as_of_on = dt.date(2024, 6, 30)
    inputs = build_inputs.prepare(door.settings, as_of_on)
    directory = door.settings.releases / "2024-06-30-abc"
    directory.mkdir(parents=True)
    write_history(directory / BI_FILE, "B")
    described = {
        "as_of_on": as_of_on.isoformat(),
        "known_on": None,
        "regime_code": DEFAULT_REGIME,
        "scoring_revision": scoring_revision(),
        "input_files": [{name: file[name] for name in INPUT_FILE} for file in files_of(inputs.outcomes)],
    }
    (directory / "release.json").write_text(json.dumps(described), "utf-8")
    (door.settings.releases / "current").symlink_to(directory.name)
    (door.settings.build / "firemark.duckdb").write_text("of the build", "utf-8")
    return door


def contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def regraded(bench: Workbench, engine: Engine, path: Path, select: str) -> DbtOutcome:
    """In dbt's place: every agency is grade C now."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("select * from credit_desk.findings").fetchall()
        assert connection.execute("select rulebook_id from rulebook.rulebooks").fetchall() == [(RULEBOOK,)]
    path.unlink()
    write_history(path, "C")
    return DbtOutcome(1, (), ())


def test_what_if_leaves_the_build_folder_as_the_build_left_it(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "model_into", regraded)
    before = contents(door.settings.build)
    (difference,) = what_if(Workbench(door.settings), RULEBOOK, None, None)
    assert (difference.agency_id, difference.grade_before, difference.grade_after) == (USCC_A, "B", "C")
    assert contents(door.settings.build) == before
    assert [path.name for path in door.settings.build.iterdir() if path.name.startswith("what-if")] == []


def test_what_if_lists_agencies_that_become_unrated(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def unrated(bench: Workbench, engine: Engine, path: Path, select: str) -> DbtOutcome:
        path.unlink()
        write_history(path, None)
        return DbtOutcome(1, (), ())

    monkeypatch.setattr(model, "model_into", unrated)
    (difference,) = what_if(Workbench(door.settings), RULEBOOK, None, None)
    assert (difference.grade_before, difference.grade_after, difference.is_unrated_after) == ("B", None, True)
    asked = ["--home", str(door.settings.home), "rulebook", "what-if", RULEBOOK]
    assert "未评 unrated" in CliRunner().invoke(main, asked).output
    (row,) = json.loads(CliRunner().invoke(main, [*asked, "--format", "json"]).output)
    assert (row["grade_after"], row["is_unrated_before"], row["is_unrated_after"]) == (None, False, True)


def test_what_if_refuses_inputs_that_are_not_the_release_s(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "model_into", regraded)
    door.put("credit_desk/findings", "2024-06-20", "后到.xlsx", [finding("RD-2", 统一社会信用代码=USCC_A)])
    door.ingest()
    before = contents(door.settings.build)
    with pytest.raises(ConfigurationError, match=r"(?s)2024-06-30-abc.*firemark --home .* build\n.*后到"):
        what_if(Workbench(door.settings), RULEBOOK, None, None)
    assert contents(door.settings.build) == before


def test_what_if_refuses_a_release_of_another_program(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if_module, "scoring_revision", lambda: "another")
    with pytest.raises(ConfigurationError, match="the program itself"):
        what_if(Workbench(door.settings), RULEBOOK, None, None)


def test_what_if_exits_with_the_code_of_a_wrong_call(door: Door) -> None:
    door.put("credit_desk/findings", "2024-06-20", "后到.xlsx", [finding("RD-2", 统一社会信用代码=USCC_A)])
    door.ingest()
    done = firemark(door.settings.home, "rulebook", "what-if", RULEBOOK, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "credit_desk/findings/2024-06-20/后到.xlsx" in done.stderr and "Traceback" not in done.stderr
