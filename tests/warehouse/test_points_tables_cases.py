"""Rows that give lines of several items, and what one check may cost: rulebook/format.md, "Words that published points
tables need". The figures and what a single row says of itself are in test_points_tables.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.warehouse.engine_city import Engine, listed
from tests.warehouse.evidence import A, B, Tables, check, clue, finding, merit, repair, ticket
from tests.warehouse.points_tables import capped, clean, entry, leads, occasions, scored, scores, then, typed

ONE_ACT: dict[str, Any] = {"occurred_on": "2025-02-01", "project_no": "P1"}


# --- several items of one row -------------------------------------------------------------------------------------


def sets(*clauses: dict[str, Any], c: float = 12, d: float = 20, **words: Any) -> Tables:
    """A costs 10, B 5, and two more; the clause `ab` gives a line of A and one of B."""
    return typed(
        entry("A", 10),
        entry("B", 5, repairable=False),
        entry("C", c),
        entry("D", d),
        clauses=[leads("ab", "A", "B"), leads("c", "C"), leads("d", "D"), *clauses],
        **words,
    )


def acts(*clauses: str, **cells: Any) -> list[dict[str, Any]]:
    """A finding for each clause, K1 onwards, all of one act."""
    return [finding(f"K{number}", clause=clause, **(ONE_ACT | cells)) for number, clause in enumerate(clauses, start=1)]


def counting(made: Engine) -> set[str]:
    """Items whose lines count in full in the ledger."""
    return {line["item_code"] for line in made.ledger("misconduct")}


def test_a_row_gives_a_line_of_each_of_its_items_in_one_case() -> None:
    made = scored(sets(), findings=acts("ab"))
    assert made.spans("misconduct") == [
        ("A", -10, "2025-03-01", "2026-03-02"),
        ("B", -5, "2025-03-01", "2026-03-02"),
    ]
    assert len({line["case_id"] for line in made.ledger()}) == 1
    assert {line["source_key"] for line in made.ledger()} == {"K1"}


def test_items_of_one_row_come_from_the_components_of_each() -> None:
    rules = typed(
        entry("A", 10),
        entry("M", 4, comp="ADD"),
        components=[{"id": "ADD", "sign": 1, "window": "calendar_year", "agg": "sum"}],
        clauses=[leads("am", "A", "M")],
    )
    assert scores(scored(rules, findings=acts("am")), "2025-03-01", "2026-01-01", "2026-03-02") == [94, 90, 100]


def test_a_repair_of_the_row_ends_each_line_that_can_be_repaired() -> None:
    made = scored(sets(), findings=acts("ab"), repairs=[repair("R", "K1")])
    assert scores(made, "2025-06-11", "2025-06-12") == [85, 95]
    assert [(line["item_code"], line["points"]) for line in made.ledger("repair")] == [("A", 10)]
    whole = typed(entry("A", 10), entry("B", 5), clauses=[leads("ab", "A", "B")])
    made = scored(whole, findings=acts("ab"), repairs=[repair("R", "K1")])
    assert scores(made, "2025-06-11", "2025-06-12", "2026-03-02") == [85, 100, 100]


def test_a_set_with_a_repaired_line_may_be_superseded_by_a_costlier_row() -> None:
    made = scored(sets(), findings=acts("ab", "c"), repairs=[repair("R", "K1")])
    assert scores(made, "2025-06-11", "2025-06-12", "2026-03-01", "2026-03-02") == [85, 88, 88, 100]


def test_rows_that_share_an_item_count_as_one_set() -> None:
    rules = sets(leads("bc", "B", "C"))
    made = scored(rules, findings=acts("ab", "bc", "d"))
    assert made.score("2025-03-01") == 73  # A10 + B5 + C12 against D20
    assert [line["item_code"] for line in made.ledger("superseded")] == ["D"]
    assert counting(made) == {"A", "B", "C"}


def test_rows_are_joined_through_a_third_one() -> None:
    rules = sets(leads("a", "A"), leads("b", "B"), d=14)
    assert scored(rules, findings=acts("a", "b", "d")).score("2025-03-01") == 86
    assert scored(rules, findings=acts("a", "b", "ab", "d")).score("2025-03-01") == 85


@pytest.mark.parametrize("cells", [{"status_code": "revoked"}, {"status_code": "not_effective"}])
def test_a_row_that_does_not_score_joins_no_sets(cells: dict[str, Any]) -> None:
    rules = sets(leads("bc", "B", "C"))
    rows = [*acts("ab"), finding("L", clause="bc", **(ONE_ACT | cells)), finding("M", clause="d", **ONE_ACT)]
    made = scored(rules, findings=rows)
    assert made.score("2025-03-01") == 80
    assert counting(made) == {"D"}


def test_a_set_stays_one_when_the_item_that_joins_it_has_ended() -> None:
    """B joins A and C and ends a quarter before them: both together still cost more than D."""
    rules = sets(leads("b", "B"), leads("bc", "B", "C"))
    rows = [
        *acts("b"),
        *(row | {"finding_id": f"L{row['clause']}"} for row in acts("ab", "bc", "d", determined_on="2025-06-01")),
    ]
    made = scored(rules, findings=rows)
    assert scores(made, "2025-03-01", "2025-06-01", "2026-03-01") == [95, 73, 73]
    assert scores(made, "2026-03-02", "2026-06-01", "2026-06-02") == [78, 78, 100]


def test_equal_sets_are_decided_by_the_earlier_determination_then_by_the_item() -> None:
    rules = sets(c=15)
    same_day = scored(rules, findings=acts("ab", "c"))
    assert (same_day.score("2025-03-01"), counting(same_day)) == (85, {"A", "B"})
    later = [*acts("c", determined_on="2025-02-28"), finding("K2", clause="ab", **ONE_ACT)]
    first = scored(rules, findings=later)
    assert [line["item_code"] for line in first.ledger("superseded")] == ["A", "B"]
    assert first.score("2025-03-01") == 85


def test_under_same_act_sum_sets_have_no_effect() -> None:
    made = scored(sets(same_act="sum"), findings=acts("ab", "c", "d"))
    assert made.score("2025-03-01") == 53
    assert made.ledger("superseded") == []


def test_a_row_of_points_and_a_veto_gives_both_and_only_the_points_compete() -> None:
    rules = typed(
        entry("A", 10),
        entry("V", 0, effect="veto:red"),
        entry("C", 12),
        clauses=[leads("av", "A", "V"), leads("c", "C")],
        bands=[
            {"grade": "green", "lo": 50, "lo_inc": True, "hi": None},
            {"grade": "red", "lo": None, "hi": 50, "hi_inc": False},
        ],
    )
    made = scored(rules, findings=acts("av", "c"))
    assert made.grade("2025-03-01") == (88, "red")
    assert [line["item_code"] for line in made.ledger("superseded")] == ["A"]


def test_a_channel_that_one_item_lacks_stops_only_its_line() -> None:
    rules = typed(entry("A", 10, channels=["acceptance"]), entry("B", 5), clauses=[leads("ab", "A", "B")])
    made = scored(rules, findings=acts("ab"))
    assert made.score("2025-03-01") == 95
    assert [(line["item_code"], line["not_scored_reason"]) for line in made.ledger("not_scored")] == [("A", "channel")]


def test_a_void_row_of_two_items_leaves_no_line_in_force() -> None:
    made = scored(sets(), listed("2024-06-01"), findings=acts("ab", status_code="revoked"))
    assert made.score("2025-03-01") == 100
    assert {(line["line_kind"], line["item_code"]) for line in made.ledger()} == {("void", "A"), ("void", "B")}


def test_a_merit_of_two_items_gives_both() -> None:
    rules = typed(
        entry("M", 3, comp="ADD"),
        entry("N", 4, comp="ADD"),
        components=[{"id": "ADD", "sign": 1, "window": "P1Y", "agg": "sum"}],
        clauses=[leads("1", "M", "N", dataset="merit_claims")],
    )
    assert scored(rules, merits=[merit("S", clause="1")]).score("2025-03-01") == 107
    made = scored(rules, merits=[merit("S1", clause="1", document_no="D"), merit("S2", clause="1", document_no="D")])
    assert made.score("2025-03-01") == 107
    assert len({line["case_id"] for line in made.ledger("merit")}) == 2, "of a document each item is a case"


# --- what one check costs at most ---------------------------------------------------------------------------------

X30 = entry("X", 10, quantity="row", cap_per_check=20)


def test_each_check_has_the_item_s_cap_of_its_own() -> None:
    rows = [check("T1", clause="X", quantity=3), check("T2", clause="X", quantity=3)]
    made = scored(typed(X30), checks=rows)
    assert made.score("2025-03-01") == 60
    assert capped(made) == [
        ("X", 10, "2025-03-01", "2026-03-02", "T1"),
        ("X", 10, "2025-03-01", "2026-03-02", "T2"),
    ]


def test_the_item_s_cap_comes_after_its_cap_per_check() -> None:
    rows = [check("T1", clause="X", quantity=3), check("T2", clause="X", quantity=3)]
    made = scored(typed(X30 | {"cap": 35}), checks=rows)
    assert made.score("2025-03-01") == 65
    assert sorted(points for _, points, *_ in capped(made)) == [5, 10, 10]


def test_what_the_item_s_cap_leaves_is_filled_by_the_earlier_check_first() -> None:
    """T2 20 and T1 10 under an item cap of 25 are 20 and 5; of these a check may cost 12: 12 and 5."""
    rules = typed(entry("X", 10, quantity="row", cap=25), sub={"cap_per_check": 12})
    rows = [check("T1", clause="X", determined_on="2025-04-01"), check("T2", clause="X", quantity=2)]
    made = scored(rules, checks=rows)
    assert scores(made, "2025-03-01", "2025-04-01", "2026-03-02") == [88, 83, 90]
    assert ("X", 5, "2025-04-01", "2026-03-02", None) in capped(made)
    assert (None, 8, "2025-03-01", "2026-03-02", "T2") in capped(made)


def test_on_one_day_the_lower_number_of_a_check_fills_the_cap_first() -> None:
    rules = typed(entry("X", 10, quantity="row", cap=25), sub={"cap_per_check": 12})
    rows = [check("T2", clause="X", quantity=1), check("T1", clause="X", quantity=2)]
    assert scored(rules, checks=rows).score("2025-03-01") == 83


def test_the_component_s_cap_comes_last() -> None:
    rules = typed(entry("X", 15), entry("Y", 15), sub={"cap_per_check": 20, "cap": 30})
    rows = [check(task, line, clause=clause) for task in ("T1", "T2") for line, clause in (("1", "X"), ("2", "Y"))]
    made = scored(rules, checks=rows)
    assert made.score("2025-03-01") == 70
    assert {(points, occasion) for _, points, _, _, occasion in capped(made)} == {(10, "T1"), (10, "T2"), (10, None)}


def test_a_superseded_line_does_not_count_against_the_cap() -> None:
    rules = typed(entry("X", 15), entry("Y", 10), sub={"cap_per_check": 20})
    rows = [check("T", line, clause=clause, **ONE_ACT) for line, clause in (("1", "X"), ("2", "Y"))]
    made = scored(rules, checks=rows)
    assert scores(made, "2025-03-01") == [85]
    assert capped(made) == []


def test_an_agency_s_check_is_its_own_occasion() -> None:
    rules = typed(entry("X", 15), entry("Y", 10), sub={"cap_per_check": 20})
    rows = [check("T", "1", clause="X"), check("T", "2", clause="Y", agency_id=B)]
    made = scored(rules, checks=rows)
    assert (made.score("2025-03-01", A), made.score("2025-03-01", B)) == (85, 90)


def test_points_that_add_are_capped_per_check_too() -> None:
    rules = typed(
        entry("G", 15, comp="ADD"),
        entry("H", 10, comp="ADD"),
        components=[{"id": "ADD", "sign": 1, "window": "P1Y", "agg": "sum", "cap_per_check": 20}],
    )
    made = scored(rules, checks=[check("T", "1", clause="G"), check("T", "2", clause="H")])
    assert made.score("2025-03-01") == 120
    assert capped(made) == [(None, -5, "2025-03-01", "2026-03-02", "T")]


def test_the_version_of_the_day_says_what_a_check_costs_at_most() -> None:
    first = typed(entry("X", 15), entry("Y", 10), sub={"cap_per_check": 20})
    second = typed(entry("X", 15), entry("Y", 10), sub={"cap_per_check": 12})
    rows = [check("T", "1", clause="X"), check("T", "2", clause="Y")]
    made = scored(then(first, second, "2025-07-01"), checks=rows)
    assert scores(made, "2025-03-01", "2025-06-30", "2025-07-01") == [80, 80, 88]
    lifted = typed(entry("X", 15), entry("Y", 10))
    made = scored(then(first, lifted, "2025-07-01"), checks=rows)
    assert scores(made, "2025-06-30", "2025-07-01") == [80, 75]
    assert capped(made) == [(None, 5, "2025-03-01", "2025-07-01", "T")]


def test_an_item_s_cap_per_check_is_that_of_the_version_of_the_day() -> None:
    second = typed(X30 | {"cap_per_check": 10})
    made = scored(then(typed(X30), second, "2025-07-01"), checks=[check("T", clause="X", quantity=3)])
    assert scores(made, "2025-06-30", "2025-07-01") == [80, 90]


@pytest.mark.parametrize(("agg", "expected"), [("max", 75), ("latest", 80)])
def test_a_lines_own_caps_apply_before_one_line_is_chosen(agg: str, expected: int) -> None:
    rules = typed(entry("Z", 30, cap_per_check=20), entry("Y", 25), sub={"agg": agg})
    rows = [
        check("T1", clause="Z", determined_on="2025-04-01"),
        check("T2", clause="Y", determined_on="2025-03-01"),
    ]
    assert scored(rules, checks=rows).score("2025-04-01") == expected


def test_checks_are_capped_before_they_are_divided() -> None:
    rules = typed(
        entry("X", 15),
        entry("Y", 10),
        sub={"agg": "sum_over_count", "divisor": "checks", "window": "lifetime", "cap_per_check": 20},
        score_step=None,
    )
    rows = [
        check("T1", "1", clause="X"),
        check("T1", "2", clause="Y"),
        clean("T2", "2025-02-20"),
    ]
    assert scored(rules, checks=rows).score("2025-03-01") == 90


# --- occasions ----------------------------------------------------------------------------------------------------

BOTH = typed(entry("X", 15), entry("Y", 10), sub={"cap_per_check": 20})
UNDECIDED: dict[str, Any] = {"clause": None, "status_code": "pending", "determined_on": None}


def test_findings_that_name_the_rows_of_one_check_are_one_occasion() -> None:
    made = scored(
        BOTH,
        findings=[finding("K1", clause="X", origin_id="T-1"), finding("K2", clause="Y", origin_id="T-2")],
        checks=[check("T", line, project_no=f"P{line}", **UNDECIDED) for line in ("1", "2")],
    )
    assert made.score("2025-03-01") == 80
    assert occasions(made) == {"K1": "T", "K2": "T"}


def test_without_a_check_each_case_is_its_own_occasion() -> None:
    made = scored(BOTH, findings=[finding("K1", clause="X"), finding("K2", clause="Y")])
    assert made.score("2025-03-01") == 75
    assert {line["occasion_key"] for line in made.ledger("misconduct")} == {
        line["case_id"] for line in made.ledger("misconduct")
    }


def test_lines_of_one_case_without_a_check_are_one_occasion() -> None:
    rules = typed(entry("X", 15), entry("Y", 10), sub={"cap_per_check": 20}, same_act="sum")
    made = scored(rules, findings=[finding("K1", clause="X", **ONE_ACT), finding("K2", clause="Y", **ONE_ACT)])
    assert made.score("2025-03-01") == 80


def test_the_check_that_starts_the_clock_is_the_occasion() -> None:
    made = scored(
        BOTH,
        findings=[finding("K", clause="X", determined_on="2025-03-05", **ONE_ACT)],
        checks=[
            check("T1", clause="X", received_on="2025-06-02", **ONE_ACT),
            check("T2", clause="Y", received_on="2025-05-02", **ONE_ACT),
        ],
    )
    assert {line["item_code"]: line["occasion_key"] for line in made.ledger()} == {"X": "T1", "Y": "T2"}


def test_a_row_s_own_link_comes_before_the_other_checks_of_its_case() -> None:
    made = scored(
        BOTH,
        findings=[finding("K", clause="X", determined_on="2025-02-25", origin_id="T2-1")],
        checks=[
            check("T1", received_on="2025-03-02", **(UNDECIDED | ONE_ACT)),
            check("T2", received_on="2025-04-02", **(UNDECIDED | ONE_ACT)),
        ],
    )
    assert occasions(made) == {"K": "T2"}


def test_any_check_of_the_case_is_the_occasion_whatever_its_state_the_one_received_first() -> None:
    made = scored(
        BOTH,
        findings=[finding("K", clause="X", **ONE_ACT)],
        checks=[
            check("T1", clause="X", received_on="2025-06-02", **ONE_ACT),
            check("T2", received_on="2025-05-02", **(UNDECIDED | ONE_ACT)),
        ],
    )
    (line,) = made.ledger("misconduct")
    assert (line["source_key"], line["occasion_key"]) == ("T1-1", "T1"), "T1 was received first of those that score"
    made = scored(
        BOTH,
        findings=[finding("K", clause="X", determined_on="2025-02-25", **ONE_ACT)],
        checks=[
            check("T1", clause="X", received_on="2025-06-02", **ONE_ACT),
            check("T2", received_on="2025-05-02", **(UNDECIDED | ONE_ACT)),
        ],
    )
    assert occasions(made) == {"K": "T2"}


def test_a_verified_ticket_has_the_verifying_check_s_occasion() -> None:
    made = scored(
        BOTH,
        tickets=[ticket("H", clause="X", project_no="P1")],
        checks=[
            check("T", check_type="complaint_verification", project_no="P1", **UNDECIDED),
            check("T", "2", clause="Y", project_no="P2"),
        ],
    )
    assert occasions(made) == {"H": "T", "T-2": "T"}
    assert made.score("2025-03-01") == 80


def test_a_finding_of_a_ticket_goes_by_the_root_of_its_case() -> None:
    made = scored(
        BOTH,
        findings=[finding("K", clause="X", origin_id="H", determined_on="2025-02-25")],
        tickets=[ticket("H", clause="X", project_no="P1")],
        checks=[check("T", check_type="complaint_verification", project_no="P1", **UNDECIDED)],
    )
    assert occasions(made) == {"K": "T"}


def test_media_without_a_check_are_their_own_occasion() -> None:
    made = scored(BOTH, clues=[clue("C", clause="X")])
    (line,) = made.ledger("misconduct")
    assert line["occasion_key"] == line["case_id"]


def test_what_a_check_costs_as_an_event_belongs_to_the_check() -> None:
    """Three points for the check on 20 February, fifteen for what it found: the check may cost 16."""
    rules = typed(entry("E", 3, fact="checks"), entry("X", 15), clauses=[leads("X", "X")], sub={"cap_per_check": 16})
    made = scored(rules, listed("2024-06-01"), checks=[check("T", clause="X")])
    assert scores(made, "2025-02-20", "2025-03-01", "2026-02-21", "2026-03-02") == [97, 84, 85, 100]
    assert {line["occasion_key"] for line in made.ledger()} == {"T"}


def test_a_superseded_and_a_repair_line_carry_their_occasion() -> None:
    rows = [check("T", line, clause=clause, **ONE_ACT) for line, clause in (("1", "X"), ("2", "Y"))]
    made = scored(BOTH, checks=rows, repairs=[repair("R", "T-1")])
    kinds = {(line["line_kind"], line["occasion_key"]) for line in made.ledger()}
    assert kinds == {("misconduct", "T"), ("superseded", "T"), ("repair", "T")}


def test_a_cap_on_a_fraction_sums_exactly() -> None:
    rules = typed(entry("X", 0.35, quantity="row", cap_per_check=0.5), score_step=None)
    made = scored(rules, checks=[check("T", clause="X", quantity=3)])
    assert made.score("2025-03-01") == Decimal("99.50")
