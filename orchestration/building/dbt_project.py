"""The dbt project as a home keeps it: parsed once per state of its files, and some models compiled to plain SQL.

A new home takes a copy of what set-up left beside the installed program (`set_up`). Belongs here: the cache under
`cache/dbt`, and running compiled models without dbt. Does not belong here: how dbt is called (`dbt_runner`), what a model
means.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from ingestion.settings import DBT_PROJECT, Settings
from ingestion.warehouse_sources import one_file
from orchestration.building import dbt_runner
from orchestration.building.build_folder import BUILD_FILE_NAME
from orchestration.building.engines import DUCKDB, Engine, engine

WITH_PROGRAM = Path(sys.prefix) / "share" / "firemark" / "dbt"
_COMPILED_FORMAT = 2  # of the file that keeps compiled models
_KEPT_VERSIONS = 3  # a running build may still read the version from before an edit


def project_files() -> Iterator[Path]:
    """The project's own files, without dbt's output."""
    for path in sorted(DBT_PROJECT.rglob("*")):
        if path.is_file() and not {"target", "logs"} & set(path.relative_to(DBT_PROJECT).parts):
            yield path


def fingerprint(of: Engine | None = None) -> str:
    """The cache key of the project on an engine (by default DuckDB): its files, the versions of dbt, and the project's path,
    because dbt stores the path of each seed and a home may be used after the program has moved."""
    adapter = (of or engine(DUCKDB)).adapter
    digest = hashlib.sha256(f"{version('dbt-core')} {adapter} {version(adapter)} {DBT_PROJECT}".encode())
    for path in project_files():
        digest.update(str(path.relative_to(DBT_PROJECT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:24]


def parsed_project(settings: Settings, of: Engine | None = None) -> Path:
    """The folder that holds `manifest.json` and `partial_parse.msgpack` of the project as it is now, parsed for an engine (by
    default DuckDB): each has macros of its own."""
    of = of or engine(DUCKDB)
    cache = settings.home / "cache" / "dbt"
    parsed = cache / fingerprint(of)
    if not (parsed / "manifest.json").exists():
        cache.mkdir(parents=True, exist_ok=True)
        target = Path(tempfile.mkdtemp(prefix=".parse-", dir=cache))
        try:
            try:
                shutil.copytree(WITH_PROGRAM / parsed.name, target, dirs_exist_ok=True)
                target.touch()  # used now, however old
            except OSError:  # set-up has not seen this state of the project
                dbt_runner.invoke(settings, of, ["parse"], target=target, build_file=target / BUILD_FILE_NAME)
            if not parsed.exists():
                target.rename(parsed)
            for outdated in sorted(cache.glob("[!.]*"), key=lambda path: path.stat().st_mtime)[:-_KEPT_VERSIONS]:
                shutil.rmtree(outdated, ignore_errors=True)
        finally:
            shutil.rmtree(target, ignore_errors=True)
    return parsed


@lru_cache(maxsize=4)
def manifest_of(parsed: Path) -> dict[str, Any]:
    """dbt's manifest in a folder that `parsed_project` returned."""
    content: dict[str, Any] = json.loads((parsed / "manifest.json").read_bytes())
    return content


@dataclass(frozen=True)
class CompiledNode:
    """A model or seed as plain SQL for `create`; null for an ephemeral model, which is part of others."""

    schema: str
    relation: str
    kind: str  # table, view
    sql: str | None
    last_reads: tuple[str, ...] = ()  # relations that no later node reads


@dataclass(frozen=True)
class CompiledModels:
    """Some models and all their ancestors, in order; `sources` as `schema.table`."""

    nodes: tuple[CompiledNode, ...]
    sources: frozenset[str]


