"""The naive scorer against figures that the documents state: an oracle must be tested independently."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from rulebook.folder import build_tables, read_folder
from tests.oracle.naive import Outcome, score
from tests.rulebook.support import DEFAULT_FOLDER

AGENCY = "91410800MA00000000"
RULES = {name: table.to_pylist() for name, table in build_tables(read_folder(DEFAULT_FOLDER), "jiaozuo").items()}


def _row(key: str, **columns: Any) -> dict[str, Any]:
    return {
        "row_key": key,
        "source_key": key,
        "received_on": dt.date(2029, 1, 1),
        "file_name": "f",
        "file_position": 1,
        "agency_id": AGENCY,
    } | columns


def _finding(key: str, clause: str, determined: str, **columns: Any) -> dict[str, Any]:
    return _row(
        key,
        **{
            "finding_id": key,
            "clause": clause,
            "channel_code": "supervision_check",
            "determined_on": dt.date.fromisoformat(determined),
            "occurred_on": None,
            "status_code": "effective",
        }
        | columns,
    )


def _repair(key: str, targets: str, accepted: str, replied: str) -> dict[str, Any]:
    return _row(
        key,
        application_id=key,
        target_ids=targets,
        accepted_on=dt.date.fromisoformat(accepted),
        replied_on=dt.date.fromisoformat(replied),
        has_application_form=True,
        has_fulfilment_proof=True,
        has_other_evidence=True,
        review_code="approved",
        handled_by="甲",
        reviewed_by="乙",
    )


def _merit(key: str, clause: str, determined: str, level: str = "national") -> dict[str, Any]:
    return _row(
        key, claim_id=key, clause=clause, level_code=level, status_code="approved",
        determined_on=dt.date.fromisoformat(determined), occurred_on=None,
    )  # fmt: skip


def _scored(**tables: list[dict[str, Any]]) -> Outcome:
    desk = {f"credit_desk.{name}": rows for name, rows in tables.items()}
    listed = [_row("listed", received_on=dt.date(2024, 4, 1), agency_name="甲机构")]
    return score(desk | {"registry.agencies": listed}, RULES, dt.date(2029, 6, 1))


def _on(outcome: Outcome, day: str) -> tuple[Decimal, str | None]:
    found = outcome.days[AGENCY][dt.date.fromisoformat(day)]
    return found.score, found.grade


def test_a_new_agency_has_100_and_b() -> None:
    outcome = _scored()
    assert _on(outcome, "2024-04-01") == (100, "B")
    assert min(outcome.days[AGENCY]) == dt.date(2024, 4, 1)


def test_ten_points_make_an_a() -> None:
    assert _on(_scored(merit_claims=[_merit("S", "1", "2024-05-01")]), "2024-05-01") == (110, "A")


@pytest.mark.parametrize(
    ("clause", "determined", "last", "while_it_counts", "after"),
    [
        ("2a", "2024-06-15", "2025-06-15", (50, "D"), "2025-06-16"),
        ("9", "2028-02-29", "2029-02-28", (90, "B"), "2029-03-01"),
        ("9", "2027-02-28", "2028-02-28", (90, "B"), "2028-02-29"),
        ("9", "2027-03-01", "2028-03-01", (90, "B"), "2028-03-02"),
    ],
)
def test_an_entry_counts_through_its_last_day(
    clause: str, determined: str, last: str, while_it_counts: tuple[int, str], after: str
) -> None:
    outcome = _scored(findings=[_finding("F", clause, determined)])
    assert _on(outcome, determined) == _on(outcome, last) == while_it_counts
    assert _on(outcome, after) == (100, "B")


def test_one_act_under_two_items_costs_the_higher() -> None:
    act = {"occurred_on": dt.date(2024, 5, 2), "project_no": "P1"}
    findings = [_finding("F1", "7", "2024-06-01", **act), _finding("F2", "11", "2024-06-01", **act)]
    assert _on(_scored(findings=findings), "2024-06-01") == (80, "C")


def test_a_repaired_entry_ends_and_never_adds() -> None:
    outcome = _scored(
        findings=[_finding("F", "2b", "2024-06-01")], repairs=[_repair("Z", "F", "2024-07-01", "2024-07-04")]
    )
    assert _on(outcome, "2024-07-03") == (80, "C")
    assert _on(outcome, "2024-07-04") == _on(outcome, "2025-06-02") == (100, "B")
    assert outcome.repairs["Z"].is_applied


def test_a_d_agency_may_not_repair_until_an_earlier_repair_opens_the_gate() -> None:
    findings = [_finding("F1", "2a", "2024-06-01"), _finding("F2", "7", "2024-05-01")]
    # accepted while the score is 80: applied; then 50, D: blocked; then 70 after the first one was approved
    repairs = [
        _repair("Z1", "F2", "2024-05-10", "2024-06-20"),
        _repair("Z2", "F1", "2024-06-05", "2024-06-06"),
        _repair("Z3", "F1", "2024-06-20", "2024-06-25"),
    ]
    outcome = _scored(findings=findings, repairs=repairs)
    assert [outcome.repairs[key].refusal_reason for key in ("Z1", "Z2", "Z3")] == [None, "gate", "gate"]
    assert _on(outcome, "2024-06-19") == (30, "D")
    assert _on(outcome, "2024-06-20") == (50, "D")


def test_item_and_component_caps_clamp_last() -> None:
    merits = [_merit(f"S{number}", "1", "2024-05-01") for number in range(5)]
    assert _on(_scored(merit_claims=merits), "2024-05-01") == (120, "A")  # item cap 20
    merits += [_merit(f"H{number}", "3", "2024-05-01") for number in range(5)]
    assert _on(_scored(merit_claims=merits), "2024-05-01") == (130, "A")  # 20 + 12, component cap 30


def test_a_subsumed_item_does_not_count_inside_its_case_only() -> None:
    act = {"occurred_on": dt.date(2024, 5, 2), "project_no": "P1"}
    inside = [_finding("F1", "1", "2024-06-01", **act), _finding("F2", "3", "2024-06-01", **act)]
    assert _on(_scored(findings=inside), "2024-06-01") == (60, "C")
    outside = [inside[0], _finding("F2", "3", "2024-06-01")]
    assert _on(_scored(findings=outside), "2024-06-01") == (45, "D")
