"""The warehouse's own counts and events as items: rulebook/format.md, "Facts"."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.warehouse.engine_city import (
    Engine,
    bands,
    component,
    dropped,
    item,
    listed,
    regime,
    scored_with,
    versions,
)
from tests.warehouse.evidence import A, B, Row, Tables, changed, check, day, finding, warehouse

Drops = list[dict[str, list[Row]]]


def rules(*items: Row, window_code: str = "state", **cells: Any) -> Tables:
    """Base 0: every item adds."""
    return regime(
        components=[component("HEADS", 1, window_code)],
        items=list(items),
        clauses=[],
        grades=bands(("high", 3), ("low", None)),
        base=0,
        **cells,
    )


def engineer(person_key: str | None, **cells: Any) -> Row:
    """A level-1 engineer of agency A without an end of registration."""
    row = {
        "agency_id": A,
        "person_name": f"name {person_key}",
        "person_key": person_key,
        "certificate_kind": "engineer",
        "level_code": "level_1",
        "registration_no": f"no {person_key}",
    } | cells
    key = f"{row['agency_id']}-{row['person_key']}-{row['person_name']}-{row['certificate_kind']}"
    return row | {"row_key": key, "source_key": key}


def staffed(received_on: str, *people: Row) -> dict[str, list[Row]]:
    """One personnel drop."""
    return dropped("registry", "personnel", received_on, people)


def made(drops: Drops, *items: Row, **cells: Any) -> Engine:
    """Agency A on the directory from 2024-06-01, and these drops."""
    return scored_with([listed("2024-06-01", [A]), *drops], rules=rules(*items, **cells))


ENGINEERS = item("E", "HEADS", 1, fact="engineers", above=0)


def test_above_gives_points_for_each_one_more() -> None:
    people = [engineer(f"p{n}") for n in range(4)]
    built = made([staffed("2024-07-01", *people)], item("E", "HEADS", 1, fact="engineers", above=1))
    assert built.grade("2024-06-30") == (0, "low")
    assert built.grade("2024-07-01") == (3, "high")
    assert built.causes() == [("2024-06-01", 0, "start"), ("2024-07-01", 3, "fact")]


def test_below_is_one_occurrence_while_the_count_is_below() -> None:
    short = item("E", "HEADS", 5, fact="engineers", below=2)
    built = made([staffed("2024-07-01"), staffed("2024-08-01", engineer("p1"), engineer("p2"))], short)
    assert [built.score(on) for on in ("2024-06-30", "2024-07-01", "2024-08-01")] == [0, 5, 0]


def test_a_certificate_counts_through_its_last_day() -> None:
    built = made([staffed("2024-07-01", engineer("p1", registration_until_on=day("2024-09-10")))], ENGINEERS)
    assert (built.score("2024-09-10"), built.score("2024-09-11")) == (1, 0)
    assert built.causes()[-1] == ("2024-09-11", 0, "fact")


def test_a_certificate_that_ended_on_the_eve_of_the_drop_never_counts() -> None:
    people = [engineer("p1", registration_until_on=day("2024-06-30")), engineer("p2")]
    assert made([staffed("2024-07-01", *people)], ENGINEERS).spans("fact") == [("E", 1, "2024-07-01", None)]


def test_leaving_and_joining_the_same_day_leaves_the_count() -> None:
    built = made([staffed("2024-07-01", engineer("p1")), staffed("2024-08-01", engineer("p2"))], ENGINEERS)
    assert built.spans("fact") == [("E", 1, "2024-07-01", None)]


def test_one_person_counts_once_and_without_a_key_by_registration_number() -> None:
    twice = [engineer("p1"), engineer("p1", person_name="other spelling")]
    unresolved = [
        engineer(None, person_name="x", registration_no="N1"),
        engineer(None, person_name="y", registration_no="N1"),
    ]
    assert made([staffed("2024-07-01", *twice)], ENGINEERS).score("2024-07-01") == 1
    assert made([staffed("2024-07-01", *unresolved)], ENGINEERS).score("2024-07-01") == 1


def test_an_unusable_id_beside_a_usable_one_is_one_person_by_number_and_name() -> None:
    usable = engineer("p1", person_name="张·三", registration_no="N1")
    same = engineer(None, person_name="张三", registration_no="N1", position_code="technical_lead")
    other = engineer(None, person_name="李四", registration_no="N1")
    assert made([staffed("2024-07-01", usable, same)], ENGINEERS).score("2024-07-01") == 1
    assert made([staffed("2024-07-01", usable, other)], ENGINEERS).score("2024-07-01") == 2


@pytest.mark.parametrize(
    ("fact", "expected"),
    [("engineers", 2), ("engineers_level_1", 1), ("operators", 3), ("operators_intermediate", 2)],
)
def test_each_head_count_counts_its_own(fact: str, expected: int) -> None:
    people = [
        engineer("p1"),
        engineer("p2", level_code="level_2"),
        engineer("p3", certificate_kind="operator", level_code="junior"),
        engineer("p4", certificate_kind="operator", level_code="intermediate"),
        engineer("p5", certificate_kind="operator", level_code="senior_technician"),
    ]
    built = made([staffed("2024-07-01", *people)], item("E", "HEADS", 1, fact=fact, above=0))
    assert built.score("2024-07-01") == expected


def test_an_agency_without_a_row_counts_nobody_after_the_first_drop() -> None:
    short = item("E", "HEADS", 5, fact="engineers", below=1)
    built = scored_with([listed("2024-06-01", [A, B]), staffed("2024-07-01", engineer("p1"))], rules=rules(short))
    assert (built.score("2024-07-01", A), built.score("2024-06-30", B), built.score("2024-07-01", B)) == (0, 0, 5)


def test_floor_area_counts_whole_metres_and_survives_a_missing_row() -> None:
    built = scored_with(
        [listed("2024-06-01", [A], floor_area_m2=Decimal("203.5")), listed("2024-07-01", [B], floor_area_m2=300)],
        rules=rules(item("M", "HEADS", 1, fact="floor_area", above=200)),
    )
    assert (built.score("2024-06-01", A), built.score("2024-08-01", A), built.score("2024-07-01", B)) == (3, 3, 100)


def test_a_count_s_line_carries_the_file_that_shows_it() -> None:
    built = made([staffed("2024-07-01", engineer("p1"))], ENGINEERS)
    (line,) = built.ledger("fact")
    assert (line["dataset"], line["file_hash"]) == ("personnel", "personnel-2024-07-01")
    assert (line["source_key"], line["row_number"]) == (None, None)


def report(report_no: str, reported_on: str, **cells: Any) -> Row:
    """A live report of agency A."""
    return {
        "report_no": report_no,
        "agency_id": A,
        "reported_on": day(reported_on),
        "received_on": day("2025-12-31"),
        "updated_ms": 1,
        "is_deleted": False,
    } | cells


def test_an_event_gives_points_in_its_window_and_carries_its_row() -> None:
    built = made(
        [{"platform.reports": [report("B1", "2024-08-01"), report("B2", "2024-09-01")]}],
        item("R", "HEADS", 2, fact="reports"),
        window_code="rolling_year",
    )
    assert [built.score(on) for on in ("2024-08-01", "2024-09-01", "2025-08-01", "2025-08-02")] == [2, 4, 4, 2]
    assert built.causes()[-1] == ("2025-09-02", 0, "expiry")
    assert [line["source_key"] for line in built.ledger("fact")] == ["B1", "B2"]


def contract(contract_no: str, signed_on: str, received_on: str = "2025-12-31", *, is_deleted: bool = False) -> Row:
    """A contract of agency A on project P1."""
    return {
        "contract_no": contract_no,
        "project_no": "P1",
        "agency_id": A,
        "signed_on": day(signed_on),
        "received_on": day(received_on),
        "updated_ms": 1,
        "is_deleted": is_deleted,
    }


def with_contracts(*contracts: Row) -> Engine:
    """Two points for each project in a rolling year."""
    return made(
        [{"platform.contracts": list(contracts)}], item("P", "HEADS", 2, fact="projects"), window_code="rolling_year"
    )


def test_a_project_counts_once_on_its_first_contract_and_deleted_ones_never() -> None:
    built = with_contracts(
        contract("H1", "2024-09-01"), contract("H2", "2024-08-01"), contract("H3", "2024-07-01", is_deleted=True)
    )
    assert built.spans("fact") == [("P", 2, "2024-08-01", "2025-08-02")]


def test_of_two_contracts_signed_on_one_day_the_line_names_the_one_received_first_then_the_lower_number() -> None:
    received = with_contracts(contract("H1", "2024-08-01", "2024-10-01"), contract("H2", "2024-08-01", "2024-09-01"))
    assert [line["document_no"] for line in received.ledger("fact")] == ["H2"]
    together = with_contracts(contract("H2", "2024-08-01"), contract("H1", "2024-08-01"))
    assert [line["document_no"] for line in together.ledger("fact")] == ["H1"]


def test_events_before_the_first_version_count_nowhere() -> None:
    built = made(
        [{"platform.reports": [report("B1", "2023-12-31")]}],
        item("R", "HEADS", 2, fact="reports"),
        window_code="rolling_year",
    )
    assert built.ledger("fact") == []


def test_an_event_on_the_day_on_which_a_version_takes_over_is_one_event_of_the_new_one() -> None:
    def version(rulebook_id: str) -> Tables:
        given = item("R", "HEADS", 2, rulebook_id, fact="reports")
        heads = component("HEADS", 1, "rolling_year", rulebook_id)
        return regime(rulebook_id=rulebook_id, components=[heads], items=[given], clauses=[], base=0)

    built = scored_with(
        [listed("2024-06-01"), {"platform.reports": [report("B1", "2024-08-01")]}],
        rules=versions(version("r1"), version("r2"), "2024-08-01"),
    )
    assert [(line["rulebook_id"], line["points"]) for line in built.ledger("fact")] == [("r2", 2)]


def test_facts_that_no_item_asks_for_are_not_computed() -> None:
    built = made([staffed("2024-07-01", engineer("p1"))], item("R", "HEADS", 2, fact="reports"), window_code="lifetime")
    for model in ("int_points__fact_counts", "int_points__fact_events"):
        assert built.built.query(f"select * from intermediate.{model}") == []


def test_a_count_s_veto_holds_while_the_count_is_below() -> None:
    built = made(
        [staffed("2024-07-01"), staffed("2024-08-01", *[engineer(f"p{n}") for n in range(3)])],
        item("E", "HEADS", 1, fact="engineers", above=0),
        item("V", "HEADS", 0, fact="engineers_level_1", below=1, effect="veto", effect_grade="low"),
    )
    row = built.span("2024-07-01")
    assert (row["grade"], row["score_grade_reason"]) == ("low", "veto")
    assert built.grade("2024-08-01") == (3, "high")


def test_facts_leave_has_active_misconduct_alone() -> None:
    built = made([staffed("2024-07-01", engineer("p1"))], ENGINEERS)
    row = built.span("2024-07-01")
    assert (row["has_active_misconduct"], row["active_line_count"]) == (False, 1)


def test_evidence_that_no_clause_maps_does_not_score_beside_facts() -> None:
    built = scored_with(
        [listed("2024-06-01"), staffed("2024-07-01", engineer("p1"))], findings=[finding("K")], rules=rules(ENGINEERS)
    )
    assert built.score("2025-03-01") == 1


def test_q28_an_event_of_a_branch_is_its_parent_s() -> None:
    of_branch = scored_with(
        [listed("2024-06-01", [A])],
        checks=[check("T", agency_id=B)],
        rules=rules(item("C", "HEADS", 2, fact="checks"), window_code="rolling_year"),
        replace={"int_branches_mapped": f"select '{B}' as branch_id, '{A}' as agency_id"},
    )
    assert of_branch.spans("fact") == [("C", 2, "2025-02-20", "2026-02-21")]


def test_an_event_of_an_agency_that_nobody_knows_makes_no_line() -> None:
    reports = [report("1", "2024-03-01"), report("2", "2024-03-01", agency_id="unknown")]
    scored = made([{"platform.reports": reports}], item("R", "HEADS", 1, fact="reports"), window_code="rolling_year")
    assert len(scored.ledger("fact")) == 1
    assert scored.ledger("fact", "unknown") == []


def test_a_count_s_line_names_the_file_that_shows_the_agency() -> None:
    """Of a drop in two files each agency's line names its own; one without a row in it, any of them."""
    built = warehouse(rules=rules(ENGINEERS, item("NONE", "HEADS", 1, fact="operators", below=1)))
    drops = [
        listed("2024-06-01", [A, B, "agency-c"]),
        *(
            dropped("registry", "personnel", "2024-07-01", [engineer(key, agency_id=agency) | {"file_hash": file_hash}])
            for key, agency, file_hash in (("p1", A, "b" * 64), ("p2", B, "a" * 64), ("p3", A, "c" * 64))
        ),
    ]
    for number, drop in enumerate(drops):
        for relation, relation_rows in drop.items():
            if relation == "lake.loads" and number:
                relation_rows[0] |= {
                    "file_hash": ("", "b" * 64, "a" * 64, "c" * 64)[number],
                    "file_name": f"file {number}",
                }
            built.insert(relation, relation_rows)
    scored = Engine(built)
    shown = {
        agency: {(row["item_code"], row["dataset"], row["file_hash"][0]) for row in scored.ledger("fact", agency)}
        for agency in (A, B, "agency-c")
    }
    assert shown[A] == {("E", "personnel", "b"), ("NONE", "personnel", "b")}
    assert shown[B] == {("E", "personnel", "a"), ("NONE", "personnel", "a")}
    assert shown["agency-c"] == {("NONE", "personnel", "a")}


