"""Which rows score, and as which item: credit.md 6.1, 6.2, 6.5, 6.12."""

from __future__ import annotations

from typing import Any

import pytest

from tests.warehouse.evidence import (
    V1,
    B,
    changed,
    check,
    clue,
    day,
    finding,
    issues_of,
    lines_of,
    merit,
    penalty,
    rows_of,
    rulebook,
    ticket,
    warehouse,
    with_version,
)

# 6.1, the table: dataset, its row, its status cell, what becomes of it
STATES = [
    ("findings", finding("K"), {"status_code": "effective"}, "scores"),
    ("findings", finding("K"), {"status_code": "objection"}, "disputed"),
    ("findings", finding("K"), {"status_code": "not_effective"}, "not_final"),
    ("findings", finding("K"), {"status_code": "revoked"}, "void"),
    ("checks", check("K"), {"status_code": "determined"}, "scores"),
    ("checks", check("K"), {"status_code": "objection"}, "disputed"),
    ("checks", check("K"), {"status_code": "pending"}, "not_final"),
    ("checks", check("K"), {"status_code": "not_upheld"}, "not_final"),
    ("checks", check("K"), {"status_code": None}, "not_final"),
    ("checks", check("K"), {"status_code": "revoked"}, "void"),
    ("penalties", penalty("K"), {"status_code": "effective"}, "scores"),
    ("penalties", penalty("K"), {"status_code": "under_review"}, "not_final"),
    ("penalties", penalty("K"), {"status_code": "revoked"}, "void"),
    ("tickets", ticket("K"), {"result_code": "substantiated"}, "scores"),
    ("tickets", ticket("K"), {"result_code": "partly_substantiated"}, "scores"),
    ("tickets", ticket("K"), {"result_code": "unsubstantiated"}, "not_final"),
    ("tickets", ticket("K"), {"result_code": "pending"}, "not_final"),
    ("clues", clue("K"), {"result_code": "substantiated"}, "scores"),
    ("clues", clue("K"), {"result_code": "partly_substantiated"}, "scores"),
    ("clues", clue("K"), {"result_code": "unsubstantiated"}, "not_final"),
    ("clues", clue("K"), {"result_code": "已转办"}, "not_final"),
    ("clues", clue("K"), {"result_code": None}, "not_final"),
    ("merits", merit("K"), {"status_code": "approved"}, "scores"),
    ("merits", merit("K"), {"status_code": "rejected"}, "not_final"),
    ("merits", merit("K"), {"status_code": "pending"}, "not_final"),
    ("merits", merit("K"), {"status_code": None}, "not_final"),
]


@pytest.mark.parametrize(("dataset", "row", "status", "row_state"), STATES)
def test_6_1_the_status_decides_whether_a_row_scores(
    dataset: str, row: dict[str, Any], status: dict[str, Any], row_state: str
) -> None:
    made = warehouse(**{dataset: [row | status]})
    (stated,) = rows_of(made).values()
    assert stated["row_state"] == row_state
    lines = list(lines_of(made).values())
    if row_state == "not_final":
        assert lines == []
    else:
        expected = {"scores": "misconduct", "disputed": "misconduct", "void": "void"}[row_state]
        assert [line["line_kind"] for line in lines] == ["merit" if dataset == "merits" else expected]
        assert lines[0]["is_disputed"] == (row_state == "disputed")


def test_6_1_partly_substantiated_costs_the_full_points() -> None:
    lines = lines_of(warehouse(tickets=[ticket("T1"), ticket("T2", result_code="partly_substantiated")]))
    assert lines["T1"]["points"] == lines["T2"]["points"] == -10


@pytest.mark.parametrize(
    ("dataset", "row", "occurred_on"),
    [
        ("findings", finding("K", occurred_on="2025-01-05"), "2025-01-05"),
        ("checks", check("K", occurred_on="2025-01-05"), "2025-01-05"),
        ("penalties", penalty("K", occurred_on="2025-01-05"), "2025-01-05"),
        ("tickets", ticket("K", accepted_on="2025-01-05"), "2025-01-05"),
        ("clues", clue("K", found_on="2025-01-05"), "2025-01-05"),
        ("merits", merit("K", occurred_on="2025-01-05"), "2025-01-05"),
        ("findings", finding("K"), "2025-03-01"),
        ("checks", check("K"), "2025-03-01"),
        ("penalties", penalty("K"), "2025-03-01"),
        ("merits", merit("K"), "2025-03-01"),
    ],
)
def test_6_1_the_day_of_the_act_and_6_2_its_stand_in(dataset: str, row: dict[str, Any], occurred_on: str) -> None:
    (line,) = lines_of(warehouse(**{dataset: [row]})).values()
    assert line["occurred_on"] == day(occurred_on)
    assert line["determined_on"] == line["clock_start_on"] == day("2025-03-01")


