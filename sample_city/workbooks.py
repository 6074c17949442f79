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
_SHEET = "xl/worksheets/sheet1.xml"
_ROWS_AT_ONCE = 500
_IN_MEMORY = 4_000_000  # bytes of rows; more of them wait in a temporary file
_NOT_PLAIN = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
_COLUMN_NAMES = tuple(map(xl_col_to_name, range(100)))


@dataclass(frozen=True)
class Formula:
    """A formula cell; `cached` None: the workbook was never calculated."""

    text: str
    cached: str | None


@dataclass(frozen=True)
class HiddenSheet:
    """A second sheet that nobody sees, with its rows."""

    name: str
    rows: tuple[tuple[str, ...], ...]


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
        name = row + 1
        texts = [
            f'<c r="{_COLUMN_NAMES[place]}{name}"{_text_cell(value) if type(value) is str else self._cell(value)}'
            for place, value in cells
            if value is not None and value != ""
        ]
        if texts:
            self._last_row = row
            self._texts.append(f'<row r="{name}">{"".join(texts)}</row>')
            if len(self._texts) >= _ROWS_AT_ONCE:
                self._flush()

    def merge(self, first_row: int, first_place: int, last_row: int, last_place: int) -> None:
        self._merges.append(xl_range(first_row, first_place, last_row, last_place))

    def _cell(self, value: Any) -> str:
        """A cell after its reference."""
        match value:
            case str():
                return _text_cell(value)
            case bool():
                return f' t="b"><v>{value:d}</v></c>'
            case int() | float():
                return f"><v>{value:.16G}</v></c>"
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
            for (name, date_time, attributes), content in _around(self.sheet_name, tuple(self._formats), hidden):
                part = ZipInfo(name, date_time)
                part.external_attr, part.compress_type = attributes, ZIP_DEFLATED
                if name == _SHEET:
                    self._write_sheet(package, part, content, last_place)
                else:
                    package.writestr(part, content)

    def _write_sheet(self, package: ZipFile, part: ZipInfo, around: bytes, last_place: int) -> None:
        head, rest = re.split(rb'<dimension ref="[^"]*"/>', around)
        between, _, tail = re.split(rb"(<sheetData>.*</sheetData>|<sheetData/>)", rest, flags=re.DOTALL)
        before = b'%b<dimension ref="%b"/>%b<sheetData>' % (
            head,
            xl_range(0, 0, self._last_row, last_place).encode(),
            between,
        )
        merges = "".join(f'<mergeCell ref="{merged}"/>' for merged in self._merges)
        after = f'</sheetData><mergeCells count="{len(self._merges)}">{merges}</mergeCells>' if merges else "</sheetData>"
        part.file_size = len(before) + self._rows.tell() + len(after) + len(tail)
        self._rows.seek(0)
        with package.open(part, "w") as file:
            file.write(before)
            shutil.copyfileobj(self._rows, file)
            file.write(after.encode() + tail)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@lru_cache(maxsize=200_000)
def _text_cell(text: str) -> str:
    if _NOT_PLAIN.search(text):
        raise ValueError(f"a cell of a workbook cannot hold {text!r} as it is")
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f' t="inlineStr"><is><t{kept}>{_escaped(text)}</t></is></c>'


@lru_cache(maxsize=64)
def _around(
    sheet_name: str, formats: tuple[str, ...], hidden: HiddenSheet | None
) -> list[tuple[tuple[str, tuple[int, int, int, int, int, int], int], bytes]]:
    """The parts of a workbook by xlsxwriter whose visible sheet uses these formats: name, time and attributes, content."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"constant_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": CREATED_AT, "author": AUTHOR})
    sheet = book.add_worksheet(sheet_name)
    for place, number_format in enumerate(formats):  # a format that no cell uses has no style
        sheet.write_datetime(0, place, CREATED_AT, book.add_format({"num_format": number_format}))
    if hidden is not None:
        second = book.add_worksheet(hidden.name)
        for place, texts in enumerate(zip(*hidden.rows, strict=True)):  # by column: row 1 keeps its first cell alone
            for number, text in enumerate(texts):
                second.write_string(number, place, text)
        second.hide()
    book.close()
    with ZipFile(packed) as package:
        return [
            ((part.filename, part.date_time, part.external_attr), package.read(part)) for part in package.infolist()
        ]
