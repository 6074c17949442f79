"""One word per column everywhere: dbt's YAML, the command line, work lists; and who may see the column."""

from __future__ import annotations

import csv
import re
from dataclasses import fields
from pathlib import Path

import pytest

from orchestration.cli import render
from rulebook.what_if import GradeDifference
from serving import audiences, dictionary, explain, queries
from serving.audiences import Audience, ColumnNotAllowedError, may_see, require_visible
from serving.dictionary import dbt_yaml, entries
from serving.releases import checks
from tests.house.project import model_properties, source_properties, sql_files

MARTS = {path.stem: path.parent.name for path in sql_files("models/marts")}
TYPES = {"string", "boolean", "date", "timestamp", "integer", "bigint"}
# The widest audience of each schema.
OF_SCHEMA = {
    "publication": Audience.PUBLIC,
    "credit": Audience.BI,
    "supervision": Audience.BI,
    "quality": Audience.BI,
    "conflicts": Audience.CONFLICT_DESK,
}


def shown_on_the_command_line() -> set[str]:
    return {
        *queries.GRADE_COLUMNS,
        *queries.CONFLICT_TABLE,
        *queries.TASK_COLUMNS,
        *queries.QUARANTINE_COLUMNS,
        *explain.LINE_COLUMNS,
        *explain.LINE_TABLE,
        *(field.name for field in fields(GradeDifference)),
    }


def named_columns() -> set[str]:
    return {
        *(column["name"] for mart in MARTS for column in model_properties()[mart]["columns"]),
        *(column["name"] for table in source_properties().values() for column in table["columns"]),
        *checks.COLUMN_COMMENTS,
        *shown_on_the_command_line(),
    }


def test_dbt_says_what_the_dictionary_says() -> None:
    assert not dbt_yaml.rewritten(), "run: make dictionary"


def test_every_column_has_an_entry_and_every_entry_a_column() -> None:
    in_work_lists = {"ratio", "object_id"}
    assert named_columns() - set(entries()) == set()
    assert set(entries()) - named_columns() - in_work_lists == set()


def test_the_entries_are_in_order_and_well_formed() -> None:
    names = list(entries())
    assert names == sorted(set(names))
    for entry in entries().values():
        assert re.search(r"[一-鿿]", entry.zh) and " " not in entry.zh, entry
        assert re.match(r"[A-Za-z]", entry.en) and len(entry.en) <= 30, entry
        assert entry.type in TYPES or re.fullmatch(r"decimal\(\d+,\d\)", entry.type), entry
        assert entry.audience in ("public", "bi", "desk", ""), entry


def test_two_columns_of_one_mart_never_have_one_label() -> None:
    for mart in MARTS:
        columns = [column["name"] for column in model_properties()[mart]["columns"]]
        for language in ("zh", "en"):
            words = [getattr(entries()[column], language) for column in columns]
            twice = {word for word in words if words.count(word) > 1}
            assert not twice, (mart, twice)


@pytest.mark.parametrize("column", ["score", "item_code", "valid_until_on"])
def test_the_command_line_reads_the_dictionary(column: str) -> None:
    assert render.label(column) == f"{entries()[column].zh} {entries()[column].en}"
    assert render.label("a_column_of_nobody") == "a_column_of_nobody"


def test_a_changed_word_is_written_into_dbt_s_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = {**entries(), "score": dictionary.Entry("score", "分数", "score", "decimal(9,2)", "points", "public")}
    monkeypatch.setattr(dbt_yaml, "entries", lambda: changed)
    texts = dbt_yaml.rewritten()
    assert {path.name for path in texts} == {
        "_credit_scores__models.yml",
        "_publication__models.yml",
        "_lake__sources.yml",
    }
    assert all('"分数 · ' in text for text in texts.values())


