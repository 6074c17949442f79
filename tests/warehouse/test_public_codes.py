"""No public table shows the door's stand-in for somebody's number (sources.md, K5): `***` stands there instead."""

from __future__ import annotations

import re

import pytest

from tests.warehouse.evidence import Row, check, clue, day, finding, penalty, ticket, warehouse
from tests.warehouse.harness import compiled_nodes

NUMBER = "#0123456789ABCDEF01234567"
OTHER = "#FEDCBA9876543210FEDCBA98"
CODES = {"project_no": f"XM-{NUMBER}", "report_no": NUMBER}


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ({"findings": [finding(f"RD-{NUMBER}", **CODES)]}, "RD-***"),
        ({"findings": [finding(f"T{NUMBER}{OTHER}-1", **CODES)]}, "T******-1"),
        ({"checks": [check(NUMBER, OTHER, **CODES)]}, "***-***"),
        ({"penalties": [penalty(f"焦罚〔2024〕{NUMBER}号", project_no=NUMBER)]}, "焦罚〔2024〕***号"),
        ({"tickets": [ticket(NUMBER, project_no=NUMBER)]}, "***"),
        ({"clues": [clue(f"XS/{NUMBER}")]}, "XS/***"),
        # what only looks like one is a code
        ({"findings": [finding("RD#12-0123456789ABCDEF01234567")]}, "RD#12-0123456789ABCDEF01234567"),
    ],
)
def test_a_notice_shows_no_stand_in(rows: dict[str, list[Row]], shown: str) -> None:
    made = warehouse(**rows, as_of_on=day("2025-12-31"))  # type: ignore[arg-type]
    made.run(*(name for name, node in compiled_nodes().items() if node.schema == "publication"))
    assert made.query("select source_key from publication.rpt_misconduct_notices") == [{"source_key": shown}]
    tables = made.query("select table_name from information_schema.tables where table_schema = 'publication'")
    for table in tables:
        said = str(made.query(f"from publication.{table['table_name']}"))
        assert not re.search("#[0-9A-F]{24}", said), table
