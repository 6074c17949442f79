"""The dashboards as a file: what is in it, that it holds together, that its queries run, and what it must not hold."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot.expressions import Table

from ingestion.settings import load
from ingestion.yaml_text import load_yaml
from orchestration.cli.publish import _SERVER
from orchestration.operations.superset import CONFIGURATION
from serving import palette, queries
from serving.outputs import superset
from serving.outputs.postgres.shape import TODAY
from serving.outputs.superset import assets, charts, words
from serving.outputs.superset import queries as joined
from serving.outputs.superset.assets import Dataset
from serving.releases import checks
from serving.releases.opened import Release, open_release
from tests.conftest import BuiltCity, firemark
from tests.house.project import DBT
from tests.house.test_documents import marts

DASHBOARDS = superset.all_dashboards(("A", "B", "C", "D"))
CHARTS = [chart for dashboard in DASHBOARDS for chart in dashboard.charts]


@pytest.fixture(scope="module")
def release(built_city: BuiltCity) -> Iterator[Release]:
    with open_release(load(built_city.home), for_desk=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def zipped(release: Release) -> bytes:
    return superset.bundle(release)


@pytest.fixture(scope="module")
def texts(zipped: bytes) -> dict[str, str]:
    """Path in the bundle -> its YAML."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        return {name.removeprefix("firemark/"): archive.read(name).decode() for name in sorted(archive.namelist())}


