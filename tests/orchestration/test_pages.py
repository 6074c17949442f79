"""What Dagster's pages say: each asset in words, with group, owner and kind; each check with its three parts; of a built
table how many rows it has, and of a mart that is not restricted a few of them, without a person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from ingestion.contract import Dataset, Parse, lake_fields
from ingestion.settings import load
from ingestion.sources import DATASETS
from orchestration.assets.failing import said_plainly
from orchestration.assets.models import build_models
from orchestration.building import dbt_project
from orchestration.building.dbt_project import manifest_of
from orchestration.building.state import BuildFailedError
from orchestration.definitions import build_defs
from orchestration.operations.instance import instance_config, open_instance
from orchestration.sensors import _innermost
from serving.audiences import MART_SCHEMAS, RESTRICTED_SCHEMAS
from serving.previews import preview
from tests.conftest import BuiltCity, parse_once
from tests.faults.traces import texts_under
from tests.house.project import DBT

LAYERS = {"sources", "build_inputs", "reference", "staging", "release"}


@pytest.fixture(scope="module")
def defs(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    home = tmp_path_factory.mktemp("home")
    parse_once(home)
    return build_defs({"settings": load(home)})


def test_every_asset_says_in_words_what_it_holds_and_whom_to_ask(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    nodes = [graph.get(key) for key in graph.get_all_asset_keys()]
    assert len(nodes) > 200
    for node in nodes:
        said = node.description or ""
        assert re.match(r"(One row per|The marts of one build)\b", said), node.key
        assert "```" not in said and "select" not in said, f"{node.key}: its SQL stands in its metadata"
        assert [owner for owner in node.owners if re.fullmatch(r"team:[a-z_]+", owner)] == node.owners != []
        assert 1 <= len(node.kinds) <= 2, f"{node.key}: more icons than the list has room for"


def test_groups_follow_the_layers(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    groups = {key: graph.get(key).group_name or "" for key in graph.get_all_asset_keys()}
    marts, folders = {f"marts_{schema}" for schema in MART_SCHEMAS}, (DBT / "models" / "intermediate").iterdir()
    assert set(groups.values()) == LAYERS | marts | {f"int_{folder.name}" for folder in folders if folder.is_dir()}
    assert {groups[dg.AssetKey(list(dataset))] for dataset in DATASETS} == {"sources"}
    assert all(groups[key] == f"marts_{key.path[0]}" for key in groups if key.path[0] in MART_SCHEMAS)


def test_every_check_says_what_holds_why_and_what_to_do(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.asset_check_keys:
        said = graph.get(key).description
        assert said, (
            f"{key.name}: `description`, `meta.why` and `meta.what_to_do` in its YAML (docs/how-to/add-a-check.md)"
        )
        assert re.fullmatch(r"[^{}]{15,}\n\n\*\*Why:\*\* .{20,}\n\n\*\*What to do:\*\* .{20,}", said, re.DOTALL), key
        assert ("Nothing is released" in said) == ("goes out" not in said), key  # a finding never blocks


def test_a_test_without_words_stops_no_build(tmp_path: Path) -> None:
    parse_once(tmp_path)
    manifest = manifest_of(dbt_project.parsed_project(load(tmp_path)))
    wordless = build_models({**manifest, "macros": {}})
    said = {spec.name: spec.description for spec in wordless.check_specs}
    assert said["unique_combination_dim_agencies_agency_id"] is None and said["engineer_serves_one_agency"]


def _materialized(city: BuiltCity, key: str) -> dict[str, Any]:
    with open_instance(load(city.home)) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(key.split(".")))
    assert event is not None and event.asset_materialization is not None, key
    return {name: value.value for name, value in event.asset_materialization.metadata.items()}


def test_a_mart_tells_its_row_count_and_shows_a_few_rows_unless_it_is_restricted(small_city: BuiltCity) -> None:
    description = json.loads((small_city.release / "release.json").read_text("utf-8"))
    counts = {name: count for name, count in description["row_counts"].items() if name != "quality.fct_check_results"}
    assert len(counts) > 20
    for relation, count in counts.items():
        told = _materialized(small_city, relation)
        assert told["dagster/row_count"] == count, relation
        assert ("preview" in told) == (relation.split(".")[0] not in RESTRICTED_SCHEMAS), relation
    shown = _materialized(small_city, "publication.rpt_public_roster")["preview"].splitlines()
    assert shown[0].startswith("| agency_id | agency_name | directory_status |") and 2 < len(shown) <= 7


def test_a_dataset_tells_its_rows_and_how_many_of_a_hundred_were_kept_out(small_city: BuiltCity) -> None:
    for source, dataset in DATASETS:
        told = _materialized(small_city, f"{source}.{dataset}")
        (loads,) = small_city.query(
            "select coalesce(sum(accepted_count), 0) as accepted, count(*) filter (status = 'held') as held,"
            " coalesce(sum(quarantined_count) / nullif(sum(read_count), 0), 0) as ratio"
            " from quality.fct_loads where source = ? and dataset = ?",
            *(source, dataset),
        )
        assert told["dagster/row_count"] == loads["accepted"] and told["held_files"] == loads["held"]
        assert told["quarantined_ratio"] == pytest.approx(float(loads["ratio"]))
        assert isinstance(told["last_drop_quarantined_ratio"], float)


def test_no_person_stands_in_what_dagster_keeps(small_city: BuiltCity) -> None:
    """The names, keys, masks and certificate numbers of the lake, and every restricted row, against all of its history."""
    held: set[str] = set()
    for identity, dataset in DATASETS.items():
        folder = small_city.home / "lake" / Path(*identity)
        if folder.is_dir() and any(folder.glob("*.parquet")):
            held.update(_personal_cells(dataset, folder))
    with duckdb.connect(str(small_city.release / "firemark.duckdb"), read_only=True) as connection:
        for schema in RESTRICTED_SCHEMAS:
            rows = connection.execute(f"select conflict_id from {schema}.fct_engineer_conflicts").fetchall()
            held |= {row[0] for row in rows}
    assert len(held) > 100
    kept = "\n".join(text for _, _, text in texts_under(small_city.home / "dagster"))
    (agency,) = small_city.query("select agency_name from publication.rpt_public_roster order by agency_id limit 1")
    assert agency["agency_name"] in kept  # the control: previews are kept there, and read as people read them
    assert not {cell for cell in held if cell in kept}


def _personal_cells(dataset: Dataset, folder: Path) -> Iterator[str]:
    personal = [one for one in dataset.columns if one.is_stored and (one.personal or one.parse is Parse.PERSON_NAME)]
    fields = [field.name for one in personal for field in lake_fields(one) if not field.name.endswith("_id_status")]
    with duckdb.connect() as connection:
        for name in fields:
            relation = f"select distinct {name} from read_parquet('{folder}/*.parquet', union_by_name = true)"
            yield from (cell for (cell,) in connection.execute(relation).fetchall() if cell and len(cell) > 1)


@pytest.mark.parametrize("schema", RESTRICTED_SCHEMAS)
def test_a_preview_shows_no_restricted_row_and_no_text_that_was_not_named(schema: str) -> None:
    with duckdb.connect() as connection:
        for each in (schema, "credit"):
            connection.execute(f"create schema {each}")
            connection.execute(
                f"create table {each}.t as select '91' as agency_id, '张 | <b>' as agency_name, '李四' as engineer_name,"
                " '王五' as legal_representative, '410811199001011234' as note, 60.5 as score"
            )
        assert preview(connection, schema, "t") is None
        shown = preview(connection, "credit", "t")
        assert shown == "| agency_id | agency_name | score |\n| --- | --- | --- |\n| 91 | 张 \\| \\<b\\> | 60.5 |"
        connection.execute("create table credit.u as select '李四' as engineer_name")
        assert preview(connection, "credit", "u") is None


def test_a_step_fails_with_what_is_wrong_and_an_error_of_the_program_with_its_traceback() -> None:
    @dg.op
    def blocked() -> None:
        with said_plainly():
            raise BuildFailedError("1 blocking check failed: look at row 2")

    @dg.job
    def build() -> None:
        blocked()

    result = build.execute_in_process(raise_on_error=False)
    (failed,) = [event for event in result.all_events if event.is_step_failure]
    error = failed.step_failure_data.error
    assert error is not None and "1 blocking check failed: look at row 2" in error.message.splitlines()[0]
    assert _innermost(error).endswith("look at row 2")  # what an alert says of it
    with pytest.raises(ZeroDivisionError), said_plainly():
        raise ZeroDivisionError


def test_nothing_invites_and_nothing_calls_home(tmp_path: Path) -> None:
    config = instance_config(load(tmp_path))
    assert config["nux"] == config["telemetry"] == {"enabled": False}
    with open_instance(load(tmp_path)) as instance:
        assert not instance.nux_enabled and not instance.telemetry_enabled
