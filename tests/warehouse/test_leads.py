"""Leads on the other ten items: what counts and what only looks like one; a lead never scores (conflicts.md)."""

from __future__ import annotations

import csv
import random
from typing import Any

import pytest

from ingestion import parsing
from rulebook.folder import build_tables, read_folder
from tests.warehouse.desk import X, Y, Z, agency, checkin, contract, day, decision, desk, drops, engineer, report
from tests.warehouse.harness import DBT_PROJECT

AS_OF = "2025-06-30"
Rows = dict[str, list[dict[str, Any]]]
with (DBT_PROJECT / "seeds" / "reference" / "detectors.csv").open(encoding="utf-8", newline="") as file:
    KINDS = {row["detector_kind"] for row in csv.DictReader(file) if row["family"] == "lead"}


def operator(agency_id: str, who: str, **changes: Any) -> dict[str, Any]:
    return (
        engineer(agency_id, who)
        | {
            "position_code": "operator",
            "certificate_kind": "operator",
            "level_code": "intermediate",
            "registration_no": None,
        }
        | changes
    )


def city(**changes: list[dict[str, Any]]) -> Rows:
    """A faultless agency X with one faultless maintenance job R1."""
    rows: Rows = {
        "registry.agencies": [agency(X, "2024-01-10"), agency(Y, "2024-01-10"), agency(Z, "2024-01-10")],
        "registry.personnel": drops({"2024-01-10": [engineer(X, "1"), operator(X, "2")]}),
        "platform.contracts": [contract("R1", X, "2024-05-01")],
        "platform.reports": [report("R1", X, "2024-05-20", "1")],
        "platform.checkins": [
            checkin("Q1", "R1", "1", "2024-05-18 09:00:00"),
            checkin("Q2", "R1", "2", "2024-05-18 09:00:00", position_code="operator"),
        ],
    }
    return rows | {name.replace("__", "."): value for name, value in changes.items()}


def leads(rows: Rows, kind: str | None = None, as_of_on: str = AS_OF) -> list[dict[str, Any]]:
    """Leads but those on conditions, which a city of three people does not meet (they have tests of their own)."""
    warehouse = desk(as_of_on, rows)
    for name, table in build_tables(read_folder(DBT_PROJECT / "seeds" / "rulebook"), "jiaozuo").items():
        warehouse.insert(f"rulebook.{name}", table)
    warehouse.run("fct_leads")
    found = warehouse.query("select * from supervision.fct_leads order by lead_kind, agency_id, subject")
    return [
        row
        for row in found
        if (kind or row["lead_kind"]) == row["lead_kind"] and row["lead_kind"] != "conditions_unmet"
    ]


def brief(rows: Rows) -> list[tuple[str, str | None, str]]:
    return [(row["lead_kind"], row["item_code"], row["subject"]) for row in leads(rows)]


def with_report(**changes: Any) -> Rows:
    return city(platform__reports=[report("R1", X, "2024-05-20", "1", **changes)])


def test_a_faultless_job_is_no_lead() -> None:
    assert not brief(city())


@pytest.mark.parametrize(
    ("signed", "found"),
    [("2024-05-20", []), ("2024-05-21", [("report_before_contract", "F02B", "R1")])],
)
def test_a_report_before_its_contract(signed: str, found: list[Any]) -> None:
    assert brief(city(platform__contracts=[contract("R1", X, signed)])) == found
    unnamed = with_report(contract_no=None) | {"platform.contracts": [contract("R1", X, signed)]}
    assert brief(unnamed) == found  # the contract of its project


@pytest.mark.parametrize(
    ("service_from", "found"), [("2024-05-01", []), ("2024-04-30", [("no_contract", "F10", "R1")])]
)
def test_a_contract_signed_after_the_service_began(service_from: str, found: list[Any]) -> None:
    late = contract("R1", X, "2024-05-01", service_from_on=day(service_from))
    assert brief(city(platform__contracts=[late])) == found


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (with_report(contract_no=None), []),  # the project's contract
        (with_report(contract_no=None, project_no="P-other"), [("no_contract", "F10", "R1")]),
        (with_report(contract_no="C-unknown"), [("no_contract", "F10", "R1")]),
    ],
)
def test_a_report_without_a_contract(rows: Rows, found: list[Any]) -> None:
    assert brief(rows) == found


