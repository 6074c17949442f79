"""`python -m orchestration.building.set_up` parses the dbt project beside the installed program and compiles the models of the
frozen lists: every new home takes a copy, in place of parsing for twenty seconds. `make setup` runs it.

Belongs here: writing that copy. Does not belong here: parsing, and who takes it (`dbt_project`).
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from ingestion.settings import load
from orchestration.building import dbt_project, frozen_lists
from orchestration.building.dbt_project import WITH_PROGRAM


def keep_with_program() -> None:
    """Writes the copy, in place of the one for another state of the project."""
    shutil.rmtree(WITH_PROGRAM, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="firemark-parse-") as folder:
        home = load(Path(folder))
        parsed = dbt_project.parsed_project(home)
        dbt_project.compiled_models(home, parsed, frozen_lists.MODELS)
        WITH_PROGRAM.mkdir(parents=True)
        half = Path(tempfile.mkdtemp(prefix=".copy-", dir=WITH_PROGRAM))
        shutil.copytree(parsed, half, dirs_exist_ok=True)
        half.rename(WITH_PROGRAM / parsed.name)


if __name__ == "__main__":
    keep_with_program()
