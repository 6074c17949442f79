"""Builds on Spark, and a standalone cluster on loopback."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from serving.releases.stored import DESK_FILE
from tests.conftest import firemark

LOCAL = "local[2]"
COMMENTS = """
select schema_name, table_name, null as column_name, comment from duckdb_tables()
union all select schema_name, view_name, null, comment from duckdb_views() where not internal
union all select schema_name, table_name, column_name, comment from duckdb_columns() where not internal
order by all
"""
# A small build ends before the second compiler of Java has paid for itself.
QUICKLY = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
_SECONDS_TO_START = 60
_WORKERS = 2


def described(home: Path) -> dict[str, Any]:
    """The current release's release.json."""
    read: dict[str, Any] = json.loads((home / "releases" / "current" / "release.json").read_text("utf-8"))
    return read


def build_on_spark(home: Path, *arguments: str, master: str = LOCAL) -> dict[str, Any]:
    """Builds anew on Spark, and gives release.json."""
    firemark(home, "build", "--full", "--engine", "spark", "--master", master, *arguments, env=QUICKLY)
    return described(home)


def without_releases(home: Path) -> Path:
    """The home, with what it has received alone: a release of the same content would be kept, whichever engine made it."""
    shutil.rmtree(home / "releases")
    return home


def comments(home: Path) -> list[tuple[Any, ...]]:
    """Every relation and column of the release's file for the conflict desk, with its comment."""
    with duckdb.connect(str(home / "releases" / "current" / DESK_FILE), read_only=True) as connection:
        return connection.execute(COMMENTS).fetchall()


@dataclass
class Cluster:
    """A master and workers of one core each, every one a process of its own."""

    master: str
    workers: list[subprocess.Popen[bytes]]

    def kill_a_worker(self) -> None:
        """Kills a worker and its executors, as a machine that loses its power does."""
        os.killpg(self.workers[0].pid, signal.SIGKILL)


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(folder: Path, name: str, *command: str) -> subprocess.Popen[bytes]:
    found = importlib.util.find_spec("pyspark")
    assert found is not None and found.submodule_search_locations
    spark = Path(found.submodule_search_locations[0])
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [str(spark / "bin" / "spark-class"), *command],
            env=os.environ
            | {"SPARK_HOME": str(spark), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A standalone cluster on loopback; its logs and the workers' folders lie in `folder`."""
    folder.mkdir()
    port = _port()
    master = f"spark://127.0.0.1:{port}"
    common = ("--host", "127.0.0.1", "--webui-port", "0")
    processes = [
        _start(folder, "master", "org.apache.spark.deploy.master.Master", *common, "--port", str(port)),
        *(
            _start(
                *(folder, f"worker{number}", "org.apache.spark.deploy.worker.Worker", *common),
                *("--cores", "1", "--memory", "2g", "--work-dir", str(folder / f"work{number}"), master),
            )
            for number in range(_WORKERS)
        ),
    ]
    try:
        until = time.monotonic() + _SECONDS_TO_START
        while (folder / "master.log").read_text("utf-8", "replace").count("Registering worker") < _WORKERS:
            assert time.monotonic() < until, (folder / "master.log").read_text("utf-8", "replace")
            time.sleep(0.5)
        yield Cluster(master, processes[1:])
    finally:
        for process in reversed(processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
