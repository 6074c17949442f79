"""The reading commands on the sample city, as a script meets them: in pipes."""

from __future__ import annotations

import csv
import io
import json
import shutil
import socket
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from ingestion.settings import ConfigurationError, load
from orchestration.cli.screen import MOST, first_screen
from orchestration.operations import attempts
from orchestration.operations.lock import writer_lock
from serving import reasons
from serving.overview import by_grade, overview
from serving.releases.opened import open_release
from tests.conftest import ROOT, BuiltCity, firemark, loosened

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


def test_an_agency_may_be_named(built_city: BuiltCity) -> None:
    listed = built_city.query("select agency_id, agency_name, former_names from credit.dim_agencies order by agency_id")
    renamed = next(row for row in listed if row["former_names"])
    for written in (renamed["agency_name"], renamed["former_names"].split("、")[0], renamed["agency_name"][3:7]):
        assert [row["agency_id"] for row in rows(built_city, "grades", "--agency", written)] == [renamed["agency_id"]]
    assert renamed["agency_id"] in built_city.run("explain", renamed["agency_name"]).stdout
    many = built_city.run("explain", "消防", check=False)
    assert many.returncode == 2 and listed[0]["agency_id"] in many.stderr
    name = listed[0]["agency_name"]
    assert name in built_city.run("explain", name[:5] + "某" + name[6:], check=False).stderr
    for stranger in ("某某公司", "1", "91" * 9, "9.1E17"):
        done = built_city.run("explain", stranger, check=False)
        assert done.returncode == 2 and "Did you mean" not in done.stderr and "Traceback" not in done.stderr


def test_conflicts_can_be_decided_from_the_table(built_city: BuiltCity) -> None:
    assert rows(built_city, "conflicts")[0]["conflict_id"] in built_city.run("conflicts").stdout


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


def test_corrected_rows_are_listed_only_on_request(built_city: BuiltCity) -> None:
    listed = built_city.query("select is_missing, count(*) as n from quality.fct_quarantined_rows group by is_missing")
    counts = {row["is_missing"]: row["n"] for row in listed}
    assert counts[True] and counts[False]
    usual = [row for row in rows(built_city, "quarantine") if row["level"] == "row"]
    every = [row for row in rows(built_city, "quarantine", "--all") if row["level"] == "row"]
    assert (len(usual), len(every)) == (counts[True], counts[True] + counts[False])
    assert all(row in every for row in usual[::50])
    table, of_all = built_city.run("quarantine").stdout, built_city.run("quarantine", "--all").stdout
    assert f"{counts[False]} more rows are corrected" in table and "are corrected" not in of_all


def test_the_long_list_names_every_place_once_with_its_remedy(built_city: BuiltCity) -> None:
    table = built_city.run("quarantine").stdout
    found = rows(built_city, "quarantine")
    assert all(table.count(row["message"]) == 1 for row in found if row["level"] == "file")
    places = [line for line in table.splitlines() if line.startswith("    ")]
    assert len(places) == len(found)
    assert {row["message"] for row in found if row["level"] == "row"} <= {
        line.split(": ", 2)[-1] for line in table.splitlines() if "行 rows: " in line
    }


def test_the_first_screen_of_the_city_adds_up_and_fits(built_city: BuiltCity) -> None:
    held = reasons.held(built_city.summary["held"])
    with open_release(load(built_city.home), for_desk=True) as found:
        seen = overview(found)
    assert sum(reason.count for reason in held) == built_city.summary["files"]["held"]
    quarantined = sum(reason.count for reason in seen.quarantined) + seen.corrected_count
    assert quarantined == built_city.summary["rows"]["quarantined"]
    assert sum(kind.count for kind in seen.kinds) == seen.conflicts["open"]
    assert sum(seen.conflicts.values()) == len(rows(built_city, "conflicts"))
    assert len(seen.agencies) + seen.unrated_count == 28 and sum(by_grade(seen.agencies).values()) == 28
    assert [agency.score for agency in seen.agencies] == sorted((one.score for one in seen.agencies), reverse=True)
    blocks = first_screen(built_city.summary, held, seen, [("firemark quarantine", "all")], 100)
    shown = [line for block in blocks for line in block]
    assert len(shown) <= MOST and all(cell_len(line) <= 100 for line in shown)
    for one in (held[0], seen.quarantined[0]):
        assert any(one.in_chinese in line for line in shown)
    where = built_city.query(
        "select engineer_name from conflicts.fct_engineer_conflicts where engineer_name is not null"
    )
    assert not [row for row in where if row["engineer_name"] in "".join(shown)]  # a log names nobody


