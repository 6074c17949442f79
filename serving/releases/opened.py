"""A release opened for reading: its folder, its description, a locked-down connection to its tables.

Belongs here: opening, and the errors of opening. Does not belong here: queries (`serving.queries`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from ingestion.settings import ConfigurationError, Settings
from serving.releases.errors import FileInUseError, UnreadableReleaseError, in_use
from serving.releases.stored import BI_FILE, DESK_FILE, read_description, require_release


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """The rows of a query, column -> value."""
    result = connection.execute(sql, list(parameters))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@dataclass
class Release:
    """One release: its folder and an open, read-only connection."""

    directory: Path
    connection: duckdb.DuckDBPyConnection

    @cached_property
    def description(self) -> dict[str, Any]:
        """release.json."""
        with _readable(self.directory):
            return read_description(self.directory)

    @property
    def title(self) -> str:
        """The heading of every table of the release: a replay of an earlier day must not be mistaken for today's."""
        known_on = self.description["known_on"]
        return self.directory.name + (f"  截至该日已知 known on {known_on}" if known_on else "")

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of a query."""
        with _readable(self.directory):
            return rows_of(self.connection, sql, parameters)

    def has(self, relation: str) -> bool:
        """Whether the release has a table or view `schema.name`."""
        schema, _, name = relation.partition(".")
        return bool(
            self.rows(
                "select 1 from information_schema.tables where table_schema = ? and table_name = ?", [schema, name]
            )
        )


@contextmanager
def open_release(settings: Settings, *, for_desk: bool = False, memory_limit: str | None = None) -> Iterator[Release]:
    """The current release; `for_desk` with `conflicts`, which hold names and are readable only by their owner.
    `memory_limit` for who reads whole tables: what was read would be kept in memory else.

    Raises NoReleaseError, UnreadableReleaseError, FileInUseError, or ConfigurationError where this account may not read
    it.
    """
    directory = require_release(settings)
    path = directory / (DESK_FILE if for_desk else BI_FILE)
    if path.exists() and not os.access(path, os.R_OK):
        raise ConfigurationError(
            f"当前账号无权读取 This account may not read {path}"
            + (": it holds names of engineers, for the conflict desk only." if for_desk else ".")
        )
    # A query can reach nothing outside this file: no other file, no network; and it cannot change these limits.
    limits: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": False,
        "lock_configuration": True,
    }
    if memory_limit is not None:
        limits["memory_limit"] = memory_limit
    with _readable(directory):
        connection = duckdb.connect(str(path), read_only=True, config=limits)
    with connection:
        yield Release(directory, connection)


@contextmanager
def _readable(directory: Path) -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, OSError, ValueError) as error:
        if (locked := in_use(str(error))) is not None:
            raise FileInUseError(locked) from error
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UnreadableReleaseError(f"发布无法读取 The release {directory} cannot be read ({reason}).") from error