@pytest.fixture(scope="module")
def bundle(texts: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {path: load_yaml(text) for path, text in texts.items()}


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


def test_equal_releases_give_equal_files(release: Release, zipped: bytes) -> None:
    assert superset.bundle(release) == zipped
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
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


def given_by(release: Release, dataset: Dataset) -> list[str]:
    """The columns that the query of a dataset gives; it must give a row."""
    result = release.connection.execute(f"select * from ({on_duckdb(str(dataset.sql))}) limit 1")
    assert result.fetchall(), dataset.name
    return [column[0] for column in result.description]


def test_queries_give_the_columns_that_their_datasets_name(release: Release) -> None:
    for dataset in joined.JOINED:
        assert given_by(release, dataset) == [column.name for column in dataset.columns], dataset.name


# Dataset -> metric -> the same number by the codes of the marts; `?` is the release's as-of day, `today` the view's.
_CHANGING = "select count(*) from credit.agency_grades where next_grade_change_on - today <= 90"
_TASKS, _LEADS = "from supervision.rpt_tasks", "from supervision.fct_leads"
_UNMET = (
    "from supervision.rpt_conformity where not is_met and valid_from_on <= ? and coalesce(valid_until_on > ?, true)"
)
_CONFLICTS = "from conflicts.fct_engineer_conflicts"
_IN_FORCE = """from credit.fct_point_ledger where line_kind in ('misconduct', 'merit', 'fact')
    and valid_from_on <= today and coalesce(valid_until_on > today, true)"""
RIGHT = {
    joined.GRADES_TODAY: {
        "agencies": "select count(*) from credit.agency_grades",
        "average_score": "select avg(score) from credit.agency_grades",
        "grades_changing": _CHANGING,
        "provisional": "select count(*) from credit.agency_grades where is_provisional",
        "incomplete": "select count(*) from credit.agency_grades where is_evidence_incomplete",
        "misconduct": "select count(*) from credit.agency_grades where has_active_misconduct",
    },
    joined.GRADES_BY_MONTH: {
        "agencies": "select count(distinct agency_id) from credit.fct_score_history where valid_from_on <= today",
        "average_score": """select avg(score) from (
                select least(last_day(month_on), today) as day from generate_series(
                    (select date_trunc('month', min(valid_from_on)) from credit.fct_score_history), today, interval 1 month
                ) as months (month_on)
            ) inner join credit.fct_score_history on valid_from_on <= day and coalesce(day < valid_until_on, true)""",
    },
    joined.GRADE_CHANGES: {
        "changes": "select count(*) from credit.fct_grade_changes",
        "agencies": "select count(distinct agency_id) from credit.fct_grade_changes",
    },
    joined.LINES_IN_FORCE: {
        "lines": f"select count(*) {_IN_FORCE}",
        "points_sum": f"select sum(points) {_IN_FORCE}",
    },
    joined.TASKS: {
        "tasks": f"select count(*) {_TASKS}",
        "open_tasks": f"select count(*) {_TASKS} where status <> 'done'",
        "overdue_tasks": f"select count(*) {_TASKS} where closed_on is null and due_on < ?",
    },
    joined.CONDITIONS: {
        "agencies": "select count(distinct agency_id) from supervision.rpt_conformity where valid_from_on <= ?",
        "agencies_unmet": f"select count(distinct agency_id) {_UNMET}",
        "unmet_count": f"select count(*) {_UNMET}",
        "actual_now": """select max(actual) from supervision.rpt_conformity
            where valid_from_on <= ? and coalesce(valid_until_on > ?, true)""",
    },
    joined.REPAIRS: {
        "applications": "select count(*) from supervision.rpt_repairs",
        "waiting": """select count(*) from supervision.rpt_repairs
            where not is_applied and replied_on is null and decision is null""",
        "average_days": "select avg(working_days_used) from supervision.rpt_repairs",
    },
    joined.LEADS: {
        "leads": f"select count(*) {_LEADS}",
        "open_leads": f"select count(*) {_LEADS} where status = 'open'",
    },
    joined.FEEDS: {
        "files": "select count(*) from quality.fct_loads",
        "held_files": "select count(*) from quality.fct_loads where status = 'held'",
        "last_received": "select max(received_on) from quality.fct_loads where status in ('loaded', 'duplicate')",
        "days_since": "select ? - max(received_on) from quality.fct_loads where status in ('loaded', 'duplicate')",
        "accepted": "select sum(accepted_count) from quality.fct_loads",
        "quarantined": "select sum(quarantined_count) from quality.fct_loads",
    },
    joined.CONFLICTS: {
        "conflicts": f"select count(*) {_CONFLICTS}",
        "open_conflicts": f"select count(*) {_CONFLICTS} where status = 'open'",
        "overdue_conflicts": f"select count(*) {_CONFLICTS} where status = 'open' and due_on < ?",
        "engineers": f"select count(distinct registration_no) {_CONFLICTS}",
        "agencies": f"""select count(distinct id) from (select employer_a_id as id {_CONFLICTS}
            union all select employer_b_id {_CONFLICTS} where employer_b_kind = 'agency')""",
        "open_days": f"select ? - min(first_seen_on) {_CONFLICTS} where status = 'open'",
        "longest_open": f"select ? - min(first_seen_on) {_CONFLICTS} where status = 'open'",
        "gravest_first": f"""select '①极高' || min(due_on) {_CONFLICTS} where severity = 'very_high'""",
    },
}


def test_every_metric_is_the_number_of_its_marts(release: Release) -> None:
    wrong = {}
    on = f"date '{release.description['as_of_on']}'"
    assert set(RIGHT) == set(joined.JOINED)
    for dataset in joined.JOINED:
        metrics = ", ".join(f"({metric.expression}) as {metric.name}" for metric in dataset.metrics)
        asked = release.rows(on_duckdb(f"select {metrics} from ({dataset.sql}) as asked"))[0]
        expected = {
            name: next(iter(release.rows(re.sub(r"\btoday\b", TODAY, sql.replace("?", on)))[0].values()))
            for name, sql in RIGHT[dataset].items()
        }
        if asked != expected or not any(expected.values()):
            wrong[dataset.name] = (asked, expected)
    assert not wrong


def test_what_a_release_decides_is_as_of_its_day() -> None:
    """The status of a task and its days left must not go apart on a day without a build."""
    for dataset in joined.JOINED:
        assert ("now()" in str(dataset.sql)) == (dataset.schema == "credit"), dataset.name


def test_days_left_and_bands_agree_with_the_status_of_a_task(release: Release) -> None:
    on = dt.date.fromisoformat(release.description["as_of_on"])
    tasks = release.rows(on_duckdb(f"select * from ({joined.TASKS.sql})"))
    is_open = [task for task in tasks if task["status_zh"] != words.word("task_status", "done") and task["due_on"]]
    assert {task["days_left"] for task in is_open} == {(task["due_on"] - on).days for task in is_open}
    overdue = words.word("task_status", "overdue")
    for task in is_open:
        assert (task["days_left"] < 0) == (task["status_zh"] == overdue) == (task["due_band"] == f"①{overdue}"), task


def test_the_dashboard_and_the_status_have_one_freshness(tmp_path: Path) -> None:
    """A repeat was delivered; what is held or replaced was not."""
    with duckdb.connect() as connection:
        connection.execute("create schema quality")
        connection.execute(f"create table {checks.TABLE} as select '2026-03-31-0123456789ab' as release_id")
        connection.execute(
            "create table quality.fct_loads as select 'registry' as source, 'agencies' as dataset, status, day as "
            "received_on, 'f' as file_name, null::varchar as reason_code, null::varchar as message, 1 as accepted_count, "
            "0 as quarantined_count, 0 as duplicate_count from (values ('loaded', date '2026-03-01'), "
            "('duplicate', date '2026-03-02'), ('held', date '2026-03-03'), ('replaced', date '2026-03-04')) as v (status, day)"
        )
        opened = Release(tmp_path, connection)
        opened.__dict__["description"] = {"as_of_on": "2026-03-31"}
        (told,) = queries.freshness(opened)
        metrics = {metric.name: metric.expression for metric in joined.FEEDS.metrics}
        (shown,) = opened.rows(
            on_duckdb(
                f"select {metrics['last_received']} as received_on, {metrics['days_since']} as age_days "
                f"from ({joined.FEEDS.sql}) as asked group by dataset_zh"
            )
        )
    assert shown == {"received_on": dt.date(2026, 3, 2), "age_days": 29}
    assert shown == {name: told[name] for name in shown}


def test_the_guard_would_catch_a_column_that_no_mart_has(release: Release) -> None:
    wrong = replace(joined.TASKS, sql=str(joined.TASKS.sql).replace("tasks.clause", "tasks.no_such"))
    with pytest.raises(Exception, match="no_such"):
        given_by(release, wrong)


def test_dbt_names_the_tables_that_each_dashboard_reads() -> None:
    """So that the lineage in dbt's pages is the dashboards'."""
    exposures = load_yaml((DBT / "models" / "_exposures.yml").read_text("utf-8"))["exposures"]
    for dashboard in DASHBOARDS:
        (exposure,) = (one for one in exposures if dashboard.name in one["url"])
        named = {re.search(r"ref\('(\w+)'\)", one)[1] for one in exposure["depends_on"]}  # type: ignore[index]
        queries = {chart.dataset.sql for chart in dashboard.charts}
        read = {
            table.name
            for sql in queries
            for table in sqlglot.parse_one(str(sql), read="postgres").find_all(Table)
            if table.db and f"{table.db}.{table.name}" != checks.TABLE  # which no model makes
        }
        assert named == read, dashboard.name


# --- charts ---


def test_charts_ask_for_what_their_datasets_have() -> None:
    lacking = {}
    for chart in CHARTS:
        there = {column.name for column in chart.dataset.columns} | {metric.name for metric in chart.dataset.metrics}
        asked = {chart.parameters.get(name) for name in ("x_axis", "x_axis_sort", "metric", "timeseries_limit_metric")}
        if not chart.asks or not chart.asks <= there or not asked - {None} <= chart.asks:
            lacking[chart.name] = sorted(chart.asks - there) or sorted(asked - {None} - chart.asks)
    assert not lacking
    assert not [chart.name for chart in CHARTS if not re.search(r"[一-鿿]", chart.title)]


def test_bars_ask_for_what_they_are_sorted_by() -> None:
    chart = charts.bars("x", "题", joined.REPAIRS, "outcome_zh", "applications", sorted_by="waiting")
    assert chart.asks == {"outcome_zh", "applications", "waiting"} and chart.parameters["x_axis_sort"] == "waiting"


def test_names_of_charts_are_their_own() -> None:
    assert len({chart.name for chart in CHARTS}) == len({chart.title for chart in CHARTS} | {""}) - 1 == len(CHARTS)


def test_grades_have_the_colours_of_the_site(built_city: BuiltCity) -> None:
    css = (built_city.release / "site" / "assets" / "site.css").read_text("utf-8")
    on_site = [re.search(rf"--g{place}: (#\w+);", css)[1] for place in (1, 2, 3, 4)]  # type: ignore[index]
    for dashboard in DASHBOARDS:
        assert [dashboard.colours[grade] for grade in "ABCD"] == on_site
        assert dashboard.colours["未评"] == palette.NO_GRADE
    others = superset.all_dashboards(("优", "良", "差"))[0].colours
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
        (None, None, "published", "未评"),
        ("B", "band", "suspended", "暂停"),
        ("B", "band", "conforming", "未列入"),
    ):
        asked = f"select {sql} from (select ?::varchar as grade, ?::varchar as reason, ?::varchar as status)"
        assert release.connection.execute(asked, [grade, reason, status]).fetchone() == (shown,)


