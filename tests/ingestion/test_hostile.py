"""Hostile and broken files: refused quickly, in bounded memory, with a message; everything else goes on."""

from __future__ import annotations

import gzip
import io
import os
import resource
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from ingestion import envelope, readers
from ingestion.envelope import Held
from ingestion.sources import DATASETS
from tests.ingestion.support import (
    USCC_A,
    Door,
    checkin,
    csv_bytes,
    dataset,
    finding,
    headers,
    insured,
    make_id,
    page_bytes,
    person,
)
from tests.ingestion.test_excel import finding_rows, letters, raw_workbook, sheet_xml, text_cell

FINDINGS, INSURANCE, CHECKINS = "credit_desk/findings", "registry/social_insurance", "platform/checkins"
DAY = "2024-06-01"


def refusal(path: Path) -> Held:
    with pytest.raises(Held) as held:
        envelope.inspect_workbook(path)
    return held.value


def bomb(path: Path, unpacked: int = 286 << 20) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(unpacked >> 20):
            part.write(b" " * (1 << 20))
    return path


MEASURE = """
import resource, sys, time
from pathlib import Path
from ingestion import envelope
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begin = time.perf_counter()
try:
    envelope.{call}(Path(sys.argv[1]))
except envelope.Held as held:
    print(held.reason, time.perf_counter() - begin, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.parametrize("kind", ["workbook", "page"])
def test_a_bomb_is_refused_in_two_seconds_and_100_megabytes(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bomb"
    if kind == "workbook":
        bomb(path)
    else:
        with gzip.open(path, "wb") as file:
            for _ in range(286):
                file.write(b" " * (1 << 20))
    assert path.stat().st_size < 500_000
    call = "inspect_workbook" if kind == "workbook" else "open_unpacked"
    out = subprocess.run(
        [sys.executable, "-c", MEASURE.replace("{call}", call), str(path)], capture_output=True, text=True, check=True
    ).stdout.split()
    assert out[0] == "refused_archive"
    assert float(out[1]) <= 2
    assert float(out[2]) <= 100


def test_a_part_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = bomb(tmp_path / "lying", 100 << 20)
    content = bytearray(path.read_bytes())
    central = content.rindex(b"PK\x01\x02")
    content[central + 24 : central + 28] = struct.pack("<I", 1000)  # declares 1,000 bytes
    path.write_bytes(content)
    assert refusal(path).reason == "refused_archive"


def test_ten_thousand_entries_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "many"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_000):
            archive.writestr(f"xl/{number}.xml", b"")
    begin = time.perf_counter()
    assert "10000 parts" in refusal(path).message
    assert time.perf_counter() - begin <= 2


def test_an_archive_within_is_refused(tmp_path: Path) -> None:
    inner, path = bomb(tmp_path / "inner", 1 << 20), tmp_path / "outer"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "xl/embeddings/inner.xlsx")
    assert "another archive" in refusal(path).message


def test_overlapping_parts_are_refused(tmp_path: Path) -> None:
    """Two directory entries that point at the same bytes multiply them."""
    path = tmp_path / "overlap"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xml", b"a" * 100)
        archive.writestr("b.xml", b"a" * 100)
    content = bytearray(path.read_bytes())
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    content[second + 42 : second + 46] = struct.pack("<I", 0)
    path.write_bytes(content)
    assert refusal(path).reason in ("refused_archive", "unreadable")


def test_document_types_and_far_cells_are_refused(door: Door) -> None:
    laughs = sheet_xml(finding_rows({})).replace("<worksheet", "<!DOCTYPE w [<!ENTITY a 'b'>]><worksheet", 1)
    raw_workbook(door.drop(FINDINGS, DAY, "dtd.xlsx"), {"S": laughs})
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    raw_workbook(door.drop(FINDINGS, DAY, "far.xlsx"), {"S": sheet_xml(far)})
    sparse = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="IV1048576"><v>1</v></c></row>'
    raw_workbook(door.drop(FINDINGS, DAY, "sparse.xlsx"), {"S": sheet_xml(sparse)})
    begin = time.perf_counter()
    outcomes = door.outcomes()
    assert {outcome.reason_code for outcome in outcomes.values()} == {"refused_archive"}
    assert len(outcomes) == 3
    assert time.perf_counter() - begin <= 5


def test_a_merged_range_over_the_whole_sheet_costs_nothing(door: Door) -> None:
    merges = '<mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    raw_workbook(door.drop(FINDINGS, DAY, "a.xlsx"), {"S": sheet_xml(finding_rows({}), merges)})
    begin = time.perf_counter()
    assert door.only_outcome().read_count == 1
    assert time.perf_counter() - begin <= 2


@pytest.mark.parametrize("keep", [0, 1, 30, 500, 0.3, 0.6, 0.9, -1, -22])
def test_a_truncated_workbook_loads_no_row(door: Door, keep: float) -> None:
    whole = door.put(FINDINGS, DAY, "a.xlsx", [finding(f"RD-{n}") for n in range(200)]).read_bytes()
    end = int(len(whole) * keep) if isinstance(keep, float) else keep
    door.drop(FINDINGS, DAY, "a.xlsx").write_bytes(whole[:end])
    door.put(FINDINGS, DAY, "good.xlsx", [finding("RD-good")])
    outcomes = door.outcomes()
    cut = outcomes[f"{DAY}/a.xlsx"]
    assert (cut.status, cut.read_count) == ("held", 0)
    assert cut.message
    assert outcomes[f"{DAY}/good.xlsx"].status == "loaded"
    assert [row["finding_id"] for row in door.rows(FINDINGS)] == ["RD-good"]


def test_a_workbook_whose_sheet_breaks_off_inside_a_whole_zip_is_held(door: Door) -> None:
    xml = sheet_xml(finding_rows({}) * 3)
    raw_workbook(door.drop(FINDINGS, DAY, "a.xlsx"), {"S": xml[: len(xml) // 2]})
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "unreadable")


def test_flipped_bytes_never_change_a_row_silently(door: Door) -> None:
    whole = door.put(FINDINGS, DAY, "a.xlsx", [finding(f"RD-{n}") for n in range(50)]).read_bytes()
    for place in range(100, len(whole) - 100, max(1, len(whole) // 40)):
        content = bytearray(whole)
        content[place] ^= 0x55
        path = door.root / "flipped.xlsx"
        path.write_bytes(content)
        try:
            rows = list(readers.read_rows(dataset(FINDINGS), path, readers.Notes()))
        except Held:
            continue
        assert len(rows) == 50


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "wrong_format"),
        (b"PK\x03\x04", "unreadable"),
        (b"PK\x05\x06" + b"\0" * 18, "wrong_format"),
        ("认定编号,失信条款\r\n1,5\r\n".encode(), "wrong_format"),
        (b"\x89PNG\r\n\x1a\n", "wrong_format"),
    ],
)
def test_what_is_no_workbook_is_held(door: Door, content: bytes, reason: str) -> None:
    door.drop(FINDINGS, DAY, "a.xlsx").write_bytes(content)
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", reason)


# --- texts ---


def test_the_right_text_in_every_encoding(door: Door) -> None:
    names = ["𠮷野", "阿不都·热合曼", "王强"]
    rows = [insured(make_id(n), 姓名=name) for n, name in enumerate(names)]
    of = dataset(INSURANCE)
    for number, encoding in enumerate(["utf-8", "utf-8-sig", "gb18030", "utf-16"], start=1):
        day = f"2024-06-0{number}"
        door.drop(INSURANCE, day, "a.csv").write_bytes(
            csv_bytes(of, [r | {"单位编号": str(number)} for r in rows], encoding)
        )
    door.ingest()
    assert [row["person_name"] for row in door.rows(INSURANCE)] == names * 4


def mixed() -> bytes:
    rows = csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(5)])
    return rows + csv_bytes(dataset(INSURANCE), [insured(make_id(9))], "utf-8").split(b"\r\n", 1)[1]


def mixed_cell(name: str) -> bytes:
    """One cell of one row in UTF-8, the rest in GB18030."""
    rows = csv_bytes(dataset(INSURANCE), [insured(make_id(1)), insured(make_id(2), 姓名="NAME"), insured(make_id(3))])
    return rows.replace(b"NAME", name.encode())


@pytest.mark.parametrize(
    "content",
    [
        mixed(),
        mixed_cell("王强"),
        mixed_cell("王小强"),
        mixed_cell("欧阳小强"),
        csv_bytes(dataset(INSURANCE), [insured(make_id(1))], "utf-16")[2:],  # no mark
        csv_bytes(dataset(INSURANCE), [insured(make_id(1))], "utf-16")[:-1],
        csv_bytes(dataset(INSURANCE), [insured(make_id(1))])[:-40],
        csv_bytes(dataset(INSURANCE), [insured(make_id(1))], "utf-8").replace("强".encode(), b"\xe5\xbc"),
        csv_bytes(dataset(INSURANCE), [insured(make_id(1))]) + b"\xff\xff",
        "Müller,é\r\nà,ü\r\n".encode("latin-1"),
        b"\x00\x01\x02" * 40,
        b"",
        gzip.compress(csv_bytes(dataset(INSURANCE), [insured(make_id(1))])),
    ],
)
def test_a_text_that_cannot_be_right_is_held(door: Door, content: bytes) -> None:
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(content)
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count) == ("held", 0)
    assert door.rows(INSURANCE) == []


def test_a_replacement_character_from_upstream_quarantines_its_row(door: Door) -> None:
    rows = [insured(make_id(1), 姓名="王\ufffd"), insured(make_id(2))]
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(csv_bytes(dataset(INSURANCE), rows, "utf-8"))
    door.ingest()
    assert door.reasons() == [(2, "damaged_text", "姓名")]
    assert not any("\ufffd" in str(row) for row in door.rows(INSURANCE))


def test_gb18030_of_every_common_word_is_not_mistaken_for_utf8(door: Door) -> None:
    """Real names over the whole of GB 2312 pass: the guard against mixed encodings must not cry wolf."""
    han = [bytes([high, low]).decode("gb18030") for high in range(0xB0, 0xF7) for low in range(0xA1, 0xFA)]
    rows = [
        insured(make_id(n % 999, f"19{n // 999 + 40}0101"), 姓名="".join(han[n * 3 : n * 3 + 3])) for n in range(2000)
    ]
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(csv_bytes(dataset(INSURANCE), rows))
    assert door.only_outcome().accepted_count == 2000


def test_csv_records_are_counted_whatever_line_breaks_they_hold(door: Door) -> None:
    rows = [insured(make_id(1), 单位名称="甲\n公司"), insured("", "202404"), insured(make_id(2), 单位名称='乙"公司')]
    content = csv_bytes(dataset(INSURANCE), rows)
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(
        content + b"\r\n" + csv_bytes(dataset(INSURANCE), [insured(make_id(3))]).split(b"\r\n", 1)[1]
    )
    door.ingest()
    assert [row["row_number"] for row in door.rows(INSURANCE)] == [2, 4, 6]  # 5 is the blank line
    assert door.reasons() == [(3, "empty_key", "社会保障号码")]
    assert door.rows(INSURANCE)[0]["payer_name"] == "甲公司"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(door: Door, end: str) -> None:
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(csv_bytes(dataset(INSURANCE), [insured(make_id(1))], end=end))
    assert door.only_outcome().accepted_count == 1


def test_a_quotation_mark_that_never_closes_holds_the_file(door: Door) -> None:
    content = csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(30)])
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(content + b'"' + content.split(b"\r\n", 1)[1])
    assert door.only_outcome().reason_code == "unreadable"


@pytest.mark.parametrize(
    ("content", "reason", "said"),
    [
        (gzip.compress(b"x"), "wrong_format", "gzip"),
        (csv_bytes(dataset(INSURANCE), [insured(make_id(1))], "utf-16")[2:], "encoding", "UTF-16 without its mark"),
        (
            csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(4)], "utf-8").replace(
                "王强".encode(), b"\xff\xff", 3
            ),
            "encoding",
            "line 2:",
        ),
        (
            csv_bytes(dataset(INSURANCE), [insured(make_id(1)), insured(make_id(2), 姓名="王\ue863")]),
            "encoding",
            "line 3:",
        ),
        (
            csv_bytes(dataset(INSURANCE), [insured(make_id(1), 单位名称="x" * (1 << 21))]),
            "unreadable",
            "more than 1048576 characters",
        ),
        (
            csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(3)])[:-2],
            "unreadable",
            "line 4: the file ends without a line break",
        ),
    ],
    ids=["gzip", "utf-16", "bytes", "private", "long", "cut"],
)
def test_a_text_is_held_for_what_is_wrong_with_it(door: Door, content: bytes, reason: str, said: str) -> None:
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(content)
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code, outcome.read_count) == ("held", reason, 0)
    assert said in (outcome.message or "")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_control_character_quarantines_its_row_in_every_format(door: Door, encoding: str) -> None:
    rows = [insured(make_id(1), 姓名="王\x07强"), insured(make_id(2)), insured(make_id(3), 单位名称="甲\x00\x1b司")]
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(csv_bytes(dataset(INSURANCE), rows, encoding))
    cells = finding_rows({"认定单位": text_cell("{r}", "a_x0007_b")})
    raw_workbook(door.drop(FINDINGS, DAY, "a.xlsx"), {"S": sheet_xml(cells)})
    door.drop(CHECKINS, DAY, "p.json").write_bytes(page_bytes(dataset(CHECKINS), [checkin(xm="王\0强")]))
    door.ingest()
    assert sorted(door.reasons(), key=str) == [
        (1, "damaged_text", "xm"),
        (2, "damaged_text", "姓名"),
        (2, "damaged_text", "认定单位"),
        (4, "damaged_text", "单位名称"),
    ]


def test_ctrl_z_ends_a_text(door: Door) -> None:
    whole = csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(2)])
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(whole + b"\x1a")
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count, outcome.accepted_count) == ("loaded", 2, 2)


@pytest.mark.parametrize("cut", range(1, 24))
def test_a_csv_cut_in_its_last_cells_is_held(door: Door, cut: int) -> None:
    whole = csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(3)])
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(whole[: -1 - cut])
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count) == ("held", 0)


@pytest.mark.parametrize("place", ["inspections/checks", "complaints/media"])
def test_a_last_value_that_a_cut_made_another_one_is_never_loaded(door: Door, place: str) -> None:
    """Without its last line break no file is loaded, though every cell of its last record could be a value."""
    row = {
        "inspections/checks": {"任务编号": "RW-1", "序号": "1", "检查类型": "专项", "统一社会信用代码": USCC_A}
        | {"撤销日期": "2024-03-21"},
        "complaints/media": {"线索编号": "XS-1", "发现日期": "2024-03-01", "对应失信条款": "11"},
    }[place]
    whole = csv_bytes(dataset(place), [row])
    for cut in (2, 3):  # the line break; 2024-03-2 and clause 1, both of them values
        door.drop(place, f"2024-06-0{cut}", "a.csv").write_bytes(whole[:-cut])
    for outcome in door.outcomes().values():
        assert (outcome.status, outcome.reason_code, outcome.read_count) == ("held", "unreadable", 0)
        assert "press Enter at the very end" in (outcome.message or "")
    door.drop(place, "2024-06-03", "b.csv").write_bytes(whole[:-2] + b"\n")  # as the message says
    assert door.outcomes()["2024-06-03/b.csv"].accepted_count == 1


def test_a_comma_after_the_last_header_is_no_column(door: Door) -> None:
    lines = csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(3)]).split(b"\r\n")
    lines[0] += b","
    lines[2] += b","
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(b"\r\n".join(lines))
    outcome = door.only_outcome()
    assert (outcome.read_count, outcome.accepted_count) == (3, 3)


def test_a_record_with_the_wrong_number_of_fields_is_quarantined(door: Door) -> None:
    lines = csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(3)]).split(b"\r\n")
    lines[2] = lines[2].rsplit(b",", 3)[0]
    lines[3] += b",1"
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(b"\r\n".join(lines))
    door.ingest()
    assert [(number, reason) for number, reason, _ in door.reasons()] == [(3, "field_count"), (4, "field_count")]


def test_a_csv_cut_inside_a_record_is_held(door: Door) -> None:
    whole = csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(30)])
    last = whole.rindex(b"\r\n", 0, -2) + 2
    commas = [place for place in range(last, len(whole)) if whole[place : place + 1] == b","]
    for number, place in enumerate(commas[:-1]):
        door.drop(INSURANCE, f"2024-07-{number + 1:02d}", "a.csv").write_bytes(whole[: place + 1])
    assert {outcome.reason_code for outcome in door.outcomes().values()} == {"unreadable"}


# --- pages ---


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, -1, -2])
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_cut_off_page_is_held(door: Door, keep: float, is_packed: bool) -> None:
    whole = page_bytes(dataset(CHECKINS), [checkin(f"QD-{n}") for n in range(50)])
    content = gzip.compress(whole) if is_packed else whole
    end = int(len(content) * keep) if isinstance(keep, float) else keep
    door.drop(CHECKINS, DAY, "p1.json").write_bytes(content[:end])
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code, outcome.read_count) == ("held", "unreadable", 0)


@pytest.mark.parametrize(
    "content",
    [
        b'{"code":500,"msg":"error","data":null}',
        b'{"code":500,"msg":"error","data":{"records":[]}}',
        b'{"code":0,"data":{"records":{}}}',
        b'{"code":0,"data":{"records":[1]}}',
        b'{"code":0,"data":{"records":[{"qdbh":NaN}]}}',
        b'{"code":0,"data":{"records":[{"qdbh":"1","qdbh":"2"}]}}',
        b'{"code":0,"data":{"records":[{"qdbh":["1"]}]}}',
        b'{"code":0,"data":{"records":[]}} {}',
        b'{"code":0,"data":{"records":[],}}',
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"code":0,"data":{"records":[' + b'{"qdbh":' * 5000 + b"1" + b"}" * 5000 + b"]}}",
        gzip.compress(gzip.compress(b'{"code":0,"data":{"records":[]}}')),
        gzip.compress(b'{"code":0,"data":{"records":[]}}') * 2,
    ],
)
def test_what_is_no_page_is_held(door: Door, content: bytes) -> None:
    door.drop(CHECKINS, DAY, "p1.json").write_bytes(content)
    outcome = door.only_outcome()
    assert outcome.status == "held"
    assert outcome.reason_code in ("unreadable", "refused_archive")


def test_an_unknown_key_of_a_record_holds_the_page(door: Door) -> None:
    door.drop(CHECKINS, DAY, "p1.json").write_bytes(
        page_bytes(dataset(CHECKINS), [checkin(), checkin("QD-2", qdrq="x")])
    )
    outcome = door.only_outcome()
    assert outcome.reason_code == "unknown_header"
    assert "qdrq" in (outcome.message or "")


def test_a_page_without_records_is_an_empty_page(door: Door) -> None:
    door.drop(CHECKINS, DAY, "p1.json.gz").write_bytes(gzip.compress(page_bytes(dataset(CHECKINS), [])))
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count) == ("loaded", 0)


# --- names and places ---


HOSTILE_NAMES = [
    "..xlsx",
    "...",
    "-rf",
    "a b.xlsx",
    "a;rm -rf ~.xlsx",
    "$(touch x).xlsx",
    "`id`.xlsx",
    "%2e%2e%2fetc%2fpasswd",
    "..\\..\\windows.xlsx",
    "C:\\a.xlsx",
    "'; drop table receipts; --.xlsx",
    '"<img src=x onerror=alert(1)>.xlsx',
    "\u202exslx.a",
    "a\u0000b".replace("\u0000", "\u0001") + ".xlsx",
    "a\nb.xlsx",
    "a\x1b[31mred.xlsx",
    "A.XLSX",
    "a.xlsx",
    "x" * 250 + ".xlsx",
    "ａ．ｘｌｓｘ",
]


def test_hostile_names_stay_inside_the_home(door: Door) -> None:
    for number, name in enumerate(HOSTILE_NAMES):
        door.put(FINDINGS, DAY, "tmp.xlsx", [finding(f"RD-{number}")]).rename(door.drop(FINDINGS, DAY, name))
    raw = os.fsencode(door.drop(FINDINGS, DAY, "")) + b"/\xff\xfe.xlsx"
    door.put(FINDINGS, DAY, "tmp.xlsx", [finding("RD-raw")]).rename(os.fsdecode(raw))
    before = {path for path in door.root.rglob("*") if door.settings.home not in path.parents}
    summary = door.ingest()
    assert (summary.parsed_count, summary.held) == (len(HOSTILE_NAMES) + 1, [])
    after = {path for path in door.root.rglob("*") if door.settings.home not in path.parents}
    assert after - before == {door.settings.home}
    stored = [path for path in door.settings.archive.rglob("*") if path.is_file()]
    assert len(stored) == len(HOSTILE_NAMES) + 1
    assert all(len(path.name) == 64 and path.parent.name == path.name[:2] for path in stored)
    for outcome in door.outcomes().values():
        name = outcome.receipt.file_name
        assert not any(char < " " or char == "\u202e" or 0xD800 <= ord(char) < 0xE000 for char in name)


def test_links_and_devices_are_not_opened(door: Door) -> None:
    secret = door.root / "secret.xlsx"
    door.put(FINDINGS, DAY, "good.xlsx", [finding("RD-1")]).rename(secret)
    door.drop(FINDINGS, DAY, "link.xlsx").symlink_to(secret)
    door.drop(FINDINGS, DAY, "dangling.xlsx").symlink_to("/nonexistent")
    os.mkfifo(door.drop(FINDINGS, DAY, "pipe.xlsx"))
    (door.inbox / "registry").symlink_to(door.inbox / "credit_desk")
    begin = time.perf_counter()
    summary = door.ingest()
    assert time.perf_counter() - begin < 5
    assert [(receipt.file_name, reason) for receipt, reason, _ in summary.held] == [
        ("dangling.xlsx", "not_a_regular_file"),
        ("link.xlsx", "not_a_regular_file"),
    ]
    assert sorted(Path(path).name for path, _ in summary.ignored) == ["pipe.xlsx", "registry"]
    assert door.rows(FINDINGS) == []


def test_a_folder_that_cannot_be_read_is_told_of_and_the_rest_goes_on(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.put(FINDINGS, DAY, "good.xlsx", [finding()])
    closed = [door.put("registry/personnel", DAY, "a.xlsx", [person()]).parent, door.inbox / "complaints"]
    closed[1].mkdir()
    real = os.scandir

    def scandir(folder: Path) -> object:
        if Path(folder) in closed:
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    summary = door.ingest()
    assert summary.parsed_count == 1
    assert sorted(path for path, _ in summary.ignored) == sorted(map(str, closed))
    assert all("cannot be read" in why for _, why in summary.ignored)


def test_what_programs_leave_beside_a_file_is_told_of_and_not_read(door: Door) -> None:
    names = ["~$a.xlsx", ".~lock.a.xlsx#", ".DS_Store", "._a.xlsx", ".a.xlsx.Xy12Zw", "Thumbs.db", "desktop.ini"]
    for name in names:
        door.drop(FINDINGS, DAY, name).write_bytes(b"x" * 165)
    door.put(FINDINGS, DAY, "a.xlsx", [finding()])
    summary = door.ingest()
    assert (summary.seen_count, summary.held) == (1, [])
    assert {Path(path).name for path, _ in summary.ignored} == set(names)


def test_strangers_in_the_inbox_are_told_of_and_not_read(door: Door) -> None:
    door.put(FINDINGS, DAY, "good.xlsx", [finding()])
    for place in (
        "other/x/2024-01-01",
        "credit_desk/other/2024-01-01",
        "credit_desk/findings/2024-13-01",
        "credit_desk/findings/neu",
    ):
        (door.inbox / place).mkdir(parents=True)
    (door.inbox / "loose.txt").write_text("x")
    (door.inbox / FINDINGS / DAY / "sub").mkdir()
    summary = door.ingest()
    assert summary.parsed_count == 1
    assert len(summary.ignored) == 6


@pytest.mark.parametrize(
    "payload", ["'; drop schema registry; --", '" union select 1', "$$; copy", "{{ env_var('X') }}", "%s", "\\'; --"]
)
def test_sql_in_headers_sheets_and_values_is_inert(door: Door, payload: str) -> None:
    from tests.ingestion.support import write_xlsx

    write_xlsx(door.drop(FINDINGS, DAY, "header.xlsx"), dataset(FINDINGS), [], extra_headers=(payload,))
    sheet = payload.translate(str.maketrans("", "", "[]:*?/\\'"))
    write_xlsx(
        door.drop(FINDINGS, DAY, f"{sheet}.xlsx"), dataset(FINDINGS), [finding(payload, 认定单位=payload)], sheet=sheet
    )
    statuses = {o.receipt.file_name: o.status for o in door.outcomes().values()}
    assert statuses == {"header.xlsx": "held", f"{sheet}.xlsx": "loaded"}
    (row,) = door.relation("credit_desk.findings")
    assert row["determined_by"] == payload
    assert row["sheet"] == sheet


def test_every_dataset_survives_random_bytes(door: Door) -> None:
    noise = zlib.compress(bytes(range(256)) * 50)
    for of in DATASETS.values():
        door.drop(of.id, DAY, "noise").write_bytes(noise)
        door.drop(of.id, DAY, "zip").write_bytes(b"PK\x03\x04" + noise)
        door.drop(of.id, DAY, "gz").write_bytes(b"\x1f\x8b" + noise)
    summary = door.ingest()
    assert len(summary.held) == 3 * len(DATASETS)
    assert all(message for _, _, message in summary.held)


def test_memory_stays_flat_over_a_long_csv(tmp_path: Path) -> None:
    """Rows stream: the second hundred thousand costs no more memory than the first."""
    door = Door(tmp_path)
    line = csv_bytes(dataset(INSURANCE), [insured("NUMBER", "MONTH")]).split(b"\r\n")
    path = door.drop(INSURANCE, DAY, "long.csv")
    with path.open("wb") as file:
        file.write(line[0] + b"\r\n")
        for number in range(40_000):
            month = f"{2000 + number // 12000}{number % 12 + 1:02d}".encode()
            file.write(
                line[1].replace(b"NUMBER", make_id(number % 999, "19800101").encode()).replace(b"MONTH", month)
                + b"\r\n"
            )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = door.only_outcome()
    assert outcome.read_count == 40_000
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 120


def test_no_number_of_a_sheet_s_name_is_kept_or_told(door: Door) -> None:
    from tests.ingestion.support import write_xlsx

    names = [f"王强{make_id(1)}", f"王强{make_id(2)}"]
    book = openpyxl.Workbook()
    for name in names:
        page = book.create_sheet(name)
        page.append(headers(dataset(FINDINGS)))
        page.append([finding(f"RD-{name[-2:]}").get(header) for header in headers(dataset(FINDINGS))])
    book.save(door.drop(FINDINGS, DAY, "a.xlsx"))
    write_xlsx(door.drop(FINDINGS, DAY, "b.xlsx"), dataset(FINDINGS), [], extra_headers=("秘密",), sheet=names[0])
    write_xlsx(door.drop(FINDINGS, DAY, "c.xlsx"), dataset(FINDINGS), [finding("RD-c")], sheet="2024年5月 20240531")
    outcomes = door.outcomes()
    assert {row["sheet"] for row in door.rows(FINDINGS)} == {"王强# (2)", "王强# (3)", "2024年5月 20240531"}
    assert "王强# (1)" in (outcomes[f"{DAY}/b.xlsx"].message or "")


def test_what_stands_in_a_header_s_place_is_told_by_its_column(door: Door) -> None:
    path = door.drop("registry/personnel", DAY, "a.xlsx")
    names = [
        *headers(dataset("registry/personnel"))[:10],
        "王强",
        "13800138000",
        make_id(3),
        "和平街12号3单元",
        "传真号码",
    ]
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, names)
    message = door.only_outcome().message or ""
    assert not any(word in message for word in ("王强", "1380013", make_id(3)[:6], "和平街"))
    assert all(f"column {letter}" in message for letter in "KLMN") and "传真号码 in column O" in message


def unknown_headers(door: Door, names: list[str]) -> str:
    """What is said of a list of equipment that has these columns beside its own."""
    of, path = dataset("registry/equipment"), door.drop("registry/equipment", DAY, "a.xlsx")
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, [*headers(of), *names])
    return door.only_outcome().message or ""


def every_header() -> list[str]:
    of_equipment = {
        name for column in dataset("registry/equipment").columns for name in (column.header, *column.aliases)
    }
    every = {name for of in DATASETS.values() for column in of.columns for name in (column.header, *column.aliases)}
    return sorted(every - of_equipment)


def in_fives(names: list[str]) -> list[list[str]]:
    return [names[start : start + 5] for start in range(0, len(names), 5)]  # so many does a message name


@pytest.mark.parametrize("names", in_fives(every_header()), ids="-".join)
def test_a_header_that_any_contract_knows_is_named_where_it_does_not_belong(door: Door, names: list[str]) -> None:
    message = unknown_headers(door, names)
    assert all(f"{name} in column {letter}" in message for name, letter in zip(names, "JKLMN", strict=False))


@pytest.mark.parametrize(
    "names",
    [
        ["手机", "邮箱", "学历", "年龄", "民族"],
        ["专业", "手机号", "微信号", "性别", "注册单位"],
        ["出生 日期", "联系电话（手机）", "项目负责人", "Remarks", "毕业院校"],
    ],
)
def test_a_usual_header_is_named(door: Door, names: list[str]) -> None:
    message = unknown_headers(door, names)
    assert all(f"{name} in column {letter}" in message for name, letter in zip(names, "JKLMN", strict=True))


@pytest.mark.parametrize(
    "names",
    [
        ["解放路12号", "和平街十二号", "王明", "李源", "关守信"],
        ["E12345678", "wx13800138000", "王强手机", "电话13800138000", "１３８００１３８０００号"],
        ["焦作市解放路地址", "李联系", "张发现", "4108ABCD名称", "女"],
    ],
)
def test_what_may_be_a_person_s_is_told_by_its_column_alone(door: Door, names: list[str]) -> None:
    message = unknown_headers(door, names)
    assert not any(name in message for name in names)
    assert all(f"(not shown: it looks like no header) in column {letter}" in message for letter in "JKLMN")


def test_both_columns_of_a_repeated_header_are_told(door: Door) -> None:
    path = door.drop("registry/personnel", DAY, "a.xlsx")
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, [*headers(dataset("registry/personnel")), "劳动合同止"])
    message = door.only_outcome().message or ""
    assert "columns L and O are both headed 劳动合同止" in message


def test_an_unknown_key_of_a_page_is_told_by_its_place(door: Door) -> None:
    door.drop(CHECKINS, DAY, "p.json").write_bytes(
        page_bytes(dataset(CHECKINS), [checkin(), checkin("QD-2", 王强="x")])
    )
    message = door.only_outcome().message or ""
    assert f"record 2: unknown header (not shown: it looks like no header) as key {len(checkin()) + 1}" in message
    assert "王强" not in message


def test_a_personal_cell_never_stands_in_a_message(door: Door) -> None:
    rows = [person(number="4.10803E+17"), person("李丽", "无", 等级="特级")]
    door.put("registry/personnel", DAY, "a.xlsx", rows)
    door.ingest()
    said = str(door.ingest(full=True)) + str(door.reasons()) + str(door.outcomes())
    assert "李丽" not in said
    assert "4.10803" not in said


def test_a_sheet_under_another_name_is_looked_at_all_the_same(door: Door) -> None:
    """A workbook may call any part a sheet; the guards look at what a part holds."""
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    plain = raw_workbook(door.root / "plain.xlsx", {"S": sheet_xml(far)})
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(door.drop(FINDINGS, DAY, "a.xlsx"), "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name).replace(b"worksheets/sheet1.xml", b"media/image1.png")
            target.writestr("xl/media/image1.png" if "sheet1" in name else name, content)
    assert door.only_outcome().reason_code == "refused_archive"


def test_merged_ranges_that_overlap_are_refused(door: Door) -> None:
    refs = "".join(f'<mergeCell ref="A{number}:C5000"/>' for number in range(2, 2000))
    rows = finding_rows({}) + "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(3, 5000))
    raw_workbook(door.drop(FINDINGS, DAY, "a.xlsx"), {"S": sheet_xml(rows, f"<mergeCells>{refs}</mergeCells>")})
    assert door.only_outcome().reason_code == "refused_archive"


# --- small files that a reader would blow up ---


def open_document(path: Path, more: str = "") -> Path:
    """An .ods that holds a list of findings as we know it."""
    names, row = headers(dataset(FINDINGS)), finding()
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = [names, [row.get(name, "") for name in names]]
    rows = "".join(f"<table:table-row>{''.join(map(text.format, line))}</table:table-row>" for line in lines)
    kinds = "urn:oasis:names:tc:opendocument:xmlns"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{kinds}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{kinds}:office:1.0" xmlns:table="{kinds}:table:1.0" '
            f'xmlns:text="{kinds}:text:1.0"><office:body><office:spreadsheet><table:table table:name="S">{rows}{more}'
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return path


def repeated_text(path: Path, rows: int, length: int) -> Path:
    """One long shared text, to which every cell of many rows refers."""
    names = headers(dataset(FINDINGS))
    head = "".join(text_cell(f"{letters(i)}1", name) for i, name in enumerate(names))
    body = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{letters(i)}{n}" t="s"><v>0</v></c>' for i in range(len(names))) + "</row>"
        for n in range(2, rows + 2)
    )
    raw_workbook(path, {"S": sheet_xml(f'<row r="1">{head}</row>{body}')})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst><si><t>{'x' * length}</t></si></sst>")
    return path


def small_bomb(path: Path, kind: str) -> Path:
    last = '<row r="1048000"><c r="{0}1048000"><v>1</v></c></row>'
    match kind:
        case "open document":
            return open_document(path)
        case "repeated rows of an open document":
            cell = '<table:table-cell table:number-columns-repeated="1000" office:value-type="string"><text:p>x</text:p></table:table-cell>'
            return open_document(path, f'<table:table-row table:number-rows-repeated="5000">{cell}</table:table-row>')
        case "one long text in every cell":
            return repeated_text(path, 1000, 32_767)
        case "a long text behind a comment":
            repeated_text(path, 1000, 32_767)
            content = path.read_bytes()
            broken = "x" * 300 + "<!--</si>-->"
            with (
                zipfile.ZipFile(io.BytesIO(content)) as source,
                zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
            ):
                for name in source.namelist():
                    part = source.read(name)
                    if "shared" in name:
                        part = f"<sst><si><t>{broken * 100}</t></si></sst>".encode()
                    target.writestr(name, part)
            return path
        case "two cells far apart":
            return raw_workbook(path, {"S": sheet_xml(finding_rows({}) + last.format("T"))})
        case _:  # cells that do not say where they stand
            wide = '<row r="3">' + "<c><v>1</v></c>" * 40 + "</row>"
            return raw_workbook(path, {"S": sheet_xml(finding_rows({}) + wide + last.format("A"))})


READ = """
import resource, sys
from pathlib import Path
from ingestion import envelope, readers
from ingestion.sources import DATASETS
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
reason = "loaded"
try:
    for row in readers.read_rows(DATASETS[("credit_desk", "findings")], Path(sys.argv[1]), readers.Notes()):
        pass