def test_a_column_without_an_entry_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {name: entry for name, entry in entries().items() if name != "score"}
    monkeypatch.setattr(dbt_yaml, "entries", lambda: known)
    with pytest.raises(KeyError, match=r"column score has no entry in serving/dictionary/columns\.csv"):
        dbt_yaml.rewritten()


@pytest.mark.parametrize("mart", sorted(MARTS))
def test_a_mart_holds_nothing_that_its_readers_may_not_see(mart: str) -> None:
    schema = MARTS[mart]
    require_visible(
        OF_SCHEMA[schema], f"{schema}.{mart}", [column["name"] for column in model_properties()[mart]["columns"]]
    )


def test_names_of_people_are_for_the_conflict_desk_alone() -> None:
    for column in ("engineer_name", "registration_no", "engineer_level", "person_key"):
        assert [audience for audience in Audience if may_see(audience, column)] == [
            Audience.SUPERVISOR,
            Audience.CONFLICT_DESK,
        ]


@pytest.mark.parametrize("column", ["person_name", "person_mask", "inspectors", "reviewed_by", "problem", "no_such"])
def test_a_column_of_the_warehouse_alone_has_no_audience(column: str) -> None:
    assert not [audience for audience in Audience if may_see(audience, column)]


def test_an_output_names_the_column_it_may_not_hold() -> None:
    with pytest.raises(ColumnNotAllowedError, match=r"credit\.dim_agencies\.engineer_name is not for the audience bi"):
        require_visible(Audience.BI, "credit.dim_agencies", ["agency_id", "engineer_name"])
    with pytest.raises(ColumnNotAllowedError, match=r"conflicts\.fct_engineer_conflicts is not for the audience bi"):
        require_visible(Audience.BI, "conflicts.fct_engineer_conflicts", ["agency_id"])
    assert set(audiences.SCHEMAS) == set(Audience)


def test_every_word_of_a_code_stands_once_in_a_list_that_a_column_has() -> None:
    with (Path(dictionary.__file__).with_name("values.csv")).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = [(row["list"], row["value"]) for row in rows]
    assert len(keys) == len(set(keys))
    tables = {mart: [column["name"] for column in model_properties()[mart]["columns"]] for mart in MARTS}
    tables[checks.TABLE.partition(".")[2]] = list(checks.COLUMN_COMMENTS)
    of_columns = {dictionary.code_list(table, column) for table, columns in tables.items() for column in columns}
    # words of what is shown, and of no column
    assert {code_list for code_list, _ in keys} - of_columns == {"repair_outcome", "state", "table", "yes_no"}
    assert all(re.search(r"[一-鿿]", row["zh"]) and row["en"] for row in rows)
    assert dictionary.value_words("severity", "high") == ("高", "high")
    assert dictionary.value_words("severity", "no_such") == ("no_such", "no_such")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *((mart, "status") for mart in ("fct_engineer_conflicts", "fct_leads", "fct_loads", "rpt_tasks")),
        ("fct_check_results", "severity"),
    ],
)
def test_a_code_has_the_words_of_its_own_table(table: str, column: str) -> None:
    """What a status means in one table is not what it means in another."""
    if table in MARTS:
        (said,) = (one["description"] for one in model_properties()[table]["columns"] if one["name"] == column)
    else:
        said = checks.COLUMN_COMMENTS[column].replace("blocks a release", "").replace("does not", "")
    codes = set(re.findall(r"[a-z]+", said.partition(" · ")[2].partition(" (")[0])) - {"or"}
    assert codes and codes <= set(dictionary.codes_of(table, column))


def test_equal_codes_of_two_tables_are_called_as_in_each() -> None:
    called = {table: dictionary.codes_of(table, "status")["open"] for table in ("fct_leads", "rpt_tasks")}
    assert called == {"fct_leads": ("待核", "open"), "rpt_tasks": ("待办", "open")}
    assert dictionary.codes_of("dim_rules", "severity") == dictionary.codes_of("a_new_mart", "status") == {}
