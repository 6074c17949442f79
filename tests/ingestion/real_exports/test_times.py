"""K16 and K18: times in every form, remedies that ask for the right one, dates outside of living memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from ingestion import strict
from tests.ingestion.real_exports.builder import (
    Door,
    Raw,
    Row,
    agency,
    check,
    checkin,
    date_styles,
    decision,
    finding,
    grid,
    insured,
    make_id,
    parts,
    penalty,
    person,
    put,
    put_parts,
    report,
    sheet,
    site_check,
    ticket,
)
from tests.ingestion.support import dataset


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("2024-05-02 24:00:00", dt.datetime(2024, 5, 2, 16)),
        ("2024年5月2日 下午3时05分09秒", dt.datetime(2024, 5, 2, 7, 5, 9)),
        ("2024/5/2 上午8:05", dt.datetime(2024, 5, 2, 0, 5)),
        ("2024-05-02 10:22:05", dt.datetime(2024, 5, 2, 2, 22, 5)),
        ("2024-05-02T02:22:05Z", dt.datetime(2024, 5, 2, 2, 22, 5)),
    ],
)
def test_times_of_tickets_and_check_ins(door: Door, written: str, wanted: dt.datetime) -> None:
    put(door, "complaints/hotline", [ticket(受理时间=written, 派单时间=written)])
    put(door, "platform/checkins", [checkin(qdsj=written, qtsj=None)])
    door.ingest()
    assert door.reasons() == []
    (call,), (stay,) = door.rows("complaints/hotline"), door.rows("platform/checkins")
    assert (call["accepted_at"], call["dispatched_at"], stay["checked_in_at"]) == (wanted,) * 3


def test_seconds_are_read_as_seconds(door: Door) -> None:
    put(door, "platform/reports", [report("BG-1", sjgxsjc=1714700000), report("BG-2", sjgxsjc="1714700000000")])
    put(door, "platform/checkins", [checkin(sjgxsjc="1711000000")])
    door.ingest()
    assert {row["updated_ms"] for row in door.rows("platform/reports")} == {1714700000000}
    assert {row["updated_ms"] for row in door.rows("platform/checkins")} == {1711000000000}


@pytest.mark.parametrize(
    ("place", "header", "asked"),
    [
        ("complaints/hotline", "受理时间", "YYYY-MM-DD hh:mm:ss"),
        ("platform/checkins", "qdsj", "YYYY-MM-DD hh:mm:ss"),
        ("registry/social_insurance", "费款所属期", "YYYYMM"),
        ("registry/personnel", "劳动合同止", "长期"),
        ("credit_desk/findings", "认定日期", "YYYY-MM-DD."),
        ("platform/reports", "sjgxsjc", "milliseconds"),
    ],
)
def test_a_remedy_asks_for_the_form_of_the_column(place: str, header: str, asked: str) -> None:
    assert asked in (strict.remedy(dataset(place), "impossible_date", header) or "")


@pytest.mark.parametrize(
    "month", ["202405", "202405.0", "2024-05-01 00:00:00", "2024年5月", "2024.05", "2024/5", "'202405"]
)
def test_months(door: Door, month: str) -> None:
    """c_pandas_floats."""
    put(door, "registry/social_insurance", [insured(make_id(1), month)])
    put(door, "registry/site_checks", [site_check(核查批次=month)])
    door.ingest()
    (paid,), (checked,) = door.rows("registry/social_insurance"), door.rows("registry/site_checks")
    assert paid["period_month_on"] == checked["batch_month_on"] == dt.date(2024, 5, 1)
    assert "-202405-企业职工基本养老-" in paid["source_key"]


FORMATS: tuple[str | int, ...] = (
    *('[$-804]yyyy"年"m"月"d"日";@', '[DBNum1][$-804]yyyy"年"m"月"d"日";@', 'yyyy"年"m"月"', 'e"年"m"月"', "aaaa"),
    *("yyyy/m/d\\ h:mm;@", "[$-409]d\\-mmm\\-yy;@", "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy"),
    *(14, 22, 27, 31, 57, 58),
    # of numbers, which a day that was typed as one keeps
    *("0.00_ ", "[Red]0", "@", 'General"号"', "G/通用格式", '"截至"0'),
)
A_DAY, EARLY = dt.date(2024, 3, 21), (0, 0.5, 1, 59, 60, 61, 18263)


@pytest.mark.parametrize(
    ("place", "row", "header", "name"),
    [
        ("credit_desk/findings", finding, "认定日期", "determined_on"),
        ("credit_desk/findings", finding, "行为日期", "occurred_on"),
        ("registry/personnel", person, "劳动合同起", "contract_from_on"),
        ("inspections/penalties", penalty, "处罚决定日期", "determined_on"),
    ],
)
def test_formats_of_the_chinese_locale_are_dates_and_days_before_1950_are_not(
    door: Door, place: str, row: Callable[..., Row], header: str, name: str
) -> None:
    """v_date_cells"""
    serials = [f'<c r="{{r}}" s="{style}"><v>45372</v></c>' for style in range(1, len(FORMATS) + 1)]
    written = [f'<c r="{{r}}" t="d"><v>{day}</v></c>' for day in ("2024-03-21T00:00:00", "2024-03-21")]
    style = FORMATS.index(14) + 1
    early = [f'<c r="{{r}}" s="{style}"><v>{serial}</v></c>' for serial in EARLY]
    rows = [row(f"焦{n}号", **{header: Raw(cell)}) for n, cell in enumerate([*serials, *written, *early])]
    put_parts(door, place, parts({"Sheet1": sheet(grid(place, rows))}, styles=date_styles(*FORMATS)))
    door.ingest()
    assert [read[name] for read in door.rows(place)] == [A_DAY] * (len(FORMATS) + 2)
    assert [found[1:] for found in door.reasons()] == [("impossible_date", header)] * len(EARLY)


@pytest.mark.parametrize(
    ("place", "row", "outcome"),
    [
        ("credit_desk/findings", finding(认定日期="1949-12-31"), ("impossible_date", "认定日期")),
        ("credit_desk/findings", finding(行为日期="1900-01-01"), ("impossible_date", "行为日期")),
        ("credit_desk/findings", finding(认定日期="2924-05-21"), ("date_after_receipt", "认定日期")),
        ("inspections/checks", check(撤销日期="9999-12-31"), ("date_after_receipt", "撤销日期")),
        ("platform/checkins", checkin(qtsj="2204-03-21 17:00:00"), ("date_after_receipt", "qtsj")),
        ("credit_desk/decisions", decision(决定日期="2024-06-02"), ("date_after_receipt", "决定日期")),
        ("registry/agencies", agency(报送日期="2924-04-01"), ("impossible_date", "报送日期")),
        ("registry/personnel", person(劳动合同起="1949-10-01"), ("impossible_date", "劳动合同起")),
        ("registry/site_checks", site_check(核查批次="1949-05"), ("impossible_date", "核查批次")),
    ],
)
def test_dates_outside_of_living_memory(door: Door, place: str, row: dict[str, Any], outcome: tuple[str, str]) -> None:
    put(door, place, [row])
    door.ingest()
    assert [found[1:] for found in door.reasons()] == [outcome]


@pytest.mark.parametrize(
    "row", [person(注册有效期至="2204-12-31"), person(劳动合同止="2999-12-30"), person(劳动合同起="2024-06-02")]
)
def test_other_columns_may_be_after_receipt(door: Door, row: dict[str, Any]) -> None:
    put(door, "registry/personnel", [row])
    assert door.only_outcome().accepted_count == 1
