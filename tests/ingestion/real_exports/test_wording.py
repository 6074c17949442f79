"""K9 and K14: levels by kind of certificate, and plain wording of services, counts, areas and ends."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from ingestion import strict
from tests.ingestion.real_exports.builder import (
    Door,
    Row,
    agency,
    check,
    contract,
    device,
    finding,
    make_id,
    penalty,
    person,
    put,
    ticket,
)
from tests.ingestion.support import dataset

OPERATOR = {"岗位": "消防设施操作员", "证书类别": "消防设施操作员"}


def levels(door: Door, rows: list[Row]) -> list[str | None]:
    put(door, "registry/personnel", rows)
    door.ingest()
    return [row["level_code"] for row in door.rows("registry/personnel")]


OPERATOR_LEVELS = (
    *(("一级", "senior_technician"), ("高级技师", "senior_technician"), ("1级", "senior_technician")),
    *(("二级", "technician"), ("技师", "technician"), ("二级/技师", "technician")),
    *(("三级", "advanced"), ("高级工", "advanced"), ("高级", "advanced"), ("高级工（三级）", "advanced")),
    *(("四级", "intermediate"), ("中级工", "intermediate"), ("中级", "intermediate"), ("４级", "intermediate")),
    *(
        ("五级", "junior"),
        ("初级工", "junior"),
        ("初级", "junior"),
        ("五级/初级工", "junior"),
        ("⼀级", "senior_technician"),
    ),
    *(("中级消防设施操作员", "intermediate"), (" 四 级 ", "intermediate"), ("肆级", "intermediate")),
)
ENGINEER_LEVELS = (
    *(("一级", "level_1"), ("二级", "level_2"), ("1级", "level_1"), ("壹级", "level_1"), ("贰级", "level_2")),
    *(("⼀级", "level_1"), ("一级注册消防工程师", "level_1"), ("２级", "level_2")),
)


def test_levels_are_read_by_the_kind_of_certificate(door: Door) -> None:
    """b_operator_level: engineers have two levels, operators the five of the national scale."""
    rows = [person(等级=written, **OPERATOR) for written, _ in OPERATOR_LEVELS]
    rows += [person(等级=written) for written, _ in ENGINEER_LEVELS]
    assert levels(door, rows) == [level for _, level in (*OPERATOR_LEVELS, *ENGINEER_LEVELS)]


def test_the_other_kind_s_words_are_unknown(door: Door) -> None:
    rows = [person(等级=written) for written in ("高级", "三级", "技师", "初级工")]
    rows += [person(等级=written, **OPERATOR) for written in ("六级", "一级注册消防工程师")]
    assert levels(door, rows) == []
    assert [found[1:] for found in door.reasons()] == [("unknown_value", "等级")] * 6


def test_the_remedy_lists_each_value_once() -> None:
    said = strict.remedy(dataset("registry/personnel"), "unknown_value", "等级") or ""
    assert "注册消防工程师: 一级、二级; 消防设施操作员: 高级技师、技师、高级、中级、初级" in said
    services = strict.remedy(dataset("registry/agencies"), "unknown_value", "服务类型") or ""
    assert services.endswith("维护保养检测；消防安全评估；维护保养检测、消防安全评估")


SERVICES = (
    ("维护保养检测、消防安全评估", "both"),
    ("消防安全评估、维护保养检测", "both"),
    ("消防安全评估,消防设施维护保养检测", "both"),
    ("消防设施维护保养检测和消防安全评估", "both"),
    ("维护保养检测；消防安全评估", "both"),
    ("消防设施维护保养检测", "maintenance_testing"),
    ("建筑消防设施维护保养检测", "maintenance_testing"),
    (" 消防安全 评估 ", "safety_assessment"),
    ("维护保养检测\n消防安全评估", "both"),
)


def test_services_in_any_order_and_by_their_official_names(door: Door) -> None:
    put(door, "registry/agencies", [agency(服务类型=written) for written, _ in SERVICES])
    door.ingest()
    assert [row["service_type"] for row in door.rows("registry/agencies")] == [service for _, service in SERVICES]


def test_a_contract_is_about_one_service(door: Door) -> None:
    put(
        door,
        "platform/contracts",
        [contract("HT-1", fwlx="消防设施维护保养检测"), contract("HT-2", fwlx="维护保养检测、消防安全评估")],
    )
    door.ingest()
    assert [row["service_type"] for row in door.rows("platform/contracts")] == ["maintenance_testing"]
    assert [found[1:] for found in door.reasons()] == [("unknown_value", "fwlx")]


def test_counts_and_areas_with_their_units(door: Door) -> None:
    """v_count_units."""
    put(
        door,
        "registry/agencies",
        [
            agency(一级注册消防工程师="2人", 初级操作员="4 名", 中级及以上操作员="二", 二级注册消防工程师="十二人")
            | {"工作场所建筑面积(㎡)": "260平方"}
        ],
    )
    put(door, "registry/equipment", [device(数量="3台")])
    door.ingest()
    (row,) = door.rows("registry/agencies")
    assert (row["engineers_level_1_declared"], row["operators_junior_declared"]) == (2, 4)
    assert (row["operators_intermediate_declared"], row["engineers_level_2_declared"]) == (2, 12)
    assert row["floor_area_m2"] == Decimal(260)
    assert [row["quantity"] for row in door.rows("registry/equipment")] == [3]


def test_an_area_in_plain_words(door: Door) -> None:
    areas = ("260㎡", "260平方米", "260 平方", "260m2", "260M²", "２６０平米", "260平方（米）", "约260㎡")
    put(door, "registry/agencies", [agency(**{"工作场所建筑面积(㎡)": written}) for written in areas])
    door.ingest()
    read = [(row["floor_area_m2"], row["is_floor_area_m2_approximate"]) for row in door.rows("registry/agencies")]
    assert read == [(Decimal(260), written.startswith("约")) for written in areas]


@pytest.mark.parametrize(
    ("place", "row"),
    [("credit_desk/findings", finding), ("inspections/checks", check), ("inspections/penalties", penalty)],
)
def test_quantities_and_points_of_a_row(door: Door, place: str, row: Callable[..., Row]) -> None:
    """Quantities from 1 to 10,000, points from 0 to 1,000 with two decimals, each with its unit or without."""
    good = [("3项", "2.5分"), ("１0000", "1000"), ("1", "0"), (None, None)]
    put(door, place, [row(f"N-{n}", 数量=quantity, 扣分=points) for n, (quantity, points) in enumerate(good)])
    bad = [*(("数量", value) for value in ("0", "10001")), *(("扣分", value) for value in ("1000.01", "-5"))]
    put(door, place, [row(f"M-{n}", **{header: value}) for n, (header, value) in enumerate(bad)], day="2024-06-02")
    door.ingest()
    assert {(found["quantity"], found["row_points"]) for found in door.rows(place)} == {
        (3, Decimal("2.50")),
        (10_000, Decimal(1000)),
        (1, Decimal(0)),
        (None, None),
    }
    assert [found[1:] for found in door.reasons()] == [("not_a_number", header) for header, _ in bad]


def test_open_ends(door: Door) -> None:
    """v_open_ended."""
    words = ("长期", "无固定期限", "长期有效", "永久", "无固定期限劳动合同", "9999-12-31", "2999-12-31")
    put(door, "registry/personnel", [person(劳动合同止=written, 注册有效期至=written) for written in words])
    put(door, "registry/equipment", [device(有效期至=written) for written in words])
    put(door, "inspections/penalties", [penalty(公示截止期=written) for written in words])
    door.ingest()
    assert door.reasons() == []
    ends = [
        (row["contract_until_on"], row["is_contract_until_open"], row["registration_until_on"])
        for row in door.rows("registry/personnel")
    ]
    assert ends == [(None, True, None)] * len(words)
    assert [row["valid_until_on"] for row in door.rows("registry/equipment")] == [None] * len(words)
    assert [row["public_until_on"] for row in door.rows("inspections/penalties")] == [None] * len(words)


def test_an_end_that_is_not_an_end_word_is_reported_with_the_words(door: Door) -> None:
    put(door, "registry/personnel", [person(劳动合同止="至今", 注册有效期至="2099-12-31")])
    door.ingest()
    assert [found[1:] for found in door.reasons()] == [("impossible_date", "劳动合同止")]
    assert "长期" in (strict.remedy(dataset("registry/personnel"), "impossible_date", "劳动合同止") or "")


def test_words_copied_from_a_pdf_are_read_as_they_look(door: Door) -> None:
    """v_kangxi."""
    put(
        door,
        "registry/personnel",
        [person("王⼒", make_id(1), 等级="⼀级", 证书类别="注册消防⼯程师", 岗位="注册消防⼯程师")],
    )
    put(
        door,
        "complaints/hotline",
        [
            ticket(被诉对象="焦作甲消防技术服务有限公司".replace("工", "⼯"), 核查结果="属实\u3000"),
            ticket("GD-2", 被诉对象="焦作⻓城⻔业公司"),
        ],
    )
    door.ingest()
    (worker,) = door.rows("registry/personnel")
    assert (worker["person_name"], worker["level_code"], worker["certificate_kind"]) == ("王力", "level_1", "engineer")
    assert [row["respondent_name"] for row in door.rows("complaints/hotline")] == [
        "焦作甲消防技术服务有限公司",
        "焦作长城门业公司",
    ]
    assert door.reasons() == []
