"""Why a release cannot be read. A module of its own: who only words these errors loads no database."""

from __future__ import annotations

import re

from ingestion.settings import ConfigurationError


class NoReleaseError(ConfigurationError):
    """The home has no release yet."""


class UnreadableReleaseError(ConfigurationError):
    """The release is damaged: only building it again helps."""


class FileInUseError(ConfigurationError):
    """Another program holds a database for writing: only closing it there helps."""


_LOCKED = re.compile(
    r'Could not set lock on file "(?P<path>.+?)"(?:.*?held in (?P<holder>.+? \(PID \d+\)))?', re.DOTALL
)


def in_use(said: str) -> str | None:
    """What DuckDB says of a file that another program holds for writing, as people need it; null = it says another thing."""
    found = _LOCKED.search(said)
    if found is None:
        return None
    holder = f": {found['holder']}" if found["holder"] else ""
    return (
        f"文件被其他程序以写方式打开 The file {found['path']} is open for writing in another program{holder}. Close it there, "
        "then try again. To look into a release, open it read-only: duckdb -readonly FILE"
    )
