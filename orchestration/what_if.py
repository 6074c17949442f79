"""`firemark rulebook what-if`: the current release's inputs scored under another version, compared, not released.

Belongs here: one more dbt run over the same inputs, in a folder of its own that is gone afterwards. Does not belong
here: comparing (`rulebook.what_if`).
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from ingestion import build_inputs, landing, warehouse_sources
from ingestion.settings import ConfigurationError
from orchestration import dbt_build, release, steps
from orchestration.lock import writer_lock
from orchestration.output import command
from orchestration.reading import Release, open_release, rows_of
from orchestration.workbench import Workbench
from rulebook.folder import read_folder
from rulebook.lint import lint
from rulebook.problems import RulebookError
from rulebook.what_if import GradeDifference, grade_differences, tables_under

HISTORY = "select agency_id, valid_from_on, valid_until_on, score, grade from credit.fct_score_history"
_TOLD_FILES = 5


def what_if(bench: Workbench, rulebook_id: str, rulebooks: Path | None, on: dt.date | None) -> list[GradeDifference]:
    """Every span on which a grade differs from the current release; with `on`, only those that hold the day.

    Raises ConfigurationError when the lake or the program is no longer what the release was made from.
    """
    settings = bench.settings
    folder = read_folder(steps.rulebook_folder(rulebooks, settings.rulebooks))
    problems = lint(folder)
    if problems:
        raise RulebookError(problems)
    with writer_lock(settings), open_release(settings) as opened:
        described = opened.description
        tables = tables_under(folder, rulebook_id, described["regime_code"])
        before = opened.rows(HISTORY)
        landing.ingest(settings, None)
        steps.make_build_folder(settings)
        with tempfile.TemporaryDirectory(prefix="what-if-", dir=settings.build) as scratch:
            inputs = build_inputs.prepare(
                settings,
                dt.date.fromisoformat(described["as_of_on"]),
                dt.date.fromisoformat(described["known_on"]) if described["known_on"] else None,
                described["regime_code"],
                build_dir=Path(scratch),
            )
            _refuse_other_inputs(bench, opened, steps.files_of(inputs.outcomes))
            for name, table in tables.items():
                pq.write_table(table, inputs.folder / f"rulebook.{name}.parquet")
            path = Path(scratch) / dbt_build.BUILD_FILE_NAME
            with duckdb.connect(str(path)) as connection:
                warehouse_sources.register_sources(connection, scratch)
            outcome = steps.model_into(bench, path, "+fct_score_history")
            if outcome.failures:
                raise steps.BuildFailedError(
                    "\n".join(f"{failure.name}: {failure.message}" for failure in outcome.failures)
                )
            with duckdb.connect(str(path), read_only=True) as connection:
                after = rows_of(connection, HISTORY)
    return grade_differences(before, after, on)


def _refuse_other_inputs(bench: Workbench, opened: Release, files: Iterable[Mapping[str, Any]]) -> None:
    before, now = ({steps.placed(file) for file in known} for known in (opened.description["input_files"], files))
    differing = sorted(before ^ now)
    places = list(dict.fromkeys("/".join(file[:4]) for file in differing))
    told = places[:_TOLD_FILES] + ([f"and {len(places) - _TOLD_FILES} more"] if len(places) > _TOLD_FILES else [])
    if opened.description["program_revision"] != release.program_revision():
        told.append("程序 the program itself")
    if told:
        raise ConfigurationError(
            f"与发布 {opened.directory.name} 相比已有变化，请先重新生成 something has changed since that release, and another "
            f"version would be blamed for it. Build first, then ask again: {command(bench.settings.home, 'build')}\n"
            + "\n".join(f"  {line}" for line in told)
        )
