"""K17: one whole build below a folder with every character that a home may have; relative, linked and long homes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.settings import load
from orchestration.operations import alerts, attempts
from orchestration.operations.inbox import fingerprint
from orchestration.operations.lock import is_held
from serving.releases import stored
from tests.conftest import ROOT, BuiltCity, copied, firemark

STRANGE = "a*b[x]{1,2}$HOME'\";&@ 焦作𠮷{{ 1 }}=~+,|<>:!()^`" + "长" * 40


@pytest.mark.soak
def test_a_city_is_built_below_a_folder_of_any_name(small_city: BuiltCity, tmp_path: Path) -> None:
    home = copied(small_city, tmp_path / STRANGE)
    firemark(home, "build", "--as-of", "2026-09-30", env={"PYTHONIOENCODING": "ascii"})
    current = stored.current_release(load(home))
    assert current is not None and current.name.startswith("2026-09-30") and stored.verify(current) == []
    assert current.parent == home / "releases"
    agency = small_city.query("select agency_id from credit.dim_agencies limit 1")[0]["agency_id"]
    for command in (["explain", agency], ["conflicts"], ["status"]):
        assert firemark(home, *command).stdout
    assert sorted(tmp_path.glob("*")) + sorted((tmp_path / STRANGE).glob("*")) == [tmp_path / STRANGE, home]
    assert not list(home.glob("logs/errors.log"))


def test_one_home_may_be_written_in_several_ways(small_city: BuiltCity, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(small_city.home)
    relative = os.path.relpath(small_city.home, ROOT)
    expected = json.loads(small_city.run("grades", "--format", "json").stdout)
    for written in (
        f"{small_city.home}/",
        f"{small_city.home}/./",
        relative,
        f"{tmp_path}/linked",
        f"{tmp_path}/linked/",
    ):
        done = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", "--home", written, "grades", "--format", "json"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        assert json.loads(done.stdout) == expected, written


@pytest.mark.parametrize("arguments", [["build"], ["grades"], ["status"], ["up"], ["rulebook", "what-if", "x"]])
def test_a_home_that_cannot_be_is_refused_once_and_nothing_is_made(tmp_path: Path, arguments: list[str]) -> None:
    done = firemark(tmp_path / "a#b" / "home", *arguments, check=False)
    assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1
    assert "the character #" in done.stderr and "--home" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_home_of_too_long_a_name_is_said_without_a_traceback(tmp_path: Path) -> None:
    assert not is_held(load(tmp_path / ("x" * 300)))
    for command in (["build"], ["status"]):
        done = firemark(tmp_path / ("x" * 300), *command, check=False)
        assert done.returncode == 2 and "Traceback" not in done.stderr


def test_files_of_any_name_can_be_waited_for(tmp_path: Path) -> None:
    before = fingerprint(tmp_path)
    (tmp_path / os.fsdecode("名录".encode("gbk"))).write_bytes(b"x")
    assert before is None and fingerprint(tmp_path) is not None


def test_what_is_no_text_can_still_be_told_of(tmp_path: Path) -> None:
    settings = load(tmp_path)
    problem = "no regime \udcff"
    alerts.raise_alert(settings.logs, "build_not_started", problem)
    attempts.begin(settings, "2026-06-01")
    attempts.end(settings, attempts.FAILED, problem=problem)
    assert json.loads((settings.logs / "alerts.jsonl").read_text("utf-8"))["message"] == problem
    assert (attempts.last(settings) or {})["problem"] == problem
