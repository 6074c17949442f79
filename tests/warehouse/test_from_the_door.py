"""Exports through the door into evidence, scores and conflicts: forms of one number are equal, placeholders match nothing.

Belongs here: cases of `sources.md` ("What real exports do") whose effect is visible only in the warehouse. Does not belong
here: how the door reads a cell (`tests/ingestion/real_exports`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.detect import CityWarehouse
from tests.ingestion.real_exports.builder import (
    NAMES,
    USCC_A,
    USCC_B,
    USCC_C,
    Door,
    Raw,
    Row,
    agency,
    check,
    csv_text,
    date_styles,
    finding,
    grid,
    make_id,
    merit,
    parts,
    penalty,
    person,
    put,
    put_csv,
    put_grid,
    put_parts,
    sheet,
)
from tests.warehouse.harness import Warehouse

CHECKS, FINDINGS, PENALTIES = "inspections/checks", "credit_desk/findings", "inspections/penalties"
LATER, AS_OF = "2024-06-15", dt.date(2024, 6, 30)
# 2024-03-01 as a workbook keeps a day that was typed as 2024-3-1.
A_DAY = Raw('<c r="{r}" s="1"><v>45352</v></c>')
CITY = {USCC_A, USCC_B, USCC_C}


@pytest.fixture
def door(tmp_path: Path) -> Door:
    """An inbox with three agencies, on a list that says its day: so that no message is expected."""
    opened = Door(tmp_path)
    listed = grid("registry/agencies", [agency(code, 序号=n) for n, code in enumerate(sorted(CITY), start=1)])
    put_grid(opened, "registry/agencies", [["信用管理名录库（截至2024年5月30日）"], *listed])
    return opened


def built(door: Door, *models: str) -> Warehouse:
    return CityWarehouse(door.settings.home, door.inbox, AS_OF, is_lent=True).run(*models)


def of(code: str, row: Row) -> Row:
    """The row about another agency."""
    names = {name: NAMES[code] for name in ("检查对象", "行政相对人名称", "机构名称") if name in row}
    return row | {"统一社会信用代码": code} | names


def scores(made: Warehouse) -> dict[str, tuple[int, int]]:
    """Agency -> score and number of lines that count, at the end of June."""
    found = made.query(
        "from credit.fct_score_history where valid_from_on <= $1 and coalesce(valid_until_on > $1, true)", AS_OF
    )
    assert len(found) == len(CITY)
    return {row["agency_id"]: (int(row["score"]), row["active_line_count"]) for row in found}


# -- one key, many forms


def in_two_drops(door: Door, place: str, first: Sequence[Row], again: Sequence[Row]) -> None:
    put(door, place, first)
    put(door, place, again, day=LATER)


def test_a_check_that_comes_again_in_another_form_counts_once(door: Door) -> None:
    """b_key_forms: checks as 1 and 1.0, RW-1 and 'RW-1, RW-2 and ="RW-2", in two drops."""
    put(door, CHECKS, [of(USCC_A, check("RW-0")), of(USCC_B, check("RW-1")), of(USCC_C, check("RW-2"))])
    again = [of(USCC_A, check("RW-0", "1.0")), of(USCC_B, check("'RW-1")), of(USCC_C, check("RW-2"))]
    text = csv_text(grid(CHECKS, again))
    assert text.count("\r\nRW-2,") == 1
    put_csv(door, CHECKS, text.replace("\r\nRW-2,", '\r\n="RW-2",'), day=LATER)
    made = built(door, "fct_score_history", "fct_data_issues")
    assert scores(made) == dict.fromkeys(CITY, (80, 1))
    assert made.query("from quality.fct_data_issues") == []


