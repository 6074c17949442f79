"""Hand-made rows of evidence and the models that turn them into lines.

Belongs here: row makers with short defaults, the default rulebook and changed copies of it. Does not belong
here: the expected lines (the tests), the models' SQL (the harness runs dbt's).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ingestion import parsing
from rulebook.folder import build_tables, read_folder
from tests.warehouse.harness import DBT_PROJECT, Warehouse

Row = dict[str, Any]
Tables = dict[str, list[Row]]

A = "agency-a"
B = "agency-b"
V1 = "jz-2024-draft"
AS_OF = dt.date(2026, 6, 30)

# Matching complaints has its own tests: here a ticket names its agency by id; empty = unresolved.
MATCHED = """
    select dataset, row_key, source_key, respondent_name as agency_id, first_received_on
    from staging.stg_complaints__hotline
    union all
    select dataset, row_key, source_key, agency_id, first_received_on from staging.stg_complaints__media
"""


def day(text: str | None) -> dt.date | None:
    """2025-03-01 as a date; null stays null."""
    return dt.date.fromisoformat(text) if text else None


_CODES = (
    *("finding_id", "task_id", "task_line", "decision_no", "ticket_id", "clue_id", "claim_id", "application_id"),
    *("project_no", "report_no", "document_no", "origin_id", "original_ticket_id"),
)


def _row(days: Iterable[str], **cells: Any) -> Row:
    """The cells as the door writes them: days as dates, numbers in their one form."""
    row = {name: day(cell) if name in days else cell for name, cell in cells.items()}
    row |= {name: parsing.code(row[name]) for name in _CODES if row.get(name)}
    return row | ({"target_ids": parsing.id_list(row["target_ids"])} if "target_ids" in row else {})


def finding(finding_id: str, **cells: Any) -> Row:
    """A final finding under item 7, through a supervision check, determined on 2025-03-01."""
    defaults: Row = {
        "finding_id": finding_id,
        "agency_id": A,
        "clause": "7",
        "channel_code": "supervision_check",
        "determined_on": "2025-03-01",
        "status_code": "effective",
        "received_on": "2025-12-31",
    }
    return _row(("occurred_on", "determined_on", "revoked_on", "received_on"), **defaults | cells)


def check(task_id: str, task_line: str = "1", **cells: Any) -> Row:
    """A double-random check with a determined problem under item 7."""
    defaults: Row = {
        "task_id": task_id,
        "task_line": task_line,
        "check_type": "double_random",
        "agency_id": A,
        "checked_on": "2025-02-20",
        "result_code": "problems_found",
        "clause": "7",
        "status_code": "determined",
        "determined_on": "2025-03-01",
        "received_on": "2025-12-31",
    }
    return _row(("checked_on", "occurred_on", "determined_on", "revoked_on", "received_on"), **defaults | cells)


def penalty(decision_no: str, **cells: Any) -> Row:
    """A penalty in effect under item 7."""
    defaults: Row = {
        "decision_no": decision_no,
        "agency_id": A,
        "clause": "7",
        "status_code": "effective",
        "determined_on": "2025-03-01",
        "received_on": "2025-12-31",
    }
    return _row(("occurred_on", "determined_on", "public_until_on", "revoked_on", "received_on"), **defaults | cells)


def ticket(ticket_id: str, agency_id: str | None = A, **cells: Any) -> Row:
    """A substantiated ticket, accepted on 2025-02-10, without a clause."""
    defaults: Row = {
        "ticket_id": ticket_id,
        "respondent_name": agency_id,
        "accepted_on": "2025-02-10",
        "result_code": "substantiated",
        "determined_on": "2025-03-01",
        "received_on": "2025-12-31",
    }
    return _row(("accepted_on", "determined_on", "received_on"), **defaults | cells)


def clue(clue_id: str, **cells: Any) -> Row:
    """A substantiated media item, found on 2025-02-10, without a clause."""
    defaults: Row = {
        "clue_id": clue_id,
        "agency_id": A,
        "found_on": "2025-02-10",
        "result_code": "substantiated",
        "determined_on": "2025-03-01",
        "received_on": "2025-12-31",
    }
    return _row(("found_on", "determined_on", "received_on"), **defaults | cells)


def merit(claim_id: str, **cells: Any) -> Row:
    """An approved claim under 守信条款 3."""
    defaults: Row = {
        "claim_id": claim_id,
        "agency_id": A,
        "clause": "3",
        "status_code": "approved",
        "determined_on": "2025-03-01",
        "received_on": "2025-12-31",
    }
    return _row(("occurred_on", "determined_on", "received_on"), **defaults | cells)


def repair(application_id: str, target_ids: str, **cells: Any) -> Row:
    """An approved application with every document, accepted on Monday 2025-06-09, answered three days later."""
    defaults: Row = {
        "application_id": application_id,
        "agency_id": A,
        "target_ids": target_ids,
        "applied_on": "2025-06-06",
        "accepted_on": "2025-06-09",
        "has_application_form": True,
        "has_fulfilment_proof": True,
        "has_other_evidence": True,
        "review_code": "approved",
        "replied_on": "2025-06-12",
        "handled_by": "张三",
        "reviewed_by": "李四",
        "received_on": "2025-12-31",
    }
    return _row(("applied_on", "accepted_on", "replied_on", "received_on"), **defaults | cells)


def rulebook() -> Tables:
    """The default regime's tables as rows, to be changed by a test."""
    folder = read_folder(Path(DBT_PROJECT) / "seeds" / "rulebook")
    return {name: table.to_pylist() for name, table in build_tables(folder, "jiaozuo").items()}


