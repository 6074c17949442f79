"""Where a header may be, which names it may have, and the messages about a wrong one."""

from __future__ import annotations

from typing import Any

import pytest
import xlsxwriter

from ingestion.sources import DATASETS
from tests.ingestion.support import (
    DAY,
    FINDINGS,
    PERSONNEL,
    USCC_A,
    Door,
    csv_bytes,
    dataset,
    finding,
    headers,
    insured,
    make_id,
    person,
)


def test_a_header_below_the_rows_searched_is_reported_by_its_row(door: Door) -> None:
    with xlsxwriter.Workbook(door.drop(FINDINGS, DAY, "a.xlsx")) as book:
        page = book.add_worksheet()
        page.write_column(0, 0, ["填报说明"] * 24)
        page.write_row(24, 0, headers(dataset(FINDINGS)))
        page.write_row(25, 0, [finding().get(header, "") for header in headers(dataset(FINDINGS))])
    remarks = "填报说明\r\n".encode("gb18030") * 24
    door.drop("registry/social_insurance", DAY, "a.csv").write_bytes(
        remarks + csv_bytes(dataset("registry/social_insurance"), [insured(make_id(1))])
    )
    for outcome in door.outcomes().values():
        assert (outcome.status, outcome.reason_code) == ("held", "missing_header")
        assert "the header is in row 25, but only the first 20 rows" in (outcome.message or "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"身份证号": "身份号码"}, ["身份号码", "身份证号", "column D", "row 1", "Sheet1"]),
        ({"姓名": None}, ["姓名", "missing", "row 1"]),
        ({"等级": "级别"}, ["级别", "等级"]),
        ({"联系电话": "家庭住址"}, ["家庭住址"]),
    ],
)
def test_schema_drift_holds_the_file_and_names_the_header(door: Door, change: dict[str, Any], said: list[str]) -> None:
    names = [change.get(name, name) for name in headers(dataset(PERSONNEL))]
    path = door.drop(PERSONNEL, DAY, "花名册.xlsx")
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, [name for name in names if name])
        page.write_row(1, 0, ["x"])
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count) == ("held", 0)
    assert outcome.reason_code in ("unknown_header", "missing_header")
    assert all(word in (outcome.message or "") for word in [*said, "花名册.xlsx", PERSONNEL])
    assert door.rows(PERSONNEL) == []


def test_a_dropped_column_may_be_missing_and_an_alias_is_known(door: Door) -> None:
    names = [
        {"身份证号": "公民身份号码", "机构名称": "企业名称"}.get(n, n)
        for n in headers(dataset(PERSONNEL))
        if n != "联系电话"
    ]
    path = door.drop(PERSONNEL, DAY, "a.xlsx")
    row = person() | {"公民身份号码": make_id(1), "企业名称": "焦作甲"}
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, names)
        page.write_row(1, 0, [row.get(name, "") for name in names])
    assert door.only_outcome().accepted_count == 1


def test_a_column_without_a_header_holds_the_file(door: Door) -> None:
    path = door.drop(PERSONNEL, DAY, "a.xlsx")
    names = headers(dataset(PERSONNEL))
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, names)
        page.write_row(1, 0, [person().get(name, "") for name in names])
        page.write(1, len(names) + 1, "秘密")
    outcome = door.only_outcome()
    assert outcome.reason_code == "unknown_header"
    assert "秘密" not in (outcome.message or "")


def test_two_columns_of_one_meaning_hold_the_file(door: Door) -> None:
    path = door.drop(PERSONNEL, DAY, "a.xlsx")
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, [*headers(dataset(PERSONNEL)), "身份证号码"])
    assert door.only_outcome().reason_code == "repeated_header"


