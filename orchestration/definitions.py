"""The Dagster location: `build_defs(overrides)` puts it together, `defs` is the one of FIREMARK_HOME."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from ingestion.settings import load
from orchestration.assets.door import build_door
from orchestration.assets.models import build_models, source_specs
from orchestration.assets.publications import build_publications
from orchestration.assets.release import build_release
from orchestration.building.dbt_project import manifest_of
from orchestration.building.workbench import Workbench
from orchestration.checks import build_checks
from orchestration.jobs import build_job, quiet_logger
from orchestration.schedules import build_schedule
from orchestration.sensors import build_alert_sensor, build_inbox_sensor
from serving.audiences import MART_SCHEMAS


def build_defs(overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """The location. `overrides` may hold `settings`, and `bench` in the place of the real workbench."""
    chosen = dict(overrides or {})
    bench = chosen.get("bench") or Workbench(chosen.get("settings") or load())
    manifest = manifest_of(bench.parse())
    models = build_models(manifest)
    marts = [key for key in models.keys if key.path[0] in MART_SCHEMAS]
    job = build_job()
    return dg.Definitions(
        assets=[
            build_door(source_specs(manifest)),
            models,
            build_release(marts),
            *build_publications(bench.settings),
        ],
        asset_checks=[build_checks(marts)],
        jobs=[job],
        schedules=[build_schedule(job)],
        sensors=[build_inbox_sensor(job, bench.settings.inbox), build_alert_sensor(job, bench.settings)],
        resources={"bench": bench},
        executor=dg.in_process_executor,  # Materialize all, too: the steps share the bench
        loggers={"console": quiet_logger},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The location of FIREMARK_HOME, put together when Dagster loads it: to import this module touches no home."""
    return build_defs()
