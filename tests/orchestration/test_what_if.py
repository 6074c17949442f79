"""Another regime and another version by data alone, through the command line, on the sample city."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import duckdb

from tests.conftest import BuiltCity, firemark
from tests.rulebook.support import FOREIGN

HILLSHIRE = next(path for path in FOREIGN if path.stem == "hillshire-2024")
DEARER = ("points: 8}", "points: 20}")  # a missing contract

Spans = dict[str, list[tuple[dt.date, dt.date, str]]]


def graded(home: Path) -> Spans:
    """Per agency the spans of its history and their grades, in the current release."""
    release = (home / "releases" / "current").resolve()
    spans: Spans = {}
    with duckdb.connect(str(release / "firemark.duckdb"), read_only=True) as connection:
        for agency, since, until, grade in connection.execute(
            "select agency_id, valid_from_on, valid_until_on, grade from credit.fct_score_history order by 1, 2"
        ).fetchall():
            spans.setdefault(agency, []).append((since, until or dt.date.max, grade))
    return spans


def grade_on(spans: list[tuple[dt.date, dt.date, str]], on: dt.date) -> str | None:
    return next((grade for since, until, grade in spans if since <= on < until), None)


def changed(before: Spans, after: Spans) -> set[str]:
    """Agencies with a day of another grade: grades can only begin to differ where a span begins."""
    return {
        agency
        for agency in before | after
        if any(
            grade_on(before.get(agency, []), since) != grade_on(after.get(agency, []), since)
            for since, _, _ in (*before.get(agency, []), *after.get(agency, []))
        )
    }


def test_a_foreign_regime_scores_the_city_and_what_if_lists_exactly_whose_grades_change(
    built_city: BuiltCity, tmp_path: Path
) -> None:
    home, rules = tmp_path / "home", tmp_path / "rules"
    shutil.copytree(built_city.home, home, symlinks=True)
    text = HILLSHIRE.read_text("utf-8")
    trial = tmp_path / "trial.yaml"
    assert text.count(DEARER[0]) == 1
    trial.write_text(
        text.replace("id: hs-2024", "id: hs-trial").replace("regime: hillshire", "regime: trial").replace(*DEARER),
        "utf-8",
    )
    firemark(home, "rulebook", "import", str(HILLSHIRE), str(trial), str(rules))
    firemark(home, "build", "--rulebooks", str(rules), "--regime", "hillshire")
    before = graded(home)
    grades = {grade for spans in before.values() for _, _, grade in spans}
    assert {"A", "B", "E"} <= grades, "vetoes too"
    release = (home / "releases" / "current").resolve()

    asked = ("rulebook", "what-if", "hs-trial", "--rulebooks", str(rules), "--format", "json")
    told = json.loads(firemark(home, *asked).stdout)
    assert (home / "releases" / "current").resolve() == release, "nothing is released"

    firemark(home, "build", "--rulebooks", str(rules), "--regime", "trial")
    after = graded(home)
    expected = changed(before, after)
    assert expected and expected != set(before), "some agencies change and some do not"
    assert {row["agency_id"] for row in told} == expected
    for row in told:
        since = dt.date.fromisoformat(row["valid_from_on"])
        sides = grade_on(before[row["agency_id"]], since), grade_on(after[row["agency_id"]], since)
        assert sides == (row["grade_before"], row["grade_after"])
