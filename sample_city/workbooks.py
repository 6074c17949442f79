"""A workbook of one visible sheet, written fast: xlsxwriter writes what is around the rows, once for each kind of workbook;
the rows are XML text, put into its sheet.

Belongs here: cells as XML, and the package. Does not belong here: which cells a row has (`files`).
"""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_range

CREATED_AT = dt.datetime(2023, 1, 1)  # noqa: DTZ001 - a constant in the file's properties
AUTHOR = "焦作市建设工程消防技术中心"
_DATE, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - day 0 of a sheet; days before March 1900 would be one less
_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
_SHEET, _HIDDEN_SHEET = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
_WRITTEN_AT, _ATTRIBUTES = (1980, 1, 31, 0, 0, 0), 0o100600 << 16  # of each part: the same in every package
_ROWS_AT_ONCE = 500
_IN_MEMORY = 4_000_000  # bytes of rows; more of them wait in a temporary file
_NOT_PLAIN = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
_SPECIAL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff&<>]|_x|^\s|\s$")
_COLUMN_NAMES = tuple(map(xl_col_to_name, range(100)))


@dataclass(frozen=True)
class Formula:
    """A formula cell; `cached` None: the workbook was never calculated."""

    text: str
    cached: str | None


@dataclass(frozen=True)
class HiddenSheet:
    """A second sheet that nobody sees: one cell, and below it a row of texts."""

    name: str
    first: str
    texts: tuple[str, ...]

    def within(self, around: bytes) -> bytes:
        """The sheet's XML in what xlsxwriter puts around its rows."""
        before, after = _split(around, xl_range(0, 0, 1, len(self.texts) - 1))
        cells = "".join(f'<c r="{_COLUMN_NAMES[place]}2"{plain_cell(text)}' for place, text in enumerate(self.texts))
        rows = f'<row r="1"><c r="A1"{plain_cell(self.first)}</row><row r="2">{cells}</row>'
        return b"%b<sheetData>%b</sheetData>%b" % (before, rows.encode(), after)


