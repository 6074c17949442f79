"""What an application's own row decides, and the lines that its numbers stand for: credit.md 6.6."""

from __future__ import annotations

from typing import Any

import pytest

from tests.warehouse.evidence import (
    V1,
    B,
    Row,
    changed,
    check,
    clue,
    day,
    finding,
    lines_of,
    merit,
    penalty,
    repair,
    rulebook,
    ticket,
    warehouse,
    with_version,
)
from tests.warehouse.harness import Warehouse


def application(made: Warehouse) -> Row:
    made.run("int_points__repair_applications")
    (row,) = made.query("select * from intermediate.int_points__repair_applications")
    return row


def targets(made: Warehouse) -> dict[str, Row]:
    made.run("int_points__repair_targets")
    return {row["target_id"]: row for row in made.query("select * from intermediate.int_points__repair_targets")}


def issues(made: Warehouse) -> set[tuple[str, str]]:
    made.run("int_issues__repairs")
    found = made.query("select source_key, issue_code from intermediate.int_issues__repairs")
    return {(row["source_key"], row["issue_code"]) for row in found}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({}, None),
        ({"review_code": "refused"}, "not_approved"),
        ({"review_code": None}, "not_approved"),
        ({"has_application_form": False}, "documents"),
        ({"has_fulfilment_proof": False}, "documents"),
        ({"has_other_evidence": False}, "documents"),
        ({"has_application_form": None}, "documents"),
        ({"has_fulfilment_proof": None}, "documents"),
        ({"has_other_evidence": None}, "documents"),
        ({"reviewed_by": "张三"}, "maker_is_checker"),
        ({"handled_by": None, "reviewed_by": None}, "maker_is_checker"),
        ({"reviewed_by": None}, None),
        ({"replied_on": None}, "dates"),
        ({"replied_on": "2025-06-08"}, "dates"),
        ({"replied_on": "2025-06-09"}, None),
        ({"accepted_on": None}, "dates"),
        # a late reply still applies
        ({"replied_on": "2025-09-30"}, None),
        # the first that fails, in this order
        ({"review_code": "refused", "has_other_evidence": False, "reviewed_by": "张三"}, "not_approved"),
        ({"has_other_evidence": False, "reviewed_by": "张三", "replied_on": None}, "documents"),
        ({"reviewed_by": "张三", "replied_on": None}, "maker_is_checker"),
    ],
)
def test_6_6_the_first_reason_that_fails(cells: dict[str, Any], reason: str | None) -> None:
    row = application(warehouse(repairs=[repair("X1", "F1", **cells)]))
    assert row["static_refusal_reason"] == reason
    assert row["is_documents_complete"] == (reason != "documents" and "has_other_evidence" not in cells)
    assert row["is_maker_checker"] == (cells.get("reviewed_by", "李四") == cells.get("handled_by", "张三"))


def test_6_6_not_offered_by_the_regime_comes_before_everything() -> None:
    rules = changed(rulebook(), "repair_policy", {}, is_on_application=False)
    for cells in ({}, {"review_code": "refused"}, {"accepted_on": None}):
        row = application(warehouse(repairs=[repair("X1", "F1", **cells)], rules=rules))
        assert row["static_refusal_reason"] == "not_offered"


def test_6_6_a_version_without_a_policy_offers_nothing() -> None:
    rules = rulebook() | {"repair_policy": []}
    for cells in ({}, {"accepted_on": None}):
        row = application(warehouse(repairs=[repair("X1", "F1", **cells)], rules=rules))
        assert row["static_refusal_reason"] == "not_offered"
        assert row["rulebook_id"] == (None if cells else V1)
        assert (row["due_on"], row["is_overdue"], row["is_calendar_missing"]) == (None, False, False)


def test_6_6_the_policy_is_that_of_the_acceptance_date() -> None:
    rules = with_version(rulebook(), "2025-06-10")
    rules = changed(rules, "repair_policy", {"rulebook_id": "v2"}, is_on_application=False, max_attempts=3)
    on_the_9th = application(warehouse(repairs=[repair("X1", "F1")], rules=rules))
    assert (on_the_9th["static_refusal_reason"], on_the_9th["rulebook_id"]) == (None, V1)
    assert on_the_9th["max_attempts"] is None
    on_the_10th = application(warehouse(repairs=[repair("X1", "F1", accepted_on="2025-06-10")], rules=rules))
    assert (on_the_10th["static_refusal_reason"], on_the_10th["rulebook_id"]) == ("not_offered", "v2")
    assert on_the_10th["max_attempts"] == 3
    never_accepted = application(warehouse(repairs=[repair("X1", "F1", accepted_on=None)], rules=rules))
    assert (never_accepted["static_refusal_reason"], never_accepted["rulebook_id"]) == ("dates", None)


def test_6_6_before_the_first_version_nothing_is_offered() -> None:
    row = application(warehouse(repairs=[repair("X1", "F1", accepted_on="2024-03-20", replied_on="2024-03-22")]))
    assert row["static_refusal_reason"] == "not_offered"


