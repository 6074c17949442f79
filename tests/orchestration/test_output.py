"""How values leave the program: numbers as people write them, nothing that a spreadsheet or terminal executes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest

from orchestration.output import as_json, csv_text, plain, print_rows, safe_cell, visible

FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", "'=1", "'"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_text_is_a_formula_and_every_value_comes_back(text: str) -> None:
    written = csv_text(["a", "b"], [{"a": text, "b": "x"}])
    cell = list(csv.reader(io.StringIO(written, newline="")))[1][0]
    assert cell.startswith("'")
    assert cell.removeprefix("'") == text


@pytest.mark.parametrize("text", ["a=1", "机构", "", "1-2", " =x"])
def test_other_text_is_written_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_a_negative_score_is_a_number_and_no_formula() -> None:
    assert safe_cell(Decimal("-20.00")) == "-20"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("90.00"), "90"),
        (Decimal("90.50"), "90.5"),
        (Decimal("100"), "100"),
        (Decimal("0.00"), "0"),
        (None, ""),
        (dt.date(2026, 1, 2), "2026-01-02"),
    ],
)
def test_points_are_shown_as_people_write_them(value: object, shown: str) -> None:
    assert plain(value) == shown


def test_json_keeps_numbers_and_nulls() -> None:
    assert as_json({"score": Decimal("90.00"), "ratio": Decimal("0.95"), "on": dt.date(2026, 1, 2), "grade": None}) == {
        "score": 90,
        "ratio": 0.95,
        "on": "2026-01-02",
        "grade": None,
    }


def test_text_cannot_steer_a_terminal() -> None:
    assert visible("a\x1b[31mb\u202ec") == "a\ufffd[31mb\ufffdc"


def test_a_table_in_a_pipe_is_as_wide_as_its_content_and_has_no_escape(capsys: pytest.CaptureFixture[str]) -> None:
    long = "名" * 200
    print_rows([{"agency_name": f"[bold]{long}", "score": Decimal("90.00")}], ["agency_name", "score"], "table")
    out = capsys.readouterr().out
    assert f"[bold]{long}" in out and "\x1b" not in out and " 90" in out
