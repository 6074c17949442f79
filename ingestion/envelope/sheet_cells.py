"""The cells of a sheet and the shared texts, one by one, from their XML.

Belongs here: exactly what the XML says about a cell. Does not belong here: the meaning of a value, dates and styles
(calamine), limits (`expanded_text`), rows (`ingestion.readers`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ingestion.bilingual import Bilingual
from ingestion.envelope.cell_refs import reference
from ingestion.envelope.limits import MAX_CELL_TEXT, MAX_SHARED_TEXTS
from ingestion.envelope.markup import read_markup
from ingestion.envelope.refusals import SAVE_AS_XLSX, Held, cut_off, refused_archive

_ESCAPED = re.compile("_x00([0-9A-Fa-f]{2})_")
_WHITESPACE = " \t\r\n"
_A_SHEET = Bilingual("一张工作表", "a sheet")


@dataclass(slots=True)
class XmlCell:
    """A cell as in its XML; row and column are 1-based. `text` is the content of <v> or <is>, by `kind` (n, s, str …)."""

    row: int
    column: int
    kind: str
    style: str
    has_formula: bool
    text: str


def is_blank_text(text: str) -> bool:
    """Whether a cell with this text looks empty."""
    if "_x00" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return not text.strip()


def read_cells(
    chunks: Iterable[bytes],
    take: Callable[[XmlCell], object],
    take_merge: Callable[[str], object] | None = None,
    place: Bilingual = _A_SHEET,
) -> None:
    """Calls back for each cell of a sheet in order, empty ones too, and for each merged range after them.

    `place`: the sheet, as a message names it.
    """
    row = column = 0
    is_inside = False
    cell: XmlCell | None = None
    text = _CellText()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, cell, is_inside
        if cell is not None:
            if name == "f":
                cell.has_formula = True
            text.start(name, attributes)
        elif name == "c" and is_inside:
            written = attributes.get("r")
            if written is None:
                column += 1
                cell_row = row
            else:
                column, cell_row = _placed(written, place)
            cell = XmlCell(cell_row, column, attributes.get("t", ""), attributes.get("s", ""), False, "")
            text.clear()
        elif name == "row" and is_inside:
            row = _row_number(attributes["r"], place) if "r" in attributes else row + 1
            column = 0
        elif name == "sheetData":
            is_inside = True
        elif name == "mergeCell" and take_merge is not None:
            take_merge(attributes.get("ref", ""))

    def end(name: str) -> None:
        nonlocal cell, is_inside
        if cell is not None:
            if name == "c":
                if text.is_inline and (cell.kind == "inlineStr" or not text.value):
                    cell.kind, cell.text = "inlineStr", text.inline
                else:
                    cell.text = text.value
                take(cell)
                cell = None
            else:
                text.end(name)
        elif name == "sheetData":
            is_inside = False

    read_markup(chunks, start, end, text.add)


def read_shared_texts(chunks: Iterable[bytes], take: Callable[[str], None]) -> None:
    """Calls back for each shared text in order."""
    text = _CellText()
    count = 0
    is_inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_inside
        if name == "si":
            is_inside = True
            text.clear()
            text.is_inline = True
        elif is_inside:
            text.start(name, attributes)

    def end(name: str) -> None:
        nonlocal count, is_inside
        if name == "si":
            is_inside = False
            count += 1
            if count > MAX_SHARED_TEXTS:
                raise refused_archive(
                    Bilingual(f"文字超过 {MAX_SHARED_TEXTS} 条", f"it has more than {MAX_SHARED_TEXTS} texts")
                )
            take(text.inline)
        elif is_inside:
            text.end(name)

    read_markup(chunks, start, end, text.add)


def shared_index(written: str, count: int) -> int:
    """The index of the shared text of a cell. Raises Held if there is no such text."""
    written = written.strip()
    index = int(written) if len(written) <= 9 and written.isascii() and written.isdigit() else count
    if index >= count:
        raise cut_off()
    return index


class _CellText:
    """Collects the text of one cell or shared text: <v>, and the <t> of its runs, without phonetic ones."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.value = self.inline = ""
        self.is_inline = False
        self._run = ""
        self._in_value = self._in_run = self._keeps_space = self._is_phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "v":
            self._in_value = True
        elif name == "t" and not self._is_phonetic:
            self._in_run = True
            self._run = ""
            self._keeps_space = attributes.get("xml:space") == "preserve"
        elif name == "is":
            self.is_inline = True
        elif name == "rPh":
            self._is_phonetic = True

    def add(self, data: str) -> None:
        if self._in_value:
            self.value += data
        elif self._in_run:
            self._run += data
        else:
            return
        if len(self.value) + len(self.inline) + len(self._run) > MAX_CELL_TEXT:
            raise refused_archive(
                Bilingual(f"一个单元格超过 {MAX_CELL_TEXT} 个字", f"a cell holds more than {MAX_CELL_TEXT} characters")
            )

    def end(self, name: str) -> None:
        if name == "v":
            self._in_value = False
        elif name == "t" and self._in_run:
            self._in_run = False
            self.inline += self._run if self._keeps_space else self._run.strip(_WHITESPACE)
        elif name == "rPh":
            self._is_phonetic = False


def _placed(written: str, place: Bilingual) -> tuple[int, int]:
    try:
        return reference(written)
    except ValueError as error:
        raise _without_reference(Bilingual(f"{place.zh}有一个单元格", f"a cell of {place.en}")) from error


def _row_number(written: str, place: Bilingual) -> int:
    if not (written.isascii() and written.isdigit() and len(written) <= 7):
        raise _without_reference(Bilingual(f"{place.zh}有一行", f"a row of {place.en}"))
    return int(written)


def _without_reference(what: Bilingual) -> Held:
    return Held(
        "unreadable",
        Bilingual(f"{what.zh}没有有效的位置。{SAVE_AS_XLSX.zh}", f"{what.en} has no valid position. {SAVE_AS_XLSX.en}"),
    )
