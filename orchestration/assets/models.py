"""The dbt project as assets and checks, in the words of its YAML. Does not belong here: calling dbt
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
    from dagster_dbt import DagsterDbtTranslator, dbt_assets

    # Private to dagster-dbt, checked on 0.29.27: its public way to these events always starts dbt as a command
    from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage


class Translator(DagsterDbtTranslator):
    """How a dbt node of one manifest shows: words in its description, SQL beside them, group and owners by layer."""

    def __init__(self) -> None:
        super().__init__()
        self._specs: dict[str, dg.AssetSpec] = {}

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The node's own words; its SQL is `get_metadata`'s."""
        return str(dbt_resource_props["description"])

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """As dagster-dbt has it (columns with their descriptions), and the SQL of a model."""
        metadata = dict(super().get_metadata(dbt_resource_props))
        if dbt_resource_props["resource_type"] == "model":
            metadata["sql"] = dg.MetadataValue.md(f"```sql\n{dbt_resource_props['raw_code']}\n```")
        return metadata

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """By layer; a source's is said where it is built."""
        if dbt_resource_props["resource_type"] == "model":
            return pages.group_of(dbt_resource_props["fqn"][1:-1])
        return pages.REFERENCE

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """By group."""
        return pages.owners_of(self.get_group_name(dbt_resource_props))

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """As dagster-dbt has it; the kind is what the node is kept as, since one engine keeps all of them."""
        if unique_id not in self._specs:
            node = self.get_resource_props(manifest, unique_id)
            kept_as = "csv" if node["resource_type"] == "seed" else node["config"].get("materialized")
            spec = super().get_asset_spec(manifest, unique_id, project)
            self._specs[unique_id] = spec.replace_attributes(kinds={"dbt", kept_as} if kept_as else {"dbt"})
        return self._specs[unique_id]

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: Any
    ) -> dg.AssetCheckSpec | None:
        """As dagster-dbt has it, with the three parts of its description."""
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
    """From the YAML of the test, or of the generic test that it is a use of; `{name}` stands for that one's argument.
    Null where there is none: a build does not fail for words, `test_pages.py` does."""
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
    """What the project's YAML says of the tables that it reads: description and columns, by asset key."""
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
        """One `dbt build`; each node's event as dagster-dbt itself would report it, and what a table holds."""
        with said_plainly():
            for event in model(bench):
                message = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
                for found in message.to_default_asset_events(manifest, translator, context):
                    is_table = isinstance(found, dg.Output)
                    yield found.with_metadata(_told_of(event, found.metadata)) if is_table else found

    assets: dg.AssetsDefinition = models
    return assets


def _told_of(event: Mapping[str, Any], reported: Mapping[str, Any]) -> dict[str, Any]:
    """The row count of a node's table, which Dagster draws over time; a mart's preview; the time that dagster-dbt reports."""
    told: dict[str, Any] = {}
    if event["row_count"] is not None:
        told["dagster/row_count"] = event["row_count"]
    if event["preview"] is not None:
        told["preview"] = dg.MetadataValue.md(event["preview"])
    return told | {name: value for name, value in reported.items() if name == "Execution Duration"}
