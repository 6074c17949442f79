"""Writing a file atomically: it is complete or not there, even if the writer is killed. Written beside, then renamed.

Belongs here: the temporary file, its sync and rename, removing what killed writers left. Does not belong here: what a
file holds, and sets of files that must appear together.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

_TEMPORARY = ".tmp-"


def temporary_beside(target: Path) -> Path:
    """The temporary file of this process for `target`."""
    return target.with_name(f".{target.name}{_TEMPORARY}{os.getpid()}")


def write_atomically(target: Path, write: Callable[[Path], Any]) -> None:
    """Runs `write` on a temporary file beside `target`, then renames it durably. Nothing is left on failure.

    Only this account can read the file, at every moment.
    """
    temporary = temporary_beside(target)
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600))
        write(temporary)
        temporary.chmod(0o600)
        rename_durably(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text_atomically(target: Path, text: str) -> None:
    """Writes UTF-8 text beside `target` and renames it: after a full disk or a kill the old content is still there.

    Not synced to disk: for state that can be recomputed after a power cut.
    """
    temporary = temporary_beside(target)
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def rename_durably(temporary: Path, target: Path) -> None:
    """Syncs and renames a written file: a power cut after this loses neither its bytes nor its name."""
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path) -> None:
    """Removes temporary files that killed writers left in `folder`. Call it only while nobody writes there."""
    for leftover in folder.rglob(f".*{_TEMPORARY}*"):
        leftover.unlink(missing_ok=True)
