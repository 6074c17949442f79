"""Pages of the platform: complete, or held."""

from __future__ import annotations

import gzip

import pytest

from tests.ingestion.support import (
    CHECKINS,
    DAY,
    Door,
    checkin,
    dataset,
    page_bytes,
)


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
def test_what_is_not_a_page_is_held(door: Door, content: bytes) -> None:
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


def test_an_unknown_key_of_a_page_is_reported_by_its_place(door: Door) -> None:
    door.drop(CHECKINS, DAY, "p.json").write_bytes(
        page_bytes(dataset(CHECKINS), [checkin(), checkin("QD-2", 王强="x")])
    )
    message = door.only_outcome().message or ""
    assert (
        f"Record 2: unknown header (not shown: it does not look like a header) as key {len(checkin()) + 1}" in message
    )
    assert "王强" not in message
