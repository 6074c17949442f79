"""The whole path from inbox to release: repeated, in another order, interrupted, refused."""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import landing
from ingestion.load_outcomes import Status
from ingestion.settings import ConfigurationError, load
from orchestration import run
from orchestration.building.report import BuildReport
from orchestration.building.request import BuildRequest, complete, require_plausible
from orchestration.building.state import BuildState
from orchestration.building.workbench import Workbench
from orchestration.operations import attempts
from orchestration.operations.lock import is_held
from orchestration.run import load_findings
from serving.releases import stored
from serving.releases.candidate import WITHOUT_CONTENT_HASH
from serving.releases.checks import CheckResult
from serving.releases.contents import content_hash
from tests.conftest import ROOT, BuiltCity, copied, firemark, parse_once
from tests.orchestration.support import state_of, written

AS_OF = "2026-09-30"


def described(home: Path) -> dict[str, Any]:
    directory = stored.current_release(load(home))
    assert directory is not None
    return stored.read_description(directory)


def build(home: Path, *arguments: str) -> dict[str, Any]:
    done = firemark(home, "build", "--json", *arguments)
    report: dict[str, Any] = json.loads(done.stdout) | {"stderr": done.stderr}
    return report


def test_the_sample_is_released_with_its_dirt_held(built_city: BuiltCity) -> None:
    summary = built_city.summary
    assert summary["status"] == "released" and summary["problem"] is None
    assert summary["files"]["loaded"] > 300 and summary["files"]["held"] == len(summary["held"]) > 5
    rows = summary["rows"]
    assert rows["read"] == rows["accepted"] + rows["quarantined"] + rows["duplicate"]
    assert all(held["message"] and held["reason_code"] for held in summary["held"])
    assert not [check for check in summary["checks"]["failed"] if check["severity"] == "error"]
    assert stored.verify(built_city.release) == []


def test_a_second_build_loads_nothing_reuses_the_release_and_alerts_no_held_file_again(built_city: BuiltCity) -> None:
    before = described(built_city.home)
    again = build(built_city.home, "--inbox", str(built_city.inbox), "--as-of", before["as_of_on"])
    assert again["files"]["new"] == 0 and again["files"]["parsed"] == 0
    assert again["status"] == "reused" and again["release_id"] == before["release_id"]
    assert "emitted no result" not in again["stderr"]  # nothing that frightens anybody
    assert described(built_city.home)["content_hashes"] == before["content_hashes"]
    lines = [json.loads(line) for line in (built_city.home / "logs" / "alerts.jsonl").read_text("utf-8").splitlines()]
    (told,) = [line["message"] for line in lines if line["code"] == "files_held"]
    assert all(f"{held['file_name']}: {held['reason_code']}" in told for held in built_city.summary["held"])


def test_a_release_describes_itself(built_city: BuiltCity) -> None:
    content = described(built_city.home)
    assert content["rulebook_id"] and content["is_provisional"] is True
    assert len(content["input_files"]) == sum(built_city.summary["files"][status] for status in Status)
    tables = {
        f"{row['table_schema']}.{row['table_name']}"
        for row in built_city.query("select table_schema, table_name from information_schema.tables")
    }
    assert set(content["row_counts"]) == tables
    assert set(content["content_hashes"]) == tables - set(WITHOUT_CONTENT_HASH)
    with duckdb.connect(str(built_city.release / "firemark.duckdb"), read_only=True) as connection:
        assert content["content_hashes"] == {
            name: content_hash(connection, name)[0] for name in content["content_hashes"]
        }
    kinds = {row["kind"] for row in built_city.query("select distinct kind from quality.fct_check_results")}
    assert {"door", "invariant"} <= kinds <= {"door", "invariant", "finding"}


def test_the_view_of_today_is_the_macro_of_today(built_city: BuiltCity) -> None:
    difference = built_city.query(
        "with today as (select cast(current_timestamp at time zone 'Asia/Shanghai' as date) as on_day), "
        "listed as (select * from credit.agency_grades_as_of((select on_day from today))) "
        "(select * from credit.agency_grades except select * from listed) "
        "union all (select * from listed except select * from credit.agency_grades)"
    )
    assert difference == []


