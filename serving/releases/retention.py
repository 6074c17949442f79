"""Which releases keep the folders that only people look at: the last three. What tools read stays in each.

Belongs here: letting go of folders of `stored.KEPT_FOR_A_WHILE`. Does not belong here: removing whole releases, leftovers
of killed builds (`leftovers`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

from ingestion.settings import Settings
from serving.releases.stored import KEPT_FOR_A_WHILE, all_releases, current_release, read_description, removal_mark

LAST = 3


def let_go(settings: Settings) -> None:
    """Removes those folders of all but the last releases and the current one; only the holder of the writer lock may.

    A mark is written first: killed in between, the release is none the worse, and the next time the rest goes.
    """
    current = current_release(settings)
    for directory in sorted(all_releases(settings), key=_age, reverse=True)[LAST:]:
        for folder in KEPT_FOR_A_WHILE:
            if (directory / folder).is_dir() and directory != current:
                removal_mark(directory, folder).touch()
                shutil.rmtree(directory / folder, ignore_errors=True)


def _age(directory: Path) -> tuple[str, str]:
    return str(read_description(directory).get("released_at", "")), directory.name
