"""dbt, by its own runner in this process: the parsed project of a home, and one `dbt build` into the build file.

Belongs here: how dbt is called and what it answers. Does not belong here: Dagster events, what a failed test
means, SQL. dbt is imported inside the functions: it costs more than a small command.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ingestion.settings import Settings

PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"
BUILD_FILE_NAME = "firemark.duckdb"  # its stem is the database name inside compiled SQL
_RESULT_EVENTS = {"LogSeedResult", "LogModelResult", "LogTestResult"}
DBT_TARGET = "dbt"  # beside the build file
_KEPT_VERSIONS = 3  # a running build may still read the version before an edit
_QUIET = ("--quiet", "--no-use-colors", "--log-level", "none", "--log-level-file", "none", "--no-print")


class DbtError(Exception):
    """dbt could not run at all (the project does not parse, a model's SQL fails)."""


@dataclass(frozen=True)
class NodeFailure:
    """A model or seed that could not be built, and dbt's own words."""

    name: str
    message: str


@dataclass(frozen=True)
class TestResult:
    """One dbt data test. `severity` is error or warn; `relations` what it reads; `sql` the file to look into."""

    __test__ = False  # not a pytest class

    name: str
    severity: str
    is_passed: bool
    failing_count: int
    relations: tuple[str, ...]
    sql: str
    message: str | None = None
    is_run: bool = True  # dbt skips the tests below one that failed


@dataclass(frozen=True)
class DbtOutcome:
    """What one `dbt build` did."""

    node_count: int
    failures: tuple[NodeFailure, ...]
    tests: tuple[TestResult, ...]


def project_files() -> Iterator[Path]:
    """The project's own files, without what dbt writes."""
    for path in sorted(PROJECT.rglob("*")):
        if path.is_file() and not {"target", "logs"} & set(path.relative_to(PROJECT).parts):
            yield path


def fingerprint() -> str:
    """Names the state of the project and of dbt, for what is kept of them; and the project's place, since dbt writes
    down where it read each seed: a home outlives the folder that the program lay in."""
    digest = hashlib.sha256(f"{version('dbt-core')} {version('dbt-duckdb')} {PROJECT}".encode())
    for path in project_files():
        digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:24]


def parsed_project(settings: Settings) -> Path:
    """The folder that holds `manifest.json` and `partial_parse.msgpack` of the project as it is now."""
    cache = settings.home / "cache" / "dbt"
    parsed = cache / fingerprint()
    if not (parsed / "manifest.json").exists():
        cache.mkdir(parents=True, exist_ok=True)
        target = Path(tempfile.mkdtemp(prefix=".parse-", dir=cache))
        try:
            _invoke(settings, ["parse"], target=target, build_file=target / BUILD_FILE_NAME)
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
    """A model or seed as plain SQL: what `create` makes of it, or null for one that others hold inside."""

    schema: str
    relation: str
    kind: str  # table, view
    sql: str | None


@dataclass(frozen=True)
class CompiledModels:
    """Some models and all that they rest on, in order; `sources` as `schema.table`."""

    nodes: tuple[CompiledNode, ...]
    sources: frozenset[str]


