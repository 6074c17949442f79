"""The reading commands on the sample city, as a script meets them: in pipes."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import BuiltCity

ON = "2026-06-01"


def rows(city: BuiltCity, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(city.run(*arguments, "--format", "json").stdout)
    return found


@pytest.mark.parametrize(
    "arguments", [["grades"], ["conflicts"], ["tasks"], ["quarantine"], ["status"], ["grades", "--on", ON]]
)
def test_a_pipe_gets_no_escape_and_no_progress(built_city: BuiltCity, arguments: list[str]) -> None:
    done = built_city.run(*arguments)
    assert done.stdout and "\x1b" not in done.stdout and done.stderr == ""


def test_the_formats_say_the_same(built_city: BuiltCity) -> None:
    as_json = rows(built_city, "grades", "--on", ON)
    as_csv = list(csv.DictReader(io.StringIO(built_city.run("grades", "--on", ON, "--format", "csv").stdout)))
    assert len(as_json) == len(as_csv) == 28
    assert [row["agency_id"] for row in as_json] == [row["agency_id"] for row in as_csv]
    assert [Decimal(str(row["score"])) for row in as_json] == [Decimal(row["score"]) for row in as_csv]
    table = built_city.run("grades", "--on", ON).stdout
    assert all(row["agency_id"] in table for row in as_json) and ".00" not in table


def test_grades_can_be_asked_of_any_day(built_city: BuiltCity) -> None:
    assert rows(built_city, "grades", "--on", "2000-01-01") == []
    far = rows(built_city, "grades", "--on", "2099-01-01")
    assert {row["grade"] for row in far} == {"B"}  # everything known has expired


def test_every_explanation_adds_up_to_the_grade(built_city: BuiltCity) -> None:
    for listed in rows(built_city, "grades", "--on", ON)[::5]:
        why = json.loads(built_city.run("explain", listed["agency_id"], "--on", ON, "--format", "json").stdout)
        assert why["adds_up"] and why["score"] == listed["score"] and why["grade"] == listed["grade"]
        assert why["base_points"] + sum(line["points"] for line in why["lines"]) == why["score"]
        assert (why["next_change"] or {}).get("on") == listed["next_change_on"]
        for line in why["lines"]:
            if line["line_kind"] in ("misconduct", "merit", "superseded"):
                assert line["clause"] and line["file_name"] and line["row_number"] and line["valid_from_on"]


def test_an_unknown_agency_is_told_the_nearest(built_city: BuiltCity) -> None:
    known = rows(built_city, "grades")[0]["agency_id"]
    wrong = known[:-1] + ("A" if known[-1] != "A" else "B")
    for command in (["explain", wrong], ["grades", "--agency", wrong]):
        done = built_city.run(*command, check=False)
        assert done.returncode == 2 and known in done.stderr and done.stdout == ""


def test_conflicts_can_be_narrowed(built_city: BuiltCity) -> None:
    everything = rows(built_city, "conflicts")
    assert everything and {"conflict_id", "employer_a_id", "overlap_days"} <= set(everything[0])
    kind = everything[0]["conflict_kind"]
    narrowed = rows(built_city, "conflicts", "--kind", kind, "--status", "open")
    assert narrowed and {(row["conflict_kind"], row["status"]) for row in narrowed} == {(kind, "open")}


def test_quarantine_names_file_sheet_and_row(built_city: BuiltCity) -> None:
    found = rows(built_city, "quarantine")
    assert {row["level"] for row in found} == {"file", "row"}
    assert all(row["file_name"] and row["reason_code"] for row in found)
    assert all(row["row_number"] for row in found if row["level"] == "row")
    assert all(row["header"] or row["reason_code"] == "field_count" for row in found if row["level"] == "row")
    assert all(row["message"] for row in found)  # what to do
    one = rows(built_city, "quarantine", "--dataset", "registry/personnel")
    assert one and {row["dataset"] for row in one} == {"personnel"}


def test_a_word_that_means_nothing_is_no_empty_answer(built_city: BuiltCity) -> None:
    done = built_city.run("quarantine", "--dataset", "registry/persons", check=False)
    assert done.returncode == 2 and "registry/personnel" in done.stderr
    assert built_city.run("conflicts", "--status", "closed", check=False).returncode == 2
    assert "shell_game" in built_city.run("conflicts", "--kind", "shell_game").stdout


def test_a_code_may_be_typed_in_any_width_and_case(built_city: BuiltCity) -> None:
    known = rows(built_city, "grades")[0]["agency_id"]
    typed = f" {known.lower()[:9]} {''.join(chr(ord(char) + 0xFEE0) for char in known[9:])}"
    assert [row["agency_id"] for row in rows(built_city, "grades", "--agency", typed)] == [known]
    assert known in built_city.run("explain", typed).stdout


def test_status_tells_of_release_freshness_and_tasks(built_city: BuiltCity) -> None:
    content = json.loads(built_city.run("status", "--format", "json").stdout)
    assert content["release_id"] == built_city.release.name
    assert len(content["freshness"]) == 16
    assert isinstance(content["overdue_tasks"], int)


def test_tasks_due_before_a_day_are_due_before_it(built_city: BuiltCity) -> None:
    found = rows(built_city, "tasks", "--due-before", "2026-11-01")
    assert all(row["due_on"] < "2026-11-01" and row["status"] != "done" for row in found)


def test_the_rulebook_that_comes_with_the_program_is_sound(built_city: BuiltCity) -> None:
    assert "sound" in built_city.run("rulebook", "lint").stdout
    assert built_city.run("rulebook", "lint", str(built_city.sample), check=False).returncode == 2
