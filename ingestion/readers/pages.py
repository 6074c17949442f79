"""Rows of a page of the platform (JSON): the elements of data.records, one by one.

Belongs here: the form of a page, and reading it without holding all its objects. Does not belong here: unpacking it safely
(`ingestion.envelope`), headers in general (`headers`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ingestion import parsing
from ingestion.bilingual import Bilingual
from ingestion.contract import Dataset
from ingestion.envelope import Damage, Held, is_lost, open_unpacked, printable, read_page
from ingestion.envelope.refusals import FETCH_OR_REPORT
from ingestion.parsing import ExactInteger
from ingestion.readers.damage import refuse_many_damaged
from ingestion.readers.headers import HeaderMatcher, normal_header
from ingestion.readers.row_filter import is_blank_row
from ingestion.readers.rows import Notes, Pick, Row, picker, record_place


def page_rows(dataset: Dataset, path: Path, notes: Notes) -> Iterator[Row]:
    """The records of a page, in order."""
    with open_unpacked(path) as file:
        _refuse_markup(file)
        text, damage = read_page(file)
    rows = _listed_rows(dataset, text, damage, notes)
    yield from rows if damage is None else refuse_many_damaged(rows, damage)


def _listed_rows(dataset: Dataset, text: str, damage: Damage | None, notes: Notes) -> Iterator[Row]:
    keys = {name: index for index, column in enumerate(dataset.columns) for name in (column.header, *column.aliases)}
    seen = [False] * len(dataset.columns)
    usual: dict[tuple[str, ...], Pick] = {}  # the keys of a record, in order -> its cells; nearly all records are alike
    matcher = HeaderMatcher(dataset)
    count = 0
    for count, record in enumerate(_records(text, notes), start=1):
        if not isinstance(record, dict):
            kind = _kind(record)
            raise _not_a_page(
                Bilingual(f"第 {count} 条记录是{kind.zh}，不是对象", f"record {count} is {kind.en}, not an object")
            )
        values = (*record.values(), None)
        pick = usual.get(tuple(record)) if damage is None else None
        if pick is not None and not any(type(value) in _NESTED for value in values):
            cells = pick(values)
            if is_blank_row(cells):
                notes.blank_count += 1
            else:
                yield Row(None, count, cells)
            continue
        cells = [None] * len(dataset.columns)
        places = [len(record)] * len(cells)
        unknown: list[tuple[Bilingual, str]] = []
        is_damaged = damage is not None and is_lost(
            [text for text in (*record, *record.values()) if isinstance(text, str)]
        )
        for place, (key, value) in enumerate(record.items(), start=1):
            index = keys.get(key)
            if index is None:
                if not matcher.is_ignored(normal_header(key)) and not (is_damaged and is_lost([key])):
                    unknown.append((Bilingual(f"第 {place} 个键", f"as key {place}"), key))
                continue
            if isinstance(value, dict | list):
                raise _not_a_page(
                    Bilingual(
                        f"第 {count} 条记录的 {key} 是列表或对象", f"record {count}: {key} holds a list or an object"
                    )
                )
            seen[index] = True
            cells[index] = value
            places[index] = place - 1
        if unknown:
            missing = [c for c in dataset.columns if c.header_required and c.header not in record]
            raise matcher.unknown(unknown, missing, record_place(count))
        if damage is None:
            usual[tuple(record)] = picker(places)
        if is_blank_row(cells):
            notes.blank_count += 1
            continue
        yield Row(None, count, cells, parsing.ENCODING if is_damaged else None)
    missing = [c for c, is_seen in zip(dataset.columns, seen, strict=True) if c.header_required and not is_seen]
    if count and missing:
        raise matcher.missing(missing, Bilingual("全部记录", "all records"))


_FETCH = Bilingual("请重新获取该页。", "Fetch the page again.")


def _not_a_page(what: Bilingual, remedy: Bilingual = _FETCH) -> Held:
    return Held(
        "unreadable",
        Bilingual(
            f"这不是平台的页：{what.zh}。{remedy.zh}", f"this is not a page of the platform: {what.en}. {remedy.en}"
        ),
    )


def _refuse_markup(file: BinaryIO) -> None:
    """Refuses a web page in any encoding. Rewinds the file."""
    head = file.read(_HEAD_BYTES).replace(b"\0", b"")
    file.seek(0)
    if re.match(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<", head):
        raise _not_a_page(
            Bilingual(
                "是网页（HTML 或 XML），通常是平台的登录页或错误页",
                "it is a web page (HTML or XML), usually the platform's login or error page",
            ),
            Bilingual("请重新登录平台后再获取。", "Log in to the platform again, then fetch the page again."),
        )


_HEAD_BYTES = 256
_NESTED = (dict, list)
_NULL = Bilingual("空值（null）", "null")
_KINDS = (
    (type(None), _NULL),
    (bool, Bilingual("真假值", "true or false")),
    (int | float, Bilingual("数字", "a number")),
    (str, Bilingual("文字", "text")),
    (list, Bilingual("列表", "a list")),
)
_OBJECT = Bilingual("对象", "an object")
_MISSING = Bilingual("缺少", "missing")


def _kind(value: Any) -> Bilingual:
    return next((label for kind, label in _KINDS if isinstance(value, kind)), _OBJECT)


_JSON_SPACE = re.compile(r"[ \t\n\r]*")
_LONGEST_INTEGER = 300


def _whole_number(text: str) -> int | str:
    """A whole number, exactly as written; as text if it has more digits than any number needs."""
    return ExactInteger(text) if len(text) <= _LONGEST_INTEGER else text


def _no_constant(name: str) -> Any:
    raise ValueError(name)


class _KeyTwice(ValueError):
    """An object has two members with one name, so that it is not clear which one counts."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _KeyTwice
    return record