def compiled_models(settings: Settings, parsed: Path, names: tuple[str, ...]) -> CompiledModels:
    """Models as dbt compiles them for a build file, kept beside the parsed project: from then on without dbt."""
    kept = parsed / f"compiled-{hashlib.sha256(json.dumps(names).encode()).hexdigest()[:12]}.json"
    if not kept.exists():
        target = Path(tempfile.mkdtemp(prefix=".compile-", dir=parsed))
        try:
            _invoke(
                settings,
                [
                    *("compile", "--no-populate-cache", "--threads", "1", "--indirect-selection", "empty"),
                    *("--select", *(f"+{name}" for name in names)),
                ],
                target=target,
                build_file=target / BUILD_FILE_NAME,
                manifest=_read(parsed),
            )
            found = _compiled(json.loads((target / "manifest.json").read_bytes()), names)
            (target / "kept.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
            (target / "kept.json").replace(kept)
        finally:
            shutil.rmtree(target, ignore_errors=True)
    content = json.loads(kept.read_bytes())
    return CompiledModels(tuple(CompiledNode(**node) for node in content["nodes"]), frozenset(content["sources"]))


def _compiled(manifest: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    nodes, sources = manifest["nodes"], manifest["sources"]
    ordered: dict[str, dict[str, Any]] = {}
    read: set[str] = set()

    def place(unique_id: str) -> None:
        if unique_id in sources:
            read.add(f"{sources[unique_id]['schema']}.{sources[unique_id]['name']}")
        elif unique_id not in ordered:
            for parent in sorted(nodes[unique_id]["depends_on"].get("nodes", ())):  # a seed has none
                place(parent)
            ordered[unique_id] = _compiled_node(nodes[unique_id])

    for name in names:
        place(f"model.{manifest['metadata']['project_name']}.{name}")
    return {"nodes": list(ordered.values()), "sources": sorted(read)}


def _compiled_node(node: dict[str, Any]) -> dict[str, Any]:
    kind, sql = node["config"]["materialized"], node.get("compiled_code")
    if node["resource_type"] == "seed":
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in node["config"]["column_types"].items())
        path = str(PROJECT / node["original_file_path"]).replace("'", "''")
        sql = f"select * from read_csv('{path}', header = true, nullstr = '', types = {{{types}}})"  # as dbt loads it
    return {
        "schema": node["schema"],
        "relation": f'"{node["schema"]}"."{node["name"]}"',
        "kind": "view" if kind == "view" else "table",
        "sql": None if kind == "ephemeral" else sql,
    }


def load() -> None:
    """Imports what `build` needs: more than a second of CPU."""
    import dbt.adapters.duckdb
    import dbt.cli.main
    import dbt.task.build  # noqa: F401


_read_ahead: dict[Path, Any] = {}


def make_ready(settings: Settings, parsed: Path) -> None:
    """Reads the parsed project for the next `build`, and has dbt compile one model of it: what a first command loads
    and fills (plugins, macros, templates), the build then finds."""
    manifest = _read(parsed)
    model = next((node.name for node in manifest.nodes.values() if node.resource_type == "model"), None)
    if model is not None:
        _invoke(
            settings,
            [
                *("compile", "--no-write-json", "--no-populate-cache", "--no-introspect", "--threads", "1"),
                *("--indirect-selection", "empty", "--select", model),
            ],
            target=settings.build / DBT_TARGET,
            build_file=":memory:",
            manifest=manifest,
        )
    _read_ahead[parsed] = _read(parsed)


def _read(parsed: Path) -> Any:
    """A manifest of one's own: dbt writes into what it is given."""
    from dbt.contracts.graph.manifest import Manifest

    return Manifest.from_msgpack((parsed / "partial_parse.msgpack").read_bytes())


def progress_of(event: dict[str, Any]) -> tuple[str, int, int]:
    """A node's name, how many are done, of how many, from its event."""
    data = event["data"]
    total = data.get("total") or data.get("num_models") or 0
    return data["node_info"]["node_name"], int(data.get("index") or 0), int(total)


def build(
    settings: Settings,
    parsed: Path,
    build_file: Path,
    on_event: Callable[[dict[str, Any]], None],
    *,
    select: str | None = None,
) -> DbtOutcome:
    """Runs seeds, models and data tests (no unit tests) into `build_file`, one thread; compiled SQL lies beside it.

    With `select` only those models and seeds, and no tests.

    `on_event` gets each node's result as dbt's structured event (a dict).
    """
    from dbt_common.events.functions import msg_to_dict

    manifest = _read_ahead.pop(parsed, None) or _read(parsed)

    def relay(message: Any) -> None:
        if message.info.name in _RESULT_EVENTS:
            on_event(msg_to_dict(message))

    target = build_file.parent / DBT_TARGET
    result = _invoke(
        settings,
        [
            *(
                "build",
                "--no-write-json",
                "--no-populate-cache",
                "--threads",
                "1",
                "--exclude-resource-type",
                "unit_test",
            ),
            *(() if select is None else ("--exclude-resource-type", "test", "--select", select)),
        ],
        target=target,
        build_file=build_file,
        manifest=manifest,
        callbacks=[relay],
        may_fail=True,
    )
    return _outcome(result, target)


def _invoke(
    settings: Settings,
    command: list[str],
    *,
    target: Path,
    build_file: Path | str,
    manifest: Any = None,
    callbacks: list[Callable[[Any], None]] | None = None,
    may_fail: bool = False,
) -> Any:
    """dbt's result object; the build file's lock is given back whatever happens."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters
    from dbt.cli.main import dbtRunner

    os.environ["FIREMARK_BUILD_FILE"] = str(build_file)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    settings.logs.mkdir(parents=True, exist_ok=True)
    try:
        outcome = dbtRunner(manifest=manifest, callbacks=callbacks or []).invoke(
            [
                *_QUIET,
                *command,
                *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
                *("--target-path", str(target), "--log-path", str(settings.logs)),
            ]
        )
    finally:
        reset_adapters()
        DuckDBConnectionManager.close_all_connections()
    if outcome.exception is not None:
        raise DbtError(str(outcome.exception))
    if not outcome.success and not may_fail:
        raise DbtError(f"dbt {command[0]} failed")
    return outcome.result


def _outcome(results: Any, target: Path) -> DbtOutcome:
    failures, tests = [], []
    for result in results:
        node, status = result.node, str(result.status)
        if node.resource_type == "test":
            tests.append(
                TestResult(
                    name=node.name,
                    severity="warn" if str(node.config.severity).lower() == "warn" else "error",
                    is_passed=status == "pass",
                    failing_count=int(result.failures or 0) or int(status not in ("pass", "skipped")),
                    relations=tuple(_short_name(unique_id) for unique_id in node.depends_on.nodes),
                    sql=str(target / "compiled" / node.package_name / _compiled_path(node)),
                    message=result.message if status in ("error", "skipped") else None,
                    is_run=status != "skipped",
                )
            )
        elif status not in ("success", "skipped", "no-op"):
            failures.append(NodeFailure(node.name, str(result.message or status)))
    return DbtOutcome(len(results), tuple(failures), tuple(tests))


def _short_name(unique_id: str) -> str:
    return ".".join(unique_id.split(".")[2:])


def _compiled_path(node: Any) -> str:
    own = str(node.original_file_path)
    return own if own.endswith(".sql") else f"{own}/{node.path}"
