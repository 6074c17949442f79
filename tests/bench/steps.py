"""What each step of a build takes as the city grows: wall clock, CPU and memory of all its processes, and growth.

`python -m tests.bench.steps --agencies 28 300 3000` writes each clean city as files and builds it from nothing;
`--lake 3000 30000` takes lakes without files (`lake`), so nothing is read. A city that was written before is named by its
home: `--home FOLDER`. Growth is by rows, from one size to the next: CPU grows with rows to the power of so much.

Belongs here: the sizes, and what the processes of one build take. Does not belong here: other contenders (`city`, `scoring`).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.settings import load
from sample_city import write_city
from sample_city.districts import AGENCIES_PER_DISTRICT
from tests.bench.city import ROOT, Taken
from tests.bench.lake import AS_OF_ON, clean_city, multiply

STEPS = ("start", "reading", "frozen lists", "sources", "models", "checks", "release", "all")
_SAMPLES_A_SECOND = 5
_LEAST_CPU_SECONDS = 1.0
_MB = 1 << 20


def processes() -> Iterator[Path]:
    """This process and all that it and its children started, as folders of /proc."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
        children.setdefault(parent, []).append(int(folder.name))
    waiting = [os.getpid()]
    while waiting:
        number = waiting.pop()
        waiting += children.get(number, [])
        yield Path("/proc") / str(number)


def used() -> tuple[float, float]:
    """CPU seconds so far of this process and all below it, those that ended included, and the MB that they have now."""
    ticks = pages = 0
    for folder in processes():
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            pages += int((folder / "statm").read_text().split()[1])
        except OSError:
            continue
        ticks += sum(map(int, stat[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / _MB


@dataclass
class Clock:
    """What was taken since the last step ended; the peak is that of all processes at one moment."""

    taken: dict[str, Taken] = field(default_factory=lambda: {step: Taken() for step in STEPS})
    _since: tuple[float, float] = field(default_factory=lambda: (time.perf_counter(), used()[0]))
    _peak: float = 0.0

    def watch(self) -> None:
        """Samples the memory until the process ends."""
        while True:
            self._peak = max(self._peak, used()[1])
            time.sleep(1 / _SAMPLES_A_SECOND)

    def end(self, step: str) -> None:
        """Adds what was taken since the last end to `step` and to all."""
        now = (time.perf_counter(), used()[0])
        taken = Taken(now[0] - self._since[0], now[1] - self._since[1], self._peak)
        self.taken[step].add(taken)
        self.taken["all"].add(taken)
        self._since, self._peak = now, 0.0


def build(home: Path, inbox: Path | None) -> dict[str, Any]:
    """Builds in this process: what each step took, and the rows in the lake. Raises RuntimeError if nothing was released."""
    clock = Clock()
    threading.Thread(target=clock.watch, daemon=True).start()
    from orchestration.building.request import complete
    from orchestration.building.workbench import Workbench
    from orchestration.run import run_build

    ended = {"receive": "sources", "model": "models", "check": "checks", "release": "release"}
    reported = {"ingest": "reading", "frozen lists": "frozen lists"}
    begun = set()

    def progress(stage: str, done: int, total: int, label: str) -> None:
        if stage == "ingest" and stage not in begun:
            clock.end("start")
        begun.add(stage)
        if stage in reported and done == total and (stage != "ingest" or not label):
            clock.end(reported[stage])

    class Timed(Workbench):
        def note_done(self, step: str) -> None:
            clock.end(ended[step])
            super().note_done(step)

    settings = load(home)
    report = run_build(Timed(settings, progress), complete(settings, {"inbox": inbox, "as_of_on": str(AS_OF_ON)}))
    clock.end("release")
    if report.release_id is None:
        raise RuntimeError(report.problem)
    rows = sum(file["accepted_count"] for file in report.state.files)
    return {"rows": rows, "taken": {step: vars(taken) for step, taken in clock.taken.items()}}


def measured(home: Path, inbox: Path | None) -> tuple[int, dict[str, Taken]]:
    """The same in a process of its own."""
    asked = [sys.executable, "-m", "tests.bench.steps", "--build", str(home), *([str(inbox)] if inbox else [])]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"The build of {home} failed:\n{done.stdout}\n{done.stderr[-3000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    return found["rows"], {step: Taken(**taken) for step, taken in found["taken"].items()}


def exponent(before: tuple[int, Taken], now: tuple[int, Taken]) -> str:
    """CPU grows with rows to this power from one size to the next; a dash where the times are too short to tell."""
    if min(before[1].cpu, now[1].cpu) < _LEAST_CPU_SECONDS or now[0] == before[0]:
        return "-"
    return f"{math.log(now[1].cpu / before[1].cpu) / math.log(now[0] / before[0]):.2f}"


def show(name: str, rows: int, taken: dict[str, Taken], before: tuple[int, dict[str, Taken]] | None) -> None:
    """Prints one city's steps, and how its CPU grew against the city before."""
    print(f"{f'{name}, {rows:,} rows':38}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'rows/s':>10}{'growth':>8}")
    for step, one in taken.items():
        growth = "" if before is None else exponent((before[0], before[1][step]), (rows, one))
        pace = f"{rows / one.wall:,.0f}" if step in ("reading", "all") and one.wall >= 1 else ""
        print(f"  {step:36}{one.wall:9.1f}{one.cpu:9.1f}{one.peak:9.0f}{pace:>10}{growth:>8}")
    print(flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Prints a table a city."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agencies", type=int, nargs="*", default=[28, 300])
    parser.add_argument("--lake", type=int, nargs="*", default=[])
    parser.add_argument("--home", type=Path, help="a home whose lake is there already")
    parser.add_argument("--build", type=Path, nargs="+", metavar=("HOME", "INBOX"), help="builds in this process")
    chosen = parser.parse_args(arguments)
    if chosen.build:
        print(json.dumps(build(chosen.build[0], chosen.build[1] if len(chosen.build) > 1 else None)))
        return
    if chosen.home:
        show(str(chosen.home), *measured(chosen.home, None), None)
        return
    before = None
    for agencies, has_files in [(size, True) for size in chosen.agencies] + [(size, False) for size in chosen.lake]:
        with tempfile.TemporaryDirectory(prefix="firemark-bench-", dir=os.environ.get("TMPDIR")) as temporary:
            folder = Path(temporary)
            if has_files:
                write_city(folder / "sample", agencies=agencies, clean=True)
                found = measured(folder / "home", folder / "sample" / "inbox")
            else:
                multiply(clean_city(folder / "city"), load(folder / "home"), -(-agencies // AGENCIES_PER_DISTRICT))
                found = measured(folder / "home", None)
        show(f"{agencies:,} agencies{'' if has_files else ', lake'}", *found, before)
        before = found


if __name__ == "__main__":
    main()
