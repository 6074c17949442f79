"""Explanations under the words of published points tables: unrated agencies, occasions, quantities, repeats, caps."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orchestration.cli import main
from serving import queries, unrated
from serving.explain import explain
from serving.releases.opened import Release
from tests.warehouse.engine_city import dropped
from tests.warehouse.evidence import Row, Tables, check, finding, penalty
from tests.warehouse.points_tables import clean, entry, grades, scored, typed

ONE, TWO = "91410800MA0000001A", "91410800MA0000002B"
ON = dt.date(2025, 3, 10)
AB = grades(("A", 95), ("B", None))
Drops = list[dict[str, list[Row]]]


def shown(*statuses: tuple[str, str]) -> Drops:
    """Drops of the directory that show the first agency with a status, and the second as normal."""
    return [
        dropped(
            "registry",
            "agencies",
            received_on,
            [{"agency_id": ONE, "registry_status": status}, {"agency_id": TWO, "registry_status": "normal"}],
        )
        for received_on, status in statuses
    ]


def release(rules: Tables, *drops: dict[str, list[Row]], **rows: list[Row]) -> Release:
    """An opened release in memory; rows are the first agency's unless they say otherwise."""
    owned = {
        name: [row if row["agency_id"] == TWO else row | {"agency_id": ONE} for row in made]
        for name, made in rows.items()
    }
    made = scored(rules, *(drops or shown(("2025-01-05", "normal"))), **owned).built
    made.run("dim_agencies", "fct_loads", "fct_unrated_spans", "rpt_tasks")
    made.add_agency_grades_as_of()
    opened = Release(Path("none"), made.reading)
    opened.__dict__["warehouse"] = made
    opened.__dict__["description"] = {
        "rulebooks": [{"rulebook_id": "r1", "base_points": 100}],
        "as_of_on": "2025-03-10",
        "known_on": None,
    }
    return opened


