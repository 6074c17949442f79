"""How fast exports are read: the working tree compared with a revision of it, in turns.

`python -m tests.bench.reading REVISION` reads a clean city: its workbooks, text files and pages separately. Every turn
is a separate process with a new home; the two sides alternate in going first, and the fastest turn of each counts.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from ingestion.sources import DATASETS
from sample_city import write_city

ROOT = Path(__file__).resolve().parents[2]
NOW = "working tree"

# For any revision: CPU seconds to ingest an inbox, the rows accepted, and the code's own path.
READ = """
import sys, time
from pathlib import Path
import ingestion
from ingestion import landing
started = time.process_time()
taken = landing.ingest(Path(sys.argv[1]), Path(sys.argv[2]))
print(time.process_time() - started, taken.accepted_count, Path(ingestion.__file__).resolve().parents[1])
"""


def unpacked(revision: str, folder: Path) -> Path:
    """The files of a revision of this repository."""
    packed = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode != 0:
        raise SystemExit(f"git knows no revision {revision}: name a branch, a tag or a commit.")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder.resolve()


def inboxes(folder: Path, agencies: int) -> dict[str, Path]:
    """Format -> an inbox with the datasets of that format alone."""
    write_city(folder / "city", clean=True, agencies=agencies)
    found: dict[str, Path] = {}
    for of in DATASETS.values():
        source = folder / "city" / "inbox" / of.source / of.name
        if source.is_dir():
            found[of.format] = folder / of.format
            shutil.copytree(source, found[of.format] / of.source / of.name)
    return found


def read(tree: Path, inbox: Path) -> tuple[float, int]:
    """CPU seconds and accepted rows of one turn with the code of `tree`."""
    with tempfile.TemporaryDirectory(prefix="firemark-bench-") as home:
        done = subprocess.run(
            [sys.executable, "-c", READ, home, str(inbox)], cwd=tree, capture_output=True, text=True, check=False
        )
    if done.returncode != 0:
        raise SystemExit(f"{tree}: {done.stderr[-3000:]}")
    seconds, rows, code = done.stdout.split(maxsplit=2)
    if Path(code.strip()) != tree:
        raise SystemExit(f"Python took the code of {code.strip()} in place of {tree}: unset PYTHONPATH and try again.")
    return float(seconds), int(rows)


def main(arguments: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revision")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--agencies", type=int, default=28)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="firemark-bench-") as folder:
        trees = {chosen.revision: unpacked(chosen.revision, Path(folder) / "tree"), NOW: ROOT}
        print(f"{'CPU seconds':12}{'rows':>10}{chosen.revision[:12]:>14}{NOW:>14}{'x':>7}")
        for kind, inbox in inboxes(Path(folder), chosen.agencies).items():
            taken: dict[str, list[tuple[float, int]]] = {name: [] for name in trees}
            for turn in range(chosen.turns):
                for name in list(trees)[:: 1 if turn % 2 else -1]:
                    taken[name].append(read(trees[name], inbox))
            before, now = (min(taken[name]) for name in trees)
            told = "" if before[1] == now[1] else f"   ({before[1]:,} rows before)"
            print(f"{kind:12}{now[1]:10,}{before[0]:14.2f}{now[0]:14.2f}{now[0] / before[0]:7.2f}{told}", flush=True)


if __name__ == "__main__":
    main()
