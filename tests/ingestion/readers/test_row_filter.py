"""Lines that are not rows of a list: titles, notes, footers, remarks, repeated headers, unfilled lines."""

from __future__ import annotations

import datetime as dt

import pytest
import xlsxwriter

from tests.ingestion.support import (
    DAY,
    FINDINGS,
    USCC_A,
    USCC_B,
    Door,
    dataset,
    finding,
    headers,
    write_xlsx,
)


def test_formulas_filled_in_below_the_list_are_not_rows(door: Door) -> None:
    path = door.drop(FINDINGS, DAY, "a.xlsx")
    names = headers(dataset(FINDINGS))
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, names)
        page.write_row(1, 0, [finding().get(name, "") for name in names])
        for row in (2, 3):
            page.write_formula(row, names.index("认定单位"), "=IF(A3=0,0,1)", None, "")
        for column in range(len(names)):
            page.write_formula(4, column, "=1+1", None, "")
    door.ingest()
    assert len(door.rows(FINDINGS)) == 1
    assert [(number, reason) for number, reason, _ in door.reasons()] == [(5, "formula_without_cache")]


def test_title_note_two_row_header_and_footer_are_not_rows(door: Door) -> None:
    """The directory's own form: merged title, unit note, group header over four sub-headers, footer."""
    path = door.drop("registry/agencies", DAY, "名录.xlsx")
    names = headers(dataset("registry/agencies"))
    first, last = names.index("一级注册消防工程师"), names.index("初级操作员")
    values = {
        "序号": 1,
        "机构名称": "焦作甲消防技术服务有限公司",
        "统一社会信用代码": USCC_A,
        "服务类型": "维护保养检测、消防安全评估",
        "工作场所建筑面积(㎡)": "约２１０㎡",
        "一级注册消防工程师": 2,
        "报送方式": "既有28家",
    }
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("名录库")
        title = "焦作市建设工程消防技术服务机构信用管理名录库（截至2024年5月10日）"
        page.merge_range(0, 0, 0, len(names) - 1, title)
        page.merge_range(1, 0, 1, len(names) - 1, "单位：家、人、㎡")
        page.merge_range(2, first, 2, last, "人员配置")
        for column, name in enumerate(names):
            if first <= column <= last:
                page.write(3, column, name)
            else:
                page.merge_range(2, column, 3, column, name)
        for column, name in enumerate(names):
            page.write(4, column, values.get(name))
            page.write(6, column, (values | {"统一社会信用代码": USCC_B, "序号": 2}).get(name))
        page.merge_range(8, 0, 8, len(names) - 1, "制表：张三    审核：李四")
    outcome = door.only_outcome()
    assert (outcome.read_count, outcome.accepted_count) == (2, 2)
    assert outcome.list_as_of_on == dt.date(2024, 5, 10)
    rows = door.rows("registry/agencies")
    assert [(row["sheet"], row["row_number"], row["file_position"]) for row in rows] == [
        ("名录库", 5, 1),
        ("名录库", 7, 2),
    ]
    assert (float(rows[0]["floor_area_m2"]), rows[0]["is_floor_area_m2_approximate"]) == (210.0, True)
    assert rows[0]["engineers_level_1_declared"] == 2
    assert rows[0]["service_type"] == "both"


def test_the_day_in_a_title_right_above_a_one_row_header_is_read(door: Door) -> None:
    path = door.drop("registry/agencies", DAY, "名录.xlsx")
    names = headers(dataset("registry/agencies"))
    values = {"机构名称": "焦作甲公司", "统一社会信用代码": USCC_A, "服务类型": "消防安全评估"}
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.merge_range(0, 0, 0, len(names) - 1, "信用管理名录库（截至2024年5月10日）")
        page.write_row(1, 0, names)
        page.write_row(2, 0, [values.get(name, "") for name in names])
    outcome = door.only_outcome()
    assert (outcome.accepted_count, outcome.list_as_of_on) == (1, dt.date(2024, 5, 10))


@pytest.mark.parametrize("is_first", [True, False])
def test_a_sheet_of_remarks_is_reported_and_not_read(door: Door, is_first: bool) -> None:
    path = door.drop(FINDINGS, DAY, "a.xlsx")
    with xlsxwriter.Workbook(path) as book:
        for name in ("说明", "认定") if is_first else ("认定", "说明"):
            page = book.add_worksheet(name)
            if name == "说明":
                page.write_column(0, 0, ["填报说明", "一、日期按 YYYY-MM-DD 填写"])
            else:
                page.write_row(0, 0, headers(dataset(FINDINGS)))
                page.write_row(1, 0, [finding().get(header, "") for header in headers(dataset(FINDINGS))])
    outcome = door.only_outcome()
    assert (outcome.status, outcome.accepted_count) == ("loaded", 1)
    assert (outcome.message or "").startswith(
        "credit_desk/findings/2024-06-01 a.xlsx: 工作表 说明 没有表头，未读取"
    ) and "说明" in (outcome.message or "")