def test_a_floor_area_s_line_names_the_last_list_that_shows_the_agency() -> None:

    def version(rulebook_id: str) -> Tables:
        area = item("AREA", "HEADS", 1, rulebook_id, fact="floor_area", above=100)
        heads = component("HEADS", 1, "state", rulebook_id)
        return regime(rulebook_id=rulebook_id, components=[heads], items=[area], clauses=[], base=0)

    built = scored_with(
        [listed("2024-06-01", [A, B], floor_area_m2=Decimal(102)), listed("2024-07-01", [B])],
        rules=versions(version("r1"), version("r2"), "2024-08-01"),
    )
    assert {row["file_hash"] for row in built.ledger("fact")} == {"agencies-2024-06-01"}
    assert len(built.ledger("fact")) == 2


def test_a_count_above_its_cap_on_the_first_day_of_the_rules_is_capped_from_that_day() -> None:
    capped = item("E", "HEADS", 1, fact="engineers", above=0, cap_points=Decimal(2))
    built = scored_with(
        [listed("2024-06-01"), staffed("2024-07-01", *(engineer(f"p{number}") for number in range(5)))],
        rules=changed(rules(capped), "rulebooks", {}, effective_from_on=day("2024-08-01")),
    )
    assert built.score("2024-08-01") == 2
    assert built.spans("cap_adjustment") == [("E", -3, "2024-08-01", None)]


def test_a_list_that_was_superseded_by_the_first_day_of_the_rules_counts_on_no_day() -> None:
    area = item("AREA", "HEADS", 1, fact="floor_area", above=100)
    built = scored_with(
        [listed("2024-06-01", floor_area_m2=Decimal(103)), listed("2024-08-01", floor_area_m2=Decimal(102))],
        rules=changed(rules(area), "rulebooks", {}, effective_from_on=day("2024-08-01")),
    )
    counted = built.built.query(
        "select from_day < until_day as is_span, amount from intermediate.int_points__fact_counts"
    )
    assert counted == [{"is_span": True, "amount": 102}]
    assert built.spans("fact") == [("AREA", 2, "2024-08-01", None)]
