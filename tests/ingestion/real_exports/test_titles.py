"""K8: the day of a list in any wording of its title; any other day in a title is not the list's day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.ingestion.real_exports.builder import (
    USCC_A,
    USCC_B,
    USCC_C,
    Door,
    Raw,
    agency,
    column_letters,
    date_styles,
    grid,
    parts,
    put_grid,
    put_parts,
    sheet,
)
from tests.ingestion.support import dataset, headers

PLACE = "registry/agencies"
TITLE = "焦作市建设工程消防技术服务机构信用管理名录库"
APRIL_30 = dt.date(2024, 4, 30)
WIDTH = len(headers(dataset(PLACE)))


def put_list(door: Door, day: str, *lines: list[Any], codes: tuple[str, ...] = (USCC_A, USCC_B), **around: str) -> None:
    put_grid(door, PLACE, [*lines, *grid(PLACE, map(agency, codes))], "名录.xlsx", day, **around)


MERGED_TITLE = f'<mergeCells count="1"><mergeCell ref="A1:{column_letters(WIDTH - 1)}1"/></mergeCells>'


def day_of(door: Door, *lines: list[Any], received: str = "2024-06-10", **around: str) -> dt.date | None:
    put_list(door, received, *lines, **around)
    outcome = door.only_outcome()
    assert (outcome.status, outcome.accepted_count, outcome.quarantined_count) == ("loaded", 2, 0)
    assert (outcome.list_as_of_on is None) == ("The title has no readable day" in (outcome.message or ""))
    assert outcome.reason_code == ("title_without_day" if outcome.list_as_of_on is None else None)
    return outcome.list_as_of_on


def test_an_older_list_is_held_in_any_wording_of_its_day(door: Door) -> None:
    """v_title_day"""
    said = [
        *("截止2024年4月30日", "截至时间：2024年4月30日", "截至到2024年4月30日", "2024年4月30日"),
        *("截至二〇二四年四月三十日", "统计截止日期：2024-04-30", "截至 2024 年 4 月 30 日", "截至2024年4月"),
    ]
    put_list(door, "2024-06-01", [f"{TITLE}（截至2024年5月30日）"], codes=(USCC_A, USCC_B, USCC_C), after=MERGED_TITLE)
    for number, words in enumerate(said):
        put_list(door, f"2024-06-{10 + number}", [f"{TITLE}（{words}）"], after=MERGED_TITLE)
    newest, *older = door.outcomes().values()
    assert newest.status == "loaded"
    assert [(o.status, o.reason_code, o.list_as_of_on) for o in older] == [("held", "stale_snapshot", APRIL_30)] * 8


@pytest.mark.parametrize(
    "words",
    [
        *(
            "截止到 2024.4.30",
            "截至日期20240430",
            "数据截至：2024/4/30 24:00",
            "截止时间—2024—04—30",
            "截至【2024年4月30号】",
        ),
        *("截至二○二四年四月卅日", "截至二零二四年四月叁拾日", "截至贰零贰肆年肆月叁拾日", "二O二四年四月三十日"),
        *("截至２０２４年４月３０日", "截至2024年4⽉30⽇", "截 止 日 期 ： 2024 年 4 月 30 日", "截至\n2024年4月30日"),
        *("截至4月30日", "截至本年4月30日", "截至24年4月30日", "2024年4月30日止", "截至2024年四月30日"),
        *("截至2024年4月底", "截至2024年04月份", "截至2024-04", "（2024年4月）", "截至2024年1-4月"),
        *("更新至2024年4月30日", "数据更新时间：2024-04-30 08:00:00", "2024年1月1日至2024年4月30日", "20240430"),
        *("公布日期：2024年5月8日 截至日期：2024年4月30日", "截至2024年4月30日，2024年5月8日公布"),
        *("成立于2010年5月6日，截至2024年4月30日", "2024年4月30日（焦住建〔2024〕12号印发）", "2024年4月30日公布"),
        *("公示期2024年5月1日至2024年5月10日，统计日期2024年4月30日",),
    ],
)
def test_the_day_is_read_in_any_wording(door: Door, words: str) -> None:
    assert day_of(door, [f"{TITLE}（{words}）"]) == APRIL_30


@pytest.mark.parametrize(
    "words",
    [
        *(
            "2024年度",
            "焦住建〔2024〕12号",
            "成立于2010年5月6日",
            "2024年5月10日起施行",
            "有效期至2026年4月30日",
            "4月30日",
        ),
        *(
            "公示期：2024年5月10日至2024年5月16日",
            "公示截止日期：2024年5月16日",
            "文号：焦消20240430号",
            "打印时间：2024年5月1日",
        ),
        *(
            "截至目前",
            "截至2024年",
            "截至2024年2月30日",
            "截至2024年4月31日，2024年5月3日公布",
            "请于2024年5月1日前报送",
        ),
        *("2024年4月1日 2024年5月1日", "根据《管理办法》（2021年4月30日）", ""),
    ],
)
def test_a_title_without_a_usable_day_has_no_day(door: Door, words: str) -> None:
    assert day_of(door, [f"{TITLE}（{words}）"]) is None


def test_a_list_without_a_title_has_no_day(door: Door) -> None:
    assert day_of(door) is None


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("截至2024年6月", "2024-06-10"),  # the last day, but no later than the day of receipt
        ("截至2024年第一季度", "2024-03-31"),
        ("截至2023年底", "2023-12-31"),
        ("截至2024年5月中旬", "2024-05-20"),
        ("截至2024年2月", "2024-02-29"),
        ("截至12月31日", "2023-12-31"),
    ],
)
def test_a_month_or_quarter_means_its_last_day(door: Door, words: str, day: str) -> None:
    assert day_of(door, [f"{TITLE}（{words}）"]) == dt.date.fromisoformat(day)


def test_a_day_after_receipt_is_reported(door: Door) -> None:
    put_list(door, "2024-06-10", [f"{TITLE}（截止2025年4月30日）"])
    assert door.only_outcome().reason_code == "list_date_after_receipt"


@pytest.mark.parametrize(
    "lines",
    [
        [[TITLE], [None] * 8 + ["截止日期：2024年4月30日"]],
        [[TITLE, None, None, "截至日期：", "2024-04-30"]],
        [[TITLE, "截止日期", 45412]],
        [[TITLE], ["截至", 2024, "年", 4, "月", 30, "日"]],
        [["2024年" + TITLE], ["单位：家", None, "（截至4月30日）"]],
        [[TITLE], ["填报说明：本表截止二〇二四年四月三十日"], ["单位：家"]],
    ],
)
def test_the_title_may_be_in_several_cells_or_lines(door: Door, lines: list[list[Any]]) -> None:
    assert day_of(door, *lines) == APRIL_30


def test_the_day_may_be_a_date_cell(door: Door) -> None:
    day = Raw('<c r="{r}" s="1"><v>45412</v></c>')
    xml = sheet([[TITLE], [None, "截止日期", day], *grid(PLACE, [agency()])])
    put_parts(door, PLACE, parts({"Sheet1": xml}, styles=date_styles("yyyy\\-mm\\-dd")))
    assert door.only_outcome().list_as_of_on == APRIL_30


@pytest.mark.parametrize(
    "foot", ["注：本名录库截止2024年4月30日", "统计截止日期：2024年4月30日", "数据截至二〇二四年四月三十日"]
)
def test_the_day_may_be_below_the_list(door: Door, foot: str) -> None:
    put_grid(door, PLACE, [[TITLE], *grid(PLACE, [agency()]), [foot]])
    outcome = door.only_outcome()
    assert (outcome.list_as_of_on, outcome.accepted_count, outcome.quarantined_count) == (APRIL_30, 1, 0)


@pytest.mark.parametrize(
    ("title", "day"),
    [("（2024年5月10日）", "2024-05-10"), ("（截至2024年5月10日）", "2024-05-10"), ("（截至2024年2月30日）", None)],
)
def test_the_title_has_priority_over_a_note_below(door: Door, title: str, day: str | None) -> None:
    put_grid(door, PLACE, [[TITLE + title], *grid(PLACE, [agency()]), ["注：截至2023年12月31日共有28家"]])
    outcome = door.only_outcome()
    assert outcome.list_as_of_on == (dt.date.fromisoformat(day) if day else None)
    assert (outcome.accepted_count, outcome.quarantined_count) == (1, 0)


def test_the_day_may_be_in_the_name_of_the_sheet(door: Door) -> None:
    put_parts(door, PLACE, parts({"截至2024.4.30": sheet([[TITLE], *grid(PLACE, [agency()])])}))
    assert door.only_outcome().list_as_of_on == APRIL_30


def test_a_day_of_signature_below_the_list_is_not_its_day(door: Door) -> None:
    put_grid(door, PLACE, [[TITLE], *grid(PLACE, [agency()]), ["制表：张某", None, "2024年4月30日"]])
    outcome = door.only_outcome()
    assert (outcome.list_as_of_on, outcome.accepted_count, outcome.quarantined_count) == (None, 1, 0)


def test_only_a_list_with_its_own_day_must_have_one(door: Door) -> None:
    """Other lists have no such title, and get no note."""
    place = "registry/equipment"
    put_grid(door, place, [["设备一览表"], *grid(place, [{"统一社会信用代码": USCC_A, "设备名称": "秒表"}])])
    outcome = door.only_outcome()
    assert (outcome.accepted_count, outcome.message, outcome.list_as_of_on) == (1, None, None)
