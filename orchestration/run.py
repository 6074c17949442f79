"""`firemark build`: the scheduled job, run in this process against the home's Dagster instance.

Belongs here: one run from lock to report. Does not belong here: the steps (`building`), the words of the command line.
"""

from __future__ import annotations

import time
import traceback
import uuid

from ingestion.helper_process import ProcessDiedError, keep_what_is_loaded
from ingestion.settings import ConfigurationError, Settings
from orchestration.building.build_folder import STATE_FILE
from orchestration.building.dbt_runner import DbtError
from orchestration.building.report import BuildReport
from orchestration.building.request import BuildRequest, Written, require_plausible
from orchestration.building.state import BuildFailedError, BuildState
from orchestration.building.workbench import Workbench
from orchestration.operations import alerts, attempts
from orchestration.operations.lock import writer_lock
from rulebook.problems import RulebookError
from serving.releases.errors import in_use


def run_build(bench: Workbench, written: Written) -> BuildReport:
    """Runs the job; raises `AnotherBuildRunsError` at once when another process builds in this home.

    Configuration and rulebook errors come out as they were raised; whatever else goes wrong is the report's
    `problem`, an alert, and (if nobody expected it) a traceback in logs/errors.log.
    """
    settings = bench.settings
    started = time.perf_counter()
    with writer_lock(settings):
        try:
            bench.lock()
            attempts.begin(settings, written["as_of_on"])
            report = _run(bench, written)
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


def _run(bench: Workbench, written: Written) -> BuildReport:
    settings = bench.settings
    problem: str | None = None
    run_id, reaped = "", []
    try:
        (settings.build / STATE_FILE).unlink(missing_ok=True)
        bench.start_dbt()  # imports dbt while this process imports Dagster; the suites' turn comes when dbt runs
        request = BuildRequest.read(written)
        require_plausible(settings, request)  # before Dagster: who mistyped an option waits for nothing
        bench.rules(request)
        from dagster import DagsterExecutionInterruptedError, Failure

        from orchestration.definitions import build_defs
        from orchestration.jobs import JOB_NAME
        from orchestration.operations import instance as instances

        with instances.open_instance(settings) as instance:
            reaped = instances.reap(instance)
            job = build_defs({"bench": bench}).resolve_job_def(JOB_NAME)
            keep_what_is_loaded()
            run_id = str(uuid.uuid4())
            try:
                job.execute_in_process(
                    run_config={
                        "ops": {"door": {"config": written}},
                        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},  # the report says it
                    },
                    instance=instance,
                    run_id=run_id,
                    tags={instances.PROCESS_TAG: instances.this_process()},
                )
            except DagsterExecutionInterruptedError:
                raise KeyboardInterrupt from None
            except Failure as failure:  # `assets.failing`
                raise failure.__cause__ or failure from None
    except (ConfigurationError, RulebookError):
        raise
    except Exception as error:
        problem = _problem(settings, error)
    state, problem = load_findings(settings, problem)
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


def load_findings(settings: Settings, problem: str | None) -> tuple[BuildState | None, str | None]:
    """What the build found, and what went wrong: a build without whole findings released nothing to rely on."""
    try:
        return BuildState.load(settings), problem
    except FileNotFoundError:
        return None, problem or "The build ended without saying what it did."
    except (OSError, ValueError, TypeError) as error:
        return None, problem or _problem(settings, error)


def _problem(settings: Settings, error: Exception) -> str:
    locked = in_use(str(error))  # whoever met it: dbt, the suites, a step
    if locked is not None:
        return f"The build stopped. {locked}"
    if isinstance(error, BuildFailedError | ProcessDiedError):
        return str(error)
    if isinstance(error, DbtError):
        return f"dbt could not run: {error}"
    if type(error).__name__ == "DagsterAssetCheckFailedError":
        state, _ = load_findings(settings, str(error))
        return (state.blocking_message() if state else None) or str(error)
    trace = "".join(traceback.format_exception(error))
    try:
        settings.logs.mkdir(parents=True, exist_ok=True)
        with (settings.logs / "errors.log").open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(trace + "\n")
        where = f" The traceback is in {settings.logs / 'errors.log'}."
    except OSError:
        where = ""
    first_line = (str(error).splitlines() or [""])[0]
    return f"The build stopped: {type(error).__name__}: {first_line}{where}"
