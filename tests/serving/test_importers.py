"""What importers of BI tools find in dbt's YAML: in the form that Lightdash and dbt-metabase read, of every mart."""

from __future__ import annotations

import re
from typing import Any

import pytest

from serving.dictionary import dbt_yaml, entries, importers, value_words
from tests.house.project import model_properties, sql_files

MARTS = {path.stem: path.parent.name for path in sql_files("models/marts")}
# As Lightdash's schema of dbt's YAML and dbt-metabase's reader of the manifest (1.7) have them.
TABLE_KEYS = {"label", "primary_key", "metabase.display_name"}
COLUMN_KEYS = {
    *("dimension", "metrics", "metabase.display_name", "metabase.semantic_type", "metabase.visibility_type"),
    *("metabase.fk_target_table", "metabase.fk_target_field"),
}
DIMENSION_TYPES = {"string", "number", "timestamp", "date", "boolean"}
AGGREGATIONS = {"count", "count_distinct", "sum", "average"}
SEMANTIC_TYPES = {f"type/{kind}" for kind in ("PK", "Category", "Name", "Title", "Score", "Percentage", "Quantity")}


def meta_of(mart: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    model = model_properties()[mart]
    return model["config"]["meta"], {column["name"]: column["config"]["meta"] for column in model["columns"]}


@pytest.mark.parametrize("mart", sorted(MARTS))
def test_importers_find_what_they_read(mart: str) -> None:
    table, columns = meta_of(mart)
    assert set(table) <= TABLE_KEYS
    assert table["label"] == table["metabase.display_name"] == " ".join(value_words("table", mart))
    assert re.search(r"[一-鿿]", table["label"]), "a table without a word in values.csv"
    assert set(columns) >= set([key] if isinstance(key := table["primary_key"], str) else key)
    names = set(columns)
    for name, meta in columns.items():
        assert set(meta) <= COLUMN_KEYS
        dimension = meta["dimension"]
        assert set(dimension) <= {"label", "type", "hidden"} and dimension["type"] in DIMENSION_TYPES
        assert dimension["label"] == meta["metabase.display_name"] == entries()[name].label
        assert ("hidden" in dimension) == ("metabase.visibility_type" in meta) == (name in importers.HIDDEN)
        assert meta.get("metabase.semantic_type", "type/PK") in SEMANTIC_TYPES
        for metric, summed in meta.get("metrics", {}).items():
            assert re.fullmatch(r"[a-z0-9_]+", metric) and summed["type"] in AGGREGATIONS
            assert metric not in names, "a metric needs a name of its own in its table"
            names.add(metric)
            if summed["type"] in ("sum", "average"):
                assert dimension["type"] == "number"


def test_every_measure_and_hidden_column_is_there() -> None:
    columns = {mart: set(meta_of(mart)[1]) for mart in MARTS}
    assert [one for one in importers.measures() if one.column not in columns.get(one.table, ())] == []
    assert set().union(*columns.values()) | {"release_id"} >= importers.HIDDEN  # a check's result is no model


def test_a_key_is_one_column_or_leads_to_the_agencies() -> None:
    _, columns = meta_of("rpt_tasks")
    assert columns["task_id"]["metabase.semantic_type"] == "type/PK"
    assert columns["agency_id"]["metabase.fk_target_table"] == "credit.dim_agencies"
    keys = [
        mart for mart in MARTS for meta in meta_of(mart)[1].values() if meta.get("metabase.semantic_type") == "type/PK"
    ]
    assert len(keys) == len(set(keys)) >= 10


def test_what_importers_read_is_written_anew_where_the_dictionary_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importers, "HIDDEN", importers.HIDDEN - {"sheet"})
    changed = {path.name: text for path, text in dbt_yaml.rewritten().items()}
    assert set(changed) == {"_credit_scores__models.yml", "_quality__models.yml"}
    assert (
        'config: {meta: {dimension: {label: "工作表 sheet", type: string}, metabase' in changed["_quality__models.yml"]
    )
