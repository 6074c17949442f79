"""Runs the project's compiled models on hand-made source rows, without a lake, dbt or Dagster in between.

dbt compiles once per state of the project; a test then fills typed source tables in an in-memory DuckDB and
executes the models it needs, in order: milliseconds instead of seconds. The SQL is exactly dbt's.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pyarrow as pa
from filelock import FileLock

from ingestion.settings import DBT_PROJECT
from ingestion.sources import DATASETS
from ingestion.warehouse_sources import create_empty_tables, source_schemas
from orchestration.building.dbt_project import fingerprint
from rulebook.tables import BUILD_TABLES as RULEBOOK_TABLES
from tests.warehouse import lent

_KEPT_STATES = 16


@dataclass(frozen=True)
class Node:
    """One compiled model or seed: its relation, its SQL (models) or CSV (seeds), and what it reads."""

    unique_id: str
    schema: str
    name: str
    materialized: str
    sql: str
    csv: Path | None
    column_types: Mapping[str, str]
    depends_on: tuple[str, ...]


@lru_cache(maxsize=1)
def compiled_nodes() -> dict[str, Node]:
    """Every model and seed of the project in execution order, compiled by dbt (cached by content)."""
    return _ordered(manifest())


@lru_cache(maxsize=1)
def compiled_tests() -> dict[str, str]:
    """The SQL of every data test of the project; its rows are the failures."""
    return {
        node["name"]: node["compiled_code"] for node in manifest()["nodes"].values() if node["resource_type"] == "test"
    }


@lru_cache(maxsize=1)
def manifest() -> dict[str, Any]:
    """The project as dbt compiled it."""
    cache = Path(tempfile.gettempdir()) / "firemark-compiled" / f"{fingerprint()}.json"
    cache.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(cache.with_suffix(".lock")):  # test processes side by side compile once
        if not cache.exists():
            target = Path(tempfile.mkdtemp(prefix="firemark-compile-"))
            try:
                _compile(target)
                shutil.copy(target / "manifest.json", target / "done.json")
                os.replace(target / "done.json", cache)
            finally:
                shutil.rmtree(target, ignore_errors=True)
        manifest: dict[str, Any] = json.loads(cache.read_text("utf-8"))
        cache.touch()
    _keep_newest(cache.parent)
    return manifest


def _keep_newest(folder: Path) -> None:
    """Every state of the project takes megabytes: the last used ones are kept, for work on several at once."""
    with FileLock(folder / ".keep.lock"):
        used = sorted((path.stat().st_mtime, path) for path in folder.glob("*.json"))
        for _, outdated in used[:-_KEPT_STATES]:
            with FileLock(outdated.with_suffix(".lock")):
                outdated.unlink()


def _compile(target: Path) -> None:
    from dbt.cli.main import dbtRunner

    os.environ["FIREMARK_BUILD_FILE"] = str(target / "firemark.duckdb")
    outcome = dbtRunner().invoke(
        [
            *("--quiet", "--log-level-file", "none", "compile", "--no-partial-parse"),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(target), "--log-path", str(target)),
        ]
    )
    if not outcome.success:
        raise RuntimeError(f"dbt compile failed: {outcome.exception or outcome.result}")


def _ordered(manifest: dict[str, Any]) -> dict[str, Node]:
    nodes = {
        unique_id: Node(
            unique_id=unique_id,
            schema=node["schema"],
            name=node["name"],
            materialized=node["config"]["materialized"],
            sql=node.get("compiled_code") or "",
            csv=DBT_PROJECT / node["original_file_path"] if node["resource_type"] == "seed" else None,
            column_types=node["config"].get("column_types") or {},
            depends_on=tuple(node.get("depends_on", {}).get("nodes", [])),
        )
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed")
    }
    ordered: dict[str, Node] = {}

    def place(unique_id: str) -> None:
        if unique_id in ordered or unique_id not in nodes:
            return
        for parent in sorted(nodes[unique_id].depends_on):
            place(parent)
        ordered[unique_id] = nodes[unique_id]

    for unique_id in sorted(nodes):
        place(unique_id)
    return {node.name: node for node in ordered.values()}


def with_ancestors(nodes: dict[str, Node], wanted: Iterable[str]) -> list[Node]:
    """The models wanted and everything above them, in execution order."""
    by_id = {node.unique_id: node for node in nodes.values()}
    keep: set[str] = set()

    def walk(unique_id: str) -> None:
        if unique_id in keep or unique_id not in by_id:
            return
        keep.add(unique_id)
        for parent in by_id[unique_id].depends_on:
            walk(parent)

    for name in wanted:
        walk(nodes[name].unique_id)
    return [node for node in nodes.values() if node.unique_id in keep]


def execute_models(
    database: duckdb.DuckDBPyConnection | lent.Database,
    *models: str,
    replace: Mapping[str, str] | None = None,
    done: set[str] | None = None,
) -> None:
    """Builds models and everything above them (with no name, all) in a database named `firemark`.

    `replace` gives other SQL for some models; `done` names those that stand already, and is added to.
    """
    nodes = compiled_nodes()
    done = set() if done is None else done
    replace = replace or {}
    for node in with_ancestors(nodes, models or nodes):
        if node.name in done:
            continue
        sql = replace.get(node.name, node.sql)
        try:
            if isinstance(database, lent.Database):
                database.build(node, sql)
            elif lent.kind_of(node):
                lent.create(database, node, sql)
        except duckdb.Error as error:
            raise RuntimeError(f"model {node.name}: {error}") from error
        done.add(node.name)


@lru_cache(maxsize=1)
def _source_schemas() -> dict[tuple[str, str], pa.Schema]:
    return source_schemas() | {("rulebook", name): schema for name, schema in RULEBOOK_TABLES.items()}


@lru_cache(maxsize=1024)
def _named_models(sql: str) -> frozenset[str]:
    """The models that a query names with their schema."""
    nodes = compiled_nodes()
    named = re.findall(r'"?\b(\w+)"?\."?(\w+)', sql)
    return frozenset(name for schema, name in named if name in nodes and nodes[name].schema == schema)


class _Lender:
    """Databases that no warehouse uses any more, ready for the next one; all of one state of the models."""

    def __init__(self) -> None:
        self.is_open = True
        self._free: list[lent.Database] = []
        self._nodes: Mapping[str, Node] = {}

    def take(self) -> lent.Database | None:
        """One that is free, without rows; None when there is none."""
        if self._nodes is not compiled_nodes():
            self._nodes = compiled_nodes()
            self._free.clear()
        if not self._free:
            return None
        database = self._free.pop()
        database.next_use(self._nodes.values())
        return database

    def give_back(self, database: lent.Database, nodes: Mapping[str, Node]) -> None:
        """Called when nobody holds the warehouse any more."""
        if self.is_open and database.is_lent_again and nodes is self._nodes:
            self._free.append(database)


lender = _Lender()


class Warehouse:
    """A warehouse over given source rows, in memory unless `file` names a new DuckDB file to hold it.

    `rows` maps `schema.table` of a dbt source to dicts; columns left out are null, and the technical columns
    of a dataset (provenance) get stand-ins. `replace` maps a model's name to SQL that runs in its place. Its database
    is lent to another when it is gone (`lent`), unless `is_lent` is false or somebody took the connection.
    """

    def __init__(
        self,
        rows: Mapping[str, Sequence[Mapping[str, Any]] | pa.Table] | None = None,
        replace: Mapping[str, str] | None = None,
        file: Path | None = None,
        is_lent: bool = True,
    ) -> None:
        self.schemas = _source_schemas()
        free = lender.take() if is_lent and file is None else None
        self.database = free or lent.Database(str(file or ":memory:"), self._create_sources)
        if is_lent:
            weakref.finalize(self, lender.give_back, self.database, compiled_nodes()).atexit = False
        self.replace = dict(replace or {})
        self.done: set[str] = set()
        for relation, table_rows in (rows or {}).items():
            self.insert(relation, table_rows)

    @staticmethod
    def _create_sources(connection: duckdb.DuckDBPyConnection) -> None:
        create_empty_tables(connection, _source_schemas())

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The database, for any use; it is not lent on afterwards."""
        return self.database.keep()

    @property
    def reading(self) -> duckdb.DuckDBPyConnection:
        """The database for others to read, as long as somebody holds this warehouse."""
        return self.database.connection

    def insert(self, relation: str, rows: Sequence[Mapping[str, Any]] | pa.Table) -> None:
        schema_name, table_name = relation.split(".")
        schema = self.schemas[(schema_name, table_name)]
        if not isinstance(rows, pa.Table):
            filled = [self._filled(schema_name, table_name, index, row) for index, row in enumerate(rows, start=1)]
            unknown = {name for row in filled for name in row} - set(schema.names)
            if unknown:
                raise KeyError(f"{relation} has no column {sorted(unknown)}")
            nullable = pa.schema([field.with_nullable(True) for field in schema])
            rows = pa.Table.from_pylist(filled, schema=nullable)
        self.database.fill(f'"{schema_name}"."{table_name}"', rows)

    @staticmethod
    def _filled(source: str, name: str, index: int, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row with stand-ins for its provenance; its keys follow from the dataset's key columns."""
        if (source, name) not in DATASETS:
            return dict(row)
        key = "-".join(str(row.get(column, row.get(f"{column}_key"))) for column in DATASETS[(source, name)].key)
        return {
            "file_hash": "f" * 64,
            "file_name": "file",
            "sheet": None,
            "row_number": index + 1,
            "file_position": index,
            "source_key": key,
            "row_key": key,
            "row_hash": f"row-{index}",
            "flags": "",
        } | dict(row)

    def run(self, *models: str) -> Warehouse:
        """Builds the models named and everything above them that is not built yet; with no name, all."""
        execute_models(self.database, *models, replace=self.replace, done=self.done)
        return self

    def add_agency_grades_as_of(self) -> None:
        """Creates credit.agency_grades_as_of(d), which dbt does after the view of today's grades."""
        files = ("agency_grades.sql", "engine/create_agency_grades_as_of.sql")
        text = "".join((DBT_PROJECT / "macros" / name).read_text("utf-8") for name in files)
        create = jinja2.Environment().from_string(text).module.duckdb__create_agency_grades_as_of  # type: ignore[attr-defined]
        self.database.add(create("credit", "credit.fct_score_history", "credit.dim_agencies"))

    def query(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """Rows of a query as dicts."""
        unbuilt = set(_named_models(sql)) - self.done
        if unbuilt:
            raise KeyError(f"not built: {sorted(unbuilt)}")
        result = self.database.ask(sql, list(parameters))
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def failing(self, data_test: str) -> list[dict[str, Any]]:
        """Rows that break a data test of the project, over the models built so far."""
        return self.query(compiled_tests()[data_test])
