"""A regime as a workbook: the same tables as from YAML, and problems reported by sheet and cell."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from rulebook.folder import read_folder
from rulebook.grammar import BLOCKS
from rulebook.importing import import_regimes
from rulebook.labels import BLOCK_LABELS, KEY_LABELS
from rulebook.problems import Problem
from rulebook.regime_file import read_regime
from rulebook.tables import FOLDER_TABLES
from tests.rulebook.support import DEFAULT_YAML, FOREIGN, grammar_problems, write
from tests.rulebook.test_lint_words import PRINTED
from tests.rulebook.workbooks import document_of, edited, write_regime_workbook


def tables(path: Path) -> dict[str, list[dict[str, Any]]]:
    return {name: [dict(row.values) for row in rows] for name, rows in read_regime(path).items()}


@pytest.mark.parametrize("as_pairs", [True, False], ids=["pairs", "header"])
@pytest.mark.parametrize("chinese", [True, False], ids=["chinese", "keys"])
@pytest.mark.parametrize("path", [DEFAULT_YAML, *FOREIGN], ids=lambda path: path.stem)
def test_a_workbook_gives_the_tables_of_the_yaml(tmp_path: Path, path: Path, *, chinese: bool, as_pairs: bool) -> None:
    book = write_regime_workbook(tmp_path / "规则.xlsx", document_of(path), chinese=chinese, as_pairs=as_pairs)
    assert tables(book) == tables(path)


def test_the_words_of_published_tables_are_read_from_cells(tmp_path: Path) -> None:
    path = write(tmp_path, PRINTED)
    assert tables(write_regime_workbook(tmp_path / "p.xlsx", document_of(path), chinese=True)) == tables(path)


def test_a_workbook_is_imported_like_a_yaml(tmp_path: Path) -> None:
    book = write_regime_workbook(tmp_path / "jz.xlsx", document_of(DEFAULT_YAML), chinese=True)
    import_regimes([DEFAULT_YAML], tmp_path / "yaml")
    (imported,) = import_regimes([book], tmp_path / "xlsx")
    assert imported.rulebook_id == "jz-2024-draft"
    for name in FOLDER_TABLES:
        assert (tmp_path / "xlsx" / f"{name}.csv").read_bytes() == (tmp_path / "yaml" / f"{name}.csv").read_bytes()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The default regime as a bureau keeps it: titles, second headers, merged cells, blank rows, notes, a cover."""
    path = write_regime_workbook(tmp_path / "kept.xlsx", document_of(DEFAULT_YAML), chinese=False)
    book = load_workbook(path)
    for block, label in BLOCK_LABELS.items():
        if block not in book.sheetnames:
            continue
        sheet = book[block]
        sheet.title = label.names[0]
        if block not in ("rulebook", "repair"):
            sheet.insert_rows(2)  # the same header in Chinese below the keys
            for cell in sheet[1]:
                if cell.value:
                    sheet.cell(2, cell.column, KEY_LABELS[block][cell.value].names[0])
            sheet.insert_rows(5)
        sheet.insert_rows(1, 2)
        sheet["A1"] = "焦作市消防技术服务机构信用管理规则"
        sheet.merge_cells("A1:D1")
        sheet["A2"] = "制表：消防科"
        last = sheet.max_row
        sheet.cell(last + 2, 1, "注：分值均为暂定，以正式文件为准")
        sheet.cell(last + 3, 1, "以上各项经局务会议审议")
        sheet.merge_cells(start_row=last + 3, start_column=1, end_row=last + 3, end_column=3)
        sheet.cell(last + 4, 1, "制表人：某某")
        sheet.cell(last + 4, 3, "审核人：某某")
    notes = book.create_sheet("说明", 0)
    notes.append(["填表要求", "一行一条"])
    book.create_sheet("Sheet3")
    book.save(path)
    return path


def test_titles_notes_blank_rows_and_second_headers_are_ignored(kept: Path) -> None:
    assert tables(kept) == tables(DEFAULT_YAML)


def test_running_numbers_and_remarks_beside_a_list_are_ignored(tmp_path: Path) -> None:
    path = write_regime_workbook(tmp_path / "n.xlsx", document_of(DEFAULT_YAML))
    book = load_workbook(path)
    sheet = book["bands"]
    sheet.insert_cols(1)
    sheet["A1"], sheet["G1"] = "序号", "备注"
    for number in range(2, 6):
        sheet.cell(number, 1, number - 1)
        sheet.cell(number, 7, "见通知")
    book.save(path)
    assert tables(path) == tables(DEFAULT_YAML)


