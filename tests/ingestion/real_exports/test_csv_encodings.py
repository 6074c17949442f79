"""K11: one character without a code quarantines its row, not its file; other editions of an encoding are read."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Sequence

import pytest

from ingestion.readers import Notes, read_rows
from tests.ingestion.real_exports.builder import (
    ROWS,
    Door,
    check,
    checkin,
    contract,
    csv_text,
    grid,
    insured,
    make_id,
    media_item,
    page,
    put_csv,
    report,
)
from tests.ingestion.support import dataset

CHECKS, INSURANCE, MEDIA = "inspections/checks", "registry/social_insurance", "complaints/media"
CONTRACTS, REPORTS = "platform/contracts", "platform/reports"


def damaged(place: str, rows: Sequence[dict[str, object]], encoding: str, put_in: bytes = b"") -> bytes:
    """Rows as a CSV in which ■ is damaged: only its first byte is left, or `put_in`."""
    spoilt = "■".encode(encoding)
    return csv_text(grid(place, rows)).encode(encoding).replace(spoilt, put_in or spoilt[:1])


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize(
    "cells",
    [{"检查对象": "甲■"}, {"问题描述": '■"甲",■'}, {"问题描述": "两行\n■"}, {"检查机关": "■"}, {"撤销日期": "■"}],
    ids=["before a comma", "before a mark", "before a line end", "alone", "in the last cell"],
)
def test_a_character_without_code_keeps_its_row_out(
    door: Door, encoding: str, end: str, cells: dict[str, object]
) -> None:
    rows = [check("RW-1"), check("RW-2", **cells), check("RW-3")]
    content = damaged(CHECKS, rows, encoding.removesuffix("-sig"))
    content = content.replace(b"\r\n", b"\n").replace(b"\n", end.encode())
    put_csv(door, CHECKS, b"\xef\xbb\xbf" * encoding.endswith("-sig") + content)
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count, outcome.accepted_count) == ("loaded", 3, 2)
    assert door.reasons() == [(3, "encoding", None)]
    assert [row["source_key"] for row in door.rows(CHECKS)] == ["RW-1-1", "RW-3-1"]


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("half", ["\ud83d", "\ude00"])
def test_half_a_character_in_utf16_keeps_its_row_out(door: Door, order: str, half: str) -> None:
    """A text of more characters than its column holds is cut in the middle of one."""
    text = csv_text(grid(MEDIA, [media_item("XS-1"), media_item("XS-2", 摘要=f"甲{half}"), media_item("XS-3")]))
    put_csv(door, MEDIA, ("\ufeff" + text).encode(f"utf-16-{order}", "surrogatepass"))
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count, outcome.accepted_count) == ("loaded", 3, 2)
    assert door.reasons() == [(3, "encoding", None)]


@pytest.mark.parametrize("lead", [bytes([byte]) for byte in (0x81, 0xA1, 0xB0, 0xE4, 0xF8, 0xFE, 0xFF)])
@pytest.mark.parametrize("place", [INSURANCE, MEDIA])
def test_an_invalid_byte_does_not_affect_the_bytes_after_it(door: Door, place: str, lead: bytes) -> None:
    """Half of a character before a comma, a mark, digits, a line end: only its own row is touched."""
    column = "单位名称" if place == INSURANCE else "摘要"
    last = "缴费基数" if place == INSURANCE else "对应失信条款"
    for number, cells in enumerate([{column: "■"}, {column: '甲"■'}, {column: "■12,34"}, {last: "■"}], start=1):
        rows = [ROWS[place](), ROWS[place](**cells), ROWS[place](统一社会信用代码="")]
        door.drop(place, f"2024-06-0{number}", "a.csv").write_bytes(damaged(place, rows, "gb18030", lead))
    outcomes = door.outcomes().values()
    assert [(o.status, o.read_count) for o in outcomes] == [("loaded", 3)] * 4
    assert [number for number, reason, _ in door.reasons() if reason == "encoding"] == [3] * 4
    assert {number for number, reason, _ in door.reasons()} <= {3, 4}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@pytest.mark.parametrize(
    ("row_count", "hit", "is_loaded"),
    [(1, 1, True), (199, 2, False), (200, 2, True), (300, 3, True), (300, 4, False), (3, 3, False)],
)
def test_more_than_one_row_and_one_percent_hold_the_file(
    door: Door, encoding: str, row_count: int, hit: int, is_loaded: bool
) -> None:
    """Two characters of one row, or of one cell of several lines, are one row."""
    rows = [
        media_item(f"XS-{number}", 摘要="一■\n二■" if number > row_count - hit else "一\n二")
        for number in range(1, row_count + 1)
    ]
    put_csv(door, MEDIA, damaged(MEDIA, rows, encoding))
    outcome = door.only_outcome()
    if is_loaded:
        assert (outcome.status, outcome.read_count, outcome.quarantined_count) == ("loaded", row_count, hit)
    else:
        assert (outcome.status, outcome.reason_code, outcome.read_count) == ("held", "encoding", 0)
        line = 2 + 2 * (row_count - hit)
        name = {"utf-8": "UTF-8", "gb18030": "GB18030"}[encoding]
        assert f"Line {line}: here, and in more than 1 % of all rows" in (outcome.message or "")
        assert f"bytes are not valid {name}. Export it again in UTF-8 or GB18030." in (outcome.message or "")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_title_or_a_footer_is_not_a_row(door: Door, encoding: str) -> None:
    text = "某局■台账\r\n" + csv_text(grid(CHECKS, [check("RW-1")])) + "制表：■\r\n"
    spoilt = "■".encode(encoding)
    put_csv(door, CHECKS, text.encode(encoding).replace(spoilt, spoilt[:1]))
    outcome = door.only_outcome()
    assert (outcome.read_count, outcome.accepted_count) == (1, 1)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@pytest.mark.parametrize("column", ["问题描述", "任务编号"])
def test_a_damaged_header_is_held_for_that(door: Door, encoding: str, column: str) -> None:
    text = csv_text(grid(CHECKS, [check("RW-1")])).replace(column, column[:-1] + "■", 1)
    spoilt = "■".encode(encoding)
    put_csv(door, CHECKS, text.encode(encoding).replace(spoilt, spoilt[:1]))
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "encoding")
    assert "Line 1: bytes are not valid" in (outcome.message or "")


def test_a_text_in_no_known_encoding_is_held_for_that(door: Door) -> None:
    text = csv_text(grid(CHECKS, [check(f"RW-{number}") for number in range(9)]))
    put_csv(door, CHECKS, text, encoding="utf-16-le", name="a.csv")
    put_csv(door, CHECKS, "\ufeff" + text, encoding="utf-32-le", name="b.csv")
    put_csv(door, CHECKS, "Nr,Größe,Straße\r\n1,2,é\r\n", encoding="latin-1", name="c.csv")
    said = {o.receipt.file_name: o.message or "" for o in door.outcomes().values() if o.reason_code == "encoding"}
    assert [said[name].rpartition("。")[2].partition(".")[0] for name in sorted(said)] == [
        "The file is UTF-16 without a byte order mark, or not a text",
        "The text is in UTF-32, which is not supported",
        "Line 2: bytes are not valid GB18030, and no header can be read",
    ]


# ---- what is read


@pytest.mark.parametrize("char", ["\ue000", "\ue863", "\uf8ff", "\U000f0000", "\U0010fffd"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_private_use_character_is_read(door: Door, char: str, encoding: str) -> None:
    """c_pua_name (sources.md, K11): a private font writes a rare name with it, and it is read."""
    rows = [insured(make_id(n), "202405", 姓名="甲" + (char if n == 20 else chr(0x4E00 + n))) for n in range(1, 40)]
    put_csv(door, INSURANCE, csv_text(grid(INSURANCE, rows)), encoding=encoding)
    assert door.only_outcome().accepted_count == 39
    assert door.rows(INSURANCE)[19]["person_name"] == "甲" + char


@pytest.mark.parametrize(
    ("code", "char"),
    [
        (b"\xfe\x59", "\u9fb4"),
        (b"\xfe\x61", "\u9fb5"),
        (b"\xfe\xa0", "\u9fbb"),
        (b"\xa8\xbc", "\u1e3f"),
        (b"\xa6\xd9", "\ufe10"),
        (b"\x82\x35\x90\x37", "\u9fb4"),  # as the edition of 2005 wrote it
        (b"\x81\x35\xf4\x37", "\u1e3f"),
        (b"\x95\x32\x82\x36", "\U00020000"),
        (b"\x98\x35\xf3\x36", "\U0002a6d6"),
    ],
)
def test_every_edition_of_gb18030_is_read(door: Door, code: bytes, char: str) -> None:
    rows = [check("RW-1", 问题描述="甲■乙"), check("RW-2")]
    put_csv(door, CHECKS, damaged(CHECKS, rows, "gb18030", code))
    assert door.only_outcome().accepted_count == 2
    assert door.rows(CHECKS)[0]["problem"] == f"甲{char}乙"


@pytest.mark.parametrize("text", ["金额€5", "€", "5€", "甲€,€乙", '"€"', "€\n€"])
def test_the_euro_sign_of_code_page_936_is_read(door: Door, text: str) -> None:
    """c_utf8_odd"""
    rows = [check("RW-1", 问题描述=text), check("RW-2", 检查机关="€局"), check("RW-3")]
    whole = csv_text(grid(CHECKS, rows))
    put_csv(door, CHECKS, whole, name="a.csv")  # as GB18030 writes it
    other = whole.replace("RW-", "RX-").replace("€", "@").encode("gbk").replace(b"@", b"\x80")
    put_csv(door, CHECKS, other, name="b.csv")
    assert [(o.status, o.accepted_count) for o in door.outcomes().values()] == [("loaded", 3)] * 2
    problems = {row["source_key"]: row["problem"] for row in door.rows(CHECKS)}
    assert problems["RW-1-1"] == problems["RX-1-1"] == " ".join(text.split())


def test_the_end_of_a_utf8_character_is_not_a_euro_sign(door: Door) -> None:
    """一 in UTF-8 would read as 涓€."""
    rows = [insured(make_id(1), "202405"), insured(make_id(2), "202405", 姓名="■")]
    put_csv(door, INSURANCE, damaged(INSURANCE, rows, "gb18030", "一".encode()))
    assert door.only_outcome().accepted_count == 1
    assert door.reasons() == [(3, "encoding", None)]


@pytest.mark.parametrize("more", ["(项目)", "A", "\ue000"])
def test_a_part_of_a_cell_in_utf8_is_reported(door: Door, more: str) -> None:
    """Beside a character that no usual text holds, a few characters in another encoding are enough."""
    rows = [insured(make_id(n), "202405") for n in range(1, 500)]
    rows[300]["姓名"] = "■"
    part = "王小".encode() + more.encode("gb18030") + b"\xff"
    put_csv(door, INSURANCE, damaged(INSURANCE, rows, "gb18030", part))
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "encoding")
    assert "mixes GB18030 and UTF-8" in (outcome.message or "")


def test_a_row_in_gb18030_is_quarantined_in_a_text_in_utf8(door: Door) -> None:
    rows = [check(f"RW-{number}") for number in range(1, 40)]
    lines = csv_text(grid(CHECKS, rows)).splitlines(keepends=True)
    put_csv(door, CHECKS, b"".join(line.encode("gb18030" if n == 30 else "utf-8") for n, line in enumerate(lines)))
    assert door.only_outcome().accepted_count == 38
    assert door.reasons() == [(31, "encoding", None)]


# ---- pages


@pytest.mark.parametrize(
    ("place", "key", "record"), [(CONTRACTS, "xmmc", contract), (REPORTS, "qymc", report), ("platform/checkins", "xm", checkin)]
)  # fmt: skip
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_character_without_code_keeps_its_record_out_of_a_page(
    door: Door, place: str, key: str, record: object, mark: bytes
) -> None:
    records = [ROWS[place](), ROWS[place](**{key: "甲■"}), ROWS[place]()]
    for number, each in enumerate(records):
        each[next(iter(each))] = f"N-{number}"
    put_csv(door, place, mark + page(full(place, records)).replace("■".encode(), b"\xe2\x96"), name="p.json")
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count, outcome.accepted_count) == ("loaded", 3, 2)
    assert door.reasons() == [(2, "encoding", None)]


def full(place: str, records: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    names = grid(place, [])[0]
    return [dict.fromkeys(names) | each for each in records]


def test_a_page_of_which_too_much_is_damaged_is_held(door: Door) -> None:
    records = full(CONTRACTS, [contract(f"HT-{number}", xmmc="甲■") for number in range(3)])
    put_csv(door, CONTRACTS, page(records).replace("■".encode(), b"\xe2\x96"), name="p.json")
    put_csv(door, CONTRACTS, page(records).decode().replace("■", "").encode("gb18030"), name="q.json")
    outcomes = list(door.outcomes().values())
    assert [(o.status, o.reason_code) for o in outcomes] == [("held", "encoding")] * 2
    assert "more than 1 % of all rows" in (outcomes[0].message or "")
    assert "Fetch the page again" in (outcomes[0].message or "")
    assert "not valid UTF-8" in (outcomes[1].message or "")


# ---- memory


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_damaged_text_is_not_held_in_memory(door: Door, encoding: str) -> None:
    head, row, _ = (
        csv_text(grid(MEDIA, [media_item("XS-NUMBER", 摘要="一二三四五" * 150)])).encode(encoding).split(b"\r\n")
    )
    path = door.drop(MEDIA, "2024-06-01", "a.csv")
    with path.open("wb") as file:
        file.write(head + b"\r\n" + row.replace("网络".encode(encoding), b"\xff") + b"\r\n")
        for number in range(12_000):
            file.write(row.replace(b"NUMBER", b"%d" % number) + b"\r\n")
    tracemalloc.start()
    faults = Counter(row.fault for row in read_rows(dataset(MEDIA), path, Notes()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert faults == {None: 12_000, "encoding": 1}
    assert peak < path.stat().st_size * 2 / 3


@pytest.mark.parametrize("char", ["a", "王"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_line_without_end_is_held(door: Door, char: str, encoding: str) -> None:
    text = csv_text(grid(MEDIA, [media_item()])).encode(encoding)
    put_csv(door, MEDIA, text + f"{char},".encode(encoding) * (20 << 20 >> len(char.encode(encoding)) - 1))
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "unreadable")
    assert "the line has more than 16 MB" in (outcome.message or "")