def test_a_word_that_means_nothing_is_no_empty_answer(built_city: BuiltCity) -> None:
    done = built_city.run("quarantine", "--dataset", "registry/persons", check=False)
    assert done.returncode == 2 and "registry/personnel" in done.stderr
    assert built_city.run("conflicts", "--status", "closed", check=False).returncode == 2
    kind = built_city.run("conflicts", "--kind", "shell_game", check=False)
    assert kind.returncode == 2 and kind.stdout == "" and "double_registration" in kind.stderr


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


READING = (["grades"], ["explain", "91"], ["tasks"], ["quarantine"], ["status"], ["conflicts"])


@pytest.fixture
def opened(built_city: BuiltCity, tmp_path: Path) -> BuiltCity:
    """The city's current release in a home of its own, to be damaged."""
    (tmp_path / "releases").mkdir()
    loosened(shutil.copytree(built_city.release, tmp_path / "releases" / built_city.release.name))
    (tmp_path / "releases" / "current").symlink_to(built_city.release.name)
    return BuiltCity(tmp_path, built_city.sample, built_city.summary)


def test_only_conflicts_need_the_file_of_the_desk(opened: BuiltCity) -> None:
    (opened.release / "firemark.duckdb").unlink()
    agency = rows(opened, "grades")[0]["agency_id"]
    for command in (["tasks"], ["quarantine"], ["status"], ["explain", agency]):
        assert opened.run(*command).stdout
    done = opened.run("conflicts", check=False)
    assert done.returncode == 2 and "firemark.duckdb" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("damage", ["empty files", "no database", "half a description", "nothing at all"])
def test_a_damaged_release_is_said_without_a_traceback(opened: BuiltCity, damage: str) -> None:
    match damage:
        case "empty files":
            for path in opened.release.glob("*.duckdb"):
                path.write_bytes(b"")
        case "no database":
            for path in opened.release.glob("*.duckdb"):
                path.write_bytes(b"no database" * 1000)
        case "half a description":
            (opened.release / "release.json").write_text('{"release_id": ', encoding="utf-8")
        case _:
            shutil.rmtree(opened.release)
    for command in READING:
        done = opened.run(*command, check=False)
        assert done.returncode == 2 and done.stdout == "" and "Traceback" not in done.stderr, command
        assert "build" in done.stderr or command == ["explain", "91"]


def test_a_query_reaches_nothing_beyond_its_file(built_city: BuiltCity) -> None:
    with open_release(load(built_city.home)) as found:
        for statement in (
            "select * from read_text('/etc/hostname')",
            "attach '/tmp/other.duckdb' as other",
            "copy (select 1) to '/tmp/other.csv'",
            "set enable_external_access = true",
            "install httpfs",
        ):
            with pytest.raises(ConfigurationError):
                found.rows(statement)
        assert found.rows("select 1 as one") == [{"one": 1}]


def test_a_look_back_says_so_in_every_heading(opened: BuiltCity) -> None:
    description = opened.release / "release.json"
    content = json.loads(description.read_text("utf-8")) | {"known_on": "2026-03-31"}
    description.write_text(json.dumps(content), encoding="utf-8")
    for command in ("grades", "conflicts", "tasks", "quarantine", "status"):
        assert "known on 2026-03-31" in opened.run(command).stdout, command


def test_a_running_build_and_one_that_was_cut_off_are_told_of(opened: BuiltCity) -> None:
    settings = load(opened.home)
    attempts.begin(settings, "2026-03-31")
    assert "was interrupted" in opened.run("status").stdout
    with writer_lock(settings):
        assert "A build is running since" in opened.run("status").stdout
    attempts.end(settings, attempts.RELEASED)
    told = opened.run("status").stdout
    assert "was interrupted" not in told and "is running" not in told


def test_a_full_disk_under_the_output_is_said_without_a_traceback(built_city: BuiltCity) -> None:
    for command in (["grades", "--format", "csv"], ["status"]):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "orchestration.cli", "--home", str(built_city.home), *command],
                cwd=ROOT,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
            )
        assert done.returncode == 2 and "No space left" in done.stderr and "Traceback" not in done.stderr
        assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["sample", "/proc/nowhere/city"],
        ["rulebook", "import", "tests/rulebook/fixtures/none.yaml", "/proc/nowhere/rules"],
        ["--home", "", "grades"],
        ["--home", "/proc/nowhere", "up"],
    ],
)
def test_what_cannot_be_written_is_said_without_a_traceback(tmp_path: Path, arguments: list[str]) -> None:
    done = firemark(tmp_path, *arguments, check=False)
    assert done.returncode == 2 and "Error" in done.stderr and "Traceback" not in done.stderr and done.stdout == ""


def test_the_home_may_be_named_after_the_group(built_city: BuiltCity) -> None:
    assert "sound" in firemark(built_city.home, "rulebook", "--home", str(built_city.home), "lint").stdout


def test_a_port_that_is_taken_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = firemark(tmp_path, "up", "--port", port, check=False)
    assert done.returncode == 2 and port in done.stderr and done.stdout == ""
