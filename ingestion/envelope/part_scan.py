"""One part of a workbook as it streams by: whether it is written in the usual way, and how much it holds.

A plain part (written as nearly all programs write it) can be counted exactly from its bytes, and calamine reads it
correctly. Anything else (comments, CDATA, prefixes, other encodings, cells without a reference) is legal but rare: such a
workbook is rewritten as a plain one before it is read.
Belongs here: what a scan of the bytes shows. Does not belong here: reading XML (`sheet_cells`).
"""

from __future__ import annotations

import re

from ingestion.bilingual import Bilingual
from ingestion.envelope.cell_refs import column_number
from ingestion.envelope.limits import (
    AREA_FREE_CELLS,
    MAX_COLUMNS,
    MAX_MERGES,
    MAX_ROWS,
    MAX_SHEET_AREA,
    MAX_SPARSENESS,
    MEBIBYTE,
)
from ingestion.envelope.markup import names_utf8
from ingestion.envelope.refusals import Held, refused_archive, sheet_place

# Each begins with a literal, so that it is fast
_CELL = re.compile(rb"<c[\s/>]")
_CELL_ROW = re.compile(rb"<c r=\"[A-Z]{1,3}([1-9]\d{0,6})\"")
_CELL_COLUMN = re.compile(rb"<c r=\"([A-Z]{1,3})[1-9]")
_FORMULA = re.compile(rb"<f[\s/>]")
# Values of which calamine reads only a part, or another value
_PADDED_VALUE = re.compile(rb"<v>\s")
_VALUE_BY_CODE = re.compile(rb"<v>[^<&]*&#")
_ODD = (
    b"<!",
    b"\0",
    b" </v>",
    b"\n</v>",
    b"\t</v>",
    b"\r</v>",
    b">true</v>",
    b">false</v>",
    b">TRUE</v>",
    b">FALSE</v>",
)
_SHEET_END = re.compile(rb"</worksheet>\s*$")
_TEXTS_END = re.compile(rb"</sst>\s*$")
_TEXT_END = re.compile(rb"</si>")
_LONGEST_ROW = MEBIBYTE
_TAIL = 64


class PartScan:
    """Counts over the bytes of one part. They are exact for a plain part, and an upper bound for any other.

    Any part may be named as a sheet, so the part's own name does not matter.
    """

    def __init__(self) -> None:
        self.has_formulas = False  # or error values
        self.cell_count = self.value_count = self.shared_cell_count = 0
        self.longest_shared_text = 0  # in bytes, with its tags
        self.merge_count = 0
        self._is_plain = True
        self._is_sheet = self._holds_texts = False
        self._last_row = self._last_column = 0
        self._place = self._last_text_end = 0
        self._pending = b""
        self._is_first = True

    @property
    def is_plain(self) -> bool:
        """Whether a part that is neither a sheet nor the shared texts can be read as it is."""
        return self._is_plain

    @property
    def is_plain_sheet(self) -> bool:
        return self._is_plain and self._is_sheet

    @property
    def is_plain_texts(self) -> bool:
        return self._is_plain and self._holds_texts

    @property
    def reaches_far(self) -> bool:
        """Whether a reader would have to hold far more cells than any list has."""
        area = self._last_row * self._last_column
        return (
            self._last_row > MAX_ROWS
            or self._last_column > MAX_COLUMNS
            or area > MAX_SHEET_AREA
            or (area > AREA_FREE_CELLS and area > MAX_SPARSENESS * self.cell_count)
        )

    def feed(self, chunk: bytes) -> None:
        data = self._pending + chunk
        # complete rows and texts only, so that no pattern is split between two chunks
        end = max(data.rfind(b"</row>"), data.rfind(b"</si>"))
        if end <= 0:
            if len(data) < _LONGEST_ROW:
                self._pending = data
                return
            end = max(data.rfind(b"<"), 1)
        self._scan(data[:end])
        self._pending = data[end:]

    def close(self) -> None:
        self._scan(self._pending)
        tail, self._pending = self._pending[-_TAIL:], b""
        self._is_sheet = self._is_sheet and bool(_SHEET_END.search(tail))
        self._holds_texts = self._holds_texts and bool(_TEXTS_END.search(tail))

    def _scan(self, data: bytes) -> None:
        declarations = 0
        if self._is_first:
            self._is_first = False
            self._is_plain = names_utf8(data)
            declarations = 1
        if (
            any(mark in data for mark in _ODD)
            or data.count(b"<?") > declarations
            or _PADDED_VALUE.search(data)
            or (b"&#" in data and _VALUE_BY_CODE.search(data))
        ):
            self._is_plain = False
        self._is_sheet = self._is_sheet or b"<sheetData" in data
        self._holds_texts = self._holds_texts or b"<sst" in data
        if b"<c" in data:
            self._scan_cells(data)
        self.merge_count += data.count(b"mergeCell ")
        for match in _TEXT_END.finditer(data):
            self._end_of_text(self._place + match.end())
        self._place += len(data)

    def _scan_cells(self, data: bytes) -> None:
        if not self.has_formulas:
            self.has_formulas = b'"e"' in data or b"'e'" in data or bool(_FORMULA.search(data))
        count = len(_CELL.findall(data))
        rows = _CELL_ROW.findall(data)
        values, inline = data.count(b"</v>"), data.count(b"</is>")
        if count != len(rows) or values != data.count(b"<v>") or inline != data.count(b"<is>"):
            self._is_plain = False
        if rows:
            self._last_row = max(self._last_row, *map(int, set(rows)))
            columns = set(_CELL_COLUMN.findall(data))
            self._last_column = max(self._last_column, *(column_number(letters.decode()) for letters in columns))
        self.cell_count += count
        self.value_count += values - data.count(b"<v></v>") + inline - data.count(b"<is><t></t></is>")
        self.shared_cell_count += data.count(b'"s"')

    def _end_of_text(self, place: int) -> None:
        self.longest_shared_text = max(self.longest_shared_text, place - self._last_text_end)
        self._last_text_end = place


def too_many_merges() -> Held:
    """A sheet whose merged ranges would fill the memory."""
    return refused_archive(
        Bilingual(f"一张工作表的合并单元格超过 {MAX_MERGES} 处", f"a sheet has more than {MAX_MERGES} merged ranges"),
        Bilingual("请取消合并后重新导出。", "Export it again without them."),
    )


def cells_too_far(sheet: str) -> Held:
    """A sheet that would make a reader hold far more cells than any list has."""
    return refused_archive(
        Bilingual(
            f"{sheet_place(sheet).zh}在离名单很远处有内容（第 {MAX_COLUMNS} 列以右，或远在其他各行以下）",
            f"{sheet_place(sheet).en} has values far away from the list (right of column {MAX_COLUMNS}, or far below all other rows)",
        ),
        Bilingual("请删除，或把名单复制到新工作簿。", "Delete them, or copy the list into a new workbook."),
    )
