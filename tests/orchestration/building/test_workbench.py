"""What the steps of one build share is started explicitly, read once, and closed with the build."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.settings import load
from orchestration.building import rules as rules_module
from orchestration.building import workbench
from orchestration.building.request import BuildRequest
from orchestration.building.state import BuildFailedError
from orchestration.building.workbench import Workbench
from tests.orchestration.support import written

REQUEST = BuildRequest.read(written())


def test_reading_a_workbench_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: object) -> None:
        raise AssertionError("a process was started")

    for name in ("DbtProcess", "SuiteProcess"):
        monkeypatch.setattr(workbench, name, started)
    monkeypatch.setattr(workbench.dbt_project, "parsed_project", started)
    bench = Workbench(load(tmp_path / "home"))
    for name in dir(bench):
        getattr(bench, name)
    with pytest.raises(AssertionError, match="was started"):  # the control
        bench.start_dbt()
    bench.close()
    assert not (tmp_path / "home").exists()


def test_the_rulebook_is_read_and_linted_once_per_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    lint = rules_module.lint
    monkeypatch.setattr(rules_module, "lint", lambda folder: (looked.append(folder.path), lint(folder))[1])
    bench = Workbench(load(tmp_path / "home"))
    assert bench.rules(REQUEST) is bench.rules(REQUEST)
    assert len(looked) == 1
    bench.close()
    bench.rules(REQUEST)
    assert len(looked) == 2, "the next build reads anew"


def test_a_rulebook_that_fails_the_lint_fails_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Workbench(load(tmp_path / "home"))
    monkeypatch.setattr(rules_module, "lint", lambda folder: ["items.csv, row 2: no points"])
    monkeypatch.setattr(
        rules_module.UnsoundRulebookError, "__init__", lambda self, found: setattr(self, "problems", found)
    )
    with pytest.raises(
        BuildFailedError, match=r"does not pass the lint, so nothing was scored:\n  items.csv, row 2: no points"
    ):
        bench.rules(REQUEST)


def test_a_step_goes_on_with_the_one_before_it_in_the_same_run(tmp_path: Path) -> None:
    bench = Workbench(load(tmp_path / "home"))
    for step, earlier in zip(workbench.STEPS[1:], workbench.STEPS, strict=False):
        with pytest.raises(BuildFailedError, match=f"The step {step} cannot run alone"):
            bench.require_step_before(step)
        bench.note_done(earlier)
        bench.require_step_before(step)
    bench.note_done("receive")  # the next build of the same process
    with pytest.raises(BuildFailedError, match="what receive, model, check of the same run left"):
        bench.require_step_before("release")
    bench.note_done("check")
    bench.close()
    with pytest.raises(BuildFailedError, match="The step release"):
        bench.require_step_before("release")
