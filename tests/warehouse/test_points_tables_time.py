"""When lines of a points table end: until_next and own_year of rulebook/format.md, "Words that published points tables
need". The figures are in test_points_tables, who is rated in test_points_tables_rated.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.warehouse.engine_city import Engine, listed
from tests.warehouse.evidence import A, B, Row, Tables, check, day, finding, repair
from tests.warehouse.points_tables import clean, entry, report, scored, scores, then, typed

X = entry("X", 7)
LATE: dict[str, Any] = {"received_on": "2030-01-01"}


# --- until the next check, report or project ----------------------------------------------------------------------


def until_next(fact: str = "checks", **words: Any) -> Tables:
    """Seven points until the next event of a fact."""
    sub = {"window": "until_next", "next": fact} | {name: words.pop(name) for name in ("next_types",) if name in words}
    return typed(X, sub=sub, **words)


def span(made: Engine, agency_id: str = A) -> tuple[Any, str, str | None]:
    """Points, first day and end of the one misconduct line."""
    ((_, points, from_on, until_on),) = made.spans("misconduct", agency_id)
    return points, from_on, until_on


def test_without_a_next_check_a_line_goes_on() -> None:
    made = scored(until_next(), checks=[check("T", clause="X"), clean("T2", "2025-05-01", agency_id=B)])
    assert span(made) == (-7, "2025-03-01", None)
    assert made.score("2030-01-01") == 93


def test_only_a_check_of_the_types_named_ends_a_line() -> None:
    made = scored(
        until_next(next_types=["双随机", "验收"]),
        checks=[
            check("T1", clause="X"),
            clean("T2", "2025-04-01", check_type="special"),
            clean("T3", "2025-05-01", check_type="complaint_verification"),
            clean("T4", "2025-06-01", check_type="acceptance"),
            clean("T5", "2025-07-01"),
        ],
    )
    assert span(made) == (-7, "2025-03-01", "2025-06-01")
    assert made.causes()[-1] == ("2025-06-01", 100, "fact")


def test_a_task_of_several_days_is_one_check_on_its_first() -> None:
    """T1 goes on after the row of its first day; T2's second day is none of its own."""
    made = scored(
        until_next(),
        checks=[
            check("T1", "1", clause="X", checked_on="2025-02-20"),
            clean("T1", "2025-04-10", task_line="2"),
            clean("T2", "2025-02-01", task_line="1"),
            clean("T2", "2025-04-20", task_line="2"),
            clean("T3", "2025-05-01"),
        ],
    )
    assert span(made) == (-7, "2025-03-01", "2025-05-01")


def test_the_first_day_of_a_task_s_rows_of_the_types_counts() -> None:
    made = scored(
        until_next(next_types=["双随机"]),
        checks=[
            check("T1", clause="X"),
            clean("T2", "2025-04-01", task_line="1", check_type="special"),
            clean("T2", "2025-04-20", task_line="2"),
        ],
    )
    assert span(made) == (-7, "2025-03-01", "2025-04-20")


def test_a_line_whose_next_check_is_not_after_its_start_is_in_the_ledger_and_never_in_force() -> None:
    nexts = ("2025-02-21", "2025-02-28", "2025-03-01")
    rows = [
        row
        for on in nexts
        for row in (check(f"T1-{on}", clause="X", agency_id=on), clean(f"T2-{on}", on, agency_id=on))
    ]
    made = scored(until_next(), checks=rows)
    for on in nexts:
        assert span(made, on) == (-7, "2025-03-01", "2025-03-01")
        assert made.causes(on) == [("2025-03-01", 100, "start")]
        assert not made.span("2025-03-01", on)["has_active_misconduct"]


def test_a_check_on_the_day_after_the_start_leaves_one_day() -> None:
    made = scored(until_next(), checks=[check("T1", clause="X"), clean("T2", "2025-03-02")])
    assert scores(made, "2025-03-01", "2025-03-02") == [93, 100]


def test_another_check_on_the_day_of_the_act_is_not_after_it() -> None:
    made = scored(until_next(), checks=[check("T1", clause="X"), clean("T2", "2025-02-20"), clean("T3", "2025-04-01")])
    assert span(made) == (-7, "2025-03-01", "2025-04-01")


