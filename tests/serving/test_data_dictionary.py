"""The data dictionary of a release: every table and column of its audience, in both languages, and nothing else."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from serving.audiences import SCHEMAS, Audience, ColumnNotAllowedError
from serving.dictionary import entries
from serving.outputs import dictionary
from serving.outputs.dictionary import content
from serving.releases import catalogue
from serving.releases.candidate import Candidate
from tests.conftest import BuiltCity
from tests.house.project import model_properties

FILES = ("dictionary.html", "dictionary.json", "dictionary.xlsx")


def released(city: BuiltCity, audience: Audience) -> Path:
    return city.release / ("dictionary" if audience is Audience.BI else "restricted/dictionary")


def read(city: BuiltCity, audience: Audience) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((released(city, audience) / "dictionary.json").read_text("utf-8"))
    return found


@pytest.fixture
def candidate(small_city: BuiltCity, tmp_path: Path) -> Iterator[Candidate]:
    """The marts of a release, and an empty folder."""
    (tmp_path / "restricted").mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{small_city.release / 'firemark.duckdb'}' as marts (read_only)")
        yield Candidate(tmp_path, connection, "marts", {}, [], dt.datetime(2026, 1, 1))


@pytest.mark.parametrize("audience", [Audience.BI, Audience.CONFLICT_DESK])
def test_it_lists_every_table_and_column_of_its_audience(small_city: BuiltCity, audience: Audience) -> None:
    listed = {
        table["table"]: [column["name"] for column in table["columns"]]
        for table in read(small_city, audience)["tables"]
    }
    columns: dict[str, list[str]] = {}
    for row in small_city.query(
        "select schema_name || '.' || table_name as name, column_name from duckdb_columns() "
        "where not internal order by column_index"
    ):
        columns.setdefault(row["name"], []).append(row["column_name"])
    wanted = {name: found for name, found in columns.items() if name.partition(".")[0] in SCHEMAS[audience]}
    assert listed == wanted
    assert ("conflicts.fct_engineer_conflicts" in listed) == (audience is Audience.CONFLICT_DESK)


def test_for_bi_it_names_nothing_that_is_restricted(small_city: BuiltCity) -> None:
    for path in sorted(released(small_city, Audience.BI).iterdir()):
        assert path.stat().st_mode & 0o777 == 0o444
        if path.suffix != ".xlsx":
            text = path.read_text("utf-8")
            assert "conflicts." not in text and "engineer_name" not in text and "person_key" not in text
    assert all(path.stat().st_mode & 0o777 == 0o400 for path in released(small_city, Audience.CONFLICT_DESK).iterdir())


def test_a_column_says_what_it_is_called_and_what_it_means(small_city: BuiltCity) -> None:
    tables = {table["table"]: table for table in read(small_city, Audience.BI)["tables"]}
    for name, table in tables.items():
        assert table["zh"] and table["en"] and table["meaning"].startswith("One row per"), name
        assert table["key"] and set(table["key"]) <= {column["name"] for column in table["columns"]}, name
        for column in table["columns"]:
            entry = entries()[column["name"]]
            assert {part: column[part] for part in ("zh", "en", "type", "unit")} == {
                part: getattr(entry, part) for part in ("zh", "en", "type", "unit")
            }
            assert column["meaning"] and "·" not in column["meaning"].split(" ")[:2]
    grades = tables["credit.agency_grades"]
    assert grades["on_any_day"] == "credit.agency_grades_as_of(d)" and grades["key"] == ["agency_id"]
    points = next(column for column in tables["credit.fct_point_ledger"]["columns"] if column["name"] == "points")
    assert points == {
        **{"name": "points", "zh": "分值", "en": "points", "type": "decimal(9,2)", "unit": "points"},
        "meaning": "signed points while in force",
        "code_list": "",
    }
    assert read(small_city, Audience.BI)["codes"]["grade"]["A"] == ["信用好、风险低", "good credit and low risk"]


def test_the_codes_of_a_column_are_those_of_its_table(small_city: BuiltCity) -> None:
    said = read(small_city, Audience.CONFLICT_DESK)
    listed = {
        (table["table"], column["name"]): column["code_list"] for table in said["tables"] for column in table["columns"]
    }
    assert listed["supervision.rpt_tasks", "status"] == "task_status"
    assert listed["quality.fct_loads", "status"] == "load_status"
    assert set(listed.values()) - {""} == set(said["codes"])
    # joined texts, and a sign that stands for any grade
    others = {("supervision.fct_measures", "grade"), *(key for key in listed if key[1] == "incomplete_because")}
    for table, column in sorted(key for key, codes in listed.items() if codes and key not in others):
        rows = small_city.query(f"select distinct {column} as code from {table} where {column} is not null")
        found = {str(row["code"]).lower() if isinstance(row["code"], bool) else row["code"] for row in rows}
        assert found <= set(said["codes"][listed[table, column]]), (table, column)


def test_the_workbook_and_the_page_say_the_same(small_city: BuiltCity) -> None:
    said = read(small_city, Audience.CONFLICT_DESK)
    book = openpyxl.load_workbook(released(small_city, Audience.CONFLICT_DESK) / "dictionary.xlsx")
    assert book.sheetnames == ["表 tables", "列 columns", "取值 values"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    rows = list(book["列 columns"].iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[1]) for row in rows] == [
        (table["table"], column["name"]) for table in said["tables"] for column in table["columns"]
    ]
    page = (released(small_city, Audience.CONFLICT_DESK) / "dictionary.html").read_text("utf-8")
    for code_list in said["codes"]:
        assert f'href="#code-{code_list}"' in page and f'id="code-{code_list}"' in page
    assert page.count("<section") == len(said["tables"]) and page.count("<tr") > len(rows)
    assert "<script" not in page and "default-src 'none'" in page


def test_equal_marts_give_equal_bytes(candidate: Candidate, small_city: BuiltCity) -> None:
    for output, folder in ((dictionary.BI, "dictionary"), (dictionary.DESK, "restricted/dictionary")):
        assert output.write is not None
        output.write(candidate)
        for name in FILES:
            made = (candidate.directory / folder / name).read_bytes()
            assert made == (small_city.release / folder / name).read_bytes(), name


def test_the_site_s_lists_the_public_tables_alone(small_city: BuiltCity) -> None:
    folder = small_city.release / "site" / "data"
    said = json.loads((folder / "dictionary.json").read_text("utf-8"))
    assert said["audience"] == "public" and len(said["tables"]) == 7
    assert {table["table"].partition(".")[0] for table in said["tables"]} == {"publication"}
    assert openpyxl.load_workbook(folder / "dictionary.xlsx").sheetnames == ["表 tables", "列 columns", "取值 values"]
    assert {"dictionary.csv", "dictionary.json", "dictionary.xlsx"} <= json.loads(
        (folder / "hashes.json").read_text("utf-8")
    )["file_hashes"].keys()
    assert 'href="data/dictionary.xlsx"' in (folder.parent / "data.html").read_text("utf-8")


def test_a_comment_is_text_in_the_page(candidate: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    found = catalogue.relations(candidate.connection, ["publication"], candidate.database)
    wild = [replace(one, comment="One row per <b>list</b> & =1+1") for one in found]
    monkeypatch.setattr(catalogue, "relations", lambda *_: wild)
    assert dictionary.BI.write is not None
    dictionary.BI.write(candidate)
    page = (candidate.directory / "dictionary" / "dictionary.html").read_text("utf-8")
    assert "&lt;b&gt;list&lt;/b&gt; &amp; =1+1" in page and "<b>list" not in page


def test_a_column_for_others_stops_the_release(candidate: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCHEMAS, Audience.BI, ("conflicts",))
    with pytest.raises(ColumnNotAllowedError, match=r"is not for the audience bi"):
        content.tables_for(candidate, Audience.BI)


def test_every_mart_has_words_in_both_languages() -> None:
    from serving.dictionary import value_words

    marts = [name for name, model in model_properties().items() if "/marts/" in model["_file"].as_posix()]
    assert not [name for name in marts if value_words("table", name) == (name, name)]