@pytest.mark.parametrize(
    ("dataset", "row"),
    [
        ("findings", finding("K", determined_on=None)),
        ("findings", finding("K", determined_on=None, status_code="objection")),
        ("findings", finding("K", determined_on=None, status_code="revoked")),
        ("checks", check("K-1", determined_on=None)),
        ("penalties", penalty("K", determined_on=None)),
        ("tickets", ticket("K", determined_on=None)),
        ("clues", clue("K", determined_on=None)),
        ("merits", merit("K", determined_on=None)),
    ],
)
def test_6_1_without_a_determination_date_a_row_waits(dataset: str, row: dict[str, Any]) -> None:
    made = warehouse(**{dataset: [row]})
    (stated,) = rows_of(made).values()
    assert stated["row_state"] == "waiting"
    assert lines_of(made) == {}
    assert {code for _, code in issues_of(made)} == {"determination_date_missing"}


def test_6_1_what_is_not_final_or_waits_has_no_other_reason() -> None:
    made = warehouse(
        checks=[check("R", status_code="not_upheld", clause=None)],
        tickets=[ticket("T", None, determined_on=None), ticket("U", None, result_code="pending")],
        findings=[finding("F", status_code="not_effective", determined_on="2024-01-01")],
    )
    assert {row["not_scored_reason"] for row in rows_of(made).values()} == {None}


def test_6_1_open_matters_are_not_listed_as_problems_but_decisions_under_review_are() -> None:
    made = warehouse(
        findings=[finding("F", status_code="not_effective")],
        penalties=[penalty("P", status_code="under_review")],
        checks=[check("R", status_code="pending", determined_on=None), check("S", clause=None, status_code=None)],
        tickets=[ticket("T", result_code="pending", determined_on=None)],
        merits=[merit("M", status_code="pending", determined_on=None)],
    )
    assert issues_of(made) == {("F", "not_final"), ("P", "not_final")}


def test_6_1_a_check_or_penalty_without_a_clause_scores_nothing() -> None:
    made = warehouse(
        checks=[check("R1", clause=None), check("R2", clause="", status_code="revoked")],
        penalties=[penalty("P1", clause=None)],
    )
    assert lines_of(made) == {}
    assert issues_of(made) == {(key, "clause_missing") for key in ("R1-1", "R2-1", "P1")}


def test_6_1_even_when_the_map_has_an_entry_for_an_empty_clause() -> None:
    rules = rulebook()
    rules["clause_items"].append(
        {"rulebook_id": V1, "dataset": "*", "clause": "", "level_code": None, "item_code": "F04B"}
    )
    assert lines_of(warehouse(checks=[check("R1", clause=None)], rules=rules)) == {}


def test_a_complaint_about_nobody_identified_scores_nothing_and_is_listed() -> None:
    made = warehouse(tickets=[ticket("T1", None), ticket("T2", None, result_code="pending")])
    assert lines_of(made) == {}
    assert rows_of(made)["T1"]["case_id"] is None
    assert issues_of(made) == {("T1", "agency_unresolved")}


# ------------------------------------------------------------------------------------------------------- 6.2


@pytest.mark.parametrize(
    ("cells", "row_state"),
    [
        ({"occurred_on": "2024-03-21", "determined_on": "2024-03-21"}, "scores"),
        ({"occurred_on": "2024-03-20", "determined_on": "2024-03-21"}, "not_scored"),
        ({"occurred_on": "2024-03-20", "determined_on": "2025-03-01"}, "not_scored"),
        ({"occurred_on": None, "determined_on": "2024-03-20"}, "not_scored"),
        ({"occurred_on": None, "determined_on": "2024-03-21"}, "scores"),
        # an act after its own determination is odd; what counts is that both lie inside
        ({"occurred_on": "2024-04-01", "determined_on": "2024-03-20"}, "not_scored"),
    ],
)
def test_6_2_nothing_before_the_first_version_scores(cells: dict[str, Any], row_state: str) -> None:
    made = warehouse(findings=[finding("K", **cells)])
    assert rows_of(made)["K"]["row_state"] == row_state
    line = lines_of(made)["K"]
    assert (line["line_kind"], line["points"]) == (("misconduct", -20) if row_state == "scores" else ("not_scored", 0))
    if row_state == "not_scored":
        assert line["not_scored_reason"] == "before_first_version"
        assert line["item_code"] == "F07", "the first version names what it is"
        assert line["valid_until_on"] == line["valid_from_on"], "it was never in force"
        assert issues_of(made) == {("K", "before_first_version")}