def said(opened: Release, monkeypatch: pytest.MonkeyPatch, home: Path, *arguments: str) -> str:
    """What a command prints about the release."""
    monkeypatch.setattr("serving.releases.opened.open_release", lambda _settings, **_: nullcontext(opened))
    done = CliRunner().invoke(main, ["--home", str(home), *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def notes(found: dict[str, Any]) -> list[str | None]:
    return [line["note"] for line in found["lines"]]


WAITING = typed(entry("X", 7), rated_from="checks", rated_types=["双随机"], bands=AB)
PAUSING = typed(entry("X", 7), unrated_status=["暂停"], bands=AB)


def waiting() -> Release:
    """The first agency has a finding and waits for its check; the second is checked."""
    return release(WAITING, findings=[finding("F", clause="X")], checks=[clean("T", "2025-02-01", agency_id=TWO)])


def suspended() -> Release:
    drops = shown(("2025-01-05", "normal"), ("2025-03-05", "suspended"), ("2025-05-01", "normal"))
    return release(PAUSING, *drops, findings=[finding("F", clause="X")])


# --- unrated ------------------------------------------------------------------------------------------------------


def test_before_an_agency_is_rated_its_lines_are_shown_without_a_score() -> None:
    found = explain(waiting(), ONE, ON)
    assert (found["score"], found["grade"], found["score_grade_reason"]) == (None, None, "unrated")
    assert found["unrated_because"] == "rated_from checks double_random"
    assert [(line["item_code"], line["points"]) for line in found["lines"]] == [("X", -7)]
    assert found["base_points"] == 100 and found["adds_up"]


def test_a_suspended_agency_s_lines_add_up_without_a_grade() -> None:
    found = explain(suspended(), ONE, ON)
    assert (found["score"], found["grade"], found["score_grade_reason"]) == (93, None, "unrated")
    assert found["unrated_because"] == "unrated_status suspended"
    assert found["base_points"] + sum(line["points"] for line in found["lines"]) == found["score"]
    assert found["next_grade_change"] == {
        "on": dt.date(2025, 5, 1),
        "grade": "B",
        "score_grade_reason": "band",
        "cause": "fact",
    }
    assert explain(suspended(), TWO, ON)["unrated_because"] is None


def test_an_explanation_that_does_not_add_up_is_noticed() -> None:
    opened = suspended()
    opened.__dict__["description"]["rulebooks"] = [{"rulebook_id": "r1", "base_points": 99}]
    assert not explain(opened, ONE, ON)["adds_up"]


def test_an_explanation_says_unrated_and_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = said(waiting(), monkeypatch, tmp_path, "explain", ONE, "--on", str(ON))
    assert "未评 unrated: 首次检查（双随机）前未评 not rated before its first check (double random)" in out
    assert " X " in out and "None" not in out
    out = said(suspended(), monkeypatch, tmp_path, "explain", ONE, "--on", str(ON))
    assert "得分 score 100 - 7 = 93  等级 grade 未评 unrated (名录显示“暂停” the directory shows 暂停)" in out
    before = said(suspended(), monkeypatch, tmp_path, "explain", ONE, "--on", "2025-03-02")
    assert "next grade change 2025-03-05: 未评 unrated (fact)" in before


def test_grades_say_unrated_where_people_read_and_null_to_scripts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened = waiting()
    rows = queries.grades(opened, ON)
    assert [(row["agency_id"], row["score"], row["grade"], row["score_grade_reason"]) for row in rows] == [
        (TWO, Decimal(100), "A", "band"),
        (ONE, None, None, "unrated"),
    ]
    assert [row["unrated_because"] for row in rows] == [None, "rated_from checks double_random"]
    table = said(opened, monkeypatch, tmp_path, "grades", "--on", str(ON))
    assert "未评 unrated" in table and f"name of {ONE}" in table.split("An unrated agency has no grade:")[1]
    csv = said(opened, monkeypatch, tmp_path, "grades", "--on", str(ON), "--format", "csv")
    assert f"{ONE},name of {ONE},,," in csv and csv.rstrip().endswith("unrated,,rated_from checks double_random")
    assert "未评" not in csv


def test_the_next_grade_may_be_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rows = queries.grades(waiting(), dt.date(2025, 1, 20), TWO)
    assert (rows[0]["next_score"], rows[0]["next_grade"], rows[0]["next_score_grade_reason"]) == (100, "A", "band")


def test_status_counts_who_is_unrated_and_a_release_of_an_earlier_program_does_not() -> None:
    opened = suspended()
    assert [(row["agency_id"], row["unrated_because"]) for row in queries.unrated_agencies(opened)] == [
        (ONE, "unrated_status suspended")
    ]
    opened.__dict__["warehouse"].connection.execute("drop table credit.fct_unrated_spans")
    assert queries.unrated_agencies(opened) == []


def test_a_task_says_that_its_agency_is_unrated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened = suspended()
    opened.__dict__["warehouse"].connection.execute(
        "insert into supervision.rpt_tasks by name select 't' as task_id, 'key_list' as task_code, "
        f"'{ONE}' as agency_id, date '2025-03-01' as opened_on, 'open' as status"
    )
    out = said(opened, monkeypatch, tmp_path, "tasks")
    assert "While an agency is unrated, its tasks stay as they are" in out and "the directory shows 暂停" in out


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ("rated_from checks", "首次检查前未评 not rated before its first check"),
        (
            "rated_from checks double_random special",
            "首次检查（双随机、专项）前未评 not rated before its first check (double random, special)",
        ),
        ("rated_from reports", "首份报告前未评 not rated before its first report"),
        ("rated_from determination", "首次认定计分前未评 not rated before its first determination that scores"),
        (
            "rated_from reports、unrated_status exited",
            "首份报告前未评 not rated before its first report; 名录显示“退出” the directory shows 退出",
        ),
        ("rated_from weather", "rated_from weather"),
    ],
)
def test_reasons_are_said_in_words(codes: str, words: str) -> None:
    assert unrated.in_words(codes) == words


def test_of_many_agencies_some_are_named() -> None:
    rows = [{"name": f"N{number}", "unrated_because": "rated_from reports"} for number in range(7)]
    rows += [{"name": "rated", "unrated_because": None}]
    assert unrated.grouped(rows, lambda row: row["name"]) == [
        "首份报告前未评 not rated before its first report: N0、N1、N2、N3、N4 等 7 家 and 2 more"
    ]


