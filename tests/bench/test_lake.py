"""A city many times over in a lake: every copy a city of its own, and a manifest from which a build starts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ingestion import build_inputs, warehouse_sources
from ingestion.contract import Parse
from ingestion.lake_parts import SCHEMA_FILE
from ingestion.load_outcomes import Status
from ingestion.settings import Settings, load
from ingestion.sources import DATASETS
from sample_city import identifiers
from tests.bench import lake

COPIES, VISITS = 2, 5


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return lake.clean_city(tmp_path_factory.mktemp("city"), years=1, agencies=9)


@pytest.fixture(scope="module")
def home(city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = load(tmp_path_factory.mktemp("multiplied") / "home")
    lake.multiply(city, home, COPIES, VISITS)
    return home


def _sources(home: Settings, folder: Path) -> duckdb.DuckDBPyConnection:
    """The sources of a build, all of whose files must be loaded."""
    inputs = build_inputs.prepare(home, lake.AS_OF_ON, build_dir=folder)
    assert {outcome.status for outcome in inputs.outcomes} == {Status.LOADED}
    assert not [outcome for outcome in inputs.outcomes if outcome.reason_code or outcome.duplicate_count]
    connection = duckdb.connect()
    warehouse_sources.register_sources(connection, folder)
    return connection


@pytest.fixture(scope="module")
def sources(
    city: Settings, home: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]]:
    with (
        _sources(city, tmp_path_factory.mktemp("one")) as one,
        _sources(home, tmp_path_factory.mktemp("many")) as many,
    ):
        yield one, many


def _row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    found = connection.execute(sql).fetchone()
    assert found is not None
    return found


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda dataset: dataset.id)
def test_each_copy_has_keys_of_its_own_and_no_row_is_lost(
    sources: tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection], dataset: object
) -> None:
    relation = warehouse_sources.dataset_relation(dataset)  # type: ignore[arg-type]
    counts = f"select count(*), count(distinct row_key), count(distinct row_hash) from {relation}"
    one, many = (_row(connection, counts) for connection in sources)
    if relation in ('"platform"."reports"', '"platform"."checkins"'):
        ordinary = f"{counts} where regexp_full_match(report_no, 'BG[0-9]{{14}}')"
        more = _row(sources[0], ordinary)
        assert more[0] > one[0] / 2
        one = tuple(all_ + (VISITS - 1) * visited for all_, visited in zip(one, more, strict=True))
    assert many == tuple(COPIES * count for count in one)


def test_each_copy_has_agencies_people_and_names_of_its_own(
    sources: tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection],
) -> None:
    counts = "select count(distinct agency_id), count(distinct agency_name) from registry.agencies"
    people = "select count(distinct person_key), count(distinct person_name) from registry.personnel"
    for sql in (counts, people):
        one, many = (_row(connection, sql) for connection in sources)
        assert many == tuple(COPIES * count for count in one)
    codes = [code for (code,) in sources[1].execute("select distinct agency_id from registry.agencies").fetchall()]
    assert all(identifiers.uscc_check(code[:17]) == code[17] for code in codes)
    assert all(identifiers.organisation_check(code[8:16]) == code[16] for code in codes)


@pytest.mark.parametrize(
    ("rows", "of"),
    [
        ("platform.checkins where report_no not in (select report_no from platform.reports)", "platform.checkins"),
        ("platform.reports where agency_id not in (select agency_id from registry.agencies)", "platform.reports"),
        (
            "registry.social_insurance where person_key not in (select person_key from registry.personnel "
            "where person_key is not null)",
            "registry.social_insurance",
        ),
    ],
)
def test_a_row_of_a_copy_leads_to_rows_of_the_same_copy(
    sources: tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection], rows: str, of: str
) -> None:
    (one_lost, one), (lost, many) = (
        _row(connection, f"select (select count(*) from {rows}), (select count(*) from {of})") for connection in sources
    )
    assert lost * one == one_lost * many
    assert lost < many


def test_parts_have_the_lakes_schema_and_the_rows_that_the_manifest_says(home: Settings) -> None:
    inputs = build_inputs.prepare(home, lake.AS_OF_ON)
    accepted = {outcome.receipt.file_hash: outcome.accepted_count for outcome in inputs.outcomes}
    parts = [path for path in home.lake.rglob("*.parquet") if path.name != SCHEMA_FILE]
    assert len(parts) == len(accepted)
    for path in parts:
        dataset = DATASETS[path.parts[-3], path.parts[-2]]
        assert pq.read_schema(path).equals(dataset.lake_schema())
        assert pq.read_metadata(path).num_rows == accepted[path.stem[11:]]


def test_no_day_of_a_visit_is_after_its_receipt(
    sources: tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection],
) -> None:
    for dataset in DATASETS.values():
        for column in dataset.columns:
            if column.not_after_receipt and column.parse is Parse.DATE:
                relation = warehouse_sources.dataset_relation(dataset)
                assert _row(sources[1], f"select count(*) from {relation} where {column.name} > received_on") == (0,)


def test_a_home_with_a_lake_is_not_written_over(city: Settings, home: Settings) -> None:
    with pytest.raises(FileExistsError):
        lake.multiply(city, home, 1)
