"""A points table as an office keeps it in a workbook: titles, units in headers, full-width signs, totals, signatures.

Belongs here: what the reader ignores and accepts. Does not belong here: what it refuses
(`test_regime_workbook`).
"""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from rulebook.problems import Problem
from rulebook.regime_file import read_regime
from tests.rulebook.support import grammar_problems, write
from tests.rulebook.workbooks import write_regime_workbook

HARBOUR = """\
rulebook:
  id: harbour-1
  regime: harbour
  doc: 海港市记分表（２０２５）
  status: in_force
  effective_from: 2025-01-01
  base: 100
  score_step: 0.5
  rated_from: checks
  rated_types: [双随机, 专项]
  unrated_status: [暂停, 已注销]
  prov: false
components:
  - {id: SITE, sign: -1, window: until_next, next: checks, next_types: [双随机, 专项], agg: sum, cap_per_check: 20}
  - {id: YEAR, sign: -1, window: own_year, agg: sum, cap: 40}
items:
  - {code: 1-1, comp: SITE, clause: 一（1）, title: 检测数据不实, points: 5, per: report, quantity: row, cap_per_check: 15}
  - {code: 1-2, comp: SITE, clause: 一（2）, title: 审核记录：缺失, points: row}
  - {code: 2-1, comp: YEAR, clause: 二（1）, title: 人员挂靠, points: 10, repeat_factor: 2}
  - {code: 3-1, comp: YEAR, clause: 三（1）, title: 拒不整改, effect: "ceiling:C"}
clauses:
  - {dataset: findings, clause: 1, items: [1-1, 2-1]}
  - {dataset: checks, clause: "*", items: [1-2]}
  - {dataset: hotline, clause: "", items: [3-1]}
bands:
  - {grade: B, lo: 60, lo_inc: true, hi: null, hi_inc: false}
  - {grade: C, lo: null, lo_inc: false, hi: 60, hi_inc: false}
repair: {on_application: true, reply_working_days: 5, blocked_grades: [C]}
"""


def tables(path: Path) -> dict[str, list[dict[str, Any]]]:
    return {name: [dict(row.values) for row in rows] for name, rows in read_regime(path).items()}


def column(sheet: Worksheet, header: str) -> int:
    (found,) = [cell.column for row in sheet.iter_rows() for cell in row if cell.value == header]
    return found


