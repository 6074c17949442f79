"""K10: text that an encoding wrecked, and what is no name. A wrecked name never becomes anybody's name."""

from __future__ import annotations

import pytest

from tests.ingestion.real_exports.builder import (
    USCC_A,
    USCC_B,
    Door,
    agency,
    check,
    insured,
    make_id,
    media_item,
    penalty,
    person,
    put,
    report,
    ticket,
)

WRECKED = (
    *(
        "锟斤拷锟斤拷锟斤拷",
        "焦作锟斤拷消防",
        "烫烫烫",
        "屯屯屯屯",
        "焦作乙消防技术服务有限公??",
        "王?强",
        "李？",
        "？李",
        "王 ?",
        "王\ufffd强",
    ),
    *("ç„¦ä½œç”²æ¶ˆé˜²", "½¹×÷¼×", "鐒︿綔", "鐜嬪己", "张□", "李〓"),
)
NO_NAME = ("同上", "〃", "″", "同前", "123", "12.5", "……", "***", "ditto", "同上行", "□")


@pytest.mark.parametrize("written", WRECKED)
def test_a_wrecked_name_is_told(door: Door, written: str) -> None:
    """b_wrecked_name, v_names."""
    put(door, "registry/agencies", [agency(机构名称=written), agency(USCC_B)])
    put(door, "registry/personnel", [person(written)])
    put(door, "complaints/hotline", [ticket(被诉对象=written)])
    put(door, "platform/reports", [report(name=written)])
    door.ingest()
    assert sorted(found[1:] for found in door.reasons()) == sorted(
        [("damaged_text", header) for header in ("机构名称", "姓名", "被诉对象", "jsfzr")]
    )
    assert [row["agency_id"] for row in door.rows("registry/agencies")] == [USCC_B]


@pytest.mark.parametrize("written", ["焦住建罚?2024?1号", "锟斤拷1号", "焦罚½¹1号"])
def test_a_wrecked_number_is_told(door: Door, written: str) -> None:
    put(door, "inspections/penalties", [penalty(written)])
    put(door, "inspections/checks", [check(项目编号=written)])
    door.ingest()
    assert sorted(found[1:] for found in door.reasons()) == [
        ("damaged_text", "决定书文号"),
        ("damaged_text", "项目编号"),
    ]


@pytest.mark.parametrize("written", NO_NAME)
def test_what_is_no_name_is_told(door: Door, written: str) -> None:
    put(door, "registry/personnel", [person(written)])
    put(door, "registry/social_insurance", [insured(make_id(1), "202405", 单位名称=written)])
    put(door, "complaints/media", [media_item(机构名称=written)])
    door.ingest()
    assert sorted(found[1:] for found in door.reasons()) == [
        ("not_a_name", "单位名称"), ("not_a_name", "姓名"), ("not_a_name", "机构名称"),
    ]  # fmt: skip


def test_a_program_s_word_for_nothing_is_no_name_where_one_is_needed(door: Door) -> None:
    put(door, "registry/personnel", [person("NULL"), person("nan", make_id(2))])
    put(door, "registry/social_insurance", [insured(make_id(1), "202405", 姓名="NULL")])
    door.ingest()
    assert [found[1:] for found in door.reasons()] == [("not_a_name", "姓名")] * 2
    assert door.rows("registry/social_insurance")[0]["person_name"] is None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        *(
            ("王䶮", "王䶮"),
            ("李㛃", "李㛃"),
            ("张𠅤", "张𠅤"),
            ("陈𬎆", "陈𬎆"),
            ("王\ue000", "王\ue000"),
            ("李\U000f0001", "李\U000f0001"),
        ),
        *(
            ("阿不都•热合曼", "阿不都·热合曼"),
            ("⽺⼤⼒", "羊大力"),
            ("张 三（女）", "张三(女)"),
            ("欧阳⼀", "欧阳一"),
            ("王*强", "王*强"),
        ),
        *(("'王强", "王强"), ("黄锟", "黄锟"), ("Müller", "Müller"), ("屯一", "屯一"), ("O'Neil", "O'Neil")),
    ],
)
def test_rare_names_are_kept(door: Door, written: str, name: str) -> None:
    put(door, "registry/personnel", [person(written)])
    put(door, "platform/reports", [report(name=written)])
    door.ingest()
    assert door.reasons() == []
    assert [row["person_name"] for row in door.rows("registry/personnel")] == [name]
    assert [row["technical_lead_name"] for row in door.rows("platform/reports")] == [name]


def test_a_question_in_free_text_is_a_question(door: Door) -> None:
    put(door, "inspections/checks", [check(问题描述="是否整改？未整改?")])
    put(door, "complaints/media", [media_item(摘要="谁来管?", 统一社会信用代码=USCC_A)])
    door.ingest()
    assert door.reasons() == []
