"""Each suite passes on sound rows and fails on a planted fault: a check that cannot fail proves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from expectations.door import DOOR_SUITES
from expectations.release import RELEASE_SUITES
from expectations.suites import Suite, SuiteOutcome, is_present, no_row
from ingestion.helper_process import HelperProcess, ProcessDiedError
from ingestion.sources import DATASETS
from ingestion.warehouse_sources import create_empty_tables, dataset_schema, source_schemas
from orchestration.building.suite_process import SuiteProcess
from tests.house.project import model_properties, sql_files

HASH = "f" * 64


@pytest.fixture(scope="module")
def helper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SuiteProcess]:
    helper = SuiteProcess(tmp_path_factory.mktemp("logs"))
    yield helper
    helper.close()


def run(helper: SuiteProcess, database: Path, suites: list[Suite]) -> dict[tuple[str, str], SuiteOutcome]:
    helper.submit(database, suites)
    return {(outcome.relation, outcome.check_name): outcome for outcome in helper.collect()}


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """One plausible row in every dataset, and a load that it came with."""
    path = tmp_path / "firemark.duckdb"
    with duckdb.connect(str(path)) as connection:
        create_empty_tables(connection, source_schemas())
        for source, name in DATASETS:
            connection.execute(
                f"insert into {source}.{name} (file_hash, received_on, row_number, file_position, source_key, row_key,"
                f" row_hash, flags, file_name) values ('{HASH}', '2026-01-05', 2, 1, 'k', 'k', 'h', '', 'f.xlsx')"
            )
            connection.execute(
                "insert into lake.loads (source, dataset, received_on, file_name, file_hash, status, read_count,"
                " accepted_count, quarantined_count, duplicate_count)"
                f" values ('{source}', '{name}', '2026-01-05', 'f.xlsx', '{HASH}', 'loaded', 100, 99, 1, 0)"
            )
    return path


def test_sound_rows_pass_every_door_suite(helper: SuiteProcess, lake: Path) -> None:
    outcomes = run(helper, lake, list(DOOR_SUITES.values()))
    assert len(outcomes) == sum(len(suite.checks) for suite in DOOR_SUITES.values())
    assert not [outcome for outcome in outcomes.values() if not outcome.is_passed]


# What is done to the rows of a dataset -> the check that must see it.
DOOR_FAULTS = {
    "alter table {relation} add column surplus integer": "columns_are_the_contract_s",
    "update {relation} set row_key = null": "row_key_is_present",
    "insert into {relation} select * from {relation}": "a_row_comes_in_once",
    "update {relation} set file_hash = 'short'": "provenance_leads_to_a_row",
    "update lake.loads set quarantined_count = 60 where source || '.' || dataset = '{relation}'": (
        "files_are_mostly_readable"
    ),
    "update {relation} set {agency} = '91410800'": "agencies_are_18_characters",
    "update {relation} set {person}_mask = '410811199001011234'": "identity_numbers_are_keyed_and_masked",
}


@pytest.mark.parametrize("fault", DOOR_FAULTS, ids=DOOR_FAULTS.values())
def test_every_door_suite_sees_a_planted_fault(helper: SuiteProcess, lake: Path, fault: str) -> None:
    check = DOOR_FAULTS[fault]
    concerned = []
    with duckdb.connect(str(lake)) as connection:
        for suite in DOOR_SUITES.values():
            if check not in {each.name for each in suite.checks}:
                continue
            columns = dataset_schema(*suite.relation.split(".")).names
            agency = next((name for name in columns if name.endswith(("agency_id", "payer_id"))), "")
            person = next((name.removesuffix("_mask") for name in columns if name.endswith("_mask")), "")
            connection.execute(fault.format(relation=suite.relation, agency=agency, person=person))
            concerned.append(suite)
    outcomes = run(helper, lake, concerned)
    assert concerned
    for suite in concerned:
        outcome = outcomes[(suite.relation, check)]
        assert not outcome.is_passed and outcome.failing_count >= 1, suite.relation


def test_a_door_suite_says_where_the_rows_stand_that_break_it(helper: SuiteProcess, lake: Path) -> None:
    with duckdb.connect(str(lake)) as connection:
        connection.execute("update registry.personnel set sheet = '名册', person_mask = '410811199001011234'")
        connection.execute("update registry.social_insurance set row_key = null")
    outcomes = run(helper, lake, list(DOOR_SUITES.values()))
    masked = outcomes["registry.personnel", "identity_numbers_are_keyed_and_masked"]
    assert masked.message == "registry/personnel/2026-01-05 f.xlsx, sheet 名册, row 2"
    keyless = outcomes["registry.social_insurance", "row_key_is_present"]
    assert keyless.message == "registry/social_insurance/2026-01-05 f.xlsx, row 2"


def test_a_door_suite_looks_at_every_agency_and_person_of_its_contract() -> None:
    conditions = {check.name: str(check) for check in DOOR_SUITES["platform/reports"].checks}
    for column in ("agency_id", "seal_agency_id"):
        assert f"length({column}) <> 18" in conditions["agencies_are_18_characters"]
    for person in ("technical_lead", "project_lead"):
        assert f"length({person}_key) <> 64" in conditions["identity_numbers_are_keyed_and_masked"]
    unnamed = {check.name for check in DOOR_SUITES["complaints/hotline"].checks}
    assert not unnamed & {"agencies_are_18_characters", "identity_numbers_are_keyed_and_masked"}


def test_every_mart_has_a_release_suite_and_every_suite_a_mart() -> None:
    marts = {f"{path.parent.name}.{path.stem}" for path in sql_files("models/marts")}
    assert set(RELEASE_SUITES) == marts


@pytest.mark.parametrize("relation", sorted(RELEASE_SUITES))
def test_a_release_suite_promises_columns_that_the_mart_declares(relation: str) -> None:
    declared = {column["name"] for column in model_properties()[relation.split(".")[1]]["columns"]}
    promised = [check for check in RELEASE_SUITES[relation].checks if check.name == "promised_columns_are_there"]
    assert promised and set(promised[0].arguments["column_set"]) <= declared


def test_every_release_suite_sees_a_planted_fault(helper: SuiteProcess, tmp_path: Path) -> None:
    """Each mart as a table of text columns with one row in which every checked thing is wrong."""
    path = tmp_path / "firemark.duckdb"
    with duckdb.connect(str(path)) as connection:
        for relation, suite in RELEASE_SUITES.items():
            promised = next(check for check in suite.checks if check.name == "promised_columns_are_there")
            columns = promised.arguments["column_set"][:-1]  # one promised column is missing
            connection.execute(f"create schema if not exists {relation.split('.')[0]}")
            values = ", ".join(f"{_wrong(suite, column)} as {column}" for column in columns)
            connection.execute(f"create table {relation} as select {values}")
            if any(check.name == "is_not_empty" for check in suite.checks):
                connection.execute(f"delete from {relation}")
    outcomes = run(helper, path, list(RELEASE_SUITES.values()))
    may_pass_when_empty = {"is_provisional_is_present"}
    passed = [key for key, outcome in outcomes.items() if outcome.is_passed and key[1] not in may_pass_when_empty]
    assert not passed


def _wrong(suite: Suite, column: str) -> str:
    if f"{column}_is_present" in {check.name for check in suite.checks}:
        return "cast(null as varchar)"
    kinds = {
        "valid_from_on": "date '2026-01-02'",
        "valid_until_on": "date '2026-01-01'",
        "is_applied": "false",
        "refusal_reason": "cast(null as varchar)",
        "confidence": "1.5",
        "read_count": "10",
        "accepted_count": "1",
        "quarantined_count": "1",
        "duplicate_count": "1",
    }
    return kinds.get(column, "'nonsense'")


def test_a_check_that_cannot_run_has_not_passed(helper: SuiteProcess, lake: Path) -> None:
    suites = [
        Suite("registry.nowhere", "door", (is_present("row_key"),)),
        Suite("registry.agencies", "door", (no_row("nonsense", "no_such_column = 1"), is_present("row_key"))),
    ]
    outcomes = run(helper, lake, suites)
    assert not outcomes[("registry.nowhere", "row_key_is_present")].is_passed
    broken = outcomes[("registry.agencies", "nonsense")]
    assert not broken.is_passed and "no_such_column" in broken.message
    assert outcomes[("registry.agencies", "row_key_is_present")].is_passed


def test_an_outcome_never_holds_a_value(helper: SuiteProcess, lake: Path) -> None:
    with duckdb.connect(str(lake)) as connection:
        connection.execute("update registry.personnel set person_mask = '410811199001011234', agency_id = 'canary'")
    outcomes = run(helper, lake, [DOOR_SUITES["registry/personnel"]])
    assert not any("410811199001011234" in repr(outcome) or "canary" in repr(outcome) for outcome in outcomes.values())


@pytest.mark.parametrize("name", ["a#b?c", "a%23b", "$HOME ${HOME}", "it's [x]*", "焦作 @:"])
def test_a_file_may_lie_below_a_folder_of_any_name(helper: SuiteProcess, lake: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    moved = lake.rename(tmp_path / name / lake.name)
    outcomes = run(helper, moved, list(DOOR_SUITES.values())[:1])
    assert outcomes and all(outcome.is_passed for outcome in outcomes.values())


def test_a_dead_helper_is_noticed(lake: Path, tmp_path: Path) -> None:
    helper = SuiteProcess(tmp_path / "logs")
    helper._process.kill()
    helper._process.wait()
    with pytest.raises(ProcessDiedError, match=r"exit code -9\); its log: .*suite_process\.log"):
        helper.submit(lake, list(DOOR_SUITES.values()))
        helper.collect()
    helper.close()


def test_a_process_that_cannot_start_says_why_in_its_log(tmp_path: Path) -> None:
    helper = HelperProcess("expectations.is_not_there", tmp_path)
    with pytest.raises(ProcessDiedError, match="exit code 1"):
        helper.receive()
    helper.close()
    assert "No module named expectations.is_not_there" in helper.log.read_text("utf-8")
    assert helper.log.stat().st_mode & 0o077 == 0


def test_a_suite_that_could_not_run_leaves_its_traceback(tmp_path: Path) -> None:
    helper = SuiteProcess(tmp_path)
    helper.submit(tmp_path / "nowhere" / "firemark.duckdb", list(DOOR_SUITES.values()))
    with pytest.raises(ProcessDiedError, match=r"could not run: .*suite_process\.log"):
        helper.collect()
    helper.close()
    assert "Traceback" in helper.log.read_text("utf-8")


def test_a_suite_that_runs_says_nothing(lake: Path, tmp_path: Path) -> None:
    """The log is for what went wrong: it must not grow with every build, nor hold a value."""
    helper = SuiteProcess(tmp_path / "logs")
    run(helper, lake, list(DOOR_SUITES.values()))
    helper.close()
    assert helper.log.read_text("utf-8") == ""
