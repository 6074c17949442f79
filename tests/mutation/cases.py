"""Runs the scoring tests' cases with the SQL of some models changed, and remembers which case builds which model.

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

from tests.warehouse import harness

Reach = Mapping[str, Collection[str]]  # case -> the models that it builds

_OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header")


def record(changed: dict[str, str], tests: tuple[str, ...], reach_file: Path) -> str | None:
    """Runs all cases and writes their reach; returns the first that fails, or None. Changes this process for good."""
    recorder = _Recorder()
    failed = _run(changed, tests, recorder)
    reach_file.write_text(json.dumps({case: sorted(models) for case, models in recorder.reach.items()}), "utf-8")
    return failed


def first_failure(model: str, sql: str, tests: tuple[str, ...], reach: Reach) -> str | None:
    """The first case that fails with this model's SQL, of those that build it; None when none does. Changes this
    process for good."""
    return _run({model: sql}, tests, _Reached({case for case, models in reach.items() if model in models}))


def _run(changed: dict[str, str], tests: tuple[str, ...], plugin: object) -> str | None:
    nodes = dict(harness.compiled_nodes())
    for model, sql in changed.items():
        nodes[model] = dataclasses.replace(nodes[model], sql=sql)
    harness.compiled_nodes = lambda: nodes
    first = _FirstFailure()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = pytest.main([*_OPTIONS, *tests], plugins=[first, plugin])
    # no case left is no failure: nothing that these tests look at reads the model
    passed = code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    return None if passed else first.name or f"pytest {int(code)}"


class _FirstFailure:
    """A pytest plugin that keeps the name of the first case that fails."""

    name = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid.rpartition("/")[2]


class _Recorder:
    """A pytest plugin that notes what each case builds."""

    def __init__(self) -> None:
        self.reach: dict[str, set[str]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        built = self.reach.setdefault(item.nodeid, set())
        execute = harness.execute_models

        def noting(connection, *models, replace=None, done=None) -> None:  # type: ignore[no-untyped-def]
            done = set() if done is None else done
            execute(connection, *models, replace=replace, done=done)
            built.update(done)

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
