"""A workbook that takes far more memory than its parts: long texts said again and again, few cells in a large sheet.

Belongs here: whether that may be (from what `part_scan` saw), and the exact count. Does not belong here: the size of
the parts themselves (`zip_archive`).
"""

from __future__ import annotations

import xml.parsers.expat
import zipfile
from array import array
from collections.abc import Iterable
from typing import BinaryIO

from ingestion.envelope.limits import (
    AREA_FREE_CELLS,
    MAX_SHARED_TEXTS,
    MAX_SPARSENESS,
    MAX_TEXT_RATIO,
    TEXT_FREE_BYTES,
)
from ingestion.envelope.part_scan import PartScan, far_cells
from ingestion.envelope.refusals import cut_off, refused_archive
from ingestion.envelope.zip_archive import inflated


def _is_sparse(area: int, cell_count: int) -> bool:
    return area > AREA_FREE_CELLS and area > MAX_SPARSENESS * cell_count


def _text_limit(packed_size: int) -> int:
    return max(TEXT_FREE_BYTES, MAX_TEXT_RATIO * packed_size)


def may_swell(scans: Iterable[PartScan], unpacked: int, packed_size: int) -> bool:
    """Whether a reader may need far more memory than the parts take: judged from above, so that most are let by."""
    parts = [scan for scan in scans if scan.holds_text]
    longest = max((scan.longest_shared_text for scan in parts), default=0)
    return (
        any(scan.has_odd_markup or _is_sparse(scan.area, scan.cell_count) for scan in parts)
        or unpacked + longest * sum(scan.shared_cell_count for scan in parts) > _text_limit(packed_size)
    )  # fmt: skip


def check_swollen(file: BinaryIO, entries: Iterable[zipfile.ZipInfo], packed_size: int) -> None:
    """Counts exactly, over the parts that hold text, what a reader would hold: every cell, and its whole text.

    Raises Held if a short text stands for a long one too often, or few cells for a large sheet.
    """
    parts = list(entries)
    lengths = array("I")
    for entry in parts:
        _SharedTexts(lengths).read(inflated(file, entry))
    cells = _SwollenCells(lengths, _text_limit(packed_size))
    for entry in parts:
        cells.read(inflated(file, entry))


class _Markup:
    """Reads a part's tags and text as they stream by."""

    def read(self, chunks: Iterable[bytes]) -> None:
        parser = xml.parsers.expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: self.start(name.rpartition(":")[2], attributes)
        parser.EndElementHandler = lambda name: self.end(name.rpartition(":")[2])
        parser.CharacterDataHandler = self.text
        try:
            for chunk in chunks:
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except xml.parsers.expat.ExpatError as error:
            raise cut_off() from error

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


class _SharedTexts(_Markup):
    """How many bytes each shared text has, in order."""

    def __init__(self, lengths: array[int]) -> None:
        self.lengths = lengths
        self._is_inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            if len(self.lengths) >= MAX_SHARED_TEXTS:
                raise refused_archive(f"it has more than {MAX_SHARED_TEXTS} texts")
            self.lengths.append(0)
            self._is_inside = True

    def end(self, name: str) -> None:
        self._is_inside = self._is_inside and name != "si"

    def text(self, data: str) -> None:
        if self._is_inside:
            self.lengths[-1] += len(data.encode())


class _SwollenCells(_Markup):
    """Adds up the text of all cells of all sheets; stops at the limit."""

    def __init__(self, lengths: array[int], limit: int) -> None:
        self.lengths = lengths
        self.limit = limit
        self._total = 0

    def read(self, chunks: Iterable[bytes]) -> None:
        self._row = self._column = 0
        self._last_row = self._last_column = self._count = 0
        self._is_shared, self._value = False, ""
        super().read(chunks)
        if _is_sparse(self._last_row * self._last_column, self._count):
            raise far_cells()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._row = _number(attributes.get("r"), self._row + 1)
            self._column = 0
        elif name == "c":
            letters, digits = _reference(attributes.get("r", ""))
            self._column = letters or self._column + 1
            self._row = digits or self._row
            self._is_shared, self._value = attributes.get("t") == "s", ""

    def text(self, data: str) -> None:
        self._value += data

    def end(self, name: str) -> None:
        if name == "f":
            self._value = ""
        elif name == "c" and self._value:
            self._count += 1
            self._last_row = max(self._last_row, self._row)
            self._last_column = max(self._last_column, self._column)
            self._total += self._size()
            self._value = ""
            if self._total > self.limit:
                raise refused_archive("its cells repeat long texts until they fill the memory")

    def _size(self) -> int:
        if not self._is_shared:
            return len(self._value)
        index = _number(self._value.strip(), len(self.lengths))
        if index >= len(self.lengths):
            raise cut_off()
        return self.lengths[index]


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and len(text) <= 9 and text.isascii() and text.isdigit() else otherwise


def _reference(written: str) -> tuple[int, int]:
    """Column and row, 1-based, of a cell's reference such as B3; 0 where it does not say."""
    letters = written.rstrip("0123456789")
    column = 0
    for letter in letters[:7].upper():
        column = column * 26 + ord(letter) - 64
    return column, _number(written[len(letters) :], 0)
