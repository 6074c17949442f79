"""The dbt project as assets and checks, described by its YAML. Does not belong here: calling dbt
(`building.dbt_process`), groups and owners (`pages`), which cells a preview shows (`serving.previews`)."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg

from orchestration.assets import pages
from orchestration.assets.failing import said_plainly
from orchestration.building.model import model
from orchestration.resources import Bench


@contextmanager
def _dbt_core_hidden() -> Iterator[None]:
    """dagster-dbt can read a manifest without dbt-core. dbt runs in a process of its own (`building.dbt_process`), and
    importing it here as well would delay every build by more than a second."""
    known = sys.modules.get("dbt.version")
    sys.modules["dbt.version"] = None  # type: ignore[assignment]  # the import system then finds no such module
    try:
        yield
    finally:
        del sys.modules["dbt.version"]
        if known is not None:
            sys.modules["dbt.version"] = known


with _dbt_core_hidden():
    from dagster_dbt import DagsterDbtTranslator, dbt_assets

    # Private to dagster-dbt, checked on 0.29.27: its public API for these events always starts dbt as a command
    from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage


class Translator(DagsterDbtTranslator):
    """How a dbt node is shown: its description, its SQL as metadata, group and owners by layer."""

    def __init__(self) -> None:
        super().__init__()
        self._specs: dict[str, dg.AssetSpec] = {}

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The node's description, without its SQL (see `get_metadata`)."""
        return str(dbt_resource_props["description"])

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """As in dagster-dbt (columns with their descriptions), and the SQL of a model."""
        metadata = dict(super().get_metadata(dbt_resource_props))
        if dbt_resource_props["resource_type"] == "model":
            metadata["sql"] = dg.MetadataValue.md(f"```sql\n{dbt_resource_props['raw_code']}\n```")
        return metadata

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """By layer; the groups of sources are set in `door`."""
        if dbt_resource_props["resource_type"] == "model":
            return pages.group_of(dbt_resource_props["fqn"][1:-1])
        return pages.REFERENCE

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """By group."""
        return pages.owners_of(self.get_group_name(dbt_resource_props))

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """As in dagster-dbt; the kind is the materialization, since all nodes are in one engine."""
        if unique_id not in self._specs:
            node = self.get_resource_props(manifest, unique_id)
            kept_as = "csv" if node["resource_type"] == "seed" else node["config"].get("materialized")
            spec = super().get_asset_spec(manifest, unique_id, project)
            self._specs[unique_id] = spec.replace_attributes(kinds={"dbt", kept_as} if kept_as else {"dbt"})
        return self._specs[unique_id]

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: Any
    ) -> dg.AssetCheckSpec | None:
        """As in dagster-dbt, with a description in three parts."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None:
            return None
        return dg.AssetCheckSpec(
            spec.name,
            asset=spec.asset_key,
            description=_check_text(manifest, manifest["nodes"][unique_id], spec.blocking),
            additional_deps=[dependency.asset_key for dependency in spec.additional_deps],
            metadata=spec.metadata,
            blocking=spec.blocking,
        )


def _check_text(manifest: Mapping[str, Any], test: Mapping[str, Any], is_blocking: bool) -> str | None:
    """From the YAML of the test, or of its generic test, where `{name}` is replaced by the argument of that name.
    None if it has no text: a build does not fail for that, `test_pages.py` does."""
    words, arguments, generic = test, {}, test.get("test_metadata")
    if generic is not None and not test["description"]:
        words = manifest["macros"].get(f"macro.{manifest['metadata']['project_name']}.test_{generic['name']}", test)
        arguments = {
            name: ", ".join(value) if isinstance(value, list) else value for name, value in generic["kwargs"].items()
        }
    meta = words["meta"]
    if not {"why", "what_to_do"} <= set(meta):
        return None
    return pages.check_text(
        words["description"].format_map(arguments), meta["why"], meta["what_to_do"], is_blocking=is_blocking
    )


def source_specs(manifest: Mapping[str, Any]) -> dict[dg.AssetKey, dg.AssetSpec]:
    """Description and columns of the project's source tables, as in its YAML, by asset key."""
    translator = DagsterDbtTranslator()
    specs = {}
    for source in manifest["sources"].values():
        key = translator.get_asset_key(source)
        specs[key] = dg.AssetSpec(
            key, description=source["description"], metadata=translator.get_metadata(source), skippable=True
        )
    return specs


def build_models(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """The assets of a manifest; their keys join the datasets' by dagster-dbt's defaults."""
    translator = Translator()

    @dbt_assets(manifest=manifest, name="models", dagster_dbt_translator=translator)  # all nodes; unit tests are none
    def models(context: dg.AssetExecutionContext, bench: Bench) -> Iterator[Any]:
        """One `dbt build`; each node's event as dagster-dbt itself reports it, plus facts about each table."""
        with said_plainly():
            for event in model(bench):
                message = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
                for found in message.to_default_asset_events(manifest, translator, context):
                    is_table = isinstance(found, dg.Output)
                    yield found.with_metadata(_table_metadata(event, found.metadata)) if is_table else found

    assets: dg.AssetsDefinition = models
    return assets


def _table_metadata(event: Mapping[str, Any], reported: Mapping[str, Any]) -> dict[str, Any]:
    """The row count of a node's table, which Dagster plots; a mart's preview; the execution time from dagster-dbt."""
    metadata: dict[str, Any] = {}
    if event["row_count"] is not None:
        metadata["dagster/row_count"] = event["row_count"]
    if event["preview"] is not None:
        metadata["preview"] = dg.MetadataValue.md(event["preview"])
    return metadata | {name: value for name, value in reported.items() if name == "Execution Duration"}
