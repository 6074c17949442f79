"""DuckDB: dbt builds every model into the build file itself. Does not belong here: registering the sources in that file
(`ingestion.warehouse_sources`), which every build needs for the door's suites."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingestion.settings import Settings
from orchestration.building.engines import DUCKDB, Mart, Work
from serving.audiences import MART_SCHEMAS
from serving.previews import preview
from serving.releases.contents import quoted


@dataclass(frozen=True)
class DuckDB:
    """The engine of one machine."""

    name: str = DUCKDB
    target: str = "build"
    distribution: str = "duckdb"
    adapter: str = "dbt-duckdb"
    threads: int = 1

    def require(self, home: Path) -> None:
        """It comes with the program."""

    def load(self) -> None:
        """More than a second of CPU."""
        import dbt.adapters.duckdb  # noqa: F401

    def disconnect(self) -> None:
        """Releases the lock of the build file."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()

    @contextmanager
    def at_work(self, settings: Settings, build_file: Path) -> Iterator[Work]:
        """The sources are in the build file already."""
        yield _InBuildFile()


class _InBuildFile:
    def row_count_and_preview(self, schema: str, name: str) -> tuple[int | None, str | None]:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        # A second handle of the same connection: no other process can open the file before the build ends.
        handle = DuckDBConnectionManager.env().handle()
        try:
            cursor = handle.cursor()
            counted = cursor.execute(f"select count(*) from {quoted(schema)}.{quoted(name)}").fetchall()
            return counted[0][0], preview(cursor, schema, name) if schema in MART_SCHEMAS else None
        finally:
            handle.close()

    def hand_over(self, marts: Iterable[Mart]) -> None:
        """They are there."""
