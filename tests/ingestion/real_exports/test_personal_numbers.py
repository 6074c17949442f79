"""K5: ID and mobile numbers outside their column. Masked at the door wherever they are; in a code a keyed substitute."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingestion import parsing
from ingestion.contract import Dataset, Parse
from tests.ingestion.real_exports.builder import (
    ROWS,
    USCC_A,
    Door,
    Raw,
    Row,
    check,
    decision,
    device,
    finding,
    grid,
    make_id,
    make_uscc,
    parts,
    penalty,
    person,
    put,
    put_parts,
    report,
    sheet,
    ticket,
)
from tests.ingestion.support import dataset

ID, MOBILE = make_id(5), "13800001234"
assert ID.endswith("X")  # so that an ID in small letters is another text
STAND_IN = re.compile(r"#[0-9A-F]{24}")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"技术负责人（{ID}）未到场", "技术负责人（4108**********{end}）未到场"),
        (f"T{ID}", "T4108**********{end}"),
        (f"身份证号{ID.lower()},电话{MOBILE}。", "身份证号4108**********{end},电话138****1234。"),
        (f"{ID[:6]} {ID[6:14]} {ID[14:]}", "4108**********{end}"),
        (f"2024 {ID}", "2024 4108**********{end}"),
        ("+86 138 0000 1234", "138****1234"),
        ("138-0000-1234", "138****1234"),
        ("0086-13800001234", "138****1234"),
        ("138－0000－1234", "138****1234"),
        ("138—0000—1234", "138****1234"),
        ("138\u20110000\u20111234", "138****1234"),
    ],
)
def test_a_number_in_a_text_is_masked(text: str, masked: str) -> None:
    numbers = parsing.find_numbers(text)
    read = parsing.replace_numbers(text, numbers, lambda number: number.mask)
    assert read == masked.format(end=ID[-4:])


@pytest.mark.parametrize(
    "text",
    [
        f"1{ID}",  # no number by itself
        f"{ID}2",
        ID[:-1] + ("0" if ID[-1] != "0" else "1"),  # check character
        "990803199001010377",  # region
        "23800001234",
        "12800001234",
        "138000012345",
        "1380000123",
        USCC_A,
        "XM-20240510001",
        "2024-05-10 10:22:05",
        "98f13708210194c475687be6106a3b84",  # a conflict's id
        "98F13708210194C475687BE6106A3B84",
        "确认线索98f13708210194c475687be6106a3b84。",
        "RD#A13708210194F475687BE610",  # a stand-in
    ],
)
def test_other_numbers_are_not_masked(text: str) -> None:
    assert parsing.find_numbers(text) == []


def test_nobody_below_14_works_for_an_agency(door: Door) -> None:
    born = make_id(1, "20100602")
    put(door, "inspections/checks", [check(问题描述=born)], day="2024-06-01")
    put(door, "inspections/checks", [check(问题描述=born)], day="2024-06-02", name="b.csv")
    door.ingest()
    assert [row["problem"] for row in door.rows("inspections/checks")] == [born, f"4108**********{born[-4:]}"]


def test_a_code_holds_the_same_stand_in_everywhere(door: Door) -> None:
    """v_id_elsewhere: as a certificate's number, behind a letter, as a key and in what refers to it."""
    put(door, "registry/personnel", [person("王强", ID, 资格证书编号=ID, 注册证编号=f"T{ID}")])
    put(door, "credit_desk/findings", [finding(f"RD{ID.lower()}", 来源编号=MOBILE, 项目编号=f"RD-{ID}")])
    put(door, "platform/reports", [report(f"RD{ID}", xmbh=f"RD—{ID}")])
    put(door, "complaints/hotline", [ticket(MOBILE)])
    door.ingest()
    (worker,), (found,) = door.rows("registry/personnel"), door.rows("credit_desk/findings")
    (signed,), (call,) = door.rows("platform/reports"), door.rows("complaints/hotline")
    assert STAND_IN.fullmatch(worker["qualification_no"])
    assert worker["registration_no"] == f"T{worker['qualification_no']}"
    assert found["finding_id"] == found["source_key"] == signed["report_no"] == f"RD{worker['qualification_no']}"
    assert found["project_no"] == signed["project_no"] == f"RD-{worker['qualification_no']}"
    assert found["origin_id"] == call["ticket_id"] != worker["qualification_no"]
    assert all("personal_number_masked" in row["flags"] for row in (worker, found, signed, call))
    assert parsing.code(call["ticket_id"]) == call["ticket_id"]  # a list that shows it can be read again


