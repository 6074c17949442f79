"""Dagster's SQLite event log, with one connection per database instead of one per event.

The original storage opens an engine and a connection and syncs to disk for every event, which takes longer than the
models of a small build. Belongs here: how connections are kept. Does not belong here: any other Dagster setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

# Private to Dagster, checked on 1.13.27: the stock storage has no setting for how it keeps connections, so this one
# overrides `_connect` and uses `_db_lock`, `_initdb` and `conn_string_for_shard`, as that version has them
from dagster._core.storage.event_log import SqliteEventLogStorage

# Private to Dagster, checked on 1.13.27: what `from_config_value` of a configurable class is given has no public name
from dagster._serdes import ConfigurableClassData
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool

BUSY_TIMEOUT_SECONDS = 60


class PooledSqliteEventLogStorage(SqliteEventLogStorage):
    """`SqliteEventLogStorage` that keeps its connections open and lets the write-ahead log batch its fsyncs."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> PooledSqliteEventLogStorage:
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:  # not re-entrant: one connection per shard is enough
            engine = self._engines.get(shard)
            if engine is None:
                engine = create_engine(
                    self.conn_string_for_shard(shard),
                    poolclass=StaticPool,
                    connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
                )
                event.listen(engine, "connect", lambda raw, _: raw.execute("pragma synchronous = normal"))
                self._initdb(engine)
                self._engines[shard] = engine
            with engine.connect() as connection, connection.begin():
                yield connection

    def has_table(self, table_name: str) -> bool:
        """Called before every check event; a table that exists is never dropped."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def dispose(self) -> None:
        """Closes every connection."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()
