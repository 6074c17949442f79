"""The same release on DuckDB, on Spark in one process, and on a standalone cluster of two workers on this machine.

Needs `make spark-setup` and Java 17. `--agencies 300` takes a larger city. Every mart's content hash must be DuckDB's.
Belongs here: the turns. Does not belong here: the cluster (`tests.spark.support`).
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.bench.city import run
from tests.spark.support import LOCAL, QUICKLY, cluster, described


def main(arguments: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agencies", type=int, default=28)
    chosen = parser.parse_args(arguments)
    if importlib.util.find_spec("pyspark") is None:
        raise SystemExit("Spark is not installed: make spark-setup")
    with tempfile.TemporaryDirectory(prefix="firemark-bench-", dir=os.environ.get("TMPDIR")) as temporary:
        folder = Path(temporary)
        program = [sys.executable, "-m", "orchestration.cli", "--home", str(folder / "home")]
        inbox = ("--inbox", str(folder / "sample" / "inbox"), "--as-of", "2026-01-01")
        run([*program, "sample", str(folder / "sample"), "--agencies", str(chosen.agencies)])
        run([*program, "build", *inbox])  # reads the files, and works out the frozen lists
        hashes = described(folder / "home")["content_hashes"]
        print(f"{f'{chosen.agencies} agencies, read before':38}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'x DuckDB':>9}")
        base = None
        with cluster(folder / "cluster") as started:
            for name, engine in (
                ("DuckDB", ()),
                ("Spark, local[2]", ("--engine", "spark", "--master", LOCAL)),
                ("Spark, a master and two workers", ("--engine", "spark", "--master", started.master)),
            ):
                shutil.rmtree(folder / "home" / "releases")  # a release of the same content would be kept
                taken, _ = run([*program, "build", *inbox, *engine], QUICKLY)
                base = base or taken.wall
                equal = "" if described(folder / "home")["content_hashes"] == hashes else "   OTHER HASHES"
                # Java's processes are not counted with those that we started
                cpu, peak = ("", "") if engine else (f"{taken.cpu:.0f}", f"{taken.peak:.0f}")
                print(f"{name:38}{taken.wall:9.0f}{cpu:>9}{peak:>9}{taken.wall / base:9.1f}{equal}", flush=True)


if __name__ == "__main__":
    main()
