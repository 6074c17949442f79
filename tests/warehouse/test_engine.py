"""The figures and readings of the notice under the default rulebook: credit.md sections 2, 5 and 6."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from tests.warehouse import harness
from tests.warehouse.engine_city import listed, scored, scored_with
from tests.warehouse.evidence import A, B, changed, check, clue, day, finding, merit, penalty, repair, rulebook, ticket

# --- section 5, every figure -------------------------------------------------------------------------------------


def test_a_new_agency_has_100_and_is_b() -> None:
    made = scored_with([listed("2024-06-01")])
    assert made.grade("2024-06-01") == (100, "B")
    assert made.causes() == [("2024-06-01", 100, "start")]


def test_ten_points_of_merit_make_110_and_a() -> None:
    made = scored_with([listed("2024-06-01")], merits=[merit("M", clause="1", level_code="national")])
    assert made.grade("2025-03-01") == (110, "A")


def test_a_false_report_is_d_through_its_last_day_and_b_the_day_after() -> None:
    made = scored_with([listed("2024-06-01")], findings=[finding("K", clause="2a")])
    assert made.grade("2025-02-28") == (100, "B")
    assert made.grade("2025-03-01") == (50, "D")
    assert made.grade("2026-03-01") == (50, "D")
    assert made.grade("2026-03-02") == (100, "B")


@pytest.mark.parametrize(
    ("determined_on", "last_day", "day_after"),
    [
        ("2028-02-29", "2029-02-28", "2029-03-01"),
        ("2027-02-28", "2028-02-28", "2028-02-29"),
        ("2027-03-01", "2028-03-01", "2028-03-02"),
        ("2026-03-10", "2027-03-10", "2027-03-11"),  # day 365 counts, day 366 does not
    ],
)
def test_an_entry_counts_through_its_last_day(determined_on: str, last_day: str, day_after: str) -> None:
    made = scored_with([listed("2024-06-01")], findings=[finding("K", clause="11", determined_on=determined_on)])
    assert made.grade(last_day) == (90, "B")
    assert made.grade(day_after) == (100, "B")


def test_one_act_under_items_7_and_11_costs_the_higher_once() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(findings=[finding("K7", clause="7", **acts), finding("K11", clause="11", **acts)])
    assert made.grade("2025-03-01") == (80, "C")
    (superseded,) = made.ledger("superseded")
    (counting,) = made.ledger("misconduct")
    assert (superseded["item_code"], superseded["points"]) == ("F11", 0)
    assert superseded["counted_by_line_id"] == counting["line_id"]


def test_a_quarter_of_the_bands_edges() -> None:
    """59, 60, 80, 81, 100 and 101 by points of one item."""
    for points, expected in ((41, (59, "D")), (40, (60, "C")), (20, (80, "C")), (19, (81, "B")), (0, (100, "B"))):
        rules = changed(rulebook(), "items", {"item_code": "F07"}, points=Decimal(points), cap_points=None)
        made = scored(findings=[finding("K")], rules=rules)
        assert made.grade("2025-03-01") == expected
    rules = changed(rulebook(), "items", {"item_code": "S3"}, points=Decimal(1))
    assert scored(merits=[merit("M")], rules=rules).grade("2025-03-01") == (101, "A")


# --- section 2 ----------------------------------------------------------------------------------------------------


def test_q9_merits_expire_by_the_same_window() -> None:
    made = scored(merits=[merit("M")])
    assert made.score("2026-03-01") == 104
    assert made.score("2026-03-02") == 100


def test_q11_the_lower_item_counts_again_when_the_higher_expires() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(
        findings=[
            finding("K7", clause="7", determined_on="2025-03-01", **acts),
            finding("K11", clause="11", determined_on="2025-06-01", **acts),
        ]
    )
    assert made.spans("superseded") == [("F11", 0, "2025-06-01", "2026-03-02")]
    assert made.spans("misconduct") == [
        ("F07", -20, "2025-03-01", "2026-03-02"),
        ("F11", -10, "2026-03-02", "2026-06-02"),
    ]
    assert [made.score(on) for on in ("2026-03-01", "2026-03-02", "2026-06-01", "2026-06-02")] == [80, 90, 90, 100]


def test_q11_a_lower_item_determined_first_gives_way_and_returns() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(
        findings=[
            finding("K11", clause="11", determined_on="2025-03-01", **acts),
            finding("K7", clause="7", determined_on="2025-04-01", **acts),
        ]
    )
    assert made.spans("misconduct") == [
        ("F11", -10, "2025-03-01", "2025-04-01"),
        ("F07", -20, "2025-04-01", "2026-04-02"),
    ]
    assert made.spans("superseded") == [("F11", 0, "2025-04-01", "2026-03-02")]
    assert made.causes()[:2] == [("2025-03-01", 90, "start"), ("2025-04-01", 80, "determination")]


def test_q11_equal_points_go_to_the_earlier_determination() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(
        findings=[
            finding("K11", clause="11", determined_on="2025-03-02", **acts),
            finding("K10", clause="10", determined_on="2025-03-03", **acts),
        ]
    )
    assert made.spans("misconduct") == [
        ("F11", -10, "2025-03-02", "2026-03-03"),
        ("F10", -10, "2026-03-03", "2026-03-04"),
    ]


def test_q11_equal_points_and_days_go_to_the_lower_item_code() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(findings=[finding("K11", clause="11", **acts), finding("K10", clause="10", **acts)])
    assert made.spans("misconduct") == [("F10", -10, "2025-03-01", "2026-03-02")]
    assert made.spans("superseded") == [("F11", 0, "2025-03-01", "2026-03-02")]


def test_q11_a_void_higher_item_supersedes_nothing() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(
        findings=[finding("K7", clause="7", status_code="revoked", **acts), finding("K11", clause="11", **acts)]
    )
    assert made.score("2025-03-01") == 90
    assert made.ledger("superseded") == []
    assert [line["points"] for line in made.ledger("void")] == [0]


def test_q12_item_1_subsumes_item_3_inside_one_case_only() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(findings=[finding("K1", clause="1", **acts), finding("K3", clause="3", **acts)])
    assert made.score("2025-03-01") == 60
    apart = scored(findings=[finding("K1", clause="1", **acts), finding("K3", clause="3", project_no="P2")])
    assert apart.score("2025-03-01") == 45


def test_q13_evidence_of_four_ledgers_for_one_act_costs_once() -> None:
    acts = {"occurred_on": "2025-02-10", "project_no": "P1"}
    made = scored(
        findings=[finding("K", **acts)],
        checks=[check("T", **acts)],
        penalties=[penalty("D", **acts)],
        tickets=[ticket("W", project_no="P1", clause="7")],
    )
    assert made.score("2025-03-01") == 80


def test_q15_caps_clamp_per_item_and_per_component_at_every_change() -> None:
    projects = [finding(f"K{n}", clause="11", determined_on=f"2025-0{n}-01") for n in range(1, 6)]
    made = scored(findings=projects)
    scores = [made.score(f"2025-0{n}-01") for n in range(1, 6)]
    assert scores == [90, 80, 70, 70, 70]  # item 11 is capped at 30
    # five in force until the first ends: the cap gives way line by line
    assert [made.score(on) for on in ("2026-01-02", "2026-02-02", "2026-03-02", "2026-04-02")] == [70, 70, 80, 90]
    assert made.spans("cap_adjustment") == [
        ("F11", 10, "2025-04-01", "2025-05-01"),
        ("F11", 20, "2025-05-01", "2026-01-02"),
        ("F11", 10, "2026-01-02", "2026-02-02"),
    ]


def test_q15_the_component_of_merits_is_capped_after_its_items() -> None:
    claims = [merit(f"M{n}", clause="1", level_code="national") for n in range(3)]
    claims += [merit(f"N{n}", clause="3") for n in range(4)]
    made = scored(merits=claims)
    assert made.score("2025-03-01") == 130
    assert sorted(row["points"] for row in made.ledger("cap_adjustment")) == [-10, -4, -2]


def test_q17_merits_can_offset_acts_but_the_flag_shows_them() -> None:
    claims = [merit(f"M{n}", clause="1", level_code="national") for n in range(3)] + [
        merit("N"),
        merit("O"),
        merit("P"),
    ]
    made = scored(findings=[finding("K")], merits=claims)
    row = made.span("2025-03-01")
    assert (row["score"], row["grade"], row["has_active_misconduct"]) == (110, "A", True)


def test_q26_an_objection_still_counts_and_is_marked() -> None:
    made = scored(findings=[finding("K", status_code="objection")])
    (line,) = made.ledger("misconduct")
    assert (made.score("2025-03-01"), line["is_disputed"]) == (80, True)
    assert made.span("2025-03-01")["has_active_misconduct"]


def test_q27_what_is_revoked_or_not_final_does_not_score() -> None:
    made = scored_with(
        [listed("2024-06-01")],
        findings=[finding("K", status_code="revoked")],
        penalties=[penalty("D", status_code="under_review")],
    )
    assert made.causes() == [("2024-06-01", 100, "start")]
    assert not made.span("2025-06-01")["has_active_misconduct"]


# --- section 6 ----------------------------------------------------------------------------------------------------


def test_6_2_before_the_first_version_nothing_scores_but_stays_in_the_ledger() -> None:
    made = scored_with(
        [listed("2024-06-01")],
        findings=[
            finding("OLD", occurred_on="2024-03-20", determined_on="2024-05-01"),
            finding("NEW", occurred_on="2024-03-21", determined_on="2024-05-02"),
        ],
    )
    (line,) = made.ledger("not_scored")
    assert (line["source_key"], line["points"]) == ("OLD", 0)
    assert made.score("2024-06-01") == 80


@pytest.mark.parametrize(
    ("cells", "starts_on"),
    [
        ({"submitted_on": day("2024-05-01"), "published_on": day("2024-05-20")}, "2024-05-01"),
        ({"submitted_on": None, "published_on": day("2024-05-20")}, "2024-05-20"),
        ({}, "2024-06-01"),
        ({"submitted_on": day("2020-01-01")}, "2024-03-21"),
        ({"published_on": day("2030-01-01")}, "2024-06-01"),
    ],
)
def test_6_8_a_history_starts_on_the_earliest_of_its_days(cells: dict, starts_on: str) -> None:
    made = scored_with([listed("2024-06-01", **cells), listed("2024-07-01", **cells)])
    assert made.causes() == [(starts_on, 100, "start")]


def test_6_8_a_scoring_line_before_the_first_list_starts_the_history() -> None:
    made = scored_with([listed("2025-06-01")], findings=[finding("K")])
    assert made.causes()[0] == ("2025-03-01", 80, "start")


def test_6_8_an_agency_known_only_from_evidence_starts_with_it() -> None:
    made = scored_with([listed("2025-06-01")], findings=[finding("K", agency_id=B)])
    assert made.causes(B)[0] == ("2025-03-01", 80, "start")


def test_6_8_an_agency_missing_from_a_later_list_keeps_its_history() -> None:
    made = scored_with([listed("2024-06-01", [A, B]), listed("2024-07-01", [B])])
    assert made.causes(A) == [("2024-06-01", 100, "start")]


def test_6_9_a_score_has_no_floor() -> None:
    made = scored(findings=[finding(f"K{n}", clause="2a") for n in range(3)])
    assert made.grade("2025-03-01") == (-50, "D")


def test_6_9_active_misconduct_whatever_the_merits_and_only_while_in_force() -> None:
    made = scored(findings=[finding("K", clause="11")], merits=[merit("M", determined_on="2025-06-01")])
    assert made.span("2026-03-01")["has_active_misconduct"]
    assert not made.span("2026-03-02")["has_active_misconduct"]
    assert made.span("2026-03-01")["active_line_count"] == 2
    assert made.span("2026-03-02")["active_line_count"] == 1


def test_6_10_a_determination_comes_before_an_expiry_of_the_same_day() -> None:
    made = scored(
        findings=[
            finding("OLD", clause="7", determined_on="2025-03-01"),
            finding("NEW", clause="11", determined_on="2026-03-02"),
        ]
    )
    assert made.causes() == [
        ("2025-03-01", 80, "start"),
        ("2026-03-02", 90, "determination"),
        ("2027-03-03", 100, "expiry"),
    ]


def test_6_10_a_determination_that_moves_nothing_is_not_the_cause() -> None:
    """Item 11 is at its cap: the fourth entry moves nothing, the expiry of a merit on that day does."""
    made = scored(
        merits=[merit("M", determined_on="2024-06-30")],
        findings=[finding(f"K{n}", clause="11", determined_on="2024-12-01") for n in range(3)]
        + [finding("LAST", clause="11", determined_on="2025-07-01")],
    )
    assert ("2025-07-01", 70, "expiry") in made.causes()


def test_6_10_a_third_of_the_changes_are_pure_expiry() -> None:
    made = scored_with([listed("2024-06-01")], findings=[finding("K")])
    assert made.changes() == [("2025-03-01", "B", "C", "determination"), ("2026-03-02", "C", "B", "expiry")]


def test_grade_changes_name_the_lines_that_began_or_ended() -> None:
    made = scored_with(
        [listed("2024-06-01")], findings=[finding("K"), finding("L", clause="11", determined_on="2025-04-01")]
    )
    (line,) = [row for row in made.ledger() if row["source_key"] == "K"]
    rows = made.built.query("select * from credit.fct_grade_changes order by changed_on")
    assert [row["line_ids"] for row in rows] == [line["line_id"], line["line_id"]]


def test_the_next_change_is_known_in_advance() -> None:
    made = scored_with(
        [listed("2024-06-01")],
        findings=[finding("K"), finding("L", clause="11", determined_on="2025-02-01")],
    )
    row = made.span("2025-03-15")
    assert (row["score"], row["grade"], str(row["grade_since_on"])) == (70, "C", "2025-03-01")
    assert (str(row["next_change_on"]), row["next_score"], row["next_grade"]) == ("2026-02-02", 80, "C")
    assert str(row["next_grade_change_on"]) == "2026-03-02"
    last = made.span("2026-03-02")
    assert [last[name] for name in ("next_change_on", "next_score", "next_grade", "next_grade_change_on")] == [None] * 4


def test_the_live_view_is_one_row_per_agency_and_any_day_is_the_same_query() -> None:
    made = scored_with([listed("2024-06-01", [A, B])], findings=[finding("K")], clues=[clue("C", agency_id=B)])
    rows = made.built.run("agency_grades").query("select * from credit.agency_grades")
    assert sorted(row["agency_id"] for row in rows) == [A, B]
    assert {row["is_provisional"] for row in rows} == {True}


@pytest.mark.parametrize(
    ("utc", "score"),
    [
        ("2025-02-28 15:59:59.999999", 100),
        ("2025-02-28 16:00:00", 80),  # midnight in the city
        ("2026-03-01 15:59:59.999999", 80),
        ("2026-03-01 16:00:00", 100),
    ],
)
def test_the_live_view_turns_at_midnight_in_the_city(utc: str, score: int) -> None:
    made = scored_with([listed("2024-06-01")], findings=[finding("K")])
    made.built.run("agency_grades")
    asked = harness.compiled_nodes()["agency_grades"].sql
    assert asked.lower().count("now()") == 2 or asked.lower().count("current_timestamp") == 2
    at = f"timestamptz '{utc}+00'"
    rows = made.built.query(re.sub(r"now\(\)|current_timestamp", at, asked, flags=re.IGNORECASE))
    assert [row["score"] for row in rows] == [score]


def test_every_published_row_says_that_its_points_are_provisional() -> None:
    made = scored(findings=[finding("K")])
    assert {row["is_provisional"] for row in made.history()} == {True}
    assert {row["is_provisional"] for row in made.built.query("select * from credit.dim_rules")} == {True}


# --- Q28 ---------------------------------------------------------------------------------------------------------


def test_q28_what_a_branch_did_and_asks_for_is_its_parent_s() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(
        findings=[finding("K7", clause="7", **acts)],
        penalties=[penalty("P11", clause="11", agency_id=B, **acts)],
        merits=[merit("M", agency_id=B)],
        repairs=[repair("R", "K7", agency_id=B)],
        replace={"int_branches_mapped": f"select '{B}' as branch_id, '{A}' as agency_id"},
    )
    assert (made.history(B), made.ledger(None, B)) == ([], [])
    assert made.spans("superseded") == [("F11", 0, "2025-03-01", "2025-06-12")]
    assert (made.score("2025-03-01"), made.score("2025-06-12")) == (84, 94)
    assert (made.repair("R")["agency_id"], made.repair("R")["is_applied"]) == (A, True)


# --- Q8, Q30 -----------------------------------------------------------------------------------------------------


def test_q8_neither_grade_nor_exit_depends_on_the_other() -> None:
    decision = {
        "decision_id": "D",
        "object_type": "directory",
        "object_id": A,
        "decision_code": "exit",
        "decided_on": day("2025-04-01"),
        "handled_by": "甲",
        "reviewed_by": "乙",
        "received_on": day("2025-04-02"),
    }
    made = scored_with(
        [listed("2024-06-01", published_on=day("2024-06-01")), {"credit_desk.decisions": [decision]}],
        findings=[finding("K", clause="2a")],
    )
    made.built.run("dim_agencies")
    assert (made.grade("2025-04-01"), made.grade("2026-03-02")) == ((50, "D"), (100, "B"))
    assert made.built.query("select directory_status from credit.dim_agencies") == [{"directory_status": "exited"}]
    of_d = scored_with(
        [listed("2024-06-01", published_on=day("2024-06-01"))],
        findings=[finding("K", clause="2a")],
        as_of_on=day("2025-04-01"),
    )
    of_d.built.run("dim_agencies")
    assert of_d.grade("2025-04-01") == (50, "D")
    assert of_d.built.query("select directory_status from credit.dim_agencies") == [{"directory_status": "published"}]


def test_q30_a_detector_s_hit_never_scores_and_the_finding_it_led_to_does() -> None:
    lead = "0123456789ABCDEF" * 2
    made = scored(
        findings=[finding("K", clause="9", origin_id=lead)],
    )
    assert made.spans("misconduct") == [("F09", -10, "2025-03-01", "2026-03-02")]
    unproven = scored_with([listed("2024-06-01")], checks=[check("T", status_code="pending", determined_on=None)])
    assert unproven.ledger() == [] and unproven.score("2025-06-01") == 100
