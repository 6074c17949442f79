"""What a person should look at, beyond single rows of evidence and repairs: quality.fct_data_issues."""

from __future__ import annotations

from typing import Any

import pytest

from tests.warehouse.engine_city import listed
from tests.warehouse.evidence import Row, changed, day, finding, rulebook, ticket, warehouse
from tests.warehouse.harness import Warehouse

ONE = "91410800MA0000001A"
TWO = "91410800MA0000002B"


def whole(**rows: Any) -> Warehouse:
    """These rows, with no model replaced."""
    made = warehouse(**rows)
    made.replace = {}
    return made


def issues(made: Warehouse, issue_code: str) -> list[str | None]:
    """Keys of the rows listed under one code."""
    made.run("fct_data_issues")
    found = made.query("select source_key from quality.fct_data_issues where issue_code = ? order by 1", issue_code)
    return [row["source_key"] for row in found]


def decision(object_type: str, object_id: str, code: str, **cells: Any) -> Row:
    return {
        "decision_id": "D",
        "object_type": object_type,
        "object_id": object_id,
        "decision_code": code,
        "decided_on": day("2025-06-01"),
        "handled_by": "甲",
        "reviewed_by": "乙",
        "received_on": day("2025-06-02"),
    } | cells


@pytest.mark.parametrize(
    ("object_type", "object_id", "code", "is_known"),
    [
        ("directory", ONE, "exit", True),
        ("directory", TWO, "exit", False),
        ("identity", f"hotline:T1={ONE}", "same_person", True),
        ("identity", f"hotline:T2={ONE}", "same_person", False),
        ("identity", f"media:T1={ONE}", "same_person", False),
        ("identity", f"{TWO}={ONE}", "same_person", True),
        ("identity", "T1", "same_person", False),
        ("identity", "0" * 32, "same_person", False),
        ("conflict", "0" * 32, "confirmed", False),
        ("lead", "0" * 32, "cleared", False),
    ],
)
def test_a_decision_about_an_unknown_object_is_listed(
    object_type: str, object_id: str, code: str, is_known: bool
) -> None:
    made = whole(tickets=[ticket("T1", ONE)], findings=[finding("F", agency_id=ONE)])
    made.insert("credit_desk.decisions", [decision(object_type, object_id, code)])
    assert issues(made, "decision_object_unknown") == ([] if is_known else ["D"])


@pytest.mark.parametrize(
    ("object_type", "object_id", "code", "is_known"),
    [
        ("lead", "L", "cleared", True),
        ("conflict", "C", "cleared", True),
        ("identity", "C", "same_person", True),
        ("lead", "C", "cleared", False),
        ("conflict", "S", "cleared", True),
        ("lead", "S", "cleared", False),
        ("identity", "S", "same_person", False),  # a successor is no person
    ],
)
def test_existing_leads_and_conflicts_are_known(object_type: str, object_id: str, code: str, is_known: bool) -> None:
    made = whole()
    made.insert("credit_desk.decisions", [decision(object_type, object_id, code)])
    made.replace = {
        "int_leads_assessed": "select 'L' as lead_id",
        "int_conflicts_assessed": "select 'C' as conflict_id",
        "int_conflicts__shell_successor": "select 'S' as conflict_id",
    }
    assert issues(made, "decision_object_unknown") == ([] if is_known else ["D"])


def test_a_decision_that_does_not_hold_yet_is_not_listed() -> None:
    made = whole(as_of_on=day("2025-05-31"))
    made.insert("credit_desk.decisions", [decision("directory", TWO, "exit")])
    assert issues(made, "decision_object_unknown") == []


@pytest.mark.parametrize(
    ("as_of_on", "determined_on", "due_working_days", "is_listed"),
    [
        ("2027-02-01", "2026-12-29", 5, True),
        ("2027-02-01", "2026-12-29", 1, False),
        ("2027-02-01", "2026-12-29", None, False),
        ("2026-12-28", "2026-12-29", 5, False),
    ],
)
def test_6_7_a_measure_whose_deadline_needs_a_missing_year_is_listed(
    as_of_on: str, determined_on: str, due_working_days: int | None, is_listed: bool
) -> None:
    rules = changed(rulebook(), "measures", {"measure_code": "interview"}, due_working_days=due_working_days)
    made = whole(
        rules=rules,
        as_of_on=day(as_of_on),
        findings=[finding("F", determined_on=determined_on, received_on="2026-12-30")],
    )
    for relation, rows in listed("2026-01-05", ["agency-a"]).items():
        made.insert(relation, rows)
    assert issues(made, "calendar_missing") == ([None] if is_listed else [])
