"""K1: a CSV whose exporter does not quote. Two stray quotation marks never swallow rows; a quoted text is one cell."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.ingestion.real_exports.builder import (
    ROWS,
    USCC_B,
    Door,
    Row,
    check,
    csv_text,
    grid,
    insured,
    make_id,
    media_item,
    put_csv,
)

CHECKS, INSURANCE, MEDIA = "inspections/checks", "registry/social_insurance", "complaints/media"


def seven(place: str) -> list[Row]:
    numbers = range(1, 8)
    match place:
        case "inspections/checks":
            return [check(f"RW-{n}") for n in numbers]
        case "complaints/media":
            return [media_item(f"XS-{n}") for n in numbers]
        case _:
            return [insured(make_id(n), "202405", 姓名=f"甲{chr(0x4E00 + n)}") for n in numbers]


def bare(cells: Sequence[Sequence[object]], end: str = "\r\n") -> str:
    """Cells as written by an exporter that never quotes."""
    return "".join(",".join("" if cell is None else str(cell) for cell in row) + end for row in cells)


def marked(
    place: str, opens: tuple[int, str], closes: tuple[int, str], end: str = "\r\n", extra: Sequence[str] = ()
) -> str:
    """Seven rows with a mark before one cell and one behind another; row 0 is the header, so row n is line n + 1."""
    cells = grid(place, seven(place))
    names = list(cells[0])
    for (row, column), place_of in ((opens, '"{}'), (closes, '{}"')):
        index = names.index(column)
        written = cells[row][index]
        cells[row][index] = place_of.format("" if written is None else written)
    return bare([[*row, *extra] for row in cells], end)


def held(door: Door) -> str:
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code, outcome.read_count) == ("held", "unreadable", 0)
    chinese, line, english = (outcome.message or "").partition("a.csv: ")[2].rpartition("Line")
    assert chinese.startswith("第 ")
    return line + english


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize(
    ("place", "marks", "said"),
    [
        (CHECKS, ((2, "问题描述"), (5, "问题描述")), "Lines 3 to 6, column J (问题描述): "),
        (INSURANCE, ((2, "单位名称"), (5, "单位名称")), "Lines 3 to 6, column B (单位名称): "),
        (MEDIA, ((3, "摘要"), (4, "摘要")), "Lines 4 to 5, column F (摘要): "),  # one row
        (CHECKS, ((1, "检查人员"), (7, "撤销日期")), "Lines 2 to 8, column H (检查人员): "),  # all of them
        (INSURANCE, ((6, "险种"), (7, "缴费基数")), "Lines 7 to 8, column F (险种): "),  # the tail
        (
            CHECKS,
            ((4, "撤销日期"), (5, "任务编号")),
            "Lines 5 to 6, column Q (撤销日期): ",
        ),  # no comma between the marks
        (MEDIA, ((4, "对应失信条款"), (6, "来源")), "Lines 5 to 7, column J (对应失信条款): "),
        (INSURANCE, ((3, "缴费状态"), (4, "单位名称")), "Lines 4 to 5, column H (缴费状态): "),
        (CHECKS, ((0, "撤销日期"), (3, "撤销日期")), "Lines 1 to 4, column Q: "),  # from the header on
        (INSURANCE, ((0, "姓名"), (2, "单位编号")), "Lines 1 to 3, column D: "),
        (MEDIA, ((0, "线索编号"), (2, "摘要")), "Lines 1 to 3, column A: "),
    ],
)
def test_two_stray_marks_hold_the_file_and_name_both_lines(
    door: Door, place: str, marks: tuple[tuple[int, str], tuple[int, str]], said: str, end: str
) -> None:
    """c_quote_pair, c_quote_pair_insurance"""
    put_csv(door, place, marked(place, *marks, end))
    message = held(door)
    assert message.startswith(said)
    assert "rows of the list, which would be lost. Export again with every cell quoted" in message
    assert make_id(3) not in message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("extra", [(), ("", "")], ids=["exact", "commas at the end"])
def test_rows_swallowed_in_every_encoding_are_seen(door: Door, encoding: str, extra: Sequence[str]) -> None:
    text = marked(CHECKS, (3, "问题描述"), (4, "检查机关"), extra=extra)
    put_csv(door, CHECKS, text, encoding=encoding)
    assert held(door).startswith("Lines 4 to 5, column J (问题描述): ")


def test_a_title_that_swallows_the_header_is_seen(door: Door) -> None:
    """A second header further down would be read as the first, and the rows above it would be lost."""
    cells = grid(MEDIA, seven(MEDIA))
    put_csv(door, MEDIA, '"某局线索台账\r\n' + bare(cells[:4]) + '附件"\r\n' + bare([cells[0], *cells[4:]]))
    assert held(door).startswith("Lines 1 to 6, column A: ")


def test_swallowed_rows_with_doubled_marks_are_seen(door: Door) -> None:
    text = marked(CHECKS, (2, "问题描述"), (5, "问题描述")).replace("RW-4,1,专项", 'RW-4,1,""专项""')
    put_csv(door, CHECKS, text)
    assert held(door).startswith("Lines 3 to 6, column J")


def test_swallowed_rows_beyond_the_first_ones_are_seen(door: Door) -> None:
    cells = grid(INSURANCE, [insured(make_id(n), "202405") for n in range(1, 900)])
    cells[700][1] = '"某公司'
    cells[701][1] = '某公司"'
    put_csv(door, INSURANCE, bare(cells))
    assert held(door).startswith("Lines 701 to 702, column B (单位名称): ")


@pytest.mark.parametrize(
    ("place", "column"), [(MEDIA, "摘要"), (CHECKS, "问题描述"), (INSURANCE, "单位名称"), (CHECKS, "检查人员")]
)
@pytest.mark.parametrize("number", [make_id(7), make_id(5).lower(), make_id(7).translate({48 + n: 0xFF10 + n for n in range(10)})])  # fmt: skip
def test_an_id_number_in_a_text_of_several_lines_holds_the_file(
    door: Door, place: str, column: str, number: str
) -> None:
    put_csv(door, place, csv_text(grid(place, [ROWS[place](**{column: f"见附件\n张某{number}\n等"})])))
    message = held(door)
    assert message.startswith("Lines 2 to 4, column ")
    assert number not in message


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize(
    ("place", "cells"),
    [
        (CHECKS, {"问题描述": "一、灭火器过期,未更换;\n二、通道堵塞,2024-05-02 前整改,逾期另行处理。"}),
        (CHECKS, {"问题描述": "，".join("一二三四五六七八九十" * 4) + "\n" + "，" * 40}),  # full-width commas
        (CHECKS, {"问题描述": '称"三合一"场所,\n已拆除"隔间"', "检查机关": "某局\n某科"}),
        (MEDIA, {"摘要": "据报道,某商场\n\n消防通道被占,\r\n电话 13800001234", "机构名称": None}),
        (INSURANCE, {"单位名称": "甲\n公司", "社会保障号码": make_id(1) + "\n"}),
    ],
)
def test_a_text_of_several_lines_is_one_cell(door: Door, place: str, cells: Row, end: str) -> None:
    rows = [ROWS[place](), ROWS[place](**cells), ROWS[place](统一社会信用代码=USCC_B)]
    text = csv_text(grid(place, rows), "\r\n")
    put_csv(door, place, text if end == "\r\n" else text.replace("\r\n", "\n").replace("\n", end))
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count) == ("loaded", 3)
    assert not outcome.message


def test_a_mark_within_an_unquoted_cell_is_only_a_character(door: Door) -> None:
    rows = [check("RW-1", 问题描述='逾期未整改的"三合一"'), check("RW-2", 问题描述='门宽12"')]
    put_csv(door, CHECKS, bare(grid(CHECKS, rows)))
    assert door.only_outcome().accepted_count == 2
    assert [row["problem"] for row in door.rows(CHECKS)] == ['逾期未整改的"三合一"', '门宽12"']


@pytest.mark.parametrize(
    ("columns", "extra"),
    [
        (("问题描述", "对应失信条款"), ()),
        (("检查人员", "问题描述"), ("", "", "")),  # as many fields as the header names, but each in another column
        (("任务编号", "撤销日期"), ()),
    ],
)
def test_a_pair_of_marks_within_one_record_keeps_that_row_out(
    door: Door, columns: tuple[str, str], extra: Sequence[str]
) -> None:
    put_csv(door, CHECKS, marked(CHECKS, (3, columns[0]), (3, columns[1]), extra=extra))
    outcome = door.only_outcome()
    assert (outcome.read_count, outcome.accepted_count) == (7, 6)
    assert door.reasons() == [(4, "field_count", None)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("RW-4,1,专项", 'RW-4,1,"专"项', "Line 5: text follows the quotation mark that closes a cell. "),
        ("RW-3,1", 'RW-3,"1', "Line 8: the text ends inside a quoted cell (its record begins in line 4): "),
    ],
)  # fmt: skip
def test_marks_that_do_not_pair_are_reported_with_their_line(door: Door, old: str, new: str, said: str) -> None:
    put_csv(door, CHECKS, bare(grid(CHECKS, seven(CHECKS))).replace(old, new))
    assert held(door).startswith(said)


def test_a_swallowed_row_with_quoted_cells_is_reported_with_both_lines(door: Door) -> None:
    text = marked(CHECKS, (2, "问题描述"), (5, "问题描述")).replace("RW-4,1,专项", 'RW-4,1,"专项"')
    put_csv(door, CHECKS, text)
    assert held(door).startswith(
        "Line 5: text follows the quotation mark that closes a cell (its record begins in line 3). Export again"
    )


@pytest.mark.parametrize(
    ("separator", "said"), [("\t", "tabs"), (";", "semicolons"), ("|", "vertical bars"), ("，", "full-width commas")]
)
@pytest.mark.parametrize(("encoding", "quote"), [("gb18030", False), ("utf-16", False), ("utf-8", True)])
def test_another_separator_is_named(door: Door, separator: str, said: str, encoding: str, quote: bool) -> None:
    cells = [["" if cell is None else str(cell) for cell in row] for row in grid(MEDIA, seven(MEDIA))]
    lines = [separator.join(f'"{cell}"' if quote else cell for cell in row) for row in cells]
    put_csv(door, MEDIA, "\r\n".join([*lines, ""]), encoding=encoding)
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "missing_header")
    assert f"separated by {said}, not by commas. Export it again as CSV with commas." in (outcome.message or "")
