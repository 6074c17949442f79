"""Working days by the State Council's notices: credit.md 6.7."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any

import chinese_calendar
import pytest

from tests.warehouse.evidence import Row, changed, day, repair, rulebook, warehouse
from tests.warehouse.harness import DBT_PROJECT, Warehouse

COVERED = (2023, 2024, 2025, 2026)


def application(made: Warehouse) -> Row:
    made.run("int_points__repair_applications")
    (row,) = made.query("select * from intermediate.int_points__repair_applications")
    return row


def issues(made: Warehouse) -> list[Row]:
    return made.run("int_issues__repairs").query("select issue_code from intermediate.int_issues__repairs")


def test_the_calendar_agrees_with_a_public_one() -> None:
    made = Warehouse().run("int_working_days")
    days = made.query("select calendar_on, is_workday from intermediate.int_working_days where is_workday is not null")
    assert len(days) == len({row["calendar_on"] for row in days}) == 366 + 3 * 365
    assert {row["calendar_on"].year for row in days} == set(COVERED)
    wrong = [row for row in days if row["is_workday"] != chinese_calendar.is_workday(row["calendar_on"])]
    assert wrong == []


def test_the_seed_holds_departures_from_the_plain_week_only_and_names_its_notice() -> None:
    with (DBT_PROJECT / "seeds" / "reference" / "workdays.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        weekend = dt.date.fromisoformat(row["calendar_on"]).weekday() >= 5
        assert weekend == (row["is_workday"] == "true"), row
    notices = {int(row["calendar_year"]): row["notice_no"] for row in rows}
    assert notices == {
        2023: "国办发明电〔2022〕16号",
        2024: "国办发明电〔2023〕7号",
        2025: "国办发明电〔2024〕12号",
        2026: "国办发明电〔2025〕7号",
    }


def test_numbers_count_working_days() -> None:
    made = Warehouse().run("int_working_days")
    numbers = {
        row["calendar_on"]: row["working_day_number"]
        for row in made.query("select calendar_on, working_day_number from intermediate.int_working_days")
    }
    count = 0
    on = dt.date(2023, 1, 1)
    assert numbers[dt.date(2022, 12, 31)] == 0
    while on.year <= COVERED[-1]:
        count += chinese_calendar.is_workday(on)
        assert numbers[on] == count, on
        on += dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("accepted_on", "replied_on", "working_days_used", "due_on", "is_overdue"),
    [
        # a plain week: Monday + 5 = the next Monday
        ("2025-06-09", "2025-06-12", 3, "2025-06-16", False),
        ("2025-06-09", "2025-06-09", 0, "2025-06-16", False),
        ("2025-06-09", "2025-06-16", 5, "2025-06-16", False),
        ("2025-06-09", "2025-06-17", 6, "2025-06-16", True),
        # accepted on a Friday; a reply on the weekend after the 5th day uses no sixth
        ("2025-06-06", "2025-06-13", 5, "2025-06-13", False),
        ("2025-06-06", "2025-06-14", 5, "2025-06-13", False),
        ("2025-06-06", "2025-06-16", 6, "2025-06-13", True),
        # accepted on a Saturday
        ("2025-06-07", "2025-06-13", 5, "2025-06-13", False),
        # 国庆节、中秋节 2025: Sunday 28 September is worked, 1–8 October are off, Saturday 11 October is worked
        ("2025-09-26", "2025-10-10", 5, "2025-10-10", False),
        ("2025-09-28", "2025-10-11", 5, "2025-10-11", False),
        ("2025-09-30", "2025-10-14", 5, "2025-10-14", False),
        # 春节 2024: Sunday 4 February and Sunday 18 February are worked
        ("2024-02-02", "2024-02-08", 5, "2024-02-08", False),
        ("2024-02-09", "2024-02-22", 5, "2024-02-22", False),
        # over a new year within the calendar
        ("2024-12-30", "2025-01-07", 5, "2025-01-07", False),
        # an answer before the acceptance uses no day
        ("2025-06-09", "2025-06-05", 0, "2025-06-16", False),
    ],
)
def test_6_7_days_used_and_the_fifth_day(
    accepted_on: str, replied_on: str, working_days_used: int, due_on: str, is_overdue: bool
) -> None:
    rules = changed(rulebook(), "rulebooks", {}, effective_from_on=day("2023-01-01"))
    row = application(
        warehouse(repairs=[repair("X1", "F1", accepted_on=accepted_on, replied_on=replied_on)], rules=rules)
    )
    assert row["working_days_used"] == working_days_used
    assert row["due_on"] == day(due_on)
    assert row["is_overdue"] == is_overdue


@pytest.mark.parametrize(
    ("as_of_on", "cells", "is_overdue"),
    [
        ("2025-06-16", {"replied_on": None}, False),
        ("2025-06-17", {"replied_on": None}, True),
        # given later than as_of_on is not given by then
        ("2025-06-17", {"replied_on": "2025-06-18"}, True),
        ("2025-06-16", {"replied_on": "2025-06-18"}, False),
        ("2025-06-18", {"replied_on": "2025-06-16"}, False),
        ("2025-06-30", {"accepted_on": None, "replied_on": None}, False),
    ],
)
def test_6_7_without_a_reply_the_deadline_passes_with_as_of_on(
    as_of_on: str, cells: dict[str, Any], is_overdue: bool
) -> None:
    on = day(as_of_on)
    assert on
    assert application(warehouse(repairs=[repair("X1", "F1", **cells)], as_of_on=on))["is_overdue"] == is_overdue


@pytest.mark.parametrize(
    ("accepted_on", "due_on"),
    [
        ("2026-12-24", "2026-12-31"),
        ("2026-12-25", None),  # its 5th day is in 2027
        ("2027-03-01", None),
        ("2022-12-30", None),  # Saturday 31 December 2022 is not covered: who knows
        ("2022-12-31", "2023-01-09"),  # every day that counts is
    ],
)
def test_6_7_a_year_missing_from_the_calendar_gives_no_deadline_and_an_issue(
    accepted_on: str, due_on: str | None
) -> None:
    rules = changed(rulebook(), "rulebooks", {}, effective_from_on=day("2022-01-01"))
    made = warehouse(
        repairs=[repair("X1", "F1", accepted_on=accepted_on, replied_on=None, received_on="2027-04-01")],
        rules=rules,
        as_of_on=dt.date(2027, 4, 1),
    )
    row = application(made)
    assert row["due_on"] == day(due_on)
    assert row["is_overdue"] == (due_on is not None)
    assert row["working_days_used"] is None
    assert row["static_refusal_reason"] == "dates", "whether a repair applies never hangs on the calendar"
    codes = [issue["issue_code"] for issue in issues(made)]
    assert ("calendar_missing" in codes) == (due_on is None)


def test_6_7_days_used_need_every_year_between() -> None:
    made = warehouse(repairs=[repair("X1", "F1", accepted_on="2026-12-24", replied_on="2027-01-05")])
    row = application(made)
    assert (row["working_days_used"], row["due_on"]) == (None, day("2026-12-31"))
    assert row["static_refusal_reason"] is None, "a repair is applied whatever the calendar knows"
    at_once = repair("X2", "F1", accepted_on="2027-01-05", replied_on="2027-01-05")
    assert application(warehouse(repairs=[at_once]))["working_days_used"] is None


def test_6_7_the_number_of_days_is_the_policy_s() -> None:
    rules = changed(rulebook(), "repair_policy", {}, reply_working_days=2)
    assert application(warehouse(repairs=[repair("X1", "F1")], rules=rules))["due_on"] == day("2025-06-11")
    rules = changed(rulebook(), "repair_policy", {}, reply_working_days=None)
    made = warehouse(repairs=[repair("X1", "F1")], rules=rules)
    assert application(made)["due_on"] is None
    assert application(made)["is_overdue"] is False
    assert "calendar_missing" not in {issue["issue_code"] for issue in issues(made)}


def test_6_7_covered_years_that_do_not_meet_are_not_counted_across() -> None:
    replace = {
        "int_working_days": """
            select calendar_on, is_workday, block_from_on, working_day_number from (values
                (date '2024-12-31', true, date '2024-01-01', 250),
                (date '2025-12-31', cast(null as boolean), date '2026-01-01', 0),
                (date '2026-01-05', true, date '2026-01-01', 2)
            ) as days (calendar_on, is_workday, block_from_on, working_day_number)
        """
    }
    made = warehouse(repairs=[repair("X1", "F1", accepted_on="2024-12-31", replied_on="2026-01-05")], replace=replace)
    assert application(made)["working_days_used"] is None
