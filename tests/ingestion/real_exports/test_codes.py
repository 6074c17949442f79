"""K3: one key, many forms. Every code has one canonical form; a number that a spreadsheet changed is reported."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ingestion import parsing
from ingestion.parsing import Fault
from tests.ingestion.parsing.support import reason
from tests.ingestion.real_exports.builder import (
    USCC_A,
    Door,
    Raw,
    check,
    csv_text,
    date_styles,
    decision,
    device,
    finding,
    grid,
    merit,
    page,
    parts,
    penalty,
    person,
    put,
    put_csv,
    put_parts,
    repair,
    report,
    sheet,
    ticket,
)
from tests.ingestion.support import dataset, headers

FORMS = (
    *(
        "RW-1",
        "rw-1",
        "'RW-1",
        "’RW-1",
        "‘RW-1",
        "''RW-1",
        '="RW-1"',
        '\'="RW-1"',
        "ＲＷ－１",
        " RW - 1 ",
        "RW—1",
        "RW–1",
    ),
    *("RW‐1", "RW−1", "RW――1", "\tRW-1", "RW\u200b-1", '"RW-1"', "“RW-1”", "RW\u3000-1", "RW-1\n", "RW-1、"),
)


@pytest.mark.parametrize("written", FORMS)
def test_a_code_has_one_form(written: str) -> None:
    assert parsing.code(written) == "RW-1"
    assert parsing.code("RW-1") == "RW-1"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (1, "1"), (1.0, "1"), ("1.0", "1"), ("1.00", "1"), ("'1", "1"), ('="1"', "1"), ("01", "01"), ("1.5", "1.5"),
        ("焦住建罚决字（2024）第1号", "焦住建罚决字〔2024〕第1号"), ("焦住建罚决字﹝2024﹞第1号", "焦住建罚决字〔2024〕第1号"),
        ("证字[甲]1", "证字(甲)1"), ("证字【甲】1", "证字(甲)1"), ("2024-3-1", "2024-3-1"), ("⼭字1", "山字1"), ("⻋-1", "车-1"),
        ("#0123456789ABCDEF01234567", "#0123456789ABCDEF01234567"), ("无锡-1", "无锡-1"), ("DEC-0001", "DEC-0001"), ("mar-001", "MAR-001"), ("3E15", "3E15"), (20240510001.0, "20240510001"),
        (parsing.ExactInteger(202405100010000123456), "202405100010000123456"),
    ],
)  # fmt: skip
def test_numbers_and_brackets_of_a_code(written: Any, wanted: str) -> None:
    assert parsing.code(written) == wanted
    assert parsing.code(wanted) == wanted


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (dt.datetime(2024, 3, 1), "code_became_date"),
        (dt.date(2024, 3, 1), "code_became_date"),
        (dt.time(1, 2), "code_became_date"),
        ("2024-03-01 00:00:00", "code_became_date"),
        ("3月1日", "code_became_date"),
        ("1-Mar", "code_became_date"),
        ("Mar-24", "code_became_date"),
        ("2024/3/1", "code_became_date"),
        ("1.20240001E11", "id_numeric_precision_lost"),
        (True, "not_a_code"),
        ("FALSE", "not_a_code"),
        (Fault.ERROR_VALUE, "not_a_code"),
        ("#REF!", "not_a_code"),
        ("#N/A", "not_a_code"),
        ("########", "not_a_code"),
        ('=DISPIMG("ID_0A1B2C",1)', "not_a_code"),
        ('=_xlfn.DISPIMG("ID_0A1B2C",1)', "not_a_code"),
        ("=A2", "not_a_code"),
        ("RW-1\nRW-2", "several_values"),
        ("RW-1、RW-2", "several_values"),
        ("RW-1;RW-2", "several_values"),
        ("RW-1，RW-2", "several_values"),
        ("1.2E+17", "id_numeric_precision_lost"),
        (1.2e17, "id_numeric_precision_lost"),
        ("焦住建罚?2024?1号", "damaged_text"),
        ("锟斤拷-1", "damaged_text"),
        (Fault.FORMULA_WITHOUT_CACHE, "formula_without_cache"),
    ],
)
def test_what_is_not_a_code_is_reported(written: Any, wanted: str) -> None:
    assert reason(parsing.code, written) == wanted


def test_the_same_check_in_every_form_is_one(door: Door) -> None:
    """b_key_forms, c_apostrophe, c_pandas_floats: rows of one key supersede each other."""
    rows = [check("RW-1", line) for line in ("1", "1.0", "'1", "１")] + [check("'RW-1", "1"), check("rw—1", "1.00")]
    text = csv_text(grid("inspections/checks", rows)) + csv_text(
        grid("inspections/checks", [check("RW-1")])
    ).splitlines()[1].replace("RW-1", '="RW-1"')
    put_csv(door, "inspections/checks", text + "\r\n")
    outcome = door.only_outcome()
    assert (outcome.accepted_count, outcome.quarantined_count) == (7, 0)
    read = door.rows("inspections/checks")
    assert {(row["source_key"], row["row_key"]) for row in read} == {("RW-1-1", "RW-1|1")}


def test_a_number_that_became_a_day_is_quarantined(door: Door) -> None:
    """v_code_as_date, b_key_forms: a revocation with a date for a key would revoke nothing, without any message."""
    day = Raw('<c r="{r}" s="1"><v>45352</v></c>')
    rows = [finding("x") | {"认定编号": day}, finding("RD-2") | {"项目编号": day}, finding("2024-3-1")]
    put_parts(
        door,
        "credit_desk/findings",
        parts({"Sheet1": sheet(grid("credit_desk/findings", rows))}, styles=date_styles(14)),
    )
    put(door, "credit_desk/repairs", [repair("XF-1", "RD-1"), repair("XF-2", "3月1日")])
    door.ingest()
    assert sorted((found, header) for _, found, header in door.reasons()) == [
        ("code_became_date", "认定编号"),
        ("code_became_date", "认定编号"),
        ("code_became_date", "项目编号"),
    ]
    assert [row["finding_id"] for row in door.rows("credit_desk/findings")] == ["2024-3-1"]


def test_a_picture_in_the_place_of_a_number_is_quarantined(door: Door) -> None:
    """v_dispimg: WPS keeps a picture in a cell as a formula."""
    image = Raw('<c r="{r}" t="str"><f>_xlfn.DISPIMG("ID_0A1B2C",1)</f><v>=DISPIMG("ID_0A1B2C",1)</v></c>')
    put_parts(
        door,
        "registry/personnel",
        parts({"Sheet1": sheet(grid("registry/personnel", [person() | {"资格证书编号": image}]))}),
    )
    door.ingest()
    assert [found[1:] for found in door.reasons()] == [("not_a_code", "资格证书编号")]


@pytest.mark.parametrize(
    ("place", "rows", "header"),
    [
        ("registry/equipment", [device(编号="SB-1\nSB-2")], "编号"),
        ("registry/personnel", [person(注册证编号="ZC0001、ZC0002")], "注册证编号"),
        ("complaints/hotline", [ticket(原工单编号="GD-1；GD-2")], "原工单编号"),
        ("platform/reports", [report(htbh="HT-1,HT-2")], "htbh"),
    ],
)
def test_several_codes_in_one_cell_are_reported(
    door: Door, place: str, rows: list[dict[str, Any]], header: str
) -> None:
    put(door, place, rows)
    door.ingest()
    assert [found[1:] for found in door.reasons()] == [("several_values", header)]


def test_a_repair_lists_numbers_each_in_its_form(door: Door) -> None:
    put(door, "credit_desk/repairs", [repair("XF-1", "'rd-1、 焦罚[2024]3号\n'RW-2—1;RD-1")])
    door.ingest()
    (row,) = door.rows("credit_desk/repairs")
    assert row["target_ids"] == "RD-1、焦罚〔2024〕3号、RW-2-1"


@pytest.mark.parametrize("written", ['="F-1、F-2"', "“F-1、F-2”", '="F-1"、="F-2"', "'F-1\n'F-2", '"F-1；F-2"'])
def test_a_list_is_unwrapped_as_a_whole_or_in_parts(written: str) -> None:
    assert parsing.id_list(written) == "F-1、F-2"


def test_an_object_matches_without_regard_to_case(door: Door) -> None:
    lead = "0C" * 16
    put(
        door,
        "credit_desk/decisions",
        [
            decision("JD-1", "lead", lead, "confirmed"),
            decision("JD-2", "conflict", f" '{lead.lower()}", "cleared"),
            decision("JD-3", "identity", f"HOTLINE:gd—1={USCC_A.lower()}", "same_person"),
            decision("JD-4", "identity", f'="{lead}"', "different_person"),
        ],
    )
    door.ingest()
    assert [row["object_id"] for row in door.rows("credit_desk/decisions")] == [
        lead.lower(), lead.lower(), f"hotline:GD-1={USCC_A}", lead.lower(),
    ]  # fmt: skip


def test_a_long_number_of_a_page_is_exact_and_one_with_an_exponent_is_lost(door: Door) -> None:
    records = [dict.fromkeys(headers(dataset("platform/reports"))) | report(f"BG-{n}", xmbh="NUMBER") for n in (1, 2)]
    content = page(records).replace(b'"NUMBER"', b"123456789012345678901", 1).replace(b'"NUMBER"', b"1.2e17", 1)
    door.drop("platform/reports", "2024-06-01", "p.json").write_bytes(content)
    door.ingest()
    assert [row["project_no"] for row in door.rows("platform/reports")] == ["123456789012345678901"]
    assert [found[1:] for found in door.reasons()] == [("id_numeric_precision_lost", "xmbh")]


def test_honours_and_penalties_share_their_numbers_in_every_form(door: Door) -> None:
    put(
        door,
        "credit_desk/merit_claims",
        [merit(f"SX-{n}", 文号=no) for n, no in enumerate(("焦建[2024]1号", "焦建（2024） 1 号"))],
    )
    put(
        door,
        "inspections/penalties",
        [penalty("焦罚【2024】第1号"), penalty("'焦罚〔2024〕第1号", 违法事实="另一事实")],
    )
    door.ingest()
    assert {row["document_no"] for row in door.rows("credit_desk/merit_claims")} == {"焦建〔2024〕1号"}
    assert {row["source_key"] for row in door.rows("inspections/penalties")} == {"焦罚〔2024〕第1号"}


def test_forms_kept_by_earlier_releases_are_passed_to_the_warehouse(door: Door) -> None:
    """Ids of leads and conflicts are made from codes: a decision on an old id finds the new one."""
    put(door, "platform/reports", [report("bg-1"), report("BG-2"), report("BG-3", xmbh="焦[2024]1")])
    door.outcomes()
    assert {(row["code"], row["former_code"]) for row in door.relation("lake.former_codes")} == {
        ("BG-1", "bg-1"), ("焦〔2024〕1", "焦[2024]1"),
    }  # fmt: skip
