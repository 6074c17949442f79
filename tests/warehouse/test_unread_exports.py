"""Incomplete exports through the door: people on a list whose row could not be read, a number that changes its agency,
and the results that a missing page affects.

Belongs here: cases of `sources.md` (K6, K7) as they show in the marts. Does not belong here: what the door keeps of such
rows (`tests/ingestion/real_exports`), whole cities (`tests/faults/test_missing_evidence`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.detect import CityWarehouse
from tests.ingestion.real_exports.builder import (
    NAMES,
    ROWS,
    USCC_A,
    USCC_B,
    USCC_C,
    Door,
    Row,
    agency,
    checkin,
    device,
    make_id,
    page,
    person,
    put,
    report,
)
from tests.ingestion.support import dataset, headers
from tests.warehouse.harness import Warehouse

AGENCIES, PEOPLE, DEVICES = "registry/agencies", "registry/personnel", "registry/equipment"
LISTS = ("2024-05-10", "2024-06-10", "2024-06-25")
AS_OF = dt.date(2024, 6, 30)
SHARED, ANOTHER = make_id(1), make_id(4)


@pytest.fixture
def door(tmp_path: Path) -> Door:
    """An inbox with three agencies, on every list."""
    opened = Door(tmp_path)
    for on in LISTS:
        put(opened, AGENCIES, [agency(code, 序号=n) for n, code in enumerate(NAMES, start=1)], day=on)
    return opened


def built(door: Door, *models: str, as_of_on: dt.date = AS_OF) -> Warehouse:
    return CityWarehouse(door.settings.home, door.inbox, as_of_on, is_lent=True).run(*models)


def at(code: str, name: str = "王强", number: str = SHARED, **more: Any) -> Row:
    """An engineer's row at an agency, whose start only the lists say."""
    more = {"劳动合同起": None, "劳动合同止": "长期", "注册有效期至": "2027-12-31"} | more
    return person(
        name, number, **{"统一社会信用代码": code, "机构名称": NAMES[code], "注册证编号": f"ZC{number[-4:]}", **more}
    )


def conflicts(made: Warehouse, kind: str = "double_registration") -> list[Row]:
    return made.query(
        "from conflicts.fct_engineer_conflicts where conflict_kind = ? order by employer_a_id, employer_b_id", kind
    )


def issues(made: Warehouse, code: str) -> list[Row]:
    return made.query(
        "from quality.fct_data_issues where issue_code = ? order by agency_id, file_hash, row_number", code
    )


# -- a quarantined row is no departure


def two_employers(door: Door, until: tuple[str | None, ...], last: str = "") -> None:
    """One engineer on the lists of two agencies; `until`: 注册有效期至 in the row of the second, None where there is no row."""
    for on, written in zip((*LISTS, last), until, strict=False):
        rows = [at(USCC_A), at(USCC_A, "李丽", make_id(2)), at(USCC_B, "赵六", ANOTHER), at(USCC_C, "钱七", make_id(5))]
        put(door, PEOPLE, rows + ([at(USCC_B, 注册有效期至=written)] if written else []), day=on)


@pytest.mark.parametrize("written", ["/", "?"])
def test_a_quarantined_row_ends_no_double_registration(door: Door, written: str) -> None:
    """b_quarantined_departure: in both later lists the row at the second agency says `/`, which is a sign for none, or
    what nobody can read."""
    two_employers(door, ("2027-12-31", written, written))
    made = built(door, "fct_engineer_conflicts", "fct_data_issues", "fct_quarantined_rows")
    for kind in ("double_registration", "counted_twice"):
        hits = [(row["status"], row["explained_by"], row["overlap_until_on"]) for row in conflicts(made, kind)]
        assert hits == [("open", None, None)], kind
    told = issues(made, "row_quarantined_in_last_drop")
    if written == "/":
        assert told == [] and made.query("from quality.fct_quarantined_rows") == []
    else:
        assert [(row["agency_id"], row["row_number"]) for row in told] == [(USCC_B, 6)]
        assert "a.xlsx" in told[0]["detail"] and "counts as listed" in told[0]["detail"]
        assert conflicts(made)[0]["incomplete_because"] == "registry/personnel 2024-06-10 row_quarantined、" + (
            "registry/personnel 2024-06-25 row_quarantined"
        )


def test_a_person_no_longer_named_left_with_the_first_list_that_does_not_name_them(door: Door) -> None:
    """Listed, quarantined twice, then in no row of the list of 1 July."""
    put(door, AGENCIES, [agency(code, 序号=n) for n, code in enumerate(NAMES, start=1)], day="2024-07-01")
    two_employers(door, ("2027-12-31", "?", "?", None), last="2024-07-01")
    made = built(door, "fct_engineer_conflicts", "fct_data_issues", as_of_on=dt.date(2024, 7, 10))
    (hit,) = conflicts(made)
    assert (str(hit["overlap_from_on"]), str(hit["overlap_until_on"])) == ("2024-05-10", "2024-07-01")
    assert (hit["status"], hit["explained_by"], hit["is_evidence_incomplete"]) == ("open", None, True)
    assert issues(made, "row_quarantined_in_last_drop") == []


