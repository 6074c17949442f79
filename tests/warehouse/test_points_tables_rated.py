"""When an agency is rated: rated_from, rated_types and unrated_status of rulebook/format.md, "Words that published
points tables need". The figures are in test_points_tables.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.warehouse.engine_city import dropped, listed
from tests.warehouse.evidence import A, B, Row, Tables, check, finding, merit, repair
from tests.warehouse.points_tables import clean, entry, grades, leads, rating, report, scored, then, typed

X = entry("X", 7)

# --- rated from ---------------------------------------------------------------------------------------------------

AB = grades(("A", 95), ("B", None))


def rated(rated_from: str, **words: Any) -> Tables:
    """Seven points for X, four for M, and grades A and B."""
    return typed(
        X,
        entry("M", 4, comp="ADD"),
        components=[{"id": "ADD", "sign": 1, "window": "P1Y", "agg": "sum"}],
        clauses=[leads("X", "X"), leads("1", "M", dataset="merit_claims")],
        rated_from=rated_from,
        **({"bands": AB} | words),
    )


def test_lines_from_before_the_first_check_are_in_the_ledger_and_count_from_it_on() -> None:
    made = scored(rated("checks"), findings=[finding("K", clause="X")], checks=[clean("T", "2025-05-01")])
    assert rating(made, "2025-03-01") == rating(made, "2025-04-30") == (None, None, "unrated")
    assert made.spans("misconduct") == [("X", -7, "2025-03-01", "2026-03-02")]
    assert made.span("2025-03-01")["has_active_misconduct"]
    assert rating(made, "2025-05-01") == (93, "B", "band")


def test_only_checks_of_the_types_named_make_rated() -> None:
    made = scored(
        rated("checks", rated_types=["双随机"]),
        listed("2024-06-01"),
        checks=[clean("T1", "2025-02-01", check_type="special"), clean("T2", "2025-04-01")],
    )
    assert rating(made, "2025-03-31") == (None, None, "unrated")
    assert rating(made, "2025-04-01") == (100, "A", "band")


def test_the_first_report_makes_rated() -> None:
    reports = {"platform.reports": [report("R1", "2025-04-01"), report("R2", "2025-05-01")]}
    made = scored(rated("reports"), listed("2024-06-01"), reports, checks=[clean("T", "2025-02-01")])
    assert made.causes() == [("2024-06-01", None, "start"), ("2025-04-01", 100, "fact")]


@pytest.mark.parametrize(
    ("rows", "score"),
    [
        ({"findings": [finding("K", clause="X")]}, 93),
        ({"merits": [merit("S", clause="1")]}, 104),
        ({"checks": [check("T", clause="X")]}, 93),
    ],
)
def test_the_first_line_makes_rated(rows: dict[str, Any], score: int) -> None:
    made = scored(rated("determination"), listed("2024-06-01"), **rows)
    assert made.causes() == [
        ("2024-06-01", None, "start"),
        ("2025-03-01", score, "determination"),
        ("2026-03-02", 100, "expiry"),
    ]


def test_a_void_or_unscored_row_makes_no_agency_rated() -> None:
    made = scored(
        rated("determination"),
        listed("2024-06-01"),
        findings=[
            finding("K1", clause="X", status_code="revoked"),
            finding("K2", clause="nothing"),
            finding("K3", clause="X", status_code="not_effective"),
        ],
        checks=[clean("T", "2025-02-01")],
    )
    assert made.causes() == [("2024-06-01", None, "start")]


def test_a_line_that_was_never_in_force_makes_rated() -> None:
    rules = typed(X, sub={"window": "until_next", "next": "checks"}, bands=AB, rated_from="determination")
    made = scored(rules, listed("2024-06-01"), checks=[check("T1", clause="X"), clean("T2", "2025-02-25")])
    assert rating(made, "2025-02-28") == (None, None, "unrated")
    assert rating(made, "2025-03-01") == (100, "A", "band")


def test_an_agency_rated_from_the_start_has_a_grade_at_once() -> None:
    assert rating(scored(rated("start"), listed("2024-06-01")), "2024-06-01") == (100, "A", "band")


def test_a_check_before_the_first_version_makes_nobody_rated() -> None:
    made = scored(rated("checks"), listed("2023-06-01"), checks=[clean("T", "2023-12-31")])
    assert rating(made, "2026-06-30") == (None, None, "unrated")
    made = scored(rated("checks"), listed("2023-06-01"), checks=[clean("T", "2024-01-01")])
    assert rating(made, "2024-01-01") == (100, "A", "band")


def test_a_pending_check_makes_rated_whatever_it_finds() -> None:
    row = check("T", clause="X", status_code="pending", determined_on=None)
    assert rating(scored(rated("checks"), listed("2024-06-01"), checks=[row]), "2025-02-20") == (100, "A", "band")


def test_the_version_of_the_day_says_from_what_an_agency_is_rated() -> None:
    rules = then(rated("start"), rated("checks"), "2025-01-01")
    made = scored(rules, listed("2024-06-01"), checks=[clean("T", "2025-02-20")])
    assert made.causes() == [
        ("2024-06-01", 100, "start"),
        ("2025-01-01", None, "rulebook"),
        ("2025-02-20", 100, "fact"),
    ]
    made = scored(then(rated("checks"), rated("start"), "2025-01-01"), listed("2024-06-01"))
    assert made.causes() == [("2024-06-01", None, "start"), ("2025-01-01", 100, "rulebook")]


def test_a_check_under_an_earlier_version_makes_rated_under_the_later_one() -> None:
    rules = then(rated("start"), rated("checks"), "2025-04-01")
    made = scored(rules, listed("2024-06-01"), checks=[clean("T", "2025-02-20")])
    assert rating(made, "2025-04-01") == (100, "A", "band")


def test_without_bands_there_is_no_score_either_before_the_first_check() -> None:
    made = scored(rated("checks", bands=[]), listed("2024-06-01"), checks=[clean("T", "2025-02-20")])
    assert rating(made, "2025-02-19") == (None, None, "unrated")
    assert rating(made, "2025-02-20")[:2] == (100, None)


def test_the_gate_takes_the_grade_as_if_rated() -> None:
    rules = rated("checks", repair={"blocked_grades": ["B"]})
    made = scored(rules, findings=[finding("K", clause="X")], repairs=[repair("R", "K")])
    assert rating(made, "2025-06-09") == (None, None, "unrated")
    assert made.repair("R")["gate_grade"] == "B"
    assert made.spans("repair") == []


# --- unrated by status --------------------------------------------------------------------------------------------


def shown(received_on: str, status: str | None) -> dict[str, list[Row]]:
    """A drop of the directory that shows agency A with a status."""
    return dropped("registry", "agencies", received_on, [{"agency_id": A, "registry_status": status}])


SUSPENDED = rated("start", unrated_status=["暂停"])


def test_a_suspended_agency_has_a_score_and_no_grade_until_another_status() -> None:
    made = scored(
        SUSPENDED, shown("2025-01-01", "normal"), shown("2025-04-01", "suspended"), shown("2025-06-01", "normal")
    )
    assert [rating(made, on) for on in ("2025-03-31", "2025-04-01", "2025-05-31", "2025-06-01")] == [
        (100, "A", "band"),
        (100, None, "unrated"),
        (100, None, "unrated"),
        (100, "A", "band"),
    ]
    assert made.causes() == [("2025-01-01", 100, "start"), ("2025-04-01", 100, "fact"), ("2025-06-01", 100, "fact")]


def test_an_empty_status_or_a_missing_row_changes_nothing() -> None:
    made = scored(
        SUSPENDED,
        shown("2025-01-01", "suspended"),
        shown("2025-02-01", None),
        listed("2025-03-01", [B], registry_status="normal"),
        shown("2025-05-01", "exited"),
    )
    assert [rating(made, on)[1] for on in ("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-30", "2025-05-01")] == [
        None,
        None,
        None,
        None,
        "A",
    ]


def test_two_unrated_statuses_in_a_row_are_one_span() -> None:
    rules = rated("start", unrated_status=["暂停", "退出"])
    made = scored(rules, shown("2025-01-01", "suspended"), shown("2025-02-01", "exited"), shown("2025-03-01", "normal"))
    assert made.causes() == [("2025-01-01", 100, "start"), ("2025-03-01", 100, "fact")]


def test_while_suspended_the_score_moves() -> None:
    made = scored(
        SUSPENDED,
        shown("2025-01-01", "suspended"),
        shown("2025-06-01", "normal"),
        findings=[finding("K", clause="X")],
    )
    assert rating(made, "2025-03-01") == (93, None, "unrated")
    assert rating(made, "2025-06-01") == (93, "B", "band")


def test_a_status_that_the_rules_do_not_name_changes_nothing() -> None:
    drops = [shown("2025-01-01", "normal"), shown("2025-04-01", "suspended")]
    assert rating(scored(rated("start"), *drops), "2025-04-01") == (100, "A", "band")
    assert rating(scored(rated("start", unrated_status=["退出"]), *drops), "2025-04-01") == (100, "A", "band")


def test_the_version_of_the_day_says_which_status_is_unrated() -> None:
    made = scored(then(rated("start"), SUSPENDED, "2025-06-01"), shown("2025-04-01", "suspended"))
    assert [rating(made, on)[1] for on in ("2025-05-31", "2025-06-01")] == ["A", None]
    assert made.causes()[-1] == ("2025-06-01", 100, "rulebook")


def test_a_regime_without_bands_says_unrated_by_status_too() -> None:
    made = scored(rated("start", bands=[], unrated_status=["暂停"]), shown("2025-01-01", "suspended"))
    assert rating(made, "2025-01-01") == (100, None, "unrated")


def test_unrated_by_both_has_no_score() -> None:
    rules = rated("checks", unrated_status=["暂停"])
    made = scored(rules, shown("2025-01-01", "suspended"), checks=[clean("T", "2025-02-20")])
    assert rating(made, "2025-02-19") == (None, None, "unrated")
    assert rating(made, "2025-02-20") == (100, None, "unrated")
