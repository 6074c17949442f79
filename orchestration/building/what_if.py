"""`firemark rulebook what-if`: the current release's inputs scored under another version, compared, not released.

Belongs here: another dbt run over the same inputs, in a temporary folder. Does not belong here: the comparison
(`rulebook.what_if`).
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from ingestion import build_inputs, landing, warehouse_sources
from ingestion.settings import ConfigurationError
from orchestration.building import engines, model
from orchestration.building.build_folder import BUILD_FILE_NAME, make_build_folder
from orchestration.building.rules import Rules, sound_folder
from orchestration.building.state import BuildFailedError, files_of, placed
from orchestration.building.workbench import Workbench
from orchestration.operations.lock import writer_lock
from orchestration.operations.pasted import command
from rulebook.what_if import GradeDifference, grade_differences, tables_under
from serving.releases.opened import Release, open_release, rows_of
from serving.releases.revisions import scoring_revision

HISTORY = """
select agency_id, valid_from_on, valid_until_on, score, grade, score_grade_reason from credit.fct_score_history
"""
_LISTED_FILES = 5


def what_if(bench: Workbench, rulebook_id: str, rulebooks: Path | None, on: dt.date | None) -> list[GradeDifference]:
    """Every span on which a grade differs from the current release; with `on`, only those that contain the day.

    Raises ConfigurationError if the lake or the scoring revision has changed since the release.
    """
    settings = bench.settings
    folder = sound_folder(rulebooks, settings.rulebooks)
    engine = engines.of_environment(settings)
    engine.require(settings.home)
    with writer_lock(settings), open_release(settings) as opened:
        described = opened.description
        rules = Rules(described["regime_code"], tables_under(folder, rulebook_id, described["regime_code"]))
        before = opened.rows(HISTORY)
        landing.ingest(settings, None)
        make_build_folder(settings)
        with tempfile.TemporaryDirectory(prefix="what-if-", dir=settings.build) as scratch:
            inputs = build_inputs.prepare(
                settings,
                dt.date.fromisoformat(described["as_of_on"]),
                dt.date.fromisoformat(described["known_on"]) if described["known_on"] else None,
                described["regime_code"],
                build_dir=Path(scratch),
            )
            _refuse_other_inputs(bench, opened, files_of(inputs.outcomes))
            rules.write(inputs.folder)
            path = Path(scratch) / BUILD_FILE_NAME
            with duckdb.connect(str(path)) as connection:
                warehouse_sources.register_sources(connection, scratch)
            outcome = model.model_into(bench, engine, path, "+fct_score_history")
            if outcome.failures:
                raise BuildFailedError("\n".join(f"{failure.name}: {failure.message}" for failure in outcome.failures))
            with duckdb.connect(str(path), read_only=True) as connection:
                after = rows_of(connection, HISTORY)
    return grade_differences(before, after, on)


def _refuse_other_inputs(bench: Workbench, opened: Release, files: Iterable[Mapping[str, Any]]) -> None:
    before, now = ({placed(file) for file in known} for known in (opened.description["input_files"], files))
    differing = sorted(before ^ now)
    places = list(dict.fromkeys("/".join(file[:4]) for file in differing))
    changed = places[:_LISTED_FILES] + (
        [f"and {len(places) - _LISTED_FILES} more"] if len(places) > _LISTED_FILES else []
    )
    if opened.description.get("scoring_revision") != scoring_revision():
        changed.append("程序 the program itself")
    if changed:
        raise ConfigurationError(
            f"自发布 {opened.directory.name} 以来输入或程序已有变化，请先重新生成 inputs or program have changed since that "
            "release, so differences would not come from the version alone. Build first, then try again: "
            f"{command(bench.settings.home, 'build')}\n" + "\n".join(f"  {line}" for line in changed)
        )