def described(connection: duckdb.DuckDBPyConnection, **description: Any) -> Release:
    opened = Release(Path(), connection)
    opened.__dict__["description"] = description
    return opened


def test_the_grades_are_those_of_the_rules_best_first(release: Release) -> None:
    versions = [{"rulebook_id": "old", "grades": ["甲", "优"]}, {"rulebook_id": "now", "grades": ["优", "良", "差"]}]
    opened = described(release.connection, rulebook_id="now", rulebooks=versions)
    assert superset.grades_of(opened) == ("优", "良", "差", "甲")
    in_force = {one["rulebook_id"]: one["grades"] for one in release.description["rulebooks"]}
    assert superset.grades_of(release) == ("A", "B", "C", "D")
    assert in_force[release.description["rulebook_id"]] == ["A", "B", "C", "D"]


def test_a_grade_that_only_a_veto_gave_is_one_too() -> None:
    """Of a release of an earlier program, which does not say its grades."""
    with duckdb.connect() as connection:
        connection.execute("create schema credit")
        connection.execute(
            "create table credit.fct_score_history as select * from (values ('良', 70, 'band'), ('优', 95, 'band'), "
            "('差', 99, 'veto'), (null, 50, 'unrated')) as v (grade, score, score_grade_reason)"
        )
        opened = described(connection, rulebook_id="now", rulebooks=[{"rulebook_id": "now"}])
        assert superset.grades_of(opened) == ("优", "良", "差")


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


def test_it_holds_no_password_and_no_row(texts: dict[str, str], release: Release) -> None:
    text = "\n".join(texts.values())
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
        database = load_yaml(archive.read("firemark/databases/firemark.yaml"))
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
