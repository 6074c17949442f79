"""No public table shows the door's stand-in for somebody's number (sources.md, K5): `***` stands there instead."""

from __future__ import annotations

import re

import pytest

from tests.warehouse.engine_city import listed
from tests.warehouse.evidence import A, B, Row, check, clue, day, finding, merit, penalty, ticket, warehouse
from tests.warehouse.harness import compiled_nodes

NUMBER = "#0123456789ABCDEF01234567"
OTHER = "#FEDCBA9876543210FEDCBA98"
C = "agency-c"
EXIT: Row = {
    "decision_id": f"JD-{NUMBER}",
    "object_type": "directory",
    "object_id": B,
    "decision_code": "exit",
    "decided_on": day("2025-06-01"),
    "handled_by": "甲",
    "reviewed_by": "乙",
    "received_on": day("2025-06-02"),
}
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
    """Nor does any other public table; B left the directory by a decision, C is in that of good agencies."""
    merits = [
        merit(f"SX-{n}-{NUMBER}", agency_id=C, clause=clause, document_no=NUMBER) for n, clause in enumerate("34")
    ]
    made = warehouse(**rows, merits=merits, as_of_on=day("2025-12-31"))  # type: ignore[arg-type]
    for relation, listing in listed("2025-01-10", (A, B, C), listing_basis="grandfathered_28").items():
        made.insert(relation, listing)
    made.insert("credit_desk.decisions", [EXIT])
    made.run(*(name for name, node in compiled_nodes().items() if node.schema == "publication"))
    assert made.query("select source_key from publication.rpt_misconduct_notices") == [{"source_key": shown}]
    told = "select source_key from publication.rpt_public_ledger where line_kind = 'misconduct'"
    assert made.query(told) == [{"source_key": shown}]
    merited = made.query("select distinct document_no from publication.rpt_public_ledger where line_kind = 'merit'")
    assert merited == [{"document_no": "***"}]
    tables = made.query("select table_name from information_schema.tables where table_schema = 'publication'")
    said = {table["table_name"]: made.query(f"from publication.{table['table_name']}") for table in tables}
    assert {name for name, shows in said.items() if not shows} == {"frozen_lists", "rpt_frozen_list_members"}
    assert not re.search("#[0-9A-F]{24}", str(said))
