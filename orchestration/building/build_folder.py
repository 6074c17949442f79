"""The build folder of a home: the file that dbt builds into, the inputs, and files that one step leaves for the
next.

Belongs here: creating and emptying it. Does not belong here: what a step writes into it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from ingestion.settings import Settings

BUILD_FILE_NAME = "firemark.duckdb"  # its stem is the database name inside compiled SQL
DBT_TARGET = "dbt"  # beside the build file
STATE_FILE = "state.json"


def build_file(settings: Settings) -> Path:
    """The file that dbt builds into; BI never opens it."""
    return settings.build / BUILD_FILE_NAME


def door_copy(settings: Settings) -> Path:
    """The copy of the sources that the door's suites read while dbt writes the original; with the same file name, because
    that is the database name."""
    return settings.build / "door" / BUILD_FILE_NAME


def make_build_folder(settings: Settings) -> None:
    """Creates the build folder, readable only by its owner: it holds people's names in the clear."""
    settings.build.mkdir(parents=True, mode=0o700, exist_ok=True)
    settings.build.chmod(0o700)


def empty_build_folder(settings: Settings) -> None:
    """Removes everything of the last build except dbt's compiled SQL: a thousand small files, which dbt overwrites."""
    make_build_folder(settings)
    for path in settings.build.iterdir():
        if path.is_dir() and path.name != DBT_TARGET:
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()
