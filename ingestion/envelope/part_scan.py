"""One part of a workbook as it streams by: what it holds, and how far its cells reach.

Belongs here: what can be told from the bytes at one glance. Does not belong here: counting exactly what a reader
would hold (`swelling`), reading cells (`ingestion.readers`).
"""

from __future__ import annotations

import codecs
import re

from ingestion.envelope.limits import MAX_COLUMNS, MAX_ROWS, MAX_SHEET_AREA
from ingestion.envelope.refusals import Held, cut_off, refused_archive

_SUSPECT = re.compile(rb"<(?:\w+:)?f[\s/>]|\bt\s*=\s*[\"']e[\"']")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_1904 = re.compile(rb"\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']", re.IGNORECASE)
_CELL_REF = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{0,7})(\d{1,12})[\"']")
_SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData[\s/>]")
_CELL = re.compile(rb"[<:]c[\s/>]")
_UNPLACED_CELL = re.compile(rb"[<:]c(?:[/>]|\s[^r]|\sr[^\s=])")
_SHARED_CELL = re.compile(rb"\bt\s*=\s*[\"']s[\"']")
_SHARED_TEXT_END = re.compile(rb"[/:]si\s*>")
_OVERLAP = 64


class PartScan:
    """Looks at one part while it streams by: formulas, error values, type definitions, how far its cells reach, and
    how much text they may share.

    Any part may be named as a sheet, so the part's own name decides nothing.
    """

    def __init__(self) -> None:
        self.is_suspect = False
        self.is_1904 = False
        self.cell_count = 0
        self.shared_cell_count = 0
        self.longest_shared_text = 0  # in bytes, with its tags
        self.has_odd_markup = False  # comments, in which tags are no tags; cells that do not say where they stand
        self._is_sheet = False
        self._tail = b""
        self._is_first = True
        self._last_row = self._last_column = 0
        self._size = self._last_text_end = 0

    @property
    def area(self) -> int:
        return self._last_row * max(self._last_column, 1) if self._is_sheet else 0

    @property
    def holds_text(self) -> bool:
        """Whether cells get their text from this part."""
        return self._is_sheet or self.longest_shared_text > 0

    def feed(self, chunk: bytes) -> None:
        if self._is_first:
            self._is_first = False
            if chunk.startswith((b"PK\x03\x04", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
                raise refused_archive("it holds another archive")
            if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise refused_archive("a part is not written in UTF-8")
        window = self._tail + chunk
        if _DOCTYPE.search(window):
            raise refused_archive("a part holds a document type definition")
        self._is_sheet = self._is_sheet or bool(_SHEET_DATA.search(window))
        self.is_1904 = self.is_1904 or bool(_1904.search(window))
        self.is_suspect = self.is_suspect or bool(_SUSPECT.search(window))
        self.has_odd_markup = self.has_odd_markup or b"<!" in window or bool(_UNPLACED_CELL.search(window))
        self.cell_count += len(_CELL.findall(chunk))
        self.shared_cell_count += len(_SHARED_CELL.findall(window))
        for letters, digits in set(_CELL_REF.findall(window)):
            self._reach(letters, digits)
        begin = self._size - len(self._tail)
        for match in _SHARED_TEXT_END.finditer(window):
            self._end_of_text(begin + match.end())
        self._size += len(chunk)
        self._tail = window[-_OVERLAP:]

    def _reach(self, letters: bytes, digits: bytes) -> None:
        self._last_row = max(self._last_row, int(digits))
        column = 0
        for letter in letters.upper():
            column = column * 26 + letter - 64
        self._last_column = max(self._last_column, column)

    def _end_of_text(self, place: int) -> None:
        self.longest_shared_text = max(self.longest_shared_text, place - self._last_text_end)
        self._last_text_end = max(self._last_text_end, place)

    def close(self) -> None:
        if not self._is_sheet:
            return
        if self._last_row > MAX_ROWS or self._last_column > MAX_COLUMNS or self.area > MAX_SHEET_AREA:
            raise far_cells()
        if not re.search(rb"</(?:\w+:)?worksheet\s*>\s*$", self._tail):
            raise cut_off()


def far_cells() -> Held:
    """A sheet that would make a reader hold far more cells than any list has."""
    return refused_archive("a sheet has cells far outside of any list")
