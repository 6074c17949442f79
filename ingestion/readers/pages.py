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
from ingestion.contract import Dataset
from ingestion.envelope import Damage, Held, is_lost, open_unpacked, printable, read_page
from ingestion.parsing import Cell, ExactInteger
from ingestion.readers.damage import refuse_many_damaged
from ingestion.readers.headers import HeaderMatcher, normal_header
from ingestion.readers.row_filter import is_blank_row
from ingestion.readers.rows import Notes, Row


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
    matcher = HeaderMatcher(dataset)
    count = 0
    for count, record in enumerate(_records(text, notes), start=1):
        if not isinstance(record, dict):
            raise _not_a_page(f"record {count} is {_kind(record)}, not an object")
        cells: list[Cell] = [None] * len(dataset.columns)
        unknown: list[tuple[str, str]] = []
        is_damaged = damage is not None and is_lost(
            [text for text in (*record, *record.values()) if isinstance(text, str)]
        )
        for place, (key, value) in enumerate(record.items(), start=1):
            index = keys.get(key)
            if index is None:
                if not matcher.is_ignored(normal_header(key)) and not (is_damaged and is_lost([key])):
                    unknown.append((f"as key {place}", key))
                continue
            if isinstance(value, dict | list):
                raise _not_a_page(f"record {count}: {key} holds a list or an object")
            seen[index] = True
            cells[index] = value
        if unknown:
            missing = [c for c in dataset.columns if c.header_required and c.header not in record]
            raise matcher.unknown(unknown, missing, f"record {count}")
        if is_blank_row(cells):
            notes.blank_count += 1
            continue
        yield Row(None, count, cells, parsing.ENCODING if is_damaged else None)
    missing = [c for c, is_seen in zip(dataset.columns, seen, strict=True) if c.header_required and not is_seen]
    if count and missing:
        raise matcher.missing(missing, "all records")


def _not_a_page(what: str, remedy: str = "Fetch the page again.") -> Held:
    return Held("unreadable", f"this is not a page of the platform: {what}. {remedy}")


_REPORT = "Fetch the page again; if that does not help, report it to the platform's operator."


def _refuse_markup(file: BinaryIO) -> None:
    """Refuses a web page in any encoding. Rewinds the file."""
    head = file.read(_HEAD_BYTES).replace(b"\0", b"")
    file.seek(0)
    if re.match(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<", head):
        raise _not_a_page(
            "it is a web page (HTML or XML), usually the platform's login or error page",
            "Log in to the platform again, then fetch the page again.",
        )


_HEAD_BYTES = 256
_KINDS = ((type(None), "null"), (bool, "true or false"), (int | float, "a number"), (str, "text"), (list, "a list"))


def _kind(value: Any) -> str:
    return next((label for kind, label in _KINDS if isinstance(value, kind)), "an object")


_JSON_SPACE = re.compile(r"[ \t\n\r]*")
_LONGEST_INTEGER = 300


def _whole_number(text: str) -> int | str:
    """A whole number, exactly as written; as text if it has more digits than any number needs."""
    return ExactInteger(text) if len(text) <= _LONGEST_INTEGER else text


def _no_constant(name: str) -> Any:
    raise ValueError(name)


class _KeyTwice(ValueError):
    """An object has two members with one name, so that it is not clear which one counts."""

    def __init__(self) -> None:
        super().__init__("a key occurs twice")


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
    data = records = "missing"  # what was found instead of an object and a list; '' if they were found
    code: Any = 0
    error_text: Any = None
    total: Any = None
    number: Any = None
    if page.peek() == "[":
        raise _not_a_page("it is a list, not an object", _REPORT)
    try:
        for outer in page.members():
            if outer == "data" and page.peek() == "{":
                data = ""
                for inner in page.members():
                    if inner == "records" and page.peek() == "[":
                        records = ""
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
        raise _not_a_page(f"in one of its objects {error}", _REPORT) from error
    except (ValueError, RecursionError) as error:
        raise _not_a_page("it is cut off or not JSON") from error
    if str(code) != "0":
        raise _platform_error(code, error_text)
    if data:
        raise _not_a_page(f"data is {data}, not an object", _REPORT)
    notes.page_total, notes.page_number = _count(total), _count(number)
    if total is not None and notes.page_total is None:
        raise _not_a_page("data.total is not a whole number", _REPORT)
    if records == "null" and notes.page_total == 0:
        return  # some systems write an empty page like this
    if records == "null":
        found = "there is no total" if total is None else f"total is {notes.page_total}"
        raise _not_a_page(f"data.records is null, but {found}: expected a total of 0", _REPORT)
    if records:
        raise _not_a_page(f"data.records is {records}, not a list", _REPORT)


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
    error = f"error {code}" if is_plain_code else "an error"
    words = f" ({printable(text.strip())})" if isinstance(text, str) and _PLAIN_WORDS.fullmatch(text.strip()) else ""
    return _not_a_page(
        f"its code is not 0: the platform answered with {error}{words}",
        "Fetch the page again later; if the error stays, report it to the platform's operator.",
    )
