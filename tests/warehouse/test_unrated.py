"""Agencies without a grade, wherever a grade is shown or used: measures, tasks, lists and every mart.

Belongs here: what follows from being unrated (rulebook/format.md, rated_from and unrated_status). Does not belong here:
on which days an agency is unrated (test_points_tables_rated).
"""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.parsing import clause_text
from tests.warehouse.desk import engineer
from tests.warehouse.engine_city import Engine, dropped, listed
from tests.warehouse.evidence import A, B, Row, Tables, finding, merit, repair, warehouse
from tests.warehouse.harness import Warehouse
from tests.warehouse.points_tables import Words, clean, entry, grades, leads, scored, then, typed

# --- measures and tasks -------------------------------------------------------------------------------------------


def on(grade: str, code: str, when: str, **words: Any) -> Words:
    """One measure of a regime file."""
    return {"grade": grade, "code": code, "when": when} | words


MEASURES = [
    on("A", "quality_directory", "while"),
    on("A", "priority_service", "while"),
    on("A", "double_random_max", "calendar_year", n=1),
    on("B", "interview", "on_enter"),
    on("B", "key_list", "while"),
    on("B", "inspection_min", "calendar_year", n=2),
    on("*", "city_circular", "on_enter"),
]


CLAUSES = [leads("X", "X"), leads("1", "M", dataset="merit_claims")]


def rules(measures: list[Words] = MEASURES, **words: Any) -> Tables:
    """Seven points for X, four for M; grades A from 95, B from 90 and C."""
    return typed(
        entry("X", 7),
        entry("M", 4, comp="ADD"),
        components=[{"id": "ADD", "sign": 1, "window": "P1Y", "agg": "sum"}],
        **{"clauses": CLAUSES, "bands": grades(("A", 95), ("B", 90), ("C", None)), "measures": measures} | words,
    )


PAUSING = rules(unrated_status=["暂停"])


def shown(*statuses: tuple[str, str]) -> list[dict[str, list[Row]]]:
    """Drops of the directory that show agency A with a status from a day on."""
    return [
        dropped("registry", "agencies", received_on, [{"agency_id": A, "registry_status": status}])
        for received_on, status in statuses
    ]


# suspended from April to the end of May
PAUSE = shown(("2025-01-01", "normal"), ("2025-04-01", "suspended"), ("2025-06-01", "normal"))


def tasks(made: Engine, code: str, agency_id: str = A) -> list[tuple[str, str | None, str]]:
    """First day, last day and status of an agency's tasks of one kind."""
    found = made.built.run("rpt_tasks").query(
        "select * from supervision.rpt_tasks where task_code = ? and agency_id = ? order by opened_on", code, agency_id
    )
    return [
        (str(row["opened_on"]), str(row["closed_on"]) if row["closed_on"] else None, row["status"]) for row in found
    ]


def measured(made: Engine, code: str) -> list[tuple[str, str | None, bool]]:
    """First day, end and whether it is an entry, of the spans of one measure."""
    found = made.built.run("fct_measures").query(
        "select * from supervision.fct_measures where measure_code = ? order by valid_from_on", code
    )
    return [
        (str(row["valid_from_on"]), str(row["valid_until_on"]) if row["valid_until_on"] else None, row["is_entered"])
        for row in found
    ]


def test_a_grade_that_lasts_through_unrated_days_is_not_entered_again() -> None:
    made = scored(PAUSING, *PAUSE, findings=[finding("K", clause="X")])
    assert measured(made, "interview") == [("2025-03-01", "2025-04-01", True), ("2025-06-01", "2026-03-02", False)]
    assert tasks(made, "interview") == [("2025-03-01", None, "open")]
    assert tasks(made, "city_circular") == [
        ("2025-01-01", None, "open"),
        ("2025-03-01", None, "open"),
        ("2026-03-02", None, "open"),
    ]


@pytest.mark.parametrize(
    ("second_on", "repaired", "answered_on", "last_on"),
    [("2025-05-10", "K1", "2025-04-16", "2026-05-11"), ("2025-04-05", "K2", "2025-05-08", "2026-03-02")],
    ids=["through A", "through C"],
)
def test_a_grade_that_moved_away_and_came_back_on_unrated_days_is_entered_again(
    second_on: str, repaired: str, answered_on: str, last_on: str
) -> None:
    made = scored(
        PAUSING,
        *PAUSE,
        findings=[finding("K1", clause="X"), finding("K2", clause="X", determined_on=second_on)],
        repairs=[repair("R", repaired, applied_on="2025-04-10", accepted_on="2025-04-14", replied_on=answered_on)],
    )
    assert tasks(made, "interview") == [("2025-03-01", None, "open"), ("2025-06-01", None, "open")]
    assert tasks(made, "key_list") == [("2025-03-01", last_on, "done")], "B before and after the unrated days"


