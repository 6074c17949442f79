"""Every rule of the notice has one home in the rulebook, and every measure becomes something to do; detectors ask what
their seed says that they ask."""

from __future__ import annotations

import csv
import re

import pytest

from rulebook.folder import read_folder
from rulebook.measures import known_measures
from rulebook.regime_file import read_regime
from rulebook.vocabulary import SEPARATOR
from tests.house.project import DBT, ROOT
from tests.rulebook.support import FOREIGN, SHIPPED

SEEDS = DBT / "seeds" / "rulebook"
NOTICE = "jiaozuo"  # the regime of the notice

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
    """The rows of the notice's versions; the folder may hold other cities'."""
    versions = {row["rulebook_id"] for row in read_folder(SEEDS).versions(NOTICE)}
    with (SEEDS / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["rulebook_id"] in versions]


def test_every_clause_of_the_notice_is_an_item() -> None:
    assert {row["clause"] for row in rows("items")} == MERIT_CLAUSES | MISCONDUCT_CLAUSES


def test_every_evidence_item_is_reached_by_a_clause() -> None:
    reached = {code for row in rows("clause_items") for code in row["item_code"].split(SEPARATOR)}
    assert {row["item_code"] for row in rows("items") if row["fact"] == "evidence"} <= reached


def test_points_whose_source_is_missing_say_so() -> None:
    """Annex 1 of the notice is not public: these points must not be taken for the city's."""
    assert {row["is_provisional"] for row in rows("items")} == {"true"}
    assert {row["is_provisional"] for row in rows("rulebooks")} == {"true"}


def test_every_measure_has_a_home() -> None:
    assert set(known_measures()) == set(MEASURE_HOMES)
    assert {row["measure_code"] for row in rows("measures")} == set(MEASURE_HOMES)
    marts = {path.stem for path in (ROOT / "dbt_project" / "models" / "marts").rglob("*.sql")}
    assert set(MEASURE_HOMES.values()) <= marts


def test_every_regime_is_scored() -> None:
    """Rules whose figures nobody asks are only known to be readable: a test names the file, or the oracle its regime."""
    folders = (ROOT / "tests" / "warehouse", ROOT / "tests" / "oracle")
    asking = "".join(path.read_text("utf-8") for folder in folders for path in folder.glob("*.py"))
    asked = set(re.findall(r'"([^"\n]+)"', asking))
    regimes = {path.stem: read_regime(path)["rulebooks"][0]["regime_code"] for path in (*SHIPPED, *FOREIGN)}
    forgotten = sorted(stem for stem, code in regimes.items() if not asked & {stem, code})
    assert not forgotten, f"no figures of {forgotten}: a module of tests/warehouse or tests/oracle asks for them"


# conflicts.md: the first that holds, in this order
EXPLANATIONS = (
    *("transition", "labour_broker", "branch", "back_payment", "month_of_change", "settlement_month", "injury_only"),
    *("renamed", "within_7_days", "typo", "coordinates", "batch_upload", "new_hire", "renewal_lag", "moved"),
    "acquisition",
)
# counted_twice asks nothing of its own: it follows its double registration
ASKED_BY = {"counted_twice": "double_registration"}


def explanations() -> dict[str, list[str]]:
    """Detector -> the explanations that its seed row says are asked, in order."""
    with (DBT / "seeds" / "reference" / "detectors.csv").open(encoding="utf-8", newline="") as file:
        return {row["detector_kind"]: [*filter(None, row["explanations"].split("、"))] for row in csv.DictReader(file)}


@pytest.mark.parametrize("kind", [kind for kind, asked in explanations().items() if asked])
def test_a_detector_asks_in_the_order_that_its_seed_tells(kind: str) -> None:
    """What explanations_tested says of each is the seed's order: asked in another, it would tell outcomes that nobody knows."""
    stated = explanations()[kind]
    assert stated == sorted(stated, key=EXPLANATIONS.index)
    (path,) = DBT.rglob(f"int_*__{ASKED_BY.get(kind, kind)}.sql")
    asked = [word for word in re.findall(r"(?:then|else) '(\w+)'", path.read_text("utf-8")) if word in EXPLANATIONS]
    assert list(dict.fromkeys(asked)) == stated
