"""`make mutants`: changes the scoring SQL in many ways and lists the changes that no test notices.

Each mutant is tried in a forked process: first by the unit tests beside the model, in milliseconds; then by the
oracle's example cities and the project's data tests on them, for which only the models below the change are built; then,
if these notice nothing, by the cases of the scoring tests with the changed SQL in the model's place. A city or case in
which the change makes the same rows as before is left out. `--steps unit` runs the unit tests only: it lists what a
model's own tests do not notice, in a minute.
`argued.yml` beside this file holds the survivors that change no meaning, each with its argument.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

import yaml

from tests.mutation import cases, units
from tests.mutation.cities import build_cities, notices
from tests.mutation.operators import Mutant, mutants_of, rewritten
from tests.mutation.snapshots import Stillborn
from tests.warehouse import harness

SCORING_FOLDERS = ("intermediate/points", "marts/credit")
ROOT = harness.DBT_PROJECT.parent
TESTS = tuple(
    sorted(
        path.relative_to(ROOT).as_posix()
        for pattern in (
            "test_engine*.py",
            "test_entities.py",
            "test_evidence*.py",
            "test_points_tables*.py",
            "test_published_tables.py",
            "test_repairs*.py",
            "test_supervision.py",
            "test_unrated.py",
        )
        for path in (ROOT / "tests" / "warehouse").glob(pattern)
    )
)
ARGUED = Path(__file__).with_name("argued.yml")
KILL_RATIO_WANTED = 0.95
STILLBORN = "no valid SQL"
STEPS = ("unit", "cities", "cases")

# who looks at a mutant, given a scratch folder, and says what noticed it, or None
Look = Callable[[Mutant, Path], str | None]


class NothingToLearn(Exception):
    """A case fails without any mutant."""


def scoring_models() -> list[str]:
    models = harness.DBT_PROJECT / "models"
    return sorted(path.stem for folder in SCORING_FOLDERS for path in (models / folder).rglob("*.sql"))


def spread(mutants: list[Mutant], wanted: int, seed: int) -> list[Mutant]:
    """`wanted` mutants, one by one from every (model, operator), so that no kind is left out."""
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


def start(work: Callable[[], str | None], answer: Path) -> int:
    """Forks a process that does the work and writes what it says; its exit code is 0 when that is None, 1 when it is
    something, and 2 when the work itself failed, which is not due to the mutant."""
    child = os.fork()
    if child:
        return child
    try:
        said = work()
    except BaseException:
        answer.write_text(traceback.format_exc(), "utf-8")
        os._exit(2)
    answer.write_text(said or "", "utf-8")
    os._exit(0 if said is None else 1)


def run_all(mutants: list[Mutant], judge: Look, jobs: int, seconds: int) -> dict[str, str | None]:
    """Mutant's name -> what noticed it, or None; `judge` says so, given a scratch folder, in a process of its own.

    A mutant that runs longer than `seconds` counts as noticed; one with invalid SQL is left out.
    """
    noticed: dict[str, str | None] = {}
    running: dict[int, tuple[Mutant, Path, float]] = {}
    queue = list(mutants)

    with tempfile.TemporaryDirectory(prefix="firemark-mutants-") as folder:
        while queue or running:
            while queue and len(running) < jobs:
                mutant = queue.pop(0)
                scratch = Path(folder) / str(len(queue))
                scratch.mkdir()
                child = start(partial(judge, mutant, scratch), scratch / "said")
                running[child] = (mutant, scratch, time.monotonic())
            child, status = os.waitpid(-1, os.WNOHANG)
            if child:
                mutant, scratch, _ = running.pop(child)
                said = scratch / "said"
                by = said.read_text("utf-8") if said.exists() else f"longer than {seconds} s"
                code = os.waitstatus_to_exitcode(status)
                if code == 2:
                    raise RuntimeError(f"{mutant.name} could not be judged:\n{by}")
                has_survived = code == 0
                verdict = "SURVIVED" if has_survived else by if by == STILLBORN else f"killed by {by}"
                if by != STILLBORN:
                    noticed[mutant.name] = None if has_survived else by
                done = len(mutants) - len(queue) - len(running)
                print(f"{done:4d}/{len(mutants)} {mutant.name:60} {verdict}", flush=True)
                shutil.rmtree(scratch)
                continue
            for child, (_mutant, _scratch, began) in list(running.items()):
                if time.monotonic() - began > seconds:
                    os.kill(child, 9)
            time.sleep(0.02)
    return noticed


def prepared(folder: Path, steps: Collection[str], models: list[str], tests: tuple[str, ...]) -> list[Look]:
    """What notices a mutant, in the order of its cost. What the steps need is made in the folder, of the control: every
    model parsed and written again, unchanged in meaning. Raises NothingToLearn when the control fails a case."""
    nodes = harness.compiled_nodes()
    control = {model: rewritten(nodes[model].sql) for model in models}
    said = folder / "said"
    recording = start(lambda: cases.record(control, tests, folder), said) if "cases" in steps else None
    looks: list[Look] = []
    if "unit" in steps:
        types = folder / "types.duckdb"
        units.record(types)
        looks.append(lambda mutant, _scratch: units.first_failure(types, mutant.model, mutant.sql))
    if "cities" in steps:
        cities = build_cities(folder, control)
        looks.append(lambda mutant, scratch: notices(cities, scratch, mutant.model, mutant.sql))
    if recording is not None:
        _, status = os.waitpid(recording, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            raise NothingToLearn(said.read_text("utf-8"))
        reach = cases.reach(folder)
        looks.append(lambda mutant, _scratch: cases.first_failure(mutant.model, mutant.sql, tests, reach))
    return looks


def argued() -> dict[tuple[str, str, str], str]:
    """(name, before, after) -> why that change alters no meaning. Keyed by place and text: one text may occur twice in a
    model, and an argument must be reconsidered when the model around it has changed."""
    entries = yaml.safe_load(ARGUED.read_text("utf-8")) or []
    return {(entry["mutant"], entry["before"], entry["after"]): entry["because"] for entry in entries}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=80, help="how many mutants (0 = all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--models", nargs="*", metavar="MODEL", help="only these models")
    parser.add_argument("--only", nargs="*", metavar="NAME", help="only these, by the names that a run printed")
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS, help="judge by these only, cheapest first")
    parser.add_argument("--seconds", type=int, default=600, help="longest run of one mutant")
    parser.add_argument("--tests", nargs="*", default=list(TESTS))
    arguments = parser.parse_args()

    nodes = harness.compiled_nodes()
    models = arguments.models or scoring_models()
    every = [mutant for model in models for mutant in mutants_of(model, nodes[model].sql)]
    if arguments.only is not None:
        chosen = [mutant for mutant in every if mutant.name in arguments.only]
    else:
        chosen = spread(every, arguments.count or len(every), arguments.seed)
    print(f"{len(every)} mutants of {len(models)} models; running {len(chosen)}")

    with tempfile.TemporaryDirectory(prefix="firemark-cities-") as folder:
        try:
            looks = prepared(Path(folder), arguments.steps, models, tuple(arguments.tests))
        except NothingToLearn as error:
            print(f"without any mutant {error} fails: nothing can be learned", file=sys.stderr)
            return 2

        def judge(mutant: Mutant, scratch: Path) -> str | None:
            try:
                return next((by for look in looks if (by := look(mutant, scratch))), None)
            except Stillborn:
                return STILLBORN

        noticed = run_all(chosen, judge, arguments.jobs, arguments.seconds)
    return report(chosen, noticed)


def report(chosen: list[Mutant], noticed: dict[str, str | None]) -> int:
    """Prints the survivors and the score; the exit code says whether it suffices. No test can notice
    a change argued to alter no meaning: one score leaves these out, another counts them."""
    arguments_of = argued()
    born = [mutant for mutant in chosen if mutant.name in noticed]
    survivors = [mutant for mutant in born if noticed[mutant.name] is None]
    is_argued = [(mutant.name, mutant.before, mutant.after) in arguments_of for mutant in survivors]
    for mutant in survivors:
        print(f"\nsurvivor {mutant.name}\n  - {mutant.before}\n  + {mutant.after}")
        print(f"  argued: {arguments_of.get((mutant.name, mutant.before, mutant.after), 'NOT YET')}")
    killed, judged = len(born) - len(survivors), len(born) - sum(is_argued)
    ratio = killed / judged if judged else 1.0
    print(
        f"\nkilled {killed} of the {judged} that change a meaning = {ratio:.1%} (of all {len(born)}: {killed / len(born):.1%}); "
        f"survivors {len(survivors)}, argued {sum(is_argued)}; left out as no valid SQL {len(chosen) - len(born)}"
    )
    return 0 if ratio >= KILL_RATIO_WANTED and all(is_argued) else 1


if __name__ == "__main__":
    raise SystemExit(main())
