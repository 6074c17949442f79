"""The dbt project as assets and checks. Does not belong here: calling dbt (`building.dbt_process`)."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg

from orchestration.building.model import model
from orchestration.resources import Bench


@contextmanager
def _dbt_core_hidden() -> Iterator[None]:
    """dagster-dbt reads a manifest without dbt-core, too; dbt runs in a process of its own (`building.dbt_process`), and to
    import it here as well would keep every build waiting for more than a second."""
    known = sys.modules.get("dbt.version")
    sys.modules["dbt.version"] = None  # type: ignore[assignment]  # to the import system: there is no such module
    try:
        yield
    finally:
        del sys.modules["dbt.version"]
        if known is not None:
            sys.modules["dbt.version"] = known


with _dbt_core_hidden():
    from dagster_dbt import dbt_assets

    # Private to dagster-dbt, checked on 0.29.27: its public way to these events always starts dbt as a command
    from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage


def build_models(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """The assets of a manifest; their keys join the datasets' by dagster-dbt's defaults."""

    @dbt_assets(manifest=manifest, name="models")  # all nodes; unit tests are none
    def models(context: dg.AssetExecutionContext, bench: Bench) -> Iterator[Any]:
        """One `dbt build`; each node's event as dagster-dbt itself would report it."""
        for event in model(bench):
            message = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
            yield from message.to_default_asset_events(manifest=manifest, context=context)

    assets: dg.AssetsDefinition = models
    return assets
