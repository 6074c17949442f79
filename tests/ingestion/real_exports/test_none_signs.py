"""K2: signs for "none". An empty cell in optional columns, reported in required ones, a value if the list of values has it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ingestion.real_exports.builder import (
    Door,
    Row,
    agency,
    check,
    decision,
    device,
    finding,
    insured,
    make_id,
    media_item,
    merit,
    penalty,
    person,
    put,
    report,
    site_check,
    ticket,
)
from tests.ingestion.real_exports.disturbances import SIGNS

WRITTEN = (*SIGNS, " / ", "／", "NaT", "<NA>", "None", "0000-00-00 00:00:00", "'/", '="无"', "――")


@pytest.mark.parametrize(
    ("place", "row", "columns"),
    [
        ("registry/personnel", person, {"注册证编号": "registration_no", "注册有效期至": "registration_until_on"}),
        ("registry/equipment", device, {"型号": "model", "编号": "serial_no", "校准日期": "calibrated_on", "数量": "quantity"}),
        ("registry/site_checks", site_check, {"核查结论": "result_code", "整改期限": "rectify_until_on"}),
        ("complaints/media", media_item, {"统一社会信用代码": "agency_id", "认定日期": "determined_on", "核查结果": "result_code"}),
        ("complaints/hotline", ticket, {"办结时间": "closed_at", "原工单编号": "original_ticket_id", "是否重复": "is_repeat"}),
        ("inspections/checks", check, {"撤销日期": "revoked_on", "检查结果": "result_code", "对应失信条款": "clause"}),
        ("inspections/penalties", penalty, {"罚款金额(万元)": "fine_10k_cny", "公示截止期": "public_until_on", "项目编号": "project_no"}),
        ("platform/reports", report, {"htbh": "contract_no", "gzdw": "seal_agency_id", "xmfzrsfzh": "project_lead_key"}),
        ("credit_desk/findings", finding, {"项目编号": "project_no", "涉及人员身份证号": "person_key", "数量": "quantity", "扣分": "row_points"}),
        ("credit_desk/merit_claims", merit, {"文号": "document_no", "级别": "level_code", "事项名称": "title"}),
    ],
)  # fmt: skip
def test_a_sign_is_an_empty_cell_in_optional_columns(door: Door, place: str, row: Any, columns: dict[str, str]) -> None:
    """v_slash_optional"""
    put(door, place, [row(**dict.fromkeys(columns, sign)) for sign in WRITTEN])
    outcome = door.only_outcome()
    assert (outcome.accepted_count, outcome.quarantined_count) == (len(WRITTEN), 0), door.reasons()
    for sign, read in zip(WRITTEN, door.rows(place), strict=True):
        assert {name: read[name] for name in columns.values()} == dict.fromkeys(columns.values()), sign


@pytest.mark.parametrize(
    ("place", "row", "header", "reason"),
    [
        ("credit_desk/findings", finding(**{"认定编号": "/"}), "认定编号", "empty_key"),
        ("credit_desk/findings", finding(**{"失信条款": "无"}), "失信条款", "empty_value"),
        ("complaints/hotline", ticket(**{"受理时间": "0000-00-00"}), "受理时间", "empty_value"),
        ("inspections/checks", check(**{"序号": "—"}), "序号", "empty_key"),
        ("registry/social_insurance", insured(make_id(1), "\\N"), "费款所属期", "empty_key"),
        ("platform/reports", report(**{"tyshxydm": "null"}), "tyshxydm", "empty_value"),
        ("registry/personnel", person(**{"姓名": "/"}), "姓名", "empty_key"),
        ("credit_desk/decisions", decision(**{"决定日期": "-"}), "决定日期", "empty_value"),
        ("credit_desk/findings", finding(**{"认定编号": "、"}), "认定编号", "empty_key"),
        ("credit_desk/findings", finding(**{"失信条款": "（）"}), "失信条款", "empty_value"),
        ("registry/agencies", agency(机构名称="·"), "机构名称", "empty_value"),
    ],
)
def test_a_sign_in_a_required_column_is_reported(door: Door, place: str, row: Row, header: str, reason: str) -> None:
    put(door, place, [row])
    assert door.only_outcome().quarantined_count == 1
    assert [(found, where) for _, found, where in door.reasons()] == [(reason, header)]


def test_a_sign_that_the_list_of_values_holds_is_a_value(door: Door) -> None:
    put(door, "registry/agencies", [agency(质量管理体系="无", 评估过程控制体系=" 无")])
    door.ingest()
    (row,) = door.rows("registry/agencies")
    assert (row["has_quality_system"], row["assessment_control"]) == (False, "no")


def test_a_decision_with_a_sign_for_none_as_its_word_is_not_a_row(door: Door) -> None:
    put(door, "credit_desk/decisions", [decision("JD-1", word="/"), decision("JD-2")])
    assert door.only_outcome().read_count == 1


def test_slashes_join_no_acts_and_no_honours(door: Door) -> None:
    """b_placeholder_case: three acts and two honours whose numbers are slashes have no number in common."""
    put(door, "credit_desk/findings", [finding(f"RD-{n}", 项目编号="/", 报告编号="/") for n in range(3)])
    put(door, "credit_desk/merit_claims", [merit(f"SX-{n}", 文号="/") for n in range(2)])
    door.ingest()
    assert {row["project_no"] for row in door.rows("credit_desk/findings")} == {None}
    assert {row["document_no"] for row in door.rows("credit_desk/merit_claims")} == {None}


def test_a_number_that_holds_a_stroke_is_a_number(door: Door) -> None:
    put(door, "credit_desk/findings", [finding("A/1", 项目编号="-1", 报告编号="无-1")])
    door.ingest()
    (row,) = door.rows("credit_desk/findings")
    assert (row["finding_id"], row["project_no"], row["report_no"]) == ("A/1", "-1", "无-1")
