"""What the door noted on rows that it accepted, as a person reads it: personal numbers masked, people unresolved."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.contract import Kind, Parse
from ingestion.sources import DATASETS
from tests.warehouse.evidence import Row, day
from tests.warehouse.harness import Warehouse

ONE = "91410800MA0000001A"
TWO = "91410800MA0000002B"
MAY, JUNE = day("2024-05-10"), day("2024-06-10")


def loads(source: str, dataset: str, *days: Any) -> list[Row]:
    counts = dict.fromkeys(("read_count", "accepted_count", "quarantined_count", "duplicate_count"), 0)
    return [
        {
            "source": source,
            "dataset": dataset,
            "received_on": received_on,
            "file_name": str(received_on),
            "file_hash": str(received_on),
            "status": "loaded",
        }
        | counts
        for received_on in days
    ]


def listed(code: str, rows: dict[str, list[Row]]) -> list[Row]:
    """The issues of one code over these rows, their places as `row_number`."""
    drops = [
        load
        for name, of in rows.items()
        if "." in name and not name.startswith("lake.")
        for load in loads(*name.split("."), *sorted({row["received_on"] for row in of}))
    ]
    made = Warehouse(
        rows | {"lake.loads": drops, "lake.build_parameters": [{"as_of_on": day("2024-12-31"), "regime_code": "r"}]}
    ).run("int_issues__door")
    return made.query("from intermediate.int_issues__door where issue_code = ? order by row_number", code)


def masked(key: tuple[str, str], **cells: Any) -> Row:
    """A row in which the door masked a number."""
    names = DATASETS[key].lake_schema().names
    made: Row = {"received_on": MAY, "row_key": "1", "flags": "id_repaired,personal_number_masked,uscc_repaired"}
    made |= {name: ONE for name in ("agency_id", "payer_id") if name in names}
    made |= {name: False for name in ("is_deleted",) if name in names}
    return made | cells


@pytest.mark.parametrize("key", sorted(DATASETS), ids="/".join)
def test_every_row_in_which_a_number_was_masked_is_listed_once(key: tuple[str, str]) -> None:
    dataset = DATASETS[key]
    rows = [
        masked(key),
        masked(key, row_key="2", flags=""),
        masked(key, row_key="3", flags="personal_number_masked"),
        masked(key, row_key="4", flags="id_repaired"),
    ]
    found = listed("personal_number_masked", {".".join(key): rows})
    assert [(issue["source"], issue["dataset"], issue["row_number"]) for issue in found] == [(*key, 2), (*key, 4)]
    has_agency = {"agency_id", "payer_id"} & set(dataset.lake_schema().names)
    assert {issue["agency_id"] for issue in found} == {ONE if has_agency else None}
    is_personal = any(column.personal for column in dataset.columns if column.name in dataset.key)
    assert {issue["source_key"] is None for issue in found} == {is_personal}


@pytest.mark.parametrize("key", sorted(DATASETS), ids="/".join)
def test_a_masked_row_received_again_is_listed_at_its_last_place(key: tuple[str, str]) -> None:
    relation = ".".join(key)
    rows = [masked(key), masked(key, received_on=JUNE)]
    assert [issue["row_number"] for issue in listed("personal_number_masked", {relation: rows})] == [3]
    assert [issue["row_number"] for issue in listed("personal_number_masked", {relation: rows[::-1]})] == [2]
    twice_in_a_drop = [masked(key), masked(key)]
    assert [issue["row_number"] for issue in listed("personal_number_masked", {relation: twice_in_a_drop})] == [3]


@pytest.mark.parametrize("key", sorted(DATASETS), ids="/".join)
def test_a_masked_row_received_again_without_the_number_is_no_longer_listed(key: tuple[str, str]) -> None:
    relation = ".".join(key)
    bad, good = masked(key), masked(key, received_on=JUNE, flags="")
    assert not listed("personal_number_masked", {relation: [bad, good]})
    assert not listed("personal_number_masked", {relation: [good, bad]})
    assert not listed("personal_number_masked", {relation: [bad, good | {"received_on": MAY}]})


@pytest.mark.parametrize("key", sorted(DATASETS), ids="/".join)
def test_a_masked_row_no_longer_received_disappears_only_from_a_snapshot(key: tuple[str, str]) -> None:
    other = masked(key, row_key="2", received_on=JUNE, flags="")
    found = listed("personal_number_masked", {".".join(key): [masked(key), other]})
    assert len(found) == (0 if DATASETS[key].kind is Kind.SNAPSHOT else 1)


@pytest.mark.parametrize("dataset", ["contracts", "reports", "checkins"])
def test_a_deleted_record_holds_no_masked_number(dataset: str) -> None:
    gone = masked(("platform", dataset), updated_ms=1)
    deleted = gone | {"is_deleted": True, "updated_ms": 2}
    assert listed("personal_number_masked", {f"platform.{dataset}": [gone, gone | {"updated_ms": 2}]})
    assert not listed("personal_number_masked", {f"platform.{dataset}": [deleted, gone]})


PEOPLE = [
    (f"{source}.{name}", column.name)
    for (source, name), dataset in sorted(DATASETS.items())
    for column in dataset.columns
    if column.parse is Parse.PERSON_ID
]


def person(relation: str, column: str, **cells: Any) -> Row:
    """A row that names somebody whose number has a wrong check character."""
    names = DATASETS[tuple(relation.split("."))].lake_schema().names  # type: ignore[index]
    made: Row = {"received_on": MAY, f"{column}_mask": "4108**********1234", "flags": f"{column}_id_check_character"}
    made |= {name: ONE for name in ("agency_id", "payer_id") if name in names}
    made |= {name: False for name in ("is_deleted",) if name in names}
    made |= {name: "王强" for name in (f"{column}_name",) if name in names}
    return made | cells


@pytest.mark.parametrize(("relation", "column"), PEOPLE)
@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("length", "neither 18 nor 15"),
        ("date", "date of birth"),
        ("check_character", "check character"),
        ("mask", "is masked"),
        ("several", "with another one"),
    ],
)
def test_a_person_whose_number_fails_is_listed_with_the_reason(
    relation: str, column: str, reason: str, said: str
) -> None:
    row = person(relation, column, flags=f"aaa,{column}_id_{reason},id_repaired", row_key="1")
    good = person(relation, column, flags="id_repaired", row_key="2")
    (issue,) = listed("person_id_unresolved", {relation: [row, good]})
    assert said in issue["detail"] and column.replace("_", " ") in issue["detail"]
    assert (issue["row_number"], issue["agency_id"]) == (2, None if relation == "platform.checkins" else ONE)
    assert "王强" not in str(issue) and "1234" not in str(issue)


def test_every_column_of_a_person_is_looked_at() -> None:
    assert len(PEOPLE) == 7


@pytest.mark.parametrize(("relation", "column"), [pair for pair in PEOPLE if not pair[0].startswith("credit_desk")])
def test_a_person_is_listed_once_per_agency_and_dataset(relation: str, column: str) -> None:
    other = {"agency_id": TWO} if "agency_id" in person(relation, column) else {"payer_id": TWO}
    rows = [
        person(relation, column, row_key="1"),
        person(relation, column, row_key="2"),
        person(relation, column, row_key="3", **{f"{column}_mask": "4108**********5678"}),
    ]
    if relation != "platform.checkins":
        rows.append(person(relation, column, row_key="4", **other))
    found = listed("person_id_unresolved", {relation: rows})
    assert [issue["row_number"] for issue in found] == ([3, 4] if len(rows) == 3 else [3, 4, 5])


@pytest.mark.parametrize("dataset", ["findings", "merit_claims"])
def test_each_row_of_a_ledger_is_listed_because_it_has_no_name(dataset: str) -> None:
    rows = [person(f"credit_desk.{dataset}", "person", row_key=key, person_mask="****") for key in "12"]
    assert len(listed("person_id_unresolved", {f"credit_desk.{dataset}": rows})) == 2


@pytest.mark.parametrize(("relation", "column"), PEOPLE)
def test_a_row_received_again_with_a_good_number_is_no_longer_listed(relation: str, column: str) -> None:
    dataset = DATASETS[tuple(relation.split("."))]  # type: ignore[index]
    keys = ("1", "1") if dataset.kind is Kind.EVENT else ("1", "2")  # elsewhere the number is part of the key
    bad = person(relation, column, row_key=keys[0])
    good = person(relation, column, row_key=keys[1], received_on=JUNE, flags="")
    assert listed("person_id_unresolved", {relation: [bad]})
    assert not listed("person_id_unresolved", {relation: [bad, good]})
    assert not listed("person_id_unresolved", {relation: [good, bad]})


def test_a_deleted_record_names_nobody() -> None:
    gone = person("platform.reports", "project_lead", row_key="1", updated_ms=1)
    deleted = gone | {"is_deleted": True, "updated_ms": 2}
    assert not listed("person_id_unresolved", {"platform.reports": [gone, deleted]})


def test_a_month_that_another_payer_reports_leaves_the_first_as_it_is() -> None:
    first = person("registry.social_insurance", "person", row_key="1")
    later = person("registry.social_insurance", "person", row_key="2", payer_id=TWO, received_on=JUNE, flags="")
    assert len(listed("person_id_unresolved", {"registry.social_insurance": [first, later]})) == 1


def test_a_check_in_is_of_the_agency_whose_report_it_belongs_to() -> None:
    checkin = person("platform.checkins", "person", report_no="BG-1")
    report = {"received_on": MAY, "report_no": "BG-1", "agency_id": TWO, "is_deleted": False, "flags": ""}
    (issue,) = listed("person_id_unresolved", {"platform.checkins": [checkin], "platform.reports": [report]})
    assert issue["agency_id"] == TWO


def judged(branch: str, owner: str) -> list[Row]:
    """The decision that one code is a branch of the other's agency."""
    return [
        {
            "decision_id": "D1",
            "object_type": "identity",
            "object_id": f"{branch}={owner}",
            "decision_code": "same_person",
            "decided_on": MAY,
            "received_on": MAY,
            "handled_by": "甲",
            "reviewed_by": "乙",
        }
    ]