def completed(tables: Tables) -> Tables:
    """Rulebook tables whose rows say only what matters, with the defaults of the rest and the items of each clause."""
    entries = [row for row in tables["clause_items"] if row.get("item_code")]
    return tables | {
        "rulebooks": [{"rated_from": "start"} | dict(row) for row in tables["rulebooks"]],
        "items": [{"points_from": "item", "quantity_from": "one"} | dict(row) for row in tables["items"]],
        "clause_item_codes": [
            dict(row) | {"item_code": code} for row in entries for code in row["item_code"].split("、")
        ],
    }


def changed(tables: Tables, table: str, where: Mapping[str, Any], **cells: Any) -> Tables:
    """A copy in which the rows of one table that agree with `where` have other cells; there must be some."""
    rows = [dict(row) for row in tables[table]]
    hit = [row for row in rows if all(row[name] == cell for name, cell in where.items())]
    assert hit, f"{table} has no row {dict(where)}"
    for row in hit:
        row.update(cells)
    return tables | {table: rows}


def with_version(tables: Tables, from_on: str, new_id: str = "v2") -> Tables:
    """A copy in which a second version, equal to the first but for its id, takes over on a day."""
    copied = {
        name: [*map(dict, rows), *(dict(row) | {"rulebook_id": new_id} for row in rows)]
        for name, rows in tables.items()
    }
    copied = changed(copied, "rulebooks", {"rulebook_id": V1}, effective_until_on=day(from_on))
    return changed(copied, "rulebooks", {"rulebook_id": new_id}, effective_from_on=day(from_on))


def warehouse(
    *,
    findings: Iterable[Row] = (),
    checks: Iterable[Row] = (),
    penalties: Iterable[Row] = (),
    tickets: Iterable[Row] = (),
    clues: Iterable[Row] = (),
    merits: Iterable[Row] = (),
    repairs: Iterable[Row] = (),
    rules: Tables | None = None,
    as_of_on: dt.date = AS_OF,
    replace: Mapping[str, str] | None = None,
) -> Warehouse:
    """A warehouse over these rows under the default regime (or `rules`); nothing is built yet."""
    tables: dict[str, Any] = {
        "credit_desk.findings": list(findings),
        "inspections.checks": list(checks),
        "inspections.penalties": list(penalties),
        "complaints.hotline": list(tickets),
        "complaints.media": list(clues),
        "credit_desk.merit_claims": list(merits),
        "credit_desk.repairs": list(repairs),
        "lake.build_parameters": [{"as_of_on": as_of_on, "known_on": None, "regime_code": "jiaozuo"}],
    }
    tables |= {f"rulebook.{name}": rows for name, rows in completed(rules or rulebook()).items()}
    filled = {relation: rows for relation, rows in tables.items() if rows}
    return Warehouse(filled, replace={"int_complaints_matched": MATCHED} | dict(replace or {}))


def rows_of(made: Warehouse) -> dict[str, Row]:
    """int_points__rows by source key."""
    made.run("int_points__rows")
    return {row["source_key"]: row for row in made.query("select * from intermediate.int_points__rows")}


def lines_of(made: Warehouse) -> dict[str, Row]:
    """int_points__lines by the source key of the row that starts the clock."""
    made.run("int_points__lines")
    return {line["source_key"]: line for line in made.query("select * from intermediate.int_points__lines")}


def issues_of(made: Warehouse) -> set[tuple[str, str]]:
    """(source key, issue code) of everything that int_issues__evidence lists."""
    made.run("int_issues__evidence")
    found = made.query("select source_key, issue_code from intermediate.int_issues__evidence")
    assert len(found) == len({tuple(row.values()) for row in found}), "an issue is listed once"
    return {(row["source_key"], row["issue_code"]) for row in found}


def cases_of(made: Warehouse) -> set[frozenset[str]]:
    """The cases as sets of source keys."""
    cases: dict[str, set[str]] = {}
    for key, row in rows_of(made).items():
        cases.setdefault(row["case_id"], set()).add(key)
    return {frozenset(keys) for keys in cases.values()}
