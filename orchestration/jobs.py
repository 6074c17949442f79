"""The one job: everything from the inbox to the release. Does not belong here: when it runs."""

from __future__ import annotations

import dagster as dg

from orchestration.instance import MAX_RUN_SECONDS

JOB_NAME = "release_city"


def build_job() -> dg.UnresolvedAssetJobDefinition:
    """All assets and checks in one process: they share a build file that only one process may write."""
    return dg.define_asset_job(
        JOB_NAME,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="Ingest what is new, build, check, release.",
        tags={"dagster/max_runtime": str(MAX_RUN_SECONDS)},
    )
