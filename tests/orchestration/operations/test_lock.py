"""One writer per home, and what a killed writer leaves behind."""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from ingestion.settings import load
from orchestration.operations import instance as instances
from orchestration.operations.lock import AnotherBuildRunsError, writer_lock
from tests.conftest import ROOT, firemark

HOLDER = """
import sys, time
from ingestion.settings import load
from orchestration.operations.lock import writer_lock
with writer_lock(load(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(home: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_a_second_build_leaves_with_3_and_says_why(tmp_path: Path) -> None:
    holder = hold(tmp_path / "home")
    try:
        done = firemark(tmp_path / "home", "build", check=False)
    finally:
        holder.kill()
        holder.wait()
    assert done.returncode == 3
    assert "another build is running" in done.stderr and "Traceback" not in done.stderr


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    holder = hold(tmp_path / "home")
    settings = load(tmp_path / "home")
    with pytest.raises(AnotherBuildRunsError), writer_lock(settings):
        pass
    holder.kill()
    holder.wait()
    with writer_lock(settings), writer_lock(settings):  # the same process may take it again
        pass


def test_runs_of_ended_processes_are_marked_as_failed_and_others_left(tmp_path: Path) -> None:
    settings = load(tmp_path / "home")
    alive = instances.this_process()
    pid = alive.partition(":")[0]
    with instances.open_instance(settings) as instance:

        @dg.job
        def empty() -> None:
            pass

        started = {
            name: instance.create_run_for_job(empty, status=dg.DagsterRunStatus.STARTED, tags=tags).run_id
            for name, tags in {
                "dead": {instances.PROCESS_TAG: "999999999:1"},
                "reused id": {instances.PROCESS_TAG: f"{pid}:1"},
                "alive": {instances.PROCESS_TAG: alive},
                "just started": {},
            }.items()
        }
        assert set(instances.reap(instance)) == {started["dead"], started["reused id"]}
        statuses = {name: instance.get_run_by_id(run_id).status for name, run_id in started.items()}  # type: ignore[union-attr]  # just created
    assert statuses["dead"] is dg.DagsterRunStatus.FAILURE
    assert statuses["alive"] is dg.DagsterRunStatus.STARTED
    assert statuses["just started"] is dg.DagsterRunStatus.STARTED


def test_a_run_that_waited_in_the_queue_is_not_old_when_it_starts(tmp_path: Path) -> None:
    long_ago = (dt.datetime.now(dt.UTC) - dt.timedelta(hours=3)).replace(tzinfo=None).isoformat(" ")
    with instances.open_instance(load(tmp_path / "home")) as instance:

        @dg.job
        def empty() -> None:
            pass

        def set_back(column: str) -> None:
            with sqlite3.connect(tmp_path / "home" / "dagster" / "history" / "runs.db") as runs:
                runs.execute(f"update runs set {column} = ?", (long_ago,))

        run = instance.create_run_for_job(empty)
        set_back("create_timestamp")
        set_back("update_timestamp")
        instance.report_dagster_event(dg.DagsterEvent("PIPELINE_STARTING", "empty"), run.run_id)
        assert instances.reap(instance) == []
        set_back("update_timestamp")  # it started long ago, too, and never wrote its process
        assert instances.reap(instance) == [run.run_id]


def test_the_instance_keeps_its_events_and_sends_no_telemetry(tmp_path: Path) -> None:
    settings = load(tmp_path / "home")
    with instances.open_instance(settings) as instance:
        assert not instance.telemetry_enabled
        assert type(instance.event_log_storage).__name__ == "PooledSqliteEventLogStorage"

        @dg.op
        def work() -> dg.Output[None]:
            return dg.Output(None)

        @dg.job
        def one() -> None:
            work()

        run_id = one.execute_in_process(instance=instance).run_id
    with instances.open_instance(settings) as reopened:
        assert reopened.get_run_by_id(run_id).status is dg.DagsterRunStatus.SUCCESS  # type: ignore[union-attr]  # just made
        assert any(entry.dagster_event.is_step_success for entry in reopened.all_logs(run_id) if entry.dagster_event)