@pytest.mark.parametrize(
    ("cells", "changes"),
    [
        ({"B5": "2024/3/21"}, {}),
        ({"B5": "2024年3月21日"}, {}),
        ({"B5": dt.datetime(2024, 3, 21)}, {}),
        ({"B7": "100"}, {}),
        ({"B7": 99.5}, {"base_points": "99.5"}),
        ({"B13": "是"}, {}),
        ({"B13": "FALSE"}, {"is_provisional": "False"}),
        ({"B13": "否"}, {"is_provisional": "False"}),
        ({"B8": None}, {"score_step": "None"}),
        ({"B9": None}, {"rounding": "none"}),
        ({"A14": "机构状态不评级", "A15": "不评级状态", "B15": "暂停；已注销"}, None),
        ({"A15": "不评级状态", "B15": "暂停；已注销"}, {"unrated_status": "suspended、deregistered"}),
        ({"A15": "unrated_status", "B15": "暂停"}, {"unrated_status": "suspended"}),
    ],
)
def test_cells_are_typed_in_many_ways(tmp_path: Path, cells: dict[str, Any], changes: dict[str, str] | None) -> None:
    path = write_regime_workbook(tmp_path / "t.xlsx", document_of(DEFAULT_YAML))
    edited(path, "rulebook", **cells)
    if changes is None:  # a remark without a value beside it
        changes = {"unrated_status": "suspended、deregistered"}
    before, after = tables(DEFAULT_YAML)["rulebooks"][0], tables(path)["rulebooks"][0]
    assert {name: str(after[name]) for name in after if after[name] != before[name]} == changes


@pytest.mark.parametrize(
    ("sheet", "cells", "code", "cell", "said"),
    [
        ("items", {"F3": "ten"}, "wrong_value", "F3", "not a number"),
        ("items", {"F3": "#N/A"}, "wrong_value", "F3", "shows an error"),
        ("items", {"B3": None}, "empty_value", "B3", "comp of items"),
        ("items", {"A3": dt.date(2024, 1, 1)}, "wrong_value", "A3", "Format the cell as text"),
        ("items", {"F1": "pionts"}, "unknown_key", "F1", "Did you mean points"),
        ("items", {"F1": "分直"}, "unknown_key", "F1", "分值"),
        ("items", {"F1": "分值", "G1": "points"}, "repeated_key", "G1", "points"),
        ("items", {"A1": None}, "missing_key", None, "code"),
        ("items", {"Z3": 20}, "no_header", "Z3", "备注"),
        ("items", {"A25": "另有"}, "one_value", "A25", "注"),
        ("components", {"C2": "P2Y"}, "wrong_value", "C2", "P1Y"),
        ("bands", {"C3": "maybe"}, "wrong_value", "C3", "true nor false"),
        ("measures", {"C2": "whlie"}, "wrong_value", "C2", "Did you mean while"),
        ("rulebook", {"B5": "2024-02-30"}, "wrong_value", "B5", "calendar"),
        ("rulebook", {"A7": "bass"}, "unknown_key", "A7", "Did you mean base"),
        ("rulebook", {"A7": "基础"}, "unknown_key", "A7", "基础分"),
        ("rulebook", {"B7": None}, "empty_value", "B7", "base"),
        ("rulebook", {"A9": "base"}, "repeated_key", "A9", "twice"),
        ("repair", {"B2": "maybe"}, "wrong_value", "B2", "true nor false"),
    ],
)
def test_what_is_wrong_is_reported_by_sheet_and_cell(
    tmp_path: Path, *, sheet: str, cells: dict[str, Any], code: str, cell: str | None, said: str
) -> None:
    path = edited(write_regime_workbook(tmp_path / "w.xlsx", document_of(DEFAULT_YAML)), sheet, **cells)
    found = [problem for problem in grammar_problems(path) if problem.code == code]
    assert found, grammar_problems(path)
    assert (found[0].place.file, found[0].place.sheet, found[0].place.cell) == (str(path), sheet, cell)
    assert f"sheet {sheet}" in str(found[0]) and (cell is None or f"cell {cell}" in str(found[0]))
    assert said in str(found[0]) and found[0].remedy


