"""K7: of a quarantined row only the names in it and its key are kept."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from typing import Any

import pytest

from ingestion.contract import Parse
from ingestion.parsing import id_check_character, mask_number
from ingestion.privacy import open_person_keys
from ingestion.sources import DATASETS
from tests.ingestion.real_exports.builder import (
    DAY,
    NAMES,
    ROWS,
    USCC_A,
    USCC_B,
    USCC_C,
    Door,
    agency,
    check,
    checkin,
    contract,
    csv_text,
    decision,
    finding,
    grid,
    insured,
    make_id,
    media_item,
    merit,
    page,
    penalty,
    person,
    put,
    put_csv,
    report,
    ticket,
)
from tests.ingestion.real_exports.test_personal_numbers import traces
from tests.ingestion.support import dataset, headers


def md5(text: bytes) -> str:
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


ID, OTHER_ID = make_id(1), make_id(2)
NUMBERS = (
    *(
        "report BG-1",
        "project XM-1",
        "project XM-2",
        "contract HT-1",
        "document 证-1",
        "device 秒表||SB-1",
        "task RW-1",
    ),
    *("case RD-1", "case RD-2", "case GD-1"),
)
TYPO = f"{USCC_A[:9]}{'1' if USCC_A[9] != '1' else '2'}{USCC_A[10:]}"
NEARLY_A = [f"{TYPO[:place]}_{TYPO[place + 1 :]}" for place in range(18)]
RESIDENT = "91112419900101007" + id_check_character("91112419900101007")  # of a foreigner who lives here
AT_REPORT = {("report_no", "report BG-1"), ("project_no", "project XM-1")}
Named = set[tuple[str, str]]


def key_of(door: Door, number: str) -> str:
    return open_person_keys(door.settings, None).person_key(number)


def named(door: Door) -> dict[int, Named]:
    """For each quarantined row: (column, USCC or a person's ID number with this key, or the text of this hash)."""
    door.outcomes()
    rows, names = door.relations("lake.quarantined_rows", "lake.quarantined_names")
    people = {key_of(door, number): number for number in (ID, OTHER_ID)}
    texts = (NAMES[USCC_A], "欧阳消防公司", "a1b2", *NUMBERS, *(f"code {form}" for form in NEARLY_A))
    hashed = {md5(text.encode()): text for text in texts}
    found: dict[int, Named] = {row["file_position"]: set() for row in rows}
    for name in names:
        (told,) = filter(None, (name["agency_id"], people.get(name["person_key"]), hashed.get(name["name_hash"])))
        assert sum(name[kind] is not None for kind in ("agency_id", "person_key", "name_hash")) == 1
        found[name["file_position"]].add((name["column_name"], told))
    return found


def test_a_quarantined_row_of_a_list_still_names_who_is_listed(door: Door) -> None:
    """b_quarantined_departure, with a sign that is not read as an empty cell."""
    put(
        door,
        "registry/personnel",
        [person(身份证号=ID), person("赵六", 身份证号=OTHER_ID, 统一社会信用代码=USCC_B, 注册有效期至="?")],
    )
    assert named(door) == {2: {("agency_id", USCC_B), ("person", OTHER_ID)}}
    (row,) = door.relation("lake.quarantined_rows")
    assert (row["file_name"], row["row_number"], row["header"]) == ("a.xlsx", 3, "注册有效期至")
    (first, _) = door.relation("lake.quarantined_names")
    assert (first["source"], first["dataset"], str(first["received_on"])) == ("registry", "personnel", DAY)
    assert first["file_hash"] == row["file_hash"]


REPORT = report(jsfzrsfzh=ID, xmfzrsfzh=OTHER_ID, gzdw=USCC_B)


@pytest.mark.parametrize(
    ("place", "row", "expected"),
    [
        ("registry/agencies", agency(机构状态="?"), {("agency_id", USCC_A)}),
        ("registry/agencies", agency(机构名称=None), {("agency_id", USCC_A)}),
        ("registry/agencies", agency(USCC_A[:-1] + "B", 机构名称=NAMES[USCC_A]), {("agency_name", NAMES[USCC_A])}),
        ("registry/agencies", agency("?", 机构名称="同上"), set()),
        ("registry/personnel", person(身份证号=int(ID[:17])), {("agency_id", USCC_A)}),
        ("registry/personnel", person(身份证号=ID, 统一社会信用代码="9.14108E+17"), {("agency_name", NAMES[USCC_A]), ("person", ID)}),
        ("registry/personnel", person(身份证号=f" '{ID[:6]} {ID[6:]}", 姓名="同上"), {("agency_id", USCC_A), ("person", ID)}),
        ("registry/personnel", person(身份证号=ID[:6] + ID[8:17], 等级="?"), {("agency_id", USCC_A), ("person", ID)}),
        ("registry/personnel", person(身份证号=mask_number(ID), 等级="?"), {("agency_id", USCC_A)}),
        ("registry/personnel", person(身份证号=ID[:17] + "A", 等级="?"), {("agency_id", USCC_A)}),
        ("registry/equipment", ROWS["registry/equipment"](设备名称=None), {("agency_id", USCC_A)}),
        ("registry/equipment", ROWS["registry/equipment"](统一社会信用代码="?"), {("serial_no", "device 秒表||SB-1")}),
        ("registry/equipment", ROWS["registry/equipment"](统一社会信用代码="?", 编号=None), set()),
        ("registry/site_checks", ROWS["registry/site_checks"](统一社会信用代码="?"), set()),
        (
            "registry/site_checks",
            ROWS["registry/site_checks"](统一社会信用代码=f" {TYPO.lower()}"),
            {(f"agency_id_{place}", f"code {form}") for place, form in enumerate(NEARLY_A, start=1)},
        ),
        ("registry/site_checks", ROWS["registry/site_checks"](统一社会信用代码=ID), set()),
        ("registry/site_checks", ROWS["registry/site_checks"](统一社会信用代码=RESIDENT), set()),
        ("registry/social_insurance", insured(ID, 统一社会信用代码="?", 单位名称=NAMES[USCC_A]), {("payer_name", NAMES[USCC_A]), ("person", ID)}),
        ("registry/social_insurance", insured(ID, 险种="?"), {("payer_id", USCC_A), ("person", ID)}),
        ("registry/social_insurance", insured(ID, "202413"), {("payer_id", USCC_A), ("person", ID)}),
        ("complaints/media", media_item(统一社会信用代码=None, 来源="?"), {("respondent_name", NAMES[USCC_A])}),
        ("complaints/media", media_item(机构名称="？？公司", 来源="?"), {("agency_id", USCC_A)}),
        ("complaints/hotline", ticket(被诉对象="欧阳·消 防公司", 核查结果="?"), {("respondent_name", "欧阳消防公司")}),
        ("complaints/hotline", ticket(被诉对象=None, 核查结果="?"), set()),
        (
            "complaints/hotline",
            ticket(被诉对象=None, 核查结果="?", 原工单编号="gd－1", 项目编号="XM-1"),
            {("original_ticket_id", "case GD-1"), ("project_no", "project XM-1")},
        ),
        ("complaints/media", media_item(统一社会信用代码="?"), {("respondent_name", NAMES[USCC_A])}),
        ("inspections/checks", check(统一社会信用代码="?"), {("agency_name", NAMES[USCC_A]), ("task_id", "task RW-1")}),
        (
            "inspections/checks",
            check(统一社会信用代码="?", 检查对象="同上", 报告编号="BG-1", 项目编号="XM-1"),
            {("task_id", "task RW-1"), *AT_REPORT},
        ),
        (
            "inspections/penalties",
            penalty(统一社会信用代码=None, 项目编号="XM-1"),
            {("agency_name", NAMES[USCC_A]), ("project_no", "project XM-1")},
        ),
        ("inspections/checks", check(统一社会信用代码=f"{USCC_A[:9]} {USCC_A[9:].lower()}", 检查类型="?"), {("agency_id", USCC_A)}),
        ("inspections/penalties", penalty(处罚决定日期="2024-06-02"), {("agency_id", USCC_A)}),
        ("platform/contracts", contract(zbdw=USCC_B, scbz="?"), {("agency_id", USCC_A), ("performed_by_id", USCC_B)}),
        (
            "platform/contracts",
            contract(zbdw=USCC_B[:-1], xmbh="XM-2"),
            {("agency_id", USCC_A), ("contract_no", "contract HT-1"), ("project_no", "project XM-2")},
        ),
        (
            "platform/contracts",
            contract(tyshxydm="?", zbdw=USCC_B),
            {("agency_name", NAMES[USCC_A]), ("performed_by_id", USCC_B)}
            | {("contract_no", "contract HT-1"), ("project_no", "project XM-1")},
        ),
        (
            "platform/reports",
            REPORT | {"bgrq": "2024-02-30"},
            {("agency_id", USCC_A), ("seal_agency_id", USCC_B), ("technical_lead", ID), ("project_lead", OTHER_ID)},
        ),
        (
            "platform/reports",
            REPORT | {"tyshxydm": USCC_C[:-1] + "A", "jsfzrsfzh": ID + OTHER_ID},
            {("agency_name", NAMES[USCC_A]), ("seal_agency_id", USCC_B), ("project_lead", OTHER_ID)}
            | {("project_no", "project XM-1")},
        ),
        ("platform/checkins", checkin(gw="厨师"), {("person", ID), *AT_REPORT}),
        ("platform/checkins", checkin(wd="95"), {("person", ID), *AT_REPORT}),
        ("platform/checkins", checkin(gw="厨师", sfzh=None), AT_REPORT),
        ("credit_desk/findings", finding(状态="?", 涉及人员身份证号=ID), {("agency_id", USCC_A), ("person", ID)}),
        ("credit_desk/findings", finding(状态="?", 涉及人员身份证号=f"{ID}、{OTHER_ID}"), {("agency_id", USCC_A)}),
        (
            "credit_desk/findings",
            finding(统一社会信用代码="?", 来源编号="GD-1", 项目编号="XM-1", 报告编号="BG-1"),
            {("origin_id", "case GD-1"), *AT_REPORT},
        ),
        (
            "credit_desk/repairs",
            ROWS["credit_desk/repairs"](统一社会信用代码="?", 认定编号="RD-1、rd-2"),
            {("target_ids", "case RD-1"), ("target_ids_2", "case RD-2")},
        ),
        ("credit_desk/merit_claims", merit(统一社会信用代码="?", 文号="证-1"), {("document_no", "document 证-1")}),
        ("credit_desk/merit_claims", merit(统一社会信用代码="?"), set()),
        ("credit_desk/merit_claims", merit(级别="?", 涉及人员身份证号=ID), {("agency_id", USCC_A), ("person", ID)}),
        ("credit_desk/decisions", decision(about=USCC_B, word="?"), {("object_id", USCC_B)}),
        ("credit_desk/decisions", decision(kind="?", about=USCC_B), {("object_id", USCC_B)}),
        ("credit_desk/decisions", decision(kind="lead", about="A1b2", word="?"), {("object_id", "a1b2")}),
        ("credit_desk/decisions", decision(kind="identity", about=f"media:XS-1={USCC_B}", word="?"), {("object_id", USCC_B)}),
        (
            "credit_desk/decisions",
            decision(kind="identity", about=f"{USCC_A}={USCC_B}", word="?"),
            {("object_id", USCC_B), ("other_object_id", USCC_A)},
        ),
    ],
)  # fmt: skip
def test_other_cells_identify_the_agency_or_person(
    door: Door, place: str, row: dict[str, Any], expected: Named
) -> None:
    put(door, place, [row])
    assert named(door) == {1: expected}


def test_a_record_with_too_few_or_too_many_fields_keeps_the_names_it_can(door: Door) -> None:
    place = "registry/social_insurance"
    head, *cells = grid(place, [insured(ID), insured(OTHER_ID), insured(OTHER_ID)])
    cells[0].append("多")  # one field more, at the end
    cells[1] = cells[1][:5]  # cut off behind the ID
    del cells[2][1]  # each value from here on in another column
    put_csv(door, place, csv_text([head, *cells]))
    assert named(door) == {
        1: {("payer_id", USCC_A), ("person", ID)},
        2: {("payer_id", USCC_A), ("person", OTHER_ID)},
        3: set(),
    }
    assert [row["row_key_hash"] is None for row in door.relation("lake.quarantined_rows")] == [False, True, True]


def test_a_record_with_a_lost_character_keeps_the_names_it_can(door: Door) -> None:
    content = page([dict.fromkeys(headers(dataset("platform/checkins"))) | checkin("QD-1")])
    damaged = (content.replace("王强".encode(), b"\xff"), content.replace(b'"QD-1"', b'"QD-1\xff"'))
    for number, of in enumerate(damaged, start=1):
        door.drop("platform/checkins", f"2024-06-0{number}", "p.json").write_bytes(of)
    assert named(door) == {1: {("person", ID), *AT_REPORT}}
    assert len(door.relation("lake.quarantined_names")) == 6
    first, second = door.relation("lake.quarantined_rows")
    assert first["reason_code"] == second["reason_code"] == "encoding"
    assert (first["row_key_hash"], second["row_key_hash"]) == (md5(b"QD-1"), None)


# A cell of each dataset that can fail and is not part of its key.
BAD = {
    "registry/agencies": "机构状态",
    "registry/personnel": "注册有效期至",
    "registry/equipment": "有效期至",
    "registry/site_checks": "核查结论",
    "registry/social_insurance": "缴费状态",
    "complaints/hotline": "核查结果",
    "complaints/media": "发现日期",
    "inspections/checks": "检查类型",
    "inspections/penalties": "状态",
    "platform/contracts": "scbz",
    "platform/reports": "scbz",
    "platform/checkins": "scbz",
    "credit_desk/findings": "状态",
    "credit_desk/merit_claims": "级别",
    "credit_desk/repairs": "审核意见",
    "credit_desk/decisions": "决定",
}


def test_every_dataset_is_tried() -> None:
    assert set(BAD) == {of.id for of in DATASETS.values()}


@pytest.mark.parametrize("place", BAD)
def test_the_hash_of_a_key_finds_the_accepted_row_of_the_same_key(door: Door, place: str) -> None:
    source, name = place.split("/")
    put(door, place, [ROWS[place](), ROWS[place]() | {BAD[place]: "?"}])
    door.outcomes()
    (row,) = door.relation(f"{source}.{name}")
    (out,) = door.relation("lake.quarantined_rows")
    assert out["row_key_hash"] == md5(row["row_key"].encode())


@pytest.mark.parametrize("place", BAD)
def test_a_key_that_cannot_be_read_has_no_hash(door: Door, place: str) -> None:
    key = next(column.header for column in dataset(place).columns if column.name == dataset(place).key[0])
    put(door, place, [ROWS[place]() | {key: "焦\ufffd号"}])
    door.outcomes()
    rows = door.relation("lake.quarantined_rows")
    if dataset(place).column(dataset(place).key[0]).parse is Parse.PERSON_ID:
        assert [row["reason_code"] for row in rows] == ["damaged_text"]
    assert [row["row_key_hash"] for row in rows] == [None]


def test_a_key_with_a_personal_number_is_hashed_as_in_the_lake(door: Door) -> None:
    put(door, "credit_desk/findings", [finding(f"T{ID}")], day="2024-05-31")
    put(door, "credit_desk/findings", [finding(f"T{ID}", 状态="?")])
    door.outcomes()
    (row,) = door.relation("credit_desk.findings")
    (out,) = door.relation("lake.quarantined_rows")
    assert out["row_key_hash"] == md5(row["row_key"].encode())


def test_rows_that_repeat_one_of_an_earlier_page_name_nobody_twice(door: Door) -> None:
    put(door, "platform/checkins", [checkin("QD-1", gw="厨师"), checkin("QD-2")], name="p1.json")
    put(door, "platform/checkins", [checkin("QD-1", gw="厨师"), checkin("QD-3")], name="p2.json")
    put(door, "platform/checkins", [checkin("QD-1", gw="厨师"), checkin("QD-3")], name="p3.json")
    assert named(door) == {1: {("person", ID), *AT_REPORT}}
    name, *_ = door.relation("lake.quarantined_names")
    (row,) = door.relation("lake.quarantined_rows")
    assert (name["file_hash"], row["file_name"]) == (row["file_hash"], "p1.json")


def test_a_file_that_is_held_or_a_copy_names_nobody(door: Door) -> None:
    place = "platform/checkins"
    record = dict.fromkeys(headers(dataset(place))) | checkin("QD-1", gw="厨师")
    put(door, "credit_desk/findings", [finding(状态="?")]).write_bytes(b"PK")
    door.drop(place, DAY, "p.json").write_bytes(page([record], total=2))
    assert named(door) == {}
    assert door.relation("lake.quarantined_names") == []
    for day in ("2024-06-02", "2024-06-03"):
        door.drop(place, day, "p.json").write_bytes(page([record]))
    assert named(door) == {1: {("person", ID), *AT_REPORT}}
    assert {str(name["received_on"]) for name in door.relation("lake.quarantined_names")} == {"2024-06-02"}


BAD_IN_LISTS = {"registry/agencies": "机构状态", "registry/personnel": "证书类别", "registry/equipment": "数量"}
TEXTS = (Parse.TEXT, Parse.CODE, Parse.PERSON_NAME, Parse.AGENCY_NAME, Parse.OPEN_CHOICE, Parse.ID_LIST, Parse.CLAUSE)


def test_nothing_else_of_a_quarantined_row_is_kept(door: Door) -> None:
    for place, bad in (BAD | BAD_IN_LISTS).items():
        texts = {column.header: f"暗号{column.name}" for column in dataset(place).columns if column.parse in TEXTS}
        put(door, place, [ROWS[place]() | texts | {bad: "暗号"}], name=f"{place.replace('/', '-')}.x")
    outcomes = door.outcomes().values()
    assert {(str(o.status), o.accepted_count, o.quarantined_count) for o in outcomes} == {("loaded", 0, 1)}
    assert door.relation("lake.quarantined_names")
    assert traces(door.settings.home, door.settings.archive, ["暗号", ID, OTHER_ID]) == []


def test_a_manifest_of_an_earlier_release_is_upgraded_and_its_files_are_read_again(door: Door) -> None:
    put(door, "credit_desk/findings", [finding(状态="?", 涉及人员身份证号=ID)])
    expected = named(door)
    with contextlib.closing(sqlite3.connect(door.settings.manifest)) as manifest, manifest:
        manifest.execute("drop table quarantined_names")
        manifest.execute("alter table quarantined_rows drop column row_key_hash")
        manifest.execute("update parts set revision = 'of an earlier release'")
    assert named(door) == expected == {1: {("agency_id", USCC_A), ("person", ID)}}
    assert [row["row_key_hash"] for row in door.relation("lake.quarantined_rows")] != [None]
    door.ingest(full=True)
    assert named(door) == expected


def test_every_agency_name_belongs_to_the_code_beside_it() -> None:
    named_beside = {(of.id, name): code for of in DATASETS.values() for name, code in of.agency_names}
    names = {(of.id, c.name) for of in DATASETS.values() for c in of.columns if c.parse is Parse.AGENCY_NAME}
    assert names - named_beside.keys() == {("registry/personnel", "insurance_payer_name")}  # of another employer
    for (place, _), code in named_beside.items():
        assert (code is None) == all(column.parse is not Parse.USCC for column in dataset(place).columns)
        assert code is None or dataset(place).column(code).parse is Parse.USCC


@pytest.mark.parametrize("number", [f"{ID[:6]}********{ID[14:]}", ID[:-1], None])
def test_a_key_with_an_incomplete_personal_number_has_no_hash(door: Door, number: str | None) -> None:
    """A name and a mask could be guessed from it."""
    put(door, "registry/personnel", [person(身份证号=number, 注册有效期至="?")])
    door.outcomes()
    assert [row["row_key_hash"] for row in door.relation("lake.quarantined_rows")] == [None]
