"""Parsing a row: its keys, its refusals, and the data that never enters the lake."""

from __future__ import annotations

import itertools

import pyarrow.parquet as pq
import pytest

from ingestion import parsing, strict
from ingestion.sources import DATASETS
from tests.ingestion.support import (
    CHECKINS,
    DAY,
    FINDINGS,
    INSURANCE,
    PERSONNEL,
    USCC_A,
    USCC_B,
    Door,
    checkin,
    dataset,
    insured,
    make_id,
    page_bytes,
    person,
)


def test_keys_have_one_form_and_match_when_equal(door: Door) -> None:
    base = {
        "行政相对人名称": "焦作甲",
        "统一社会信用代码": USCC_A,
        "处罚决定日期": "2024-03-01",
        "状态": "生效",
    }
    door.put("inspections/penalties", DAY, "a.xlsx", [base | {"决定书文号": "焦罚[2024]3号"}])
    door.put("inspections/penalties", "2024-07-01", "a.xlsx", [base | {"决定书文号": " 焦罚〔2024〕3 号"}])
    door.put(
        INSURANCE, DAY, "s.csv", [insured(make_id(1)), insured("4108**********1234"), insured("4108**********1235")]
    )
    door.put(
        "inspections/checks",
        DAY,
        "c.csv",
        [{"任务编号": "RW-1", "序号": "2", "检查类型": "专项", "统一社会信用代码": USCC_A}],
    )
    door.ingest()
    first, second = door.rows("inspections/penalties")
    assert (first["source_key"], second["source_key"]) == ("焦罚〔2024〕3号", "焦罚〔2024〕3号")
    assert first["row_key"] == second["row_key"]
    full, masked, other = door.rows(INSURANCE)
    assert full["source_key"] == f"{full['person_key']}-202403-企业职工基本养老-{USCC_A}"
    assert masked["source_key"].startswith("4108**********1234-")
    assert len({full["row_key"], masked["row_key"], other["row_key"]}) == 3
    assert door.rows("inspections/checks")[0]["source_key"] == "RW-1-2"


def test_an_unknown_value_is_reported_with_the_values_that_the_column_takes() -> None:
    said = strict.remedy(dataset(FINDINGS), "unknown_value", "状态") or ""
    assert said.startswith(parsing.REMEDIES["unknown_value"]) and "有效、异议中、未生效、撤销" in said
    levels = strict.remedy(dataset(PERSONNEL), "unknown_value", "等级") or ""
    assert levels.endswith("注册消防工程师: 一级、二级; 消防设施操作员: 高级技师、技师、高级、中级、初级")
    for reason, header in (("empty_key", "认定编号"), ("field_count", None)):
        said = strict.remedy(dataset(FINDINGS), reason, header) or ""
        assert said.startswith(parsing.REMEDIES[reason]) and said.endswith("into the same folder.")
    assert strict.remedy(dataset(FINDINGS), "not_a_name", None) == parsing.REMEDIES["not_a_name"]


_IMPOSSIBLE = ["1" + "0" * 400, "1" + "0" * 5000, "1e999", '"\\ud800"']


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *itertools.product(["qdsj", "xm", "sjgxsjc", "jd"], _IMPOSSIBLE),
        *(("xmbh", value) for value in _IMPOSSIBLE[2:]),  # a number is text, and exact, where a code stands
    ],
)
def test_one_impossible_value_of_a_page_quarantines_its_record(door: Door, key: str, value: str) -> None:
    of = dataset(CHECKINS)
    content = page_bytes(of, [checkin("QD-1"), checkin("QD-2") | {key: "VALUE"}])
    door.drop(CHECKINS, DAY, "p.json").write_bytes(content.replace(b'"VALUE"', value.encode()))
    outcome = door.only_outcome()
    assert (outcome.status, outcome.accepted_count, outcome.quarantined_count) == ("loaded", 1, 1)
    assert [(number, header) for number, _, header in door.reasons()] == [(2, key)]


def test_the_codes_in_a_decision_s_object_are_repaired_or_refused(door: Door) -> None:
    base = {"决定日期": "2024-05-01", "经办人": "甲", "复核人": "乙"}
    wrong = USCC_A[:-1] + "0"
    objects = [
        ("directory", "exit", USCC_A, USCC_A),
        ("directory", "exit", f" {USCC_A.lower()[:9]} {USCC_A[9:]}", USCC_A),
        ("directory", "readmit", USCC_A.replace("0", "O"), USCC_A),
        ("directory", "exit", wrong, None),
        ("directory", "exit", "c-1", None),
        ("identity", "same_person", f"hotline：GD-1＝{USCC_B.lower()}", f"hotline:GD-1={USCC_B}"),
        ("identity", "same_person", f"{USCC_A.lower()} = {USCC_B.replace('1', 'I')}", f"{USCC_A}={USCC_B}"),
        ("identity", "same_person", f"{wrong}={USCC_B}", None),
        ("identity", "same_person", f"={USCC_B}", None),
        ("identity", "same_person", "hotline:GD-1=", None),
        ("identity", "different_person", "0c" * 16, "0c" * 16),
        ("conflict", "confirmed", "a1", "a1"),
    ]
    rows = [
        base | {"决定编号": f"D-{number}", "对象类型": kind, "对象编号": written, "决定": word}
        for number, (kind, word, written, _) in enumerate(objects)
    ]
    door.put("credit_desk/decisions", DAY, "a.xlsx", rows)
    door.ingest()
    read = {row["decision_id"]: row for row in door.rows("credit_desk/decisions")}
    assert {key: row["object_id"] for key, row in read.items()} == {
        f"D-{number}": wanted for number, (_, _, _, wanted) in enumerate(objects) if wanted
    }
    assert [read[f"D-{number}"]["flags"] for number in (0, 1, 2, 5, 6, 10)] == [
        "", "uscc_repaired", "uscc_repaired", "uscc_repaired", "uscc_repaired", "",
    ]  # fmt: skip
    assert {(reason, header) for _, reason, header in door.reasons()} == {
        ("uscc_check_failed", "对象编号"),
        ("uscc_malformed", "对象编号"),
    }


