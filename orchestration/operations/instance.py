"""The persistent Dagster instance of a home, and runs that were killed.

Belongs here: dagster.yaml, opening the instance, marking killed runs as failed. Does not belong here: definitions, running a job.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import dagster as dg
import yaml
from dagster import DagsterInstance

from ingestion.settings import Settings

PROCESS_TAG = "firemark/process"
MAX_RUN_SECONDS = 6 * 3600
_UNFINISHED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
# A run without a process in its tags died between its start and its first step.
_UNTAGGED_GRACE_SECONDS = 60


def instance_config(settings: Settings) -> dict[str, object]:
    """The content of this home's `dagster.yaml`."""
    return {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},  # no invitation to leave an address
        "event_log_storage": {
            "module": "orchestration.operations.storage",
            "class": "PooledSqliteEventLogStorage",
            "config": {"base_dir": str(settings.dagster / "history" / "runs")},
        },
        "concurrency": {"runs": {"max_concurrent_runs": 1}},
        # No pool guards the writer: after kill -9 a claimed slot stays claimed. The lock file guards it.
        "run_monitoring": {"enabled": True, "max_runtime_seconds": MAX_RUN_SECONDS, "start_timeout_seconds": 120},
        "retention": {
            "schedule": {"purge_after_days": 90},
            "sensor": {"purge_after_days": {"skipped": 7, "failure": 30, "success": 90}},
        },
    }


def write_instance_config(settings: Settings) -> Path:
    """Writes `dagster.yaml` if it is missing or differs; returns DAGSTER_HOME."""
    settings.dagster.mkdir(parents=True, exist_ok=True)
    path = settings.dagster / "dagster.yaml"
    text = yaml.safe_dump(instance_config(settings), sort_keys=False)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return settings.dagster


def open_instance(settings: Settings) -> DagsterInstance:
    """The instance of this home."""
    return DagsterInstance.from_config(str(write_instance_config(settings)))


def this_process() -> str:
    """Identifies this process by its id and start time, so that another process with the same id is not mistaken for it."""
    return f"{os.getpid()}:{_start_of(os.getpid())}"


def _start_of(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return "?"
    return stat.rpartition(")")[2].split()[19]


def is_alive(process: str) -> bool:
    """Whether the process that `this_process` described still runs."""
    pid_text, _, start = process.partition(":")
    try:
        pid = int(pid_text)
        os.kill(pid, 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return _start_of(pid) == start


def reap(instance: DagsterInstance) -> list[str]:
    """Marks runs as failed whose process has ended (kill -9, power cut); returns their ids. For the holder of the writer
    lock.

    The age of a run without a process counts from its last change of status: it may have waited in the queue for hours.
    """
    reaped = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=_UNFINISHED)):
        run = record.dagster_run
        process = run.tags.get(PROCESS_TAG)
        is_dead = not is_alive(process) if process else _unchanged_seconds(record) > _UNTAGGED_GRACE_SECONDS
        if is_dead:
            instance.report_run_failed(run, "The process of this run has ended; nothing was released.")
            reaped.append(run.run_id)
    return reaped


def _unchanged_seconds(record: dg.RunRecord) -> float:
    return (dt.datetime.now(dt.UTC) - record.update_timestamp).total_seconds()
