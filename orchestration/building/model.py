"""Step 2 of a build: dbt builds every model into the build file; its data tests become checks.

Belongs here: the effect of dbt's outcome on the build. Does not belong here: how dbt is called (`dbt_runner`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

from expectations.release import RELEASE_SUITES
from orchestration.building import dbt_project, dbt_runner
from orchestration.building.build_folder import build_file
from orchestration.building.dbt_runner import DbtOutcome
from orchestration.building.state import BuildFailedError, BuildState
from orchestration.building.workbench import Workbench
from serving.releases.checks import CheckResult


def model(bench: Workbench) -> Iterator[dict[str, Any]]:
    """Runs dbt into the build file and yields each node's event; every data test becomes a check result.

    Raises when anything blocks, after the last event.
    """
    bench.require_step_before("model")
    settings, project = bench.settings, bench.parse()
    outcome = yield from _with_progress(bench, bench.start_dbt().build(settings, project, build_file(settings)))
    state = BuildState.load(settings)
    state.add_checks(
        CheckResult(
            check_name=test.name,
            kind="invariant" if test.severity == "error" else "finding",
            severity=test.severity,
            is_passed=test.is_passed,
            failing_count=test.failing_count,
            relation=", ".join(test.relations),
            look=test.message or f"the rows: run {test.sql} on {build_file(settings)}",
            is_run=test.is_run,
        )
        for test in outcome.tests
    )
    state.save(settings)
    if outcome.failures:
        listed = "\n".join(f"  {failure.name}: {failure.message}" for failure in outcome.failures)
        raise BuildFailedError(f"{len(outcome.failures)} models could not be built:\n{listed}")
    state.refuse_if_blocked()
    relations = _relations(dbt_project.manifest_of(project))
    bench.start_suites().submit(
        build_file(settings), [suite for name, suite in RELEASE_SUITES.items() if name in relations]
    )
    bench.note_done("model")


def model_into(bench: Workbench, path: Path, select: str) -> DbtOutcome:
    """Runs a part of the project into a file of its own, without tests: for experiments, never for a release."""
    events = _with_progress(bench, bench.start_dbt().build(bench.settings, bench.parse(), path, select=select))
    while True:
        try:
            next(events)
        except StopIteration as end:
            outcome: DbtOutcome = end.value
            return outcome


def _with_progress(
    bench: Workbench, events: Generator[dict[str, Any], None, DbtOutcome]
) -> Generator[dict[str, Any], None, DbtOutcome]:
    while True:
        try:
            event = next(events)
        except StopIteration as end:
            outcome: DbtOutcome = end.value
            return outcome
        name, done, total = dbt_runner.progress_of(event)
        bench.progress("model", done, total, name)
        yield event


def _relations(manifest: Mapping[str, Any]) -> set[str]:
    """The project's models; a suite for a mart that no longer exists fails a test, not a build."""
    return {
        f"{node['schema']}.{node['name']}" for node in manifest["nodes"].values() if node["resource_type"] == "model"
    }
