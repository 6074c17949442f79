"""Errors of reading a release. A separate module, so that showing these errors needs no database driver."""

from __future__ import annotations

import re

from ingestion.settings import ConfigurationError


class NoReleaseError(ConfigurationError):
    """The home has no release yet."""


class UnreadableReleaseError(ConfigurationError):
    """The release is damaged and must be built again."""


class FileInUseError(ConfigurationError):
    """Another program has the database open for writing and must close it."""


_LOCKED = re.compile(
    r'Could not set lock on file "(?P<path>.+?)"(?:.*?held in (?P<holder>.+? \(PID \d+\)))?', re.DOTALL
)


def in_use(message: str) -> str | None:
    """A message for people, if DuckDB's says that another program has the file open for writing; null = it does not."""
    found = _LOCKED.search(message)
    if found is None:
        return None
    holder = f": {found['holder']}" if found["holder"] else ""
    return (
        f"文件被其他程序以写方式打开 The file {found['path']} is open for writing in another program{holder}. Close it there, "
        "then try again. To look into a release, open it read-only: duckdb -readonly FILE"
    )
