"""Time and memory of a publication to Postgres beside a bare `psql \\copy` of the same rows into a table without keys.

Each contender runs in a process of its own, against one server, in one run; they take turns, and the fastest turn counts.
Ours also makes keys, indexes, foreign keys, comments and statistics, and exchanges the schemas.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from ingestion.settings import load
from orchestration.operations.loopback import HOST
from orchestration.operations.postgres_server import Server, programs, running
from serving.outputs import postgres
from serving.outputs.publishing import MEMORY_LIMIT
from serving.releases.opened import open_release
from serving.releases.stored import BI_FILE
from tests.house.project import model_properties

ROOT = Path(__file__).resolve().parents[2]
LINES_AN_AGENCY = 33
LEDGER = "credit.fct_point_ledger"
_TYPES = {"string": "varchar", "boolean": "boolean", "date": "date", "integer": "integer", "bigint": "bigint"}
# Values as a ledger has them; any other text column is null half of the time.
_VALUES = {
    "line_id": "md5(cast(i as varchar))",
    "agency_id": f"'91410800' || lpad(cast(i // {LINES_AN_AGENCY} as varchar), 10, '0')",
    "case_id": "md5('case' || i)",
    "file_hash": "md5(cast(i % 400 as varchar)) || md5(cast(i % 400 as varchar))",
    "rulebook_id": "'jiaozuo-2024'",
    "item_code": "'F' || lpad(cast(i % 13 as varchar), 2, '0')",
    "counted_by_line_id": "null",
    "repairs_line_id": "null",
}


def _value(column: dict[str, Any]) -> str:
    kind = _TYPES.get(column["data_type"], column["data_type"])
    default = {
        "varchar": f"case when hash(i, '{column['name']}') % 2 = 0 then '{column['name']}，' || (i % 50) end",
        "boolean": "hash(i, 1) % 9 = 0",
        "date": "date '2024-03-21' + cast(hash(i, 2) % 900 as integer)",
    }.get(kind, "i % 100")
    return f"cast({_VALUES.get(column['name'], default)} as {kind}) as {column['name']}"


def write_release(home: Path, lines: int) -> Path:
    """A home whose release holds so many ledger lines, their agencies and rules."""
    release_id = f"2026-06-01-{lines:012x}"
    directory = home / "releases" / release_id
    directory.mkdir(parents=True)
    (home / "releases" / "current").unlink(missing_ok=True)
    (home / "releases" / "current").symlink_to(release_id)
    ledger = ", ".join(map(_value, model_properties()["fct_point_ledger"]["columns"]))
    with duckdb.connect(str(directory / BI_FILE)) as connection:
        connection.execute("create schema credit")
        connection.execute(f"create table {LEDGER} as select {ledger} from range({lines}) as t(i)")
        connection.execute(f"create table credit.dim_agencies as select distinct agency_id from {LEDGER}")
        connection.execute(f"create table credit.dim_rules as select distinct rulebook_id, item_code from {LEDGER}")
    description = {
        "release_id": release_id,
        "as_of_on": "2026-06-01",
        "known_on": None,
        "released_at": f"2026-06-01T00:00:00Z {lines:012}",
        "row_counts": {LEDGER: lines},
    }
    (directory / "release.json").write_text(json.dumps(description), encoding="utf-8")
    return directory


def publish_once(home: Path, dsn: str) -> None:
    """Ours, in this process: prints seconds, how many of them rows and keys took, and peak MB."""
    at: dict[str, float] = {}
    started, before = time.perf_counter(), time.process_time()
    settings = replace(load(home, {}), postgres_dsn=dsn)
    with open_release(settings, memory_limit=MEMORY_LIMIT) as release:
        postgres.publish(settings, release, "bi", reached=lambda point: at.update({point: time.perf_counter()}))
    # not ru_maxrss: a process begins with that of the one which started it
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    seconds, cpu = time.perf_counter() - started, time.process_time() - before
    rows, keys = at["copying"] - at["connected"], at["indexed"] - at["copying"]
    print(json.dumps({"seconds": seconds, "rows": rows, "keys": keys, "cpu": cpu, "peak_mb": int(peak) / 1024}))


def ours(home: Path, server: Server) -> dict[str, float]:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("drop schema if exists firemark, credit, supervision, publication, quality cascade")
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.publishing", "--home", str(home), "--dsn", server.dsn()],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(done.stderr[-3000:])
    return json.loads(done.stdout)


def of_backends(server: Server) -> float:
    """CPU seconds of the server's sessions that have ended."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def bare(csv: Path, server: Server) -> dict[str, float]:
    """psql alone: to copy a file that is there already into a table without anything."""
    columns = ", ".join(
        f"{column['name']} {'text' if column['data_type'] == 'string' else column['data_type']}"
        for column in model_properties()["fct_point_ledger"]["columns"]
    )
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("drop table if exists bare")
        connection.execute(f"create table bare ({columns})")
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [programs() / "psql", "-qX", server.dsn(), "-c", f"\\copy bare from '{csv}' (format csv)"], check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": time.perf_counter() - started, "cpu": cpu}


def with_backend(take: Callable[[], dict[str, float]], server: Server) -> dict[str, float]:
    """What a contender took, with the CPU seconds of its session on the server."""
    before = of_backends(server)
    found = take()
    time.sleep(0.5)  # until the session has ended
    return found | {"cpu": found["cpu"] + of_backends(server) - before}


def main(arguments: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--dsn", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.dsn:
        publish_once(chosen.home, chosen.dsn)
        return
    folder = Path(tempfile.mkdtemp(prefix="firemark-bench-"))
    folder.chmod(0o711)
    try:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port = probe.getsockname()[1]
        with running(folder / "pg", folder / "pgpass", port, options={"max_wal_size": "4GB"}) as server:
            print(f"{'':14}{'psql copy':>18}{'publish':>45}{'publish : psql':>18}")
            print(
                f"{'ledger lines':>14}{'wall s':>9}{'CPU s':>9}{'wall s':>9}{'CPU s':>9}{'rows s':>9}{'keys s':>9}"
                f"{'peak MB':>9}{'wall':>9}{'CPU':>9}"
            )
            for lines in chosen.lines:
                home = folder / f"home-{lines}"
                release = write_release(home, lines)
                csv = folder / "lines.csv"
                with duckdb.connect(str(release / BI_FILE), read_only=True) as connection:
                    connection.execute(f"copy {LEDGER} to '{csv}' (format csv, header false)")
                turns = [
                    (with_backend(lambda: bare(csv, server), server), with_backend(lambda: ours(home, server), server))  # noqa: B023
                    for _ in range(chosen.turns)
                ]
                theirs, mine = ({name: min(turn[at][name] for turn in turns) for name in turns[0][at]} for at in (0, 1))
                print(
                    f"{lines:14,}{theirs['seconds']:9.2f}{theirs['cpu']:9.2f}{mine['seconds']:9.2f}{mine['cpu']:9.2f}"
                    f"{mine['rows']:9.2f}{mine['keys']:9.2f}{mine['peak_mb']:9.0f}"
                    f"{mine['seconds'] / theirs['seconds']:9.2f}{mine['cpu'] / theirs['cpu']:9.2f}",
                    flush=True,
                )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
