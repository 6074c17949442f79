"""K10: text damaged by an encoding, and texts that are not names. A damaged name never becomes anybody's name."""

from __future__ import annotations

from collections import Counter

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


def test_a_garbled_name_is_reported(door: Door) -> None:
    """b_wrecked_name, v_names."""
    put(door, "registry/agencies", [*(agency(机构名称=written) for written in WRECKED), agency(USCC_B)])
    put(door, "registry/personnel", [person(written) for written in WRECKED])
    put(door, "complaints/hotline", [ticket(被诉对象=written) for written in WRECKED])
    put(door, "platform/reports", [report(name=written) for written in WRECKED])
    door.ingest()
    assert Counter(found[1:] for found in door.reasons()) == {
        ("damaged_text", header): len(WRECKED) for header in ("机构名称", "姓名", "被诉对象", "jsfzr")
    }
    assert [row["agency_id"] for row in door.rows("registry/agencies")] == [USCC_B]


def test_a_garbled_number_is_reported(door: Door) -> None:
    wrecked = ["焦住建罚?2024?1号", "锟斤拷1号", "焦罚½¹1号"]
    put(door, "inspections/penalties", [penalty(written) for written in wrecked])
    put(door, "inspections/checks", [check(项目编号=written) for written in wrecked[:2]])  # GBK has no ½
    door.ingest()
    assert Counter(found[1:] for found in door.reasons()) == {
        ("damaged_text", "决定书文号"): 3, ("damaged_text", "项目编号"): 2,
    }  # fmt: skip


def test_what_is_not_a_name_is_reported(door: Door) -> None:
    put(door, "registry/personnel", [person(written) for written in NO_NAME])
    put(door, "registry/social_insurance", [insured(make_id(1), "202405", 单位名称=written) for written in NO_NAME])
    put(door, "complaints/media", [media_item(机构名称=written) for written in NO_NAME])
    door.ingest()
    assert Counter(found[1:] for found in door.reasons()) == {
        ("not_a_name", header): len(NO_NAME) for header in ("单位名称", "姓名", "机构名称")
    }


def test_a_program_s_word_for_nothing_is_not_a_name_where_one_is_needed(door: Door) -> None:
    put(door, "registry/personnel", [person("NULL"), person("nan", make_id(2))])
    put(door, "registry/social_insurance", [insured(make_id(1), "202405", 姓名="NULL")])
    door.ingest()
    assert [found[1:] for found in door.reasons()] == [("not_a_name", "姓名")] * 2
    assert door.rows("registry/social_insurance")[0]["person_name"] is None


RARE = (
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
    *(
        ("'王强", "王强"),
        ("黄锟", "黄锟"),
        ("Müller", "Müller"),
        ("屯一", "屯一"),
        ("王××", "王××"),
        ("某××公司", "某××公司"),
        ("O'Neil", "O'Neil"),
    ),
)


def test_rare_names_are_kept(door: Door) -> None:
    put(door, "registry/personnel", [person(written) for written, _ in RARE])
    put(door, "platform/reports", [report(name=written) for written, _ in RARE])
    door.ingest()
    assert door.reasons() == []
    names = [name for _, name in RARE]
    assert [row["person_name"] for row in door.rows("registry/personnel")] == names
    assert [row["technical_lead_name"] for row in door.rows("platform/reports")] == names


def test_a_question_in_free_text_is_a_question(door: Door) -> None:
    put(door, "inspections/checks", [check(问题描述="是否整改？未整改?")])
    put(door, "complaints/media", [media_item(摘要="谁来管?", 统一社会信用代码=USCC_A)])
    door.ingest()
    assert door.reasons() == []
