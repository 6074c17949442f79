"""The data tests that block a release: they pass for a sound city, and each kind of wrong city fails one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from tests.house.project import ROOT, sql_files
from tests.warehouse.engine_city import bands, clause, component, item, listed, regime
from tests.warehouse.evidence import A, B, Row, Tables, finding, merit, warehouse
from tests.warehouse.harness import Warehouse

GRADES, LOST, SUMS = (
    "assert_grades_follow_the_rulebook",
    "assert_nothing_known_is_lost",
    "assert_lines_sum_to_the_score",
)
MARTS = ("fct_grade_changes", "rpt_public_roster")
UNLISTED, UNTOUCHED, CLEAN, MERITED = "agency-c", "agency-d", "agency-e", "agency-f"
COSTLY = item("X", "SUB", 12)


def rules(**cells: object) -> Tables:
    """An item that costs, a merit, a veto and a ceiling; bands unless told otherwise."""
    given = {
        "components": [component("SUB", -1), component("ADD", 1)],
        "items": [
            COSTLY,
            item("M", "ADD", 3),
            item("V", "SUB", 0, effect="veto", effect_grade="red"),
            item("C", "SUB", 0, effect="ceiling", effect_grade="silver"),
        ],
        "clauses": [clause("1", "X"), clause("2b", "V"), clause("3", "C"), clause("4", "M", dataset="merit_claims")],
        "grades": bands(("gold", 95), ("silver", 80), ("red", None)),
    }
    return regime(**given | cells)  # type: ignore[arg-type]


def city(tables: Tables) -> Warehouse:
    """Five listed agencies, two of them without a line, and one that only a finding names."""
    made = warehouse(
        findings=[
            finding("K1", clause="1"),
            finding("K2", clause="2b", determined_on="2025-05-01"),
            finding("K3", clause="3", agency_id=B),
            finding("K4", clause="1", agency_id=UNLISTED),
        ],
        merits=[merit("S1", clause="4", agency_id=MERITED)],
        rules=tables,
    )
    drop = listed("2025-01-10", (A, B, UNTOUCHED, CLEAN, MERITED), listing_basis="grandfathered_28")
    for relation, rows in drop.items():
        made.insert(relation, rows)
    return made.run(*MARTS)


@pytest.fixture(scope="module")
def sound() -> Warehouse:
    return city(rules())


@pytest.fixture
def faulted(sound: Warehouse) -> Iterator[Warehouse]:
    """The sound city for a test to change; restored afterwards."""
    sound.connection.execute("begin")
    yield sound
    sound.connection.execute("rollback")


def broken(made: Warehouse) -> set[str]:
    return {name for name in (GRADES, LOST, SUMS) if made.failing(name)}


def test_a_sound_city_passes_every_assertion(sound: Warehouse) -> None:
    history = sound.query("select distinct grade, score_grade_reason from credit.fct_score_history")
    told = {(row["grade"], row["score_grade_reason"]) for row in history}
    assert told == {("gold", "band"), ("silver", "band"), ("red", "veto"), ("silver", "ceiling")}
    assert len(sound.query("select * from publication.rpt_public_roster")) == 5
    assert broken(sound) == set()


def test_an_empty_city_passes_every_assertion() -> None:
    made = warehouse(rules=rules()).run(*MARTS)
    assert made.query("select * from credit.dim_agencies") == []
    assert broken(made) == set()


def test_a_regime_without_bands_gives_no_grades() -> None:
    made = city(rules(items=[COSTLY], clauses=[clause("1", "X")], grades=[]))
    assert made.query("select distinct grade from credit.fct_score_history") == [{"grade": None}]
    assert broken(made) == set()
    made.connection.execute("update credit.fct_score_history set grade = 'gold', score_grade_reason = 'band'")
    assert GRADES in broken(made)


def test_a_regime_without_a_lowest_band_grades_what_it_reaches() -> None:
    made = city(rules(grades=bands(("gold", 95), ("silver", 80), ("red", 50))))
    assert broken(made) == set()


@pytest.mark.parametrize(
    ("fault", "breaks"),
    [
        ("delete from credit.fct_score_history where agency_id = 'agency-a'", {LOST, SUMS}),
        ("delete from credit.fct_score_history where agency_id = 'agency-c'", {LOST, SUMS}),
        ("delete from credit.fct_score_history where agency_id = 'agency-d'", {LOST}),
        ("delete from credit.fct_score_history", {LOST, SUMS}),
        ("update credit.fct_score_history set grade = null", {GRADES}),
        ("update credit.fct_score_history set grade = null, score_grade_reason = null", {GRADES}),
        ("update credit.fct_score_history set grade = 'red'", {GRADES}),
        ("update credit.fct_score_history set grade = 'none' where score_grade_reason = 'veto'", {GRADES}),
        ("update credit.fct_score_history set score_grade_reason = 'band' where grade = 'red'", {GRADES}),
        ("update credit.fct_score_history set grade = 'gold' where score_grade_reason = 'ceiling'", {GRADES}),
        ("update credit.fct_score_history set rulebook_id = 'another'", {GRADES}),
        ("delete from credit.dim_agencies", {LOST}),
        ("delete from credit.dim_agencies where agency_id = 'agency-c'", {LOST}),
        ("delete from publication.rpt_public_roster", {LOST}),
        ("delete from publication.rpt_public_roster where agency_id = 'agency-e'", {LOST}),
        ("delete from credit.fct_grade_changes", {LOST}),
    ],
)
def test_a_wrong_city_is_not_released(faulted: Warehouse, fault: str, breaks: set[str]) -> None:
    faulted.connection.execute(fault)
    assert broken(faulted) == breaks


def test_a_city_whose_marts_are_empty_is_not_released(faulted: Warehouse) -> None:
    emptied = ("dim_agencies", "fct_point_ledger", "fct_score_history", "fct_grade_changes")
    for name in emptied:
        faulted.connection.execute(f"delete from credit.{name}")
    faulted.connection.execute("delete from publication.rpt_public_roster")
    lost: list[Row] = faulted.failing(LOST)
    assert {row["agency_id"] for row in lost} == {A, B, UNLISTED, UNTOUCHED, CLEAN, MERITED}


def test_a_veto_lost_from_the_ledger_is_noticed(faulted: Warehouse) -> None:
    faulted.connection.execute("delete from credit.fct_point_ledger where effect = 'veto'")
    assert broken(faulted) == {GRADES}


ROWS, LINES = "assert_every_row_read_is_accounted_for", "assert_lines_lead_to_files"


@pytest.fixture(scope="module")
def loaded() -> Warehouse:
    """One file of three rows, and a line of its second."""
    made = Warehouse({f"rulebook.{name}": rows for name, rows in rules().items()})
    made.insert("lake.build_parameters", [{"as_of_on": dt.date(2025, 6, 30), "regime_code": "any"}])
    made.run("fct_loads", "fct_quarantined_rows", "fct_point_ledger")
    of = "'credit_desk' as source, 'findings' as dataset, 'f' as file_hash"
    made.connection.execute(
        f"insert into quality.fct_loads by name select {of}, date '2025-06-01' as received_on, 'a.xlsx' as file_name,"
        " 'loaded' as status, 3 as read_count, 3 as accepted_count, 0 as quarantined_count, 0 as duplicate_count"
    )
    made.connection.execute(
        f"insert into credit.fct_point_ledger by name select {of}, 'L' as line_id, 'misconduct' as line_kind,"
        " 'K' as source_key, 2 as row_number"
    )
    assert not made.failing(ROWS) and not made.failing(LINES)
    return made


@pytest.mark.parametrize(
    ("fault", "breaks"),
    [
        ("update quality.fct_loads set read_count = 4", {ROWS}),
        ("update quality.fct_loads set accepted_count = 2, quarantined_count = 1", {ROWS}),
        ("update quality.fct_loads set status = 'held'", {ROWS, LINES}),
        ("delete from quality.fct_loads", {LINES}),
        ("update credit.fct_point_ledger set file_hash = 'g'", {LINES}),
        ("update credit.fct_point_ledger set row_number = null", {LINES}),
        ("update credit.fct_point_ledger set source_key = null", {LINES}),
    ],
)
def test_a_row_or_a_line_of_no_file_is_not_released(loaded: Warehouse, fault: str, breaks: set[str]) -> None:
    loaded.connection.execute("begin")
    try:
        loaded.connection.execute(fault)
        assert {name for name in (ROWS, LINES) if loaded.failing(name)} == breaks
    finally:
        loaded.connection.execute("rollback")


def test_every_assertion_has_a_wrong_city() -> None:
    """A check that was never seen to fail is none."""
    asking = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assertions = {path.stem for path in sql_files("tests") if path.stem.startswith("assert_")}
    assert assertions
    assert not (unseen := {name for name in assertions if f'"{name}"' not in asking}), f"no test asks for {unseen}"


@pytest.fixture(scope="module")
def kept() -> Warehouse:
    made = Warehouse({f"rulebook.{name}": rows for name, rows in rules().items()})
    made.insert("lake.build_parameters", [{"as_of_on": dt.date(2025, 6, 30), "regime_code": "any"}])
    return made.run()


@pytest.mark.parametrize(
    ("grain", "table", "key", "model"),
    [
        ("assert_conflicts_keep_their_grain", "intermediate.int_conflicts_detected", "conflict_id", None),
        ("assert_directory_keeps_its_grain", "intermediate.int_directory_status", "agency_id", None),
        ("assert_entities_keep_their_grain", "intermediate.int_agencies_current", "agency_id", None),
        ("assert_leads_keep_their_grain", "intermediate.int_leads_detected", "lead_id", None),
        ("assert_points_keep_their_grain", "intermediate.int_points__scoring_lines", "line_id", None),
        ("assert_reference_keeps_its_grain", "reference.measures", "measure_code", None),
        ("assert_staging_keeps_its_grain", "lake.build_parameters", "regime_code", "stg_lake__build_parameters"),
    ],
)
def test_a_repeated_row_breaks_the_grain(kept: Warehouse, grain: str, table: str, key: str, model: str | None) -> None:
    assert not kept.failing(grain)
    kept.connection.execute("begin")
    try:
        kept.connection.execute(f"insert into {table} ({key}) values ('twice'), ('twice')")
        assert [broken["model_name"] for broken in kept.failing(grain)] == [model or table.partition(".")[2]]
    finally:
        kept.connection.execute("rollback")