def test_6_2_holds_for_merits_too() -> None:
    made = warehouse(merits=[merit("M", occurred_on="2024-03-20")])
    assert lines_of(made)["M"]["line_kind"] == "not_scored"


def test_6_2_a_revoked_row_is_void_whatever_its_age() -> None:
    made = warehouse(findings=[finding("K", determined_on="2023-05-01", status_code="revoked")])
    assert lines_of(made)["K"]["line_kind"] == "void"


def test_q18_a_row_is_read_by_the_version_in_force_on_its_determination() -> None:
    rules = with_version(rulebook(), "2025-01-01")
    rules = changed(rules, "items", {"rulebook_id": "v2", "item_code": "F07"}, points=25)
    made = warehouse(
        findings=[
            finding("K1", determined_on="2024-12-31"),
            finding("K2", determined_on="2025-01-01", occurred_on="2024-12-30"),
        ],
        rules=rules,
    )
    lines = lines_of(made)
    assert (lines["K1"]["rulebook_id"], lines["K1"]["points"]) == (V1, -20)
    assert (lines["K2"]["rulebook_id"], lines["K2"]["points"]) == ("v2", -25)


# ------------------------------------------------------------------------------------------------------- 6.5


@pytest.mark.parametrize(
    ("clause", "item_code"),
    [
        ("1", "F01"),
        ("2a", "F02A"),
        ("2b", "F02B"),
        ("3", "F03"),
        ("4a", "F04A"),
        ("4b", "F04B"),
        ("5", "F05"),
        ("6", "F06"),
        ("7", "F07"),
        ("8", "F08"),
        ("9", "F09"),
        ("10", "F10"),
        ("11", "F11"),
    ],
)
def test_6_5_a_clause_is_the_item_of_its_number_in_every_dataset(clause: str, item_code: str) -> None:
    rows = rows_of(
        warehouse(
            findings=[finding("F", clause=clause)],
            checks=[check("R", clause=clause)],
            penalties=[penalty("P", clause=clause)],
            tickets=[ticket("T", clause=clause)],
            clues=[clue("C", clause=clause)],
        )
    )
    assert {row["item_code"] for row in rows.values()} == {item_code}
    assert {row["row_state"] for row in rows.values()} == {"scores"}


def test_6_5_an_empty_clause_of_a_verified_complaint_means_4b() -> None:
    rows = rows_of(warehouse(tickets=[ticket("T", clause=None)], clues=[clue("C", clause="")]))
    assert {row["item_code"] for row in rows.values()} == {"F04B"}


@pytest.mark.parametrize(
    ("clause", "level_code", "item_code"),
    [
        ("1", "national", "S1A"),
        ("1", "provincial", "S1B"),
        ("1", "municipal", "S1B"),
        ("2", "national", "S2"),
        ("3", None, "S3"),
        ("4", "national", "S4"),
        ("4", "provincial", "S4"),
        ("4", None, "S4"),
        ("4", "municipal", None),
        ("5", "municipal", "S5"),
        ("1", None, None),
    ],
)
def test_6_5_merits_by_clause_and_level(clause: str, level_code: str | None, item_code: str | None) -> None:
    made = warehouse(merits=[merit("M", clause=clause, level_code=level_code)])
    row = rows_of(made)["M"]
    assert row["item_code"] == item_code
    assert row["row_state"] == ("scores" if item_code else "not_scored")
    if item_code is None:
        assert row["not_scored_reason"] == "clause_unmapped"
        assert issues_of(made) == {("M", "clause_unmapped")}
        assert lines_of(made)["M"]["points"] == 0


@pytest.mark.parametrize(
    ("row", "item_code"),
    [
        ({"findings": [finding("R", clause="2")]}, "F02B"),
        ({"findings": [finding("R", clause="4")]}, "F04B"),
        ({"checks": [check("R", clause="2")]}, "F02B"),
        ({"penalties": [penalty("R", clause="4")]}, "F04B"),
        ({"tickets": [ticket("R", clause="2")]}, "F02B"),
        ({"clues": [clue("R", clause="4")]}, "F04B"),
    ],
)
def test_6_5_a_bare_2_or_4_is_b_and_flagged(row: dict[str, Any], item_code: str) -> None:
    made = warehouse(**row)
    (read,) = rows_of(made).values()
    assert (read["item_code"], read["row_state"]) == (item_code, "scores")
    assert {code for _, code in issues_of(made)} == {"clause_bare"}
    (said,) = made.query("select detail from intermediate.int_issues__evidence")
    assert f"read as {read['clause']}b." in said["detail"]