def test_the_act_of_a_row_of_checks_is_its_check_and_without_a_date_the_act() -> None:
    rows = [clean("T2", "2025-02-10"), clean("T3", "2025-04-01")]
    dated = check("T1", clause="X", checked_on="2025-02-05", occurred_on="2025-01-05", determined_on="2025-02-06")
    assert span(scored(until_next(), checks=[dated, *rows]))[2] == "2025-02-10"
    undated = check("T1", clause="X", checked_on=None, occurred_on="2025-02-15", determined_on="2025-02-16")
    assert span(scored(until_next(), checks=[undated, *rows]))[2] == "2025-04-01"


def test_the_act_of_a_finding_is_what_ends_before_the_next_check() -> None:
    ends = {"2025-02-09": "2025-03-01", "2025-02-10": "2025-04-01", None: "2025-04-01"}
    made = scored(
        until_next(),
        findings=[finding(f"K-{on}", clause="X", occurred_on=on, agency_id=f"a-{on}") for on in ends],
        checks=[
            clean(f"T-{on}-{next_on}", next_on, agency_id=f"a-{on}")
            for on in ends
            for next_on in ("2025-02-10", "2025-04-01")
        ],
    )
    assert {on: span(made, f"a-{on}") for on in ends} == {
        on: (-7, "2025-03-01", until_on) for on, until_on in ends.items()
    }


def test_of_several_rows_the_one_that_starts_the_clock_says_which_check_is_next() -> None:
    act: dict[str, Any] = {"occurred_on": "2025-01-10", "project_no": "P1"}
    made = scored(
        until_next(),
        checks=[
            check("T1", clause="X", checked_on="2025-03-20", determined_on="2025-04-01", **act),
            clean("T2", "2025-06-01"),
        ],
        findings=[finding("K", clause="X", determined_on="2025-03-01", **act)],
    )
    assert span(made) == (-7, "2025-03-01", "2025-03-20")


def test_a_line_may_last_until_the_next_report() -> None:
    reports = [report("R0", "2025-02-01"), report("R1", "2025-04-01", is_deleted=True), report("R2", "2025-05-01")]
    made = scored(
        until_next("reports"),
        {"platform.reports": reports},
        findings=[finding("K", clause="X", occurred_on="2025-02-01")],
        checks=[clean("T", "2025-03-10")],
    )
    assert span(made) == (-7, "2025-03-01", "2025-05-01")


def test_a_line_may_last_until_the_next_project() -> None:
    def contract(number: str, project_no: str, signed_on: str) -> Row:
        return {
            "contract_no": number,
            "project_no": project_no,
            "agency_id": A,
            "signed_on": day(signed_on),
            "received_on": day("2025-12-31"),
            "updated_ms": 1,
            "is_deleted": False,
        }

    contracts = [
        contract("H1", "P1", "2025-01-01"),
        contract("H2", "P1", "2025-04-01"),
        contract("H3", "P2", "2025-05-01"),
    ]
    made = scored(
        until_next("projects"),
        {"platform.contracts": contracts},
        findings=[finding("K", clause="X", occurred_on="2025-02-01")],
    )
    assert span(made) == (-7, "2025-03-01", "2025-05-01"), "a project is on its first contract"


def test_an_event_s_line_lasts_until_the_next_one() -> None:
    rules = typed(
        entry("E", 3, fact="checks"), clauses=[], sub={"window": "until_next", "next": "checks", "agg": "sum"}
    )
    made = scored(rules, listed("2024-06-01"), checks=[clean("T1", "2025-02-20"), clean("T2", "2025-04-20")])
    assert made.spans("fact") == [("E", -3, "2025-02-20", "2025-04-20"), ("E", -3, "2025-04-20", None)]


def test_a_repair_ends_a_line_before_the_next_check() -> None:
    made = scored(
        until_next(), checks=[check("T1", clause="X"), clean("T2", "2025-09-09")], repairs=[repair("R", "T1-1")]
    )
    assert scores(made, "2025-06-11", "2025-06-12", "2025-09-09") == [93, 100, 100]
    assert made.spans("repair") == [("X", 7, "2025-06-12", "2025-09-09")]


