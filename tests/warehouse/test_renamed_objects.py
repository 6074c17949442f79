"""A decision finds its lead or conflict by the former id, made from a code as earlier releases kept it (sources.md, K3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from rulebook.folder import build_tables, read_folder
from tests.warehouse.desk import X, Y, Z, agency, contract, day, decision, desk, drops, engineer, report
from tests.warehouse.harness import DBT_PROJECT, Warehouse

Rows = dict[str, list[dict[str, Any]]]
Code = Callable[[str, str], str]  # dataset, code -> the code as the lake holds it

DAYS = ("2024-05-10", "2024-06-10")
WRONG = {"person_key": None, "person_id_status": "invalid", "person_mask": "4108**********0000"}
MASKED = {"person_key": None, "person_id_status": "masked"}
RULES = build_tables(read_folder(DBT_PROJECT / "seeds" / "rulebook"), "jiaozuo")


def people(code: Code) -> list[dict[str, Any]]:
    """Engineers at two agencies, known by number and name, by certificate, or in doubt; and numbers that two hold."""

    def numbers(registration: str | None, qualification: str | None) -> dict[str, Any]:
        return {
            "registration_no": registration and code("personnel", registration),
            "qualification_no": qualification and code("personnel", qualification),
        }

    listed = [
        *(engineer(at, "1", **WRONG, **numbers("REG-1", "QUAL-1")) for at in (X, Y)),
        *(engineer(at, "2", **MASKED, **numbers(None, "QUAL-2")) for at in (X, Y)),
        engineer(X, "4", **numbers("REG-4", "QUAL-4")),
        engineer(Y, "5", **numbers("REG-4", "QUAL-5")),
        engineer(X, "6", **numbers("REG-6", "QUAL-6")),
        engineer(X, "6", person_name="欧阳明", **numbers("REG-6", "QUAL-6")),
        engineer(X, "7", **numbers("REG-7", "QUAL-7")),
        engineer(Y, "7", **MASKED, **numbers("REG-8", "QUAL-8")),
        engineer(X, "9", **WRONG, **numbers("REG-9", "QUAL-9")),
        engineer(Z, "0", **WRONG, **numbers("REG-9", "QUAL-0")),
    ]
    for place, row in enumerate(listed):
        row["row_key"] = str(place)
    return drops(dict.fromkeys(DAYS, listed))


def works(code: Code) -> Rows:
    """Reports and contracts with every lead that names one."""

    def made(number: str, at: str = X, **changes: Any) -> dict[str, Any]:
        row = report(code("reports", number), at, "2024-05-20", "4")
        row |= {"contract_no": code("reports", f"C-{number}"), "project_no": code("reports", f"P-{number}")}
        return row | changes

    def signed(number: str, on: str, **changes: Any) -> dict[str, Any]:
        row = contract(number, X, on)
        row |= {"contract_no": code("contracts", f"C-{number}"), "project_no": code("contracts", f"P-{number}")}
        return row | changes

    led = {
        "project_lead_key": None,
        "project_lead_name": "工程师1",
        "project_lead_id_status": "invalid",
        "project_lead_registration_no": code("reports", "REG-1"),
    }
    return {
        "platform.reports": [
            made("BG-1", seal_status="both_missing", contract_no=None, project_no=None),
            made("BG-2", seal_agency_id=Y),
            made("BG-3", updated_ms=1),
            made("BG-3", Y, updated_ms=2),
            made("BG-4", project_lead_key="key-99", project_lead_registration_no=None),
            *(made(f"BG-1{n:02d}", reported_on=day("2024-05-21"), **led) for n in range(20)),
        ],
        "platform.contracts": [
            signed("BG-2", "2024-06-20"),
            signed("BG-9", "2024-05-01", service_from_on=day("2024-04-01"), performed_by_id=Z),
        ],
    }


def ledgers(code: Code, document: Code) -> Rows:
    """Complaints that nobody has decided, one of them a repeat in a case that began with a check; one honour twice."""

    def ticket(number: str, **changes: Any) -> dict[str, Any]:
        return {
            "ticket_id": code("hotline", number),
            "respondent_name": "机构X01",
            "accepted_on": day("2024-05-10"),
            "result_code": "pending",
            "received_on": day("2024-06-10"),
        } | changes

    def claim(number: str, at: str) -> dict[str, Any]:
        return {
            "claim_id": number,
            "agency_id": at,
            "clause": "3",
            "document_no": document("merit_claims", "焦建〔2024〕A1(甲)号"),
            "occurred_on": day("2024-05-01"),
            "status_code": "approved",
            "determined_on": day("2024-05-20"),
            "received_on": day("2024-06-01"),
        }

    found = {"result_code": "substantiated", "determined_on": day("2024-06-01")}
    project = {"project_no": code("hotline", "P-5")}
    return {
        "complaints.hotline": [
            ticket("GD-1"),
            ticket("GD-5", **found, **project),
            ticket("GD-6", original_ticket_id=code("hotline", "GD-5")),
        ],
        "complaints.media": [
            {
                "clue_id": code("media", "XS-1"),
                "agency_id": X,
                "found_on": day("2024-05-10"),
                "result_code": "pending",
                "received_on": day("2024-06-10"),
            }
        ],
        "inspections.checks": [
            {
                "task_id": code("checks", "RW-5"),
                "task_line": code("checks", "1"),
                "row_key": f"{code('checks', 'RW-5')}|{code('checks', '1')}",
                "agency_id": X,
                "check_type": "complaint_verification",
                "checked_on": day("2024-05-20"),
                "project_no": code("checks", "P-5"),
                "status_code": "pending",
                "received_on": day("2024-06-10"),
            }
        ],
        "credit_desk.merit_claims": [claim("M1", X), claim("M2", Y)],
    }


def city(code: Code, document: Code) -> Rows:
    agencies = {"registry.agencies": [agency(at, "2024-01-10") for at in (X, Y, Z)]}
    return agencies | {"registry.personnel": people(code)} | works(code) | ledgers(code, document)


def typed(dataset: str, code: str) -> str:
    """As a clerk typed it and earlier releases kept it."""
    return f"'{code.lower()}"


def bracketed(code: str) -> str:
    """How earlier releases compared documents, whatever their case and brackets."""
    return code.upper().translate(str.maketrans("[]()", "〔〕〔〕"))


def built(rows: Rows) -> Warehouse:
    made = desk("2024-12-31", rows)
    for name, table in RULES.items():
        made.insert(f"rulebook.{name}", table)
    return made.run("int_leads_assessed", "int_conflicts_assessed")


def objects(made: Warehouse) -> list[dict[str, Any]]:
    return made.query(
        "select 'lead' as object_type, lead_kind as kind, lead_id as object_id, status from intermediate.int_leads_assessed"
        " union all select 'conflict', conflict_kind, conflict_id, status from intermediate.int_conflicts_assessed"
    )


@pytest.fixture(scope="module")
def former() -> list[dict[str, Any]]:
    """Leads and conflicts of the city as an earlier release found them."""
    return objects(built(city(typed, lambda dataset, code: bracketed(typed(dataset, code)))))


@pytest.fixture(scope="module")
def canonical() -> Rows:
    """The same city now, with the forms that its codes had."""
    forms: set[tuple[str, str, str]] = set()

    def now(dataset: str, code: str) -> str:
        forms.add((dataset, code, typed(dataset, code)))
        return code

    rows = city(now, now)
    names = ("source", "dataset", "code", "former_code")
    rows["lake.former_codes"] = [dict(zip(names, ("s", *form), strict=True)) for form in sorted(forms)]
    return rows


BY_CODE = {
    *("report_before_contract", "report_without_checkin", "report_number_repeated", "open_complaint", "other_name"),
    *("unqualified_person", "subcontracting", "unsigned_report", "no_contract", "not_on_site", "reports_per_day"),
    *("certificate_shared", "merit_claimed_twice", "identity_unresolved", "double_registration", "counted_twice"),
}


def test_the_city_has_every_kind_whose_id_holds_a_code(former: list[dict[str, Any]], canonical: Rows) -> None:
    now = objects(built(canonical))
    assert Counter(one["kind"] for one in now) == Counter(one["kind"] for one in former)
    ids = {one["object_id"] for one in now}
    renamed = {one["kind"] for one in former if one["object_id"] not in ids}
    assert BY_CODE - {"counted_twice"} <= renamed
    assert Counter(one["kind"] for one in now)["open_complaint"] == 3


def test_every_decision_under_a_former_id_is_applied(former: list[dict[str, Any]], canonical: Rows) -> None:
    decisions = [
        decision(f"D{place}", one["object_id"], "cleared", "2024-12-01", object_type=one["object_type"])
        for place, one in enumerate(former)
    ]
    made = built(canonical | {"credit_desk.decisions": decisions})
    assert [one for one in objects(made) if one["status"] != "cleared"] == []
    made.run("fct_data_issues")
    assert not made.query("from quality.fct_data_issues where issue_code = 'decision_object_unknown'")


def test_each_part_of_a_check_s_key_has_its_own_former_forms(canonical: Rows) -> None:
    forms = canonical["lake.former_codes"]
    whole = {"source": "s", "dataset": "checks", "code": "1", "former_code": "1.0"}
    as_number = built(canonical | {"lake.former_codes": [*forms, whole]})
    renamed = as_number.query(
        "select count(*) as count from intermediate.int_leads_renamed inner join intermediate.int_leads_assessed"
        " using (lead_id) where lead_kind = 'open_complaint' and subject = 'RW-5|1'"
    )
    assert renamed == [{"count": 5}]  # two forms of the task, three of the line, but not both as they are


@pytest.mark.parametrize("kind", ["unsigned_report", "certificate_shared", "reports_per_day"])
def test_the_later_of_two_decisions_wins_whichever_id_it_names(
    former: list[dict[str, Any]], canonical: Rows, kind: str
) -> None:
    ids = {
        name: {one["object_id"]: one["object_type"] for one in found if one["kind"] == kind}
        for name, found in (("former", former), ("now", objects(built(canonical))))
    }
    for first, second in (("former", "now"), ("now", "former")):
        decisions = [
            decision(f"D{order}{place}", object_id, code, f"2024-12-0{order}", object_type=object_type)
            for order, (name, code) in enumerate(((first, "confirmed"), (second, "cleared")), start=1)
            for place, (object_id, object_type) in enumerate(ids[name].items())
        ]
        made = built(canonical | {"credit_desk.decisions": decisions})
        assert {one["status"] for one in objects(made) if one["kind"] == kind} == {"cleared"}


@pytest.mark.parametrize("object_type", ["identity", "conflict"])
def test_a_judgement_under_a_former_id_joins_two_rows(
    former: list[dict[str, Any]], canonical: Rows, object_type: str
) -> None:
    judged = [one["object_id"] for one in former if one["kind"] == "identity_unresolved"]
    decisions = [
        decision(f"D{place}", object_id, "same_person", "2024-12-01", object_type=object_type)
        for place, object_id in enumerate(judged)
    ]
    made = built(canonical | {"credit_desk.decisions": decisions})
    people = made.query("select count(*) as joined from intermediate.int_people_identified where is_judged")
    assert judged and people[0]["joined"] > 0
    assert {one["status"] for one in objects(made) if one["kind"] == "identity_unresolved"} == {"confirmed"}


def test_codes_without_another_form_rename_nothing(canonical: Rows) -> None:
    made = built(canonical | {"lake.former_codes": [], "credit_desk.merit_claims": []})
    for kind in ("leads", "conflicts", "people", "persons", "identities"):
        model = f"int_{kind}_renamed"
        assert made.query(f"from intermediate.{model}") == []
