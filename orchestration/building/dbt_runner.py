"""Runs dbt in this process: one `dbt build` into the build file, or any other command.

Belongs here: how dbt is called, and its results. Does not belong here: the cache of the project (`dbt_project`), Dagster
events, what a failed test means, SQL. dbt is imported inside the functions: the import is slower than a small command.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.settings import DBT_PROJECT, Settings
from orchestration.building.build_folder import DBT_TARGET
from orchestration.building.engines import Engine, Mart, Work
from serving.audiences import MART_SCHEMAS

_RESULT_EVENTS = {"LogSeedResult", "LogModelResult", "LogTestResult"}
_QUIET = ("--quiet", "--no-use-colors", "--log-level", "none", "--log-level-file", "none", "--no-print")


class DbtError(Exception):
    """dbt could not run at all (the project does not parse, a model's SQL fails)."""


@dataclass(frozen=True)
class NodeFailure:
    """A model or seed that could not be built, and dbt's message."""

    name: str
    message: str


@dataclass(frozen=True)
class TestResult:
    """One dbt data test. `severity` is error or warn; `relations` are those it reads; `sql` is the compiled file."""

    __test__ = False  # not a pytest class

    name: str
    severity: str
    is_passed: bool
    failing_count: int
    relations: tuple[str, ...]
    sql: str
    message: str | None = None
    is_run: bool = True  # dbt skips the tests downstream of a failure


@dataclass(frozen=True)
class DbtOutcome:
    """The result of one `dbt build`."""

    node_count: int
    failures: tuple[NodeFailure, ...]
    tests: tuple[TestResult, ...]


def load(engine: Engine) -> None:
    """Imports what `build` needs: more than a second of CPU."""
    engine.load()
    import dbt.cli.main
    import dbt.task.build  # noqa: F401


_read_ahead: dict[Path, Any] = {}


def make_ready(settings: Settings, engine: Engine, parsed: Path) -> None:
    """Reads the parsed project for the next `build`, and compiles one model, so that the build finds plugins, macros and
    templates loaded."""
    load(engine)
    manifest = read_manifest(parsed)
    model = next((node.name for node in manifest.nodes.values() if node.resource_type == "model"), None)
    if model is not None:
        invoke(
            settings,
            engine,
            [
                *("compile", "--no-write-json", "--no-populate-cache", "--no-introspect", "--threads", "1"),
                *("--indirect-selection", "empty", "--select", model),
            ],
            target=settings.build / DBT_TARGET,
            build_file=":memory:",
            manifest=manifest,
        )
    _read_ahead[parsed] = read_manifest(parsed)


def read_manifest(parsed: Path) -> Any:
    """A new copy of the manifest, because dbt changes the one it is given."""
    from dbt.contracts.graph.manifest import Manifest

    return Manifest.from_msgpack((parsed / "partial_parse.msgpack").read_bytes())


def progress_of(event: dict[str, Any]) -> tuple[str, int, int]:
    """From a node's event: its name, the number of nodes done, the number of all."""
    data = event["data"]
    total = data.get("total") or data.get("num_models") or 0
    return data["node_info"]["node_name"], int(data.get("index") or 0), int(total)


def build(
    settings: Settings,
    engine: Engine,
    parsed: Path,
    build_file: Path,
    on_event: Callable[[dict[str, Any]], None],
    *,
    select: str | None = None,
) -> DbtOutcome:
    """Runs seeds, models and data tests (no unit tests) into `build_file`; compiled SQL lies beside it.

    With `select` only those models and seeds, and no tests.

    `on_event` gets each node's result as dbt's structured event (a dict), with two more keys (`_row_count_and_preview`); one
    at a time, and no node's before those of the nodes that it reads.
    """
    from dbt_common.events.functions import msg_to_dict

    manifest = _read_ahead.pop(parsed, None) or read_manifest(parsed)
    relaying = threading.Lock()  # dbt calls from each of its threads

    def relay(message: Any) -> None:
        if message.info.name in _RESULT_EVENTS:
            event = msg_to_dict(message)
            found = _row_count_and_preview(work, event)
            with relaying:
                on_event(event | found)

    target = build_file.parent / DBT_TARGET
    with engine.at_work(settings, build_file) as work:
        results = invoke(
            settings,
            engine,
            [
                *("build", "--no-write-json", "--no-populate-cache", "--threads", str(engine.threads)),
                *("--exclude-resource-type", "unit_test"),
                *(() if select is None else ("--exclude-resource-type", "test", "--select", select)),
            ],
            target=target,
            build_file=build_file,
            manifest=manifest,
            callbacks=[relay],
            may_fail=True,
        )
        outcome = _outcome(results, target)
        if not outcome.failures:
            work.hand_over(_marts(results))
    return outcome


def _marts(results: Any) -> list[Mart]:
    """The marts that were built as tables."""
    return [
        Mart(
            result.node.schema,
            result.node.alias,
            result.node.description,
            {column.name: column.description for column in result.node.columns.values() if column.description},
        )
        for result in results
        if result.node.resource_type == "model"
        and result.node.schema in MART_SCHEMAS
        and result.node.config.materialized == "table"
        and str(result.status) == "success"
    ]


def _row_count_and_preview(work: Work, event: dict[str, Any]) -> dict[str, Any]:
    """The node's `row_count` and, for a mart, its `preview` (`serving.previews`); null where there is none. Views that
    are not marts are not counted: counting a view runs it."""
    found: dict[str, Any] = {"row_count": None, "preview": None}
    node = event["data"]["node_info"]
    schema, name = node["node_relation"]["schema"], node["node_relation"]["alias"]
    if node["node_status"] != "success" or node["resource_type"] == "test":
        return found
    if node["materialized"] == "view" and schema not in MART_SCHEMAS:
        return found
    found["row_count"], found["preview"] = work.row_count_and_preview(schema, name)
    return found


def invoke(
    settings: Settings,
    engine: Engine,
    command: list[str],
    *,
    target: Path,
    build_file: Path | str,
    manifest: Any = None,
    callbacks: list[Callable[[Any], None]] | None = None,
    may_fail: bool = False,
) -> Any:
    """Runs one dbt command on an engine and returns dbt's result object; the build file's lock is always released.

    Raises DbtError when dbt could not run, or, unless it `may_fail`, when the command failed.
    """
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
                *("--target", engine.target),
                *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
                *("--target-path", str(target), "--log-path", str(settings.logs)),
            ]
        )
    finally:
        reset_adapters()
        engine.disconnect()
    if outcome.exception is not None:
        raise DbtError(str(outcome.exception))
    if not outcome.success and not may_fail:
        raise DbtError(f"dbt {command[0]} failed; its log: {settings.logs}")
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