class _PageText:
    """A pull parser over one JSON text: the caller must read a member's value before it asks for the next member."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.decoder = json.JSONDecoder(parse_int=_whole_number, parse_constant=_no_constant, object_pairs_hook=_unique)

    def peek(self) -> str:
        match = _JSON_SPACE.match(self.text, self.position)
        self.position = match.end() if match else self.position
        return self.text[self.position : self.position + 1]

    def take(self, symbols: str) -> str:
        symbol = self.peek()
        if not symbol or symbol not in symbols:
            raise ValueError(f"expected {symbols}")
        self.position += 1
        return symbol

    def value(self) -> Any:
        self.peek()
        value, self.position = self.decoder.raw_decode(self.text, self.position)
        return value

    def members(self) -> Iterator[str]:
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        keys: set[str] = set()
        while True:
            key = self.value()
            if not isinstance(key, str):
                raise ValueError("a key is not text")
            if key in keys:
                raise _KeyTwice
            keys.add(key)
            self.take(":")
            yield key
            if self.take(",}") == "}":
                return

    def elements(self) -> Iterator[Any]:
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield self.value()
            if self.take(",]") == "]":
                return


def _records(text: str, notes: Notes) -> Iterator[Any]:
    """The elements of data.records one by one, so that a page's objects are never all in memory; then checks the rest."""
    page = _PageText(text)
    data: Bilingual | None = _MISSING  # what was found instead of an object; None if it was found
    records: Bilingual | None = _MISSING  # the same of the list
    code: Any = 0
    error_text: Any = None
    total: Any = None
    number: Any = None
    if page.peek() == "[":
        raise _not_a_page(Bilingual("是列表，不是对象", "it is a list, not an object"), FETCH_OR_REPORT)
    try:
        for outer in page.members():
            if outer == "data" and page.peek() == "{":
                data = None
                for inner in page.members():
                    if inner == "records" and page.peek() == "[":
                        records = None
                        yield from page.elements()
                    elif inner == "records":
                        records = _kind(page.value())
                    elif inner == "total":
                        total = page.value()
                    elif inner == "page":
                        number = page.value()
                    else:
                        page.value()
            elif outer == "data":
                data = _kind(page.value())
            elif outer == "code":
                code = page.value()
            elif outer == "msg":
                error_text = page.value()
            else:
                page.value()
        if page.peek():
            raise ValueError("text after the page")
    except _KeyTwice as error:
        raise _not_a_page(
            Bilingual("其中一个对象有重复的键", "in one of its objects a key occurs twice"), FETCH_OR_REPORT
        ) from error
    except (ValueError, RecursionError) as error:
        raise _not_a_page(Bilingual("不完整，或者不是 JSON", "it is cut off or not JSON")) from error
    if str(code) != "0":
        raise _platform_error(code, error_text)
    if data:
        raise _not_a_page(
            Bilingual(f"data {_is(data)}，应为对象", f"data is {data.en}, not an object"), FETCH_OR_REPORT
        )
    notes.page_total, notes.page_number = _count(total), _count(number)
    if total is not None and notes.page_total is None:
        raise _not_a_page(Bilingual("data.total 不是整数", "data.total is not a whole number"), FETCH_OR_REPORT)
    if records is _NULL and notes.page_total == 0:
        return  # some systems write an empty page like this
    if records is _NULL:
        found = Bilingual(f"total 为 {notes.page_total}", f"total is {notes.page_total}")
        if total is None:
            found = Bilingual("没有 total", "there is no total")
        raise _not_a_page(
            Bilingual(
                f"data.records 是空值，而{found.zh}，应为 0",
                f"data.records is null, but {found.en}: expected a total of 0",
            ),
            FETCH_OR_REPORT,
        )
    if records:
        raise _not_a_page(
            Bilingual(f"data.records {_is(records)}，应为列表", f"data.records is {records.en}, not a list"),
            FETCH_OR_REPORT,
        )


def _is(found: Bilingual) -> str:
    return found.zh if found is _MISSING else f"是{found.zh}"


_COUNT = re.compile(r"\s*(\d{1,15})\s*")  # no count has more digits


def _count(value: Any) -> int | None:
    """A number of records or pages, given as a number or as text; None for anything else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    match = _COUNT.fullmatch(str(value)) if isinstance(value, int | str) else None
    return int(match[1]) if match else None


_CODE = re.compile(r"[-\w]{1,20}", re.ASCII)
_PLAIN_WORDS = re.compile(r"[^\d@<>]{1,40}")  # no number or address of a person


def _platform_error(code: Any, text: Any) -> Held:
    """The platform answered with an error instead of a page."""
    is_plain_code = isinstance(code, int | str) and _CODE.fullmatch(str(code)) is not None
    error = Bilingual(f"错误 {code}", f"error {code}") if is_plain_code else Bilingual("一个错误", "an error")
    words = f" ({printable(text.strip())})" if isinstance(text, str) and _PLAIN_WORDS.fullmatch(text.strip()) else ""
    return _not_a_page(
        Bilingual(
            f"code 不是 0，平台返回{error.zh}{words}",
            f"its code is not 0: the platform answered with {error.en}{words}",
        ),
        Bilingual(
            "请过后重新获取，仍报错时请反馈给平台运维方。",
            "Fetch the page again later; if the error stays, report it to the platform's operator.",
        ),
    )
