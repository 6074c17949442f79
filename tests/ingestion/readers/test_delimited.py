"""Records of a CSV: their ends, their fields, and files that were cut."""

from __future__ import annotations

import pytest

from tests.ingestion.support import (
    CHECKINS,
    DAY,
    FINDINGS,
    INSURANCE,
    USCC_A,
    Door,
    checkin,
    csv_bytes,
    dataset,
    insured,
    make_id,
    page_bytes,
)
from tests.ingestion.workbooks import finding_rows, raw_workbook, sheet_xml, text_cell


def test_a_replacement_character_from_upstream_quarantines_its_row(door: Door) -> None:
    rows = [insured(make_id(1), 姓名="王\ufffd"), insured(make_id(2))]
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(csv_bytes(dataset(INSURANCE), rows, "utf-8"))
    door.ingest()
    assert door.reasons() == [(2, "damaged_text", "姓名")]
    assert not any("\ufffd" in str(row) for row in door.rows(INSURANCE))


def test_csv_records_are_counted_whatever_line_breaks_they_hold(door: Door) -> None:
    rows = [insured(make_id(1), 单位名称="甲\n公司"), insured("", "202404"), insured(make_id(2), 单位名称='乙"公司')]
    content = csv_bytes(dataset(INSURANCE), rows)
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(
        content + b"\r\n" + csv_bytes(dataset(INSURANCE), [insured(make_id(3))]).split(b"\r\n", 1)[1]
    )
    door.ingest()
    assert [row["row_number"] for row in door.rows(INSURANCE)] == [2, 4, 6]  # 5 is the blank line
    assert door.reasons() == [(3, "empty_key", "社会保障号码")]
    assert door.rows(INSURANCE)[0]["payer_name"] == "甲公司"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(door: Door, end: str) -> None:
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(csv_bytes(dataset(INSURANCE), [insured(make_id(1))], end=end))
    assert door.only_outcome().accepted_count == 1


def test_a_quotation_mark_that_never_closes_holds_the_file(door: Door) -> None:
    content = csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(30)])
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(content + b'"' + content.split(b"\r\n", 1)[1])
    outcome = door.only_outcome()
    assert outcome.reason_code == "unreadable"
    assert "Line 61: the text ends inside a quoted cell (its record begins in line 32)" in (outcome.message or "")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_control_character_quarantines_its_row_in_every_format(door: Door, encoding: str) -> None:
    rows = [insured(make_id(1), 姓名="王\x07强"), insured(make_id(2)), insured(make_id(3), 单位名称="甲\x00\x1b司")]
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(csv_bytes(dataset(INSURANCE), rows, encoding))
    cells = finding_rows({"认定单位": text_cell("{r}", "a_x0007_b")})
    raw_workbook(door.drop(FINDINGS, DAY, "a.xlsx"), {"S": sheet_xml(cells)})
    door.drop(CHECKINS, DAY, "p.json").write_bytes(page_bytes(dataset(CHECKINS), [checkin(xm="王\0强")]))
    door.ingest()
    assert sorted(door.reasons(), key=str) == [
        (1, "damaged_text", "xm"),
        (2, "damaged_text", "姓名"),
        (2, "damaged_text", "认定单位"),
        (4, "damaged_text", "单位名称"),
    ]


def test_ctrl_z_ends_a_text(door: Door) -> None:
    whole = csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(2)])
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(whole + b"\x1a")
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count, outcome.accepted_count) == ("loaded", 2, 2)


@pytest.mark.parametrize("cut", range(1, 24))
def test_a_csv_cut_in_its_last_cells_is_held(door: Door, cut: int) -> None:
    whole = csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(3)])
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(whole[: -1 - cut])
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count) == ("held", 0)


@pytest.mark.parametrize("place", ["inspections/checks", "complaints/media"])
def test_a_last_value_that_a_cut_made_another_one_is_never_loaded(door: Door, place: str) -> None:
    """Without its last line break no file is loaded, though every cell of its last record could be a value."""
    row = {
        "inspections/checks": {"任务编号": "RW-1", "序号": "1", "检查类型": "专项", "统一社会信用代码": USCC_A}
        | {"撤销日期": "2024-03-21"},
        "complaints/media": {"线索编号": "XS-1", "发现日期": "2024-03-01", "对应失信条款": "11"},
    }[place]
    whole = csv_bytes(dataset(place), [row])
    for cut in (2, 3):  # the line break; 2024-03-2 and clause 1, both of them values
        door.drop(place, f"2024-06-0{cut}", "a.csv").write_bytes(whole[:-cut])
    for outcome in door.outcomes().values():
        assert (outcome.status, outcome.reason_code, outcome.read_count) == ("held", "unreadable", 0)
        assert "press Enter at the very end" in (outcome.message or "")
    door.drop(place, "2024-06-03", "b.csv").write_bytes(whole[:-2] + b"\n")  # as the message says
    assert door.outcomes()["2024-06-03/b.csv"].accepted_count == 1


def test_a_comma_after_the_last_header_is_not_a_column(door: Door) -> None:
    lines = csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(3)]).split(b"\r\n")
    lines[0] += b","
    lines[2] += b","
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(b"\r\n".join(lines))
    outcome = door.only_outcome()
    assert (outcome.read_count, outcome.accepted_count) == (3, 3)


def test_a_record_with_the_wrong_number_of_fields_is_quarantined(door: Door) -> None:
    lines = csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(3)]).split(b"\r\n")
    lines[2] = lines[2].rsplit(b",", 3)[0]
    lines[3] += b",1"
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(b"\r\n".join(lines))
    door.ingest()
    assert [(number, reason) for number, reason, _ in door.reasons()] == [(3, "field_count"), (4, "field_count")]


def test_a_csv_cut_inside_a_record_is_held(door: Door) -> None:
    whole = csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(30)])
    last = whole.rindex(b"\r\n", 0, -2) + 2
    commas = [place for place in range(last, len(whole)) if whole[place : place + 1] == b","]
    for number, place in enumerate(commas[:-1]):
        door.drop(INSURANCE, f"2024-07-{number + 1:02d}", "a.csv").write_bytes(whole[: place + 1])
    assert {outcome.reason_code for outcome in door.outcomes().values()} == {"unreadable"}
