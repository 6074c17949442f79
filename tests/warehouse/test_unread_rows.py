"""A conflict never becomes `explained` by a row that could not be read (marts.md, "Columns of several tables").

Belongs here: hand-made warehouses, one for each explanation that rests on an absence. Does not belong here:
whole cities (`tests/faults/test_missing_evidence`), exports through the door (`test_unread_exports`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import pytest

from tests.warehouse.desk import X, Y, Z, agency, conflicts, day, decision, desk, drops, engineer, report
from tests.warehouse.test_conflicts_kinds import ENDED, FIRM, MONTHLY, UNTIL, absent, at, claim, pension, signing, twice

AS_OF = "2025-01-01"
OTHER = "914108000000000V05"
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Explained:
    """A conflict explained by an absence, and the row that may have shown what is absent."""

    kind: str
    rows: Rows
    place: str
    on: str
    agency_id: str | None
    empty: tuple[str, ...] = ()


def moved_expert() -> Rows:
    expert = {"person_key": "key-1", "person_id_status": "full"}
    return {
        "registry.personnel": at(X) + at(Y, on=["2025-01-10"]),
        "credit_desk.merit_claims": [claim("M1", X, None, "4", **expert), claim("M2", Y, None, "4", **expert)],
    }


def other_system() -> Rows:
    rows = twice("09:00:00", 2, "10:00:00", 2, 11324 + 4)
    for row in rows["platform.checkins"][1::2]:
        row["coordinate_system"] = "GCJ02"
    return rows


CHANGED = {
    "registry.personnel": at(X, on=MONTHLY[:8]),
    "registry.social_insurance": pension(X, "2024-01", 7) + pension(FIRM, "2024-08", 4),
}
SETTLED = CHANGED | {"registry.social_insurance": pension(X, "2024-01", 9) + pension(FIRM, "2024-08", 4)}
INJURY = {
    "registry.personnel": at(X),
    "registry.social_insurance": pension(X, "2024-01", 12) + pension(FIRM, "2024-03", 2, insurance_code="work_injury"),
}
PAID_BACK = {
    "registry.personnel": at(X),
    "registry.social_insurance": pension(FIRM, "2024-03", 2) + pension(X, "2024-04", 1, payment_status="back_paid"),
}
NEW_HIRE = absent(8, 8) | {"registry.personnel": at(X, on=MONTHLY[4:])}
RENEWED = {
    "registry.personnel": at(X, on=MONTHLY[:6], **UNTIL)
    + at(X, on=MONTHLY[6:], registration_until_on=day("2027-05-20")),
    "platform.reports": [report("R1", X, "2024-06-01", "1")],
}
GONE = {"registry.personnel": at(X, on=MONTHLY[:3]) + at(Y, on=MONTHLY[2:])}
NEAR_A_SPELL = signing("2024-05-17", at(Z, on=MONTHLY[:5], **ENDED))
REPORTS, CHECKINS, PEOPLE, INSURED = (
    "platform/reports",
    "platform/checkins",
    "registry/personnel",
    "registry/social_insurance",
)
CASES = {
    "transition": Explained("double_registration", GONE, PEOPLE, MONTHLY[3], X),
    "month_of_change": Explained("paid_by_other_firm", CHANGED, PEOPLE, MONTHLY[8], X, (MONTHLY[8],)),
    "month_of_change, insured": Explained("paid_by_other_firm", CHANGED, INSURED, "2024-11-15", FIRM, (MONTHLY[8],)),
    "back_payment": Explained("paid_by_other_firm", PAID_BACK, INSURED, "2024-06-15", FIRM),
    "settlement_month": Explained("double_insurance", SETTLED, INSURED, "2024-11-15", X, (MONTHLY[8],)),
    "settlement_month, listed": Explained("double_insurance", SETTLED, PEOPLE, MONTHLY[8], X, (MONTHLY[8],)),
    "injury_only": Explained("double_insurance", INJURY, INSURED, "2024-04-15", FIRM),
    "renamed": Explained("signed_for_other_agency", signing("2024-05-20", agency_name="机构X01"), REPORTS, "2024-06-10", Z),
    "within_7_days": Explained("signed_for_other_agency", NEAR_A_SPELL, PEOPLE, MONTHLY[4], Z),
    "within_7_days, signed": Explained("signed_for_other_agency", NEAR_A_SPELL, REPORTS, "2024-06-10", Z),
    "coordinates": Explained("impossible_presence", other_system(), CHECKINS, "2024-06-10", None),
    "coordinates, reported": Explained("impossible_presence", other_system(), REPORTS, "2024-06-10", Y),
    "new_hire": Explained("absent_holder", NEW_HIRE, PEOPLE, "2024-04-10", X, ("2024-01-10", "2024-04-10")),
    "new_hire, at work": Explained("absent_holder", NEW_HIRE, CHECKINS, "2024-07-10", None, ("2024-01-10",)),
    "renewal_lag": Explained("expired_registration", RENEWED, REPORTS, "2024-06-20", X),
    "moved": Explained("merit_claimed_twice", moved_expert(), "credit_desk/merit_claims", "2024-06-01", Y),
}  # fmt: skip


def unread(
    place: str,
    on: str,
    *,
    agency_id: str | None = None,
    who: str | None = None,
    object_id: str | None = None,
    **row: Any,
) -> Rows:
    """A quarantined row of a file, and the people and agencies that it names."""
    source, dataset = place.split("/")
    at_place = {
        "source": source,
        "dataset": dataset,
        "received_on": day(on),
        "file_hash": "f" * 64,
        "file_position": 900,
    }
    names = [
        at_place | {"column_name": column, of: value}
        for column, of, value in (
            ("agency_id", "agency_id", agency_id),
            ("person", "person_key", who and f"key-{who}"),
            ("object_id", "name_hash", object_id and md5(object_id)),
        )
        if value
    ]
    kept = {"file_name": "file", "row_number": 901, "reason_code": "impossible_date", "header": "某日"}
    return {"lake.quarantined_rows": [at_place | kept | row], "lake.quarantined_names": names}


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def found(case: Explained, missing: Rows | None = None) -> list[tuple[str, str | None]]:
    made = desk(AS_OF, case.rows | (missing or {}), empty_drops=case.empty)
    return [(row["status"], row["explained_by"]) for row in conflicts(made, case.kind)]


def named(case: str) -> str:
    return case.partition(",")[0]


@pytest.mark.parametrize("name", CASES)
def test_each_case_is_explained_while_every_row_is_read(name: str) -> None:
    assert found(CASES[name]) == [("explained", named(name))]


@pytest.mark.parametrize(
    ("name", "reads"),
    [
        (name, reads)
        for name, case in CASES.items()
        for reads in ("agency and person", "person", "agency")
        if case.agency_id or reads == "person"  # a check-in names no agency
    ],
)
def test_a_row_that_was_not_read_explains_nothing(name: str, reads: str) -> None:
    """Whichever of the two numbers can be read; where the row is carried, the conflict goes on by itself."""
    case = CASES[name]
    who = "1" if "person" in reads else None
    agency_id = case.agency_id if "agency" in reads else None
    hits = found(case, unread(case.place, case.on, agency_id=agency_id, who=who))
    assert "explained" not in {status for status, _ in hits}


@pytest.mark.parametrize("name", CASES)
def test_the_row_of_another_person_at_another_agency_leaves_the_explanation(name: str) -> None:
    case = CASES[name]
    assert found(case, unread(case.place, case.on, agency_id=OTHER, who="2")) == [("explained", named(name))]


@pytest.mark.parametrize("name", CASES)
def test_the_row_of_another_dataset_leaves_the_explanation_too(name: str) -> None:
    case = CASES[name]
    missing = unread("registry/equipment", case.on, agency_id=case.agency_id or X)
    assert found(case, missing) == [("explained", named(name))]


def test_the_doubt_is_shown_only_where_the_explanation_held() -> None:
    case = CASES["injury_only"]
    rows = case.rows | unread(case.place, case.on, agency_id=FIRM, who="1")
    (row,) = conflicts(desk(AS_OF, rows), case.kind)
    assert (row["status"], row["explained_by"]) == ("open", None)
    tested = dict(one.split(": ", 1) for one in row["explanations_tested"].split("、"))
    assert tested["injury_only"] == "in doubt, a row was not read"
    assert "in doubt" not in tested["labour_broker"]


def test_a_row_read_in_a_later_drop_causes_no_doubt() -> None:
    case = CASES["injury_only"]
    key = case.rows["registry.social_insurance"][-1]["row_key"]
    missing = unread(case.place, case.on, agency_id=FIRM, who="1", row_key_hash=md5(key))
    assert found(case, missing) == [("explained", "injury_only")]


# -- decisions that could not be read


def test_what_was_confirmed_is_not_explained_while_the_decision_cannot_be_read() -> None:
    case = CASES["transition"]
    (conflict,) = conflicts(desk(AS_OF, case.rows), case.kind)
    conflict_id = conflict["conflict_id"]
    confirmed = {"credit_desk.decisions": [decision("D1", conflict_id, "confirmed", "2024-06-01")]}
    decided = Explained(case.kind, case.rows | confirmed, case.place, case.on, case.agency_id)
    assert found(decided) == [("confirmed", "transition")]
    assert found(case) == [("explained", "transition")]
    assert found(case, unread("credit_desk/decisions", "2024-06-04", object_id=conflict_id)) == [("open", None)]
    assert found(case, unread("credit_desk/decisions", "2024-06-04", object_id="0c" * 16)) == [
        ("explained", "transition")
    ]


@pytest.mark.parametrize("is_of_the_registration", [True, False])
def test_a_missing_decision_on_a_double_registration_also_affects_counted_twice(
    is_of_the_registration: bool,
) -> None:
    listed = [engineer(X, who, level_code="level_1") for who in ("1", "7", "8")]
    listed += [engineer(Y, who, level_code="level_1") for who in ("1", "2")]
    rows = {
        "registry.personnel": drops(dict.fromkeys(MONTHLY, listed)),
        "registry.agencies": [agency(X, "2024-01-10"), agency(Y, "2024-01-10")],
    }
    (twice,) = conflicts(desk(AS_OF, rows), "counted_twice")
    (double,) = conflicts(desk(AS_OF, rows), "double_registration")
    object_id = (double if is_of_the_registration else twice)["conflict_id"]
    made = desk(AS_OF, rows | unread("credit_desk/decisions", "2024-06-04", object_id=object_id))
    flagged = made.run("int_conflicts_incomplete").query("from intermediate.int_conflicts_incomplete")
    expected = {twice["conflict_id"]} | ({double["conflict_id"]} if is_of_the_registration else set())
    assert {row["conflict_id"] for row in flagged} == expected
    assert {row["incomplete_because"] for row in flagged} == {"credit_desk/decisions 2024-06-04 row_quarantined"}


def test_a_confirmed_successor_is_not_explained_either() -> None:
    rows = {
        "registry.agencies": [agency(X, "2024-01-10", legal_representative="赵某")]
        + [agency(one, "2024-05-10", legal_representative="赵某") for one in (X, Y)],
        "registry.personnel": at(X, on=["2024-01-10"]),
        "credit_desk.decisions": [decision("D1", f"{X}={Y}", "same_person", "2024-06-01", object_type="identity")],
    }

    def successors(missing: Rows) -> list[dict[str, Any]]:
        made = desk(AS_OF, rows | missing).run("int_conflicts__shell_successor")
        return made.query("from intermediate.int_conflicts__shell_successor")

    (row,) = successors({})
    assert (row["status"], row["explanations_tested"]) == ("explained", "acquisition: holds")
    (row,) = successors(unread("credit_desk/decisions", "2024-06-04", object_id=row["conflict_id"]))
    assert (row["status"], row["explained_by"]) == ("open", None)
    assert row["explanations_tested"] == "acquisition: in doubt, a row was not read"
