"""The process that runs suites: it imports Great Expectations while dbt runs, then answers requests.

Belongs here: requests and answers. Does not belong here: the process itself (`helper_process`), the suites.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from expectations.suites import Suite, SuiteOutcome
from ingestion.helper_process import HelperProcess, ProcessDiedError, serve


class SuiteProcess(HelperProcess):
    """`submit` returns at once; `collect` waits for the oldest request's outcomes."""

    def __init__(self, logs: Path) -> None:
        super().__init__("orchestration.building.suite_process", logs)

    def submit(self, database: Path | str, suites: Iterable[Suite]) -> None:
        """Requests a run of the suites on a DuckDB file that nobody is writing."""
        self.send((str(database), tuple(suites)))

    def collect(self) -> list[SuiteOutcome]:
        """The outcomes of the oldest request."""
        answer = self.receive()
        if isinstance(answer, str):
            raise ProcessDiedError(f"the suites could not run: {answer}; traceback: {self.log}")
        outcomes: list[SuiteOutcome] = answer
        return outcomes


def _answer(request: Any, send: Callable[[object], None]) -> None:
    from expectations import runner

    database, suites = request
    try:
        send(runner.run_suites(database, suites))
    except Exception as error:
        traceback.print_exc()
        send(f"{type(error).__name__}: {error}")


def _load() -> None:
    from expectations import runner

    runner.load()


if __name__ == "__main__":
    serve(_load, _answer)