def test_a_person_quarantined_on_two_lists_is_on_both(door: Door) -> None:
    for on, written in zip(LISTS, ("2027-12-31", "?", "?"), strict=True):
        rows = [at(USCC_A, 注册有效期至=written), at(USCC_B, 注册有效期至=written), at(USCC_C, "钱七", make_id(5))]
        put(door, PEOPLE, rows, day=on)
    made = built(door, "fct_engineer_conflicts", "fct_data_issues")
    (hit,) = conflicts(made)
    assert (hit["status"], hit["overlap_until_on"], hit["personnel_evidence_count"]) == ("open", None, 6)
    assert [row["agency_id"] for row in issues(made, "row_quarantined_in_last_drop")] == [USCC_A, USCC_B]


def test_a_row_that_names_another_agency_than_before_lists_its_person_there_alone(door: Door) -> None:
    """The quarantined row says where the engineer is now; where he was, no row names him any more."""
    put(door, PEOPLE, [at(USCC_A), at(USCC_B, "赵六", ANOTHER)], day=LISTS[0])
    for on in LISTS[1:]:
        put(door, PEOPLE, [at(USCC_C, 注册有效期至="?"), at(USCC_B, "赵六", ANOTHER)], day=on)
    made = built(door, "int_person_spells")
    spells = {row["agency_id"]: str(row["until_on"]) for row in made.query("from intermediate.int_person_spells")}
    assert spells == {USCC_A: LISTS[1], USCC_B: "2028-01-01"}


@pytest.mark.parametrize("column", ["机构状态", "工作场所建筑面积(㎡)", "机构名称", "公示日期"])
def test_an_agency_whose_row_is_quarantined_is_listed_as_it_was(door: Door, column: str) -> None:
    shown = ("agency_name", "directory_status", "service_type", "published_on", "missing_items", "former_names")
    asked = f"select agency_id, {', '.join(shown)} from credit.dim_agencies order by 1"
    before = built(door, "dim_agencies").query(asked)
    rows = [agency(code, 序号=n) for n, code in enumerate(NAMES, start=1)]
    put(door, AGENCIES, [rows[0], rows[1] | {column: "同上"}, rows[2]], day="2024-06-28")
    made = built(door, "dim_agencies", "fct_data_issues")
    assert made.query(asked) == before
    flags = made.query("select agency_id, incomplete_because from credit.dim_agencies where is_evidence_incomplete")
    assert flags == [{"agency_id": USCC_B, "incomplete_because": "registry/agencies 2024-06-28 row_quarantined"}]
    assert [row["agency_id"] for row in issues(made, "row_quarantined_in_last_drop")] == [USCC_B]


def test_a_device_whose_row_is_quarantined_stays_listed(door: Door) -> None:
    for on in LISTS:
        lasts = "2025-05-01" if on == LISTS[0] else "至今"
        put(door, DEVICES, [device(有效期至=lasts), device("秒表", 统一社会信用代码=USCC_B)], day=on)
    made = built(door, "dim_agencies", "fct_data_issues")
    lacking = {row["agency_id"]: row["missing_items"] for row in made.query("from credit.dim_agencies")}
    assert "equipment" not in lacking[USCC_A] and "equipment" not in lacking[USCC_B] and "equipment" in lacking[USCC_C]
    assert [row["agency_id"] for row in issues(made, "row_quarantined_in_last_drop")] == [USCC_A]


# -- a number that changes its agency


def of(place: str, code: str, **more: Any) -> Row:
    """A row of a dataset about an agency, in that dataset's words."""
    row = ROWS[place]() | more
    for name in ("统一社会信用代码", "tyshxydm", "gzdw"):
        if name in row:
            row[name] = code
    return row | {name: NAMES[code] for name in ("机构名称", "检查对象", "行政相对人名称", "qymc") if name in row}


RECEIVED = ("2024-06-01", "2024-06-15")
LEDGERS = (
    *("credit_desk/findings", "credit_desk/merit_claims", "credit_desk/repairs"),
    *("inspections/checks", "inspections/penalties", "complaints/media", "registry/site_checks"),
    *("platform/contracts", "platform/reports"),
)