def test_a_file_without_a_header_shows_no_cell(door: Door) -> None:
    path = door.drop(PERSONNEL, DAY, "a.xlsx")
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, ["焦作甲", USCC_A, "王强", make_id(1), "注册消防工程师"])
    outcome = door.only_outcome()
    assert outcome.reason_code == "missing_header"
    assert make_id(1) not in (outcome.message or "")
    assert "王强" not in (outcome.message or "")


def test_a_cell_in_place_of_a_header_is_reported_by_its_column(door: Door) -> None:
    path = door.drop("registry/personnel", DAY, "a.xlsx")
    names = [
        *headers(dataset("registry/personnel"))[:10],
        "王强",
        "13800138000",
        make_id(3),
        "和平街12号3单元",
        "传真号码",
    ]
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, names)
    message = door.only_outcome().message or ""
    assert not any(word in message for word in ("王强", "1380013", make_id(3)[:6], "和平街"))
    assert all(f"column {letter}" in message for letter in "KLMN") and "传真号码 in column O" in message


def unknown_headers(door: Door, names: list[str]) -> str:
    """The message about a list of equipment with these additional columns."""
    of, path = dataset("registry/equipment"), door.drop("registry/equipment", DAY, "a.xlsx")
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, [*headers(of), *names])
    return door.only_outcome().message or ""


def every_header() -> list[str]:
    of_equipment = {
        name for column in dataset("registry/equipment").columns for name in (column.header, *column.aliases)
    }
    every = {name for of in DATASETS.values() for column in of.columns for name in (column.header, *column.aliases)}
    return sorted(every - of_equipment - {"序号", "备注"})


def in_fives(names: list[str]) -> list[list[str]]:
    return [names[start : start + 5] for start in range(0, len(names), 5)]  # so many does a message name


@pytest.mark.parametrize("names", in_fives(every_header()), ids="-".join)
def test_a_header_that_any_contract_knows_is_named_where_it_does_not_belong(door: Door, names: list[str]) -> None:
    message = unknown_headers(door, names)
    assert all(f"{name} in column {letter}" in message for name, letter in zip(names, "JKLMN", strict=False))


@pytest.mark.parametrize(
    "names",
    [
        ["手机", "邮箱", "学历", "年龄", "民族"],
        ["专业", "手机号", "微信号", "性别", "注册单位"],
        ["出生 日期", "联系电话（手机）", "项目负责人", "Remarks", "毕业院校"],
    ],
)
def test_a_usual_header_is_named(door: Door, names: list[str]) -> None:
    message = unknown_headers(door, names)
    assert all(f"{name} in column {letter}" in message for name, letter in zip(names, "JKLMN", strict=True))


@pytest.mark.parametrize(
    "names",
    [
        ["解放路12号", "和平街十二号", "王明", "李源", "关守信"],
        ["E12345678", "wx13800138000", "王强手机", "电话13800138000", "１３８００１３８０００号"],
        ["焦作市解放路地址", "李联系", "张发现", "4108ABCD名称", "女"],
    ],
)
def test_a_header_that_may_be_personal_is_reported_only_by_its_column(door: Door, names: list[str]) -> None:
    message = unknown_headers(door, names)
    assert not any(name in message for name in names)
    assert all(f"(not shown: it does not look like a header) in column {letter}" in message for letter in "JKLMN")


def test_both_columns_of_a_repeated_header_are_reported(door: Door) -> None:
    path = door.drop("registry/personnel", DAY, "a.xlsx")
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, [*headers(dataset("registry/personnel")), "劳动合同止"])
    message = door.only_outcome().message or ""
    assert "columns L and O both have the header 劳动合同止" in message


def test_a_personal_cell_is_never_in_a_message(door: Door) -> None:
    rows = [person(number="4.10803E+17"), person("李丽", "无", 等级="特级")]
    door.put("registry/personnel", DAY, "a.xlsx", rows)
    door.ingest()
    said = str(door.ingest(full=True)) + str(door.reasons()) + str(door.outcomes())
    assert "李丽" not in said
    assert "4.10803" not in said
