"""Releases on disk: which is current, its description, whether it is undamaged.

Belongs here: reading the folder of a release. Does not belong here: its tables (`opened`), changing it (`switch`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingestion.settings import Settings

DESCRIPTION_FILE = "release.json"
DESK_FILE, BI_FILE = "firemark.duckdb", "firemark_bi.duckdb"


def current_release(settings: Settings) -> Path | None:
    """The folder of the current release, resolved once, so that a later switch does not affect the reader."""
    link = settings.releases / "current"
    try:
        return (settings.releases / link.readlink()).resolve(strict=True)
    except OSError:
        return None


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
    """What is wrong with a release, by hashing each file again. Empty = undamaged."""
    try:
        expected: dict[str, str] = read_description(directory)["file_hashes"]
        found = dict(file_hashes(directory))
    except (OSError, ValueError, KeyError) as error:
        return [f"{directory.name}: not readable ({type(error).__name__})"]
    problems = []
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            problems.append(f"{directory.name}: {name} is missing")
        elif name in expected and expected[name] != found[name]:
            problems.append(f"{directory.name}: {name} differs from what {DESCRIPTION_FILE} says")
        elif name not in expected and name.endswith(".wal"):  # DuckDB reads it as part of the database file
            problems.append(f"{directory.name}: {name} would change the database file beside it")
    return problems


def file_hashes(directory: Path) -> Iterator[tuple[str, str]]:
    """Every file of a release except its description: the path in the release, SHA-256 of the bytes."""
    for path in sorted(directory.rglob("*")):
        if path.is_file() and path != directory / DESCRIPTION_FILE:
            with path.open("rb") as file:
                yield path.relative_to(directory).as_posix(), hashlib.file_digest(file, "sha256").hexdigest()