@pytest.mark.parametrize("written", ["p-r1", "P-R1", "'P－R1"])
def test_a_project_number_is_compared_in_its_one_form(written: str) -> None:
    rows = with_report(contract_no=None, project_no=parsing.code(written))
    assert not brief(rows)
    rows["platform.contracts"] = [contract("R1", X, "2024-05-21")]
    assert brief(rows) == [("report_before_contract", "F02B", "R1")]


def test_a_report_without_any_check_in() -> None:
    assert brief(city(platform__checkins=[])) == [
        ("not_on_site", "F11", "R1"),
        ("report_without_checkin", "F02B", "R1"),
    ]


@pytest.mark.parametrize(
    ("absent", "is_maintenance", "count"), [(0, True, 1), (1, True, 1), (0, False, 0), (1, False, 0)]
)
def test_the_leader_and_an_operator_must_have_been_there(absent: int, is_maintenance: bool, count: int) -> None:
    rows = with_report(service_type="maintenance_testing" if is_maintenance else "safety_assessment")
    del rows["platform.checkins"][absent]
    assert brief(rows) == [("not_on_site", "F11", "R1")] * count


def test_somebody_else_checked_in_as_the_leader() -> None:
    rows = city()
    rows["registry.personnel"] += drops({"2024-01-10": [engineer(X, "3")]})
    rows["platform.checkins"][0] |= {"person_key": "key-3"}
    assert brief(rows) == [("not_on_site", "F11", "R1")]


def test_a_check_in_with_an_unusable_number_counts_for_its_position() -> None:
    rows = city()
    rows["platform.checkins"][0] |= {"person_key": None, "person_id_status": "invalid"}
    assert not brief(rows)


@pytest.mark.parametrize(("count", "found"), [(5, 0), (6, 1)])
def test_reports_of_one_leader_in_a_day(count: int, found: int) -> None:
    rows = city()
    for number in range(2, count + 1):
        name = f"R{number}"
        rows["platform.contracts"].append(contract(name, X, "2024-05-01"))
        rows["platform.reports"].append(report(name, X, "2024-05-20", "1"))
        rows["platform.checkins"] += [
            checkin(f"Q{name}a", name, "1", "2024-05-18 09:00:00"),
            checkin(f"Q{name}b", name, "2", "2024-05-18 09:00:00", position_code="operator"),
        ]
    assert brief(rows) == [("reports_per_day", "F02B", "key-1 2024-05-20")] * found


@pytest.mark.parametrize(("other", "count"), [(Y, 1), (X, 0)])
def test_one_number_on_two_agencies_reports(other: str, count: int) -> None:
    rows = city()
    rows["platform.reports"].insert(0, report("R1", other, "2024-04-20", "1"))
    assert [row["subject"] for row in leads(rows, "report_number_repeated")] == ["R1"] * count


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"has_quality_system": False}, 1),
        ({"assessment_control": "no"}, 1),
        ({"has_quality_system": False, "assessment_control": "no"}, 1),
        ({"has_quality_system": False, "service_type": "safety_assessment"}, 0),
        ({"assessment_control": "no", "service_type": "maintenance_testing"}, 0),
        ({"has_quality_system": None}, 1),
        ({"assessment_control": None}, 1),
        ({"assessment_control": "not_applicable"}, 1),
        ({"assessment_control": "not_applicable", "service_type": "maintenance_testing"}, 0),
        ({"has_quality_system": False, "registry_status": "exited"}, 0),
    ],
)
def test_a_missing_system(changes: dict[str, Any], count: int) -> None:
    rows = city()
    rows["registry.agencies"] += [agency(Y, "2024-02-10", **changes), agency(Y, "2024-03-10", **changes)]
    found = leads(rows, "systems_missing")
    assert [(row["item_code"], row["subject"], row["first_seen_on"]) for row in found] == [
        ("F03", Y, day("2024-02-10"))
    ] * count


def ticket(number: str, result: str, original: str | None = None) -> dict[str, Any]:
    return {
        "ticket_id": number,
        "respondent_name": "机构Y02",
        "result_code": result,
        "accepted_on": day("2024-05-02"),
        "original_ticket_id": original,
        "is_repeat": original is not None,
        "received_on": day("2024-05-10"),
    }


