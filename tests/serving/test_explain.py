"""Explanations of lines that change a grade but not the score, on hand-made rows."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orchestration.cli import main
from serving.explain import explain
from serving.releases.opened import Release
from tests.warehouse.engine_city import bands, clause, component, item, listed, regime
from tests.warehouse.evidence import Row, Tables, check, finding, merit, warehouse

ONE = "91410800MA0000001A"
ON = dt.date(2025, 3, 10)


def release(rules: Tables, **rows: list[Row]) -> Release:
    """An opened release of one agency, in memory."""
    owned = {name: [row | {"agency_id": ONE} for row in made] for name, made in rows.items()}
    made = warehouse(rules=rules, **owned)
    for relation, relation_rows in listed("2025-01-05", [ONE]).items():
        made.insert(relation, relation_rows)
    made.run("fct_score_history", "fct_point_ledger", "dim_rules", "dim_agencies", "fct_loads")
    opened = Release(Path("none"), made.reading)
    opened.__dict__["warehouse"] = made
    opened.__dict__["description"] = {"rulebooks": [{"rulebook_id": "r1", "base_points": 100}]}
    return opened


def effects(**cells: Any) -> Tables:
    """One item of each effect; a veto ends with its quarter, the rest after a year."""
    return regime(
        components=[component("V", -1, "quarter"), component("SUB", -1), component("ADD", 1, cap_points=5)],
        items=[
            item("VETO", "V", 0, effect="veto", effect_grade="D"),
            item("LID", "V", 0, effect="ceiling", effect_grade="C"),
            item("ZERO", "ADD", 0, effect="zero_component"),
            item("PLAIN", "SUB", 10),
            item("GOOD", "ADD", 4),
        ],
        clauses=[
            clause("1", "VETO"),
            clause("2a", "LID"),
            clause("3", "ZERO"),
            clause("9", "PLAIN"),
            clause("3", "GOOD", "merit_claims"),
        ],
        grades=bands(("A", 101), ("B", 81), ("C", 60), ("D", None)),
        **cells,
    )


def notes(found: dict[str, Any]) -> dict[str | None, str | None]:
    return {line["item_code"] or line["line_kind"]: line["note"] for line in found["lines"]}


@pytest.mark.parametrize(
    ("written", "item_code", "said"),
    [
        ("1", "VETO", "一票否决 veto: the grade is D whatever the score"),
        ("2a", "LID", "等级上限 ceiling: the grade is no better than C"),
        ("3", "ZERO", "分项计零 component ADD gives 0"),
        ("9", "PLAIN", None),
    ],
)
def test_a_note_names_a_lines_other_effects(written: str, item_code: str, said: str | None) -> None:
    opened = release(effects(), findings=[finding("F", clause=written)])
    assert notes(explain(opened, ONE, ON)) == {item_code: said}


def test_an_adjustment_names_what_it_adjusts() -> None:
    opened = release(effects(), merits=[merit("M1"), merit("M2")])
    found = explain(opened, ONE, ON)
    assert found["adds_up"] and found["score"] == 105
    (adjustment,) = [line for line in found["lines"] if line["line_kind"] == "cap_adjustment"]
    assert (adjustment["item_code"], adjustment["component_code"]) == (None, "ADD")
    assert "分项 ADD component" in adjustment["note"]


def test_a_disputed_lines_note_has_its_first_day() -> None:
    rows = [
        finding("F", clause="9", status_code="effective", received_on="2025-03-05"),
        finding("F", clause="9", status_code="objection", received_on="2025-04-05"),
    ]
    found = explain(release(effects(), findings=rows), ONE, ON)
    assert notes(found) == {"PLAIN": "异议中 since 2025-04-05, still counts"}
    assert [line["disputed_since_on"] for line in found["lines"]] == [dt.date(2025, 4, 5)]


def test_a_release_of_an_earlier_program_says_that_a_line_is_disputed() -> None:
    opened = release(effects(), findings=[finding("F", clause="9", status_code="objection")])
    opened.__dict__["warehouse"].connection.execute("alter table credit.fct_point_ledger drop column disputed_since_on")
    assert notes(explain(opened, ONE, ON)) == {"PLAIN": "异议中 under objection, still counts"}


def test_the_next_grade_is_shown_where_the_score_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened = release(effects(), findings=[finding("F1", clause="1")], checks=[check("T", clause="9")])
    found = explain(opened, ONE, ON)
    assert (found["next_change"]["on"], found["next_change"]["score"]) == (dt.date(2026, 3, 2), 100)
    graded = {"on": dt.date(2025, 4, 1), "grade": "B", "score_grade_reason": "band", "cause": "expiry"}
    assert found["next_grade_change"] == graded
    monkeypatch.setattr("serving.releases.opened.open_release", lambda _settings: nullcontext(opened))
    shown = CliRunner().invoke(main, ["--home", str(tmp_path), "explain", ONE, "--on", str(ON)], catch_exceptions=False)
    assert "next grade change 2025-04-01: B (expiry)" in shown.output
    assert "一票否决 veto" in shown.output and "T-1" in shown.output and "F1" in shown.output
