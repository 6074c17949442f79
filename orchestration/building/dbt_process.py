"""dbtRunner in a separate process, which imports dbt while Dagster starts, and runs it while Dagster records events.

A node's events cost Dagster as much as a small model costs dbt; in one process they would wait for each other.
Belongs here: requests and answers. Does not belong here: how dbt is called (`dbt_runner`).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ingestion.helper_process import HelperProcess, keep_what_is_loaded, serve
from ingestion.settings import Settings
from orchestration.building import dbt_runner
from orchestration.building.dbt_runner import DbtError, DbtOutcome
from orchestration.building.engines import DUCKDB, Engine, EngineError, engine


class DbtProcess(HelperProcess):
    """One `dbt build` at a time."""

    def __init__(self, logs: Path) -> None:
        super().__init__("orchestration.building.dbt_process", logs)

    def prepare(self, settings: Settings, engine: Engine, parsed: Path) -> None:
        """Prepares dbt for this project before it is needed; returns at once."""
        self.send((settings, engine, parsed))

    def build(
        self, settings: Settings, engine: Engine, parsed: Path, build_file: Path, *, select: str | None = None
    ) -> Generator[dict[str, Any], None, DbtOutcome]:
        """Yields each node's structured event as it comes and returns the outcome (see `dbt_runner.build`)."""
        self.send((settings, engine, parsed, build_file, select))
        while True:
            kind, content = self.receive()
            if kind == "event":
                yield content
            elif kind == "error":
                raise DbtError(f"{content}\n(traceback: {self.log})")
            else:
                outcome: DbtOutcome = content
                return outcome


def _answer(request: Any, send: Callable[[object], None]) -> None:
    if len(request) == 3:
        with suppress(Exception):  # the following build reports the error
            dbt_runner.make_ready(*request)
        keep_what_is_loaded()
        return
    settings, engine, parsed, build_file, select = request
    try:
        outcome = dbt_runner.build(
            settings, engine, parsed, build_file, lambda event: send(("event", event)), select=select
        )
        send(("outcome", outcome))
    except Exception as error:
        traceback.print_exc()
        message = str(error) if isinstance(error, DbtError | EngineError) else f"{type(error).__name__}: {error}"
        send(("error", message))


if __name__ == "__main__":
    serve(lambda: dbt_runner.load(engine(DUCKDB)), _answer)  # which engine is asked for is not known yet