def test_an_id_of_a_lead_holds_no_mobile_number(door: Door) -> None:
    """Eleven digits between two letters of a hash begin with 13 once in 700 ids: the decision must find its object."""
    lead = "98f13708210194c475687be6106a3b84"
    put(
        door,
        "credit_desk/decisions",
        [
            decision("JD-1", "lead", lead, "confirmed"),
            decision("JD-2", "conflict", lead.upper(), "cleared"),
            decision("JD-3", "identity", lead, "same_person"),
        ],
    )
    put(door, "credit_desk/findings", [finding(来源编号=lead)])
    door.ingest()
    assert [row["object_id"] for row in door.rows("credit_desk/decisions")] == [lead] * 3
    (found,) = door.rows("credit_desk/findings")
    assert (found["origin_id"], found["flags"]) == (lead.upper(), "")


def test_a_name_and_a_fact_show_the_mask(door: Door) -> None:
    put(door, "registry/personnel", [person(f"王强{ID}"), person(f"王强(身份证{ID})")])
    put(door, "inspections/penalties", [penalty(违法事实=f"王强（{ID}）未到场", 处罚机关=f"某局 {MOBILE}")])
    door.ingest()
    mask = f"4108**********{ID[-4:]}"
    assert [row["person_name"] for row in door.rows("registry/personnel")] == [f"王强{mask}", f"王强(身份证{mask})"]
    (row,) = door.rows("inspections/penalties")
    assert (row["violation_facts"], row["authority"]) == (f"王强（{mask}）未到场", "某局 138****1234")
    assert row["flags"] == "personal_number_masked"


def own_keys(of: Dataset, number: int) -> Row:
    """Cells of a row that shares its key with no other."""
    ways = {Parse.CODE: f"N-{number}", Parse.PERSON_ID: make_id(100 + number)}
    by_number = {
        column.header: ways[column.parse] for column in of.columns if column.name in of.key and column.parse in ways
    }
    return by_number or {of.column(of.key[0]).header: make_uscc(f"91410800MA44{number:04}")}


def plants(place: str) -> list[Row]:
    """Good rows with different keys; in each, one column holds an ID or a mobile number, alone or in a text."""
    of = dataset(place)
    held = [(column.header, text) for column in of.columns for text in (f"字{ID.lower()}", f"{MOBILE} 字", ID, MOBILE)]
    return [ROWS[place]() | own_keys(of, number) | {header: text} for number, (header, text) in enumerate(held)]


def traces(home: Path, but: Path, secrets: list[str]) -> list[tuple[str, str]]:
    """Files of a home, outside one folder, that hold a secret: in their bytes, or as values of a table."""
    found = []
    for path in home.rglob("*"):
        if not path.is_file() or but in path.parents:
            continue
        content = path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            content += str(pq.read_table(path).to_pylist())
        found += [(path.name, secret) for secret in secrets if secret in content]
    return found


def test_a_number_in_any_column_of_any_dataset_is_nowhere_in_the_clear(door: Door) -> None:
    for place in ROWS:
        put(door, place, plants(place), name=f"{place.replace('/', '-')}.x")
    outcomes = door.outcomes()
    assert {outcome.status for outcome in outcomes.values()} == {"loaded"}
    assert traces(door.settings.home, door.settings.archive, [ID, MOBILE, ID.lower()]) == []
    said = " ".join(outcome.message or "" for outcome in outcomes.values())
    assert ID not in said and MOBILE not in said
    for place in ROWS:
        keys = [row["row_key"] for row in door.rows(place)]
        assert len(keys) > 4 and len(keys) == len(set(keys)), place  # otherwise a row would supersede the one before
    kept = b"".join(path.read_bytes() for path in door.settings.archive.rglob("*") if path.is_file())
    assert MOBILE.encode() in kept  # the control: the archive keeps pages as received


