"""Every reason for which something is kept out has words in Chinese and in English; places are written one way."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from ingestion import parsing
from serving import reasons
from serving.reasons import FILE_REASONS, ROW_REASONS, held, place, remedy
from tests.house.project import ROOT, python_modules

HAN = re.compile(r"[一-鿿]")


def codes_of_held_files() -> set[str]:
    """As the source has them: what a file or drop is held for."""
    forms = (
        r'\b(?:Held|Shortfall)\(\s*"(\w+)"',
        r'PROGRAM_FAILED = "(\w+)"',
        r'Status\.HELD,\s*reason_code="(\w+)"',
    )
    texts = [path.read_text("utf-8") for path in python_modules("ingestion")]
    return {code for text in texts for form in forms for code in re.findall(form, text)}


def test_every_reason_of_a_held_file_has_words() -> None:
    found = codes_of_held_files()
    assert {"unreadable", "row_floor", "stale_snapshot", "program_failed"} <= found
    assert found == set(FILE_REASONS)


def test_every_reason_of_a_quarantined_row_has_words_in_both_languages() -> None:
    assert set(ROW_REASONS) == set(parsing.REMEDIES)


@pytest.mark.parametrize(
    "words", [{code: (wrong, "") for code, wrong in FILE_REASONS.items()}, ROW_REASONS], ids=["files", "rows"]
)
def test_words_are_chinese_and_short(words: dict[str, tuple[str, str]]) -> None:
    for code, (wrong, what_to_do) in words.items():
        assert HAN.search(wrong) and (HAN.search(what_to_do) or not what_to_do), code
        assert code not in wrong and len(wrong) + len(what_to_do) <= 30, code
        assert "，" not in wrong[-1] + what_to_do[:1] and not (wrong + what_to_do).endswith("。"), code
    assert len({wrong for wrong, _ in words.values()}) == len(words)


def file(
    code: str,
    name: str,
    day: str = "2026-03-05",
    message: str = "文件是空的，请重新导出。The file is empty. Export it again.",
) -> dict[str, Any]:
    at = {"source": "registry", "dataset": "agencies", "received_on": day, "file_name": name}
    return at | {"reason_code": code, "message": f"registry/agencies/{day} {name}: {message}"}


def test_held_files_are_told_by_reason_the_gravest_first_and_then_the_most_frequent() -> None:
    files = [
        file("empty_file", "a"),
        *(file("unreadable", name) for name in "bc"),
        file("row_floor", "d"),
        file("program_failed", "e"),
        file("no_such_code", "f"),
    ]
    told = held(files)
    assert [(reason.code, reason.count) for reason in told] == [
        ("program_failed", 1),
        ("row_floor", 1),
        ("unreadable", 2),
        ("empty_file", 1),
        ("no_such_code", 1),
    ]
    assert (told[0].in_chinese, told[-1].in_chinese) == ("程序出错", "no_such_code")


def test_the_example_of_a_reason_is_its_latest_file_and_its_place_is_said_once() -> None:
    (told,) = held([file("empty_file", "b", "2026-03-05"), file("empty_file", "a", "2026-04-05")])
    assert (
        told.place == "registry/agencies/2026-04-05 a"
        and told.found == "文件是空的，请重新导出。The file is empty. Export it again."
    )


def test_a_row_s_place_leaves_out_what_there_is_not() -> None:
    row = {"source": "platform", "dataset": "checkins", "received_on": dt.date(2026, 3, 5), "file_name": "p.json"}
    assert place(row | {"sheet": None, "row_number": 2, "header": None}) == "platform/checkins/2026-03-05 p.json, row 2"
    full = place(row | {"sheet": "表", "row_number": 2, "header": "qdsj"})
    assert full == "platform/checkins/2026-03-05 p.json, sheet 表, row 2, qdsj"


def test_a_row_of_a_dataset_or_reason_that_is_no_more_keeps_its_code() -> None:
    gone = {"source": "gone", "dataset": "gone", "reason_code": "impossible_date", "header": None}
    assert remedy(gone) == "impossible_date"
    known = {"source": "registry", "dataset": "agencies", "header": None}
    assert remedy(known | {"reason_code": "no_such_code"}) == "no_such_code"
    assert reasons.row_in_chinese("no_such_code") == "no_such_code"


def test_places_and_words_have_one_home() -> None:
    """Nobody else puts them together from the parts of a row."""
    for path in python_modules("serving", "orchestration"):
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text("utf-8")
        assert name == "serving/reasons.py" or "strict.remedy(" not in text, name
