"""Every encoding that a text may have, and texts that must be refused."""

from __future__ import annotations

import gzip

import pytest

from tests.ingestion.support import (
    DAY,
    INSURANCE,
    Door,
    csv_bytes,
    dataset,
    insured,
    make_id,
)


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
        csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(2)], "utf-8").replace(
            "强".encode(), b"\xe5\xbc"
        ),
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


def test_gb18030_of_every_common_word_is_not_mistaken_for_utf8(door: Door) -> None:
    """Names from all of GB 2312 pass: the guard against mixed encodings must not give false alarms."""
    han = [bytes([high, low]).decode("gb18030") for high in range(0xB0, 0xF7) for low in range(0xA1, 0xFA)]
    rows = [
        insured(make_id(n % 999, f"19{n // 999 + 40}0101"), 姓名="".join(han[n * 3 : n * 3 + 3])) for n in range(2000)
    ]
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(csv_bytes(dataset(INSURANCE), rows))
    assert door.only_outcome().accepted_count == 2000


@pytest.mark.parametrize(
    ("content", "reason", "said"),
    [
        (gzip.compress(b"x"), "wrong_format", "The file is a gzip archive, not a text. Unpack it"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(40), "wrong_format", "The file is a .rar archive, not a text. Unpack it"),
        (
            csv_bytes(dataset(INSURANCE), [insured(make_id(1))], "utf-16")[2:],
            "encoding",
            "UTF-16 without a byte order mark",
        ),
        (
            csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(4)], "utf-8").replace(
                "王强".encode(), b"\xff\xff", 3
            ),
            "encoding",
            "Line 2:",
        ),
        (
            csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(4)]).replace(
                "王强".encode("gb18030"), b"\xcd\xf5\xc7", 3
            ),
            "encoding",
            "Line 2: here, and in more than 1 % of all rows, bytes are not valid GB18030. Export it again",
        ),
        (
            csv_bytes(dataset(INSURANCE), [insured(make_id(1), 单位名称="x" * (1 << 21))]),
            "unreadable",
            "more than 1048576 characters",
        ),
        (
            csv_bytes(dataset(INSURANCE), [insured(make_id(n)) for n in range(3)])[:-2],
            "unreadable",
            "Line 4: the file ends without a line break",
        ),
    ],
    ids=["gzip", "rar", "utf-16", "bytes", "halves", "long", "cut"],
)
def test_a_text_is_held_for_what_is_wrong_with_it(door: Door, content: bytes, reason: str, said: str) -> None:
    door.drop(INSURANCE, DAY, "a.csv").write_bytes(content)
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code, outcome.read_count) == ("held", reason, 0)
    assert said in (outcome.message or "")