def test_every_way_of_reading_is_known_to_mask_numbers_or_to_hold_no_text() -> None:
    """Add a new way of reading a column to one of the three, according to whether it lets text through."""
    from ingestion.column_parsers import _CODES, _TEXTS

    checked = {
        *(Parse.USCC, Parse.PERSON_ID, Parse.DATE, Parse.LAST_DAY, Parse.DATETIME, Parse.MONTH, Parse.DATE_OR_OPEN),
        *(Parse.INTEGER, Parse.QUANTITY, Parse.POINTS, Parse.DECIMAL, Parse.CHOICE, Parse.FLAG, Parse.EPOCH_MS),
        *(Parse.COORDINATE, Parse.DROPPED),
    }
    assert {*_CODES, *_TEXTS} | checked == set(Parse)
    assert not checked & {*_CODES, *_TEXTS}


def test_a_number_in_a_file_s_name_is_masked(door: Door) -> None:
    put(door, "credit_desk/findings", [finding()], name=f"王强{ID}_{MOBILE}.xlsx")
    door.drop("credit_desk/findings", "2024-06-01", f"~${ID}.xlsx").write_bytes(b"")
    put(door, "registry/equipment", [device()], name="１３８００００１２３４.xlsx")
    summary = door.ingest()
    assert [name for name, _ in summary.ignored] and ID not in str(summary.ignored)
    names = {outcome.receipt.file_name for outcome in door.outcomes().values()}
    assert names == {f"王强4108**********{ID[-4:]}_138****1234.xlsx", "138****1234.xlsx"}


FULL_WIDTH = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789X"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (f"王强{ID}", "王强4108**********{end} (1)"),
        (f"王强{ID[:6]} {ID[6:14]} {ID[14:]}", "王强4108**********{end} (1)"),
        (f"王强{ID[:6]}-{ID[6:14]}-{ID[14:]}", "王强4108**********{end} (1)"),
        (f"王强{ID}".translate(FULL_WIDTH), "王强4108**********{end} (1)"),
        ("张某138-0000-1234", "张某138****1234 (1)"),
        ("张某 +86 138 0000 1234", "张某 138****1234 (1)"),
        (f"张某{MOBILE}".translate(FULL_WIDTH), "张某138****1234 (1)"),
        ("卡号6222020000000000", "卡号# (1)"),
        (f"王强{ID[:-1]}", "王强# (1)"),
        ("２０２４年５月（一）", "２０２４年５月（一）"),
    ],
)
def test_a_number_in_a_sheet_s_name_is_masked(door: Door, name: str, told: str) -> None:
    """In the lake, and in messages about a held sheet: for its header, its cells, far cells, or unread."""
    place = "credit_desk/findings"
    told = told.format(end=ID[-4:])
    rows = grid(place, [finding()])
    unknown = [[*rows[0], "未知"], [*rows[1], "x"]]
    odd = [rows[0], [Raw('<c r="{r}" t="x"><v>1</v></c>'), *rows[1][1:]]]
    double = sheet(rows).replace("</row>", '<c r="B2"><v>7</v></c></row>', 2)
    far = sheet(rows).replace("</row>", '</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', 1)
    workbooks = {
        "good": {name: sheet(rows)},
        "unread": {name: sheet([["填报说明"]]), "名单": sheet(rows)},
        "header": {name: sheet(unknown)},
        "odd": {name: sheet(odd)},
        "double": {name: double},
        "far": {name: far},
    }
    for of, sheets in workbooks.items():
        put_parts(door, place, parts(sheets), name=f"{of}.xlsx")
    outcomes = {key.rpartition("/")[2].removesuffix(".xlsx"): outcome for key, outcome in door.outcomes().items()}
    assert {of for of, outcome in outcomes.items() if outcome.status == "held"} == {"header", "odd", "double", "far"}
    for of in workbooks.keys() - {"good"}:
        assert f"sheet {told.removesuffix(' (1)')}" in (outcomes[of].message or ""), of
    assert told in {row["sheet"] for row in door.rows(place)}
    if told != name:
        assert name not in str(door.rows(place)) + str(outcomes)
        assert traces(door.settings.home, door.settings.archive, [name]) == []