def test_another_grade_after_unrated_days_is_entered_on_the_first_rated_day() -> None:
    made = scored(PAUSING, *PAUSE, findings=[finding("K", clause="X", determined_on="2025-05-10")])
    assert tasks(made, "interview") == [("2025-06-01", None, "open")]
    assert tasks(made, "quality_directory") == [
        ("2025-01-01", "2025-06-01", "done"),
        ("2026-05-11", None, "open"),
    ]
    assert tasks(made, "key_list") == [("2025-06-01", "2026-05-11", "done")]


def test_a_grade_that_moves_within_a_day_has_lasted() -> None:
    findings = [
        finding("K1", clause="X", determined_on="2024-05-11"),
        finding("K2", clause="X", determined_on="2025-05-12"),
    ]
    made = scored(PAUSING, *PAUSE, findings=findings)
    steps = made.built.query(
        "select grade from intermediate.int_points__score_steps where valid_from_on = '2025-05-12' order by instant"
    )
    assert [row["grade"] for row in steps] == ["C", "B"], "one is determined, then the other expires"
    assert tasks(made, "interview") == [("2024-05-11", None, "open")]


def test_an_agency_never_rated_before_enters_its_grade_on_the_first_rated_day() -> None:
    findings = [finding("K", clause="X")]
    made = scored(
        rules(rated_from="checks"), listed("2025-01-01"), findings=findings, checks=[clean("T", "2025-05-01")]
    )
    for code in ("interview", "key_list", "inspection_min", "city_circular"):
        assert measured(made, code)[0][::2] == ("2025-05-01", True), code
    assert tasks(made, "interview") == [("2025-05-01", None, "open")]
    assert tasks(made, "quality_directory") == [("2026-03-02", None, "open")]


def test_two_reasons_one_after_the_other_are_one_pause() -> None:
    later = rules(unrated_status=["暂停"], rated_from="checks")
    made = scored(
        then(rules(unrated_status=["暂停"]), later, "2025-06-01"),
        *PAUSE,
        findings=[finding("K", clause="X")],
        checks=[clean("T", "2025-07-01")],
    )
    assert made.span("2025-06-10")["score"] is None
    assert tasks(made, "interview") == [("2025-03-01", None, "open")]
    assert tasks(made, "key_list") == [("2025-03-01", "2026-03-02", "done")]


def test_a_list_waits_through_unrated_days_and_goes_on() -> None:
    made = scored(PAUSING, *PAUSE, findings=[finding("K", clause="X")])
    assert measured(made, "key_list") == [("2025-03-01", "2025-04-01", True), ("2025-06-01", "2026-03-02", False)]
    assert tasks(made, "key_list") == [("2025-03-01", "2026-03-02", "done")]


@pytest.mark.parametrize("version", ["the same", "another"])
def test_a_list_that_the_first_rated_day_does_not_call_for_ends_on_it(version: str) -> None:
    other = rules([one for one in MEASURES if one["code"] != "key_list"], unrated_status=["暂停"])
    made = scored(
        PAUSING if version == "the same" else then(PAUSING, other, "2025-05-01"),
        *PAUSE,
        findings=[finding("K", clause="X")],
        merits=[merit("S", clause="1", determined_on="2025-05-10")] if version == "the same" else [],
    )
    assert tasks(made, "key_list")[0] == ("2025-03-01", "2025-06-01", "done")


def test_a_list_stays_open_while_the_next_rated_day_is_unknown() -> None:
    made = scored(PAUSING, *PAUSE[:2], findings=[finding("K", clause="X")])
    assert tasks(made, "key_list") == [("2025-03-01", None, "open")]
    assert tasks(made, "quality_directory") == [("2025-01-01", "2025-03-01", "done")]


def test_an_unrated_agency_is_due_no_yearly_checks_until_it_is_rated() -> None:
    drops = shown(("2024-02-01", "normal"), ("2024-11-01", "suspended"), ("2025-03-01", "normal"))
    made = scored(PAUSING, *drops, findings=[finding("K", clause="X", determined_on="2024-06-01")])
    assert tasks(made, "extra_inspection") == [("2024-06-01", None, "overdue"), ("2025-03-01", None, "overdue")]