@pytest.mark.parametrize("is_one_file", [True, False])
@pytest.mark.parametrize("place", LEDGERS)
def test_a_number_that_changes_its_agency_is_listed_for_both(door: Door, place: str, is_one_file: bool) -> None:
    """b_same_number: one number for two agencies, in one file or in two drops. The later row counts."""
    later = {"sjgxsjc": 1714700000001} if place.startswith("platform") else {}
    first, second = of(place, USCC_A), of(place, USCC_B, **later)
    if is_one_file:
        put(door, place, [first, second], day=RECEIVED[0])
    else:
        put(door, place, [first], day=RECEIVED[0], name="first.x")
        put(door, place, [second], day=RECEIVED[1], name="second.x")
    made = built(door, "fct_data_issues")
    told = issues(made, "key_changed_agency")
    assert [row["agency_id"] for row in told] == [USCC_A, USCC_B]
    assert len({row["source_key"] for row in told}) == 1 and told[0]["source_key"]
    assert f"another agency: {USCC_B}" in told[0]["detail"] and "no longer counts" in told[0]["detail"]
    assert f"another agency before: {USCC_A}" in told[1]["detail"] and "later row counts" in told[1]["detail"]
    top = 0 if place.startswith("platform") else 1
    numbers = [top + 1, top + 2] if is_one_file else [top + 1, top + 1]
    assert [row["row_number"] for row in told] == numbers
    assert [f"row {number}" in row["detail"] for row, number in zip(told, reversed(numbers), strict=True)] == [True] * 2
    names = {row["file_name"] for row in made.query("from lake.loads where source || '/' || dataset = ?", place)}
    assert all(any(name in row["detail"] for name in names) for row in told)


@pytest.mark.parametrize("place", LEDGERS)
def test_a_number_that_keeps_its_agency_is_not(door: Door, place: str) -> None:
    put(door, place, [of(place, USCC_A)], day=RECEIVED[0])
    put(door, place, [of(place, USCC_A)], day=RECEIVED[1], name="again.x")
    assert issues(built(door, "fct_data_issues"), "key_changed_agency") == []


def test_the_later_row_of_one_number_scores(door: Door) -> None:
    """b_same_number: the finding is the second agency's alone."""
    put(door, "credit_desk/findings", [of("credit_desk/findings", USCC_A), of("credit_desk/findings", USCC_B)])
    made = built(door, "fct_point_ledger")
    assert [row["agency_id"] for row in made.query("from credit.fct_point_ledger where dataset = 'findings'")] == [
        USCC_B
    ]


# -- pages that are missing


def put_pages(door: Door, place: str, day: str, *rows: list[Row], without: int = 0) -> None:
    """The rows page by page, each page with the total of all; `without`: the number of one that does not come."""
    total = sum(map(len, rows))
    for number, records in enumerate(rows, start=1):
        if number != without:
            path = door.drop(place, day, f"p{number:03}.json")
            path.write_bytes(page((dict.fromkeys(headers(dataset(place))) | row for row in records), total, number))


REPORTS = [[report(f"BG-{2 * n + one}") for one in (1, 2)] for n in range(3)]


def test_a_drop_without_one_of_its_pages_is_missing_for_everybody_until_it_arrives(door: Door) -> None:
    """b_missing_page: pages 1 and 3 of 3. What rests on reports says so, and nothing is made of the pages that came."""
    put_pages(door, "platform/reports", LISTS[2], *REPORTS, without=2)
    made = built(door, "fct_leads", "fct_loads", "dim_agencies")
    loads = made.query("select distinct status, reason_code from quality.fct_loads where dataset = 'reports'")
    assert loads == [{"status": "held", "reason_code": "pages_missing"}]
    assert made.query("from supervision.fct_leads") == []
    put_pages(door, "platform/reports", LISTS[2], *REPORTS)
    made = built(door, "fct_leads", "fct_loads", "dim_agencies")
    assert {row["status"] for row in made.query("from quality.fct_loads")} == {"loaded"}
    assert made.query("from supervision.fct_leads") != []
    assert made.query("from supervision.fct_leads where is_evidence_incomplete") == []


def test_a_lead_that_a_missing_page_could_disprove_is_marked_incomplete(door: Door) -> None:
    put_pages(door, "platform/reports", LISTS[1], REPORTS[0])
    stays = [
        [checkin(f"QD-{n}", bgbh=f"BG-{n}", qdsj="2024-05-02 08:00:00", qtsj="2024-05-02 09:00:00")] for n in (1, 2)
    ]
    put_pages(door, "platform/checkins", LISTS[1], *stays, without=2)
    asked = "from supervision.fct_leads where lead_kind = 'report_without_checkin' order by subject"
    made = built(door, "fct_leads")
    assert [(row["subject"], row["incomplete_because"]) for row in made.query(asked)] == [
        (f"BG-{n}", f"platform/checkins {LISTS[1]} drop_held") for n in (1, 2)
    ]
    put_pages(door, "platform/checkins", LISTS[1], *stays)
    assert built(door, "fct_leads").query(asked) == []