except envelope.Held as held:
    reason = held.reason
print(reason, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("open document", "wrong_format"),
        ("repeated rows of an open document", "wrong_format"),
        ("one long text in every cell", "refused_archive"),
        ("a long text behind a comment", "refused_archive"),
        ("two cells far apart", "refused_archive"),
        ("cells that do not say where they stand", "refused_archive"),
    ],
)
def test_a_small_file_never_fills_the_memory(tmp_path: Path, kind: str, reason: str) -> None:
    path = small_bomb(tmp_path / "original", kind)
    assert path.stat().st_size < 100_000
    out = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)
    said, megabytes = out.stdout.split()
    assert said == reason
    assert float(megabytes) <= 100


def test_long_texts_and_loose_cells_of_honest_size_are_read(door: Door) -> None:
    """The guards count what a reader would hold: a few long texts, comments and cells without a place are none of it."""
    repeated_text(door.drop(FINDINGS, DAY, "long.xlsx"), 20, 30_000)
    loose = finding_rows({}).replace("<row ", "<!-- 导出 --><row ", 1).replace('<c r="A2" ', "<c ")
    raw_workbook(door.drop(FINDINGS, DAY, "loose.xlsx"), {"S": sheet_xml(loose)})
    outcomes = door.outcomes()
    assert {outcome.status for outcome in outcomes.values()} == {"loaded"}
    assert outcomes[f"{DAY}/loose.xlsx"].accepted_count == 1
