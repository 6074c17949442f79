"""The figures of rulebook/format.md, "Words that published points tables need", and the edges of quantity, row points
and repeats. What rows of one case and caps make of each other has its own module, and so has time.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.warehouse.engine_city import Engine, listed
from tests.warehouse.evidence import A, B, Tables, check, clue, finding, penalty, repair, ticket
from tests.warehouse.points_tables import (
    capped,
    clean,
    entry,
    grades,
    leads,
    listed_issues,
    rating,
    scored,
    scores,
    then,
    typed,
)

C = "agency-c"
ONE_ACT: dict[str, Any] = {"occurred_on": "2025-02-01", "project_no": "P1"}
REPORTS = entry("R", 10, per="report", quantity="row")


# --- the figures --------------------------------------------------------------------------------------------------


def test_three_reports_at_ten_each_are_70() -> None:
    made = scored(
        typed(REPORTS),
        findings=[finding("K", clause="R", quantity=3)],
        checks=[check("T", clause="R", quantity=3, agency_id=B)],
        penalties=[penalty("P", clause="R", quantity=3, agency_id=C)],
    )
    for agency_id in (A, B, C):
        assert scores(made, "2025-03-01", "2026-03-01", "2026-03-02", agency_id=agency_id) == [70, 70, 100]


def test_with_a_cap_per_check_of_20_they_are_80() -> None:
    rules = typed(REPORTS | {"cap_per_check": 20})
    made = scored(rules, checks=[check("T", clause="R", quantity=3)])
    assert made.score("2025-03-01") == 80
    assert made.spans("misconduct") == [("R", -30, "2025-03-01", "2026-03-02")]
    assert capped(made) == [("R", 10, "2025-03-01", "2026-03-02", "T")]


def test_two_rows_of_one_task_on_two_projects_are_80_and_90_when_the_first_ends() -> None:
    rules = typed(entry("X", 15), entry("Y", 10), sub={"cap_per_check": 20})
    made = scored(
        rules,
        checks=[
            check("T", "1", clause="X", project_no="P1"),
            check("T", "2", clause="Y", project_no="P2", determined_on="2025-06-01"),
        ],
    )
    assert scores(made, "2025-03-01", "2025-06-01", "2026-03-01", "2026-03-02", "2026-06-02") == [85, 80, 80, 90, 100]
    assert capped(made) == [(None, 5, "2025-06-01", "2026-03-02", "T")]


def test_two_rows_of_one_task_are_90_when_the_first_is_repaired() -> None:
    rules = typed(entry("X", 15), entry("Y", 10), sub={"cap_per_check": 20})
    made = scored(
        rules,
        checks=[check("T", "1", clause="X", project_no="P1"), check("T", "2", clause="Y", project_no="P2")],
        repairs=[repair("R", "T-1")],
    )
    assert scores(made, "2025-03-01", "2025-06-11", "2025-06-12") == [80, 80, 90]
    assert capped(made) == [(None, 5, "2025-03-01", "2025-06-12", "T")]


def test_a_repeat_costs_double_and_is_80_when_the_first_has_ended() -> None:
    rules = typed(entry("R", 10, repeat_factor=2))
    made = scored(rules, findings=[finding("K1", clause="R"), finding("K2", clause="R", determined_on="2025-06-01")])
    assert scores(made, "2025-03-01", "2025-06-01", "2026-03-01", "2026-03-02", "2026-06-02") == [90, 70, 70, 80, 100]


def test_what_a_check_found_counts_until_the_next_check() -> None:
    rules = typed(
        entry("X", 7),
        entry("Y", 2),
        sub={"window": "until_next", "next": "checks"},
        bands=grades(("A", 95), ("B", None)),
    )
    made = scored(
        rules,
        listed("2024-06-01"),
        checks=[
            check("T1", "1", clause="X", checked_on="2025-04-28", determined_on="2025-05-01"),
            check("T1", "2", clause="Y", checked_on="2025-04-28", determined_on="2025-05-01"),
            clean("T2", "2025-09-09"),
        ],
    )
    assert made.causes() == [
        ("2024-06-01", 100, "start"),
        ("2025-05-01", 91, "determination"),
        ("2025-09-09", 100, "fact"),
    ]
    assert made.changes() == [("2025-05-01", "A", "B", "determination"), ("2025-09-09", "B", "A", "fact")]


def test_a_row_s_own_twelve_points_are_88_and_a() -> None:
    rules = typed(entry("P", "row"), bands=grades(("A", 87), ("B", None)))
    rows = [
        check(f"T{points}", clause="P", row_points=Decimal(points), agency_id=f"a{points}") for points in (12, 13, 14)
    ]
    made = scored(rules, checks=rows)
    assert [made.grade("2025-03-01", f"a{points}") for points in (12, 13, 14)] == [(88, "A"), (87, "A"), (86, "B")]


def test_a_row_of_two_items_is_85_against_one_of_twelve_points() -> None:
    rules = typed(entry("A", 10), entry("B", 5), entry("C", 12), clauses=[leads("both", "A", "B"), leads("other", "C")])
    made = scored(rules, findings=[finding("K1", clause="both", **ONE_ACT), finding("K2", clause="other", **ONE_ACT)])
    assert made.score("2025-03-01") == 85
    assert made.spans("superseded") == [("C", 0, "2025-03-01", "2026-03-02")]
    assert {line["counted_by_line_id"] for line in made.ledger("superseded")} <= {
        line["line_id"] for line in made.ledger("misconduct")
    }


def test_nobody_has_a_grade_before_the_first_check_and_100_after_a_clean_one() -> None:
    rules = typed(entry("X", 10), bands=grades(("A", 95), ("B", None)), rated_from="checks")
    made = scored(rules, listed("2024-06-01", ["agency-a", B]), checks=[clean("T", "2025-02-20")])
    assert rating(made, "2024-06-01") == rating(made, "2025-02-19") == (None, None, "unrated")
    assert rating(made, "2025-02-20") == (100, "A", "band")
    assert made.causes() == [("2024-06-01", None, "start"), ("2025-02-20", 100, "fact")]
    assert rating(made, "2026-06-30", B) == (None, None, "unrated")


# --- quantity -----------------------------------------------------------------------------------------------------


def test_the_largest_quantity_of_a_line_s_rows_counts_from_its_first_day() -> None:
    made = scored(
        typed(REPORTS),
        findings=[
            finding("K1", clause="R", quantity=2, **ONE_ACT),
            finding("K2", clause="R", quantity=4, determined_on="2025-05-01", **ONE_ACT),
            finding("K3", clause="R", determined_on="2025-06-01", **ONE_ACT),
        ],
    )
    assert made.spans("misconduct") == [("R", -40, "2025-03-01", "2026-03-02")]


def test_the_quantity_of_a_row_that_does_not_score_is_ignored() -> None:
    made = scored(
        typed(REPORTS | {"channels": ["supervision_check", "acceptance"]}),
        findings=[
            finding("K1", clause="R", quantity=2, **ONE_ACT),
            finding("K2", clause="R", quantity=9, status_code="revoked", **ONE_ACT),
            finding("K3", clause="R", quantity=8, status_code="not_effective", **ONE_ACT),
            finding("K4", clause="R", quantity=7, channel_code="document_review", **ONE_ACT),
        ],
    )
    assert made.spans("misconduct") == [("R", -20, "2025-03-01", "2026-03-02")]


def test_an_empty_quantity_counts_as_one() -> None:
    made = scored(
        typed(REPORTS),
        findings=[finding("K", clause="R")],
        checks=[check("T", clause="R", quantity=None, agency_id=B)],
        tickets=[ticket("H", C, clause="R")],
        clues=[clue("M", clause="R", agency_id="agency-d")],
    )
    assert [made.score("2025-03-01", agency_id) for agency_id in (A, B, C, "agency-d")] == [90] * 4


def test_an_item_without_quantity_ignores_it() -> None:
    made = scored(typed(entry("R", 10)), findings=[finding("K", clause="R", quantity=3)])
    assert made.score("2025-03-01") == 90


def test_the_version_on_the_determination_says_whether_the_quantity_counts() -> None:
    rules = then(typed(entry("R", 10)), typed(REPORTS), "2025-04-01")
    made = scored(
        rules,
        findings=[
            finding("K1", clause="R", quantity=3, determined_on="2025-03-31"),
            finding("K2", clause="R", quantity=3, determined_on="2025-04-01"),
        ],
    )
    assert scores(made, "2025-03-31", "2025-04-01") == [90, 60]


def test_a_fraction_is_multiplied_exactly() -> None:
    rules = typed(entry("R", 0.35, quantity="row"), score_step=None)
    made = scored(rules, findings=[finding("K", clause="R", quantity=7)])
    assert made.score("2025-03-01") == Decimal("97.55")


def test_the_highest_item_of_a_case_is_that_of_the_multiplied_points() -> None:
    rules = typed(REPORTS, entry("X", 25))
    acts = [finding("K1", clause="R", quantity=3, **ONE_ACT), finding("K2", clause="X", **ONE_ACT)]
    made = scored(rules, findings=acts)
    assert made.score("2025-03-01") == 70
    assert [line["item_code"] for line in made.ledger("superseded")] == ["X"]


# --- the row's own points -----------------------------------------------------------------------------------------


def unscored(made: Engine) -> list[tuple[str, str | None, str]]:
    """Number, item and reason of what stands in the ledger without points."""
    return [(line["source_key"], line["item_code"], line["not_scored_reason"]) for line in made.ledger("not_scored")]


def test_a_row_without_points_is_listed_and_does_not_score() -> None:
    made = scored(
        typed(entry("P", "row")),
        listed("2024-06-01"),
        findings=[finding("K", clause="P")],
        checks=[check("T", clause="P", row_points=None)],
        penalties=[penalty("D", clause="P", row_points=Decimal(3))],
    )
    assert made.score("2025-03-01") == 97
    assert listed_issues(made, "points_missing") == ["K", "T-1"]
    assert unscored(made) == [("K", "P", "points_missing"), ("T-1", "P", "points_missing")]
    assert [line["points"] for line in made.ledger("not_scored")] == [0, 0]


@pytest.mark.parametrize(
    ("step", "rounding", "points", "expected"),
    [
        (1, "none", "2.5", None),
        (0.5, "none", "2.5", "97.5"),
        (0.5, "none", "2.25", None),
        (None, "none", "2.37", "97.63"),
        (1, "half_up", "2.5", "98"),
        (1, "none", "2.00", "98"),
        (2, "none", "3", None),
    ],
)
def test_points_off_the_step_do_not_score_unless_the_score_is_rounded(
    step: float | None, rounding: str, points: str, expected: str | None
) -> None:
    rules = typed(entry("P", "row"), score_step=step, rounding=rounding)
    made = scored(rules, listed("2024-06-01"), checks=[check("T", clause="P", row_points=Decimal(points))])
    assert made.score("2025-03-01") == Decimal(expected or 100)
    assert listed_issues(made, "points_off_step") == ([] if expected else ["T-1"])
    assert unscored(made) == ([] if expected else [("T-1", "P", "points_off_step")])


def test_the_other_item_of_a_row_without_points_scores() -> None:
    rules = typed(entry("P", "row"), entry("Q", 5), clauses=[leads("1", "P", "Q")])
    made = scored(rules, findings=[finding("K", clause="1")])
    assert made.score("2025-03-01") == 95
    assert unscored(made) == [("K", "P", "points_missing")]
    assert listed_issues(made, "points_missing") == ["K"]


def test_the_largest_points_of_a_line_s_rows_that_have_some() -> None:
    made = scored(
        typed(entry("P", "row")),
        findings=[
            finding("K1", clause="P", row_points=Decimal(4), **ONE_ACT),
            finding("K2", clause="P", row_points=Decimal(9), determined_on="2025-05-01", **ONE_ACT),
            finding("K3", clause="P", **ONE_ACT),
            finding("K4", clause="P", row_points=Decimal(30), status_code="revoked", **ONE_ACT),
        ],
    )
    assert made.spans("misconduct") == [("P", -9, "2025-03-01", "2026-03-02")]
    assert unscored(made) == [("K3", "P", "points_missing")]


def test_zero_points_are_points_and_make_a_line() -> None:
    made = scored(typed(entry("P", "row")), findings=[finding("K", clause="P", row_points=Decimal(0))])
    assert made.spans("misconduct") == [("P", 0, "2025-03-01", "2026-03-02")]
    assert made.span("2025-03-01")["has_active_misconduct"]


def test_the_largest_points_and_the_largest_quantity_are_multiplied() -> None:
    rules = typed(entry("P", "row", quantity="row"))
    made = scored(
        rules,
        findings=[
            finding("K1", clause="P", row_points=Decimal(4), quantity=3, **ONE_ACT),
            finding("K2", clause="P", row_points=Decimal(6), quantity=1, **ONE_ACT),
        ],
    )
    assert made.score("2025-03-01") == 82


def test_another_reason_comes_before_missing_points() -> None:
    rules = typed(entry("P", "row", channels=["acceptance"]))
    made = scored(rules, findings=[finding("K", clause="P"), finding("L", clause="P", occurred_on="2023-12-31")])
    assert unscored(made) == [("K", "P", "channel"), ("L", "P", "before_first_version")]
    assert listed_issues(made, "points_missing") == []


def test_a_revoked_row_without_points_is_void() -> None:
    made = scored(typed(entry("P", "row")), findings=[finding("K", clause="P", status_code="revoked")])
    assert unscored(made) == []
    assert [line["source_key"] for line in made.ledger("void")] == ["K"]


# --- repeats ------------------------------------------------------------------------------------------------------


def twice(second_on: str = "2025-06-01", rules: Tables | None = None, **first: Any) -> Engine:
    """A line of 10 from 2025-03-01 and another one later, under a factor of 2."""
    return scored(
        rules or typed(entry("R", 10, repeat_factor=2)),
        findings=[
            finding("K1", **{"clause": "R", **first}),
            finding("K2", clause="R", determined_on=second_on, received_on="2026-05-01"),
        ],
        repairs=[repair("A", "K1")],
    )


def test_a_third_line_costs_no_more_than_a_second() -> None:
    rules = typed(entry("R", 10, repeat_factor=2))
    months = ("2025-03-01", "2025-06-01", "2025-09-01")
    made = scored(rules, findings=[finding(f"K{month}", clause="R", determined_on=month) for month in months])
    assert scores(made, *months) == [90, 70, 50]


def test_a_repeat_starts_after_the_first_and_while_its_window_lasts() -> None:
    seconds = {"2025-03-01": -10, "2025-03-02": -20, "2026-03-01": -20, "2026-03-02": -10}
    rows = [
        finding(f"{name}-{on}", clause="R", agency_id=on, determined_on=determined_on, received_on="2026-05-01")
        for on in seconds
        for name, determined_on in (("K1", "2025-03-01"), ("K2", on))
    ]
    made = scored(typed(entry("R", 10, repeat_factor=2)), findings=rows)
    for on, points in seconds.items():
        spans = {line["source_key"]: line["points"] for line in made.ledger("misconduct", on)}
        assert spans == {f"K1-{on}": -10, f"K2-{on}": points}


def test_a_void_or_unscored_line_is_not_repeated() -> None:
    firsts: dict[str, dict[str, Any]] = {
        "revoked": {"status_code": "revoked"},
        "not final": {"status_code": "not_effective"},
        "before the rules": {"occurred_on": "2023-12-31"},
        "no clause": {"clause": "unknown"},
        "of another agency": {"agency_id": B},
    }
    rows = [
        finding(f"{name}-{agency_id}", **{"clause": "R", "agency_id": agency_id, "determined_on": on, **cells})
        for agency_id, first in firsts.items()
        for name, on, cells in (("K1", "2025-03-01", first), ("K2", "2025-06-01", {}))
    ]
    made = scored(typed(entry("R", 10, repeat_factor=2)), findings=rows)
    assert {agency_id: made.score("2025-06-01", agency_id) for agency_id in firsts} == dict.fromkeys(firsts, 90)


def test_a_line_of_another_item_is_not_repeated() -> None:
    rules = typed(entry("R", 10, repeat_factor=2), entry("S", 10, repeat_factor=2))
    assert twice(rules=rules, clause="S").score("2025-06-01") == 80


def test_a_repaired_line_can_be_repeated() -> None:
    made = twice("2025-07-01")
    assert scores(made, "2025-03-01", "2025-06-12", "2025-07-01") == [90, 100, 80]


def test_a_superseded_line_can_be_repeated() -> None:
    rules = typed(entry("R", 10, repeat_factor=2), entry("S", 30))
    made = scored(
        rules,
        findings=[
            finding("K1", clause="R", **ONE_ACT),
            finding("K2", clause="S", **ONE_ACT),
            finding("K3", clause="R", determined_on="2025-06-01"),
        ],
    )
    assert scores(made, "2025-03-01", "2025-06-01") == [70, 50]


def test_the_factor_is_that_of_the_later_line_s_version() -> None:
    plain, doubled = typed(entry("R", 10)), typed(entry("R", 10, repeat_factor=2))
    assert twice(rules=then(plain, doubled, "2025-05-01")).score("2025-06-01") == 70
    assert twice(rules=then(doubled, plain, "2025-05-01")).score("2025-06-01") == 80


def test_a_factor_multiplies_quantities_and_may_be_a_fraction() -> None:
    rules = typed(entry("R", 10, repeat_factor=1.5, quantity="row"))
    made = scored(
        rules,
        findings=[finding("K1", clause="R"), finding("K2", clause="R", quantity=2, determined_on="2025-06-01")],
    )
    assert scores(made, "2025-03-01", "2025-06-01") == [90, 60]


def test_a_window_that_the_next_check_ended_covers_no_repeat() -> None:
    rules = typed(entry("R", 10, repeat_factor=2), sub={"window": "until_next", "next": "checks"})
    nexts = {"2025-05-01": -10, "2025-06-01": -10, "2025-06-02": -20}
    made = scored(
        rules,
        findings=[
            finding(f"{name}-{agency_id}", clause="R", agency_id=agency_id, determined_on=on, occurred_on=occurred_on)
            for agency_id in nexts
            for name, on, occurred_on in (("K1", "2025-03-01", "2025-02-01"), ("K2", "2025-06-01", "2025-05-20"))
        ],
        checks=[clean(f"T-{next_on}", next_on, agency_id=next_on) for next_on in nexts],
    )
    for agency_id, points in nexts.items():
        spans = {line["source_key"]: line["points"] for line in made.ledger("misconduct", agency_id)}
        assert spans == {f"K1-{agency_id}": -10, f"K2-{agency_id}": points}


def test_an_event_is_a_repeat_of_another_event() -> None:
    """The item that a check costs by itself: the second within the year costs double."""
    rules = typed(entry("E", 3, fact="checks", repeat_factor=2), clauses=[])
    made = scored(rules, listed("2024-06-01"), checks=[clean("T1", "2025-02-20"), clean("T2", "2025-04-20")])
    assert scores(made, "2025-02-20", "2025-04-20", "2026-02-21", "2026-04-21") == [97, 91, 94, 100]


def test_after_a_line_that_never_ends_every_later_one_is_a_repeat() -> None:
    rules = typed(entry("R", 10, repeat_factor=2), repair={"natural": "none"})
    made = scored(rules, findings=[finding("K1", clause="R"), finding("K2", clause="R", determined_on="2027-06-01")])
    assert scores(made, "2027-05-31", "2027-06-01") == [90, 70]