# --- how points came about ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "cells", "points", "expected"),
    [
        ({}, {}, -10, None),
        ({"quantity": "row"}, {"quantity": 3}, -30, "10 × 数量 quantity 3"),
        ({"quantity": "row"}, {}, -10, None),
        ({"points": "row"}, {"row_points": Decimal("12.00")}, -12, "按“扣分”栏 points of the row"),
        (
            {"points": "row", "quantity": "row"},
            {"row_points": Decimal("12.00"), "quantity": 2},
            -24,
            "按“扣分”栏 points of the row × 数量 its quantity",
        ),
    ],
)
def test_a_line_says_how_its_points_came_about(
    words: dict[str, Any], cells: dict[str, Any], points: int, expected: str | None
) -> None:
    rules = typed(
        entry("X", **({"points": 10} | words)), clauses=[{"dataset": "findings", "clause": "X", "items": ["X"]}]
    )
    found = explain(release(rules, findings=[finding("F", clause="X", **cells)]), ONE, ON)
    assert [line["points"] for line in found["lines"]] == [points]
    assert notes(found) == [expected] and found["adds_up"]


def test_a_repeat_says_so_also_beside_a_quantity() -> None:
    rules = typed(entry("X", 5, quantity="row", repeat_factor=2))
    rows = [finding("F1", clause="X", determined_on="2025-02-01"), finding("F2", clause="X", quantity=3)]
    found = explain(release(rules, findings=rows), ONE, ON)
    assert [(line["points"], line["note"]) for line in found["lines"]] == [
        (-5, None),
        (-30, "5 × 数量 quantity 3; 再犯 repeats an earlier line still in force: × 2"),
    ]
    assert found["adds_up"]


def test_a_line_names_the_check_that_it_comes_from_by_a_link_and_no_case() -> None:
    rules = typed(entry("X", 5), entry("Y", 4))
    rows = [finding("F1", clause="X", origin_id="T"), finding("F2", clause="Y")]
    opened = release(rules, findings=rows, checks=[clean("T", "2025-02-20")])
    found = explain(opened, ONE, ON)
    assert dict(zip([line["item_code"] for line in found["lines"]], notes(found), strict=True)) == {
        "X": "检查任务 of check T",
        "Y": None,
    }
    assert [line["occasion_key"] for line in found["lines"]].count("T") == 1


def test_the_note_on_a_cap_per_check_names_the_check() -> None:
    rules = typed(entry("X", 15), entry("Y", 10), sub={"cap_per_check": 20})
    rows = [check("T", clause="X", project_no="P1"), check("T", "2", clause="Y", project_no="P2")]
    found = explain(release(rules, checks=rows), ONE, ON)
    (capped,) = [line for line in found["lines"] if line["line_kind"] == "cap_adjustment"]
    assert capped["points"] == 5 and found["score"] == 80 and found["adds_up"]
    assert capped["note"] == "单次检查封顶 above the cap of one check · 分项 SUB component · 检查任务 check T"


def test_the_note_on_a_cap_of_one_act_names_no_check() -> None:
    rules = typed(entry("X", 15, quantity="row", cap_per_check=20))
    found = explain(release(rules, penalties=[penalty("P", clause="X", quantity=2)]), ONE, ON)
    (capped,) = [line for line in found["lines"] if line["line_kind"] == "cap_adjustment"]
    assert capped["note"] == "单次检查封顶 above the cap of one check · 条目 X item · 同一行为 one act"


def test_a_release_of_an_earlier_program_explains_what_it_knows() -> None:
    opened = release(typed(entry("X", 5, quantity="row")), findings=[finding("F", clause="X", quantity=2)])
    for relation, column in (
        *(("credit.fct_point_ledger", name) for name in ("occasion_key", "is_repeat")),
        *(("credit.dim_rules", name) for name in ("points_from", "quantity_from", "repeat_factor")),
    ):
        opened.__dict__["warehouse"].connection.execute(f"alter table {relation} drop column {column}")
    opened.__dict__["warehouse"].connection.execute("drop table credit.fct_unrated_spans")
    found = explain(opened, ONE, ON)
    assert notes(found) == [None] and found["adds_up"] and found["unrated_because"] is None
