"""What the steps of one build share: settings, the writer's lock, the helper processes, what is read once, progress.

Belongs here: things with the lifetime of one build. Does not belong here: data (it is in the build folder), any step.
Methods that start or read something have verbs for names; reading an attribute starts nothing.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from ingestion.settings import Settings
from orchestration.building import dbt_project
from orchestration.building.dbt_process import DbtProcess
from orchestration.building.engines import DUCKDB, Engine, engine
from orchestration.building.request import BuildRequest
from orchestration.building.rules import Rules, UnsoundRulebookError
from orchestration.building.state import BuildFailedError
from orchestration.building.suite_process import SuiteProcess
from orchestration.operations.lock import writer_lock

# A run started by the daemon waits this long for the run before it; no build of a city takes longer.
QUEUE_SECONDS = 1800
STEPS = ("receive", "model", "check", "release")


class Progress(Protocol):
    """Shows the progress of a build."""

    def __call__(self, stage: str, done: int, total: int, label: str) -> None:
        """`done` of `total` parts of a stage; `label` names the part."""


def silent(stage: str, done: int, total: int, label: str) -> None:
    """Shows no progress: for pipes and schedules."""


class Workbench:
    """Shared by the steps of one run, in one process."""

    def __init__(self, settings: Settings, progress: Progress = silent, dbt: DbtProcess | None = None) -> None:
        """`dbt`: its process, if it was started before, while this process was still importing."""
        self.settings = settings
        self.progress = progress
        self._lifetime = ExitStack()
        self._suites: SuiteProcess | None = None
        self._dbt = dbt
        if dbt is not None:
            self._lifetime.callback(dbt.close)
        self._projects: dict[str, Path] = {}
        self._rules: dict[tuple[str, Path | None], Rules] = {}
        self._is_locked = False
        self._last_step: str | None = None

    def lock(self) -> None:
        """Becomes the only writer of the home until `close`; does nothing if this process already holds the lock."""
        if not self._is_locked:
            self._lifetime.enter_context(writer_lock(self.settings, wait_seconds=QUEUE_SECONDS))
            self._is_locked = True

    def require_step_before(self, step: str) -> None:
        """Raises BuildFailedError unless every step before `step` was done on this bench. Dagster's pages offer to run one
        asset alone: on the build file of another build, whose checks may not have run, and without the lock."""
        before = STEPS[: STEPS.index(step)]
        if self._last_step != (before[-1] if before else None):
            raise BuildFailedError(
                f"不能单独运行，请运行整个任务 The step {step} cannot run alone: it goes on with what {', '.join(before)} of the "
                "same run left. Start the whole job release_city (or Materialize all), or run firemark build."
            )

    def note_done(self, step: str) -> None:
        """Lets the next step begin."""
        self._last_step = step

    def rules(self, request: BuildRequest) -> Rules:
        """The rulebook of a request, read and linted once. Raises BuildFailedError if it does not pass the lint, RulebookError
        if it cannot be read."""
        asked = (request.regime_code, request.rulebooks)
        if asked not in self._rules:
            try:
                self._rules[asked] = Rules.read(*asked)
            except UnsoundRulebookError as error:
                listed = "\n".join(f"  {problem}" for problem in error.problems)
                raise BuildFailedError(
                    f"规则手册未通过检查，未评分 The rulebook does not pass the lint, so nothing was scored:\n{listed}"
                ) from error
        return self._rules[asked]

    def parse(self, of: Engine | None = None) -> Path:
        """The dbt project, parsed for an engine (by default DuckDB, whose manifest describes the assets whatever the engine),
        in its state at the first call: a later edit must not mix two versions."""
        of = of or engine(DUCKDB)
        if of.name not in self._projects:
            self._projects[of.name] = dbt_project.parsed_project(self.settings, of)
        return self._projects[of.name]

    def start_suites(self) -> SuiteProcess:
        """The process that runs the suites; the first call starts it."""
        if self._suites is None:
            self._suites = SuiteProcess(self.settings.logs)
            self._lifetime.callback(self._suites.close)
        return self._suites

    def start_dbt(self) -> DbtProcess:
        """The process that runs dbt; the first call starts it."""
        if self._dbt is None:
            self._dbt = DbtProcess(self.settings.logs)
            self._lifetime.callback(self._dbt.close)
        return self._dbt

    def close(self) -> None:
        """Ends the processes, drops what was read, and releases the lock."""
        self._lifetime.close()
        self._suites, self._dbt, self._is_locked, self._last_step = None, None, False, None
        self._projects.clear()
        self._rules.clear()
