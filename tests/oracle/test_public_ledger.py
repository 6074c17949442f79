"""What the public may read of a ledger, day by day and line by line, beside what the mart says of random cities.

Does not belong here: the reading (naive_public), the ledger itself (test_against_oracle), figures counted by hand
(tests/warehouse/test_public_ledger).
"""

from __future__ import annotations

import datetime as dt

import pytest

from rulebook.folder import build_tables
from tests.oracle.comparison import AS_OF
from tests.oracle.naive_public import compared
from tests.oracle.regimes import RANDOM, Example, example
from tests.warehouse.harness import Warehouse, compiled_nodes

CITIES: tuple[Example, ...] = (("amended", 31, 12), ("harbour", 32, 12), ("lakeside", 33, 12), (RANDOM, 21, 12))
DAYS = (dt.date(2024, 9, 10), dt.date(2025, 6, 2), dt.date(2026, 1, 15))
# Short terms for many notices, whatever carries them: the mart goes by the ledger's column alone.
TERMS = """
    update credit.fct_point_ledger set public_until_on = determined_on + cast(hash(case_id, item_code) % 300 as integer)
    where line_kind in ('misconduct', 'superseded') and dataset <> 'merit_claims' and hash(item_code, case_id) % 5 < 3
"""
KNOWN = (
    "select distinct agency_id, agency_id as agency_name, 'published' as directory_status from credit.fct_score_history"
)


@pytest.fixture(scope="module", params=CITIES, ids=str)
def city(request: pytest.FixtureRequest) -> Warehouse:
    rows, folder, regime_code = example(request.param)
    tables = {f"rulebook.{name}": table for name, table in build_tables(folder, regime_code).items()}
    asked = {"lake.build_parameters": [{"as_of_on": AS_OF, "regime_code": regime_code}]}
    made = Warehouse({**tables, **rows, **asked}, replace={"dim_agencies": KNOWN}, is_lent=False)
    made.run("fct_score_history", "fct_point_ledger")
    made.connection.execute(TERMS)
    return made.run("rpt_public_ledger", "rpt_misconduct_notices")


@pytest.fixture(params=DAYS, ids=str)
def as_of_on(city: Warehouse, request: pytest.FixtureRequest) -> dt.date:
    """The city's marts as of another day, with the same knowledge."""
    city.connection.execute(f"update intermediate.int_build_requested set as_of_on = date '{request.param}'")
    for name in ("rpt_public_ledger", "rpt_misconduct_notices"):
        city.connection.execute(f"create or replace table publication.{name} as {compiled_nodes()[name].sql}")
    on: dt.date = request.param
    return on


def test_the_public_reads_what_6_13_says_and_adds_it_up_on_every_day(city: Warehouse, as_of_on: dt.date) -> None:
    bases = {row["rulebook_id"]: row["base_points"] for row in city.query("from rulebook.rulebooks")}
    seen = compared(city.query, bases, as_of_on)
    assert {"base", "misconduct", "publicity_ended"} <= seen.keys()
    assert city.failing("assert_public_ledger_adds_up_to_the_score") == []


def test_the_notices_of_the_day_are_its_public_lines_of_misconduct(city: Warehouse, as_of_on: dt.date) -> None:
    notices = city.query("select line_id, source_key, public_until_on from publication.rpt_misconduct_notices")
    told = city.query(
        "select line_id, source_key, public_until_on from publication.rpt_public_ledger"
        " where line_kind in ('misconduct', 'superseded') and dataset <> 'merit_claims' and valid_from_on = ?",
        as_of_on,
    )
    assert notices
    assert sorted(map(str, notices)) == sorted(map(str, told))


def test_no_row_stands_twice_and_none_tells_of_the_past(city: Warehouse, as_of_on: dt.date) -> None:
    assert (
        city.query(
            "select line_id from publication.rpt_public_ledger group by line_id, valid_from_on having count(*) > 1"
        )
        == []
    )
    assert city.query("from publication.rpt_public_ledger where valid_from_on < ?", as_of_on) == []
    assert city.query("from publication.rpt_public_ledger where valid_until_on <= valid_from_on") == []
