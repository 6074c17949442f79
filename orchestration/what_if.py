"""`firemark rulebook what-if`: the current release's inputs scored under another version, compared, not released.

Belongs here: one more dbt run over the same inputs. Does not belong here: comparing (`rulebook.what_if`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from ingestion import build_inputs, landing
from orchestration import steps
from orchestration.lock import writer_lock
from orchestration.reading import open_release
from orchestration.workbench import Workbench
from rulebook.folder import read_folder
from rulebook.lint import lint
from rulebook.problems import RulebookError
from rulebook.what_if import GradeDifference, grade_differences, tables_under

HISTORY = "select agency_id, valid_from_on, valid_until_on, score, grade from credit.fct_score_history"


def what_if(bench: Workbench, rulebook_id: str, rulebooks: Path | None, on: dt.date | None) -> list[GradeDifference]:
    """Every span on which a grade differs from the current release; with `on`, only those that hold the day."""
    settings = bench.settings
    folder = read_folder(rulebooks or steps.DEFAULT_RULEBOOKS)
    problems = lint(folder)
    if problems:
        raise RulebookError(problems)
    with writer_lock(settings), open_release(settings) as opened:
        described = opened.description
        tables = tables_under(folder, rulebook_id, described["regime_code"])
        before = opened.rows(HISTORY)
        landing.ingest(settings, None)
        steps.empty_build_folder(settings)
        build_inputs.prepare(
            settings,
            dt.date.fromisoformat(described["as_of_on"]),
            dt.date.fromisoformat(described["known_on"]) if described["known_on"] else None,
            described["regime_code"],
        )
        for name, table in tables.items():
            pq.write_table(table, settings.build_inputs / f"rulebook.{name}.parquet")
        path = steps.build_file(settings)
        with duckdb.connect(str(path)) as connection:
            build_inputs.register_sources(connection, settings.build)
        outcome = steps.model_under(bench, "+fct_score_history")
        if outcome.failures:
            raise steps.BuildFailedError(
                "\n".join(f"{failure.name}: {failure.message}" for failure in outcome.failures)
            )
        with duckdb.connect(str(path), read_only=True) as connection:
            result = connection.execute(HISTORY)
            names = [column[0] for column in result.description]
            after = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return grade_differences(before, after, on)
