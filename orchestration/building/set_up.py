"""`python -m orchestration.building.set_up` parses the dbt project beside the installed program and compiles the models of the
frozen lists: every new home takes a copy, in place of parsing for twenty seconds. `make setup` runs it.

Belongs here: writing that copy. Does not belong here: parsing, and who takes it (`dbt_project`).
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from filelock import FileLock

from ingestion.settings import load
from orchestration.building import dbt_project, frozen_lists


def keep_with_program() -> None:
    """Writes the copy, in place of those that are there; one process at a time."""
    kept = dbt_project.WITH_PROGRAM
    kept.mkdir(parents=True, exist_ok=True)
    with FileLock(kept.with_name("dbt.lock")), tempfile.TemporaryDirectory(prefix="firemark-parse-") as folder:
        home = load(Path(folder))
        parsed = dbt_project.parsed_project(home)
        dbt_project.compiled_models(home, parsed, frozen_lists.MODELS)
        half = Path(tempfile.mkdtemp(prefix=".copy-", dir=kept))
        shutil.copytree(parsed, half, dirs_exist_ok=True)
        for before in kept.iterdir():
            if before != half:
                shutil.rmtree(before)
        half.rename(kept / parsed.name)


if __name__ == "__main__":
    keep_with_program()