OF_AGENCIES = [key for key in sorted(DATASETS) if {"agency_id", "payer_id"} & set(DATASETS[key].lake_schema().names)]


@pytest.mark.parametrize("key", OF_AGENCIES, ids="/".join)
def test_a_row_of_a_branch_is_listed_under_the_agency_that_answers(key: tuple[str, str]) -> None:
    found = listed("personal_number_masked", {".".join(key): [masked(key)], "credit_desk.decisions": judged(ONE, TWO)})
    is_listed = key == ("registry", "agencies")  # what the directory lists is no branch
    assert [issue["agency_id"] for issue in found] == [ONE if is_listed else TWO]


@pytest.mark.parametrize(("relation", "column"), [pair for pair in PEOPLE if pair[0] != "platform.checkins"])
def test_a_person_of_a_branch_is_listed_once_under_the_agency_that_answers(relation: str, column: str) -> None:
    owner = {"payer_id" if relation.endswith("social_insurance") else "agency_id": TWO}
    rows = {
        relation: [person(relation, column, row_key="1"), person(relation, column, row_key="2", **owner)],
        "credit_desk.decisions": judged(ONE, TWO),
    }
    found = listed("person_id_unresolved", rows)
    assert {issue["agency_id"] for issue in found} == {TWO}
    assert len(found) == (2 if relation.startswith("credit_desk") else 1)  # each row of a ledger is somebody
