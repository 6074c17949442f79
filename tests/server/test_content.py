"""What is published is what the release holds, row for row, with words in both languages and keys."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb
import psycopg
import pytest
from click.testing import CliRunner

from ingestion.settings import load
from orchestration.cli import main
from serving.audiences import SCHEMAS, Audience
from serving.outputs import postgres
from serving.outputs.postgres import readers
from serving.releases.opened import open_release
from tests.conftest import BuiltCity
from tests.server.databases import Database

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{2}")
DESK = SCHEMAS[Audience.CONFLICT_DESK]


@pytest.fixture(scope="module")
def connection(shared_database: Database, built_city: BuiltCity) -> Iterator[psycopg.Connection]:
    """The sample city with conflicts, as published, read by the desk's role."""
    settings = shared_database.settings(built_city.home)
    with open_release(load(built_city.home), for_desk=True) as release:
        said = postgres.publish(settings, release, "conflicts")
    assert "foreign keys" not in said, "one does not hold in the sample"
    with shared_database.connect("conflict_reader") as connection:
        yield connection


def parquet_of(city: BuiltCity) -> dict[str, str]:
    folders = {schema: city.release / "parquet" / schema for schema in SCHEMAS[Audience.BI]}
    folders |= {"conflicts": city.release / "restricted" / "conflicts"}
    return {
        f"{schema}.{path.stem}": str(path) for schema, folder in folders.items() for path in folder.glob("*.parquet")
    }


def ordered(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)


def test_every_table_equals_its_parquet_row_for_row(connection: psycopg.Connection, built_city: BuiltCity) -> None:
    published = connection.execute(
        "select schemaname || '.' || tablename from pg_tables where schemaname = any(%s)", [list(DESK)]
    ).fetchall()
    files = parquet_of(built_city)
    assert {name for (name,) in published} == set(files) and len(files) > 20
    for table, path in files.items():
        expected = duckdb.sql(f"from read_parquet('{path}')")
        found = connection.execute(f"select * from {table}")
        assert [column.name for column in found.description or ()] == expected.columns, table
        assert ordered(found.fetchall()) == ordered(expected.fetchall()), table


def test_text_comes_through_as_it_is(database: Database, tmp_path: Any) -> None:
    """What CSV, COPY or SQL would read as their own."""
    from tests.server.databases import release

    hostile = [
        "",
        " ",
        '"',
        '""',
        "a,b",
        "\\N",
        "\\.",
        "null",
        "a\nb",
        "a\r\nb",
        "\t",
        "'; drop table x; --",
        "王\u3000强",
        "\\",
        "%s",
    ]
    made = release(tmp_path, 1)
    made.connection.execute("create or replace table quality.fct_data_issues (issue_id varchar, detail varchar)")
    rows = [(str(number), text) for number, text in enumerate([*hostile, None])]
    made.connection.executemany("insert into quality.fct_data_issues values (?, ?)", rows)
    database.publish(tmp_path, made)
    assert ordered(database.rows("table quality.fct_data_issues")) == ordered(rows)


def test_every_schema_table_and_column_has_words_in_both_languages(connection: psycopg.Connection) -> None:
    said = connection.execute(
        "select nspname || '.' || relname || coalesce('.' || attname, ''), "
        "case when attname is null then obj_description(pg_class.oid, 'pg_class') else col_description(pg_class.oid, attnum) end "
        "from pg_class join pg_namespace on pg_namespace.oid = relnamespace "
        "left join lateral (select null as attname, 0 as attnum union all select attname, attnum from pg_attribute "
        "where attrelid = pg_class.oid and attnum > 0) as attributes on true "
        "where nspname = any(%s) and relkind in ('r', 'v') union all "
        "select nspname, obj_description(oid, 'pg_namespace') from pg_namespace where nspname = any(%s)",
        [list(DESK), list(DESK)],
    ).fetchall()
    assert len(said) > 350
    assert not [name for name, text in said if not text or not CHINESE.search(text) or not ENGLISH.search(text)]
    words = dict(said)
    assert words["credit.agency_grades"].startswith("今日等级 · ")
    assert (
        words["credit.fct_score_history.score"].startswith("得分 · ")
        and "points" in words["credit.fct_score_history.score"]
    )


def test_the_schema_names_its_release(connection: psycopg.Connection, built_city: BuiltCity) -> None:
    (said,) = connection.execute("select obj_description('credit'::regnamespace, 'pg_namespace')").fetchone() or ("",)
    assert built_city.release.name in said