@pytest.mark.check  # several builds
def test_a_build_in_other_steps_gives_the_same_marts(small_city: BuiltCity, tmp_path: Path) -> None:
    """Another home, the same key; half of the drops arrive before the rest, out of order. The public pages are the same bytes
    where it is another day, files are private and no language is set, too."""
    as_of = described(small_city.home)["as_of_on"]
    other = tmp_path / "other" / "home"
    shutil.copytree(small_city.home / "secrets", other / "secrets")
    shutil.copytree(small_city.home / "cache", other / "cache")
    late = tmp_path / "late"
    for drop in sorted(small_city.inbox.glob("*/*/*"), key=lambda path: path.name)[::2]:
        shutil.copytree(drop, late / drop.relative_to(small_city.inbox))
    landing.ingest(load(other), late)
    # where the day is another one than in UTC
    far = "Pacific/Kiritimati" if dt.datetime.now(dt.UTC).hour >= 12 else "Etc/GMT+12"
    before = os.umask(0o077)
    try:
        arguments = ("--inbox", str(small_city.inbox), "--as-of", as_of)
        done = firemark(other, "build", "--json", *arguments, env={"TZ": far, "LC_ALL": "C", "LANG": "C"})
    finally:
        os.umask(before)
    assert json.loads(done.stdout)["status"] == "released"
    assert described(other)["content_hashes"] == described(small_city.home)["content_hashes"]
    assert described(other)["release_id"] == described(small_city.home)["release_id"]
    assert described(other)["released_at"] != described(small_city.home)["released_at"]
    pages = _bytes_of(small_city.release / "site")
    assert _bytes_of(other / "releases" / "current" / "site") == pages and len(pages) > 30


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 240
    while not condition():
        assert process.poll() is None and time.monotonic() < deadline, "the build never came to this point"
        time.sleep(0.01)


@pytest.mark.check  # four builds, of which three are killed
def test_kill_9_leaves_the_last_release_whole_and_a_full_rebuild_gives_the_same_marts(
    small_city: BuiltCity, tmp_path: Path
) -> None:
    home = copied(small_city, tmp_path)
    before, expected = described(home)["release_id"], described(home)["content_hashes"]
    full = ("--full", "--as-of", described(home)["as_of_on"])
    points: dict[str, Callable[[], bool]] = {
        "inputs are written": lambda: (home / "build" / "inputs" / "loads.parquet").exists(),
        "dbt writes": lambda: any((home / "build" / "dbt" / "run").rglob("int_points__lines.sql")),
        "a candidate is copied": lambda: any((home / "releases").glob(".candidate-*/parquet/supervision")),
    }
    for point, reached in points.items():
        shutil.rmtree(home / "build", ignore_errors=True)
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "--home", str(home), "build", *full],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        _wait_for(reached, process)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        current = stored.current_release(load(home))
        assert current is not None and current.name == before, point
        assert stored.verify(current) == [], point
    assert build(home, *full)["status"] == "released"
    assert not list((home / "releases").glob(".*"))
    assert described(home)["content_hashes"] == expected