def test_the_columns_of_sources_md_may_not_lie_after_receipt() -> None:
    listed = {
        *(
            "行为日期",
            "认定日期",
            "处罚决定日期",
            "检查日期",
            "核查日期",
            "决定日期",
            "受理时间",
            "受理日期",
            "答复日期",
        ),
        *("发现日期", "取得日期", "撤销日期", "bgrq", "qdsj", "qtsj"),
    }
    marked = {column.header for of in DATASETS.values() for column in of.columns if column.not_after_receipt}
    assert marked == listed
    for of in DATASETS.values():
        for column in of.columns:
            assert column.not_after_receipt == (column.header in listed), (of.id, column.header)


@pytest.mark.parametrize(("written", "is_accepted"), [("2024-06-01 23:59:59", True), ("2024-06-02 00:00:00", False)])
def test_the_day_of_receipt_is_the_last_that_passes_in_local_time(door: Door, written: str, is_accepted: bool) -> None:
    door.put(CHECKINS, DAY, "p.json", [checkin(qtsj=written)])
    outcome = door.only_outcome()
    assert outcome.accepted_count == is_accepted
    assert [reason for _, reason, _ in door.reasons()] == ([] if is_accepted else ["date_after_receipt"])


def test_positions_become_cells_and_dropped_columns_leave_no_trace(door: Door) -> None:
    import eviltransform

    latitude, longitude = 35.2154, 113.2421
    places = {"WGS84": (latitude, longitude), "GCJ02": eviltransform.wgs2gcj(latitude, longitude)}
    places["BD09"] = eviltransform.wgs2bd(latitude, longitude)
    rows = [checkin(f"QD-{system}", wd=lat, jd=str(lng), zbx=system) for system, (lat, lng) in places.items()]
    rows += [checkin("QD-NONE", jd=None), checkin("QD-far", wd=91.5), checkin("QD-bad", jd="东经")]
    door.put(CHECKINS, DAY, "p.json", rows)
    secrets = {
        "诉求人": "赵投诉",
        "联系电话": "13900001111",
        "诉求地址": "和平街7号",
        "内容描述": "举报内容",
        "答复要点": "答复全文",
    }
    ticket = {
        "工单编号": "GD-1",
        "受理时间": "2024-05-01 09:00:00",
        "核查结果": "属实",
        "被诉对象": "焦作 甲",
    } | secrets
    door.put("complaints/hotline", DAY, "h.xlsx", [ticket])
    door.put(INSURANCE, DAY, "s.csv", [insured(make_id(1))])
    door.outcomes()
    cells = {r["checkin_id"]: (r["cell_x"], r["cell_y"]) for r in door.rows(CHECKINS)}
    assert cells == {
        "QD-WGS84": (11324, 3521),
        "QD-GCJ02": (11324, 3521),
        "QD-BD09": (11324, 3521),
        "QD-NONE": (None, None),
    }
    assert [reason for _, reason, _ in door.reasons()] == ["impossible_coordinate"] * 2
    assert {r["checkin_id"]: r["flags"] for r in door.rows(CHECKINS)}["QD-NONE"] == "position_incomplete"
    canaries = [*secrets.values(), make_id(1), "4321.98", "113.2421", "35.2154"]
    for path in door.settings.home.rglob("*"):
        if path.is_file() and door.settings.archive not in path.parents:
            content = path.read_bytes()
            text = str(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else ""
            for canary in canaries:
                assert canary.encode() not in content, (path, canary)
                assert canary not in text, (path, canary)
    kept = b"".join(path.read_bytes() for path in door.settings.archive.rglob("*") if path.is_file())
    assert make_id(1).encode() in kept  # the control: the archive does hold what the door dropped


def test_one_person_has_one_key_however_written(door: Door) -> None:
    fifteen = "410803900101001"
    eighteen = parsing.person_number(fifteen).number
    assert eighteen is not None
    numbers = [fifteen, eighteen, f" {eighteen}".lower(), eighteen.replace("0", "O")]
    door.put(PERSONNEL, DAY, "a.xlsx", [person(f"王{n}", number) for n, number in enumerate(numbers)])
    door.ingest()
    rows = door.rows(PERSONNEL)
    assert len({row["person_key"] for row in rows}) == 1
    assert {row["person_id_status"] for row in rows} == {"full"}
    assert [row["flags"] for row in rows] == ["", "", "id_repaired", "id_repaired"]
