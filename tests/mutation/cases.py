"""Runs the scoring tests' cases with the SQL of some models changed, and remembers what each case builds.

Belongs here: everything about pytest. Not here: choosing mutants, the oracle's cities.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
from collections.abc import Collection, Generator, Mapping
from pathlib import Path

import pytest

from tests.mutation.snapshots import bound_every_connection, keep, makes_other_rows
from tests.warehouse import harness

# case -> model -> the files that hold a warehouse of the case with the model, as it stood once the model was built
Reach = Mapping[str, Mapping[str, Collection[str]]]

_REACH = "reach.json"
_OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header")


def record(changed: dict[str, str], tests: tuple[str, ...], folder: Path) -> str | None:
    """Runs all cases and keeps in the folder what they build, for `reach` to find; returns the first case that fails,
    or None. Changes this process permanently."""
    recorder = _Recorder(folder, set(changed))
    harness.lender.is_open = False  # what is kept of a case is its own models
    failed = _run(changed, tests, recorder)
    (folder / _REACH).write_text(json.dumps(recorder.reach), "utf-8")
    return failed


def reach(folder: Path) -> Reach:
    """What `record` found."""
    found: Reach = json.loads((folder / _REACH).read_text("utf-8"))
    return found


def first_failure(model: str, sql: str, tests: tuple[str, ...], reach: Reach) -> str | None:
    """The first case that fails with this model's SQL, of those in which it makes other rows; None when none does.
    Raises Stillborn if the SQL is invalid. Changes this process permanently."""
    touched = {
        case
        for case, models in reach.items()
        if any(makes_other_rows(Path(file), model, sql) for file in models.get(model, ()))
    }
    return _run({model: sql}, tests, _Reached(touched)) if touched else None


def _run(changed: dict[str, str], tests: tuple[str, ...], plugin: object) -> str | None:
    bound_every_connection()  # the control, too: whatever it does not fit into is no measure of a mutant
    nodes = dict(harness.compiled_nodes())
    for model, sql in changed.items():
        nodes[model] = dataclasses.replace(nodes[model], sql=sql)
    harness.compiled_nodes = lambda: nodes
    first = _FirstFailure()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = pytest.main([*_OPTIONS, *tests], plugins=[first, plugin])
    # no case left is no failure: nothing that these tests check reads the model
    passed = code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    return None if passed else first.name or f"pytest {int(code)}"


class _FirstFailure:
    """A pytest plugin that keeps the name of the first case that fails."""

    name = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid.rpartition("/")[2]


class _Recorder:
    """A pytest plugin that keeps what each case builds of some models."""

    def __init__(self, folder: Path, models: Collection[str]) -> None:
        self.folder = folder
        self.models = models
        self.reach: dict[str, dict[str, list[str]]] = {}
        self.file_count = 0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        kept = self.reach.setdefault(item.nodeid, {})
        execute = harness.execute_models

        def noting(database, *models, replace=None, done=None) -> None:  # type: ignore[no-untyped-def]
            done = set() if done is None else done
            before = done | set(replace or ())
            execute(database, *models, replace=replace, done=done)
            if built := (done - before) & set(self.models):
                self.file_count += 1
                file = self.folder / f"{self.file_count}.duckdb"
                keep(database.connection, file)
                for model in built:
                    kept.setdefault(model, []).append(str(file))

        harness.execute_models = noting
        try:
            return (yield)
        finally:
            harness.execute_models = execute


class _Reached:
    """A pytest plugin that leaves out every case but these."""

    def __init__(self, cases: Collection[str]) -> None:
        self.cases = cases

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        left_out = [item for item in items if item.nodeid not in self.cases]
        items[:] = [item for item in items if item.nodeid in self.cases]
        config.hook.pytest_deselected(items=left_out)
