"""The dbt project as assets and checks. Does not belong here: calling dbt (`dbt_process`, `dbt_build`)."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from orchestration import steps
from orchestration.resources import Bench


def build_models(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """The assets of a manifest; their keys join the datasets' by dagster-dbt's defaults."""

    @dbt_assets(manifest=manifest, exclude="resource_type:unit_test", name="models")
    def models(context: dg.AssetExecutionContext, bench: Bench) -> Iterator[Any]:
        """One `dbt build`; each node's event as dagster-dbt itself would report it."""
        for event in steps.model(bench):
            message = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
            yield from message.to_default_asset_events(manifest=manifest, context=context)

    assets: dg.AssetsDefinition = models
    return assets
