"""Releases on disk: which is current, its description, whether it is undamaged.

Belongs here: reading the folder of a release. Does not belong here: its tables (`opened`), changing it (`switch`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingestion.settings import Settings
from serving.releases.errors import NoReleaseError

DESCRIPTION_FILE = "release.json"
DESK_FILE, BI_FILE = "firemark.duckdb", "firemark_bi.duckdb"
RESTRICTED_FOLDER = "restricted"  # readable by its owner alone
SITE_FOLDER = "site"
DOCS_FOLDER = f"{RESTRICTED_FOLDER}/docs"
# Folders for people to look at, each with one hash; only the last releases keep them (`retention`).
KEPT_FOR_A_WHILE = (SITE_FOLDER, DOCS_FOLDER)


def current_release(settings: Settings) -> Path | None:
    """The folder of the current release, resolved once, so that a later switch does not affect the reader."""
    link = settings.releases / "current"
    try:
        return (settings.releases / link.readlink()).resolve(strict=True)
    except OSError:
        return None


def require_release(settings: Settings) -> Path:
    """The folder of the current release. Raises NoReleaseError where there is none."""
    release = current_release(settings)
    if release is None:
        raise NoReleaseError(f"尚无发布 There is no release in {settings.home} yet.")
    return release


def all_releases(settings: Settings) -> Iterator[Path]:
    """The folders of all releases, in no order; hidden folders are not releases yet, or no longer."""
    for path in settings.releases.glob(f"[!.]*/{DESCRIPTION_FILE}"):
        if not path.parent.is_symlink():
            yield path.parent


def read_description(directory: Path) -> dict[str, Any]:
    """The content of a release's release.json."""
    content: dict[str, Any] = json.loads((directory / DESCRIPTION_FILE).read_text("utf-8"))
    return content


def verify(directory: Path) -> list[str]:
    """What is wrong with a release, by hashing each file again. Empty = undamaged; a folder that the release no longer
    keeps is no fault."""
    try:
        expected: dict[str, str] = read_description(directory)["file_hashes"]
        found = dict(file_hashes(directory))
    except (OSError, ValueError, KeyError) as error:
        return [f"{directory.name}: not readable ({type(error).__name__})"]
    problems = []
    removed = {f"{folder}/" for folder in removed_folders(directory)}
    for name in sorted((expected.keys() | found.keys()) - removed):
        if name not in found:
            problems.append(f"{directory.name}: {name} is missing")
        elif name in expected and expected[name] != found[name]:
            problems.append(f"{directory.name}: {name} differs from what {DESCRIPTION_FILE} says")
        elif name not in expected and name.endswith(".wal"):  # DuckDB reads it as part of the database file
            problems.append(f"{directory.name}: {name} would change the database file beside it")
    return problems


def removal_mark(directory: Path, folder: str) -> Path:
    """The empty file that says that a release no longer keeps a folder."""
    return directory / f".{folder.replace('/', '-')}-removed"


def removed_folders(directory: Path) -> tuple[str, ...]:
    """The folders that a release no longer keeps."""
    return tuple(folder for folder in KEPT_FOR_A_WHILE if removal_mark(directory, folder).exists())


def file_hashes(directory: Path) -> Iterator[tuple[str, str]]:
    """Every file of a release except its description: the path in the release, SHA-256 of the bytes. A folder of
    KEPT_FOR_A_WHILE is one entry, `<folder>/`: SHA-256 over the lines `<path>  <hash>` of its files."""
    others = {directory / DESCRIPTION_FILE, *(removal_mark(directory, folder) for folder in KEPT_FOR_A_WHILE)}
    kept = [directory / folder for folder in KEPT_FOR_A_WHILE]
    for folder in kept:
        if folder.is_dir():
            lines = (f"{path.relative_to(folder).as_posix()}  {_hash(path)}\n" for path in _files_below(folder))
            yield f"{folder.relative_to(directory).as_posix()}/", hashlib.sha256("".join(lines).encode()).hexdigest()
    for path in _files_below(directory, without=kept):
        if path not in others:
            yield path.relative_to(directory).as_posix(), _hash(path)


def _files_below(folder: Path, without: Sequence[Path] = ()) -> Iterator[Path]:
    """The files of a folder by path, without those of some folders."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            if path not in without:
                yield from _files_below(path, without)
        elif path.is_file():
            yield path


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