class Workbook:
    """Rows are added from top to bottom; memory does not grow with them."""

    def __init__(self, path: Path, sheet_name: str) -> None:
        self.path, self.sheet_name = path, sheet_name
        self._formats: list[str] = []  # in the order of their first use, as the styles number them
        self._merges: list[str] = []
        self._last_row = self._last_place = 0
        self._texts: list[str] = []
        self._rows = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - `close` closes it

    def add_row(self, row: int, cells: Iterable[tuple[int, Any]]) -> None:
        """Adds row `row`, from 0, with its cells from left to right as (place, value); empty ones are left out."""
        texts = [(place, self._cell(value)) for place, value in cells if value is not None and value != ""]
        if texts:
            self.add_written(row, texts)

    def add_written(self, row: int, cells: Iterable[tuple[int, str]]) -> None:
        """As `add_row`, for cells as `plain_cell` writes them."""
        name = row + 1
        texts = [f'<c r="{_COLUMN_NAMES[place]}{name}"{text}' for place, text in cells if text]
        self._last_row = row
        self._texts.append(f'<row r="{name}">{"".join(texts)}</row>')
        if len(self._texts) >= _ROWS_AT_ONCE:
            self._flush()

    def merge(self, first_row: int, first_place: int, last_row: int, last_place: int) -> None:
        self._merges.append(xl_range(first_row, first_place, last_row, last_place))

    def _cell(self, value: Any) -> str:
        """A cell after its reference."""
        match value:
            case str() | int() | float():
                return plain_cell(value)
            case dt.datetime():
                since = value - _EPOCH
                return f' s="{self._format(_MOMENT)}"><v>{since.days + since.seconds / 86_400:.16G}</v></c>'
            case dt.date():
                return f' s="{self._format(_DATE)}"><v>{(value - _EPOCH.date()).days}</v></c>'
            case Formula():
                cached = value.cached or ""
                kind = "" if not cached else ' t="e"' if cached in _ERRORS else ' t="str"'
                return f"{kind}><f>{_escaped(value.text.removeprefix('='))}</f><v>{_escaped(cached)}</v></c>"
        raise TypeError(f"a workbook has no cell for {type(value).__name__}")

    def _format(self, number_format: str) -> int:
        if number_format not in self._formats:
            self._formats.append(number_format)
        return self._formats.index(number_format) + 1

    def _flush(self) -> None:
        self._rows.write("".join(self._texts).encode())
        self._texts = []

    def close(self, last_place: int, hidden: HiddenSheet | None = None) -> None:
        """Writes the file. `last_place`: the sheet's last column, from 0."""
        self._flush()
        with self._rows, ZipFile(self.path, "w", ZIP_DEFLATED) as package:
            for name, content in _around(self.sheet_name, tuple(self._formats), hidden.name if hidden else None):
                part = ZipInfo(name, _WRITTEN_AT)
                part.external_attr, part.compress_type = _ATTRIBUTES, ZIP_DEFLATED
                if name == _SHEET:
                    self._write_sheet(package, part, content, xl_range(0, 0, self._last_row, last_place))
                elif name == _HIDDEN_SHEET and hidden is not None:
                    package.writestr(part, hidden.within(content))
                else:
                    package.writestr(part, content)

    def _write_sheet(self, package: ZipFile, part: ZipInfo, around: bytes, dimension: str) -> None:
        before, after = _split(around, dimension)
        merges = "".join(f'<mergeCell ref="{merged}"/>' for merged in self._merges)
        if merges:
            after = f'<mergeCells count="{len(self._merges)}">{merges}</mergeCells>'.encode() + after
        before, after = before + b"<sheetData>", b"</sheetData>" + after
        part.file_size = len(before) + self._rows.tell() + len(after)
        self._rows.seek(0)
        with package.open(part, "w") as file:
            file.write(before)
            shutil.copyfileobj(self._rows, file)
            file.write(after)


def _split(around: bytes, dimension: str) -> tuple[bytes, bytes]:
    """What stands before and after a sheet's rows, with the range of its cells."""
    before, after = re.split(rb"<sheetData>.*</sheetData>|<sheetData/>", around, flags=re.DOTALL)
    return re.sub(rb'<dimension ref="[^"]*"/>', f'<dimension ref="{dimension}"/>'.encode(), before), after


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_cell(value: str | float) -> str:
    """A text, number or truth value as a cell after its reference; "" for an empty text."""
    if isinstance(value, bool):
        return f' t="b"><v>{value:d}</v></c>'
    return f"><v>{value:.16G}</v></c>" if isinstance(value, int | float) else _text_cell(value) if value else ""


def _text_cell(text: str) -> str:
    if not _SPECIAL.search(text):
        return f' t="inlineStr"><is><t>{text}</t></is></c>'
    if _NOT_PLAIN.search(text):
        raise ValueError(f"a cell of a workbook cannot hold {text!r} as it is")
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f' t="inlineStr"><is><t{kept}>{_escaped(text)}</t></is></c>'


@lru_cache(maxsize=64)
def _around(sheet_name: str, formats: tuple[str, ...], hidden: str | None) -> list[tuple[str, bytes]]:
    """The parts of a workbook by xlsxwriter whose visible sheet uses these formats, with the name of a hidden sheet."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True})
    book.set_properties({"created": CREATED_AT, "author": AUTHOR})
    sheet = book.add_worksheet(sheet_name)
    for place, number_format in enumerate(formats):  # a format that no cell uses has no style
        sheet.write_datetime(0, place, CREATED_AT, book.add_format({"num_format": number_format}))
    if hidden is not None:
        book.add_worksheet(hidden).hide()
    book.close()
    with ZipFile(packed) as package:
        return [(part.filename, package.read(part)) for part in package.infolist()]
