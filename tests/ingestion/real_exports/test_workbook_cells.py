"""K13: no cell of a workbook is lost or changed without a message; a sheet with a missing cell is held."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingestion import readers
from ingestion.envelope import workbooks
from ingestion.readers import workbook_cells, workbook_rewriting
from tests.ingestion.real_exports.builder import (
    DAY,
    ROWS,
    USCC_A,
    Door,
    Raw,
    dataset,
    date_styles,
    finding,
    grid,
    make_id,
    pack,
    parts,
    person,
    put,
    put_parts,
    sheet,
)

CDATA = {
    "inline": '<c r="{r}" t="inlineStr"><is><t><![CDATA[@]]></t></is></c>',
    "text": '<c r="{r}" t="str"><v><![CDATA[@]]></v></c>',
    "half of a text": '<c r="{r}" t="str"><v><![CDATA[@]]><![CDATA[]]></v></c>',
    "runs": '<c r="{r}" t="inlineStr"><is><r><t><![CDATA[@]]></t></r></is></c>',
}


def read(place: str, path: Path) -> list[list[Any]]:
    return [
        [cell if cell not in ("", None) else None for cell in row.cells]
        for row in readers.read_rows(dataset(place), path, readers.Notes())
    ]


@pytest.mark.parametrize("place", ["credit_desk/findings", "registry/personnel", "inspections/penalties"])
@pytest.mark.parametrize("how", CDATA)
def test_a_row_in_cdata_is_read(door: Door, tmp_path: Path, place: str, how: str) -> None:
    """x_cdata"""
    names, *plain = grid(place, [ROWS[place](), ROWS[place](), ROWS[place]()])
    odd = [
        [Raw(CDATA[how].replace("@", str(cell))) if isinstance(cell, str) else cell for cell in row] for row in plain
    ]
    path = pack(door.drop(place, DAY, "a.xlsx"), parts({"Sheet1": sheet([names, *odd])}))
    assert read(place, path) == read(place, pack(tmp_path / "plain.xlsx", parts({"Sheet1": sheet([names, *plain])})))
    assert door.only_outcome().read_count == 3


def test_cdata_in_shared_texts_beside_cells_without(door: Door) -> None:
    shared = Raw('<c r="{r}" t="s"><v>0</v></c>')
    rows = [finding("RD-1", 项目编号=shared), finding("RD-2"), finding("RD-3", 项目编号=shared)]
    cells = grid("credit_desk/findings", rows)
    put_parts(door, "credit_desk/findings", parts({"Sheet1": sheet(cells)}, shared="<si><t><![CDATA[XM-77]]></t></si>"))
    door.ingest()
    assert [row["project_no"] for row in door.rows("credit_desk/findings")] == ["XM-77", None, "XM-77"]


# Cells that the reader gets wrong or misses: (dataset, header, cell, expected value)
ODD_CELLS: dict[str, tuple[str, str, str, Any]] = {
    "a value before its formula": ("credit_desk/findings", "项目编号", '<c r="{r}" t="str"><v>XM-9</v><f>A1</f></c>', "XM-9"),
    "a number before its formula": ("inspections/penalties", "罚款金额(万元)", '<c r="{r}"><v>3</v><f>1+2</f></c>', 3.0),
    "digits as codes": ("inspections/penalties", "罚款金额(万元)", '<c r="{r}"><v>1&#50;</v></c>', 12.0),
    "a number of codes": ("registry/equipment", "数量", '<c r="{r}"><v>&#52;</v></c>', 4.0),
    "a comment in a number": ("registry/equipment", "数量", '<c r="{r}"><v>1<!-- x -->2</v></c>', 12.0),
    "an instruction in a number": ("registry/agencies", "初级操作员", '<c r="{r}"><v>1<?x?>2</v></c>', 12.0),
    "a comment in a text": ("credit_desk/findings", "项目编号", '<c r="{r}" t="inlineStr"><is><t>XM<!-- x -->-4</t></is></c>', "XM-4"),
    "a shared text on its own line": ("registry/personnel", "资格证书编号", '<c r="{r}" t="s"><v>\n 1 \n</v></c>', "second"),
    "a shared text with a line behind": ("credit_desk/repairs", "经办人", '<c r="{r}" t="s"><v>1\n</v></c>', "second"),
    "a number on its own line": ("registry/equipment", "数量", '<c r="{r}"><v>\n5\n</v></c>', 5.0),
    "a number behind a text": ("registry/personnel", "资格证书编号", '<c r="{r}" t="inlineStr"><is><t>ZS-1</t></is><v>7</v></c>', "ZS-1"),
    "a text where a value stands": ("complaints/hotline", "承办单位", '<c r="{r}" t="inlineStr"><v>某局</v></c>', "某局"),
    "lists behind a value": ("registry/site_checks", "核查人员", '<c r="{r}" t="str"><v>甲某</v><extLst><ext/></extLst></c>', "甲某"),
    "a picture in the cell": ("registry/personnel", "资格证书编号", '<c r="{r}" t="str"><f>_xlfn.DISPIMG("ID_1",1)</f><v>=DISPIMG("ID_1",1)</v></c>', '=DISPIMG("ID_1",1)'),
    "a picture without a type": ("registry/personnel", "注册证编号", '<c r="{r}"><f>DISPIMG("ID_1",1)</f><v>=DISPIMG("ID_1",1)</v></c>', '=DISPIMG("ID_1",1)'),
}  # fmt: skip


@pytest.mark.parametrize("how", ODD_CELLS)
def test_a_cell_is_read_as_it_is_written(tmp_path: Path, how: str) -> None:
    place, header, cell, right = ODD_CELLS[how]
    cells = grid(place, [ROWS[place](**{header: Raw(cell)}), ROWS[place]()])
    texts = "<si><t>first</t></si><si><t>second</t></si>"
    path = pack(tmp_path / "a.xlsx", parts({"Sheet1": sheet(cells)}, shared=texts))
    index = next(i for i, column in enumerate(dataset(place).columns) if column.header == header)
    first, second = read(place, path)
    assert first[index] == right
    assert sum(cell is not None for cell in second) == sum(cell is not None for cell in cells[2])


@pytest.mark.parametrize(
    ("place", "header"), [("credit_desk/findings", "撤销日期"), ("registry/personnel", "劳动合同起")]
)
@pytest.mark.parametrize("error", ["#SPILL!", "#CALC!", "#GETTING_DATA", "#名称?"])
def test_a_new_kind_of_error_is_the_fault_of_its_row_alone(door: Door, place: str, header: str, error: str) -> None:
    cell = Raw(f'<c r="{{r}}" t="e"><f>F(1)</f><v>{error}</v></c>')
    cells = grid(place, [ROWS[place](**{header: cell}), ROWS[place]()])
    put_parts(door, place, parts({"Sheet1": sheet(cells)}))
    outcome = door.only_outcome()
    assert (outcome.read_count, outcome.accepted_count) == (2, 1)
    assert door.reasons() == [(2, "error_value", header)]


# What ordinary exporters write; none of it needs a second reading
CLEAN: dict[str, tuple[str, str]] = {
    "styled and empty": ("credit_desk/findings", '<c r="{r}" s="1"/>'),
    "styled, opened and empty": ("registry/personnel", '<c r="{r}" s="1"></c>'),
    "an empty value": ("inspections/penalties", '<c r="{r}" s="1"><v/></c>'),
    "an empty value, opened": ("credit_desk/findings", '<c r="{r}" t="s"><v></v></c>'),
    "an empty shared text": ("registry/personnel", '<c r="{r}" t="s"><v>1</v></c>'),
    "a shared text of spaces": ("complaints/hotline", '<c r="{r}" t="s"><v>2</v></c>'),
    "an empty inline text": ("credit_desk/repairs", '<c r="{r}" t="inlineStr"><is><t></t></is></c>'),
    "an inline text of nothing": ("registry/equipment", '<c r="{r}" t="inlineStr"><is/></c>'),
    "a kept space": ("registry/equipment", '<c r="{r}" t="inlineStr"><is><t xml:space="preserve"> </t></is></c>'),
    "a line end as text": ("registry/site_checks", '<c r="{r}" t="inlineStr"><is><t>_x000D_</t></is></c>'),
    "an empty text of a formula": ("credit_desk/decisions", '<c r="{r}" t="str"><f>""</f><v></v></c>'),
    "a text of a formula": ("inspections/penalties", '<c r="{r}" t="str"><f>A1&amp;"x"</f><v>x &lt; y</v></c>'),
    "runs with their sound": ("complaints/hotline", '<c r="{r}" t="s"><v>3</v></c>'),
    "a text of nothing but its sound": ("registry/personnel", '<c r="{r}" t="s"><v>4</v></c>'),
    "a day": ("credit_desk/findings", '<c r="{r}" t="d"><v>2024-05-20</v></c>'),
    "a day as a number": ("credit_desk/findings", '<c r="{r}" s="1"><v>45432</v></c>'),
    "yes": ("registry/agencies", '<c r="{r}" t="b"><v>1</v></c>'),
    "no": ("registry/agencies", '<c r="{r}" t="b"><v>0</v></c>'),
    "a formula": ("registry/equipment", '<c r="{r}"><f>1+1</f><v>2</v></c>'),
    "a formula without a value": ("credit_desk/merit_claims", '<c r="{r}"><f>A1</f></c>'),
    "an error": ("credit_desk/merit_claims", '<c r="{r}" t="e"><v>#N/A</v></c>'),
    "a long number": ("registry/personnel", '<c r="{r}"><v>1.2345678901234567E+17</v></c>'),
    "an empty cell behind text": ("inspections/penalties", '<c r="{r}" t="inlineStr"><is><t>a</t><phoneticPr fontId="1"/></is></c>'),
}  # fmt: skip
TEXTS = (
    '<si><t>text</t></si><si><t/></si><si><t xml:space="preserve"> </t></si>'
    '<si><r><t>某</t></r><r><t xml:space="preserve"> 局</t></r><rPh sb="0" eb="1"><t>mou</t></rPh></si>'
    '<si><rPh sb="0" eb="1"><t>mou</t></rPh></si>'
)


@pytest.mark.parametrize("how", CLEAN)
def test_a_clean_workbook_is_read_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Every kind of cell, present or absent, counts the same on both sides; a plain copy would give the same."""
    place, cell = CLEAN[how]
    cells = grid(place, [ROWS[place](), ROWS[place]()])
    cells[1][-1] = Raw(cell)
    merges = '<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    found = parts({"Sheet1": sheet(cells, after=merges)}, shared=TEXTS, styles=date_styles("yyyy-mm-dd"))
    path = pack(tmp_path / "a.xlsx", found)
    with monkeypatch.context() as patch:
        patch.delattr(workbook_cells, "rewritten")
        plain = read(place, path)
    assert len(plain) == 2
    found["xl/worksheets/sheet1.xml"] = str(found["xl/worksheets/sheet1.xml"]).replace("<row", "<!-- x --><row", 1)
    assert read(place, pack(path, found)) == plain


