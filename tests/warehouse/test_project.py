"""What the dbt project says of itself: who may refer to a model, who uses the marts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from serving.audiences import MART_SCHEMAS, SCHEMAS, TABLES, Audience
from serving.outputs.superset import all_dashboards
from serving.outputs.superset.assets import Dashboard
from tests.house.project import sql_files
from tests.warehouse.harness import manifest


def models() -> list[dict[str, Any]]:
    return [node for node in manifest()["nodes"].values() if node["resource_type"] == "model"]


def used(exposure: str) -> set[str]:
    """The `schema.table`s that an exposure depends on."""
    nodes = manifest()["exposures"][f"exposure.firemark.{exposure}"]["depends_on"]["nodes"]
    return {f"{manifest()['nodes'][node]['schema']}.{manifest()['nodes'][node]['name']}" for node in nodes}


def marts(*schemas: str) -> set[str]:
    return {f"{node['schema']}.{node['name']}" for node in models() if node["schema"] in schemas}


def test_the_marts_alone_are_for_others() -> None:
    assert {node["group"] for node in models()} == {"warehouse"}
    public = {node["name"] for node in models() if node["access"] == "public"}
    assert public == {path.stem for path in sql_files("models/marts")}
    assert {node["access"] for node in models() if node["name"] not in public} == {"private"}


def test_the_site_uses_what_the_public_may_see() -> None:
    assert used("site") == marts(*SCHEMAS[Audience.PUBLIC]) | set(TABLES[Audience.PUBLIC])


def test_postgres_holds_every_mart() -> None:
    assert used("postgres") == marts(*MART_SCHEMAS)


@pytest.mark.parametrize("dashboard", ["credit", "supervision"])
def test_a_dashboard_for_bi_shows_no_conflict(dashboard: str) -> None:
    assert used(f"superset_{dashboard}") <= marts(*SCHEMAS[Audience.BI])


def test_who_uses_the_marts_can_be_asked_and_found() -> None:
    exposures = list(manifest()["exposures"].values())
    assert len(exposures) == 5
    for exposure in exposures:
        assert exposure["owner"]["name"] and "://" in exposure["url"] and exposure["description"]
        assert "{{" not in exposure["url"]


def test_a_model_reads_no_variable() -> None:
    """The project's variables are addresses of servers, which change no revision of the scores."""
    asked = [path.name for path in sql_files() if re.search(r"(?<![\w.])var\s*\(", path.read_text("utf-8"))]
    assert asked == []


def read_by(dashboard: Dashboard) -> set[str]:
    """The `schema.table`s that the charts of a dashboard ask."""
    asked = {
        dataset.path: dataset.sql or f"{dataset.schema}.{dataset.name}"
        for dataset in (one.dataset for one in dashboard.charts)
    }
    named = set(re.findall(rf"\b(?:{'|'.join(MART_SCHEMAS)})\.\w+", " ".join(asked.values())))
    return named & marts(*MART_SCHEMAS)


def test_a_dashboard_uses_what_its_charts_ask() -> None:
    for dashboard in all_dashboards(("A", "B", "C", "D")):
        exposure = dashboard.name.replace("firemark-", "superset_")
        assert used(exposure) == read_by(dashboard), dashboard.name
        assert manifest()["exposures"][f"exposure.firemark.{exposure}"]["url"].endswith(f"/dashboard/{dashboard.name}/")
