"""The dashboards as a file: what is in it, that it holds together, that its queries run, and what it must not hold."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml
from sqlglot.expressions import Table

from ingestion.settings import load
from orchestration.cli.publish import _SERVER
from orchestration.operations.superset import CONFIGURATION
from serving import palette
from serving.outputs import superset
from serving.outputs.superset import assets, joined, words
from serving.outputs.superset.assets import Dataset
from serving.releases.opened import Release, open_release
from tests.conftest import BuiltCity, firemark
from tests.house.project import DBT
from tests.house.test_documents import marts

DASHBOARDS = superset.dashboards(("A", "B", "C", "D"))
CHARTS = [chart for dashboard in DASHBOARDS for chart in dashboard.charts]


@pytest.fixture(scope="module")
def release(built_city: BuiltCity) -> Iterator[Release]:
    with open_release(load(built_city.home), for_desk=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def bundle(release: Release) -> dict[str, dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(superset.bundle(release))) as archive:
        return {
            name.removeprefix("firemark/"): yaml.safe_load(archive.read(name)) for name in sorted(archive.namelist())
        }


def part(bundle: dict[str, dict[str, Any]], folder: str) -> list[dict[str, Any]]:
    return [content for path, content in bundle.items() if path.startswith(f"{folder}/")]


# --- the file ---


def test_it_is_a_bundle_of_assets_that_refer_to_one_another(bundle: dict[str, dict[str, Any]]) -> None:
    assert bundle["metadata.yaml"]["type"] == "assets"
    databases, datasets, made, boards = (part(bundle, of) for of in ("databases", "datasets", "charts", "dashboards"))
    assert (len(databases), len(boards)) == (2, 3)
    by_uuid = {one["uuid"]: one for one in (*databases, *datasets, *made, *boards)}
    assert len(by_uuid) == len(databases) + len(datasets) + len(made) + len(boards)
    assert {one["database_uuid"] for one in datasets} == {one["uuid"] for one in databases}
    assert {one["dataset_uuid"] for one in made} <= {one["uuid"] for one in datasets}
    shown = [
        child["meta"]["uuid"]
        for board in boards
        for child in board["position"].values()
        if isinstance(child, dict) and child["type"] == "CHART"
    ]
    assert sorted(shown) == sorted(one["uuid"] for one in made)
    for board in boards:
        for chosen in board["metadata"]["native_filter_configuration"]:
            for target in filter(None, chosen["targets"]):
                columns = {column["column_name"] for column in by_uuid[target["datasetUuid"]]["columns"]}
                assert target["column"]["name"] in columns


def test_every_id_of_a_layout_leads_to_a_part_of_it(bundle: dict[str, dict[str, Any]]) -> None:
    for board in part(bundle, "dashboards"):
        position = {name: child for name, child in board["position"].items() if isinstance(child, dict)}
        children = [one for child in position.values() for one in child.get("children", ())]
        assert sorted(children) == sorted(set(position) - {"ROOT_ID", "HEADER_ID"})
        for row in (child for child in position.values() if child["type"] == "ROW"):
            assert sum(position[child]["meta"]["width"] for child in row["children"]) == 12


def test_identifiers_never_change() -> None:
    """Another identifier would leave what was imported before beside what is imported now."""
    assert assets.OPEN.uuid == "04601cff-339a-5468-ae6a-03436e0b6219"
    assert joined.GRADES_TODAY.uuid == "cdb6ef96-5042-5160-91f4-a428202d7c2d"
    assert DASHBOARDS[0].uuid == "04114738-3c4b-5010-b102-ac286d7fde7f"


def test_equal_releases_give_equal_files(release: Release) -> None:
    assert superset.bundle(release) == superset.bundle(release)
    with zipfile.ZipFile(io.BytesIO(superset.bundle(release))) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {2000}


# --- datasets ---


def test_every_table_is_a_dataset_with_the_columns_of_the_marts(release: Release) -> None:
    found = {
        f"{dataset.schema}.{dataset.name}": {column.name for column in dataset.columns}
        for dataset in superset.all_datasets(release)
        if dataset.sql is None
    }
    assert found == marts()


def test_columns_are_called_as_in_the_dictionary(release: Release) -> None:
    (dataset,) = (one for one in superset.all_datasets(release) if one.name == "agency_grades")
    (score,) = (column for column in dataset.columns if column.name == "score")
    assert (score.label, score.type) == ("得分", "numeric(9,2)")
    assert score.description.startswith("得分 score (points) · score today")


def on_duckdb(sql: str) -> str:
    """A query for Postgres as DuckDB reads it. Only `current` time and lateral rows are spelled otherwise."""
    tree = sqlglot.parse_one(sql, read="postgres")
    return tree.sql(dialect="duckdb")


@pytest.mark.parametrize("dataset", joined.JOINED, ids=lambda dataset: dataset.uuid[:8])
def test_a_query_gives_the_columns_that_its_dataset_names(release: Release, dataset: Dataset) -> None:
    assert dataset.sql is not None
    result = release.connection.execute(f"select * from ({on_duckdb(dataset.sql)}) limit 1")
    assert [column[0] for column in result.description] == [column.name for column in dataset.columns]
    assert result.fetchall()


@pytest.mark.parametrize("dataset", joined.JOINED, ids=lambda dataset: dataset.uuid[:8])
def test_every_metric_can_be_worked_out(release: Release, dataset: Dataset) -> None:
    assert dataset.sql is not None
    metrics = ", ".join(f"({metric.expression}) as {metric.name}" for metric in dataset.metrics)
    row = release.connection.execute(on_duckdb(f"select {metrics} from ({dataset.sql}) as asked")).fetchone()
    assert row is not None


def test_the_guard_would_catch_a_column_that_no_mart_has(release: Release) -> None:
    wrong = replace(joined.TASKS, sql=str(joined.TASKS.sql).replace("tasks.clause", "tasks.no_such"))
    with pytest.raises(Exception, match="no_such"):
        test_a_query_gives_the_columns_that_its_dataset_names(release, wrong)


def test_dbt_names_the_tables_that_each_dashboard_reads() -> None:
    """So that the lineage in dbt's pages is the dashboards'."""
    exposures = yaml.safe_load((DBT / "models" / "_exposures.yml").read_text("utf-8"))["exposures"]
    for dashboard in DASHBOARDS:
        (exposure,) = (one for one in exposures if dashboard.name in one["url"])
        named = {re.search(r"ref\('(\w+)'\)", one)[1] for one in exposure["depends_on"]}  # type: ignore[index]
        queries = {chart.dataset.sql for chart in dashboard.charts}
        read = {
            table.name
            for sql in queries
            for table in sqlglot.parse_one(str(sql), read="postgres").find_all(Table)
            if table.db
        }
        assert named == read, dashboard.name


# --- charts ---


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_a_chart_asks_for_what_its_dataset_has(chart: assets.Chart) -> None:
    there = {column.name for column in chart.dataset.columns} | {metric.name for metric in chart.dataset.metrics}
    assert chart.asks and chart.asks <= there
    assert re.search(r"[一-鿿]", chart.title)


def test_names_of_charts_are_their_own() -> None:
    assert len({chart.name for chart in CHARTS}) == len({chart.title for chart in CHARTS} | {""}) - 1 == len(CHARTS)


def test_grades_have_the_colours_of_the_site(built_city: BuiltCity) -> None:
    css = (built_city.release / "site" / "assets" / "site.css").read_text("utf-8")
    on_site = [re.search(rf"--g{place}: (#\w+);", css)[1] for place in (1, 2, 3, 4)]  # type: ignore[index]
    for dashboard in DASHBOARDS:
        assert [dashboard.colours[grade] for grade in "ABCD"] == on_site
        assert dashboard.colours["未评"] == palette.NO_GRADE
    others = superset.dashboards(("优", "良", "差"))[0].colours
    assert [others[grade] for grade in ("优", "良", "差")] == [on_site[0], on_site[1], on_site[3]]


def test_severities_are_in_their_order_by_name() -> None:
    shown = list(words.severity_words().values())
    assert sorted(shown) == shown == ["①极高", "②高", "③中", "④低", "⑤待辨"]


@pytest.mark.parametrize(
    ("days", "band"),
    [(-1, "①30 天内"), (30, "①30 天内"), (31, "②31–90 天"), (90, "②31–90 天"), (181, "④180 天以上"), (None, "无期限")],
)
def test_a_day_falls_into_the_band_whose_limit_it_reaches(release: Release, days: int | None, band: str) -> None:
    sql = words.bands("days", (30, 90, 180))
    assert release.connection.execute(f"select {sql} from (select ?::integer as days)", [days]).fetchone() == (band,)


def test_what_stands_for_a_grade_is_what_the_site_shows(release: Release) -> None:
    sql = words.state("grade", "reason", "status")
    for grade, reason, status, shown in (
        ("A", "band", "published", "A"),
        (None, "unrated", "published", "未评"),
        (None, None, "published", "未评"),
        (None, "band", "published", "不分等级"),
        ("B", "band", "suspended", "暂停"),
        ("B", "band", "exited", "退出"),
    ):
        asked = f"select {sql} from (select ?::varchar as grade, ?::varchar as reason, ?::varchar as status)"
        assert release.connection.execute(asked, [grade, reason, status]).fetchone() == (shown,)


# --- what it must not hold ---


def test_conflicts_have_a_connection_of_their_own_that_keeps_nothing(bundle: dict[str, dict[str, Any]]) -> None:
    databases = {one["uuid"]: one for one in part(bundle, "databases")}
    datasets = {one["uuid"]: one for one in part(bundle, "datasets")}
    for dataset in datasets.values():
        database = databases[dataset["database_uuid"]]
        is_restricted = dataset["schema"] == "conflicts" or "conflicts." in (dataset["sql"] or "")
        assert ("conflict_reader" in database["sqlalchemy_uri"]) == is_restricted
        assert (dataset["cache_timeout"] == -1) == (database["cache_timeout"] == -1) == is_restricted
    for chart in part(bundle, "charts"):
        assert chart["cache_timeout"] == datasets[chart["dataset_uuid"]]["cache_timeout"]
    (restricted,) = (one for one in databases.values() if one["cache_timeout"] == -1)
    assert not restricted["expose_in_sqllab"]
    for one in databases.values():
        assert not (one["allow_dml"] or one["allow_ctas"] or one["allow_cvas"] or one["allow_csv_upload"])


def test_it_holds_no_password_and_no_row(bundle: dict[str, dict[str, Any]], release: Release) -> None:
    text = yaml.safe_dump(bundle, allow_unicode=True)
    assert re.findall(r"://(\w+):(\w+)@", text) == [("bi_reader", "X" * 10), ("conflict_reader", "X" * 10)]
    engineers = release.rows("select distinct engineer_name as name from conflicts.fct_engineer_conflicts")
    agencies = release.rows("select agency_name as name, agency_id as id from credit.dim_agencies")
    for row in (*engineers, *agencies):
        assert not [value for value in row.values() if value and value in text]


# --- the command ---


def test_the_command_writes_what_it_says(built_city: BuiltCity, tmp_path: Path) -> None:
    out = tmp_path / "dashboards.zip"
    told = built_city.run("publish", "superset", "--out", str(out), "--server", "db.example.org:5432/credit").stdout
    assert f"charts {len(CHARTS)}" in told and "databases/firemark_conflicts.yaml: conflict_reader" in told
    with zipfile.ZipFile(out) as archive:
        database = yaml.safe_load(archive.read("firemark/databases/firemark.yaml"))
    assert database["sqlalchemy_uri"].endswith("@db.example.org:5432/credit")


@pytest.mark.parametrize(
    "server", ["db", "me:secret@db/credit", "db/credit?password=x", "db:5432", "db/", "http://db/x"]
)
def test_a_server_is_a_place_and_nothing_else(server: str) -> None:
    assert not _SERVER.fullmatch(server)


def test_without_a_release_it_says_so(tmp_path: Path) -> None:
    done = firemark(tmp_path / "home", "publish", "superset", "--out", str(tmp_path / "x.zip"), check=False)
    assert done.returncode == 2 and "There is no release" in done.stderr
    assert not (tmp_path / "x.zip").exists()


def test_without_superset_the_command_says_how_to_install_it(built_city: BuiltCity, tmp_path: Path) -> None:
    done = built_city.run("superset", "--venv", str(tmp_path), check=False)
    assert done.returncode == 2 and "make superset" in done.stderr


def test_superset_is_configured_to_ask_no_other_host() -> None:
    names: dict[str, Any] = {}
    text = CONFIGURATION.format(key="", database="sqlite:///x", cache="c").replace("Path('')", "Path('/dev/null')")
    exec(text, names)
    for sources in names["TALISMAN_CONFIG"]["content_security_policy"].values():
        assert not re.search(r"[.*]|https?:", " ".join(sources))
    assert names["PUBLIC_ROLE_LIKE"] is None
