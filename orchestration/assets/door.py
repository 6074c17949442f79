"""The datasets as assets: one run of the door, one thin event per dataset with its outcome.

Does not belong here: reading files, deciding outcomes (`ingestion`).
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import dagster as dg

from ingestion.build_tables import BUILD_TABLES
from ingestion.sources import DATASETS
from orchestration.building import request
from orchestration.building.receive import receive
from orchestration.building.state import BuildState
from orchestration.operations.instance import PROCESS_TAG, this_process
from orchestration.resources import Bench
from rulebook.tables import BUILD_TABLES as RULEBOOK_TABLES

BUILD_GROUP = "build_inputs"


class BuildConfig(dg.Config):
    """What a run was asked, as written (`building.request`); all has a default, so that the launchpad needs nothing."""

    as_of_on: str | None = None
    known_on: str | None = None
    inbox: str | None = None
    rulebooks: str | None = None
    regime_code: str | None = None
    accept_drops: list[str] = []  # noqa: RUF012  (a pydantic field)
    is_full: bool = False


def _specs() -> list[dg.AssetSpec]:
    datasets = [
        dg.AssetSpec(
            [dataset.source, dataset.name],
            group_name=dataset.source,
            kinds={"parquet"},
            description=f"{dataset.kind} dataset {dataset.id}, as the door let it in.",
            skippable=True,
        )
        for dataset in DATASETS.values()
    ]
    others = [("lake", name) for name in BUILD_TABLES] + [("rulebook", name) for name in RULEBOOK_TABLES]
    return datasets + [
        dg.AssetSpec([source, name], group_name=BUILD_GROUP, kinds={"parquet"}, skippable=True)
        for source, name in others
    ]


@dg.multi_asset(name="door", specs=_specs())
def door(context: dg.AssetExecutionContext, config: BuildConfig, bench: Bench) -> Iterator[dg.MaterializeResult]:
    """Ingests what is new and prepares the build; yields nothing where a release of the same inputs is reused."""
    if PROCESS_TAG not in context.run.tags:  # a run of the daemon: the reaper must know whether it lives
        context.instance.add_run_tags(context.run_id, {PROCESS_TAG: this_process()})
    state = receive(bench, request.complete(bench.settings, config.model_dump()))
    if state.is_reused:
        context.log.info(f"release {state.release_id} has the same inputs and is whole: reused")
        return
    for spec in _specs():
        yield dg.MaterializeResult(asset_key=spec.key, metadata=_counts(state, *spec.key.path))


def _counts(state: BuildState, source: str, name: str) -> dict[str, Any]:
    files = [file for file in state.files if (file["source"], file["dataset"]) == (source, name)]
    statuses = Counter(file["status"] for file in files)
    counts: dict[str, Any] = {f"{status}_files": count for status, count in sorted(statuses.items())}
    for column in ("read_count", "accepted_count", "quarantined_count", "duplicate_count"):
        if files:
            counts[column] = sum(file[column] for file in files)
    return counts
