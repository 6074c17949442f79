"""Files that are there whole or not at all, whatever kills the writer: written beside their place, then renamed.

Belongs here: the temporary file, its sync and its rename, and the sweep of what killed writers left. Does not belong
here: what a file holds, and a set of files that must appear together.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

_TEMPORARY = ".tmp-"


def temporary_beside(target: Path) -> Path:
    """Where this process writes what is to become `target`."""
    return target.with_name(f".{target.name}{_TEMPORARY}{os.getpid()}")


def write_whole(target: Path, write: Callable[[Path], Any]) -> None:
    """Runs `write` on a temporary file beside `target`, then puts it in place, durably; nothing is left on failure.

    Nobody but this account may read the file, at no moment.
    """
    temporary = temporary_beside(target)
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600))
        write(temporary)
        temporary.chmod(0o600)
        put_in_place(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text_whole(target: Path, text: str) -> None:
    """Writes UTF-8 text beside `target` and renames it: a full disk or a kill leaves what was there before.

    Not synced: for state that can be worked out again after a power cut.
    """
    temporary = temporary_beside(target)
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def put_in_place(temporary: Path, target: Path) -> None:
    """Renames a file that is written, so that a power cut after this loses neither its bytes nor its name."""
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
    """Removes what killed writers left anywhere in `folder`; only while nobody writes there."""
    for leftover in folder.rglob(f".*{_TEMPORARY}*"):
        leftover.unlink(missing_ok=True)