@pytest.mark.parametrize(
    ("row", "has_line"),
    [
        ({"findings": [finding("R", clause="12")]}, True),
        ({"findings": [finding("R", clause="1-1", status_code="objection")]}, True),
        ({"findings": [finding("R", clause="12", status_code="revoked")]}, True),
        ({"findings": [finding("R", clause="一-四-2", status_code="not_effective")]}, False),
        ({"checks": [check("R", clause="2c", determined_on=None, status_code="pending")]}, False),
        ({"penalties": [penalty("R", clause="jjc202001")]}, True),
        ({"tickets": [ticket("R", clause="见附件", result_code="pending", determined_on=None)]}, False),
        ({"clues": [clue("R", clause="0")]}, True),
        ({"merits": [merit("R", clause="6")]}, True),
        ({"merits": [merit("R", clause="1")]}, True),  # of which level?
        ({"merits": [merit("R", clause="2b", status_code="pending", determined_on=None)]}, False),
    ],
)
def test_6_5_an_unknown_clause_is_listed_with_its_value_and_does_not_score(row: dict[str, Any], has_line: bool) -> None:
    made = warehouse(**row)
    (read,) = rows_of(made).values()
    assert read["item_code"] is None and read["row_state"] not in ("scores", "disputed")
    made.run("int_issues__evidence")
    (issue,) = made.query("select * from intermediate.int_issues__evidence where issue_code = 'clause_unmapped'")
    assert f"maps the clause {read['clause']} to no item" in issue["detail"]
    assert (issue["file_hash"], issue["row_number"]) == (read["file_hash"], read["row_number"])
    made.run("int_points__lines")
    lines = made.query("select points from intermediate.int_points__lines")
    assert [line["points"] for line in lines] == ([0] if has_line else [])


def test_6_5_unknown_clauses_depend_on_the_map_in_force() -> None:
    rules = with_version(rulebook(), "2026-01-01")
    rules["clause_items"] = [
        *rules["clause_items"],
        {"rulebook_id": "v2", "dataset": "*", "clause": "12", "level_code": None, "item_code": "F11"},
        {"rulebook_id": "v2", "dataset": "*", "clause": "12-1", "level_code": None, "item_code": "F11"},
        {"rulebook_id": "v2", "dataset": "*", "clause": "12-2", "level_code": None, "item_code": "F10"},
    ]
    made = warehouse(
        rules=rules,
        findings=[
            finding("OLD", clause="12", determined_on="2025-12-31"),
            finding("NEW", clause="12", determined_on="2026-01-01", received_on="2026-01-02"),
            finding("WAITS", clause="12", determined_on=None),
        ],
    )
    assert issues_of(made) == {
        ("OLD", "clause_unmapped"),
        ("NEW", "clause_bare"),
        ("WAITS", "clause_bare"),
        ("WAITS", "determination_date_missing"),
    }


def entry(clause: str, item_code: str | None, dataset: str = "*", level_code: str | None = None) -> dict[str, Any]:
    return {
        "rulebook_id": V1,
        "dataset": dataset,
        "clause": clause,
        "level_code": level_code,
        "item_code": item_code,
    }


@pytest.mark.parametrize(
    ("entries", "item_code"),
    [
        # the clause is more exact than the dataset
        ([entry("*", "F01", "findings"), entry("7", "F02A")], "F02A"),
        # then the dataset
        ([entry("7", "F01", "findings"), entry("7", "F02A")], "F01"),
        ([entry("7", "F01", "checks"), entry("7", "F02A")], "F02A"),
        # * is any clause that is not empty, of any of the five datasets
        ([entry("*", "F01")], "F01"),
        ([entry("*", "F01", "findings"), entry("*", "F02A")], "F01"),
        # an exact entry may say: no item
        ([entry("*", "F01"), entry("7", None)], None),
        # nothing catches it
        ([entry("8", "F01")], None),
        ([entry("", "F01")], None),
        ([entry("*", "F01", "merit_claims")], None),
        # an item that the warehouse counts itself has no rows
        ([entry("7", "F11")], None),
    ],
)
def test_the_clause_map_picks_the_most_exact_entry(entries: list[dict[str, Any]], item_code: str | None) -> None:
    rules = changed(rulebook(), "items", {"item_code": "F11"}, fact="checks") | {"clause_items": entries}
    row = rows_of(warehouse(findings=[finding("K")], rules=rules))["K"]
    assert row["item_code"] == item_code
    assert row["not_scored_reason"] == (None if item_code else "clause_unmapped")