@pytest.mark.parametrize(
    ("tickets", "subjects"),
    [
        ([ticket("T1", "pending")], ["T1"]),
        ([ticket("T1", "unsubstantiated")], []),
        ([ticket("T1", "substantiated")], []),
        ([ticket("T1", "pending"), ticket("T2", "pending", "T1"), ticket("T3", "pending", "T2")], ["T1"]),
        ([ticket("T1", "pending"), ticket("T2", "pending")], ["T1", "T2"]),
        # a chain of any length is one case, and one that closes on itself is none (credit.md 6.3)
        ([ticket("T1", "pending")] + [ticket(f"T{n}", "pending", f"T{n - 1}") for n in range(2, 6)], ["T1"]),
        ([ticket("T1", "pending", "T2"), ticket("T2", "pending", "T1")], ["T1", "T2"]),
        ([ticket("T1", "unsubstantiated"), ticket("T2", "pending", "T1"), ticket("T3", "pending", "T2")], ["T1"]),
    ],
)
def test_open_complaints(tickets: list[dict[str, Any]], subjects: list[str]) -> None:
    found = leads(city(complaints__hotline=tickets), "open_complaint")
    assert [(row["agency_id"], row["item_code"], row["subject"]) for row in found] == [
        (Y, "F04B", subject) for subject in subjects
    ]


def test_tickets_of_one_case_that_differ_in_their_sheet_alone_show_one_place_in_any_order() -> None:
    tickets = [
        ticket("T1", "pending") | {"row_number": 7, "sheet": "a"},
        ticket("T2", "pending", "T1") | {"row_number": 7, "sheet": "b"},
    ]
    for order in (tickets, tickets[::-1]):
        (row,) = leads(city(complaints__hotline=order), "open_complaint")
        assert "sheet a, row 7" in row["evidence"]


def test_a_seal_of_neither_the_contractor_nor_its_subcontractor() -> None:
    assert brief(with_report(seal_agency_id=Y)) == [("other_name", "F05", "R1")]
    rows = with_report(seal_agency_id=Y)
    rows["platform.contracts"] = [contract("R1", X, "2024-05-01", performed_by_id=Y)]
    assert brief(rows) == [("subcontracting", "F08", "C-R1")]
    rows["platform.contracts"] = [contract("R1", X, "2024-05-01", performed_by_id=X)]
    assert brief(rows) == [("other_name", "F05", "R1")]


@pytest.mark.parametrize("status", ["signature_missing", "seal_missing", "both_missing"])
def test_an_unsigned_report(status: str) -> None:
    assert brief(with_report(seal_status=status, seal_agency_id=None)) == [("unsigned_report", "F09", "R1")]


def test_a_completed_or_deleted_report_is_no_lead() -> None:
    for last in ({"seal_status": "complete"}, {"seal_status": "seal_missing", "is_deleted": True}):
        rows = with_report(seal_status="seal_missing")
        rows["platform.reports"].append(
            report("R1", X, "2024-05-20", "1", **last, received_on=day("2024-07-01"), updated_ms=2)
        )
        assert not leads(rows, "unsigned_report")


@pytest.mark.parametrize(
    ("people", "found"),
    [
        ([engineer(X, "1"), operator(X, "2")], 0),
        ([engineer(X, "1")], 1),
        ([operator(X, "2")], 1),
        ([operator(X, "1"), operator(X, "2")], 1),
        ([engineer(X, "1", registration_until_on=day("2024-05-20")), operator(X, "2")], 0),
        ([engineer(X, "1", registration_until_on=day("2024-05-19")), operator(X, "2")], 1),
        ([engineer(X, "1"), operator(X, "2", registration_until_on=day("2024-05-17"))], 1),
    ],
)
def test_a_leader_or_operator_without_a_certificate(people: list[dict[str, Any]], found: int) -> None:
    rows = city(registry__personnel=drops({"2024-01-10": [*people, operator(Z, "9")]}))
    assert [(row["item_code"], row["subject"]) for row in leads(rows, "unqualified_person")] == [("F07", "R1")] * found


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"published_on": day("2024-05-20")}, 0),
        ({"published_on": day("2024-05-21")}, 1),
        ({"published_on": None}, 1),
        ({"published_on": None, "listing_basis": "grandfathered_28"}, 0),
    ],
)
def test_work_before_listing(changes: dict[str, Any], count: int) -> None:
    rows = city()
    rows["registry.agencies"] = [agency(X, "2024-01-10", **changes)]
    assert [(row["item_code"], row["subject"]) for row in leads(rows, "work_before_listing")] == [(None, "R1")] * count


