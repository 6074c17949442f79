"""The program's two revisions: of what can change a score, and of what only shows it (architecture.md, "Two revisions").

The scoring revision keys frozen lists, known-on replays and what-if; a release id names both. The sample city, tests
and documents are in neither. Does not belong here: the identity of the rulebook, which is an input of each build.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingestion.settings import DBT_PROJECT, PROGRAM
from ingestion.yaml_text import load_yaml

# Folders and single files, relative to the program; all others only show results.
SCORING = (
    "ingestion",
    "expectations",
    "rulebook",
    "orchestration/building",
    "serving/releases/contents.py",  # frozen lists are hashed with it
    "serving/releases/revisions.py",
    "dbt_project",
)
PRESENTATION = ("serving", "orchestration")
# A rulebook is an input of a build, whatever its folder: it is identified by its tables without titles.
NOT_OF_THE_PROGRAM = ("dbt_project/seeds/rulebook", "rulebook/regimes")
_WRITTEN_BY_TOOLS = {"__pycache__", "target", "logs"}
# Of the dbt project's YAML, what changes no table: words, who may refer to a model, who uses one.
_WORDING = {"description", "meta", "docs", "group", "groups", "+group", "access", "+access", "exposures", "vars"}


def scoring_revision() -> str:
    """SHA-256 over everything in the program that can change a score: equal for equal files in a clone, an installed
    copy or an uncommitted tree. The dbt project's YAML counts without its descriptions."""
    return _digest((path, _without_wording(path)) for path in scoring_files())


def presentation_revision() -> str:
    """SHA-256 over the rest of the program that makes a release, and over the descriptions of the dbt project."""
    return _digest((path, path.read_bytes()) for path in presentation_files())


def scoring_files() -> list[Path]:
    """The files of the scoring revision, sorted."""
    return [path for path in _files(SCORING) if path.suffix != ".md"]


def presentation_files() -> list[Path]:
    """The files of the presentation revision, sorted. The dbt project's YAML is in both revisions: here for its descriptions."""
    scoring = set(scoring_files())
    described = [path for path in _files(("dbt_project",)) if path.suffix in (".yml", ".md")]
    return sorted({path for path in _files(PRESENTATION) if path not in scoring} | set(described))


def _files(places: tuple[str, ...]) -> list[Path]:
    found = set()
    for place in places:
        root = PROGRAM / place
        for path in root.rglob("*") if root.is_dir() else (root,):
            relative = path.relative_to(PROGRAM)
            if path.is_file() and not _WRITTEN_BY_TOOLS & set(relative.parts) and not _is_input(relative):
                found.add(path)
    return sorted(found)


def _is_input(relative: Path) -> bool:
    return any(relative.is_relative_to(place) for place in NOT_OF_THE_PROGRAM)


def _without_wording(path: Path) -> bytes:
    if path.suffix != ".yml" or not path.is_relative_to(DBT_PROJECT):
        return path.read_bytes()
    return repr(_stripped(load_yaml(path.read_bytes()))).encode()


def _stripped(content: Any) -> Any:
    if isinstance(content, dict):
        kept = {key: _stripped(value) for key, value in content.items() if key not in _WORDING}
        return {key: value for key, value in kept.items() if key != "config" or value}
    if isinstance(content, list):
        return [_stripped(item) for item in content]
    return content


def _digest(contents: Iterator[tuple[Path, bytes]]) -> str:
    digest = hashlib.sha256()
    for path, content in contents:
        digest.update(path.relative_to(PROGRAM).as_posix().encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


def git_revision() -> str | None:
    """The commit that is checked out, read from the repository's files; null without a repository."""
    git = PROGRAM / ".git"
    try:
        if git.is_file():  # a linked work tree
            git = (PROGRAM / git.read_text("utf-8").partition("gitdir:")[2].strip()).resolve()
        head = (git / "HEAD").read_text("utf-8").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        common = git / "commondir"
        roots = [git, (git / common.read_text("utf-8").strip()).resolve()] if common.exists() else [git]
        for root in roots:
            if (root / name).exists():
                return (root / name).read_text("utf-8").strip()
        for root in roots:
            if (root / "packed-refs").exists():
                for line in (root / "packed-refs").read_text("utf-8").splitlines():
                    if line.endswith(f" {name}"):
                        return line.split()[0]
    except OSError:
        return None
    return None