def test_the_clause_map_looks_at_the_level_last() -> None:
    entries = [
        entry("3", "S2", "merit_claims"),
        entry("3", "S5", "merit_claims", "national"),
        entry("*", "S4", "merit_claims", "provincial"),
        entry("*", "S3", "merit_claims"),
        entry("*", "F01"),
    ]
    rows = rows_of(
        warehouse(
            merits=[
                merit("M1", level_code="national"),
                merit("M2", level_code="provincial"),
                merit("M3", clause="5", level_code="provincial"),
                merit("M4", clause="5"),
            ],
            rules=rulebook() | {"clause_items": entries},
        )
    )
    assert [rows[key]["item_code"] for key in ("M1", "M2", "M3", "M4")] == ["S5", "S2", "S4", "S3"]


# ------------------------------------------------------------------------------------------------------ 6.12

CHANNELS = [
    ("checks", check("K", check_type="double_random"), "supervision_check"),
    ("checks", check("K", check_type="special"), "supervision_check"),
    ("checks", check("K", check_type="complaint_verification"), "verified_complaint"),
    ("checks", check("K", check_type="acceptance"), "acceptance"),
    ("checks", check("K", check_type="document_review"), "document_review"),
    ("penalties", penalty("K"), "supervision_check"),
    ("tickets", ticket("K", clause="7"), "verified_complaint"),
    ("clues", clue("K", clause="7"), "verified_complaint"),
    ("findings", finding("K", channel_code="county_department"), "county_department"),
    ("findings", finding("K", channel_code="acceptance"), "acceptance"),
]


@pytest.mark.parametrize(("dataset", "row", "channel"), CHANNELS)
def test_6_12_every_row_has_its_channel(dataset: str, row: dict[str, Any], channel: str) -> None:
    made = warehouse(**{dataset: [row]})
    made.run("int_points__evidence")
    assert made.query("select channel_code from intermediate.int_points__evidence") == [{"channel_code": channel}]


def listing(*channels: str) -> dict[str, Any]:
    rules = changed(rulebook(), "items", {"item_code": "F07"}, channels="、".join(channels))
    listed = [{"rulebook_id": V1, "item_code": "F07", "channel_code": channel} for channel in channels]
    return rules | {"item_channels": listed}


@pytest.mark.parametrize(("dataset", "row", "channel"), CHANNELS)
def test_6_12_a_listed_channel_scores(dataset: str, row: dict[str, Any], channel: str) -> None:
    (stated,) = rows_of(warehouse(**{dataset: [row]}, rules=listing(channel, "elsewhere"))).values()
    assert stated["row_state"] == "scores"


@pytest.mark.parametrize(("dataset", "row", "channel"), CHANNELS)
def test_6_12_a_channel_that_the_item_does_not_list_is_listed_and_not_scored(
    dataset: str, row: dict[str, Any], channel: str
) -> None:
    made = warehouse(**{dataset: [row]}, rules=listing("elsewhere"))
    (line,) = lines_of(made).values()
    assert (line["line_kind"], line["not_scored_reason"], line["points"]) == ("not_scored", "channel", 0)
    assert {code for _, code in issues_of(made)} == {"channel"}


def test_6_12_a_finding_without_a_channel_came_through_none_that_is_listed() -> None:
    rows = [finding("K", channel_code=None)]
    assert rows_of(warehouse(findings=rows, rules=listing("acceptance")))["K"]["not_scored_reason"] == "channel"
    assert rows_of(warehouse(findings=rows))["K"]["row_state"] == "scores", "an item without a list takes any"


def test_6_12_a_merit_comes_through_no_channel() -> None:
    rules = changed(rulebook(), "items", {"item_code": "S3"}, channels="acceptance")
    rules |= {"item_channels": [{"rulebook_id": V1, "item_code": "S3", "channel_code": "acceptance"}]}
    assert rows_of(warehouse(merits=[merit("M")], rules=rules))["M"]["row_state"] == "scores"


def test_provenance_and_document_number_come_with_the_row() -> None:
    made = warehouse(
        penalties=[penalty("焦消罚〔2025〕1号", file_hash="a" * 64, sheet="双公示", row_number=17, agency_id=B)],
        merits=[merit("M", document_no="豫建〔2025〕2号")],
    )
    rows = rows_of(made)
    row = rows["焦消罚〔2025〕1号"]
    assert (row["source"], row["dataset"], row["agency_id"]) == ("inspections", "penalties", B)
    assert (row["file_hash"], row["sheet"], row["row_number"]) == ("a" * 64, "双公示", 17)
    assert row["document_no"] == "焦消罚〔2025〕1号"
    assert rows["M"]["document_no"] == "豫建〔2025〕2号"