def test_findings_and_penalties_in_another_form_count_once_too(door: Door) -> None:
    written = {"RD-1": "rd—1", "焦（2024）2": "焦(2024)2 ", "3": "3.0"}
    findings = [finding(number, 失信条款="7", 行为日期=f"2024-05-0{n}") for n, number in enumerate(written, start=1)]
    others = [row | {"认定编号": written[row["认定编号"]]} for row in findings]
    in_two_drops(door, FINDINGS, findings, others)
    penalties = [of(USCC_B, penalty("焦住建罚决字〔2024〕第1号")), of(USCC_C, penalty("2024001"))]
    others = [of(USCC_B, penalty("焦住建罚决字[2024]第１号")), of(USCC_C, penalty("'2024001"))]
    in_two_drops(door, PENALTIES, penalties, others)
    made = built(door, "fct_score_history")
    assert {agency_id: lines for agency_id, (_, lines) in scores(made).items()} == {USCC_A: 3, USCC_B: 1, USCC_C: 1}


@pytest.mark.parametrize(
    ("place", "first", "again", "header"),
    [
        (
            FINDINGS,
            finding("2024-3-1", 失信条款="7", 行为日期="2024-05-02"),
            finding(状态="撤销", 撤销日期="2024-06-10"),
            "认定编号",
        ),
        (PENALTIES, penalty("2024-3-1"), penalty(状态="撤销", 撤销日期="2024-06-10"), "决定书文号"),
    ],
)
def test_a_revocation_whose_number_became_a_day_is_listed_as_quarantined(
    door: Door, place: str, first: Row, again: Row, header: str
) -> None:
    """b_key_forms: nothing says what it revokes, so that the deduction stays, and the list says why."""
    put(door, place, [first])
    content = sheet(grid(place, [again | {header: A_DAY}]))
    put_parts(door, place, parts({"Sheet1": content}, styles=date_styles(14)), day=LATER)
    made = built(door, "fct_score_history", "fct_quarantined_rows")
    assert scores(made)[USCC_A] == (80, 1)
    listed = made.query("select cast(received_on as text) as day, reason_code from quality.fct_quarantined_rows")
    assert listed == [{"day": LATER, "reason_code": "code_became_date"}]


# -- signs for none


@pytest.mark.parametrize("sign", ["/", "无", "ＮＵＬＬ", "P-1"])
def test_signs_for_none_join_no_acts_honours_or_certificates(door: Door, sign: str) -> None:
    """b_placeholder_case: what has no number is by itself. P-1 is the control: what shares a number is joined."""
    shared = sign == "P-1"
    acts = [finding(f"RD-A{n}", 项目编号=sign, 报告编号=sign) for n in range(3)]
    acts += [of(USCC_B, finding(f"RD-B{n}")) for n in range(3)]
    acts = [row | {"行为日期": "2024-05-01", "涉及人员身份证号": make_id(n)} for n, row in enumerate(acts)]
    put(door, FINDINGS, acts)
    put(door, CHECKS, [of(USCC_C, check(f"RW-{n}", 项目编号=sign)) for n in range(2)])
    claims = [merit("SX-1", 文号=sign), merit("SX-2", 文号=sign), of(USCC_C, merit("SX-3", 文号=sign))]
    put(door, "credit_desk/merit_claims", claims)
    holders = [
        person("甲一", make_id(1)),
        of(USCC_B, person("乙二", make_id(2))),
        of(USCC_C, person("丙三", make_id(3))),
    ]
    put(door, "registry/personnel", [row | {"注册证编号": sign, "资格证书编号": sign} for row in holders])
    made = built(door, "int_points__lines", "fct_engineer_conflicts")
    lines = made.query("select agency_id, dataset, source_key from intermediate.int_points__lines")
    counted = {
        code: sum(row["agency_id"] == code and row["dataset"] != "merit_claims" for row in lines) for code in CITY
    }
    assert counted == ({USCC_A: 1, USCC_B: 3, USCC_C: 1} if shared else {USCC_A: 3, USCC_B: 3, USCC_C: 2})
    honours = [row["agency_id"] for row in lines if row["dataset"] == "merit_claims"]
    assert sorted(honours) == sorted([USCC_A, USCC_C] if shared else [USCC_A, USCC_A, USCC_C])
    kinds = {row["conflict_kind"] for row in made.query("from conflicts.fct_engineer_conflicts")}
    assert kinds == ({"certificate_shared", "merit_claimed_twice"} if shared else set())
