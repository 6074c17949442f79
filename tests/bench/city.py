"""Where the time of a build goes: `firemark build` compared with dbt alone and with plain DuckDB, on one sample.

Each contender is a separate process over the same inputs. Warm = nothing new in the inbox, another as-of day, so that
nothing is reused; contenders take turns, and the fastest turn of each counts.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The project's own `dbt build` in process, as its author would run it: partial parsing warm, no file log.
PLAIN_DBT = """
import sys
from dbt.cli.main import dbtRunner
target = sys.argv[1]
done = dbtRunner().invoke([
    "--quiet", "--log-level-file", "none", "build", "--exclude-resource-type", "unit_test",
    "--project-dir", "dbt_project", "--profiles-dir", "dbt_project", "--target-path", target, "--log-path", target,
])
sys.exit(0 if done.success else 1)
"""

# The same SQL, compiled by dbt before the clock starts, without dbt, checks or a release.
RAW_DUCKDB = """
import sys, time
import duckdb
from tests.warehouse.harness import compiled_nodes
nodes = compiled_nodes()
started = time.perf_counter()
connection = duckdb.connect(sys.argv[1])
for node in nodes.values():
    connection.execute(f'create schema if not exists "{node.schema}"')
    relation = f'"{node.schema}"."{node.name}"'
    if node.csv is not None:
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in node.column_types.items())
        connection.execute(f"create table {relation} as select * from read_csv('{node.csv}', header=true, nullstr=''"
                           + (f", types={{{types}}}" if types else "") + ")")
    elif node.materialized != "ephemeral":
        kind = "view" if node.materialized == "view" else "table"
        connection.execute(f"create {kind} {relation} as {node.sql}")
connection.close()
print(time.perf_counter() - started)
"""


@dataclass
class Taken:
    """What was taken: seconds of wall clock and CPU, peak MB; of a process and its children, the peak is of the largest one."""

    wall: float = 0.0
    cpu: float = 0.0
    peak: float = 0.0

    def add(self, other: Taken) -> None:
        """What comes after it."""
        self.wall, self.cpu, self.peak = self.wall + other.wall, self.cpu + other.cpu, max(self.peak, other.peak)

    @staticmethod
    def best(turns: list[Taken]) -> Taken:
        return min(turns, key=lambda taken: taken.wall)


def run(command: list[str], environment: dict[str, str] | None = None) -> tuple[Taken, str]:
    """Runs a command in a process that measures it, so that only its own children are counted."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        started = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, env=os.environ | (environment or {}), capture_output=True, text=True)
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        numbers = (time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
        said = done.stdout if done.returncode == 0 else f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        os.write(writer, (" ".join(map(str, numbers)) + "\n" + said).encode()[:60_000])
        os._exit(done.returncode)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        numbers_line, _, said = pipe.read().partition("\n")
    if os.waitpid(child, 0)[1] != 0:
        raise RuntimeError(f"{' '.join(command[:4])}: {said}")
    return Taken(*map(float, numbers_line.split())), said


def measure(folder: Path, turns: int) -> list[tuple[str, Taken, float | None]]:
    """(contender, what it took, seconds by its own report) in the order of the table."""
    home, sample = folder / "home", folder / "sample"
    firemark = [sys.executable, "-m", "orchestration.cli", "--home", str(home)]
    run([*firemark, "sample", str(sample)])
    inbox = ("--inbox", str(sample / "inbox"))
    cold, _ = run([*firemark, "build", *inbox, "--as-of", "2026-01-01"])
    sources = folder / "sources" / "firemark.duckdb"
    sources.parent.mkdir()
    shutil.copyfile(home / "build" / "door" / "firemark.duckdb", sources)

    def fresh(name: str) -> Path:
        path = folder / name / "firemark.duckdb"
        path.parent.mkdir(exist_ok=True)
        for leftover in path.parent.glob("firemark.duckdb*"):
            leftover.unlink()
        shutil.copyfile(sources, path)
        return path

    def plain() -> Taken:
        path = fresh("dbt")
        return run([sys.executable, "-c", PLAIN_DBT, str(path.parent)], {"FIREMARK_BUILD_FILE": str(path)})[0]

    plain()  # fills the partial parse
    raw_command = [sys.executable, "-c", RAW_DUCKDB]
    run([*raw_command, str(fresh("raw"))])  # compiles
    warm, dbt, raw, raw_own = [], [], [], []
    for turn in range(turns):
        warm.append(run([*firemark, "build", *inbox, "--as-of", f"2026-01-{turn + 2:02}"])[0])
        dbt.append(plain())
        taken, said = run([*raw_command, str(fresh("raw"))])
        raw.append(taken)
        raw_own.append(float(said))
    reused, _ = run([*firemark, "build", *inbox, "--as-of", "2026-01-02"])
    return [
        ("firemark build, empty home", cold, None),
        ("firemark build, warm", Taken.best(warm), None),
        ("firemark build, same inputs again", reused, None),
        ("dbt build in process, warm", Taken.best(dbt), None),
        ("raw DuckDB, same SQL", Taken.best(raw), min(raw_own)),
    ]


def main(arguments: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=3)
    turns = parser.parse_args(arguments).turns
    with tempfile.TemporaryDirectory(prefix="firemark-bench-") as folder:
        rows = measure(Path(folder), turns)
    base = next(taken.wall for name, taken, _ in rows if name.startswith("dbt"))
    print(f"{'the sample city, 28 agencies, 3 years':38}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'x dbt':>7}")
    for name, taken, own in rows:
        note = f"   ({own:.2f} s without the interpreter)" if own is not None else ""
        print(f"{name:38}{taken.wall:9.2f}{taken.cpu:9.2f}{taken.peak:9.0f}{taken.wall / base:7.2f}{note}")


if __name__ == "__main__":
    main()
