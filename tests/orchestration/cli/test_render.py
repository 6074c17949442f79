"""How values leave the program: numbers as people write them, nothing that a spreadsheet or terminal executes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from rich.cells import cell_len

from orchestration.cli.render import label as column_label
from orchestration.cli.render import plain, print_rows, print_table, visible
from serving.cells import as_json, csv_text, safe_cell

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


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


GRADE = {
    "agency_id": "91410823MA8L924F32",
    "agency_name": "焦作市飞曜消防工程技术有限公司",
    "score": Decimal("106.00"),
    "grade": "A",
    "has_active_misconduct": False,
    "since_on": dt.date(2026, 8, 18),
    "next_change_on": dt.date(2026, 12, 21),
    "directory_status": "published",
}


@pytest.mark.parametrize("width", [120, 80, 60])
def test_a_narrow_table_folds_no_code_and_names_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    out = Terminal()
    print_rows([GRADE], list(GRADE), "table", title="t", stream=out)
    table, _, left_out = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).partition("not shown")
    assert all(cell_len(line) <= width for line in table.splitlines()[:-1])
    assert "91410823MA8L924F32" in table and "106" in table
    for column, value in GRADE.items():
        assert (plain(value)[:5] in table) != (column_label(column) in left_out), column


def test_an_explanation_leaves_out_no_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = Terminal()
    print_table([GRADE | {"agency_name": None}], list(GRADE), stream=out, is_whole=True)
    said = dict(line.split(": ", 1) for line in out.getvalue().splitlines() if line)
    assert said == {column_label(name): plain(value) for name, value in GRADE.items() if name != "agency_name"}


def test_where_no_table_fits_each_value_has_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    out = Terminal()
    print_rows([GRADE, GRADE], list(GRADE), "table", title="t", stream=out)
    assert out.getvalue().count("统一社会信用代码 USCC: 91410823MA8L924F32\n") == 2
