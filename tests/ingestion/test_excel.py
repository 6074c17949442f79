"""Excel traps: right or quarantined, never altered. Workbooks are written by libraries and, where those are too
polite, as raw XML."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from python_calamine import CalamineWorkbook

from ingestion.parsing import Fault
from ingestion.readers import workbook
from tests.ingestion.support import (
    USCC_A,
    USCC_B,
    Door,
    csv_bytes,
    dataset,
    finding,
    headers,
    insured,
    make_id,
    person,
    write_xlsx,
)

FINDINGS, PERSONNEL = "credit_desk/findings", "registry/personnel"
DAY = "2024-06-01"


def sheet_xml(rows: str, merges: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData>{merges}</worksheet>"
    )


def raw_workbook(path: Path, sheets: dict[str, str], workbook_properties: str = "") -> Path:
    """A workbook of given sheet XML, with nothing that a library would add or repair."""
    kinds = "http://schemas.openxmlformats.org"
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="rId{number}" Type="{kinds}/officeDocument/2006/relationships/worksheet" '
        f'Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{kinds}/package/2006/relationships"><Relationship Id="rId1" '
            f'Type="{kinds}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{kinds}/spreadsheetml/2006/main" xmlns:r="{kinds}/officeDocument/2006/relationships">'
            f"{workbook_properties}<sheets>{listed}</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{kinds}/package/2006/relationships">{related}</Relationships>',
        )
        for number, xml in enumerate(sheets.values(), start=1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", xml)
    return path


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def letters(index: int) -> str:
    return chr(65 + index)


def finding_rows(cells: dict[str, str]) -> str:
    """Header and one row of findings as XML; `cells` replaces single cells by raw XML with `{r}` for the reference."""
    names, row = headers(dataset(FINDINGS)), finding()
    head = "".join(text_cell(f"{letters(i)}1", name) for i, name in enumerate(names))
    body = "".join(
        cells[name].replace("{r}", f"{letters(i)}2")
        if name in cells
        else text_cell(f"{letters(i)}2", str(row.get(name, "")))
        for i, name in enumerate(names)
        if name in cells or row.get(name) is not None
    )
    return f'<row r="1">{head}</row><row r="2">{body}</row>'


def test_a_numeric_id_is_quarantined_and_never_altered(door: Door) -> None:
    number = make_id(3)
    digits = int(number[:17] + "0")
    door.put(PERSONNEL, DAY, "a.xlsx", [person(), person("李丽", 身份证号=digits), person("赵六", 身份证号=make_id(4))])
    outcome = door.only_outcome()
    assert (outcome.read_count, outcome.accepted_count, outcome.quarantined_count) == (3, 2, 1)
    assert door.reasons() == [(3, "id_numeric_precision_lost", "身份证号")]


def test_a_numeric_uscc_and_its_scientific_text_are_quarantined(door: Door) -> None:
    rows = [finding("RD-1", 统一社会信用代码=914108000000000000), finding("RD-2", 统一社会信用代码="9.14108E+17")]
    door.put(FINDINGS, DAY, "a.xlsx", rows)
    door.ingest()
    assert door.reasons() == [(n, "id_numeric_precision_lost", "统一社会信用代码") for n in (2, 3)]


@pytest.mark.parametrize("epoch", [1900, 1904])
def test_dates_mean_the_same_day_in_both_date_systems(door: Door, epoch: int) -> None:
    path = door.drop(FINDINGS, DAY, "a.xlsx")
    book = openpyxl.Workbook()
    if epoch == 1904:
        book.epoch = CALENDAR_MAC_1904
    page = book.active
    names = headers(dataset(FINDINGS))
    page.append(names)
    serial = 45372 - (1462 if epoch == 1904 else 0)
    page.append([finding(行为日期=dt.date(2024, 3, 21), 认定日期=serial).get(name) for name in names])
    book.save(path)
    door.ingest()
    (row,) = door.rows(FINDINGS)
    assert (row["occurred_on"], row["determined_on"]) == (dt.date(2024, 3, 21), dt.date(2024, 3, 21))


def test_a_cell_of_a_merged_range_has_the_ranges_value(door: Door) -> None:
    path = door.drop(PERSONNEL, DAY, "a.xlsx")
    book = openpyxl.Workbook()
    page = book.active
    names = headers(dataset(PERSONNEL))
    page.append(names)
    for number in range(3):
        row = person(f"王{number}", 身份证号=make_id(number))
        if number:
            del row["机构名称"], row["统一社会信用代码"]
        page.append([row.get(name) for name in names])
    page.merge_cells("A2:A4")
    page.merge_cells("B2:B4")
    book.save(path)
    door.ingest()
    assert [row["agency_id"] for row in door.rows(PERSONNEL)] == [USCC_A] * 3
    assert [row["row_number"] for row in door.rows(PERSONNEL)] == [2, 3, 4]


def test_hidden_sheets_are_noted_and_not_read(door: Door) -> None:
    path = door.drop(FINDINGS, DAY, "a.xlsx")
    book = openpyxl.Workbook()
    names = headers(dataset(FINDINGS))
    for title, state in (("认定", "visible"), ("旧", "hidden"), ("更旧", "veryHidden")):
        page = book.create_sheet(title)
        page.sheet_state = state
        page.append(names)
        page.append([finding(f"RD-{title}").get(name) for name in names])
    del book["Sheet"]
    book.save(path)
    outcome = door.only_outcome()
    assert (outcome.accepted_count, outcome.hidden_sheet_count) == (1, 2)
    assert [row["finding_id"] for row in door.rows(FINDINGS)] == ["RD-认定"]


def test_a_formula_has_its_cached_value_or_its_row_is_quarantined(door: Door) -> None:
    path = door.drop(FINDINGS, DAY, "a.xlsx")
    names = headers(dataset(FINDINGS))
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, names)
        for number in range(1, 4):
            for column, name in enumerate(names):
                page.write(number, column, finding(f"RD-{number}").get(name))
        page.write_formula(1, names.index("认定日期"), "=DATE(2024,3,22)", None, 45373)
        page.write_formula(2, names.index("失信条款"), '="5"', None, "7")
        page.write_formula(3, names.index("认定日期"), "=DATE(2024,3,22)", None, "")
    door.ingest()
    first, second = door.rows(FINDINGS)
    assert first["determined_on"] == dt.date(2024, 3, 22)
    assert second["clause"] == "7"
    assert door.reasons() == [(4, "formula_without_cache", "认定日期")]


@pytest.mark.parametrize(
    "cell", ['<c r="{r}"><f>A1</f></c>', '<c r="{r}"><f>A1</f><v/></c>', '<c r="{r}"><f t="shared" si="0"/></c>']
)
def test_a_raw_formula_without_a_cache_is_quarantined(door: Door, cell: str) -> None:
    raw_workbook(door.drop(FINDINGS, DAY, "a.xlsx"), {"S": sheet_xml(finding_rows({"撤销日期": cell}))})
    door.ingest()
    assert door.reasons() == [(2, "formula_without_cache", "撤销日期")]


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!"])
@pytest.mark.parametrize("formula", ["", "<f>VLOOKUP(1,B:C,2)</f>"])
def test_an_error_value_is_quarantined_even_in_a_cell_that_may_be_empty(door: Door, error: str, formula: str) -> None:
    cell = f'<c r="{{r}}" t="e">{formula}<v>{error}</v></c>'
    raw_workbook(door.drop(FINDINGS, DAY, "a.xlsx"), {"S": sheet_xml(finding_rows({"撤销日期": cell}))})
    door.ingest()
    assert door.reasons() == [(2, "error_value", "撤销日期")]


def test_many_faults_cost_no_more_than_their_number(door: Door) -> None:
    """Each row looks at its own faults: a list of twenty thousand is as quick per row as one of ten."""
    faults = {(row, 3): Fault.ERROR_VALUE for row in range(1, 20_000)}
    looks = 0

    class Counting(dict[tuple[int, int], Fault]):
        def items(self) -> Any:
            nonlocal looks
            for item in super().items():
                looks += 1
                yield item

    door.put(FINDINGS, DAY, "a.xlsx", [finding(f"RD-{number}") for number in range(50)])
    with CalamineWorkbook.from_path(str(door.drop(FINDINGS, DAY, "a.xlsx"))) as book:
        rows = list(workbook.sheet_rows(book, "Sheet1", Counting(faults)))
    assert (len(rows), looks) == (20_000, len(faults))


def test_formulas_filled_in_below_the_list_are_no_rows(door: Door) -> None:
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


def test_an_error_in_a_dropped_column_harms_nobody(door: Door) -> None:
    path = door.drop(PERSONNEL, DAY, "a.xlsx")
    book = openpyxl.Workbook()
    page = book.active
    names = headers(dataset(PERSONNEL))
    page.append(names)
    page.append([person().get(name) for name in names])
    page.cell(2, names.index("联系电话") + 1, "#N/A").data_type = "e"
    book.save(path)
    assert door.only_outcome().accepted_count == 1


def test_title_note_two_row_header_and_footer_are_no_rows(door: Door) -> None:
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
def test_a_sheet_of_remarks_is_told_of_and_not_read(door: Door, is_first: bool) -> None:
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
    assert (outcome.message or "").startswith("credit_desk/findings/2024-06-01 a.xlsx: not read") and "说明" in (
        outcome.message or ""
    )


def test_a_second_list_without_a_header_holds_the_file_and_says_what_to_do(door: Door) -> None:
    path = door.drop(FINDINGS, DAY, "a.xlsx")
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("一")
        page.write_row(0, 0, headers(dataset(FINDINGS)))
        page.write_row(1, 0, [finding().get(header, "") for header in headers(dataset(FINDINGS))])
        book.add_worksheet("续").write_row(0, 0, [cell or "" for cell in finding("RD-2").values()])
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "missing_header")
    assert "sheet 续" in (outcome.message or "") and "delete or hide a sheet" in (outcome.message or "")


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
    assert "sheet 续" in (outcome.message or "")
    assert (f"stands in row {len(remarks) + 1}," in (outcome.message or "")) == is_headed


def test_remarks_of_any_length_are_no_list(door: Door) -> None:
    with xlsxwriter.Workbook(door.drop(FINDINGS, DAY, "a.xlsx")) as book:
        page = book.add_worksheet("认定")
        page.write_row(0, 0, headers(dataset(FINDINGS)))
        page.write_row(1, 0, [finding().get(header, "") for header in headers(dataset(FINDINGS))])
        page = book.add_worksheet("说明")
        page.write_column(0, 0, [f"第{number}条" for number in range(100)])
        page.merge_range(100, 0, 101, 4, "以上各条自发布之日起执行")
    outcome = door.only_outcome()
    assert (outcome.status, outcome.accepted_count) == ("loaded", 1)
    assert "not read" in (outcome.message or "") and "说明" in (outcome.message or "")


def test_a_header_below_the_rows_searched_is_told_by_its_row(door: Door) -> None:
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
        assert "the header stands in row 25, and only the first 20 rows" in (outcome.message or "")


def test_rows_of_several_sheets_keep_their_own_numbers(door: Door) -> None:
    path = door.drop(FINDINGS, DAY, "a.xlsx")
    book = openpyxl.Workbook()
    names = headers(dataset(FINDINGS))
    for sheet in ("甲", "乙"):
        page = book.create_sheet(sheet)
        page.append(["各区县认定情况"])
        page.append(names)
        page.append([finding(f"RD-{sheet}").get(name) for name in names])
    book.save(path)  # the default sheet stays, blank
    door.ingest()
    assert [(r["sheet"], r["row_number"], r["file_position"]) for r in door.rows(FINDINGS)] == [
        ("甲", 3, 1),
        ("乙", 3, 2),
    ]


def test_a_sheet_that_begins_at_b3_is_numbered_as_excel_does(door: Door) -> None:
    path = door.drop(FINDINGS, DAY, "a.xlsx")
    names = headers(dataset(FINDINGS))
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for column, name in enumerate(names):
            page.write(2, column + 1, name)
            page.write(4, column + 1, finding().get(name))
    door.ingest()
    assert [row["row_number"] for row in door.rows(FINDINGS)] == [5]


def test_a_header_printed_again_on_a_new_page_is_no_row(door: Door) -> None:
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
