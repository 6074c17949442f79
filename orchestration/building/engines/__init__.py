"""The engines that can build the models: `duckdb` and `spark`, a module each, behind one interface.

Belongs here: what a build must know of an engine, and which ones there are. Does not belong here: SQL that differs
(`dbt_project/macros/engine`), how dbt is called (`dbt_runner`), frozen lists, which DuckDB computes in every build.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ingestion.settings import ConfigurationError, Settings

DUCKDB, SPARK = "duckdb", "spark"
ENGINES = (DUCKDB, SPARK)


class EngineError(Exception):
    """An engine did not start or lost its cluster: nothing was built."""


@dataclass(frozen=True)
class Mart:
    """A mart that an engine has built as a table, with its comment and those of its columns."""

    schema: str
    name: str
    comment: str
    column_comments: dict[str, str] = field(default_factory=dict)


class Work(Protocol):
    """An engine at work on one build file: the sources are registered, dbt may run."""

    def row_count_and_preview(self, schema: str, name: str) -> tuple[int | None, str | None]:
        """Of a relation that was just built: its number of rows, and for a mart its preview (`serving.previews`). Null
        where finding it out would run a query."""

    def hand_over(self, marts: Iterable[Mart]) -> None:
        """Puts these tables into the build file, if they are not there yet: everything after dbt reads that file."""


class Engine(Protocol):
    """What differs between engines."""

    @property
    def name(self) -> str:
        """As in a request."""

    @property
    def target(self) -> str:
        """Its target in profiles.yml."""

    @property
    def distribution(self) -> str:
        """The Python distribution whose version is the engine's."""

    @property
    def adapter(self) -> str:
        """The distribution of dbt's adapter."""

    @property
    def threads(self) -> int:
        """How many models dbt builds at a time."""

    def require(self, home: Path) -> None:
        """Raises ConfigurationError, with the remedy, if the engine cannot run on this machine, or not for this home."""

    def load(self) -> None:
        """Imports what a build needs."""

    def disconnect(self) -> None:
        """Closes what dbt has opened."""

    def at_work(self, settings: Settings, build_file: Path) -> AbstractContextManager[Work]:
        """Begins the work on a build file, whose folder holds the build's inputs."""


def of_environment(settings: Settings) -> Engine:
    """The engine that the environment names, else DuckDB. Raises ConfigurationError."""
    name = settings.engine or DUCKDB
    return engine(name, settings.spark_master if name == SPARK else None)


def engine(name: str, master: str | None = None) -> Engine:
    """An engine by its name; `master` is Spark's, null = all cores of this machine. Raises ConfigurationError."""
    from orchestration.building.engines.duckdb import DuckDB
    from orchestration.building.engines.spark import LOCAL, Spark

    if name == SPARK:
        return Spark(master or LOCAL)
    if name != DUCKDB:
        raise ConfigurationError(
            f"没有计算引擎 {name}，可用：{'、'.join(ENGINES)}。Unknown engine {name!r}: expected {' or '.join(ENGINES)}. Name it with "
            "--engine or FIREMARK_ENGINE."
        )
    if master is not None:
        raise ConfigurationError(
            f"只有 Spark 才有 master（{master}），请同时指定 --engine spark。A master ({master}) is Spark's: add --engine spark."
        )
    return DuckDB()
