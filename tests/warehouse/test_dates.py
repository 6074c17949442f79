"""The days shown beside a grade and a line (marts.md): last change, last check, first row, first day of a dispute."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest

from tests.warehouse.engine_city import Engine, dropped, listed, scored, scored_with
from tests.warehouse.evidence import A, B, Row, check, clue, day, finding, penalty, repair, ticket, with_version
from tests.warehouse.evidence import rulebook as default_rules
from tests.warehouse.harness import compiled_nodes

LISTED = listed("2024-06-01", published_on=day("2024-06-01"))


def of_agency(made: Engine, agency_id: str = A) -> Row:
    (row,) = made.built.run("dim_agencies").query("select * from credit.dim_agencies where agency_id = ?", agency_id)
    return row


def on_days(made: Engine, days: Iterable[str], column: str = "last_changed_on") -> list[str | None]:
    """A column of the live view, were today each of these days."""
    made.built.run("agency_grades")
    asked = compiled_nodes()["agency_grades"].sql
    found = []
    for text in days:
        (row,) = made.built.query(asked.replace("now()", f"timestamptz '{text} 12:00:00+08'"))
        found.append(str(row[column]) if row[column] else None)
    return found


# --- last_changed_on ---------------------------------------------------------------------------------------------


def test_the_last_change_follows_the_day_asked_for() -> None:
    made = scored_with([LISTED], findings=[finding("K"), finding("L", clause="11", determined_on="2025-04-01")])
    days = {
        "2024-06-01": None,  # the start is no change
        "2025-02-28": None,
        "2025-03-01": "2025-03-01",
        "2025-03-31": "2025-03-01",
        "2025-04-01": "2025-04-01",  # 80 becomes 70: the grade stays
        "2026-03-01": "2025-04-01",
        "2026-03-02": "2026-03-02",  # an expiry is a change, too
        "2026-04-02": "2026-04-02",
        "2030-01-01": "2026-04-02",
    }
    assert on_days(made, days) == list(days.values())


@pytest.mark.parametrize(
    ("as_of_on", "expected"),
    [("2025-02-28", None), ("2025-03-01", "2025-03-01"), ("2026-03-01", "2025-03-01"), ("2026-03-02", "2026-03-02")],
)
def test_a_future_change_has_not_happened(as_of_on: str, expected: str | None) -> None:
    made = scored_with([LISTED], findings=[finding("K")], as_of_on=day(as_of_on))
    expected_on = day(expected)
    assert of_agency(made)["last_changed_on"] == expected_on
    (row,) = made.built.run("rpt_public_roster").query("from publication.rpt_public_roster")
    assert row["last_changed_on"] == expected_on
    # whatever the build's day, the view asks for today's
    assert on_days(made, ["2025-02-28", "2030-01-01"]) == [None, "2026-03-02"]


def test_a_day_on_which_only_other_columns_change_is_no_change() -> None:
    """A second version takes over, and a merit at its cap comes in: score and grade stay."""
    rules = with_version(default_rules(), "2025-06-01")
    made = scored_with([LISTED], findings=[finding("K")], rules=rules)
    assert [str(row["valid_from_on"]) for row in made.history()][:3] == ["2024-06-01", "2025-03-01", "2025-06-01"]
    assert on_days(made, ["2025-05-31", "2025-06-01", "2025-12-31"]) == ["2025-03-01"] * 3


def test_a_day_on_which_two_moves_cancel_each_other_is_no_change() -> None:
    made = scored_with(
        [LISTED],
        findings=[finding("K", clause="11"), finding("L", clause="11", determined_on="2026-03-02")],
    )
    assert on_days(made, ["2026-03-01", "2026-03-02", "2027-03-02"]) == ["2025-03-01", "2025-03-01", "2025-03-01"]
    assert on_days(made, ["2027-03-03"]) == ["2027-03-03"]


def test_an_agency_without_a_score_yet_has_not_changed() -> None:
    made = scored_with([LISTED], findings=[finding("K", agency_id=B)], as_of_on=day("2025-01-01"))
    assert of_agency(made, B)["last_changed_on"] is None
    assert of_agency(made)["last_changed_on"] is None


# --- last_checked_on ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "counts"),
    [
        ({"status_code": "determined"}, True),
        ({"status_code": "objection"}, True),
        ({"status_code": "revoked"}, True),
        ({"status_code": "not_upheld"}, True),
        ({"status_code": "pending"}, False),
        ({"status_code": None}, False),
        ({"status_code": None, "result_code": None}, False),
        ({"status_code": None, "result_code": "passed"}, True),
        ({"status_code": "pending", "result_code": "passed"}, True),
        ({"status_code": "determined", "clause": None, "determined_on": None}, True),
    ],
)
def test_an_inspection_counts_once_it_is_decided_or_passed(cells: dict[str, Any], counts: bool) -> None:
    checks = [check("T", checked_on="2025-02-20", **cells), check("OLD", checked_on="2024-11-05", result_code="passed")]
    made = scored_with([LISTED], checks=checks)
    assert of_agency(made)["last_checked_on"] == day("2025-02-20" if counts else "2024-11-05")


def test_an_on_site_check_counts_on_its_day() -> None:
    visits = [
        {"site_check_id": "H1", "agency_id": A, "checked_on": day("2025-04-09"), "result_code": "failed"},
        {"site_check_id": "H2", "agency_id": A, "checked_on": None},
    ]
    site_checks = dropped("registry", "site_checks", "2025-05-10", visits)
    del site_checks["lake.loads"]
    for row in site_checks["registry.site_checks"]:
        del row["agency_name"]
    made = scored_with([LISTED, site_checks], checks=[check("T", checked_on="2025-02-20")])
    assert of_agency(made)["last_checked_on"] == day("2025-04-09")
    assert on_days(made, ["2025-01-01"], "last_checked_on") == ["2025-04-09"]  # as of the build


def test_a_check_after_the_day_of_the_build_has_not_been_made() -> None:
    checks = [check("T", checked_on="2025-02-20"), check("U", checked_on="2025-06-01")]
    for as_of_on, expected in (("2025-02-19", None), ("2025-05-31", "2025-02-20"), ("2025-06-01", "2025-06-01")):
        made = scored_with([LISTED], checks=checks, as_of_on=day(as_of_on))
        assert of_agency(made)["last_checked_on"] == day(expected)


def test_a_corrected_check_counts_by_its_latest_row() -> None:
    rows = [
        check("T", checked_on="2025-02-20", status_code="determined", received_on="2025-03-05"),
        check("T", checked_on="2025-02-20", status_code="pending", received_on="2025-04-05"),
    ]
    assert of_agency(scored_with([LISTED], checks=rows))["last_checked_on"] is None


# --- first_seen_on -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relation", "row"),
    [
        ("registry.personnel", {"agency_id": A}),
        ("registry.equipment", {"agency_id": A}),
        ("registry.site_checks", {"agency_id": A}),
        ("registry.social_insurance", {"payer_id": A}),
        ("platform.contracts", {"agency_id": A, "is_deleted": False}),
        ("platform.contracts", {"agency_id": B, "performed_by_id": A, "is_deleted": False}),
        ("platform.reports", {"agency_id": A, "is_deleted": False}),
        ("platform.reports", {"agency_id": B, "seal_agency_id": A, "is_deleted": True}),
        ("inspections.checks", {"agency_id": A}),
        ("inspections.penalties", {"agency_id": A}),
        ("credit_desk.findings", {"agency_id": A}),
        ("credit_desk.merit_claims", {"agency_id": A}),
        ("credit_desk.repairs", {"agency_id": A}),
        ("complaints.media", {"agency_id": A}),
        ("complaints.hotline", {"respondent_name": A}),
    ],
)
def test_the_first_row_of_any_dataset_that_names_an_agency(relation: str, row: Row) -> None:
    earlier = {relation: [row | {"received_on": day("2024-04-02")}]}
    made = scored_with([LISTED, earlier])
    assert of_agency(made)["first_seen_on"] == day("2024-04-02")
    assert on_days(made, ["2024-07-01"], "first_seen_on") == ["2024-04-02"]


USCC = "91410800MA0000001A"
OTHER = "91410800MA0000002B"


@pytest.mark.parametrize(
    ("object_type", "object_id", "names"),
    [
        ("directory", USCC, True),
        ("identity", f"hotline:T1={USCC}", True),
        ("identity", f"{USCC}={OTHER}", True),
        ("identity", f"{OTHER}={USCC}", True),
        ("identity", "0123456789ABCDEF" * 2, False),
        ("conflict", USCC, False),
    ],
)
def test_a_decision_names_the_agency_that_it_is_about(object_type: str, object_id: str, names: bool) -> None:
    decision = {
        "decision_id": "D1",
        "object_type": object_type,
        "object_id": object_id,
        "decision_code": "different_person",
        "decided_on": day("2024-04-01"),
        "handled_by": "甲",
        "reviewed_by": "乙",
        "received_on": day("2024-04-02"),
    }
    made = scored_with([listed("2024-06-01", [USCC]), {"credit_desk.decisions": [decision]}])
    assert of_agency(made, USCC)["first_seen_on"] == day("2024-04-02" if names else "2024-06-01")


def test_a_superseded_row_still_named_its_agency() -> None:
    rows = [finding("K", received_on="2024-05-05", agency_id=B), finding("K", received_on="2024-07-05")]
    made = scored_with([listed("2024-06-01", [A, B])], findings=rows)
    assert of_agency(made)["first_seen_on"] == day("2024-06-01")
    assert of_agency(made, B)["first_seen_on"] == day("2024-05-05")
    unlisted = scored(findings=[finding("K", received_on="2025-03-05"), finding("K", received_on="2025-07-05")])
    assert of_agency(unlisted)["first_seen_on"] == day("2025-03-05")


def test_a_row_received_after_the_day_of_the_build_has_not_been_seen() -> None:
    rows = [finding("K", received_on="2024-07-05"), finding("L", agency_id=B, received_on="2025-07-05")]
    made = scored_with([LISTED], findings=rows, as_of_on=day("2024-06-30"))
    assert (of_agency(made)["first_seen_on"], of_agency(made, B)["first_seen_on"]) == (day("2024-06-01"), None)


def test_a_complaint_names_its_agency_since_it_named_this_respondent() -> None:
    tickets = [
        ticket("W", agency_id=B, received_on="2025-03-05"),
        ticket("W", received_on="2025-03-12"),
        ticket("W", received_on="2025-04-05"),
    ]
    assert of_agency(scored(tickets=tickets))["first_seen_on"] == day("2025-03-12")
    clues = [clue("C", received_on="2025-03-05"), clue("C", received_on="2025-04-05")]
    assert of_agency(scored(clues=clues))["first_seen_on"] == day("2025-03-05")


def test_what_named_a_branch_named_its_parent() -> None:
    made = scored_with(
        [LISTED],
        penalties=[penalty("P", agency_id=B, received_on="2024-05-01")],
        checks=[check("T", agency_id=B, checked_on="2025-02-20")],
        replace={"int_branches_mapped": f"select '{B}' as branch_id, '{A}' as agency_id"},
    )
    row = of_agency(made)
    assert (row["first_seen_on"], row["last_checked_on"]) == (day("2024-05-01"), day("2025-02-20"))


def test_the_roster_has_the_same_days_as_the_dimension() -> None:
    made = scored_with([LISTED], checks=[check("T", checked_on="2025-02-20", received_on="2025-03-01")])
    made.built.run("rpt_public_roster", "dim_agencies")
    names = "agency_id, last_changed_on, last_checked_on, first_seen_on"
    roster = made.built.query(f"select {names} from publication.rpt_public_roster")
    assert roster == made.built.query(f"select {names} from credit.dim_agencies")
    assert [row["first_seen_on"] for row in roster] == [day("2024-06-01")]


# --- disputed_since_on -------------------------------------------------------------------------------------------


def statuses(make: Any, key: str, **shown: str) -> list[Row]:
    """One row in several drops: `m03="objection"` is what the drop of March shows."""
    return [make(key, status_code=status, received_on=f"2025-{month[1:]}-15") for month, status in shown.items()]


def since(made: Engine, kind: str = "misconduct") -> list[dt.date | None]:
    lines = made.ledger(kind)
    assert all(line["is_disputed"] == (line["disputed_since_on"] is not None) for line in made.ledger())
    return [line["disputed_since_on"] for line in lines]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ({"m03": "objection"}, "2025-03-15"),
        ({"m03": "effective", "m04": "objection", "m05": "objection"}, "2025-04-15"),
        ({"m03": "objection", "m04": "objection", "m05": "effective"}, None),
        # disputed, then not, then again
        ({"m03": "objection", "m04": "effective", "m05": "objection", "m06": "objection"}, "2025-05-15"),
        ({"m03": "objection", "m04": "not_effective", "m05": "revoked", "m06": "objection"}, "2025-06-15"),
    ],
)
def test_a_dispute_began_with_the_first_drop_of_its_present_run(shown: dict[str, str], expected: str | None) -> None:
    made = scored(findings=statuses(finding, "K", **shown))
    assert since(made) == [day(expected)]


def test_a_check_is_disputed_like_a_finding() -> None:
    made = scored(checks=statuses(check, "T", m03="pending", m04="determined", m05="objection", m06="objection"))
    assert since(made) == [day("2025-05-15")]


def test_the_drops_are_ordered_by_their_receipt_and_in_one_the_last_row_counts() -> None:
    late = statuses(finding, "K", m06="objection", m03="objection", m05="objection", m04="effective")
    assert since(scored(findings=late)) == [day("2025-05-15")]
    one_day = statuses(finding, "K", m03="objection", m04="objection")
    between = finding("K", status_code="effective", received_on="2025-04-15", file_name="a")
    assert since(scored(findings=[*one_day, between])) == [day("2025-03-15")]


def test_a_line_of_several_rows_is_disputed_since_the_earliest_of_those_that_are() -> None:
    act = {"occurred_on": "2025-02-01", "project_no": "P1"}

    def of_act(make: Any, key: str, status: str, received_on: str) -> Row:
        return make(key, status_code=status, received_on=received_on, **act)

    made = scored(
        findings=[
            of_act(finding, "K", "objection", "2025-06-15"),
            # its dispute has ended: it scores in peace, and makes nothing disputed
            of_act(finding, "OVER", "objection", "2025-03-15"),
            of_act(finding, "OVER", "effective", "2025-04-15"),
        ],
        checks=[of_act(check, "T", "objection", "2025-05-15")],
        penalties=[of_act(penalty, "D", "effective", "2025-03-15")],
    )
    assert since(made) == [day("2025-05-15")]


def test_a_penalty_under_review_does_not_score_and_disputes_no_line() -> None:
    act = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(
        findings=[finding("K", received_on="2025-03-15", **act)],
        penalties=[penalty("D", status_code="under_review", received_on="2025-03-15", **act)],
    )
    assert since(made) == [None]


def test_a_superseded_line_says_so_too_and_a_repair_or_void_line_never() -> None:
    act = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(
        findings=[
            finding("K7", **act),
            finding("K11", clause="11", status_code="objection", received_on="2025-04-15", **act),
            finding("V", status_code="revoked"),
            finding("X", clause="10", status_code="objection", received_on="2025-05-15"),
            finding("OLD", occurred_on="2023-01-01", status_code="objection"),
        ],
        repairs=[repair("R", "X")],
    )
    assert since(made, "superseded") == [day("2025-04-15")]
    assert {line["item_code"]: line["disputed_since_on"] for line in made.ledger("misconduct")}["F10"] == day(
        "2025-05-15"
    )
    assert since(made, "repair") == [None]
    assert since(made, "void") == [None]
    assert since(made, "not_scored") == [None]


def test_a_notice_says_since_when_its_line_is_disputed() -> None:
    made = scored_with(
        [LISTED], findings=statuses(finding, "K", m03="effective", m04="objection"), as_of_on=day("2025-06-30")
    )
    (row,) = made.built.run("rpt_misconduct_notices").query("from publication.rpt_misconduct_notices")
    assert (row["is_disputed"], row["disputed_since_on"]) == (True, day("2025-04-15"))