def test_a_second_list_without_a_header_holds_the_file_and_says_what_to_do(door: Door) -> None:
    path = door.drop(FINDINGS, DAY, "a.xlsx")
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("一")
        page.write_row(0, 0, headers(dataset(FINDINGS)))
        page.write_row(1, 0, [finding().get(header, "") for header in headers(dataset(FINDINGS))])
        book.add_worksheet("续").write_row(0, 0, [cell or "" for cell in finding("RD-2").values()])
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "missing_header")
    assert (
        "工作表“续”" in (outcome.message or "")
        and "Sheet 续" in (outcome.message or "")
        and "delete or hide a sheet" in (outcome.message or "")
    )


@pytest.mark.parametrize(
    "remarks", [["一、日期按 YYYY-MM-DD 填写"] * 20, ["填报说明", *[""] * 30]], ids=["long", "blank"]
)
@pytest.mark.parametrize("is_headed", [True, False])
def test_a_list_far_below_the_remarks_of_its_sheet_holds_the_file(
    door: Door, remarks: list[str], is_headed: bool
) -> None:
    names = headers(dataset(FINDINGS))
    with xlsxwriter.Workbook(door.drop(FINDINGS, DAY, "a.xlsx")) as book:
        for name in ("一", "续"):
            page = book.add_worksheet(name)
            top = len(remarks) if name == "续" else 0
            page.write_column(0, 0, remarks[:top])
            if is_headed or not top:
                page.write_row(top, 0, names)
            for row in range(1, 40):
                page.write_row(top + row, 0, [finding(f"RD-{name}-{row}").get(header, "") for header in names])
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code, outcome.read_count) == ("held", "missing_header", 0)
    assert "工作表“续”" in (outcome.message or "") and "Sheet 续" in (outcome.message or "")
    assert (f"the header is in row {len(remarks) + 1}," in (outcome.message or "")) == is_headed


def test_remarks_of_any_length_are_not_a_list(door: Door) -> None:
    with xlsxwriter.Workbook(door.drop(FINDINGS, DAY, "a.xlsx")) as book:
        page = book.add_worksheet("认定")
        page.write_row(0, 0, headers(dataset(FINDINGS)))
        page.write_row(1, 0, [finding().get(header, "") for header in headers(dataset(FINDINGS))])
        page = book.add_worksheet("说明")
        page.write_column(0, 0, [f"第{number}条" for number in range(100)])
        page.merge_range(100, 0, 101, 4, "以上各条自发布之日起执行")
    outcome = door.only_outcome()
    assert (outcome.status, outcome.accepted_count) == ("loaded", 1)
    assert "Not read" in (outcome.message or "") and "说明" in (outcome.message or "")


def test_a_header_printed_again_on_a_new_page_is_not_a_row(door: Door) -> None:
    names = headers(dataset(FINDINGS))
    door.put(FINDINGS, DAY, "a.xlsx", [finding("RD-1"), dict(zip(names, names, strict=True)), finding("RD-2")])
    outcome = door.only_outcome()
    assert (outcome.read_count, outcome.accepted_count) == (2, 2)


def test_a_footer_has_no_required_value(door: Door) -> None:
    rows = [
        finding("合计楼认定1"),
        {"认定编号": "合计", "认定单位": "12 件"},
        {"认定编号": "制表：张三", "行为日期": "审核：李四"},
    ]
    door.put(FINDINGS, DAY, "a.xlsx", rows)
    outcome = door.only_outcome()
    assert (outcome.read_count, outcome.accepted_count) == (1, 1)


def test_a_worklist_comes_back_with_its_reference_columns_and_undecided_rows(door: Door) -> None:
    base = {"对象类型": "conflict", "对象编号": "c-1", "决定日期": "2024-05-01", "经办人": "甲", "复核人": "乙"}
    rows = [
        base | {"决定编号": "D-1", "决定": "confirmed", "参考：姓名": "王强"},
        base | {"决定编号": "D-2", "决定": None, "参考：姓名": "李丽"},
    ]
    path = door.drop("credit_desk/decisions", DAY, "工作单.xlsx")
    write_xlsx(path, dataset("credit_desk/decisions"), rows, extra_headers=("参考：姓名", "参考机构"))
    outcome = door.only_outcome()
    assert (outcome.read_count, outcome.accepted_count) == (1, 1)
