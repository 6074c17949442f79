"""What the public may read of a ledger, day by day and line by line, beside what the mart says of random cities.

Belongs here: a naive reading of credit.md 6.13 and marts.md, Public ledger, over the finished ledger. Does not belong here:
the ledger itself (test_against_oracle), figures that were counted by hand (tests/warehouse/test_public_ledger).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from rulebook.folder import build_tables
from tests.oracle.city import Row
from tests.oracle.comparison import AS_OF
from tests.oracle.regimes import RANDOM, Example, example
from tests.warehouse.harness import Warehouse, compiled_nodes

CITIES: tuple[Example, ...] = (("amended", 31, 12), ("harbour", 32, 12), ("lakeside", 33, 12), (RANDOM, 21, 12))
DAYS = (dt.date(2024, 9, 10), dt.date(2025, 6, 2), dt.date(2026, 1, 15))
ONE_DAY = dt.timedelta(days=1)
# Short terms for many notices, whatever carries them: the mart goes by the ledger's column alone.
TERMS = """
    update credit.fct_point_ledger set public_until_on = determined_on + cast(hash(case_id, item_code) % 300 as integer)
    where line_kind in ('misconduct', 'superseded') and dataset <> 'merit_claims' and hash(item_code, case_id) % 5 < 3
"""
KNOWN = (
    "select distinct agency_id, agency_id as agency_name, 'published' as directory_status from credit.fct_score_history"
)
Told = Counter[tuple[Any, ...]]


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


def holds(row: Row, on: dt.date) -> bool:
    """Whether a day lies in a row's span."""
    return row["valid_from_on"] <= on and (row["valid_until_on"] is None or on < row["valid_until_on"])


def is_line(row: Row, on: dt.date) -> bool:
    """Whether a line of the ledger is in force of itself."""
    return (
        row["line_kind"] in ("misconduct", "merit", "fact", "superseded")
        and holds(row, on)
        and (row["repaired_on"] is None or on < row["repaired_on"])
    )


def expected(lines: list[Row], base: Decimal | None, on: dt.date) -> Told:
    """What 6.13 lets the public read of one agency on a day; without a base there is no score to add up to."""
    in_force = [row for row in lines if is_line(row, on)]
    public = [row for row in in_force if row["public_until_on"] is None or on <= row["public_until_on"]]
    shown = {row["line_id"] for row in public}
    untold = [row for row in in_force if row["line_id"] not in shown and row["line_kind"] == "misconduct"]
    told: Told = Counter()
    for row in public:
        counted_by = row["counted_by_line_id"] if row["counted_by_line_id"] in shown else None
        told[row["line_kind"], row["line_id"], row["item_code"], row["points"], counted_by] += 1
    if base is None:
        return told
    rest = sum((row["points"] for row in untold), Decimal())
    taken: dict[tuple[str | None, str | None], Decimal] = defaultdict(Decimal)
    for row in lines:
        if row["line_kind"] == "cap_adjustment" and holds(row, on):
            taken[row["component_code"], row["item_code"]] += row["points"]
    for (component, item), points in taken.items():
        if any(component in (None, row["component_code"]) and item in (None, row["item_code"]) for row in untold):
            rest += points
        elif points:
            told["cap_adjustment", None, item, points, None] += 1
    told["base", None, None, base, None] += 1
    if rest:
        told["publicity_ended", None, None, rest, None] += 1
    return told


def by_agency(rows: list[Row]) -> dict[str, list[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[row["agency_id"]].append(row)
    return found


def days_around(rows: list[Row], from_on: dt.date) -> Iterator[dt.date]:
    """Each day on which something may move, and the day before it."""
    ends = {row[name] for row in rows for name in ("valid_from_on", "valid_until_on", "repaired_on") if row.get(name)}
    ends |= {row["public_until_on"] + ONE_DAY for row in rows if row.get("public_until_on")}
    yield from sorted({day for end in ends | {from_on} for day in (end - ONE_DAY, end) if day >= from_on})


def test_the_public_reads_what_6_13_says_and_adds_it_up_on_every_day(city: Warehouse, as_of_on: dt.date) -> None:
    bases = {row["rulebook_id"]: row["base_points"] for row in city.query("from rulebook.rulebooks")}
    ledger, public = (
        by_agency(city.query(f"from {name}")) for name in ("credit.fct_point_ledger", "publication.rpt_public_ledger")
    )
    seen: Counter[str] = Counter()
    for agency_id, spans in by_agency(city.query("from credit.fct_score_history")).items():
        for on in days_around([*ledger[agency_id], *public[agency_id], *spans], as_of_on):
            (span,) = [row for row in spans if holds(row, on)] or [None]
            if span is None:
                continue
            told = [row for row in public[agency_id] if holds(row, on)]
            found: Told = Counter(
                (
                    row["line_kind"],
                    row["line_id"] if row["dataset"] else None,
                    row["item_code"],
                    row["points"],
                    row["counted_by_line_id"],
                )
                for row in told
            )
            base = None if span["score"] is None else bases[span["rulebook_id"]]
            assert found == expected(ledger[agency_id], base, on), (agency_id, on)
            if span["score"] is not None:
                assert sum(row["points"] for row in told) == span["score"], (agency_id, on)
            seen.update({row["line_kind"] for row in told})
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