def moved_to_front(sheet: Worksheet, header: str) -> None:
    at = column(sheet, header)
    cells = [sheet.cell(row, at).value for row in range(1, sheet.max_row + 1)]
    sheet.delete_cols(at)
    sheet.insert_cols(1)
    for row, value in enumerate(cells, start=1):
        sheet.cell(row, 1, value)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return write(tmp_path, HARBOUR, name="harbour.yaml")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The same table as an office types it."""
    path = write_regime_workbook(tmp_path / "harbour.xlsx", yaml.safe_load(HARBOUR), chinese=True)
    book = load_workbook(path)
    rules, parts, items = book["规则"], book["构成"], book["条目"]
    clauses, bands, repair = book["条款对照"], book["等级"], book["信用修复" if "信用修复" in book else "修复"]

    for row in rules.iter_rows():
        match row[0].value, row[1].value:
            case _, 100:
                row[1].value = "１００分"
            case _, dt.date():
                row[1].value, row[1].number_format = dt.datetime(2025, 1, 1), 'yyyy"年"m"月"d"日"'
            case _, "双随机、专项":
                row[1].value = "双随机，\u00a0专项 "
            case _, "暂停、已注销":
                row[1].value = "暂停；已注销"
            case _, False:
                row[1].value = "否"
            case _, "in_force":
                row[1].value = "施行\u00a0"
    rules.append(["制表人：", "张三", "审核：李四"])

    moved_to_front(items, "名称")
    items.cell(1, column(items, "分值"), "分值（分）*")
    items.cell(1, column(items, "每次检查上限"), "每次检查上限\n（分/次）")
    points = column(items, "分值（分）*")
    items.cell(2, points, "５")
    items.cell(4, points, "10.00 ")
    items.cell(5, column(items, "效果"), "ceiling：C")
    items.cell(3, points, "按“扣分”栏")
    items.append([None] * (points - 1) + [15])
    items.cell(6, 1, "合计")
    items.append(["注：1. 分值均为暂定。"])
    items.append(["2. 以正式文件为准。"])
    items.append([])
    items.append(["制表：张三", None, "2025年1月1日"])
    for sheet, title in ((parts, "一、计分构成"), (items, "二、计分条目")):
        sheet.insert_rows(1, 3)
        sheet["A1"] = title
        sheet.merge_cells("A1:F1")
        sheet["A2"] = "单位：分"
    parts.insert_cols(1)
    parts["A4"], parts["A5"], parts["A6"] = "序号", 1, "２"
    for row in (5, 6):
        parts.cell(row, column(parts, next(cell.value for cell in parts[4] if cell.value in ("加减", "方向"))), "－1")

    clauses["A2"], clauses["B3"], clauses["C2"] = "失信认定", "＊", "1-1，2-1"
    bands["B3"], bands["D3"], bands["E3"] = "", "60分", "否 "
    repair["A1"].value = f"{repair['A1'].value}（是/否）"
    for sheet, name in (
        (items, "附件2 计分条目表"),
        (clauses, "条款对照表"),
        (bands, "等级划分 "),
        (rules, "规则（试行）"),
    ):
        sheet.title = name
    book.create_sheet("图例").append(["红色", "待定"])
    old = book.create_sheet("旧稿")
    old.append(["code", "comp", "title"])
    old.sheet_state = "hidden"
    book.save(path)
    return path


def test_an_office_workbook_gives_the_tables_of_the_yaml(kept: Path, plain: Path) -> None:
    assert tables(kept) == tables(plain)


def items_with(kept: Path, **cells: Any) -> list[Problem]:
    book = load_workbook(kept)
    for cell, value in cells.items():
        book["附件2 计分条目表"][cell] = value
    book.save(kept)
    return grammar_problems(kept)


def test_a_row_whose_title_looks_like_a_note_is_none(kept: Path) -> None:
    """An item is never dropped because of how its title begins: without its code it is told, not passed over."""
    assert [row["item_code"] for row in tables(kept)["items"]][1] == "1-2"
    (problem,) = items_with(kept, B6=None)
    assert problem.code == "empty_value" and problem.place.cell == "B6"


def test_a_limit_that_may_be_two_things_is_reported(tmp_path: Path) -> None:
    path = write_regime_workbook(tmp_path / "b.xlsx", yaml.safe_load(HARBOUR), chinese=True)
    book = load_workbook(path)
    book["等级"]["D1"] = "上限（含）"
    book.save(path)
    codes = {(problem.code, problem.place.cell) for problem in grammar_problems(path)}
    assert ("unknown_key", "D1") in codes


def test_a_second_list_on_a_sheet_is_reported_once(kept: Path) -> None:
    book = load_workbook(kept)
    sheet = book["等级划分 "]
    sheet.append([])
    sheet.append(["等级", "措施代码", "何时"])
    sheet.append(["C", "interview", "on_enter"])
    book.save(kept)
    (problem,) = grammar_problems(kept)
    assert (problem.code, problem.place.cell) == ("second_list", f"A{sheet.max_row - 1}")
    assert "measures" in problem.message and "措施" in problem.remedy


def test_a_cell_that_cannot_be_read_is_reported_once(kept: Path) -> None:
    book = load_workbook(kept)
    book["规则（试行）"]["B6"] = "=50*2"
    book.save(kept)
    (problem,) = grammar_problems(kept)
    assert (problem.code, problem.place.cell) == ("wrong_value", "B6") and "never calculated" in problem.remedy


def test_a_code_of_full_width_is_that_which_it_looks_like(kept: Path, plain: Path) -> None:
    book = load_workbook(kept)
    book["等级划分 "]["A3"] = "Ｃ"
    book.save(kept)
    assert tables(kept) == tables(plain)


def test_a_component_merged_over_its_items_is_that_of_each(kept: Path, plain: Path) -> None:
    book = load_workbook(kept)
    sheet = book["附件2 计分条目表"]
    letter = get_column_letter(column(sheet, "所属构成"))
    sheet.merge_cells(f"{letter}5:{letter}6")
    book.save(kept)
    assert tables(kept) == tables(plain)


def test_a_formula_that_was_never_calculated_is_reported(kept: Path) -> None:
    (problem,) = items_with(kept, F5="=2+3")
    assert problem.code == "wrong_value" and problem.place.sheet == "附件2 计分条目表" and problem.remedy
