"""`make bench`: what a build takes step by step, beside dbt, raw DuckDB, scripts and psql, all in one run on one machine.

The short form leaves out what takes long. `make bench LONG=1` takes hours: 3,000 agencies with files, 30,000 without, 10^7
ledger lines, a site of 30,000 agencies, and Spark (`make spark-setup`), local and as a cluster. Figures of two runs do not
compare: the first lines name the machine, the versions and the day.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.bench import city, conflicts, publishing, scoring, site, spark, steps

_PACKAGES = (
    "duckdb",
    "dbt-core",
    "dbt-duckdb",
    "dagster",
    "great-expectations",
    "pyarrow",
    "pandas",
    "polars",
    "pyspark",
)
_EVENTS, _MANY_EVENTS = ("10000", "100000", "1000000"), "10000000"
_PAGES, _MANY_PAGES = ("28", "3000"), "30000"


def machine() -> str:
    """The processor, cores and memory, Python, the libraries, and the day."""
    cpu = platform.processor() or platform.machine()
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
    found = []
    for package in _PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"no {package}")
    return (
        f"{dt.date.today()}: {os.cpu_count()} cores of {cpu}, {gigabytes:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}\n{', '.join(found)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("events", nargs="*", help="the sizes to score at")
    parser.add_argument("--agencies", nargs="+", default=[], help="the sizes of the site")
    chosen = parser.parse_args()
    events = chosen.events or [*_EVENTS, *([_MANY_EVENTS] if chosen.long else [])]
    pages = chosen.agencies or [*_PAGES, *([_MANY_PAGES] if chosen.long else [])]
    parts: list[Callable[[], None]] = [
        lambda: steps.main(["--agencies", "28", "300", *(["3000", "--lake", "30000"] if chosen.long else [])]),
        lambda: city.main([]),
        lambda: scoring.main(["--events", *events]),
        conflicts.main,
        lambda: site.main(["--agencies", *pages]),
        lambda: publishing.main([]),
        *([lambda: spark.main([])] if chosen.long else []),
    ]
    print(machine())
    for part in parts:
        print(flush=True)
        part()


if __name__ == "__main__":
    main()
