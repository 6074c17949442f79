"""The effect of a rulebook's words on a day (rulebook/format.md), under rulebooks unlike the default one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.warehouse.engine_city import bands, clause, component, item, listed, regime, scored, scored_with, versions
from tests.warehouse.evidence import Tables, changed, day, finding, merit, repair, rulebook, with_version

ONE_ACT: dict[str, Any] = {"occurred_on": "2025-02-01", "project_no": "P1"}


def simple(**cells: Any) -> Tables:
    """Base 100, one component without a cap, items X (12) and Y (5) by clauses 1 and 2."""
    return regime(
        **(
            {
                "components": [component("SUB", -1)],
                "items": [item("X", "SUB", 12), item("Y", "SUB", 5)],
                "clauses": [clause("1", "X"), clause("2b", "Y")],
                "grades": bands(("gold", 95), ("silver", 80), ("red", None)),
            }
            | cells
        )
    )


# --- rounding and bands -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "step", "rounding", "expected"),
    [
        ("0.50", "1", "half_up", "100"),  # 99.5 -> 100
        ("0.51", "1", "half_up", "99"),
        ("100.50", "1", "half_up", "0"),  # -0.5 -> 0: half up below zero too
        ("100.51", "1", "half_up", "-1"),
        ("0.30", "0.5", "half_up", "99.5"),
        ("0.25", "0.5", "half_up", "100"),
        ("0.37", "1", "none", "99.63"),
        ("0.37", None, "half_up", "99.63"),
    ],
)
def test_rounding_is_half_up_to_the_step(points: str, step: str | None, rounding: str, expected: str) -> None:
    rules = simple(
        items=[item("X", "SUB", float(points))],
        clauses=[clause("1", "X")],
        score_step=Decimal(step) if step else None,
        rounding=rounding,
    )
    assert scored(findings=[finding("K", clause="1")], rules=rules).score("2025-03-01") == Decimal(expected)


def test_rounding_is_shown_as_an_adjustment_line() -> None:
    rules = simple(items=[item("X", "SUB", 0.3)], clauses=[clause("1", "X")])
    made = scored(findings=[finding("K", clause="1")], rules=rules)
    assert made.spans("cap_adjustment") == [(None, Decimal("0.30"), "2025-03-01", "2026-03-02")]


def test_an_unchanged_adjustment_is_one_line_though_the_score_changes() -> None:
    rules = simple(items=[item("X", "SUB", 0.3), item("Y", "SUB", 5)])
    later: dict[str, Any] = {"occurred_on": "2025-03-10", "determined_on": "2025-04-01"}
    made = scored(findings=[finding("K", clause="1"), finding("L", clause="2b", **later)], rules=rules)
    assert (made.score("2025-03-31"), made.score("2025-04-01")) == (100, 95)
    assert made.spans("cap_adjustment") == [(None, Decimal("0.30"), "2025-03-01", "2026-03-02")]


def test_the_rounded_score_is_graded() -> None:
    rules = simple(items=[item("X", "SUB", 5.5)], clauses=[clause("1", "X")])
    assert scored(findings=[finding("K", clause="1")], rules=rules).grade("2025-03-01") == (95, "gold")


def test_half_open_bands_decide_at_their_edges() -> None:
    for points, grade in ((5, "gold"), (6, "silver"), (20, "silver"), (21, "red")):
        rules = simple(items=[item("X", "SUB", points)], clauses=[clause("1", "X")])
        assert scored(findings=[finding("K", clause="1")], rules=rules).grade("2025-03-01")[1] == grade


def test_a_regime_without_bands_has_scores_and_no_grades() -> None:
    made = scored_with([listed("2024-06-01")], findings=[finding("K", clause="1")], rules=simple(grades=[]))
    row = made.span("2025-03-01")
    assert (row["score"], row["grade"], row["score_grade_reason"], row["grade_since_on"]) == (88, None, None, None)
    assert (row["next_score"], row["next_grade"], row["next_grade_change_on"]) == (100, None, None)
    assert made.changes() == []


# --- same act -----------------------------------------------------------------------------------------------------


def test_same_act_sum_adds_the_items_of_a_case() -> None:
    both = [finding("K1", clause="1", **ONE_ACT), finding("K2", clause="2b", **ONE_ACT)]
    assert scored(findings=both, rules=simple(same_act="sum")).score("2025-03-01") == 83
    assert scored(findings=both, rules=simple(same_act="max")).score("2025-03-01") == 88


def test_under_sum_subsumes_zeroes_the_subsumed_item_while_the_other_is_in_force() -> None:
    rules = simple(same_act="sum", subsumes=[("Y", "X")])
    made = scored(
        findings=[
            finding("K1", clause="1", determined_on="2025-04-01", **ONE_ACT),
            finding("K2", clause="2b", determined_on="2025-03-01", **ONE_ACT),
        ],
        rules=rules,
    )
    assert [made.score(on) for on in ("2025-03-01", "2025-04-01", "2026-03-01", "2026-03-02")] == [95, 95, 95, 88]
    (superseded,) = made.ledger("superseded")
    assert superseded["counted_by_line_id"] == made.ledger("misconduct")[0]["line_id"]


def test_under_max_a_case_costs_its_highest_item_whatever_subsumes_it() -> None:
    both = [finding("K1", clause="1", **ONE_ACT), finding("K2", clause="2b", **ONE_ACT)]
    assert scored(findings=both, rules=simple(subsumes=[("Y", "X")])).score("2025-03-01") == 88


def test_a_repaired_item_subsumes_no_longer() -> None:
    rules = simple(same_act="sum", subsumes=[("Y", "X")])
    made = scored(
        findings=[finding("K1", clause="1", **ONE_ACT), finding("K2", clause="2b", **ONE_ACT)],
        repairs=[repair("R", "K2")],
        rules=rules,
    )
    assert (made.score("2025-06-11"), made.score("2025-06-12")) == (95, 88)


def test_only_items_of_points_compete_in_one_case() -> None:
    rules = simple(items=[item("X", "SUB", 0, effect="veto", effect_grade="red"), item("Y", "SUB", 5)])
    made = scored(findings=[finding("K1", clause="1", **ONE_ACT), finding("K2", clause="2b", **ONE_ACT)], rules=rules)
    assert made.grade("2025-03-01") == (95, "red")
    assert made.ledger("superseded") == []


def test_a_veto_does_not_compete_with_two_items_of_points_in_its_case() -> None:
    made = scored(
        findings=[finding(f"K{number}", clause=number, **ONE_ACT) for number in ("1", "2b", "7")],
        rules=simple(
            items=[item("X", "SUB", 0, effect="veto", effect_grade="red"), item("Y", "SUB", 5), item("Z", "SUB", 3)],
            clauses=[clause("1", "X"), clause("2b", "Y"), clause("7", "Z")],
        ),
    )
    assert made.grade("2025-03-01") == (95, "red")
    assert [line["item_code"] for line in made.ledger("superseded")] == ["Z"]


# --- effects ------------------------------------------------------------------------------------------------------


def effect_rules(effect: str, grade: str | None) -> Tables:
    """Clause 1 has an effect, clause 2b costs 5."""
    return simple(items=[item("X", "SUB", 0, effect=effect, effect_grade=grade), item("Y", "SUB", 5)])


def test_a_veto_sets_the_grade_while_in_force_and_ends_with_its_repair() -> None:
    made = scored_with(
        [listed("2024-06-01")],
        findings=[finding("K", clause="1")],
        repairs=[repair("R", "K")],
        rules=effect_rules("veto", "red"),
    )
    assert made.grade("2025-02-28") == (100, "gold")
    assert made.grade("2025-03-01") == (100, "red")
    assert made.span("2025-03-01")["score_grade_reason"] == "veto"
    assert made.grade("2025-06-12") == (100, "gold")
    assert made.changes() == [("2025-03-01", "gold", "red", "determination"), ("2025-06-12", "red", "gold", "repair")]


def test_of_several_vetoes_the_worst_grade_holds() -> None:
    rules = simple(
        items=[
            item("X", "SUB", 0, effect="veto", effect_grade="silver"),
            item("Y", "SUB", 0, effect="veto", effect_grade="red"),
        ]
    )
    made = scored(
        findings=[
            finding("K1", clause="1"),
            finding("K2", clause="2b", determined_on="2025-04-01"),
            finding("K3", clause="2b", determined_on="2025-05-01"),
        ],
        repairs=[repair("R", "NOTHING")],
        rules=rules,
    )
    assert made.repair("R")["gate_grade"] == "red"
    days = ("2025-03-01", "2025-04-01", "2026-03-02", "2026-04-02", "2026-05-02")
    assert [made.grade(on)[1] for on in days] == ["silver", "red", "red", "red", "gold"]


@pytest.mark.parametrize(("ceiling", "expected"), [("silver", ("silver", "ceiling")), ("gold", ("gold", "band"))])
def test_a_ceiling_only_lowers(ceiling: str, expected: tuple[str, str]) -> None:
    made = scored(findings=[finding("K", clause="1")], rules=effect_rules("ceiling", ceiling))
    row = made.span("2025-03-01")
    assert (row["grade"], row["score_grade_reason"]) == expected


def test_a_veto_decides_over_a_ceiling() -> None:
    rules = simple(
        items=[
            item("X", "SUB", 0, effect="ceiling", effect_grade="red"),
            item("Y", "SUB", 0, effect="veto", effect_grade="gold"),
        ]
    )
    made = scored(findings=[finding("K1", clause="1"), finding("K2", clause="2b")], rules=rules)
    assert (made.span("2025-03-01")["grade"], made.span("2025-03-01")["score_grade_reason"]) == ("gold", "veto")


def test_zero_component_affects_only_its_component() -> None:
    rules = simple(
        components=[component("SUB", -1), component("OTHER", -1)],
        items=[item("X", "SUB", 0, effect="zero_component"), item("Y", "SUB", 5), item("Z", "OTHER", 7)],
        clauses=[clause("1", "X"), clause("2b", "Y"), clause("3", "Z")],
    )
    made = scored(
        findings=[
            finding("K1", clause="1", determined_on="2025-04-01"),
            finding("K2", clause="2b"),
            finding("K3", clause="3"),
        ],
        rules=rules,
    )
    assert (made.score("2025-03-01"), made.score("2025-04-01")) == (88, 93)
    assert made.spans("cap_adjustment") == [(None, 5, "2025-04-01", "2026-03-02")]


# --- aggregation --------------------------------------------------------------------------------------------------


def chosen(aggregation: str) -> list[Decimal]:
    """Scores after 5 in March, 12 in April, 5 in May, and as they expire, by one aggregation."""
    made = scored(
        findings=[
            finding("K1", clause="2b", determined_on="2025-03-01"),
            finding("K2", clause="1", determined_on="2025-04-01"),
            finding("K3", clause="2b", determined_on="2025-05-01"),
        ],
        rules=simple(components=[component("SUB", -1, aggregation=aggregation)]),
    )
    days = ("2025-03-01", "2025-04-01", "2025-05-01", "2026-03-02", "2026-04-02", "2026-05-02")
    return [made.score(on) for on in days]


def test_sum_latest_and_max_take_what_they_say() -> None:
    assert chosen("sum") == [95, 83, 78, 83, 95, 100]
    assert chosen("latest") == [95, 88, 95, 95, 95, 100]
    assert chosen("max") == [95, 88, 88, 88, 95, 100]


def test_latest_falls_back_when_the_latest_is_repaired() -> None:
    made = scored(
        findings=[finding("K1", clause="1"), finding("K2", clause="2b", determined_on="2025-04-01")],
        repairs=[repair("R", "K2")],
        rules=simple(components=[component("SUB", -1, aggregation="latest")]),
    )
    assert (made.score("2025-06-11"), made.score("2025-06-12")) == (95, 88)


def quarterly(**cells: Any) -> Tables:
    """12 points a quarter, divided by the checks of the quarter."""
    return simple(
        components=[component("SUB", -1, "quarter", aggregation="sum_over_count", divisor_fact="checks")], **cells
    )


def visit(task_id: str, checked_on: str, **cells: Any) -> dict[str, Any]:
    """A check without a finding."""
    return {
        "task_id": task_id,
        "task_line": "1",
        "check_type": "double_random",
        "agency_id": "agency-a",
        "checked_on": day(checked_on),
        "result_code": "passed",
        "received_on": day("2025-12-31"),
    } | cells


def test_a_divisor_counts_its_window_up_to_the_day() -> None:
    made = scored(
        findings=[finding("K", clause="1", determined_on="2025-04-10")],
        checks=[
            visit("T0", "2025-03-31"),
            visit("T1", "2025-04-01"),
            visit("T2", "2025-04-20"),
            visit("T3", "2025-05-01"),
        ],
        rules=quarterly(),
    )
    # one check so far; then 6 each, then 4 each, then the quarter ends
    days = ("2025-04-10", "2025-04-19", "2025-04-20", "2025-05-01", "2025-06-30", "2025-07-01")
    assert [made.score(on) for on in days] == [88, 88, 94, 96, 96, 100]
    assert made.causes()[1:] == [("2025-04-20", 94, "fact"), ("2025-05-01", 96, "fact"), ("2025-07-01", 100, "expiry")]


def test_q7_the_gate_divides_by_the_checks_up_to_the_acceptance_date() -> None:
    rules = quarterly(grades=bands(("gold", 95), ("silver", 90), ("red", None)), blocked=("red",))
    found = finding("K", clause="1", determined_on="2025-06-01")

    def gate(*checked_on: str) -> str:
        """12 points divided by these checks, at the end of 2025-06-09."""
        checks = [visit(f"T{on}", on) for on in checked_on]
        return scored(findings=[found], repairs=[repair("R", "K")], checks=checks, rules=rules).repair("R")[
            "gate_grade"
        ]

    assert gate("2025-06-01") == "red"
    assert gate("2025-06-01", "2025-06-09") == "silver"
    assert gate("2025-06-01", "2025-06-10") == "red"
    assert gate("2025-03-31", "2025-06-01") == "red"


def test_a_divisor_of_none_counts_as_one_and_rows_of_one_task_as_one() -> None:
    found = [finding("K", clause="1", determined_on="2025-04-10")]
    assert scored(findings=found, rules=quarterly()).score("2025-04-10") == 88
    rows = [visit("T", "2025-04-02"), visit("T", "2025-04-05", task_line="2")]
    assert scored(findings=found, checks=rows, rules=quarterly()).score("2025-04-10") == 88


def test_a_quotient_is_exact_until_the_score_is_rounded() -> None:
    """Three thirds and six sixths: no third of a hundredth is lost on the way to a tie."""
    rules = simple(
        components=[
            component(name, -1, aggregation="sum_over_count", divisor_fact=fact)
            for name, fact in (("SIX", "checks"), ("THREE", "reports"))
        ],
        items=[item("X", "SIX", 1), item("Y", "THREE", 1)],
    )
    tables = {
        "findings": [finding("K1", clause="1"), finding("K2", clause="2b")],
        "checks": [visit(f"T{n}", "2025-02-01") for n in range(6)],
    }
    reports = {
        "platform.reports": [
            {
                "report_no": f"B{n}",
                "agency_id": "agency-a",
                "reported_on": day("2025-02-01"),
                "received_on": day("2025-12-31"),
                "updated_ms": 1,
                "is_deleted": False,
            }
            for n in range(3)
        ]
    }
    made = scored_with([reports], rules=rules, **tables)
    assert made.score("2025-03-01") == 100  # 1/6 + 1/3 = 1/2, half up
    fine = scored_with([reports], rules=rules | {"rulebooks": [rules["rulebooks"][0] | {"rounding": "none"}]}, **tables)
    assert fine.score("2025-03-01") == Decimal("99.50")


@pytest.mark.parametrize(("sign", "score", "grade"), [(-1, "93.34", "low"), (1, "106.66", "middle")])
def test_a_quotient_above_its_cap_is_the_cap_without_a_fraction(sign: int, score: str, grade: str) -> None:
    """Twice 10/3 = 3.333…, capped at 3.33 each: 6.66 together, and no third of a hundredth comes back, nor at a gate."""
    rules = simple(
        components=[
            component(name, sign, aggregation="sum_over_count", divisor_fact="checks", cap_points=Decimal("3.33"))
            for name in ("ONE", "TWO")
        ],
        items=[item("X", "ONE", 10), item("Y", "TWO", 10)],
        grades=bands(("high", Decimal("106.67")), ("middle", Decimal("93.35")), ("low", None)),
    )
    made = scored(
        findings=[finding("K1", clause="1"), finding("K2", clause="2b")],
        checks=[visit(f"T{number}", "2025-02-01") for number in range(3)],
        repairs=[repair("R", "NOTHING")],
        rules=rules | {"rulebooks": [rules["rulebooks"][0] | {"rounding": "none"}]},
    )
    assert made.grade("2025-06-09") == (Decimal(score), grade)
    assert made.repair("R")["gate_grade"] == grade


# --- windows ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window_code", "last_day", "day_after"),
    [
        ("calendar_year", "2025-12-31", "2026-01-01"),
        ("quarter", "2025-03-31", "2025-04-01"),
        ("rolling_year", "2026-03-01", "2026-03-02"),
    ],
)
def test_a_window_ends_where_it_says(window_code: str, last_day: str, day_after: str) -> None:
    made = scored(findings=[finding("K", clause="1")], rules=simple(components=[component("SUB", -1, window_code)]))
    assert (made.score(last_day), made.score(day_after)) == (88, 100)


def test_lifetime_and_natural_none_never_end() -> None:
    for rules in (simple(components=[component("SUB", -1, "lifetime")]), simple(policy={"natural": "none"})):
        made = scored(findings=[finding("K", clause="1")], rules=rules)
        assert made.score("2099-01-01") == 88
        assert made.history()[-1]["next_change_on"] is None


def test_under_act_on_the_day_of_the_act_counts_as_determination() -> None:
    made = scored_with(
        [listed("2024-06-01")],
        findings=[finding("K", clause="1", occurred_on="2024-12-01")],
        rules=simple(clock_start="act_on"),
    )
    assert made.causes()[1] == ("2024-12-01", 88, "determination")


# --- versions -----------------------------------------------------------------------------------------------------


def test_q18_points_are_of_the_determination_and_bands_of_the_day() -> None:
    rules = with_version(rulebook(), "2025-06-01")
    rules = changed(rules, "items", {"rulebook_id": "v2", "item_code": "F07"}, points=Decimal(30), cap_points=None)
    rules = changed(rules, "bands", {"rulebook_id": "v2", "grade": "C"}, lo=Decimal(75))
    rules = changed(rules, "bands", {"rulebook_id": "v2", "grade": "D"}, hi=Decimal(75))
    made = scored(
        findings=[finding("K"), finding("L", determined_on="2025-06-02"), finding("M", clause="10")], rules=rules
    )
    assert made.grade("2025-05-31") == (70, "C")
    assert made.grade("2025-06-01") == (70, "D")
    assert made.grade("2025-06-02") == (40, "D")
    assert ("2025-06-01", 70, "rulebook") in made.causes()
    assert [row["rulebook_id"] for row in made.history()][:2] == ["jz-2024-draft", "v2"]
    (change,) = made.built.query("select line_ids from credit.fct_grade_changes where change_cause = 'rulebook'")
    assert change == {"line_ids": ""}  # no line began or ended


def test_grades_that_come_and_go_with_a_version_are_changes() -> None:
    def version(rulebook_id: str, *grades: tuple[str, int | None]) -> Tables:
        return regime(
            components=[component("SUB", -1, rulebook_id=rulebook_id)],
            items=[item("X", "SUB", 1, rulebook_id)],
            clauses=[clause("1", "X", rulebook_id=rulebook_id)],
            grades=bands(*grades, rulebook_id=rulebook_id),
            rulebook_id=rulebook_id,
        )

    graded = version("r2", ("gold", 95), ("red", None))
    comes = scored_with([listed("2024-06-01")], rules=versions(version("r1"), graded, "2025-06-01"))
    assert comes.changes() == [("2025-06-01", None, "gold", "rulebook")]
    goes = scored_with([listed("2024-06-01")], rules=versions(graded, version("r3"), "2025-06-01"))
    assert goes.changes() == [("2025-06-01", "gold", None, "rulebook")]


def test_q18_base_caps_and_same_act_are_of_the_day() -> None:
    first = simple(components=[component("SUB", -1, cap_points=Decimal(10))], rulebook_id="r1")
    second = regime(
        components=[component("SUB", -1, rulebook_id="r2")],
        items=[item("X", "SUB", 1, "r2"), item("Y", "SUB", 1, "r2")],
        clauses=[clause("1", "X", rulebook_id="r2"), clause("2b", "Y", rulebook_id="r2")],
        grades=bands(("gold", 95), ("silver", 80), ("red", None), rulebook_id="r2"),
        base=90,
        same_act="sum",
        rulebook_id="r2",
    )
    both = [finding("K1", clause="1", **ONE_ACT), finding("K2", clause="2b", **ONE_ACT)]
    made = scored(findings=both, rules=versions(first, second, "2025-06-01"))
    assert (made.score("2025-05-31"), made.score("2025-06-01")) == (90, 73)
    assert ("2025-06-01", 73, "rulebook") in made.causes()


def test_an_item_or_component_that_a_version_lacks_keeps_its_own_rules() -> None:
    first = simple(
        components=[component("SUB", -1, cap_points=Decimal(20))], items=[item("X", "SUB", 12, cap_points=Decimal(15))],
        clauses=[clause("1", "X")],
    )  # fmt: skip
    second = regime(
        components=[component("NEW", -1, rulebook_id="r2")],
        items=[item("Z", "NEW", 1, "r2")],
        clauses=[clause("1", "Z", rulebook_id="r2")],
        grades=bands(("gold", 95), ("silver", 80), ("red", None), rulebook_id="r2"),
        rulebook_id="r2",
    )
    made = scored(
        findings=[finding("K1", clause="1"), finding("K2", clause="1")], rules=versions(first, second, "2025-06-01")
    )
    assert (made.score("2025-05-31"), made.score("2025-06-01")) == (85, 85)


def test_the_gate_s_policy_is_of_the_acceptance_date() -> None:
    rules = with_version(rulebook(), "2025-06-10")
    rules = rules | {
        "repair_blocked_grades": [
            {"rulebook_id": "jz-2024-draft", "grade": "D"},
            {"rulebook_id": "v2", "grade": "C"},
        ]
    }
    made = scored(
        findings=[finding("K1"), finding("K2")],
        repairs=[
            repair("R1", "K1", accepted_on="2025-06-09", replied_on="2025-06-30"),
            repair("R2", "K2", accepted_on="2025-06-10", replied_on="2025-06-12"),
        ],
        rules=rules,
    )
    assert [made.repair(name)["refusal_reason"] for name in ("R1", "R2")] == [None, "gate"]


def test_a_merit_under_a_new_version_and_a_deduction_under_the_old_one_stand_side_by_side() -> None:
    rules = changed(
        with_version(rulebook(), "2025-03-02"), "items", {"rulebook_id": "v2", "item_code": "S3"}, points=Decimal(9)
    )
    made = scored(findings=[finding("K")], merits=[merit("M", determined_on="2025-03-02")], rules=rules)
    assert made.score("2025-03-02") == 89
