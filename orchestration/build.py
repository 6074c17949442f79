"""`firemark build`: the scheduled job, run in this process against the home's Dagster instance.

Belongs here: one run from lock to report. Does not belong here: the steps, the words of the command line.
"""

from __future__ import annotations

import time
import traceback
import uuid
from dataclasses import dataclass, field
from typing import Any

from expectations.process import ProcessDiedError
from ingestion.settings import ConfigurationError, Settings
from orchestration import alerts, attempts
from orchestration.dbt_build import DbtError
from orchestration.lock import writer_lock
from orchestration.steps import BuildFailedError, BuildRequest, BuildState, blocking_message, check_request
from orchestration.workbench import Workbench
from rulebook.problems import RulebookError


@dataclass
class BuildReport:
    """What a build did. `release_id` is null when nothing was released; then `problem` says why."""

    release_id: str | None
    is_reused: bool
    run_id: str
    seconds: float
    state: BuildState | None
    problem: str | None = None
    reaped_runs: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report for machines."""
        state = self.state
        checks = state.check_results() if state else []
        files = state.files if state else []
        later = [file["received_on"] for file in files if state and file["received_on"] > state.as_of_on]
        return {
            "status": "failed" if self.release_id is None else "reused" if self.is_reused else "released",
            "release_id": self.release_id,
            "as_of_on": state.as_of_on if state else None,
            "known_on": state.known_on if state else None,
            "regime_code": state.regime_code if state else None,
            "rulebook_id": state.rulebook_id if state else None,
            "run_id": self.run_id,
            "seconds": round(self.seconds, 2),
            "files": {
                "new": state.ingested.get("new_count", 0) if state else 0,
                "parsed": state.ingested.get("parsed_count", 0) if state else 0,
                **{
                    status: sum(file["status"] == status for file in files)
                    for status in ("loaded", "duplicate", "held")
                },
            },
            "rows": {
                name: sum(file[f"{name}_count"] for file in files)
                for name in ("read", "accepted", "quarantined", "duplicate")
            },
            "held": [
                {
                    name: file[name]
                    for name in ("source", "dataset", "received_on", "file_name", "reason_code", "message")
                }
                for file in files
                if file["status"] == "held"
            ],
            "notes": [file["message"] for file in files if file["status"] == "loaded" and file["message"]],
            "ignored": state.ignored if state else [],
            "later_than_as_of": {"file_count": len(later), "received_on": max(later, default=None)},
            "checks": {
                "passed": sum(check.is_passed for check in checks),
                "failed": [
                    {
                        "check_name": check.check_name,
                        "kind": check.kind,
                        "severity": check.severity,
                        "failing_count": check.failing_count,
                    }
                    for check in checks
                    if not check.is_passed
                ],
            },
            "problem": self.problem,
        }


def run_build(bench: Workbench, request: BuildRequest) -> BuildReport:
    """Runs the job; raises `AnotherBuildRunsError` at once when another process builds in this home.

    Configuration and rulebook errors come out as they were raised; whatever else goes wrong is the report's
    `problem`, an alert, and (if nobody expected it) a traceback in logs/errors.log.
    """
    settings = bench.settings
    started = time.perf_counter()
    with writer_lock(settings):
        try:
            bench.lock()
            attempts.begin(settings, request.as_of_on.isoformat())
            report = _run(bench, request)
            if report.problem:
                alerts.raise_alert(settings.logs, "build_failed", report.problem)
                attempts.end(settings, attempts.FAILED, problem=report.problem)
        except KeyboardInterrupt:
            if (attempts.last(settings) or {}).get("status") == attempts.RUNNING:
                attempts.end(settings, attempts.FAILED, problem="被人中断 interrupted; nothing was released")
            raise
        except (ConfigurationError, RulebookError) as error:
            alerts.raise_alert(settings.logs, "build_not_started", str(error))
            attempts.end(settings, attempts.FAILED, problem=str(error))
            raise
        finally:
            bench.close()
    report.seconds = time.perf_counter() - started
    return report


def _run(bench: Workbench, request: BuildRequest) -> BuildReport:
    settings = bench.settings
    problem: str | None = None
    run_id, reaped = "", []
    try:
        (settings.build / "state.json").unlink(missing_ok=True)
        _ = bench.dbt  # imports dbt while this process imports Dagster; the suites' turn comes when dbt runs
        check_request(settings, request)  # before Dagster: who mistyped an option waits for nothing
        from dagster import DagsterExecutionInterruptedError

        from orchestration import instance as instances
        from orchestration.definitions import build_defs
        from orchestration.jobs import JOB_NAME

        with instances.open_instance(settings) as instance:
            reaped = instances.reap(instance)
            job = build_defs({"bench": bench}).resolve_job_def(JOB_NAME)
            run_id = str(uuid.uuid4())
            try:
                job.execute_in_process(
                    run_config={
                        "ops": {"door": {"config": _config(request)}},
                        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},  # the report says it
                    },
                    instance=instance,
                    run_id=run_id,
                    tags={instances.PROCESS_TAG: instances.this_process()},
                )
            except DagsterExecutionInterruptedError:
                raise KeyboardInterrupt from None
    except (ConfigurationError, RulebookError):
        raise
    except Exception as error:
        problem = _problem(settings, error)
    state, problem = found_by(settings, problem)
    is_released = problem is None and state is not None
    return BuildReport(
        release_id=state.release_id if is_released and state else None,
        is_reused=bool(state and state.is_reused),
        run_id=run_id,
        seconds=0,
        state=state,
        problem=problem,
        reaped_runs=reaped,
    )


def found_by(settings: Settings, problem: str | None) -> tuple[BuildState | None, str | None]:
    """What the build found, and what went wrong: a build without whole findings released nothing to rely on."""
    try:
        return BuildState.load(settings), problem
    except FileNotFoundError:
        return None, problem or "The build ended without saying what it did."
    except (OSError, ValueError, TypeError) as error:
        return None, problem or _problem(settings, error)


def _config(request: BuildRequest) -> dict[str, Any]:
    """The request as a run's configuration: what the launchpad would show."""
    return {
        "as_of": request.as_of_on.isoformat(),
        "known_on": request.known_on.isoformat() if request.known_on else None,
        "inbox": str(request.inbox.absolute()) if request.inbox else None,
        "rulebooks": str(request.rulebooks.absolute()) if request.rulebooks else None,
        "regime": request.regime_code,
        "accept_drops": list(request.accept_drops),
        "is_full": request.is_full,
    }


def _problem(settings: Settings, error: Exception) -> str:
    if isinstance(error, BuildFailedError | ProcessDiedError):
        return str(error)
    if isinstance(error, DbtError):
        return f"dbt could not run: {error}"
    if type(error).__name__ == "DagsterAssetCheckFailedError":
        state, _ = found_by(settings, str(error))
        return (blocking_message(state) if state else None) or str(error)
    trace = "".join(traceback.format_exception(error))
    try:
        settings.logs.mkdir(parents=True, exist_ok=True)
        with (settings.logs / "errors.log").open("a", encoding="utf-8") as file:
            file.write(trace + "\n")
        where = f" The traceback is in {settings.logs / 'errors.log'}."
    except OSError:
        where = ""
    first_line = (str(error).splitlines() or [""])[0]
    return f"The build stopped: {type(error).__name__}: {first_line}{where}"