@pytest.mark.parametrize("place", ["credit_desk/findings", "registry/personnel", "inspections/penalties"])
def test_two_cells_in_one_place_are_held(door: Door, place: str) -> None:
    cells = grid(place, [ROWS[place](), ROWS[place]()])
    double = sheet(cells).replace("</row>", '<c r="B2"><v>7</v></c></row>', 2)
    put_parts(door, place, parts({"名单": double}))
    put(door, place, [ROWS[place]()], name="good.xlsx")
    outcomes = door.outcomes()
    odd = outcomes[f"{DAY}/a.xlsx"]
    assert (odd.status, odd.reason_code, odd.read_count) == ("held", "unreadable", 0)
    assert "sheet 名单" in (odd.message or "")
    assert "filled cells could be read" in (odd.message or "")
    assert USCC_A not in (odd.message or "")
    assert outcomes[f"{DAY}/good.xlsx"].status == "loaded"


@pytest.mark.parametrize("place", ["credit_desk/repairs", "complaints/hotline"])
def test_a_row_that_both_readings_miss_holds_the_file(door: Door, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Whatever the reader may miss one day, the count reveals it."""
    whole = workbook_cells.iter_cells

    def without_the_last(sheet: Any) -> Iterator[list[Any]]:
        rows = list(whole(sheet))
        yield from rows[:-1]

    monkeypatch.setattr(workbook_cells, "iter_cells", without_the_last)
    put(door, place, [ROWS[place](), ROWS[place]()])
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count) == ("held", 0)


HIDDEN = {
    "far cells": '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "a comment": '<row r="1"><!-- x --><c r="A1"><v>1</v></c></row>',
    "an odd type": '<row r="1"><c r="A1" t="x"><v>1</v></c></row>',
    "no place": '<row r="1"><c r="A0"><v>1</v></c></row>',
    "two cells in one place": '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
    "no shared text": '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
    "no number": '<row r="1"><c r="A1" t="n"><v>x</v></c></row>',
    "no whole XML": '<row r="1"><c r="A1"><v>1</v></row>',
    "merges": '<row r="1"><mergeCell ref="A1:B1"/><mergeCell ref="A2:B2"/></row>',
}


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("how", HIDDEN)
def test_the_content_of_a_hidden_sheet_is_ignored(
    door: Door, monkeypatch: pytest.MonkeyPatch, how: str, is_first: bool, state: str
) -> None:
    """It is not read, so a plain workbook stays one; nor does it hold one that has to be rewritten."""
    place = "credit_desk/findings" if state == "hidden" else "registry/agencies"
    for module in (workbooks, workbook_rewriting):
        monkeypatch.setattr(module, "MAX_MERGES", 1)
    hidden, plain = sheet([]).replace("</sheetData>", HIDDEN[how] + "</sheetData>"), sheet(grid(place, [ROWS[place]()]))
    for name, visible in (("plain.xlsx", plain), ("odd.xlsx", plain.replace("<row", "<!-- x --><row", 1))):
        found = parts({"旧": hidden, "名单": visible} if is_first else {"名单": visible, "旧": hidden})
        found["xl/workbook.xml"] = str(found["xl/workbook.xml"]).replace('name="旧"', f'name="旧" state="{state}"')
        put_parts(door, place, found, name=name, day=DAY if name == "odd.xlsx" else "2024-06-02")
        if name == "plain.xlsx":
            with monkeypatch.context() as patch:
                patch.delattr(workbook_cells, "rewritten")
                assert door.ingest().held == []
    outcomes = door.outcomes().values()
    assert [(o.status, o.accepted_count, o.hidden_sheet_count) for o in outcomes] == [("loaded", 1, 1)] * 2, [
        o.message for o in outcomes
    ]


def test_a_visible_sheet_is_read_even_if_its_part_is_also_a_hidden_sheet(door: Door) -> None:
    place = "credit_desk/findings"
    odd = sheet(grid(place, [finding()])).replace("<row", "<!-- x --><row", 1)
    found = parts({"旧": odd, "名单": odd})
    found["xl/workbook.xml"] = str(found["xl/workbook.xml"]).replace('name="旧"', 'name="旧" state="hidden"')
    related = str(found["xl/_rels/workbook.xml.rels"])
    found["xl/_rels/workbook.xml.rels"] = related.replace("sheet2.xml", "sheet1.xml")
    put_parts(door, place, found)
    outcome = door.only_outcome()
    assert (outcome.accepted_count, outcome.hidden_sheet_count) == (1, 1)


@pytest.mark.parametrize(
    ("place", "cell", "said"),
    [
        ("credit_desk/findings", '<c r="{r}" t="n"><v>text</v></c>', "sheet Sheet1, cell A3 has the type of a number, but its value is not a number"),
        ("registry/personnel", '<c r="{r}" t="x"><v>1</v></c>', "sheet Sheet1, cell A3 has an unknown type"),
        ("registry/equipment", '<c r="A0"><v>1</v></c>', "a cell of sheet Sheet1 has no valid position"),
        ("inspections/penalties", '<c r="{r}" t="s"><v>99</v></c>', "cut off or damaged"),
    ],
)  # fmt: skip
def test_a_cell_that_no_program_writes_is_named(door: Door, place: str, cell: str, said: str) -> None:
    cells = grid(place, [ROWS[place](), ROWS[place]()])
    cells[2][0] = Raw(cell)
    put_parts(door, place, parts({"Sheet1": sheet(cells)}, shared="<si><t>x</t></si>"))
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "unreadable")
    assert said in (outcome.message or "")


@pytest.mark.parametrize("names", [("甲&amp;乙", "丙"), ("a&#9;b", "a b"), ("&#x540D;单", "名 单")])
def test_sheets_are_distinguished_by_their_position(door: Door, names: tuple[str, str]) -> None:
    """Each reader may read their names differently."""
    found = parts(
        {
            "one": sheet(grid("credit_desk/findings", [finding("RD-1")])),
            "two": sheet(grid("credit_desk/findings", [finding("RD-2")])),
        }
    )
    book = str(found["xl/workbook.xml"])
    found["xl/workbook.xml"] = book.replace('"one"', f'"{names[0]}"').replace('"two"', f'"{names[1]}"')
    put_parts(door, "credit_desk/findings", found)
    door.ingest()
    assert [row["finding_id"] for row in door.rows("credit_desk/findings")] == ["RD-1", "RD-2"]


def test_only_the_sheet_that_needs_it_is_read_again(door: Door) -> None:
    """Sheets that passed are not read again, and rows keep their order."""
    good = sheet(grid("registry/personnel", [person("王强", make_id(1))]))
    odd = sheet(
        grid(
            "registry/personnel", [person("李丽", make_id(2), 资格证书编号=Raw('<c r="{r}" t="str"><v>Z</v><f/></c>'))]
        )
    )
    put_parts(door, "registry/personnel", parts({"甲": good, "乙": odd, "空": sheet([])}))
    door.ingest()
    rows = door.rows("registry/personnel")
    assert [(row["sheet"], row["person_name"]) for row in rows] == [("甲", "王强"), ("乙", "李丽")]
