"""Step 2 of a build: dbt builds every model into the build file; its data tests become checks.

Belongs here: the effect of dbt's outcome on the build. Does not belong here: how dbt is called (`dbt_runner`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

from expectations.release import RELEASE_SUITES
from orchestration.building import dbt_project, dbt_runner, engines
from orchestration.building.build_folder import build_file
from orchestration.building.dbt_runner import DbtOutcome
from orchestration.building.engines import DUCKDB, Engine
from orchestration.building.state import BuildFailedError, BuildState
from orchestration.building.workbench import Workbench
from serving.audiences import MART_SCHEMAS
from serving.releases.checks import CheckResult


def model(bench: Workbench) -> Iterator[dict[str, Any]]:
    """Runs dbt on the engine asked for and yields each node's event; every data test becomes a check result. Then the build
    file holds every mart, whatever the engine.

    Raises when anything blocks, after the last event.
    """
    bench.require_step_before("model")
    settings, state = bench.settings, BuildState.load(bench.settings)
    engine = engines.engine(state.request["engine"], state.request["master"])
    path = build_file(settings)
    outcome = yield from _with_progress(bench, bench.start_dbt().build(settings, engine, bench.parse(engine), path))
    where = f"run {{}} on {path}" if engine.name == DUCKDB else "{}, in the SQL of Spark"
    state.add_checks(
        CheckResult(
            check_name=test.name,
            kind="invariant" if test.severity == "error" else "finding",
            severity=test.severity,
            is_passed=test.is_passed,
            failing_count=test.failing_count,
            relation=", ".join(test.relations),
            look=test.message or f"the rows: {where.format(test.sql)}",
            is_run=test.is_run,
        )
        for test in outcome.tests
    )
    state.save(settings)
    _refuse_failures(outcome)
    state.refuse_if_blocked()
    manifest = dbt_project.manifest_of(bench.parse())
    if engine.name != DUCKDB:
        _create_views(bench, manifest)
    relations = _relations(manifest)
    bench.start_suites().submit(path, [suite for name, suite in RELEASE_SUITES.items() if name in relations])
    bench.note_done("model")


def model_into(bench: Workbench, engine: Engine, path: Path, select: str) -> DbtOutcome:
    """Runs a part of the project into a file of its own, without tests: for experiments, never for a release."""
    return _last(
        _with_progress(bench, bench.start_dbt().build(bench.settings, engine, bench.parse(engine), path, select=select))
    )


def _create_views(bench: Workbench, manifest: Mapping[str, Any]) -> None:
    """The marts that are views, over the tables that another engine handed over: a view lives in a file of DuckDB."""
    views = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["schema"] in MART_SCHEMAS
        and node["config"]["materialized"] == "view"
    ]
    settings = bench.settings
    outcome = _last(
        bench.start_dbt().build(
            settings, engines.engine(DUCKDB), bench.parse(), build_file(settings), select=" ".join(views)
        )
    )
    _refuse_failures(outcome)


def _last(events: Generator[dict[str, Any], None, DbtOutcome]) -> DbtOutcome:
    """The outcome of a run whose events nobody needs."""
    while True:
        try:
            next(events)
        except StopIteration as end:
            outcome: DbtOutcome = end.value
            return outcome


def _refuse_failures(outcome: DbtOutcome) -> None:
    if outcome.failures:
        listed = "\n".join(f"  {failure.name}: {failure.message}" for failure in outcome.failures)
        raise BuildFailedError(f"{len(outcome.failures)} models could not be built:\n{listed}")


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
