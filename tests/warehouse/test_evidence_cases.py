"""The case key and the links that override it: credit.md 6.3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.warehouse.evidence import (
    A,
    B,
    cases_of,
    check,
    clue,
    finding,
    issues_of,
    lines_of,
    merit,
    penalty,
    rows_of,
    ticket,
    warehouse,
)


def cases(*sets: str) -> set[frozenset[str]]:
    """`F1 F2` is one case of two rows."""
    return {frozenset(keys.split()) for keys in sets}


# --------------------------------------------------------------------------------------------------- the key


def test_6_3_one_act_one_case_across_datasets() -> None:
    act: dict[str, Any] = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = warehouse(
        findings=[finding("F", **act)],
        checks=[check("R", **act)],
        penalties=[penalty("P", **act)],
        tickets=[ticket("T", accepted_on="2025-02-01", project_no="P1")],
    )
    assert cases_of(made) == cases("F R-1 P T")


@pytest.mark.parametrize(
    ("first", "second", "is_one_case"),
    [
        # agency + day + project
        ({"project_no": "P1"}, {"project_no": "P1"}, True),
        ({"project_no": "P1"}, {"project_no": "P2"}, False),
        ({"project_no": "P1"}, {"project_no": "P1", "occurred_on": "2025-02-02"}, False),
        ({"project_no": "P1"}, {"project_no": "P1", "agency_id": B}, False),
        # the report counts only where the project is empty
        ({"report_no": "R1"}, {"report_no": "R1"}, True),
        ({"report_no": "R1"}, {"report_no": "R2"}, False),
        ({"project_no": "P1", "report_no": "R1"}, {"project_no": "P1", "report_no": "R2"}, True),
        ({"project_no": "P1", "report_no": "R1"}, {"report_no": "R1"}, False),
        ({"project_no": "", "report_no": "R1"}, {"report_no": "R1"}, True),
        ({"project_no": "X"}, {"report_no": "X"}, False),
        # neither: a case of its own
        ({}, {}, False),
        # however it is written
        ({"project_no": "XM-2025-1"}, {"project_no": "xm-2025-1"}, True),
        ({"project_no": "焦〔2025〕1"}, {"project_no": "焦[2025]1"}, True),
        ({"report_no": "bg-1"}, {"report_no": "BG-1"}, True),
    ],
)
def test_6_3_the_key_is_agency_day_and_project_or_report(
    first: dict[str, Any], second: dict[str, Any], is_one_case: bool
) -> None:
    act = {"occurred_on": "2025-02-01"}
    made = warehouse(findings=[finding("F1", **act | first), finding("F2", **act | second)])
    assert cases_of(made) == (cases("F1 F2") if is_one_case else cases("F1", "F2"))


def test_6_2_an_empty_act_date_is_the_determination_in_the_key_too() -> None:
    made = warehouse(
        findings=[
            finding("F1", project_no="P1", determined_on="2025-03-01"),
            finding("F2", project_no="P1", occurred_on="2025-03-01", determined_on="2025-04-01"),
            finding("F3", project_no="P1", determined_on="2025-04-01"),
        ]
    )
    assert cases_of(made) == cases("F1 F2", "F3")


def test_6_3_a_root_whose_act_has_no_day_yet_is_a_case_of_its_own() -> None:
    unknown: dict[str, Any] = {"status_code": "pending", "determined_on": None, "clause": "", "project_no": "P1"}
    made = warehouse(
        checks=[
            check("T1", **unknown),
            check("T2", **unknown),
            check("T3", **unknown | {"project_no": None, "report_no": "R"}),
        ],
        findings=[
            finding("F1", origin_id="T1-1", occurred_on="2025-01-31", project_no="P1"),
            finding("F2", origin_id="T2-1", occurred_on="2025-04-30", project_no="P1"),
            finding("F3", origin_id="T3-1", occurred_on="2025-04-30"),
        ],
    )
    assert cases_of(made) == cases("F1 T1-1", "F2 T2-1", "F3 T3-1")


def test_6_3_three_persons_under_item_6_are_three_cases() -> None:
    people = [finding(f"F{n}", clause="6", person_key=f"person-{n}", occurred_on="2025-02-01") for n in range(3)]
    made = warehouse(findings=people)
    assert len(cases_of(made)) == 3
    assert len(lines_of(made)) == 3


# ------------------------------------------------------------------------------------------- repeated tickets


def test_6_3_a_repeat_belongs_to_the_first_ticket() -> None:
    made = warehouse(
        tickets=[
            ticket("T1", accepted_on="2025-01-10"),
            ticket("T2", accepted_on="2025-01-20", original_ticket_id="T1"),
            ticket("T3", accepted_on="2025-02-10", original_ticket_id="T2"),
            ticket("T4", accepted_on="2025-02-11", original_ticket_id="T3"),
            ticket("T5", accepted_on="2025-02-11"),
        ]
    )
    assert cases_of(made) == cases("T1 T2 T3 T4", "T5")
    assert len(lines_of(made)) == 2
    assert issues_of(made) == set()


def test_6_3_the_first_ticket_gives_the_key_and_need_not_score() -> None:
    made = warehouse(
        tickets=[
            ticket("T1", accepted_on="2025-01-10", project_no="P1", result_code="pending", determined_on=None),
            ticket("T2", accepted_on="2025-01-20", project_no="P2", original_ticket_id="T1"),
        ],
        findings=[
            finding("F1", occurred_on="2025-01-10", project_no="P1"),
            finding("F2", occurred_on="2025-01-20", project_no="P2"),
        ],
    )
    assert cases_of(made) == cases("T1 T2 F1", "F2")


def test_6_3_a_repeat_of_a_repeat_arrives_before_its_original() -> None:
    made = warehouse(
        tickets=[
            ticket("T3", original_ticket_id="T2", received_on="2025-03-02"),
            ticket("T2", original_ticket_id="T1", received_on="2025-04-02"),
            ticket("T1", received_on="2025-05-02"),
        ]
    )
    assert cases_of(made) == cases("T1 T2 T3")


def test_6_3_an_original_that_is_unknown_is_ignored_and_listed() -> None:
    made = warehouse(tickets=[ticket("T2", original_ticket_id="T1")], clues=[clue("T1")])
    assert cases_of(made) == cases("T1", "T2"), "原工单编号 names tickets only"
    assert issues_of(made) == {("T2", "link_unknown")}


def test_6_3_another_agency_s_original_is_ignored_and_listed() -> None:
    made = warehouse(tickets=[ticket("T1", B), ticket("T2", A, original_ticket_id="T1")])
    assert cases_of(made) == cases("T1", "T2")
    assert issues_of(made) == {("T2", "link_other_agency")}


def test_6_3_an_original_about_nobody_identified_is_ignored_and_listed() -> None:
    made = warehouse(tickets=[ticket("T1", None), ticket("T2", A, original_ticket_id="T1")])
    assert rows_of(made)["T2"]["root_row_key"] == "T2"
    assert issues_of(made) == {("T1", "agency_unresolved"), ("T2", "link_unresolved_agency")}


def test_6_3_every_link_of_a_ring_is_ignored_and_listed() -> None:
    made = warehouse(
        tickets=[
            ticket("T1", original_ticket_id="T3"),
            ticket("T2", original_ticket_id="T1"),
            ticket("T3", original_ticket_id="T2"),
            ticket("S", original_ticket_id="S"),
        ]
    )
    assert cases_of(made) == cases("T1", "T2", "T3", "S")
    assert issues_of(made) == {(key, "link_ring") for key in ("T1", "T2", "T3", "S")}


def test_6_3_a_link_that_only_leads_into_a_ring_is_followed() -> None:
    made = warehouse(
        tickets=[
            ticket("T1", original_ticket_id="T2"),
            ticket("T2", original_ticket_id="T1"),
            ticket("T3", original_ticket_id="T2"),
            ticket("T4", original_ticket_id="T3"),
        ]
    )
    assert cases_of(made) == cases("T1", "T2 T3 T4")
    assert issues_of(made) == {("T1", "link_ring"), ("T2", "link_ring")}


def test_6_3_a_link_to_another_agency_breaks_what_would_have_been_a_ring() -> None:
    made = warehouse(
        tickets=[
            ticket("T1", A, original_ticket_id="T2"),
            ticket("T2", A, original_ticket_id="T3"),
            ticket("T3", B, original_ticket_id="T1"),
        ]
    )
    assert cases_of(made) == cases("T1 T2", "T3")
    assert issues_of(made) == {("T2", "link_other_agency"), ("T3", "link_other_agency")}


def test_6_3_a_long_chain_and_many_rings_end() -> None:
    chain = [ticket("C0")] + [ticket(f"C{n}", original_ticket_id=f"C{n - 1}") for n in range(1, 200)]
    rings = [ticket(f"R{n}", original_ticket_id=f"R{n // 5 * 5 + (n + 1) % 5}") for n in range(100)]
    made = warehouse(tickets=[*chain, *rings])
    assert len(cases_of(made)) == 101
    assert len(issues_of(made)) == 100


# ----------------------------------------------------------------------------------- what a finding came from


def test_6_3_a_finding_belongs_to_the_case_of_what_it_came_from() -> None:
    made = warehouse(
        findings=[
            finding("F1", origin_id="T1", project_no="P9"),
            finding("F2", origin_id="C1", occurred_on="2025-02-01"),
            finding("F3", origin_id="R1-2"),
            finding("F4", origin_id="R2"),
        ],
        tickets=[ticket("T1")],
        clues=[clue("C1")],
        checks=[check("R1", "1"), check("R1", "2"), check("R2", "7")],
    )
    assert cases_of(made) == cases("F1 T1", "F2 C1", "R1-1", "F3 R1-2", "F4 R2-7")
    assert issues_of(made) == set()


def test_6_3_a_bare_task_of_several_rows_names_none_of_them() -> None:
    made = warehouse(findings=[finding("F", origin_id="R1")], checks=[check("R1", "1"), check("R1", "2")])
    assert cases_of(made) == cases("F", "R1-1", "R1-2")
    assert issues_of(made) == {("F", "link_unknown")}


def test_6_3_width_case_and_brackets_of_a_number_do_not_matter() -> None:
    made = warehouse(findings=[finding("F", origin_id="gd〔2025〕1")], tickets=[ticket("GD(2025)1")])
    assert cases_of(made) == cases("F GD〔2025〕1")


def test_6_3_a_finding_s_unknown_or_foreign_origin_is_ignored_and_listed() -> None:
    made = warehouse(
        findings=[finding("F1", origin_id="nowhere"), finding("F2", origin_id="R1-1")],
        checks=[check("R1", agency_id=B)],
    )
    assert cases_of(made) == cases("F1", "F2", "R1-1")
    assert issues_of(made) == {("F1", "link_unknown"), ("F2", "link_other_agency")}


def test_a_lead_is_no_row_of_evidence_and_no_unknown_link() -> None:
    made = warehouse(findings=[finding("F", origin_id="0123456789abcdef0123456789abcdef")])
    assert cases_of(made) == cases("F")
    assert issues_of(made) == set()


def test_6_3_of_two_ledgers_with_one_number_the_agency_s_own_row_is_meant() -> None:
    made = warehouse(findings=[finding("F", origin_id="N1")], tickets=[ticket("N1", B)], clues=[clue("N1")])
    row = rows_of(made)["F"]
    assert (row["root_dataset"], row["root_row_key"]) == ("media", "N1")
    assert issues_of(made) == set()


def test_6_3_of_one_s_own_rows_with_one_number_the_ticket_comes_before_the_clue_before_the_check() -> None:
    everything: dict[str, Any] = {
        "tickets": [ticket("N-1")],
        "clues": [clue("N-1")],
        "checks": [check("N", "1"), check("N-1", "9")],
    }
    expected = (("tickets", "hotline"), ("clues", "media"), ("checks", "checks"))
    for kind, dataset in expected:
        row = rows_of(warehouse(findings=[finding("F", origin_id="N-1")], **everything))["F"]
        assert row["root_dataset"] == dataset
        if kind == "checks":
            assert row["root_row_key"] == "N-1", "task and line before a bare task"
        del everything[kind]


def test_6_3_a_finding_comes_from_no_finding_and_no_penalty() -> None:
    made = warehouse(
        findings=[finding("F1"), finding("F2", origin_id="F1"), finding("F3", origin_id="P1")],
        penalties=[penalty("P1")],
    )
    assert cases_of(made) == cases("F1", "F2", "F3", "P1")
    assert issues_of(made) == {("F2", "link_unknown"), ("F3", "link_unknown")}


def test_6_3_a_complaint_about_nobody_identified_links_to_nothing() -> None:
    made = warehouse(tickets=[ticket("T1"), ticket("T2", None, original_ticket_id="T1")])
    assert rows_of(made)["T2"]["case_id"] is None
    assert issues_of(made) == {("T2", "agency_unresolved")}


def test_6_3_32_characters_that_are_no_lead_are_an_unknown_link() -> None:
    made = warehouse(findings=[finding("F1", origin_id="x" * 32), finding("F2", origin_id="0123456789abcdef")])
    assert issues_of(made) == {("F1", "link_unknown"), ("F2", "link_unknown")}


def test_6_3_a_finding_of_a_repeated_ticket_belongs_to_the_first() -> None:
    made = warehouse(
        findings=[finding("F", origin_id="T2")],
        tickets=[ticket("T1"), ticket("T2", original_ticket_id="T1")],
    )
    assert cases_of(made) == cases("F T1 T2")


def test_6_3_rows_of_the_root_s_own_key_are_of_the_case_too() -> None:
    made = warehouse(
        findings=[finding("F1", origin_id="R1-1"), finding("F2", occurred_on="2025-02-01", project_no="P1")],
        checks=[check("R1", occurred_on="2025-02-01", project_no="P1", clause="9")],
    )
    assert cases_of(made) == cases("F1 F2 R1-1")


def test_6_3_a_check_without_a_clause_can_be_the_case_of_a_finding() -> None:
    made = warehouse(findings=[finding("F", origin_id="R1-1")], checks=[check("R1", clause=None, status_code=None)])
    assert cases_of(made) == cases("F R1-1")
    assert set(lines_of(made)) == {"F"}


# ------------------------------------------------------------------------------ the check that verified a ticket


def verification(task_id: str, **cells: Any) -> dict[str, Any]:
    return check(task_id, **{"check_type": "complaint_verification", "project_no": "P1"} | cells)


@pytest.mark.parametrize(
    ("cells", "is_joined"),
    [
        ({"checked_on": "2025-02-10"}, True),  # 受理, its first day
        ({"checked_on": "2025-03-01"}, True),  # 认定日期, its last
        ({"checked_on": "2025-02-20"}, True),
        ({"checked_on": "2025-02-09"}, False),
        ({"checked_on": "2025-03-02"}, False),
        ({"checked_on": None}, False),
        ({"checked_on": "2025-02-20", "project_no": "P2"}, False),
        ({"checked_on": "2025-02-20", "project_no": "p1"}, True),
        ({"checked_on": "2025-02-20", "project_no": None}, False),
        ({"checked_on": "2025-02-20", "agency_id": B}, False),
        ({"checked_on": "2025-02-20", "check_type": "special"}, False),
    ],
)
def test_6_3_a_ticket_joins_the_check_that_verified_it(cells: dict[str, Any], is_joined: bool) -> None:
    made = warehouse(
        tickets=[ticket("T", project_no="P1", accepted_on="2025-02-10", determined_on="2025-03-01")],
        checks=[verification("R", occurred_on="2025-02-01", **cells)],
    )
    assert cases_of(made) == (cases("T R-1") if is_joined else cases("T", "R-1"))


def test_6_3_without_a_project_no_ticket_meets_a_check() -> None:
    made = warehouse(
        tickets=[ticket("T1"), ticket("T2", project_no="")],
        checks=[verification("R", project_no=None), verification("S", project_no="")],
    )
    assert cases_of(made) == cases("T1", "T2", "R-1", "S-1")


def test_6_3_a_ticket_meets_the_check_of_its_own_agency_and_project_only() -> None:
    made = warehouse(
        tickets=[ticket("T", project_no="P1")],
        checks=[
            verification("R1", agency_id=B, checked_on="2025-02-11", occurred_on="2025-01-01"),
            verification("R2", project_no="P2", checked_on="2025-02-11", occurred_on="2025-01-01"),
            verification("R3", checked_on="2025-02-12", occurred_on="2025-01-01"),
        ],
    )
    assert cases_of(made) == cases("T R3-1", "R1-1", "R2-1")


def test_6_3_two_tickets_may_join_one_check() -> None:
    made = warehouse(
        tickets=[
            ticket("T1", project_no="P1", accepted_on="2025-02-10"),
            ticket("T2", project_no="P1", accepted_on="2025-02-12"),
            ticket("T3", project_no="P1", accepted_on="2025-02-21"),
        ],
        checks=[verification("R", checked_on="2025-02-20", occurred_on="2025-01-01")],
    )
    assert cases_of(made) == cases("T1 T2 R-1", "T3")


def test_6_3_an_undecided_ticket_joins_no_check() -> None:
    made = warehouse(
        tickets=[ticket("T", project_no="P1", determined_on=None, result_code="pending")],
        checks=[verification("R", occurred_on="2025-02-01")],
    )
    assert cases_of(made) == cases("T", "R-1")


def test_6_3_of_several_checks_the_first_after_the_complaint_is_meant() -> None:
    made = warehouse(
        tickets=[ticket("T", project_no="P1", accepted_on="2025-02-10", determined_on="2025-03-01")],
        checks=[
            verification("R0", occurred_on="2025-01-01", checked_on="2025-01-09"),
            verification("R2", occurred_on="2025-01-02", checked_on="2025-02-25"),
            verification("R1", occurred_on="2025-01-03", checked_on="2025-02-12"),
            verification("R3", occurred_on="2025-01-04", checked_on="2025-02-12"),
        ],
    )
    assert cases_of(made) == cases("T R1-1", "R0-1", "R2-1", "R3-1")


def test_6_3_a_repeat_stays_with_its_original_even_when_a_check_verified_it() -> None:
    made = warehouse(
        tickets=[
            ticket("T1", accepted_on="2025-01-01"),
            ticket("T2", project_no="P1", original_ticket_id="T1"),
        ],
        checks=[verification("R", occurred_on="2025-02-01")],
    )
    assert cases_of(made) == cases("T1 T2", "R-1")


def test_6_3_a_ticket_whose_original_is_ignored_may_still_join_its_check() -> None:
    made = warehouse(
        tickets=[ticket("T2", project_no="P1", original_ticket_id="gone")],
        checks=[verification("R", occurred_on="2025-02-01")],
    )
    assert cases_of(made) == cases("T2 R-1")
    assert issues_of(made) == {("T2", "link_unknown")}


def test_6_3_links_are_followed_from_finding_to_repeat_to_first_to_check() -> None:
    made = warehouse(
        findings=[finding("F", origin_id="T2"), finding("G", occurred_on="2025-02-01", project_no="P1")],
        tickets=[
            ticket("T1", project_no="P1", accepted_on="2025-02-10"),
            ticket("T2", accepted_on="2025-02-12", original_ticket_id="T1"),
        ],
        checks=[verification("R", occurred_on="2025-02-01", checked_on="2025-02-20")],
    )
    assert cases_of(made) == cases("F G T1 T2 R-1")


# ---------------------------------------------------------------------------------------------------- merits


@pytest.mark.parametrize(
    ("first", "second", "is_one_case"),
    [
        ({}, {}, True),
        ({"document_no": None}, {"document_no": None}, False),
        ({"document_no": ""}, {"document_no": ""}, False),
        ({}, {"document_no": "文2"}, False),
        ({"document_no": "ZL-1"}, {"document_no": "zl-1"}, True),
        ({}, {"clause": "5"}, False),
        ({}, {"agency_id": B}, False),
        ({"person_key": "p1"}, {"person_key": "p2"}, False),
        ({"person_key": "p1"}, {"person_key": "p1"}, True),
        ({"person_key": "p1"}, {}, False),
        ({"person_mask": "4108**********1234"}, {"person_mask": "4108**********5678"}, False),
        # the same item through different wording, on different days
        (
            {"clause": "1", "level_code": "provincial", "determined_on": "2025-01-01"},
            {"clause": "1", "level_code": "municipal", "determined_on": "2025-02-01"},
            True,
        ),
        ({"clause": "1", "level_code": "national"}, {"clause": "1", "level_code": "provincial"}, False),
    ],
)
def test_6_3_claims_of_one_item_document_and_person_are_one_case(
    first: dict[str, Any], second: dict[str, Any], is_one_case: bool
) -> None:
    document = {"document_no": "文1"}
    made = warehouse(merits=[merit("M1", **document | first), merit("M2", **document | second)])
    assert cases_of(made) == (cases("M1 M2") if is_one_case else cases("M1", "M2"))
    assert len(lines_of(made)) == (1 if is_one_case else 2)


def test_6_3_a_merit_never_shares_a_case_with_misconduct() -> None:
    made = warehouse(
        merits=[merit("M", occurred_on="2025-02-01", document_no="P1")],
        findings=[finding("F", occurred_on="2025-02-01", project_no="P1")],
    )
    assert cases_of(made) == cases("M", "F")