def compiled_models(settings: Settings, parsed: Path, names: tuple[str, ...]) -> CompiledModels:
    """Models as dbt compiles them for a build file, cached beside the parsed project so that dbt is needed only once."""
    kept = parsed / f"compiled-{hashlib.sha256(json.dumps([_COMPILED_FORMAT, names]).encode()).hexdigest()[:12]}.json"
    if not kept.exists():
        target = Path(tempfile.mkdtemp(prefix=".compile-", dir=parsed))
        try:
            dbt_runner.invoke(
                settings,
                engine(DUCKDB),
                [
                    *("compile", "--no-populate-cache", "--threads", "1", "--indirect-selection", "empty"),
                    *("--select", *(f"+{name}" for name in names)),
                ],
                target=target,
                build_file=target / BUILD_FILE_NAME,
                manifest=dbt_runner.read_manifest(parsed),
            )
            found = _compiled(json.loads((target / "manifest.json").read_bytes()), names)
            (target / "kept.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
            (target / "kept.json").replace(kept)
        finally:
            shutil.rmtree(target, ignore_errors=True)
    content = json.loads(kept.read_bytes())
    nodes = (CompiledNode(**node | {"last_reads": tuple(node["last_reads"])}) for node in content["nodes"])
    return CompiledModels(tuple(nodes), frozenset(content["sources"]))


def _compiled(manifest: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    nodes, sources = manifest["nodes"], manifest["sources"]
    ordered: dict[str, dict[str, Any]] = {}
    read: set[str] = set()

    def place(unique_id: str) -> None:
        if unique_id in sources:
            read.add(f"{sources[unique_id]['schema']}.{sources[unique_id]['name']}")
        elif unique_id not in ordered:
            for parent in sorted(nodes[unique_id]["depends_on"].get("nodes", ())):  # a seed has no nodes
                place(parent)
            ordered[unique_id] = _compiled_node(nodes[unique_id])

    wanted = [f"model.{manifest['metadata']['project_name']}.{name}" for name in names]
    for unique_id in wanted:
        place(unique_id)
    last_reads = _last_reads(manifest, list(ordered), set(wanted))
    return {
        "nodes": [node | {"last_reads": last_reads[unique_id]} for unique_id, node in ordered.items()],
        "sources": sorted(read),
    }


def _last_reads(manifest: dict[str, Any], ordered: Sequence[str], wanted: Collection[str]) -> dict[str, list[str]]:
    """node -> the relations that it is the last to read; who reads a view reads what the view reads."""
    nodes, sources = manifest["nodes"], manifest["sources"]
    stored: dict[str, frozenset[str]] = {}  # node -> what is read from disk or memory when it is read
    last_reader: dict[str, str] = {}
    for unique_id in ordered:
        parents = nodes[unique_id]["depends_on"].get("nodes", ())
        read = frozenset[str]().union(*(stored.get(parent, {parent}) for parent in parents))
        is_table = nodes[unique_id]["config"]["materialized"] not in ("view", "ephemeral")
        stored[unique_id] = frozenset({unique_id}) if is_table else read
        last_reader |= dict.fromkeys(read, unique_id)
    kept = frozenset[str]().union(*(stored[unique_id] for unique_id in wanted))
    found: dict[str, list[str]] = {unique_id: [] for unique_id in ordered}
    for unique_id, reader in sorted(last_reader.items()):
        if unique_id not in kept:
            one = nodes.get(unique_id) or sources[unique_id]
            found[reader].append(f'"{one["schema"]}"."{one["name"]}"')
    return found


def _compiled_node(node: dict[str, Any]) -> dict[str, Any]:
    kind, sql = node["config"]["materialized"], node.get("compiled_code")
    if node["resource_type"] == "seed":
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in node["config"]["column_types"].items())
        path = one_file(DBT_PROJECT / node["original_file_path"])
        sql = f"select * from read_csv({path}, header = true, nullstr = '', types = {{{types}}})"  # as dbt loads it
    return {
        "schema": node["schema"],
        "relation": f'"{node["schema"]}"."{node["name"]}"',
        "kind": "view" if kind == "view" else "table",
        "sql": None if kind == "ephemeral" else sql,
    }


class ModelFailedError(Exception):
    """A compiled model could not be built: its relation, and the engine's message."""

    def __init__(self, relation: str, message: str) -> None:
        super().__init__(f"{relation}: {message}")
        self.relation = relation
        self.message = message


def run_models(connection: duckdb.DuckDBPyConnection, models: CompiledModels) -> None:
    """Builds compiled models over existing sources, in a database with the build file's name. Raises ModelFailedError.

    Only the models that were asked for stay: every other table is dropped when nothing reads it any more, for together they
    take several times the memory of the largest.
    """
    for schema in sorted({node.schema for node in models.nodes}):
        connection.execute(f'create schema if not exists "{schema}"')
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
    ).fetchall()
    droppable = {f'"{schema}"."{name}"' for schema, name in tables}
    droppable |= {node.relation for node in models.nodes if node.kind == "table"}
    for node in models.nodes:
        try:
            if node.sql is not None:
                connection.execute(f"create {node.kind} {node.relation} as {node.sql}")
            for relation in node.last_reads:
                if relation in droppable:
                    connection.execute(f"drop table {relation}")
        except duckdb.Error as error:
            raise ModelFailedError(node.relation, str(error)) from error
