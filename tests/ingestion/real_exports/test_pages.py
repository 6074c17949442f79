"""K16, pages: what is not a page and why, an empty page, and whole numbers exactly as written."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from ingestion.parsing import ExactInteger
from ingestion.readers import Notes, read_rows
from tests.ingestion.real_exports.builder import DAY, ROWS, Door, checkin, contract, make_id, page, report
from tests.ingestion.support import dataset, headers

PLACES = ("platform/contracts", "platform/reports", "platform/checkins")


def put_page(door: Door, content: str | bytes, place: str = "platform/reports", name: str = "p001.json") -> None:
    door.drop(place, DAY, name).write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "content",
    [
        '{"code":0,"msg":"ok","data":{"total":0,"page":1,"records":null}}',
        '{"data":{"records":null,"page":1,"total":0},"msg":null,"code":"0"}',
        '{"code":0,"data":{"total":"0","records":null}}\n',
        '{"code":0,"data":{"total":0,"records":[]}}',
    ],
)
def test_null_where_there_are_no_records_is_an_empty_page(door: Door, place: str, content: str) -> None:
    """j_null_records"""
    put_page(door, content, place)
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count, outcome.message) == ("loaded", 0, None)


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"code":0,"msg":"ok","data":null}', "data is null, not an object"),
        ('{"code":0,"msg":"ok"}', "data is missing"),
        ('{"code":0,"data":[]}', "data is a list"),
        ('{"code":0,"data":{"total":1,"page":1,"records":[null]}}', "record 1 is null, not an object"),
        ('{"code":0,"data":{"total":2,"records":["x",{}]}}', "record 1 is text, not an object"),
        ('{"code":0,"data":{"total":0,"page":5,"records":{}}}', "data.records is an object, not a list"),
        ('{"code":0,"data":{"total":3,"records":null}}', "data.records is null, but total is 3"),
        ('{"code":0,"data":{"records":null}}', "data.records is null, but there is no total: expected a total of 0"),
        ('{"code":0,"data":{"total":0}}', "data.records is missing"),
        ('{"code":500,"msg":"系统繁忙","data":null}', "the platform answered with error 500 (系统繁忙)"),
        ('{"msg":"登录已过期","code":"401"}', "the platform answered with error 401 (登录已过期)"),
        ('{"code":null,"msg":null}', "the platform answered with an error."),
        ("<html><body>请登录</body></html>\n", "it is a web page"),
        ("\ufeff \r\n<!DOCTYPE html><title>统一身份认证</title>", "it is a web page"),
        ('<?xml version="1.0"?><error/>', "it is a web page"),
        ('{"code":0,"data":{"total":1,"records":[', "it is cut off or not JSON"),
        ("请登录", "it is cut off or not JSON"),
        ('{"code":0,"data":{"total":1,"records":[],"records":[{}]}}', "a key occurs twice"),
        ('{"code":0,"data":{"records":null,"total":0,"records":[]}}', "a key occurs twice"),
        ('{"code":0,"data":{"total":0,"records":[]},"data":{"total":0,"records":[]}}', "a key occurs twice"),
        ('{"code":500,"data":{"total":0,"records":[]},"code":0}', "a key occurs twice"),
        ('{"code":0,"data":{"total":3,"total":0,"records":null}}', "a key occurs twice"),
        ("[]", "it is a list, not an object"),
    ],
)
def test_what_is_not_a_page_is_held_for_its_true_reason(door: Door, content: str, said: str, is_packed: bool) -> None:
    put_page(door, gzip.compress(content.encode()) if is_packed else content)
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code, outcome.read_count) == ("held", "unreadable", 0)
    assert said in (outcome.message or "")


def test_a_login_page_in_another_encoding_is_recognised(door: Door) -> None:
    put_page(door, "<html>请登录</html>".encode("gb18030"))
    message = door.only_outcome().message or ""
    assert "web page" in message and "Log in" in message


@pytest.mark.parametrize(
    "told",
    [f"用户{make_id(3)}无权限", "请联系13800138000", "<script>", "a@b.example", "长" * 41, "\x1b[31m", {"x": 1}, 7],
)
def test_the_platform_s_words_are_shown_only_if_they_are_harmless(door: Door, told: Any) -> None:
    put_page(door, json.dumps({"code": 500, "msg": told}))
    message = door.only_outcome().message or ""
    assert "error 500" in message
    assert str(told) not in message.replace("error 500", "") and "\x1b" not in message


@pytest.mark.parametrize("code", ["5" * 30, "登录", "a b", [1]])
def test_an_invalid_code_is_not_shown(door: Door, code: Any) -> None:
    put_page(door, json.dumps({"code": code, "msg": "系统繁忙"}))
    message = door.only_outcome().message or ""
    assert "the platform answered with an error (系统繁忙)" in message


@pytest.mark.parametrize("digits", ["7", "12345678901234567", "9" * 30, "9" * 300])
@pytest.mark.parametrize(
    ("place", "row", "key"),
    [
        ("platform/reports", report(), "xmfzrzch"),
        ("platform/contracts", contract(), "xmbh"),
        ("platform/checkins", checkin(), "bgbh"),
    ],
)
def test_a_whole_number_is_exact(door: Door, place: str, row: dict[str, Any], key: str, digits: str) -> None:
    of = dataset(place)
    put_page(door, page([dict.fromkeys(headers(of)) | row | {key: "HERE"}]).replace(b'"HERE"', digits.encode()), place)
    (read,) = read_rows(of, door.drop(place, DAY, "p001.json"), Notes())
    cell = read.cells[headers(of).index(key)]
    assert type(cell) is ExactInteger and str(cell) == digits


def test_thousands_of_digits_are_not_worked_out(door: Door) -> None:
    of, digits = dataset("platform/contracts"), "9" * 100_000
    content = page([dict.fromkeys(headers(of)) | contract(xmbh="HERE")]).replace(b'"HERE"', digits.encode())
    put_page(door, content, "platform/contracts")
    (read,) = read_rows(of, door.drop("platform/contracts", DAY, "p001.json"), Notes())
    assert read.cells[headers(of).index("xmbh")] == digits


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("number", ["1.2e17", "1E400", "123456789012345678.0"])
def test_what_is_written_as_a_fraction_or_power_is_not_a_code(door: Door, place: str, number: str) -> None:
    of = dataset(place)
    key = next(column.header for column in of.columns if column.name == of.key[0])
    put_page(
        door,
        page([dict.fromkeys(headers(of)) | ROWS[place]() | {key: "HERE"}]).replace(b'"HERE"', number.encode()),
        place,
    )
    outcome = door.only_outcome()
    assert (outcome.status, outcome.accepted_count, outcome.quarantined_count) == ("loaded", 0, 1)
    assert door.reasons() == [(1, "id_numeric_precision_lost", key)]
