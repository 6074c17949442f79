"""Hand-made rows for the detectors: drops of personnel lists, insurance months, reports, check-ins, decisions.

Belongs here: short ways to write source rows. Does not belong here: a detector's expected results.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.warehouse.harness import Warehouse

Row = dict[str, Any]

X, Y, Z = "914108000000000X01", "914108000000000Y02", "914108000000000Z03"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def mask(key: str) -> str:
    return f"4108{'*' * 10}{sum(map(ord, key)) % 10000:04d}"


def engineer(agency: str, who: str, **changes: Any) -> Row:
    """An engineer's row on a personnel list; `who` is key, name and registration number at once."""
    return {
        "agency_id": agency,
        "person_name": f"工程师{who}",
        "person_key": f"key-{who}",
        "person_mask": mask(who),
        "person_id_status": "full",
        "position_code": "engineer",
        "certificate_kind": "engineer",
        "level_code": "level_2",
        "registration_no": f"REG-{who}",
        "qualification_no": f"QUAL-{who}",
        "registration_until_on": None,
        "contract_from_on": day("2023-06-01"),
        "is_contract_until_open": True,
    } | changes


def agency(agency_id: str, received_on: str, **changes: Any) -> Row:
    return {
        "agency_id": agency_id,
        "agency_name": f"机构{agency_id[-3:]}",
        "service_type": "both",
        "received_on": day(received_on),
        "has_quality_system": True,
        "assessment_control": "yes",
        "published_on": day("2023-01-01"),
        "registry_status": "normal",
    } | changes


def months(first: str, count: int) -> list[str]:
    """First days of `count` months from `first` (yyyy-mm)."""
    year, month = map(int, first.split("-"))
    return [
        f"{year + (month - 1 + offset) // 12:04d}-{(month - 1 + offset) % 12 + 1:02d}-01" for offset in range(count)
    ]


def paid(who: str, payer: str, month: str, **changes: Any) -> Row:
    return {
        "payer_id": payer,
        "payer_name": f"单位{payer[-3:]}",
        "person_name": f"工程师{who}",
        "person_key": f"key-{who}",
        "person_mask": mask(who),
        "person_id_status": "full",
        "insurance_code": "pension_enterprise",
        "period_month_on": day(month),
        "payment_status": "normal",
        "received_on": day(month) + dt.timedelta(days=45),
        "row_key": f"{who}-{payer}-{month}-{changes.get('insurance_code', 'pension_enterprise')}",
    } | changes


def report(number: str, agency_id: str, reported_on: str, lead: str | None = None, **changes: Any) -> Row:
    row = {
        "report_no": number,
        "project_no": f"P-{number}",
        "contract_no": f"C-{number}",
        "agency_id": agency_id,
        "agency_name": f"机构{agency_id[-3:]}",
        "service_type": "maintenance_testing",
        "reported_on": day(reported_on),
        "seal_status": "complete",
        "seal_agency_id": agency_id,
        "received_on": day(reported_on) + dt.timedelta(days=10),
        "updated_ms": 1,
        "is_deleted": False,
    }
    if lead:
        row |= {
            "project_lead_name": f"工程师{lead}",
            "project_lead_key": f"key-{lead}",
            "project_lead_id_status": "full",
            "project_lead_registration_no": f"REG-{lead}",
        }
    return row | changes


def contract(report_no: str, agency_id: str, signed_on: str, **changes: Any) -> Row:
    return {
        "contract_no": f"C-{report_no}",
        "project_no": f"P-{report_no}",
        "agency_id": agency_id,
        "agency_name": f"机构{agency_id[-3:]}",
        "service_type": "maintenance_testing",
        "signed_on": day(signed_on),
        "service_from_on": day(signed_on) + dt.timedelta(days=5),
        "received_on": day(signed_on) + dt.timedelta(days=10),
        "updated_ms": 1,
        "is_deleted": False,
    } | changes


def checkin(number: str, report_no: str, who: str, at: str, hours: float = 2, **changes: Any) -> Row:
    """A stay that begins `at` (local wall time); the cell is (0, 0) by default."""
    start = dt.datetime.fromisoformat(at) - dt.timedelta(hours=8)
    row = {
        "checkin_id": number,
        "report_no": report_no,
        "project_no": f"P-{report_no}",
        "person_key": f"key-{who}",
        "person_id_status": "full",
        "person_name": f"工程师{who}",
        "position_code": "project_lead",
        "checked_in_at": start,
        "checked_out_at": start + dt.timedelta(hours=hours),
        "coordinate_system": "WGS84",
        "updated_ms": int(number.encode().hex(), 16) % 10**12,
        "is_deleted": False,
        "cell_x": 11324,
        "cell_y": 3521,
        "received_on": dt.date.fromisoformat(at[:10]) + dt.timedelta(days=10),
    }
    row |= {"checked_in_on": dt.date.fromisoformat(at[:10]), "checked_out_on": dt.date.fromisoformat(at[:10])}
    return row | changes


def decision(number: str, object_id: str, code: str, decided_on: str, **changes: Any) -> Row:
    return {
        "decision_id": number,
        "object_type": "conflict",
        "object_id": object_id,
        "decision_code": code,
        "decided_on": day(decided_on),
        "handled_by": "甲",
        "reviewed_by": "乙",
        "received_on": day(decided_on) + dt.timedelta(days=3),
    } | changes


def drops(lists: Mapping[str, Iterable[Row]]) -> list[Row]:
    """Personnel rows of several drops: received_on -> the rows listed on that day."""
    return [row | {"received_on": day(received_on)} for received_on, rows in lists.items() for row in rows]


def loads(rows: Mapping[str, Sequence[Row]]) -> list[Row]:
    """One loaded file for each day on which a dataset received rows, so that the drops exist."""
    return [
        {
            "source": relation.split(".")[0],
            "dataset": relation.split(".")[1],
            "received_on": received_on,
            "file_name": "file",
            "file_hash": "f" * 64,
            "status": "loaded",
            "read_count": 1,
            "accepted_count": 1,
            "quarantined_count": 0,
            "duplicate_count": 0,
        }
        for relation, relation_rows in rows.items()
        if not relation.startswith(("lake.", "rulebook."))
        for received_on in sorted({row["received_on"] for row in relation_rows})
    ]


def desk(
    as_of_on: str,
    rows: Mapping[str, Sequence[Row]],
    empty_drops: Iterable[str] = (),
    replace: Mapping[str, str] | None = None,
) -> Warehouse:
    """A warehouse over the rows; `empty_drops` are personnel drops that list nobody of interest."""
    known = dict(rows)
    known["registry.personnel"] = [
        *known.get("registry.personnel", []),
        *(engineer("914108000000000W00", "nobody") | {"received_on": day(on)} for on in empty_drops),
    ]
    return Warehouse(
        {
            "lake.build_parameters": [{"as_of_on": day(as_of_on), "known_on": None, "regime_code": "jiaozuo"}],
            "lake.loads": loads(known),
            **known,
        },
        replace=replace,
    )


def conflicts(warehouse: Warehouse, kind: str | None = None) -> list[Row]:
    """Conflicts between people's employers, by kind, person and first day, without grades."""
    warehouse.run("int_conflicts_assessed")
    rows = warehouse.query(
        "select * from intermediate.int_conflicts_assessed order by conflict_kind, person_key, overlap_from_on, conflict_id"
    )
    return [row for row in rows if kind in (None, row["conflict_kind"])]
