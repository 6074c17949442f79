"""The first screen fits, whatever there is to say; and each reason comes with one example and its remedy."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from orchestration.cli.kept_out import kept_out_lines
from orchestration.cli.screen import MOST, first_screen
from serving.overview import Graded, Kind, Overview
from serving.reasons import FILE_REASONS, ROW_REASONS, Reason

WIDTH = 100
COMMANDS = [("firemark --home var explain 91410883MAA8JG3C7T", "最低分的由来 why"), ("firemark quarantine", "全部 all")]


def report(**changed: Any) -> dict[str, Any]:
    return {
        "status": "released",
        "release_id": "2026-11-27-58fe9980ff6e",
        "as_of_on": "2026-11-27",
        "rulebook_id": "jz-2024-draft",
        "seconds": 61.0,
        "files": {"new": 411, "parsed": 399, "loaded": 395, "duplicate": 4, "held": 12, "replaced": 0},
        "rows": {"read": 47954, "accepted": 46633, "quarantined": 646, "duplicate": 675},
        "checks": {"passed": 315, "failed": [{"check_name": "x"}] * 3},
        "notes": [],
        "ignored": [],
        "later_than_as_of": {"file_count": 0, "received_on": None},
    } | changed


def reason(code: str, count: int, words: tuple[str, str]) -> Reason:
    place = f"credit_desk/merit_claims/2026-10-28 守信申报台账{code}.xlsx, sheet Sheet1, row 3, 审核结论"
    return Reason(code, count, *words, place, f"What was found of {code}. What to do about {code}.")


FILES = [reason(code, 2, (wrong, "")) for code, wrong in FILE_REASONS.items()]
ROWS = [reason(code, 40 - place, words) for place, (code, words) in enumerate(ROW_REASONS.items())]
KINDS = [
    Kind("very_high", "employed_by_public_body", "在机关、事业单位或社会团体任职", 2),
    Kind("high", "double_registration", "同时在两家以上机构注册", 3),
    Kind("high", "paid_by_other_firm", "养老保险由其他企业缴纳", 3),
    Kind("medium", "double_registration", "同时在两家以上机构注册", 1),
]


def agencies(count: int, grade: str | None = "A", name: str = "焦作市永昊消防技术服务有限公司") -> list[Graded]:
    return [Graded(f"9141{place:014}", f"{place}{name}", Decimal(count - place), grade) for place in range(count)]


def found(**changed: Any) -> Overview:
    return Overview(
        **{
            "quarantined": ROWS[:3],
            "corrected_count": 128,
            "nobodys_count": 11,
            "conflicts": {"explained": 15, "open": 9},
            "kinds": KINDS,
            "open_leads": 22,
            "data_issues": 62,
            "overdue_tasks": 4,
            "graded_on": dt.date(2026, 11, 27),
            "agencies": agencies(28),
            "unrated_count": 0,
            "incomplete_count": 28,
            "is_provisional": True,
        }
        | changed
    )


def lines(
    files: list[Reason], overview: Overview | None, width: int = WIDTH, said: dict[str, Any] | None = None
) -> list[str]:
    blocks = first_screen(said or report(), files, overview, COMMANDS, width)
    return [line for block in blocks for line in block]


@settings(max_examples=60, deadline=None)
@given(
    files=st.integers(0, len(FILES)),
    rows=st.integers(0, len(ROWS)),
    count=st.sampled_from([0, 1, 2, 27, 28, 29, 300]),
    kinds=st.sampled_from([0, 1, 4]),
    width=st.sampled_from([80, 100, 120]),
)
def test_it_fits_whatever_there_is(files: int, rows: int, count: int, kinds: int, width: int) -> None:
    shown = lines(FILES[:files], found(quarantined=ROWS[:rows], agencies=agencies(count), kinds=KINDS[:kinds]), width)
    assert len(shown) <= MOST
    assert all(cell_len(line) <= width for line in shown), max(shown, key=cell_len)
    assert not any("\x1b" in line or "\n" in line or line != line.rstrip() for line in shown)


def test_each_reason_that_is_shown_has_one_example_and_its_remedy() -> None:
    shown = "".join(line.strip() + " " for line in lines(FILES[:3], found()))
    for one in [*FILES[:3], *ROWS[:3]]:
        assert one.in_chinese in shown
        assert shown.count(f"守信申报台账{one.code}.xlsx") == 1
        assert shown.replace(" ", "").count(f"Whatwasfoundof{one.code}.Whattodoabout{one.code}.") == 1


def test_what_has_no_room_is_counted_and_named_and_no_reason_is_lost() -> None:
    shown = lines(FILES, found(quarantined=ROWS))
    tails = [line for line in shown if "另有" in line and "more reasons" in line]
    assert len(tails) == 2
    for every, tail in zip((FILES, ROWS), tails, strict=True):
        told = [one for one in every if any(f"守信申报台账{one.code}.xlsx" in line for line in shown)]
        left = every[len(told) :]
        assert told == every[: len(told)] and len(told) >= 2
        assert f"另有 {len(left)} 种" in tail and int(tail.split()[0]) == sum(one.count for one in left)
        assert left[0].wrong in tail


def test_neither_files_nor_rows_take_all_the_room() -> None:
    for files, rows in ((FILES, ROWS[:2]), (FILES[:2], ROWS)):
        shown = "\n".join(lines(files, found(quarantined=rows)))
        assert all(f"守信申报台账{one.code}.xlsx" in shown for one in min((files, rows), key=len))


def test_conflicts_are_told_by_severity_and_kind() -> None:
    shown = "\n".join(lines([], found()))
    assert "冲突 conflicts 24 = 有解释 explained 15 + 待核 open 9" in shown
    assert "极高 very high: 2×在机关、事业单位或社会团体任职 employed_by_public_body" in shown
    assert "高 high: 3×同时在两家以上机构注册 double_registration、" in shown
    assert "open leads 22" in shown and "data issues 62" in shown and "overdue tasks 4" in shown


def test_every_agency_stands_in_the_table_and_the_best_above() -> None:
    shown = lines([], found(agencies=agencies(28)))
    table = [line for line in shown if "有限公司" in line]
    assert len(table) == 14
    assert table[0].split() == [
        "0焦作市永昊消防技术服务有限公司",
        "28",
        "A",
        "14焦作市永昊消防技术服务有限公司",
        "14",
        "A",
    ]
    assert "Grades on 2026-11-27: A 28; 分值暂定 provisional; 证据不全 incomplete 28" in "\n".join(shown)


def test_of_many_agencies_the_best_and_the_worst_are_shown_and_the_others_counted() -> None:
    shown = "\n".join(lines([], found(agencies=agencies(300))))
    for place in (0, 13, 286, 299):
        assert f" {place}焦作市" in shown
    for place in (14, 285):
        assert f" {place}焦作市" not in shown
    assert "另有中间 and between these 272: firemark grades" in shown


def test_one_agency_stands_on_a_line_where_two_have_no_room() -> None:
    table = [line for line in lines([], found(agencies=agencies(10)), 60) if "有限公司" in line]
    assert len(table) == 10
    long = agencies(4, name="很" * 30)
    table = [line for line in lines([], found(agencies=long)) if "很" in line]
    assert all(cell_len(line) <= WIDTH and "…" in line for line in table)


def test_without_grades_or_ratings_the_heading_says_so() -> None:
    shown = "\n".join(lines([], found(agencies=agencies(2, None), unrated_count=3, incomplete_count=0)))
    assert "Grades on 2026-11-27: 未评 unrated 3; 分值暂定 provisional\n" in shown
    assert "None" not in shown


def test_a_build_that_released_nothing_tells_what_it_held_and_nothing_of_a_release() -> None:
    shown = "\n".join(lines(FILES[:1], None, said=report(release_id=None, status="failed")))
    assert shown.startswith("未发布 Nothing was released") and FILES[0].in_chinese in shown
    assert "Grades" not in shown and "Found" not in shown
    assert "passed" not in shown
    nothing = report(release_id=None, status="failed", as_of_on=None)
    assert "files" not in "\n".join(lines([], None, said=nothing))


def test_notes_ignored_files_and_slips_of_dates_are_told_in_a_few_lines() -> None:
    said = report(
        notes=[f"registry/agencies/2026-03-05 {place}.xlsx: has a hidden sheet." for place in range(9)],
        ignored=[{"path": f"inbox/x{place}\x1b[31m", "reason": "unknown dataset"} for place in range(5)],
        later_than_as_of={"file_count": 2, "received_on": "2062-01-01"},
    )
    shown = "\n".join(lines([], found(), said=said))
    assert shown.count("hidden sheet") == 2 and "另有 and 7 more" in shown
    assert shown.count("unknown dataset") == 2 and "另有 and 3 more" in shown and "\x1b" not in shown
    assert "2062-01-01" in shown


def test_the_commands_to_try_stand_last() -> None:
    shown = lines([], found())
    assert [line.split("  ")[1] for line in shown[-2:]] == [command for command, _ in COMMANDS]
    narrow = lines([], found(), 60)
    assert all(cell_len(line) <= 60 for line in narrow) and narrow[-4:][0].strip() == COMMANDS[0][0]


ROW = {"level": "row", "source": "registry", "dataset": "agencies", "received_on": "2026-03-05", "file_name": "甲.xlsx"}
HELD = ROW | {
    "level": "file",
    "reason_code": "encoding",
    "message": "registry/agencies/2026-03-05 甲.xlsx: mixed. Export it.",
}


def test_the_long_list_gives_each_reason_once_with_every_place() -> None:
    rows = [
        ROW
        | {"sheet": "表", "row_number": number, "header": "日期", "reason_code": code, "message": f"{code}. Mend it."}
        for code, numbers in (("encoding", [2]), ("impossible_date", [3, 4, 5]))
        for number in numbers
    ]
    shown = kept_out_lines([HELD, *rows], WIDTH)
    assert [line for line in shown if not line.startswith(" ")] == [
        "1 个文件 files: 编码读不出 encoding",
        "3 行 rows: 不是日期，请改正 impossible_date: impossible_date. Mend it.",
        "1 行 rows: 有编码之外的字，请在源头改正，或以 UTF-8 导出 encoding: encoding. Mend it.",
    ]
    assert shown[1] == f"    {HELD['message']}"
    assert sum("甲.xlsx, sheet 表, row" in line for line in shown) == len(rows)


@pytest.mark.parametrize("width", [40, 80, 100])
def test_the_long_list_is_no_wider_than_the_terminal(width: int) -> None:
    long = HELD | {"file_name": "很" * 90, "message": "很" * 90 + ": unreadable \x1b[31m. Export it again."}
    shown = kept_out_lines([long], width)
    assert all(cell_len(line) <= width for line in shown) and "\x1b" not in "".join(shown)