def test_the_version_on_the_determination_says_what_ends_a_line() -> None:
    year = typed(X)
    rows = [check("T1", clause="X"), check("T2", clause="X", checked_on="2025-05-20", determined_on="2025-06-01")]
    made = scored(then(year, until_next(), "2025-04-01"), checks=[*rows, clean("T3", "2025-09-09")])
    assert scores(made, "2025-03-01", "2025-06-01", "2025-09-09", "2026-03-02") == [93, 86, 93, 100]
    made = scored(then(until_next(), year, "2025-04-01"), checks=[*rows, clean("T3", "2025-09-09")])
    assert scores(made, "2025-03-01", "2025-05-20", "2025-06-01", "2025-09-09", "2026-06-02") == [93, 100, 93, 93, 100]


# --- the agency's own year ----------------------------------------------------------------------------------------

OWN = typed(X, sub={"window": "own_year"})


YEARS = [
    ("2024-06-01", "2024-06-01", "2025-06-01"),
    ("2024-06-01", "2025-03-01", "2025-06-01"),
    ("2024-06-01", "2025-05-31", "2025-06-01"),
    ("2024-06-01", "2025-06-01", "2026-06-01"),
    ("2024-12-31", "2025-01-01", "2025-12-31"),
    ("2024-02-29", "2024-02-29", "2025-03-01"),
    ("2024-02-29", "2025-02-28", "2025-03-01"),
    ("2024-02-29", "2025-03-01", "2026-03-01"),
    ("2024-02-29", "2027-03-01", "2028-02-29"),
    ("2024-02-29", "2028-02-28", "2028-02-29"),
    ("2024-02-29", "2028-02-29", "2029-03-01"),
    ("2024-02-28", "2028-02-28", "2029-02-28"),
]


def test_a_line_ends_on_the_agency_s_next_anniversary() -> None:
    drops = [
        listed(starts_on, [f"{start}/{determined_on}" for start, determined_on, _ in YEARS if start == starts_on])
        for starts_on in sorted({starts_on for starts_on, *_ in YEARS})
    ]
    rows = [
        finding(f"K{number}", clause="X", agency_id=f"{starts_on}/{determined_on}", determined_on=determined_on, **LATE)
        for number, (starts_on, determined_on, _) in enumerate(YEARS)
    ]
    made = scored(OWN, *drops, findings=rows)
    for starts_on, determined_on, until_on in YEARS:
        agency_id = f"{starts_on}/{determined_on}"
        assert str(made.history(agency_id)[0]["valid_from_on"]) == starts_on
        assert span(made, agency_id) == (-7, determined_on, until_on)
        assert made.causes(agency_id)[-1] == (until_on, 100, "expiry")


def test_an_agency_known_from_its_first_line_has_its_year_from_that_day() -> None:
    rows = [finding("K1", clause="X"), finding("K2", clause="X", determined_on="2026-02-28", **LATE)]
    made = scored(OWN, findings=rows)
    assert scores(made, "2025-03-01", "2026-02-28", "2026-03-01") == [93, 86, 100]


def test_the_year_of_an_agency_older_than_the_rules_begins_with_them() -> None:
    made = scored(OWN, listed("2023-06-01"), findings=[finding("K", clause="X")])
    assert span(made) == (-7, "2025-03-01", "2026-01-01")


def test_an_act_before_the_start_lasts_to_the_first_whole_year() -> None:
    rules = typed(X, sub={"window": "own_year"}, clock_start="act_on")
    made = scored(rules, findings=[finding("K", clause="X", occurred_on="2025-01-15")])
    assert span(made) == (-7, "2025-01-15", "2026-03-01")


def test_each_agency_has_its_own_year() -> None:
    made = scored(
        OWN,
        listed("2024-06-01", [A]),
        listed("2024-09-01", [A, B]),
        findings=[finding("K", clause="X"), finding("L", clause="X", agency_id=B)],
    )
    assert (span(made)[2], span(made, B)[2]) == ("2025-06-01", "2025-09-01")


@pytest.mark.parametrize("sub", [{"window": "own_year"}, {"window": "until_next", "next": "checks"}])
def test_without_natural_repair_no_window_ends(sub: dict[str, Any]) -> None:
    rules = typed(X, sub=sub, repair={"natural": "none"})
    made = scored(rules, listed("2024-06-01"), checks=[check("T1", clause="X"), clean("T2", "2025-05-01")])
    assert span(made) == (-7, "2025-03-01", None)
