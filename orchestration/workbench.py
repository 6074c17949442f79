"""What the steps of one build share: settings, the writer's lock, the processes beside it, progress.

Belongs here: things with a lifetime. Does not belong here: data (it lies in the build folder), any step.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from expectations.helper import SuiteHelper
from ingestion.settings import Settings
from orchestration import dbt_build
from orchestration.dbt_process import DbtProcess
from orchestration.lock import writer_lock

# A run that the daemon started waits for the one before it; longer than any build of a city takes.
QUEUE_SECONDS = 1800


class Progress(Protocol):
    """Tells people how far a build is."""

    def __call__(self, stage: str, done: int, total: int, label: str) -> None:
        """`done` of `total` parts of a stage; `label` names the part."""


def silent(stage: str, done: int, total: int, label: str) -> None:
    """No progress: for pipes and schedules."""


class Workbench:
    """Shared by the steps of one run, in one process."""

    def __init__(self, settings: Settings, progress: Progress = silent) -> None:
        self.settings = settings
        self.progress = progress
        self._lifetime = ExitStack()
        self._helper: SuiteHelper | None = None
        self._dbt: DbtProcess | None = None
        self._is_locked = False

    def lock(self) -> None:
        """Becomes the only writer of the home until `close`; a process that holds the lock already passes."""
        if not self._is_locked:
            self._lifetime.enter_context(writer_lock(self.settings, wait_seconds=QUEUE_SECONDS))
            self._is_locked = True

    @cached_property
    def parsed_project(self) -> Path:
        """The dbt project as it was when the run began: an edit meanwhile must not mix two versions."""
        return dbt_build.parsed_project(self.settings)

    @property
    def manifest(self) -> dict[str, Any]:
        """dbt's manifest of `parsed_project`."""
        return dbt_build.manifest_of(self.parsed_project)

    @property
    def suites(self) -> SuiteHelper:
        """The process that runs the suites; the first use starts it."""
        if self._helper is None:
            self._helper = SuiteHelper(self.settings.logs)
            self._lifetime.callback(self._helper.close)
        return self._helper

    @property
    def dbt(self) -> DbtProcess:
        """The process that runs dbt; the first use starts it."""
        if self._dbt is None:
            self._dbt = DbtProcess(self.settings.logs)
            self._lifetime.callback(self._dbt.close)
        return self._dbt

    def close(self) -> None:
        """Ends what was started and gives back the lock."""
        self._lifetime.close()
        self._helper, self._dbt, self._is_locked = None, None, False
