"""Runs suites against a DuckDB file with Great Expectations and returns plain outcomes.

Belongs here: the connection, the call, reading its result. Does not belong here: any suite, any release.
Importing this module is cheap: `load` imports Great Expectations itself.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from expectations.suites import Check, Suite, SuiteOutcome

_PLACES_SHOWN = 3


def load() -> None:
    """Imports Great Expectations (seconds of CPU), without telemetry and progress bars."""
    _library()


def _library() -> tuple[Any, Any]:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
        import great_expectations.expectations as gxe
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    return gx, gxe


def run_suites(database: Path | str, suites: Iterable[Suite]) -> list[SuiteOutcome]:
    """One outcome per check. The file is opened read-only; no other process may write it meanwhile.

    A check that raises (its relation is missing, its SQL is invalid) has not passed.
    """
    gx, gxe = _library()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_sql(
        name="build",
        # Quoted: the library would take some characters of the path for a part of the address, or for a variable.
        connection_string=f"duckdb:///{quote(str(database))}",
        # Without these options a rollback empties the cursor that is being read, and every check passes.
        kwargs={
            "isolation_level": "AUTOCOMMIT",
            "skip_autocommit_rollback": True,
            "connect_args": {"read_only": True},
        },
    )
    outcomes: list[SuiteOutcome] = []
    try:
        for suite in suites:
            outcomes.extend(_run(gx, gxe, source, suite))
    finally:
        source.get_execution_engine().engine.dispose()
    return outcomes


def _run(gx: Any, gxe: Any, source: Any, suite: Suite) -> Sequence[SuiteOutcome]:
    schema, _, table = suite.relation.partition(".")
    try:
        asset = source.add_table_asset(name=suite.relation, table_name=table, schema_name=schema)
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        expectations = [
            getattr(gxe, check.expectation)(**check.arguments, meta={"position": position})
            for position, check in enumerate(suite.checks)
        ]
        validated = batch.validate(
            gx.ExpectationSuite(name=suite.relation, expectations=expectations),
            # Counts only: a result never carries a cell's value.
            result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
        )
    except Exception as error:
        return [_broken(suite, check, error) for check in suite.checks]
    results = {result.expectation_config.meta["position"]: result for result in validated.results}
    outcomes = [_outcome(suite, check, results[position]) for position, check in enumerate(suite.checks)]
    engine = source.get_execution_engine().engine
    return [
        replace(outcome, message=_places(engine, suite, check))
        if suite.kind == "door" and check.condition and not outcome.is_passed and not outcome.message
        else outcome
        for outcome, check in zip(outcomes, suite.checks, strict=True)
    ]


def _places(engine: Any, suite: Suite, check: Check) -> str:
    """The places of the first rows that fail a check of the door: file, sheet and row, never a cell."""
    query = (
        f"select received_on, file_name, sheet, row_number from {suite.relation} where {check.condition} "
        f"order by 1, 2, 3, 4 limit {_PLACES_SHOWN}"
    )
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(query).fetchall()
    drop = suite.relation.replace(".", "/")
    return "; ".join(
        f"{drop}/{received_on} {file_name}{f', sheet {sheet}' if sheet else ''}, row {row_number}"
        for received_on, file_name, sheet, row_number in rows
    )


def _outcome(suite: Suite, check: Check, result: Any) -> SuiteOutcome:
    detail = result.result or {}
    count = detail.get("unexpected_count")
    if count is None and check.expectation == "UnexpectedRowsExpectation":
        count = detail.get("observed_value")
    exception = _exception_message(result.exception_info)
    return SuiteOutcome(
        suite.relation,
        suite.kind,
        check.name,
        check.severity,
        bool(result.success),
        0 if result.success else max(1, int(count or 0)),
        "" if exception is None else f"could not run: {exception}",
    )


def _exception_message(info: Any) -> str | None:
    """The first exception of a result; it may be nested by metric, depending on where it was raised."""
    if not isinstance(info, dict):
        return None
    if "raised_exception" in info:
        return str(info.get("exception_message")) if info["raised_exception"] else None
    return next((message for nested in info.values() if (message := _exception_message(nested))), None)


def _broken(suite: Suite, check: Check, error: Exception) -> SuiteOutcome:
    message = f"could not run: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return SuiteOutcome(suite.relation, suite.kind, check.name, check.severity, False, 1, message)
