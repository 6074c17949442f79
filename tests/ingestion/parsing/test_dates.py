"""Every form of a day, a moment and a month; what is refused and under which reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import parsing
from tests.ingestion.parsing.support import reason

DAY = dt.date(2024, 3, 21)


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-21",
        "2024-3-21",
        "2024/3/21",
        "2024/03/21",
        "2024.3.21",
        "2024年3月21日",
        "2024年03月21日",
        "20240321",
        "2024-03-21 10:22:05",
        "2024-03-21T10:22:05",
        "2024/3/21 10:22",
        " 2024-03-21 ",
        "２０２４－０３－２１",
        "2024　年3月21日",
        "45372",
        "45372.4320",
        45372,
        45372.0,
        45372.43200231482,
        20240321,
        20240321.0,
        dt.date(2024, 3, 21),
        dt.datetime(2024, 3, 21, 10, 22, 5),
        "'2024-03-21",
        '="2024-03-21"',
        "20240321.0",
        "2024年3月21号",
        "2024-03-21 星期四",
        "20240321102205",
        "2024-03-20T16:00:00.000Z",
        "2024-03-21T00:00:00+08:00",
        "2024-03-20 24:00:00",
    ],
)
def test_a_date_is_read_in_every_form_of_the_sources(written: Any) -> None:
    assert parsing.date(written) == DAY


@pytest.mark.parametrize(
    "written",
    [
        "2024-02-30",
        "2023-02-29",
        10**400,
        -(10**400),
        dt.datetime(9999, 12, 31, 23, 59, 59, 507520),
        dt.date(9999, 12, 31),
        "2024-13-01",
        "2024-00-10",
        "20241301",
        "21/03/2024",
        "24-3-21",
        "2024-03",
        "2024-03/21",
        "昨天",
        "0024-03-21",
        "9999-12-31",
        "2024-03-21 25:00:00",
        "99",
        7,
        3.5,
        1e12,
        True,
        dt.time(10, 2),
        float("nan"),
        float("inf"),
        "1949-12-31",
        dt.date(1949, 12, 31),
        dt.datetime(1900, 1, 1),
        18263,
        60,
        "1900/1/0",
        "2024-03-21 10:22:05 左右",
    ],
)
def test_an_impossible_date_is_refused(written: Any) -> None:
    assert reason(parsing.date, written) == parsing.IMPOSSIBLE_DATE


def test_living_memory_begins_in_1950() -> None:
    first = dt.date(1950, 1, 1)
    assert {parsing.date(cell) for cell in ("1950-01-01", 18264, first)} == {first}


def test_a_column_that_is_compared_with_the_day_of_receipt_takes_any_century() -> None:
    assert parsing.date("2924-03-21", last_year=dt.MAXYEAR) == dt.date(2924, 3, 21)
    assert reason(parsing.date, "2924-03-21") == parsing.IMPOSSIBLE_DATE


@pytest.mark.parametrize(
    ("written", "hour", "minute", "second"),
    [
        ("2024-03-21 15:05:09", 15, 5, 9),
        ("2024-03-21T15:05:09.4", 15, 5, 9),
        ("2024/3/21 下午3:05:09", 15, 5, 9),
        ("2024/3/21 下午 3:05", 15, 5, 0),
        ("2024年3月21日 15时5分9秒", 15, 5, 9),
        ("2024年3月21日15时5分", 15, 5, 0),
        ("2024年3月21日15时", 15, 0, 0),
        ("2024年3月21日 15点05", 15, 5, 0),
        ("2024-03-21 上午12:30", 0, 30, 0),
        ("2024-03-21 下午12:30", 12, 30, 0),
        ("2024-03-21 3:05:09 PM", 15, 5, 9),
        ("2024-03-20 24:00:00", 0, 0, 0),
        ("2024-03-20 24:00", 0, 0, 0),
        ("2024-03-21 １５：０５：０９", 15, 5, 9),
        ("20240321150509", 15, 5, 9),
        ("20240321 150509", 15, 5, 9),
        ("2024-03-21T07:05:09Z", 15, 5, 9),
        ("2024-03-21T15:05:09+0800", 15, 5, 9),
    ],
)
def test_a_time_is_read_in_every_form_of_the_sources(written: str, hour: int, minute: int, second: int) -> None:
    assert parsing.wall_time(written) == dt.datetime(2024, 3, 21, hour, minute, second)


@pytest.mark.parametrize("written", ["2024-03-21 24:00:01", "2024-03-21 10:60", "2024-03-21 10", "9999-12-31 24:00:00"])
def test_an_impossible_time_is_refused(written: str) -> None:
    assert reason(parsing.wall_time, written) == parsing.IMPOSSIBLE_DATE


def test_an_empty_date_is_none() -> None:
    assert [parsing.date(cell) for cell in (None, "", "  ", "　")] == [None] * 4


def test_a_leap_day_is_a_date() -> None:
    assert parsing.date("2024-02-29") == dt.date(2024, 2, 29)


def test_a_serial_counts_from_1904_where_the_workbook_says_so() -> None:
    assert parsing.date(45372 - 1462, True) == parsing.date(45372, False) == DAY


@given(st.dates(dt.date(1950, 1, 1), dt.date(2170, 12, 31)))
def test_all_forms_of_one_day_agree(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    forms = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        str(serial),
        float(serial),
        day,
    ]
    assert {parsing.date(form) for form in forms} == {day}


def test_wall_time_becomes_utc_beside_its_local_date() -> None:
    assert parsing.moment("2024-03-21 07:59:59") == (dt.datetime(2024, 3, 20, 23, 59, 59), DAY)
    assert parsing.moment("2024-03-21") == (dt.datetime(2024, 3, 20, 16), DAY)
    assert parsing.moment(45372.43200231482) == (dt.datetime(2024, 3, 21, 2, 22, 5), DAY)
    assert parsing.moment("") == (None, None)


@pytest.mark.parametrize(
    "written",
    [
        "202403",
        "2024-03",
        "2024-3",
        "2024/03",
        "2024年3月",
        "２０２４０３",
        202403,
        202403.0,
        DAY,
        "202403.0",
        "2024.03",
    ],
)
def test_a_month_is_its_first_day(written: Any) -> None:
    assert parsing.month(written) == dt.date(2024, 3, 1)


@pytest.mark.parametrize("written", ["202413", "2024-00", "2024", "三月", 202413.0])
def test_an_impossible_month_is_refused(written: Any) -> None:
    assert reason(parsing.month, written) == parsing.IMPOSSIBLE_DATE


@pytest.mark.parametrize(
    "written",
    ["9999-12-31", "9999/12/31", "9999年12月31日", "９９９９1231", 99991231, 2958465.0, dt.date(9999, 12, 31)],
)
def test_the_last_day_of_the_calendar_means_no_end(written: Any) -> None:
    assert parsing.last_day(written) is None
    assert parsing.date_or_open(written) == (None, True)
    assert reason(parsing.date, written) == parsing.IMPOSSIBLE_DATE


def test_a_last_day_is_a_date() -> None:
    assert [parsing.last_day(cell) for cell in ("2024-03-21", None)] == [DAY, None]
    assert parsing.last_day("2099-12-31") == dt.date(2099, 12, 31)
    assert reason(parsing.last_day, "至今") == parsing.IMPOSSIBLE_DATE


@pytest.mark.parametrize(
    "written",
    [
        "长期",
        "长期有效",
        "永久",
        "永久有效",
        "无固定期限",
        "无固定期限劳动合同",
        "无限期",
        " 长 期 ",
        "2999-12-31",
        "'长期",
    ],
)
def test_plain_words_for_no_end(written: str) -> None:
    assert parsing.date_or_open(written) == (None, True)
    assert parsing.last_day(written) is None


def test_a_contract_may_be_open() -> None:
    assert parsing.date_or_open("2024-03-21") == (DAY, False)
    assert parsing.date_or_open(None) == (None, False)
    assert reason(parsing.date_or_open, "有期限") == parsing.IMPOSSIBLE_DATE