def test_the_maximum_of_checks_does_not_hold_while_unrated() -> None:
    checks = [clean("T1", "2025-02-01"), clean("T2", "2025-04-15")]
    made = scored(PAUSING, *PAUSE[:2], checks=checks)
    (row,) = made.built.run("rpt_inspection_plan").query(
        "select * from supervision.rpt_inspection_plan where calendar_year = 2025"
    )
    assert (row["double_random_done"], row["double_random_max"], row["excess_flag"]) == (2, None, False)


def test_a_regime_without_the_words_has_no_unrated_days() -> None:
    made = scored(rules(), *PAUSE, findings=[finding("K", clause="X")])
    assert tasks(made, "interview") == [("2025-03-01", None, "open")]
    assert made.built.query("from intermediate.int_points__unrated_runs") == []
    made.built.run("fct_unrated_spans")
    assert made.built.query("from credit.fct_unrated_spans") == []


# --- what a mart says ---------------------------------------------------------------------------------------------


def test_a_change_of_grade_says_unrated() -> None:
    made = scored(PAUSING, *PAUSE, findings=[finding("K", clause="X")])
    changes = made.built.query("select * from credit.fct_grade_changes order by changed_on")
    assert [
        (row["from_grade"], row["from_score_grade_reason"], row["to_grade"], row["to_score_grade_reason"])
        for row in changes
    ] == [
        ("A", "band", "B", "band"),
        ("B", "band", None, "unrated"),
        (None, "unrated", "B", "band"),
        ("B", "band", "A", "band"),
    ]


def test_what_comes_next_may_be_unrated() -> None:
    made = scored(then(rules(), rules(rated_from="checks"), "2025-06-01"), listed("2025-01-01"))
    row = made.span("2025-05-31")
    assert (row["next_score"], row["next_grade"], row["next_score_grade_reason"]) == (None, None, "unrated")
    assert str(row["next_change_on"]) == str(row["next_grade_change_on"]) == "2025-06-01"


def reasons(made: Engine) -> list[tuple[Any, ...]]:
    found = made.built.run("fct_unrated_spans").query("select * from credit.fct_unrated_spans order by valid_from_on")
    return [
        (
            str(row["valid_from_on"]),
            str(row["valid_until_on"]) if row["valid_until_on"] else None,
            row["unrated_because"],
            row["waits_for"],
            row["check_types"],
            row["registry_status"],
        )
        for row in found
    ]


def test_the_reasons_why_an_agency_is_unrated_have_days() -> None:
    words: dict[str, Any] = {"rated_from": "checks", "rated_types": ["双随机", "专项"], "unrated_status": ["暂停"]}
    made = scored(rules(**words), *PAUSE[:2], checks=[clean("T", "2025-05-01")])
    assert reasons(made) == [
        ("2025-01-01", "2025-05-01", "rated_from", "checks", "double_random、special", None),
        ("2025-04-01", None, "unrated_status", None, None, "suspended"),
    ]
    made = scored(rules(rated_from="determination"), listed("2025-01-01"))
    assert reasons(made) == [("2025-01-01", None, "rated_from", "determination", None, None)]


def test_an_agency_checked_on_its_first_day_has_no_unrated_days() -> None:
    made = scored(rules(rated_from="checks"), listed("2025-05-01"), checks=[clean("T", "2025-05-01")])
    assert made.span("2025-05-01")["grade"] == "A"
    assert reasons(made) == []


# --- every mart ---------------------------------------------------------------------------------------------------

RATED, OTHER = "agency-c", "agency-d"
MARTS = ("credit", "supervision", "conflicts", "publication", "quality")
# not the grade of an agency on a day: what an item does, and what the repair gate asked (as if rated)
NO_GRADE_OF_A_DAY = {
    ("dim_rules", "effect_grade"),
    ("fct_point_ledger", "effect_grade"),
    ("rpt_repairs", "gate_grade"),
}


