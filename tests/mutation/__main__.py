"""`make mutants`: changes the scoring SQL in many ways and lists the changes that no test notices.

Each mutant runs the scoring tests in a forked process with the changed SQL in the place of the model's.
`argued.yml` beside this file holds the survivors that change no meaning, each with its argument.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import io
import os
import random
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from tests.mutation.operators import Mutant, mutants_of, rewritten
from tests.warehouse import harness

SCORING_FOLDERS = ("intermediate/points", "marts/credit")
ROOT = harness.PROJECT.parent
# The small cases first: they notice most mutants within seconds, and the first failure ends a run.
TESTS = (
    *sorted(
        path.relative_to(ROOT).as_posix()
        for pattern in ("test_engine*.py", "test_evidence*.py", "test_repairs*.py")
        for path in (ROOT / "tests" / "warehouse").glob(pattern)
    ),
    "tests/oracle/test_against_oracle.py",
)
ARGUED = Path(__file__).with_name("argued.yml")
KILL_RATIO_WANTED = 0.95


def scoring_models() -> list[str]:
    models = harness.PROJECT / "models"
    return sorted(path.stem for folder in SCORING_FOLDERS for path in (models / folder).rglob("*.sql"))


def spread(mutants: list[Mutant], wanted: int, seed: int) -> list[Mutant]:
    """`wanted` mutants, taken in turn from every (model, operator), so that no kind is left out."""
    groups: dict[tuple[str, str], list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        groups[(mutant.model, mutant.operator)].append(mutant)
    generator = random.Random(seed)
    for group in groups.values():
        generator.shuffle(group)
    order = sorted(groups)
    generator.shuffle(order)
    chosen: list[Mutant] = []
    while len(chosen) < wanted and any(groups.values()):
        for key in order:
            if groups[key] and len(chosen) < wanted:
                chosen.append(groups[key].pop())
    return chosen


def start(changed: dict[str, str], tests: tuple[str, ...]) -> int:
    """Forks a process that runs the tests with the SQL of some models changed; its exit code is pytest's."""
    child = os.fork()
    if child:
        return child
    nodes = dict(harness.compiled_nodes())
    for model, sql in changed.items():
        nodes[model] = dataclasses.replace(nodes[model], sql=sql)
    harness.compiled_nodes = lambda: nodes
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", *tests])
    os._exit(int(code))


def run_all(mutants: list[Mutant], tests: tuple[str, ...], jobs: int, seconds: int) -> dict[str, bool]:
    """Mutant's name -> whether a test noticed. A mutant that runs longer than `seconds` counts as noticed."""
    killed: dict[str, bool] = {}
    running: dict[int, tuple[Mutant, float]] = {}
    queue = list(mutants)
    while queue or running:
        while queue and len(running) < jobs:
            mutant = queue.pop(0)
            running[start({mutant.model: mutant.sql}, tests)] = (mutant, time.monotonic())
        process, status = os.waitpid(-1, os.WNOHANG)
        if process:
            mutant, _ = running.pop(process)
            killed[mutant.name] = os.waitstatus_to_exitcode(status) != 0
            print(f"{len(killed):4d}/{len(mutants)} {'killed  ' if killed[mutant.name] else 'SURVIVED'} {mutant.name}")
            continue
        for process, (_mutant, began) in list(running.items()):
            if time.monotonic() - began > seconds:
                os.kill(process, 9)
        time.sleep(0.05)
    return killed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="how many mutants (0 = all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--model", help="only this model")
    parser.add_argument("--seconds", type=int, default=600, help="longest run of one mutant")
    parser.add_argument("--tests", nargs="*", default=list(TESTS))
    arguments = parser.parse_args()

    nodes = harness.compiled_nodes()
    models = [arguments.model] if arguments.model else scoring_models()
    every = [mutant for model in models for mutant in mutants_of(model, nodes[model].sql)]
    chosen = spread(every, arguments.count or len(every), arguments.seed)
    print(f"{len(every)} mutants of {len(models)} models; running {len(chosen)}")

    tests = tuple(arguments.tests)
    # The control: every model parsed and written again, unchanged in meaning.
    control = {model: rewritten(nodes[model].sql) for model in models}
    _, status = os.waitpid(start(control, tests), 0)
    if os.waitstatus_to_exitcode(status) != 0:
        print("the tests fail without any mutant: nothing can be learned", file=sys.stderr)
        return 2

    killed = run_all(chosen, tests, arguments.jobs, arguments.seconds)
    argued = yaml.safe_load(ARGUED.read_text("utf-8")) or {}
    survivors = [mutant for mutant in chosen if not killed[mutant.name]]
    for mutant in survivors:
        print(f"\nsurvivor {mutant.name}\n  - {mutant.before}\n  + {mutant.after}")
        print(f"  argued: {argued.get(mutant.name, 'NOT YET')}")
    ratio = 1 - len(survivors) / len(chosen)
    print(f"\nkilled {len(chosen) - len(survivors)} of {len(chosen)} = {ratio:.1%}; survivors {len(survivors)}")
    return 0 if ratio >= KILL_RATIO_WANTED else 1


if __name__ == "__main__":
    raise SystemExit(main())