def test_work_of_an_agency_that_no_directory_drop_lists() -> None:
    rows = city()
    rows["registry.agencies"] = [agency(Y, "2024-01-10")]
    (row,) = leads(rows, "work_before_listing")
    assert (row["agency_id"], row["subject"], row["first_seen_on"]) == (X, "R1", day("2024-05-30"))
    assert "never published" in row["evidence"]
    assert not leads(rows | {"registry.agencies": []}, "work_before_listing")  # no directory: nobody can tell


LATER = {"received_on": day("2024-07-10"), "updated_ms": 2}


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("no_contract", {}, {"contract_no": None, "project_no": "P-other"}),
        ("no_contract", {"contract_no": None}, {"contract_no": None, "project_no": "P-other"}),
        ("no_contract", {}, {"contract_no": "C-late"}),
        ("report_before_contract", {}, {"contract_no": "C-late"}),
        ("report_before_contract", {"contract_no": None}, {"contract_no": None, "project_no": "P-late"}),
        (
            "not_on_site",
            {"project_lead_key": "key-9", "service_type": "safety_assessment"},
            {"service_type": "maintenance_testing"},
        ),
        ("not_on_site", {}, {"project_lead_key": "key-9"}),
        ("other_name", {}, {"contract_no": "C-sublet"}),
        ("unqualified_person", {}, {"project_lead_key": "key-9"}),
        ("unsigned_report", {}, {"seal_status": "both_missing"}),
        ("work_before_listing", {}, {"reported_on": day("2022-12-31")}),
    ],
)
def test_a_correction_that_makes_a_report_a_lead_is_its_first_evidence(
    kind: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """marts.md: the drop that completes the evidence, not the one that brought the report; a repeat is no new evidence."""
    rows = city(
        platform__contracts=[
            contract("R1", X, "2024-05-01"),
            contract("late", X, "2024-05-21", service_from_on=day("2024-05-20")),
            contract("sublet", Y, "2024-05-01"),
        ]
    )
    known = report("R1", X, "2024-05-20", "1") | before
    rows["platform.reports"] = [known]
    assert [row for row in leads(rows, kind) if row["subject"] == "R1"] == []
    corrected = known | after | LATER
    for again in (None, corrected | {"received_on": day("2024-08-10"), "updated_ms": 3}):
        rows["platform.reports"] = [known, corrected, *([again] if again else [])]
        (row,) = [row for row in leads(rows, kind) if row["subject"] == "R1"]
        assert row["first_seen_on"] == day("2024-07-10")


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ({"contract_no": "C-unknown"}, "no_contract"),
        ({"project_lead_key": "key-9"}, "not_on_site"),
        ({"seal_agency_id": Y}, "other_name"),
        ({"reported_on": day("2022-12-31")}, "work_before_listing"),
        ({"seal_status": "both_missing"}, "unsigned_report"),
    ],
)
def test_a_change_of_other_cells_makes_a_lead_no_younger(before: dict[str, Any], kind: str) -> None:
    known = report("R1", X, "2024-05-20", "1") | before
    others = {"technical_lead_key": "key-1", "technical_lead_name": "工程师1", "agency_name": "别名"}
    (row,) = leads(city(platform__reports=[known, known | others | LATER]), kind)
    assert row["first_seen_on"] == day("2024-05-30")


def test_a_contract_moved_to_the_project_is_the_first_evidence_against_its_report() -> None:
    rows = with_report(contract_no=None)
    late = contract("late", X, "2024-05-21", received_on=day("2024-05-31"))
    rows["platform.contracts"] = [late, late | {"project_no": "P-R1"} | LATER]
    (row,) = leads(rows, "report_before_contract")
    assert row["first_seen_on"] == day("2024-07-10")


def test_a_position_corrected_later_is_the_first_evidence_of_the_unqualified_leader() -> None:
    rows = city()
    operators = rows["platform.checkins"][1]
    rows["platform.checkins"].append(operators | LATER | {"position_code": "project_lead"})
    (row,) = leads(rows, "unqualified_person")
    assert row["first_seen_on"] == day("2024-07-10")
    assert "project_lead without a valid certificate" in row["evidence"]