def test_6_6_every_ledger_s_number_stands_for_its_line() -> None:
    made = warehouse(
        findings=[finding("F1")],
        checks=[check("R1", "2")],
        penalties=[penalty("焦消罚〔2025〕3号")],
        tickets=[ticket("T1")],
        clues=[clue("C1")],
        repairs=[repair("X1", "F1、R1-2、焦消罚[2025]3号、t1、C1")],
    )
    found = targets(made)
    assert {row["target_state"] for row in found.values()} == {"ok"}
    lines = lines_of(made)
    expected = {
        "F1": "F1",
        "R1-2": "R1-2",
        "焦消罚〔2025〕3号": "焦消罚〔2025〕3号",
        "T1": "T1",
        "C1": "C1",
    }
    assert {number: row["line_id"] for number, row in found.items()} == {
        number: lines[key]["line_id"] for number, key in expected.items()
    }
    assert issues(made) == {("X1", "repair_approved_not_applied")}, "all five together make a D"


def test_6_6_a_number_stands_for_the_line_of_its_case_and_item_and_no_other() -> None:
    act: dict[str, Any] = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = warehouse(
        findings=[finding("F1", **act), finding("F2", determined_on="2025-04-01", **act)],
        checks=[check("R1", clause="11", **act)],
        repairs=[repair("X1", "F2")],
    )
    (target,) = targets(made).values()
    lines = lines_of(made)
    assert target["line_id"] == lines["F1"]["line_id"]
    assert target["item_code"] == "F07"
    assert lines["R1-1"]["line_id"] != target["line_id"]


def test_6_6_what_cannot_be_repaired_is_listed_and_ignored() -> None:
    rules = changed(rulebook(), "items", {"item_code": "F11"}, is_repairable=False)
    made = warehouse(
        findings=[
            finding("F1"),
            finding("F2", agency_id=B),
            finding("F3", clause="11"),
            finding("F4", status_code="revoked"),
            finding("F5", status_code="not_effective"),
            finding("F6", determined_on="2024-01-01"),
        ],
        tickets=[ticket("T1", None)],
        merits=[merit("M1")],
        repairs=[repair("X1", "F1、F2、F3、F4、F5、F6、T1、M1、F9")],
        rules=rules,
    )
    assert {number: row["target_state"] for number, row in targets(made).items()} == {
        "F1": "ok",
        "F2": "other_agency",
        "F3": "not_repairable",
        "F4": "no_line",
        "F5": "no_line",
        "F6": "no_line",
        "T1": "no_line",
        "M1": "unknown",
        "F9": "unknown",
    }
    assert issues(made) == {
        ("X1", f"repair_target_{state}") for state in ("other_agency", "not_repairable", "no_line", "unknown")
    }
    assert targets(made)["F2"]["line_id"] is None


def test_6_6_a_number_listed_twice_is_one_target() -> None:
    assert list(targets(warehouse(findings=[finding("F1")], repairs=[repair("X1", "f1、F1、f1")]))) == ["F1"]


def test_6_6_a_bare_task_is_no_number_of_an_application() -> None:
    made = warehouse(checks=[check("R1")], repairs=[repair("X1", "R1")])
    assert targets(made)["R1"]["target_state"] == "unknown"


def test_6_6_of_two_ledgers_with_one_number_the_applicant_means_its_own() -> None:
    made = warehouse(
        findings=[finding("N1", agency_id=B), finding("N2")],
        tickets=[ticket("N1"), ticket("N2")],
        repairs=[repair("X1", "N1、N2")],
    )
    assert {number: row["target_dataset"] for number, row in targets(made).items()} == {
        "N1": "hotline",
        "N2": "findings",
    }


def test_6_6_a_row_that_could_be_repaired_is_meant_before_one_that_could_not() -> None:
    made = warehouse(
        findings=[finding("N1", status_code="revoked"), finding("N2", agency_id=B)],
        tickets=[ticket("N1"), ticket("N2", result_code="pending")],
        clues=[clue("N1")],
        repairs=[repair("X1", "N1、N2、N3")],
    )
    found = {number: (row["target_dataset"], row["target_state"]) for number, row in targets(made).items()}
    assert found == {"N1": ("hotline", "ok"), "N2": ("hotline", "no_line"), "N3": (None, "unknown")}


def test_6_6_each_application_has_its_own_targets() -> None:
    made = warehouse(findings=[finding("F1")], repairs=[repair("X1", "F1"), repair("X2", "F1", agency_id=B)])
    made.run("int_points__repair_targets")
    found = made.query("select application_id, target_state from intermediate.int_points__repair_targets")
    assert {tuple(row.values()) for row in found} == {("X1", "ok"), ("X2", "other_agency")}


def test_an_application_that_is_corrected_later_is_one_application() -> None:
    made = warehouse(
        repairs=[
            repair("X1", "F1", review_code=None, replied_on=None, received_on="2025-06-10"),
            repair("X1", "F1", received_on="2025-07-10"),
        ]
    )
    row = application(made)
    assert (row["review_code"], row["replied_on"]) == ("approved", day("2025-06-12"))