@pytest.fixture(scope="module")
def city() -> Warehouse:
    """A waits for its first check with a finding, B is suspended though checked; C and D are rated A and B."""
    everybody = (A, B, RATED, OTHER)
    any_grade = [on("*", "publish", "quarter_end"), on("*", "key_list", "while")]
    both: dict[str, Any] = {"rated_from": "checks", "unrated_status": ["暂停"]}
    made = warehouse(
        rules=rules([*MEASURES, *any_grade], clauses=[*CLAUSES, leads("*", "X", dataset="findings")], **both),
        findings=[
            finding(f"K-{agency}", clause=clause_text("X"), agency_id=agency, determined_on="2025-12-01")
            for agency in (A, OTHER)
        ],
        checks=[clean(f"T-{agency}", "2025-02-01", agency_id=agency) for agency in (B, RATED, OTHER)],
        repairs=[repair("R", f"K-{A}", accepted_on="2025-12-08", replied_on="2025-12-10", review_code="refused")],
    )
    made.replace = {}
    told = {"service_type": "both", "listing_basis": "grandfathered_28", "registry_status": "normal"}
    for received_on in ("2025-01-10", "2026-05-10"):
        agencies = [
            {"agency_id": agency} | told | ({"registry_status": "suspended"} if agency == B else {})
            for agency in everybody
        ]
        for relation, rows in (
            *dropped("registry", "agencies", received_on, agencies).items(),
            *dropped("registry", "personnel", received_on, [engineer(one, "X") for one in everybody]).items(),
        ):
            made.insert(relation, rows)
    return made.run()


def test_the_city_has_grades_to_show(city: Warehouse) -> None:
    roster = city.query("select * from publication.rpt_public_roster order by agency_id")
    assert [(row["agency_id"], row["score"], row["grade"], row["score_grade_reason"]) for row in roster] == [
        (A, None, None, "unrated"),
        (B, 100, None, "unrated"),
        (RATED, 100, "A", "band"),
        (OTHER, 93, "B", "band"),
    ]
    today = city.query("select agency_id, score_grade_reason from credit.agency_grades order by agency_id")
    assert [row["score_grade_reason"] for row in today] == ["unrated", "unrated", "band", "band"]


def test_no_mart_shows_a_grade_for_an_unrated_agency(city: Warehouse) -> None:
    columns = city.query(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where column_name like '%grade%' and column_name not like '%reason' and data_type = 'VARCHAR'"
    )
    found = [
        (row["table_schema"], row["table_name"], row["column_name"])
        for row in columns
        if row["table_schema"] in MARTS and (row["table_name"], row["column_name"]) not in NO_GRADE_OF_A_DAY
    ]
    assert {table for _, table, _ in found} >= {
        "fct_score_history",
        "agency_grades",
        "rpt_public_roster",
        "fct_engineer_conflicts",
        "fct_measures",
    }
    for schema, table, column in found:
        owner = next(
            (name for name in ("agency_id", f"{column[:10]}_id") if name in _columns(city, schema, table)), None
        )
        assert owner, f"{schema}.{table}.{column}: whose grade is it?"
        shown_grades = f"select {column} from {schema}.{table} where {owner} in (?, ?) and {column} is not null"
        assert city.query(shown_grades, A, B) == [], (schema, table, column)


def _columns(city: Warehouse, schema: str, table: str) -> set[str]:
    return {row["column_name"] for row in city.query(f"describe {schema}.{table}")}


def test_a_conflict_says_that_an_employer_is_unrated(city: Warehouse) -> None:
    found = city.query("select * from conflicts.fct_engineer_conflicts where employer_a_id in (?, ?)", A, B)
    assert found
    for row in found:
        assert row["employer_a_score_grade_reason"] == "unrated"
        assert (row["employer_b_score_grade_reason"] == "unrated") == (row["employer_b_id"] in (A, B))
        assert row["employer_a_grade_if_confirmed"] is None
    rated = city.query("select * from conflicts.fct_engineer_conflicts where employer_a_id = ?", RATED)
    assert {(row["employer_a_grade"], row["employer_a_grade_if_confirmed"]) for row in rated} == {("A", "B")}


def test_an_unrated_agency_has_no_measure_no_task_and_no_place_in_a_list(city: Warehouse) -> None:
    for relation in ("supervision.fct_measures", "supervision.rpt_tasks", "publication.rpt_quality_directory"):
        owners = {row["agency_id"] for row in city.query(f"select distinct agency_id from {relation}")}
        assert {RATED, OTHER} <= owners, relation
        kinds = "" if relation != "supervision.rpt_tasks" else " and task_code <> 'repair_reply'"
        assert city.query(f"select * from {relation} where agency_id in (?, ?){kinds}", A, B) == [], relation


def test_the_repair_gate_uses_the_grade_as_if_rated(city: Warehouse) -> None:
    (row,) = city.query("select gate_grade from supervision.rpt_repairs where agency_id = ?", A)
    assert row["gate_grade"] == "B"