def test_a_listing_that_comes_later_makes_the_work_before_it_no_younger() -> None:
    rows = city()
    rows["registry.agencies"] = [agency(Y, "2024-01-10")]
    (unlisted,) = leads(rows, "work_before_listing")
    rows["registry.agencies"] += [
        agency(Y, "2024-08-10"),
        agency(X, "2024-08-10", published_on=day("2024-08-01")),
    ]
    (listed,) = leads(rows, "work_before_listing")
    assert "published 2024-08-01" in listed["evidence"]
    for column in ("lead_id", "first_seen_on", "due_on"):
        assert listed[column] == unlisted[column]


# -- branches (credit.md Q28) ------------------------------------------------------------------------------------------
BRANCH, OTHER_BRANCH = "924108000000000B07", "924108000000000B08"


def mapped(rows: Rows, *objects: str) -> Rows:
    stated = [
        decision(f"D{number}", each, "same_person", "2024-06-01", object_type="identity")
        for number, each in enumerate(objects or (f"{BRANCH}={X}", f"{OTHER_BRANCH}={Y}"))
    ]
    return rows | {"credit_desk.decisions": stated}


def test_q28_a_branch_may_work_for_its_agency() -> None:
    rows = city(
        platform__contracts=[contract("R1", X, "2024-05-01", performed_by_id=BRANCH)],
        platform__reports=[report("R1", BRANCH, "2024-05-20", "1", seal_agency_id=X)],
    )
    assert [kind for kind, _, _ in brief(rows)] == ["subcontracting", "work_before_listing"]
    assert not brief(mapped(rows))


@pytest.mark.parametrize(
    "changes",
    [
        {"contract_no": None},  # the agency's contract of that project
        {"seal_agency_id": BRANCH},
        {"agency_id": X, "seal_agency_id": BRANCH},
    ],
)
def test_q28_a_job_of_a_branch_is_its_agency_s(changes: dict[str, Any]) -> None:
    rows = city(platform__reports=[report("R1", BRANCH, "2024-05-20", "1") | changes])
    assert brief(rows)
    assert not brief(mapped(rows))


def test_q28_a_number_that_a_branch_used_too_is_no_repeat() -> None:
    rows = city()
    rows["platform.reports"].insert(0, report("R1", BRANCH, "2024-04-20", "1"))
    assert leads(rows, "report_number_repeated")
    assert not leads(mapped(rows), "report_number_repeated")


def test_q28_another_agencys_branch_may_not() -> None:
    rows = city(platform__contracts=[contract("R1", X, "2024-05-01", performed_by_id=OTHER_BRANCH)])
    rows["platform.reports"] = [report("R1", X, "2024-05-20", "1", seal_agency_id=OTHER_BRANCH)]
    assert brief(mapped(rows)) == [("subcontracting", "F08", "C-R1")]
    rows["platform.contracts"] = [contract("R1", X, "2024-05-01")]
    assert brief(mapped(rows)) == [("other_name", "F05", "R1")]


def test_q28_every_lead_of_a_branch_is_its_agency_s() -> None:
    rows = city(
        platform__contracts=[
            contract("late", BRANCH, "2024-05-21"),
            contract("late2", BRANCH, "2024-05-01", service_from_on=day("2024-04-30")),
            contract("sublet", BRANCH, "2024-05-01", performed_by_id=Z),
        ],
        platform__reports=[
            report("R1", BRANCH, "2024-05-20", "9", seal_status="both_missing", seal_agency_id=Z, contract_no=None),
            report("R2", Y, "2024-05-20", "1"),
            report("R2", BRANCH, "2024-05-20", "1", **LATER),
            report("R3", BRANCH, "2022-05-20", "1", contract_no="C-late"),
            *(report(f"R{number}", BRANCH, "2024-06-20", "1") for number in range(10, 16)),
        ],
        platform__checkins=[],
        complaints__media=[
            {
                "clue_id": "M1",
                "agency_id": BRANCH,
                "respondent_name": "武陟分公司",
                "result_code": "pending",
                "found_on": day("2024-05-02"),
                "received_on": day("2024-05-10"),
            }
        ],
    )
    before, after = leads(rows), leads(mapped(rows))
    assert {row["agency_id"] for row in before} == {BRANCH}
    assert {row["agency_id"] for row in after} == {X}
    kinds = {row["lead_kind"] for row in after}
    assert kinds == {row["lead_kind"] for row in before}
    # all of the seed but those that ask of the agency itself, which a branch is not
    assert kinds == KINDS - {"conditions_unmet", "systems_missing"}


