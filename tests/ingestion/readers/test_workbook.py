"""Excel traps: read correctly or quarantined, never altered. Workbooks are written by libraries, or as raw XML where the
libraries would not write such a file."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from python_calamine import CalamineWorkbook

from ingestion.parsing import Fault
from ingestion.readers import workbook
from tests.ingestion.real_exports.builder import parts, put_parts
from tests.ingestion.support import (
    DAY,
    FINDINGS,
    PERSONNEL,
    USCC_A,
    Door,
    dataset,
    finding,
    headers,
    make_id,
    person,
    write_xlsx,
)
from tests.ingestion.workbooks import finding_rows, letters, raw_workbook, sheet_xml, text_cell


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


@pytest.mark.parametrize("merged", ["B2:B3", "A2:A3"])
@pytest.mark.parametrize("where", ["身份证号", "岗位"])
def test_a_row_of_nothing_but_faults_has_the_ranges_value_too(door: Door, merged: str, where: str) -> None:
    """Calamine does not return such a row."""
    names = headers(dataset(PERSONNEL))
    column = letters(names.index(where))
    head = "".join(text_cell(f"{letters(i)}1", name) for i, name in enumerate(names))
    body = "".join(text_cell(f"{letters(i)}2", str(person().get(name, ""))) for i, name in enumerate(names))
    last = f'<row r="3"><c r="{column}3"><f>VLOOKUP(A3,X:Y,2,0)</f></c></row>'
    rows = f'<row r="1">{head}</row><row r="2">{body}</row>{last}'
    merges = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>'
    raw_workbook(door.drop(PERSONNEL, DAY, "a.xlsx"), {"S": sheet_xml(rows, merges)})
    outcome = door.only_outcome()
    assert (outcome.accepted_count, outcome.quarantined_count) == (1, 1)
    assert [number for number, _, _ in door.reasons()] == [3]


def test_a_last_row_with_only_a_fault_left_of_a_merged_range(door: Door) -> None:
    names = headers(dataset(PERSONNEL))
    head = "".join(text_cell(f"{letters(i)}1", name) for i, name in enumerate(names))
    body = "".join(text_cell(f"{letters(i)}2", str(person().get(name, ""))) for i, name in enumerate(names))
    rows = f'<row r="1">{head}</row><row r="2">{body}</row><row r="3"><c r="A3"><f>A2</f></c></row>'
    merges = '<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>'
    raw_workbook(door.drop(PERSONNEL, DAY, "a.xlsx"), {"S": sheet_xml(rows, merges)})
    assert door.only_outcome().quarantined_count == 1


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


@pytest.mark.parametrize(
    ("sheets", "change", "said"),
    [
        ({}, ("", ""), "has no worksheet"),
        ({"图": sheet_xml("")}, ('/worksheet"', '/chartsheet"'), "has no worksheet"),
        (
            {"旧": sheet_xml(finding_rows({}))},
            ('name="旧"', 'name="旧" state="hidden"'),
            "All sheets of the workbook are hidden",
        ),
        ({"空": sheet_xml("")}, ("", ""), "visible sheets of the workbook are blank"),
        (
            {"空": sheet_xml(""), "旧": ""},
            ('name="旧"', 'name="旧" state="veryHidden"'),
            "visible sheets of the workbook are",
        ),
    ],
)
def test_a_workbook_without_a_list_says_what_it_lacks(
    door: Door, sheets: dict[str, str], change: tuple[str, str], said: str
) -> None:
    found = {name: str(content).replace(*change) for name, content in parts(sheets).items()}
    put_parts(door, FINDINGS, found, day=DAY)
    outcome = door.only_outcome()
    assert outcome.reason_code == "empty_file" and said in (outcome.message or "")


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
        rows = list(workbook.sheet_rows(book.get_sheet_by_name("Sheet1"), Counting(faults)))
    assert (len(rows), looks) == (20_000, len(faults))


def test_an_error_in_a_dropped_column_is_ignored(door: Door) -> None:
    path = door.drop(PERSONNEL, DAY, "a.xlsx")
    book = openpyxl.Workbook()
    page = book.active
    names = headers(dataset(PERSONNEL))
    page.append(names)
    page.append([person().get(name) for name in names])
    page.cell(2, names.index("联系电话") + 1, "#N/A").data_type = "e"
    book.save(path)
    assert door.only_outcome().accepted_count == 1


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


def test_a_merged_range_over_the_whole_sheet_costs_nothing(door: Door) -> None:
    merges = '<mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    raw_workbook(door.drop(FINDINGS, DAY, "a.xlsx"), {"S": sheet_xml(finding_rows({}), merges)})
    begin = time.perf_counter()
    assert door.only_outcome().read_count == 1
    assert time.perf_counter() - begin <= 2


def test_no_number_of_a_sheet_s_name_is_kept_or_shown(door: Door) -> None:

    names = [f"王强{make_id(1)}", f"王强{make_id(2)}"]
    book = openpyxl.Workbook()
    for name in names:
        page = book.create_sheet(name)
        page.append(headers(dataset(FINDINGS)))
        page.append([finding(f"RD-{name[-2:]}").get(header) for header in headers(dataset(FINDINGS))])
    book.save(door.drop(FINDINGS, DAY, "a.xlsx"))
    write_xlsx(door.drop(FINDINGS, DAY, "b.xlsx"), dataset(FINDINGS), [], extra_headers=("秘密",), sheet=names[0])
    write_xlsx(door.drop(FINDINGS, DAY, "c.xlsx"), dataset(FINDINGS), [finding("RD-c")], sheet="2024年5月 20240531")
    outcomes = door.outcomes()
    assert {row["sheet"] for row in door.rows(FINDINGS)} == {
        f"王强4108**********{names[0][-4:]} (2)",
        f"王强4108**********{names[1][-4:]} (3)",
        "2024年5月 20240531",
    }
    assert f"王强4108**********{names[0][-4:]} (1)" in (outcomes[f"{DAY}/b.xlsx"].message or "")


def test_merged_ranges_that_overlap_are_refused(door: Door) -> None:
    refs = "".join(f'<mergeCell ref="A{number}:C5000"/>' for number in range(2, 2000))
    rows = finding_rows({}) + "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(3, 5000))
    raw_workbook(door.drop(FINDINGS, DAY, "a.xlsx"), {"S": sheet_xml(rows, f"<mergeCells>{refs}</mergeCells>")})
    assert door.only_outcome().reason_code == "refused_archive"
