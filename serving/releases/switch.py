"""How a candidate becomes the current release: described, sealed, made durable, then switched to in one rename.

Belongs here: the steps on disk. Does not belong here: writing a release's files (`serving.outputs`), deciding whether a
build may be released (`orchestration.building`).
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from dataclasses import asdict
from pathlib import Path

from ingestion.atomic_files import sync_folder
from ingestion.settings import Settings
from serving.releases.candidate import Candidate
from serving.releases.leftovers import discard_candidates
from serving.releases.retention import let_go
from serving.releases.stored import (
    DESCRIPTION_FILE,
    DESK_FILE,
    KEPT_FOR_A_WHILE,
    RESTRICTED_FOLDER,
    file_hashes,
    read_description,
    removed_folders,
    verify,
)


def switch_to(settings: Settings, candidate: Candidate) -> Path:
    """Describes the candidate, makes it durable and switches `current` to it, atomically; returns the release.

    An undamaged release with the same id and content is kept; a damaged one is replaced. If the process is killed at any
    point, `current` is the previous release or this one, complete.
    """
    _describe(candidate)
    seal(candidate.directory)
    _make_durable(candidate.directory)
    final = settings.releases / candidate.release_id
    if final.exists() and not _says_the_same(final, candidate):
        _step_aside(settings, candidate, final)
    if final.exists():
        seal(final)
    else:
        candidate.directory.rename(final)
        sync_folder(settings.releases)
    make_current(settings, candidate.release_id)
    discard_candidates(settings)
    let_go(settings)
    return final


def _says_the_same(final: Path, candidate: Candidate) -> bool:
    is_whole = not verify(final) and not removed_folders(final)
    return is_whole and read_description(final)["content_hashes"] == candidate.content_hashes


def _describe(candidate: Candidate) -> None:
    """Writes release.json, the last file of a candidate, because it lists all others."""
    content = dict(candidate.description) | {
        "released_at": candidate.released_at.isoformat() + "Z",
        "row_counts": dict(sorted(candidate.row_counts.items())),
        "content_hashes": dict(sorted(candidate.content_hashes.items())),
        "file_hashes": dict(file_hashes(candidate.directory)),
        "check_results": [
            {name: value for name, value in asdict(check).items() if name not in ("look", "is_run")}
            for check in candidate.checks
        ],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, default=str) + "\n"
    (candidate.directory / DESCRIPTION_FILE).write_text(text, encoding="utf-8")


def seal(directory: Path) -> None:
    """Makes the files of a release read-only: a program that opens one must not change it or lock out readers.

    Files with names of engineers are readable only by their owner. Folders stay writable, so that a release can be
    removed. A file of another account cannot be sealed by this one.
    """
    for path in directory.rglob("*"):
        if path.is_file():
            relative = path.relative_to(directory)
            is_restricted = relative.parts[0] in (DESK_FILE, RESTRICTED_FOLDER)
            mode = 0o400 if is_restricted else 0o444
            found = path.stat()
            if stat.S_IMODE(found.st_mode) != mode:
                try:
                    path.chmod(mode)
                except PermissionError:
                    if found.st_uid == os.geteuid():
                        raise


def _step_aside(settings: Settings, candidate: Candidate, final: Path) -> None:
    """Frees the name of a release that is replaced; until the new one has it, `current` is a copy of the new one."""
    stand_in = Path(tempfile.mkdtemp(prefix=".stand-in-", dir=settings.releases))
    shutil.copytree(candidate.directory, stand_in, copy_function=os.link, dirs_exist_ok=True)
    _make_durable(stand_in)
    make_current(settings, stand_in.name)
    final.rename(settings.releases / f".replaced-{final.name}")


def _make_durable(directory: Path) -> None:
    synced = tuple(f"{folder}/" for folder in KEPT_FOR_A_WHILE)
    if any((directory / folder).is_dir() for folder in KEPT_FOR_A_WHILE):
        os.sync()  # tens of thousands of pages: one by one they take longer than to write
    for path in sorted(directory.rglob("*"), reverse=True):
        if path.relative_to(directory).as_posix().startswith(synced):
            continue
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(directory)


def make_current(settings: Settings, identifier: str) -> None:
    """Points `releases/current` at a release, in one rename."""
    temporary = settings.releases / f".current-{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(identifier)
    os.replace(temporary, settings.releases / "current")
    sync_folder(settings.releases)