def test_what_lint_finds_is_reported_by_sheet_and_cell(tmp_path: Path) -> None:
    path = edited(write_regime_workbook(tmp_path / "l.xlsx", document_of(DEFAULT_YAML)), "bands", B3=82)
    with pytest.raises(Exception, match=r"sheet bands, row \d+: score 81 of jz-2024-draft is in no band"):
        import_regimes([path], tmp_path / "rules")
    edited(path, "bands", B3=81)
    edited(path, "items", F2=10.5)
    with pytest.raises(Exception, match=r"sheet items, cell F2, key points: points 10.5 .*\[off_step\]"):
        import_regimes([path], tmp_path / "rules")


CLAUSES = {"clauses": [{"dataset": "hotline", "clause": "", "items": ["F01"]}]}


@pytest.mark.parametrize(
    ("clause", "items", "entry"),
    [
        ("空", "F01", ("", "F01")),
        ("*", "F01、F03", ("*", "F01、F03")),
        ("第1条", "F01, F03", ("1", "F01、F03")),
        (1, "不计分", ("1", None)),
        (None, "F01", "empty_value"),
        ("1", None, "missing_key"),
        (dt.date(2024, 1, 1), "F01", "wrong_value"),
    ],
)
def test_a_clause_and_its_items_are_required(tmp_path: Path, clause: Any, items: Any, entry: Any) -> None:
    document = document_of(DEFAULT_YAML) | CLAUSES
    path = write_regime_workbook(tmp_path / "c.xlsx", document, chinese=True)
    edited(path, "条款对照", B2=clause, C2=items)
    if isinstance(entry, str):
        assert entry in {problem.code for problem in grammar_problems(path)}
    else:
        (row,) = tables(path)["clause_items"]
        assert (row["clause"], row["item_code"]) == entry


def _sheets(path: Path, change: Any) -> list[Problem]:
    book = load_workbook(path)
    change(book)
    book.save(path)
    return grammar_problems(path)


def test_sheets_that_are_not_blocks_are_reported_unless_they_are_notes(tmp_path: Path) -> None:
    path = write_regime_workbook(tmp_path / "s.xlsx", document_of(DEFAULT_YAML))

    def rename(book: Any) -> None:
        book["measures"].title = "mesures"

    def hide(book: Any) -> None:
        book["mesures"].title = "measures"
        book["measures"].sheet_state = "hidden"

    def double(book: Any) -> None:
        book["measures"].sheet_state = "visible"
        book.create_sheet("条目").append(["code", "comp", "title"])

    (problem,) = _sheets(path, rename)
    assert problem.code == "unknown_sheet" and "Did you mean measures" in problem.remedy
    (problem,) = _sheets(path, hide)
    assert problem.code == "hidden_sheet" and problem.place.sheet == "measures"
    (problem,) = _sheets(path, double)
    assert problem.code == "repeated_key" and problem.place.sheet == "条目"


def test_a_block_that_is_missing_is_reported(tmp_path: Path) -> None:
    path = write_regime_workbook(tmp_path / "m.xlsx", document_of(DEFAULT_YAML))
    (problem,) = _sheets(path, lambda book: book.remove(book["items"]))
    assert problem.code == "missing_key" and "items" in problem.message


def test_two_versions_in_one_sheet_are_reported(tmp_path: Path) -> None:
    path = write_regime_workbook(tmp_path / "v.xlsx", document_of(DEFAULT_YAML), as_pairs=False)
    (problem,) = _sheets(path, lambda book: book["rulebook"].append([cell.value for cell in book["rulebook"][2]]))
    assert problem.code == "not_one_entry" and "2 rows" in problem.message


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04cut"])
def test_what_is_not_a_workbook_is_refused_by_the_envelope(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    (problem,) = grammar_problems(path)
    assert problem.place.file == str(path) and problem.message and problem.remedy


def test_a_missing_workbook_is_reported(tmp_path: Path) -> None:
    (problem,) = grammar_problems(tmp_path / "none.xlsx")
    assert problem.code == "unreadable"


def test_every_key_has_names_that_name_no_other_key_of_its_block() -> None:
    assert {block: set(labels) for block, labels in KEY_LABELS.items()} == {
        block: set(keys) for block, keys in BLOCKS.items()
    }
    assert set(BLOCK_LABELS) == set(BLOCKS)
    for labels in (BLOCK_LABELS, *KEY_LABELS.values()):
        names = [name for key, label in labels.items() for name in (key, *label.names)]
        assert len(set(names)) == len(names), names


def test_a_folder_made_of_a_workbook_reads_back(tmp_path: Path) -> None:
    import_regimes([write_regime_workbook(tmp_path / "b.xlsx", document_of(DEFAULT_YAML))], tmp_path / "rules")
    assert len(read_folder(tmp_path / "rules").rows("items")) == 19
