"""Every rule of the notice has one home in the rulebook, and every measure becomes something to do."""

from __future__ import annotations

import csv

from tests.house.project import DBT, ROOT

SEEDS = DBT / "seeds" / "rulebook"

# 一(三)1–5 and 一(四)1–11 of the notice
MERIT_CLAUSES = {f"一(三){n}" for n in range(1, 6)}
MISCONDUCT_CLAUSES = {f"一(四){n}" for n in range(1, 12)}

# measure -> where it shows
MEASURE_HOMES = {
    "quality_directory": "rpt_quality_directory",
    "publish": "frozen_lists",
    "circular": "frozen_lists",
    "double_random_max": "rpt_inspection_plan",
    "priority_service": "rpt_quality_directory",
    "interview": "rpt_tasks",
    "key_list": "rpt_tasks",
    "inspection_min": "rpt_inspection_plan",
    "exit": "rpt_tasks",
    "city_circular": "rpt_tasks",
}


def rows(table: str) -> list[dict[str, str]]:
    with (SEEDS / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_clause_of_the_notice_is_an_item() -> None:
    assert {row["clause"] for row in rows("items")} == MERIT_CLAUSES | MISCONDUCT_CLAUSES


def test_every_evidence_item_is_reached_by_a_clause() -> None:
    reached = {row["item_code"] for row in rows("clause_items")}
    assert {row["item_code"] for row in rows("items") if row["fact"] == "evidence"} <= reached


def test_points_whose_source_is_missing_say_so() -> None:
    """Annex 1 of the notice is not public: nobody may take these points for the city's."""
    assert {row["is_provisional"] for row in rows("items")} == {"true"}
    assert {row["is_provisional"] for row in rows("rulebooks")} == {"true"}


def test_every_measure_has_a_home() -> None:
    assert {row["measure_code"] for row in rows("measures")} == set(MEASURE_HOMES)
    marts = {path.stem for path in (ROOT / "dbt_project" / "models" / "marts").rglob("*.sql")}
    assert set(MEASURE_HOMES.values()) <= marts
