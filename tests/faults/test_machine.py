"""Builds on a machine in trouble: a full disk, logs that cannot be written, no network, five builds at once."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.settings import Settings, load
from serving.releases import stored
from tests.conftest import ROOT, BuiltCity, firemark

AS_OF = "2026-09-30"
pytestmark = pytest.mark.soak


@pytest.fixture
def home(small_city: BuiltCity, tmp_path: Path) -> Settings:
    """A home with one release of its own."""
    shutil.copytree(
        small_city.home, tmp_path / "home", symlinks=True, ignore=shutil.ignore_patterns("build", "dagster", "logs")
    )
    return load(tmp_path / "home")


def start(home: Settings, *arguments: str, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "--home", str(home.home), "build", "--as-of", AS_OF, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]  # those of Popen
    )


def current(home: Settings) -> Path:
    found = stored.current_release(home)
    assert found is not None and stored.verify(found) == []
    return found


def test_of_five_builds_at_once_one_writes_and_four_exit(home: Settings) -> None:
    builds = [start(home) for _ in range(5)]
    said = [build.communicate() for build in builds]
    assert sorted(build.returncode for build in builds) == [0, 3, 3, 3, 3], said
    assert not any("Traceback" in errors for _, errors in said)
    assert current(home).name.startswith(AS_OF)


@pytest.mark.parametrize("largest", [3_000, 40_000, 400_000, 2_000_000])
def test_a_full_disk_stops_the_build_and_leaves_the_release(home: Settings, largest: int) -> None:
    """No file may grow beyond `largest`, as on a full disk, wherever that happens first."""
    before = current(home)

    def fill_up() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    build = start(home, "--full", preexec_fn=fill_up)
    _, errors = build.communicate()
    assert build.returncode in (1, 2), errors
    assert "Traceback" not in errors and errors.strip()
    assert current(home) == before
    alerts = home.logs / "alerts.jsonl"
    assert "build_" in (alerts.read_text("utf-8") if alerts.exists() else "") + errors
    assert start(home).wait() == 0  # the disk has room again


HOOK = """
import os, sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto") and "/" not in str(arguments[-1])[:3]:
        with open(os.environ["SEEN_CALLS"], "a") as seen:
            seen.write(f"{event} {arguments}\\n")
        raise OSError("no network")
sys.addaudithook(watch)
"""


def test_a_build_makes_no_network_call(home: Settings, tmp_path: Path) -> None:
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    seen = tmp_path / "seen"
    watched = {"PYTHONPATH": str(tmp_path / "hook"), "SEEN_CALLS": str(seen)}
    firemark(home.home, "build", "--as-of", AS_OF, "--full", env=watched)
    assert not seen.exists() or seen.read_text() == ""
    subprocess.run(  # the control
        [sys.executable, "-c", "import socket; socket.create_connection(('192.0.2.1', 9))"],
        env=os.environ | watched,
        capture_output=True,
    )
    assert "192.0.2.1" in seen.read_text()


def test_logs_that_cannot_be_written_stop_the_build_and_hide_no_alert(home: Settings) -> None:
    before = current(home)
    home.logs.write_text("in the way", encoding="utf-8")
    build = start(home)
    _, errors = build.communicate()
    assert build.returncode == 1 and '"code": "build_failed"' in errors and "Traceback" not in errors
    assert current(home) == before