def test_the_function_equals_the_command_on_20_days(connection: psycopg.Connection, built_city: BuiltCity) -> None:
    as_of_on = dt.date.fromisoformat(built_city.release.name[:10])
    days = [as_of_on + dt.timedelta(days=61 * step) for step in range(-14, 6)]
    assert len(days) == 20
    for day in days:
        done = CliRunner().invoke(
            main,
            ["--home", str(built_city.home), "grades", "--on", str(day), "--format", "json"],
            catch_exceptions=False,
        )
        expected = json.loads(done.stdout)
        cursor = connection.execute("select * from credit.agency_grades_as_of(%s)", [day])
        names = [column.name for column in cursor.description or ()]
        found = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
        assert found.keys() == {row["agency_id"] for row in expected}, day
        for row in expected:
            mine = found[row["agency_id"]]
            assert {name: plain(mine[name]) for name in names} == {name: row[name] for name in names}, (day, row)


def plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return str(value)
    return float(value) if hasattr(value, "as_tuple") else value


def test_the_view_is_today_in_shanghai(connection: psycopg.Connection) -> None:
    same = (
        "select count(*) from (select * from credit.agency_grades except select * from credit.agency_grades_as_of("
        "(now() at time zone 'Asia/Shanghai')::date)) as other"
    )
    assert connection.execute(same).fetchone() == (0,)
    with connection.transaction():
        connection.execute("set local timezone = 'America/Los_Angeles'")
        assert connection.execute(same).fetchone() == (0,)
    (count,) = connection.execute("select count(*) from credit.agency_grades").fetchone() or (0,)
    assert count > 20


def test_keys_and_constraints(connection: psycopg.Connection) -> None:
    found = connection.execute(
        "select conrelid::regclass::text, contype::text, pg_get_constraintdef(oid) from pg_constraint "
        "where connamespace::regnamespace::text = any(%s)",
        [list(DESK)],
    ).fetchall()
    keyed = {table for table, kind, _ in found if kind in ("p", "u")}
    tables = {
        f"{schema}.{name}"
        for schema, name in connection.execute(
            "select schemaname, tablename from pg_tables where schemaname = any(%s)", [list(DESK)]
        ).fetchall()
    }
    assert keyed == tables, "a table without a key"
    assert {text for table, kind, text in found if kind == "u"} == {
        "UNIQUE NULLS NOT DISTINCT (source, dataset, received_on, file_name, file_hash, sheet, row_number, header, reason_code)"
    }
    foreign = {(table, text) for table, kind, text in found if kind == "f"}
    assert ("credit.fct_score_history", "FOREIGN KEY (agency_id) REFERENCES credit.dim_agencies(agency_id)") in foreign
    assert ("supervision.rpt_tasks", "FOREIGN KEY (agency_id) REFERENCES credit.dim_agencies(agency_id)") in foreign
    assert len(foreign) > 20
    open_flags = connection.execute(
        "select table_name, column_name from information_schema.columns where table_schema = any(%s) "
        "and column_name ~ '^(is|has)_' and is_nullable = 'YES' and table_name <> 'agency_grades'",
        [list(DESK)],
    ).fetchall()
    assert open_flags == []


def test_what_bi_filters_by_has_an_index(connection: psycopg.Connection) -> None:
    indexed = {
        (table, column)
        for table, column in connection.execute(
            "select tablename, substring(indexdef from '\\((\\w+)') from pg_indexes where schemaname = any(%s)",
            [list(DESK)],
        ).fetchall()
    }
    for expected in (
        ("fct_score_history", "agency_id"),
        ("fct_score_history", "grade"),
        ("fct_point_ledger", "agency_id"),
        ("fct_point_ledger", "valid_from_on"),
        ("rpt_tasks", "status"),
        ("rpt_tasks", "due_on"),
        ("fct_engineer_conflicts", "employer_a_id"),
        ("dim_agencies", "directory_status"),
    ):
        assert expected in indexed


def test_a_server_for_an_audience_has_its_schemas_alone(database: Database, built_city: BuiltCity) -> None:
    settings = database.settings(built_city.home)
    for audience in ("conflicts", "bi", "public"):  # ever narrower: what an audience may not see goes at once
        of = readers.ROLES[{"conflicts": "conflict_reader", "bi": "bi_reader", "public": "public_reader"}[audience]]
        with open_release(load(built_city.home), for_desk=of == Audience.CONFLICT_DESK) as release:
            postgres.publish(settings, release, audience)
        live = {name for name in database.schemas() if "__" not in name}
        assert live == {*SCHEMAS[of], "firemark"}
        kept = {name.partition("__")[0] for name in database.schemas() if "__" in name}
        assert kept <= set(SCHEMAS[of])
