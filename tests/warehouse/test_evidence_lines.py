"""Lines: one per case and item (credit.md 6.4), their clock and window (section 5), their term (6.13)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.warehouse.evidence import (
    V1,
    Tables,
    changed,
    check,
    clue,
    day,
    finding,
    lines_of,
    merit,
    penalty,
    rulebook,
    ticket,
    warehouse,
    with_version,
)

ACT: dict[str, Any] = {"occurred_on": "2025-02-01", "project_no": "P1"}


def test_6_4_one_line_per_case_and_item_and_each_item_its_own() -> None:
    made = warehouse(
        findings=[finding("F1", **ACT), finding("F2", clause="11", **ACT)],
        checks=[check("R", **ACT)],
        penalties=[penalty("P", **ACT)],
    )
    lines = made.run("int_points__lines").query(
        "select item_code, points from intermediate.int_points__lines order by item_code"
    )
    assert [tuple(line.values()) for line in lines] == [("F07", -20), ("F11", -10)]
    cases = made.query("select count(distinct case_id) as cases from intermediate.int_points__lines")
    assert cases == [{"cases": 1}]


def test_6_4_the_clock_starts_on_the_earliest_determination_that_scores() -> None:
    made = warehouse(
        findings=[
            finding("F1", determined_on="2025-05-01", **ACT),
            finding("F2", determined_on="2025-01-05", status_code="not_effective", **ACT),
            finding("F3", determined_on="2025-01-06", status_code="revoked", **ACT),
        ],
        checks=[check("R", determined_on="2025-04-01", **ACT)],
        penalties=[penalty("P", determined_on="2025-06-01", **ACT)],
    )
    lines = lines_of(made)
    assert set(lines) == {"R-1", "F3"}
    assert lines["R-1"]["clock_start_on"] == lines["R-1"]["valid_from_on"] == day("2025-04-01")
    assert lines["R-1"]["determined_on"] == day("2025-04-01")
    assert lines["R-1"]["valid_until_on"] == day("2026-04-02")


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        # received first
        ({"findings": [finding("F", **ACT, received_on="2025-05-02")], "checks": [check("R", **ACT)]}, "F"),
        # then the dataset's name
        ({"findings": [finding("F", **ACT)], "penalties": [penalty("P", **ACT)], "checks": [check("R", **ACT)]}, "R-1"),
        # then the key
        ({"findings": [finding("F2", **ACT), finding("F10", **ACT)]}, "F10"),
    ],
)
def test_6_4_of_several_rows_on_one_day_the_line_carries_the_first(rows: dict[str, Any], first: str) -> None:
    assert set(lines_of(warehouse(**rows))) == {first}


def test_provenance_is_that_of_the_row_that_starts_the_clock() -> None:
    made = warehouse(
        findings=[finding("F", determined_on="2025-05-01", **ACT)],
        penalties=[penalty("P", determined_on="2025-04-01", file_hash="b" * 64, sheet="双公示", row_number=9, **ACT)],
    )
    (line,) = lines_of(made).values()
    assert (line["source"], line["dataset"], line["source_key"]) == ("inspections", "penalties", "P")
    assert (line["file_hash"], line["sheet"], line["row_number"], line["document_no"]) == ("b" * 64, "双公示", 9, "P")


def test_q1_act_on_starts_the_clock_on_the_earliest_act_and_still_needs_a_determination() -> None:
    rules = changed(rulebook(), "rulebooks", {}, clock_start="act_on")
    made = warehouse(
        findings=[
            finding("F1", occurred_on="2025-02-01", determined_on="2025-04-01", origin_id="T"),
            finding("F2", occurred_on="2025-01-15", determined_on="2025-05-01", origin_id="T"),
            finding("F3", occurred_on="2024-12-01", determined_on=None, origin_id="T"),
        ],
        tickets=[ticket("T", result_code="pending")],
        rules=rules,
    )
    (line,) = lines_of(made).values()
    assert line["source_key"] == "F2"
    assert line["clock_start_on"] == line["valid_from_on"] == line["occurred_on"] == day("2025-01-15")
    assert line["valid_until_on"] == day("2026-01-16")
    assert line["determined_on"] == day("2025-04-01"), "its first determination"


def test_q18_the_version_on_the_first_determination_rules_the_line() -> None:
    rules = with_version(rulebook(), "2025-04-01")
    rules = changed(rules, "items", {"rulebook_id": "v2", "item_code": "F07"}, points=30)
    rules = changed(rules, "components", {"rulebook_id": "v2", "component_code": "SUB"}, window_code="lifetime")
    made = warehouse(
        findings=[
            finding("F1", determined_on="2025-03-31", **ACT),
            finding("F2", determined_on="2025-04-01", **ACT),
            finding("F3", determined_on="2025-04-01"),
        ],
        rules=rules,
    )
    lines = lines_of(made)
    assert set(lines) == {"F1", "F3"}
    assert (lines["F1"]["rulebook_id"], lines["F1"]["points"]) == (V1, -20)
    assert lines["F1"]["valid_until_on"] == day("2026-04-01")
    assert (lines["F3"]["rulebook_id"], lines["F3"]["points"]) == ("v2", -30)
    assert lines["F3"]["valid_until_on"] is None


def test_signs_kinds_and_effects_come_from_the_rulebook() -> None:
    rules = changed(rulebook(), "items", {"item_code": "F01"}, effect="veto", effect_grade="D", is_repairable=False)
    made = warehouse(findings=[finding("F", clause="1"), finding("G")], merits=[merit("M")], rules=rules)
    lines = lines_of(made)
    assert (lines["M"]["line_kind"], lines["M"]["points"], lines["M"]["component_code"]) == ("merit", 4, "ADD")
    assert (lines["G"]["line_kind"], lines["G"]["points"], lines["G"]["component_code"]) == ("misconduct", -20, "SUB")
    assert (lines["F"]["effect"], lines["F"]["effect_grade"], lines["F"]["is_repairable"]) == ("veto", "D", False)
    assert (lines["G"]["effect"], lines["G"]["effect_grade"], lines["G"]["is_repairable"]) == ("points", None, True)


def test_the_kind_follows_the_dataset_not_the_sign() -> None:
    rules = changed(rulebook(), "components", {"component_code": "SUB"}, sign=1)
    lines = lines_of(warehouse(findings=[finding("F")], rules=rules))
    assert (lines["F"]["line_kind"], lines["F"]["points"]) == ("misconduct", 20)


# ----------------------------------------------------------------------------------------- Q26: objections


def test_q26_a_line_is_marked_disputed_when_any_of_its_rows_is_under_objection() -> None:
    rows = [finding("F1", **ACT), finding("F2", determined_on="2025-04-01", status_code="objection", **ACT)]
    (line,) = lines_of(warehouse(findings=rows)).values()
    assert line["is_disputed"]
    assert line["points"] == -20, "marked, still counts"
    (line,) = lines_of(warehouse(findings=rows[:1])).values()
    assert not line["is_disputed"]


def test_q26_an_objection_to_a_row_that_no_longer_scores_marks_nothing() -> None:
    rows = [finding("F1", **ACT), finding("F2", determined_on=None, status_code="objection", **ACT)]
    (line,) = lines_of(warehouse(findings=rows)).values()
    assert not line["is_disputed"]


def test_q26_a_revoked_row_is_void_from_the_start_and_the_others_carry_the_line() -> None:
    made = warehouse(
        findings=[
            finding("F1", determined_on="2025-03-01", status_code="revoked", revoked_on="2025-06-01", **ACT),
            finding("F2", determined_on="2025-04-01", **ACT),
        ]
    )
    lines = lines_of(made)
    assert (lines["F1"]["line_kind"], lines["F1"]["points"], lines["F1"]["item_code"]) == ("void", 0, "F07")
    assert lines["F1"]["valid_from_on"] == lines["F1"]["valid_until_on"] == day("2025-03-01")
    assert (lines["F2"]["line_kind"], lines["F2"]["valid_from_on"]) == ("misconduct", day("2025-04-01"))
    assert lines["F1"]["case_id"] == lines["F2"]["case_id"]


def test_no_line_is_written_twice() -> None:
    made = warehouse(
        findings=[finding("F1", status_code="revoked"), finding("F2"), finding("F3", determined_on="2024-01-01")],
        checks=[check("R", **ACT), check("S", **ACT)],
        merits=[merit("M", clause="4", level_code="municipal")],
    )
    counts = made.run("int_points__lines").query(
        "select count(*) as lines, count(distinct line_id) as ids from intermediate.int_points__lines"
    )
    assert counts == [{"lines": 5, "ids": 5}]


# ----------------------------------------------------------------------------- section 5: the window's last day


def window(determined_on: str, window_code: str, window_last_day: str = "inclusive") -> dt.date | None:
    rules: Tables = changed(rulebook(), "components", {"component_code": "SUB"}, window_code=window_code)
    rules = changed(rules, "rulebooks", {}, window_last_day=window_last_day)
    until_on: dt.date | None = lines_of(
        warehouse(findings=[finding("F", determined_on=determined_on, received_on="2030-01-01")], rules=rules)
    )["F"]["valid_until_on"]
    return until_on


@pytest.mark.parametrize(
    ("determined_on", "last_day"),
    [
        ("2028-02-29", "2029-02-28"),
        ("2027-02-28", "2028-02-28"),
        ("2027-03-01", "2028-03-01"),
        ("2028-02-28", "2029-02-28"),
        ("2028-03-01", "2029-03-01"),
        ("2025-01-01", "2026-01-01"),
        ("2025-12-31", "2026-12-31"),
        ("2025-08-31", "2026-08-31"),
    ],
)
def test_q1_an_entry_counts_through_its_last_day(determined_on: str, last_day: str) -> None:
    until_on = window(determined_on, "rolling_year")
    assert until_on is not None
    assert until_on - dt.timedelta(days=1) == day(last_day)


@pytest.mark.parametrize(
    ("determined_on", "window_code", "window_last_day", "until_on"),
    [
        ("2025-03-01", "rolling_year", "exclusive", "2026-03-01"),
        ("2028-02-29", "rolling_year", "exclusive", "2029-02-28"),
        ("2025-01-01", "calendar_year", "inclusive", "2026-01-01"),
        ("2025-12-31", "calendar_year", "inclusive", "2026-01-01"),
        ("2025-12-31", "calendar_year", "exclusive", "2026-01-01"),
        ("2025-01-01", "quarter", "inclusive", "2025-04-01"),
        ("2025-03-31", "quarter", "inclusive", "2025-04-01"),
        ("2025-04-01", "quarter", "exclusive", "2025-07-01"),
        ("2025-10-01", "quarter", "inclusive", "2026-01-01"),
        ("2025-12-31", "quarter", "inclusive", "2026-01-01"),
        ("2025-03-01", "lifetime", "inclusive", None),
        ("2025-03-01", "state", "inclusive", None),
    ],
)
def test_windows_end_as_the_grammar_says(
    determined_on: str, window_code: str, window_last_day: str, until_on: str | None
) -> None:
    assert window(determined_on, window_code, window_last_day) == day(until_on)


@pytest.mark.parametrize("window_code", ["rolling_year", "calendar_year", "quarter"])
def test_without_natural_repair_windows_do_not_end(window_code: str) -> None:
    rules = changed(rulebook(), "repair_policy", {}, natural="none")
    rules = changed(rules, "components", {"component_code": "SUB"}, window_code=window_code)
    assert lines_of(warehouse(findings=[finding("F")], rules=rules))["F"]["valid_until_on"] is None


def test_a_version_without_a_repair_policy_still_lets_windows_end() -> None:
    made = warehouse(findings=[finding("F")], rules=rulebook() | {"repair_policy": []})
    assert lines_of(made)["F"]["valid_until_on"] == day("2026-03-02")


# -------------------------------------------------------------------------------------------- knowledge and order


def test_a_correction_received_later_replaces_the_row_whatever_arrives_first() -> None:
    first = finding("F", clause="11", received_on="2025-03-02", file_name="b.xlsx")
    second = finding("F", clause="7", received_on="2025-04-02", file_name="a.xlsx")
    for rows in ([first, second], [second, first]):
        assert lines_of(warehouse(findings=rows))["F"]["item_code"] == "F07"


def test_any_order_of_the_rows_gives_the_same_lines_and_ids() -> None:
    rows: dict[str, list[Any]] = {
        "findings": [finding(f"F{n}", file_position=n, **(ACT if n % 2 else {"origin_id": "T1"})) for n in range(6)],
        "checks": [check(f"R{n}", file_position=n, **ACT) for n in range(4)],
        "tickets": [
            ticket(f"T{n}", file_position=n, project_no="P1", original_ticket_id=f"T{n - n % 3}" if n % 3 else None)
            for n in range(6)
        ],
        "merits": [merit(f"M{n}", file_position=n, document_no=f"D{n % 2}") for n in range(4)],
    }
    query = "select * exclude (row_number) from intermediate.int_points__lines order by line_id"
    forward = warehouse(**rows).run("int_points__lines").query(query)
    backward = warehouse(**{name: table[::-1] for name, table in rows.items()}).run("int_points__lines").query(query)
    assert forward == backward
    assert len(forward) > 4


# ------------------------------------------------------------------------------------------------------ 6.13


@pytest.mark.parametrize(
    ("rows", "public_until_on"),
    [
        ({"penalties": [penalty("P", public_until_on="2025-09-30", **ACT)]}, "2025-09-30"),
        (
            {
                "penalties": [
                    penalty("P1", public_until_on="2025-12-31", **ACT),
                    penalty("P2", public_until_on="2025-09-30", **ACT),
                ]
            },
            "2025-12-31",
        ),
        (
            {"penalties": [penalty("P1", public_until_on="2025-09-30", **ACT), penalty("P2", **ACT)]},
            "2025-09-30",
        ),
        ({"penalties": [penalty("P", **ACT)]}, None),
        ({"penalties": [penalty("P", public_until_on="2025-09-30", **ACT)], "findings": [finding("F", **ACT)]}, None),
        # what does not score carries nothing
        (
            {
                "penalties": [penalty("P", public_until_on="2025-09-30", **ACT)],
                "findings": [finding("F", status_code="revoked", **ACT)],
            },
            "2025-09-30",
        ),
        (
            {
                "penalties": [
                    penalty("P1", public_until_on="2025-09-30", **ACT),
                    penalty("P2", public_until_on="2025-12-31", status_code="under_review", **ACT),
                ]
            },
            "2025-09-30",
        ),
        ({"clues": [clue("C")]}, None),
    ],
)
def test_6_13_the_term_of_a_line_that_rests_on_penalties_alone(
    rows: dict[str, Any], public_until_on: str | None
) -> None:
    lines = [line for line in lines_of(warehouse(**rows)).values() if line["line_kind"] == "misconduct"]
    assert [line["public_until_on"] for line in lines] == [day(public_until_on)]
