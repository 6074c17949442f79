"""A work list goes back into the inbox unchanged, with the desk's decisions filled in."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path

import duckdb
import openpyxl
import pytest

from ingestion.sources.credit_desk import DECISIONS
from serving.outputs.work_lists import WORK_LISTS, write_work_lists
from tests.conftest import BuiltCity
from tests.ingestion.support import Door

HEADERS = [column.header for column in DECISIONS.columns]


def _lists(city: BuiltCity, folder: Path) -> dict[str, int]:
    with duckdb.connect(str(city.release / "firemark.duckdb"), read_only=True) as connection:
        return write_work_lists(connection, folder, dt.date(2026, 11, 1))


def test_every_audience_has_its_open_objects(built_city: BuiltCity, tmp_path: Path) -> None:
    counts = _lists(built_city, tmp_path)
    assert set(counts) == {work_list.file_name for work_list in WORK_LISTS}
    opened = built_city.query("select count(*) as n from conflicts.fct_engineer_conflicts where status = 'open'")
    assert counts["conflicts.xlsx"] == opened[0]["n"] > 0
    assert counts["leads.xlsx"] > 0
    released = sorted(path.name for path in (built_city.release / "restricted" / "work_lists").iterdir())
    assert released == sorted(counts)


def test_a_list_offers_the_decisions_and_holds_no_formula(built_city: BuiltCity, tmp_path: Path) -> None:
    _lists(built_city, tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "conflicts.xlsx").active
    assert [cell.value for cell in sheet[1]][: len(HEADERS)] == HEADERS
    assert all(str(cell.value).startswith("参考") for cell in sheet[1][len(HEADERS) :])
    rules = sheet.data_validations.dataValidation
    assert any("confirmed" in str(rule.formula1) for rule in rules)
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_names_never_pass_through_the_folder_for_temporary_files(
    built_city: BuiltCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError):
        tempfile.mkstemp()  # the control
    assert _lists(built_city, tmp_path / "lists")["conflicts.xlsx"] > 0


def test_evidence_names_the_file_beside_its_hash(built_city: BuiltCity, tmp_path: Path) -> None:
    _lists(built_city, tmp_path)
    files = built_city.query("select file_hash, file_name, received_on from quality.fct_loads")
    named = {(file["file_hash"], f"{file['file_name']}（{file['received_on']} 收到）") for file in files}
    seen = 0
    for name in ("conflicts.xlsx", "leads.xlsx", "identities.xlsx"):
        for row in openpyxl.load_workbook(tmp_path / name).active.iter_rows(min_row=2, values_only=True):
            for cell in row:
                for file_hash in {file["file_hash"] for file in files if isinstance(cell, str)}:
                    if file_hash in str(cell):
                        seen += 1
                        assert any(of == file_hash and f"{what} {file_hash}" in str(cell) for of, what in named)
    assert seen > 20


def test_equal_lists_are_equal_files(built_city: BuiltCity, tmp_path: Path) -> None:
    _lists(built_city, tmp_path / "a")
    _lists(built_city, tmp_path / "b")
    for work_list in WORK_LISTS:
        assert (tmp_path / "a" / work_list.file_name).read_bytes() == (
            tmp_path / "b" / work_list.file_name
        ).read_bytes()


def test_an_untouched_list_gives_no_row_and_a_decided_one_is_read(built_city: BuiltCity, tmp_path: Path) -> None:
    _lists(built_city, tmp_path)
    door = Door(tmp_path / "door")
    place = "credit_desk/decisions"
    shutil.copy(tmp_path / "leads.xlsx", door.drop(place, "2026-11-01", "untouched.xlsx"))

    book = openpyxl.load_workbook(tmp_path / "conflicts.xlsx")
    sheet = book.active
    object_id = sheet.cell(2, HEADERS.index("对象编号") + 1).value
    for header, value in {"决定": "cleared", "决定日期": "2026-11-01", "经办人": "甲某", "复核人": "乙某"}.items():
        sheet.cell(2, HEADERS.index(header) + 1, value)
    book.save(door.drop(place, "2026-11-02", "decided.xlsx"))

    outcomes = door.outcomes()
    untouched, decided = outcomes["2026-11-01/untouched.xlsx"], outcomes["2026-11-02/decided.xlsx"]
    assert (untouched.status, untouched.read_count) == ("loaded", 0)
    assert (decided.status, decided.accepted_count, decided.quarantined_count) == ("loaded", 1, 0)
    (row,) = door.rows(place)
    assert (row["object_type"], row["object_id"], row["decision_code"]) == ("conflict", object_id, "cleared")