# -- conditions -------------------------------------------------------------------------------------------------------
def conditions(as_of_on: str = AS_OF, **standing: Any) -> list[dict[str, Any]]:
    spans = f"""
        select * from (values
            ('{X}', date '2024-01-10', date '2024-04-01', true),
            ('{X}', date '2024-04-01', date '2024-05-01', false),
            ('{X}', date '2024-05-01', date '2024-06-01', false),
            ('{X}', date '2024-06-01', cast(null as date), true),
            ('{Y}', date '2024-01-10', cast(null as date), false)
        ) as spans(agency_id, valid_from_on, valid_until_on, is_conforming)
    """
    warehouse = desk(as_of_on, city(**standing), replace={"int_agency_standings": spans})
    warehouse.run("int_agency_standings", "int_leads__conditions_unmet")
    return warehouse.query("select * from intermediate.int_leads__conditions_unmet order by subject")


def test_work_while_the_conditions_are_not_met() -> None:
    """Two spans that meet are one stretch; an agency without work is no lead."""
    (row,) = conditions()
    assert (row["agency_id"], row["subject"]) == (X, X)
    assert "since 2024-04-01" in row["evidence"]


@pytest.mark.parametrize(("on", "count"), [("2024-03-31", 0), ("2024-04-01", 1), ("2024-05-31", 1), ("2024-06-01", 0)])
def test_only_work_inside_the_stretch_counts(on: str, count: int) -> None:
    assert len(conditions(platform__reports=[report("R1", X, on, "1")])) == count


def test_q28_work_of_a_branch_is_its_agency_s_while_the_conditions_are_not_met() -> None:
    rows = mapped(city(platform__reports=[report("R1", BRANCH, "2024-04-20", "1")]))
    changes = {name.replace(".", "__"): table for name, table in rows.items()}
    (row,) = conditions(**changes)
    assert row["agency_id"] == X


# -- decisions, order, score ------------------------------------------------------------------------------------------
def test_a_decision_sets_the_status_and_the_identity_is_stable() -> None:
    rows = with_report(seal_status="both_missing")
    (before,) = leads(rows)
    for code in ("confirmed", "cleared"):
        rows["credit_desk.decisions"] = [decision("D1", before["lead_id"], code, "2024-08-01", object_type="lead")]
        (after,) = leads(rows)
        assert (after["lead_id"], after["status"], after["decision_id"]) == (before["lead_id"], code, "D1")
    assert leads(rows, as_of_on="2024-07-31")[0]["status"] == "open"


def test_the_order_of_rows_changes_no_lead() -> None:
    rows = with_report(seal_status="both_missing", seal_agency_id=Y)
    expected = leads(rows)
    for seed in range(2):
        mixed = {name: random.Random(seed).sample(table, len(table)) for name, table in rows.items()}
        assert [(row["lead_id"], row["status"]) for row in leads(mixed)] == [
            (row["lead_id"], row["status"]) for row in expected
        ]


def test_q30_nothing_that_scores_reads_a_detector() -> None:
    """The ledger depends on decided evidence alone: no scoring model stands below a detector."""
    from tests.warehouse.harness import compiled_nodes

    nodes = {node.unique_id: node for node in compiled_nodes().values()}

    def ancestors(unique_id: str) -> set[str]:
        parents = {parent for parent in nodes[unique_id].depends_on if parent in nodes}
        return parents.union(*(ancestors(parent) for parent in parents)) if parents else set()

    for name in ("fct_point_ledger", "fct_score_history"):
        names = {nodes[unique_id].name for unique_id in ancestors(compiled_nodes()[name].unique_id)}
        assert "int_points__lines" in names
        assert not {one for one in names if one.startswith(("int_leads", "int_conflict"))}


def test_a_lead_contains_no_name_of_a_person() -> None:
    rows = city(platform__checkins=[], platform__contracts=[])
    rows["platform.reports"][0]["seal_status"] = "both_missing"
    found = leads(rows)
    assert len(found) == 4
    assert not [value for row in found for value in row.values() if "工程师" in str(value)]