def test_a_failing_check_releases_nothing_and_says_where_to_look(small_city: BuiltCity, tmp_path: Path) -> None:
    """The guard removed from the door: a lake part with a row that the contract would have refused."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    home = copied(small_city, tmp_path)
    before = described(home)["release_id"]
    part = max((home / "lake" / "registry" / "equipment").glob("2*.parquet"))
    table = pq.read_table(part)
    place = table.schema.get_field_index("agency_id")
    broken = pa.array(["9141"] * table.num_rows, pa.string())
    pq.write_table(table.set_column(place, table.schema.field(place), broken), part)
    done = firemark(home, "build", "--as-of", AS_OF, check=False)
    assert done.returncode == 1
    assert "registry.equipment.agencies_are_18_characters" in done.stderr
    assert "Nothing was released" in done.stderr and "Traceback" not in done.stderr
    assert described(home)["release_id"] == before
    assert not list((home / "releases").glob(".candidate-*"))
    assert "agencies_are_18_characters" in (home / "logs" / "alerts.jsonl").read_text("utf-8")
    status = firemark(home, "status").stdout
    assert before in status and "The last build as of 2026-09-30 failed" in status
    assert "agencies_are_18_characters" in status
    assert json.loads(firemark(home, "status", "--format", "json").stdout)["last_build"]["status"] == "failed"


def test_checks_that_were_not_run_are_not_counted_as_failed() -> None:
    failed = CheckResult("unique_line", "invariant", "error", False, 2, "credit.fct_point_ledger", "run it")
    below = [CheckResult(name, "invariant", "error", False, 0, is_run=False) for name in ("spans_tile", "grain")]
    state = state_of()
    state.add_checks([failed, *below])
    message = state.blocking_message()
    assert message is not None
    assert message.splitlines() == [
        "1 blocking check failed:",
        "  unique_line on credit.fct_point_ledger: 2 failing. run it",
        "2 not run, because they depend on these: spans_tile, grain",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "--as-of", "2026-02-30"], "YYYY-MM-DD"),
        (["build", "--inbox", "nowhere"], "nowhere"),
        (["build"], "No file has ever been received"),
        (["build", "--inbox", "tests"], "is not an inbox"),
        (["build", "--inbox", "tests", "--known-on", "2026-01-01"], "registry, complaints, inspections, platform"),
        (["build", "--rulebooks", "nowhere"], "nowhere"),
        (["build", "--regime", "atlantis"], "jiaozuo"),
        (["build", "--accept-drop", "registry/agencies"], "SOURCE/DATASET"),
        (["grades"], "no release"),
        (["explain"], "USCC"),
    ],
)
def test_what_people_got_wrong_is_said_without_a_traceback(tmp_path: Path, arguments: list[str], said: str) -> None:
    parse_once(tmp_path / "home")
    done = firemark(tmp_path / "home", *arguments, check=False)
    assert done.returncode == 2
    assert said in done.stderr and "Traceback" not in done.stderr and done.stdout == ""


def test_a_home_that_cannot_be_written_to_is_said_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = firemark(tmp_path / "file" / "home", "build", "--as-of", "2026-06-01", check=False)
    assert done.returncode == 2 and "--home" in done.stderr and "Traceback" not in done.stderr


def test_the_folder_above_the_inbox_is_no_empty_city(small_city: BuiltCity, tmp_path: Path) -> None:
    home = copied(small_city, tmp_path)
    before = described(home)["release_id"]
    done = firemark(home, "build", "--inbox", str(small_city.sample), check=False)
    assert done.returncode == 2 and f"--inbox {small_city.inbox}" in done.stderr
    assert described(home)["release_id"] == before
    (tmp_path / "emptied").mkdir()  # what came before is still there to be built: `test_replay` does so
    settings = load(home)
    require_plausible(settings, BuildRequest.read(complete(settings, {"inbox": str(tmp_path / "emptied")})))


def test_a_stray_file_in_the_home_s_own_inbox_stops_no_build(tmp_path: Path) -> None:
    settings = load(tmp_path / "home")
    for folder in (settings.inbox, tmp_path / "other"):
        folder.mkdir(parents=True)
        (folder / "Thumbs.db").touch()
    require_plausible(settings, BuildRequest.read(complete(settings, {})))
    with pytest.raises(ConfigurationError, match="is not an inbox"):
        require_plausible(settings, BuildRequest.read(complete(settings, {"inbox": str(tmp_path / "other")})))


def test_a_failed_build_says_so_before_another_may_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(tmp_path / "home")
    attempts.begin(settings, "2026-03-31")  # was interrupted
    held: list[bool] = []
    end = attempts.end
    monkeypatch.setattr(attempts, "end", lambda *a, **more: (held.append(is_held(settings)), end(*a, **more)))
    failed = BuildReport(None, False, "run", 0, None, problem="it broke")
    monkeypatch.setattr(run, "_run", lambda *_: failed)
    assert run.run_build(Workbench(settings), written()).problem == "it broke"
    assert held == [True] and not is_held(settings)
    last = attempts.last(settings)
    assert last is not None and (last["status"], last["as_of_on"]) == ("failed", "2026-06-01")


def test_an_inbox_whose_drops_are_all_misnamed_is_no_empty_city(tmp_path: Path) -> None:
    drop = tmp_path / "inbox" / "registry" / "agencies" / "2026-11-2"
    drop.mkdir(parents=True)
    (drop / "a.xlsx").write_bytes(b"PK")
    parse_once(tmp_path / "home")
    done = firemark(tmp_path / "home", "build", "--inbox", str(tmp_path / "inbox"), check=False)
    assert done.returncode == 2 and "2026-11-2: " in done.stderr and "Traceback" not in done.stderr
    failed = firemark(tmp_path / "home", "grades", check=False)
    assert failed.returncode == 2 and "The last build" in failed.stderr and "2026-11-2: " in failed.stderr


@pytest.mark.check  # two builds
def test_what_a_build_ignored_or_got_too_early_is_told_of_later(small_city: BuiltCity, tmp_path: Path) -> None:
    home, inbox = copied(small_city, tmp_path), tmp_path / "inbox"
    (inbox / "registry" / "agencie").mkdir(parents=True)
    drop = inbox / "registry" / "equipment" / "2027-06-01"
    drop.mkdir(parents=True)
    newest = max((small_city.inbox / "registry" / "equipment").glob("*/*.xlsx"))
    (drop / newest.name).write_bytes(newest.read_bytes()[:2000])  # the copy was still running
    landing.ingest(load(home), inbox)
    shutil.copy(newest, drop / newest.name)
    report = build(home, "--inbox", str(inbox), "--as-of", "2026-12-31")
    assert report["later_than_as_of"] == {"file_count": 2, "received_on": "2027-06-01"}
    assert report["files"]["replaced"] == 1 and not [held for held in report["held"] if held["received_on"] > AS_OF]
    status = firemark(home, "status").stdout
    assert "registry/agencie: 未知的数据集 unknown dataset" in status and "the last on 2027-06-01" in status
    freshness = json.loads(firemark(home, "status", "--format", "json").stdout)["freshness"]
    assert sum(row["replaced_files"] for row in freshness) == 1
    assert "registry/agencie: 未知的数据集 unknown dataset" in firemark(home, "quarantine").stdout
    alerts = (home / "logs" / "alerts.jsonl").read_text("utf-8")
    assert "ignored_in_inbox" in alerts and "2027-06-01" not in alerts


def test_checks_that_warn_raise_one_alert(built_city: BuiltCity) -> None:
    lines = [json.loads(line) for line in (built_city.home / "logs" / "alerts.jsonl").read_text("utf-8").splitlines()]
    release_id = built_city.summary["release_id"]
    (told,) = [line["message"] for line in lines if line["message"].startswith(f"{release_id}: ")]
    assert all(check["check_name"] in told for check in built_city.summary["checks"]["failed"])


def test_findings_that_were_not_written_whole_are_a_problem_and_no_traceback(tmp_path: Path) -> None:
    settings = load(tmp_path / "home")
    settings.build.mkdir(parents=True)
    whole = state_of()
    whole.save(settings)
    assert BuildState.load(settings) == whole
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limit[1]))
    try:
        with pytest.raises(OSError, match="large"):
            state_of("other" * 1000).save(settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert BuildState.load(settings) == whole
    assert [path.name for path in settings.build.iterdir()] == ["state.json"]
    (settings.build / "state.json").write_text('{"release_id": "x', encoding="utf-8")
    state, problem = load_findings(settings, None)
    assert state is None and problem is not None and "stopped" in problem
