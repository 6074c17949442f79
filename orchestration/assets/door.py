"""The datasets as assets: one run of the door, and one event per dataset with its counts.

Does not belong here: reading files and deciding outcomes (`ingestion`), descriptions of datasets (dbt's sources).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from ingestion.contract import Format, Kind
from ingestion.load_outcomes import Status
from ingestion.sources import DATASETS
from orchestration.assets import pages
from orchestration.assets.failing import said_plainly
from orchestration.building import request
from orchestration.building.receive import receive
from orchestration.building.state import BuildState
from orchestration.operations.instance import PROCESS_TAG, this_process
from orchestration.resources import Bench

_ARRIVES = {
    Kind.SNAPSHOT: "Each drop is the full list.",
    Kind.EVENT: "A row received later supersedes the one of the same key.",
    Kind.PERIOD: "A row received later supersedes the one of the same key and month.",
}
_KINDS = {Format.XLSX: "excel", Format.CSV: "csv", Format.JSON: "json"}


class BuildConfig(dg.Config):
    """The request of a run, as text (`building.request`). Everything has a default, so the launchpad needs no input."""

    as_of_on: str | None = None
    known_on: str | None = None
    inbox: str | None = None
    rulebooks: str | None = None
    regime_code: str | None = None
    accept_drops: list[str] = []  # noqa: RUF012  (a pydantic field)
    is_full: bool = False
    engine: str | None = None
    master: str | None = None


def build_door(described: Mapping[dg.AssetKey, dg.AssetSpec]) -> dg.AssetsDefinition:
    """The assets of all of dbt's sources, `described` by its project."""
    specs = [_dataset(spec) if tuple(key.path) in DATASETS else _build_input(spec) for key, spec in described.items()]

    @dg.multi_asset(name="door", specs=specs)
    def door(context: dg.AssetExecutionContext, config: BuildConfig, bench: Bench) -> Iterator[dg.MaterializeResult]:
        """Ingests what is new and prepares the build. Yields nothing if a release of the same inputs is reused."""
        if PROCESS_TAG not in context.run.tags:  # a run of the daemon: the reaper must know whether it is alive
            context.instance.add_run_tags(context.run_id, {PROCESS_TAG: this_process()})
        with said_plainly():
            state = receive(bench, request.complete(bench.settings, config.model_dump()))
        if state.is_reused:
            context.log.info(f"Release {state.release_id} has the same inputs and is intact: reused.")
            return
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key, metadata=_counts(state, *spec.key.path))

    return door


def _dataset(spec: dg.AssetSpec) -> dg.AssetSpec:
    source, name = spec.key.path
    dataset = DATASETS[source, name]
    said = (
        f"{spec.description}. {_ARRIVES[dataset.kind]}\n\nArrives as {dataset.format} in `inbox/{dataset.id}/<date>/`."
    )
    return spec.replace_attributes(
        description=said,
        group_name=pages.SOURCES,
        owners=pages.owners_of(pages.SOURCES),
        kinds={_KINDS[dataset.format], "parquet"},
    )


def _build_input(spec: dg.AssetSpec) -> dg.AssetSpec:
    return spec.replace_attributes(
        group_name=pages.BUILD_INPUTS, owners=pages.owners_of(pages.BUILD_INPUTS), kinds={"parquet"}
    )


def _counts(state: BuildState, source: str, name: str) -> dict[str, Any]:
    """Counts of a dataset's files and rows by outcome, which Dagster plots over time: every name each time, even if 0."""
    files = [file for file in state.files if (file["source"], file["dataset"]) == (source, name)]
    if (source, name) not in DATASETS:
        return {}
    last_drop_on = max((file["received_on"] for file in files), default=None)
    last = [file for file in files if file["received_on"] == last_drop_on]
    statuses = Counter(file["status"] for file in files)
    counts: dict[str, Any] = {"dagster/row_count": _sum(files, "accepted_count")}
    counts |= {f"{status}_files": statuses[status] for status in Status}
    counts |= {column: _sum(files, column) for column in ("read_count", "quarantined_count", "duplicate_count")}
    counts |= {"quarantined_ratio": _quarantined_ratio(files), "last_drop_quarantined_ratio": _quarantined_ratio(last)}
    return counts | {"last_drop_on": last_drop_on or "none"}


def _sum(files: Iterable[Mapping[str, Any]], column: str) -> int:
    return sum(file[column] for file in files)


def _quarantined_ratio(files: Sequence[Mapping[str, Any]]) -> float:
    return _sum(files, "quarantined_count") / max(1, _sum(files, "read_count"))
