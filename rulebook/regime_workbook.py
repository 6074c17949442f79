"""A regime as an .xlsx workbook, one sheet per block: the entries of its sheets, each value with its cell.

Belongs here: the block of a sheet, its header, titles and notes. Does not belong here: values of a key (`grammar`), names
of keys (`labels`), reading cells and checking workbooks (`ingestion`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from python_calamine import CalamineSheet, SheetVisibleEnum

from ingestion.envelope import Held
from ingestion.envelope.cell_refs import column_letters
from ingestion.parsing import REMEDIES, Cell, Refused, fold, is_blank, text_of
from ingestion.readers import layout
from ingestion.readers.headers import (
    HEADER_SEARCH_ROWS,
    cell_header,
    header_readings,
    is_running_number,
    normal_header,
)
from ingestion.readers.workbook import sheet_rows
from ingestion.readers.workbook_cells import OpenWorkbook
from rulebook.grammar import BLOCKS, REQUIRED, SINGLE, Entry, Said, missing_key, unknown_key
from rulebook.labels import BLOCK_LABELS, KEY_LABELS, Label
from rulebook.problems import Place, Problem, RulebookError, suggestion
from rulebook.values import Written

_LEAST_KEYS = 2  # a row with fewer keys is not a header
_NULLS = frozenset({"null", "空", "不计分"})
_FLAGS = {"是": True, "否": False, "true": True, "false": False}
_BETWEEN = re.compile(r"[、,，;；\n]+")
_NOTE_SHEETS = re.compile(r".*(?:说明|备注|图例|目录|封面|notes?|readme|legend)")
_NUMBERED = re.compile(r"(?:附?[件表])?[(]?[一二三四五六七八九十\d]{1,2}[、.:)-]*")
_REMARKS = frozenset({"备注", "说明", "注", "附注", "remark", "remarks", "note", "notes"})
_CAPTIONS = frozenset({"键", "项目", "字段", "名称", "key", "值", "内容", "取值", "value"})
_NOTE = re.compile(r"notes?\b[^:]{0,12}:")  # `layout` recognises the Chinese words


def _shown(labels: Mapping[str, Label]) -> dict[str, str]:
    """Every name of each key, mapped to the shown text: the key and its usual Chinese name."""
    return {name: f"{key} {label.names[0]}" for key, label in labels.items() for name in (key, *label.names)}


def _names(key: str, chinese: Iterable[str]) -> dict[str, str]:
    return {normal_header(name): key for name in (key, *chinese)}


_SHEETS = {name: block for block, label in BLOCK_LABELS.items() for name in _names(block, label.names)}
_HEADERS = {
    block: {name: key for key, label in labels.items() for name in _names(key, label.names)}
    for block, labels in KEY_LABELS.items()
}


_BLOCK_NAMES = _shown(BLOCK_LABELS)


@dataclass(frozen=True)
class _Row:
    number: int
    cells: Sequence[Cell]
    is_merged: bool  # one cell over several columns

    @property
    def filled(self) -> list[int]:
        return [position for position, cell in enumerate(self.cells) if not is_blank(cell)]

    @property
    def texts(self) -> dict[int, str]:
        return {position: layout.plain(self.cells[position]) for position in self.filled}


def _block_of(sheet: str) -> str | None:
    """The block of a sheet by its name: 条目, 计分条目表, 附件2 条目（试行）."""
    names = (name for written, _ in header_readings(sheet) for name in (written, _NUMBERED.sub("", written, count=1)))
    return next((_SHEETS[one] for name in names for one in (name, name.removesuffix("表")) if one in _SHEETS), None)


def workbook_blocks(path: Path, problems: list[Problem]) -> tuple[Place, dict[str, list[Entry]]]:
    """The place of the workbook, and the entries of its sheets by block. Raises RulebookError for a refused workbook."""
    found: dict[str, list[Entry]] = {}
    whole = Place(str(path))
    try:
        with OpenWorkbook(path) as workbook:
            for place, sheet in enumerate(workbook.sheets()):
                block = _block_of(sheet.name)
                reader = _Sheet(str(path), sheet.name, block or "", problems)
                if sheet.visible != SheetVisibleEnum.Visible:
                    if block is not None:
                        reader.wrong("hidden_sheet", "the sheet is hidden", "Unhide it, or delete it.")
                elif block is None:
                    is_notes = _NOTE_SHEETS.fullmatch(normal_header(sheet.name))
                    if not is_notes and any(row.filled for row in _rows(workbook, place)):
                        reader.wrong(
                            "unknown_sheet",
                            "the sheet is not a block of a regime",
                            suggestion(sheet.name, _BLOCK_NAMES, "The blocks are", _BLOCK_NAMES)
                            + " Name a sheet of notes 说明.",
                        )
                elif block in found:
                    reader.wrong("repeated_key", f"the file has the block {block} twice", "Keep one of the sheets.")
                else:
                    found[block] = reader.entries(list(_rows(workbook, place)))
    except OSError as error:
        raise RulebookError(
            [Problem(whole, "unreadable", f"the file cannot be read ({error.strerror})", "Check the path.")]
        ) from None
    except Held as error:
        message, _, remedy = error.wording.en.partition(". ")
        raise RulebookError([Problem(whole, error.reason, message, remedy, error.wording.zh)]) from None
    return whole, found


def _rows(workbook: OpenWorkbook, place: int) -> Iterable[_Row]:
    sheet, faults = workbook.sheet(place)
    merged = _merged_rows(sheet)
    for index, (cells, is_own) in enumerate(sheet_rows(sheet, faults)):
        if is_own:
            yield _Row(index + 1, cells, index in merged)


def _merged_rows(sheet: CalamineSheet) -> set[int]:
    return {
        row
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        if right > left
        for row in range(top, bottom + 1)
    }


class _Sheet:
    """Reads the sheet of one block and collects the problems of its shape."""

    def __init__(self, file: str, name: str, block: str, problems: list[Problem]) -> None:
        self.place = Place(file, sheet=name)
        self.block = block
        self.problems = problems
        self.known: Mapping[str, str] = _HEADERS.get(block, {})
        self.is_below_note = False

    def wrong(self, code: str, message: str, remedy: str, at: Place | None = None) -> None:
        self.problems.append(Problem(at or self.place, code, message, remedy))

    def unknown(self, written: str, at: Place) -> None:
        shown = _shown(KEY_LABELS[self.block])
        self.problems.append(unknown_key(at, self.block, written, shown, shown))

    def at(self, row: _Row, position: int | None = None, key: str | None = None) -> Place:
        """The place of a row, or of a cell of it."""
        cell = None if position is None else f"{column_letters(position)}{row.number}"
        return Place(self.place.file, row.number, key, sheet=self.place.sheet, cell=cell)

    def key(self, cell: Cell) -> str | None:
        """The key that a header names, perhaps with a unit or another note in brackets: 分值（分）, 上限*."""
        for name, notes in header_readings(cell_header(cell)):
            if name in self.known and not any("含" in note for note in notes):  # 上限（含） may be hi or hi_inc
                return self.known[name]
        return None

    def keys(self, row: _Row) -> set[str]:
        return {key for position in row.filled if (key := self.key(row.cells[position])) is not None}

    def entries(self, rows: list[_Row]) -> list[Entry]:
        """All entries of the sheet."""
        header = self._header(rows)
        if header is not None:
            return self._below(rows[header], rows[header + 1 :])
        if self.block in SINGLE:
            return self._pairs(rows)
        self.wrong(
            "no_header",
            "no row of headers was found" if any(row.filled for row in rows) else "the sheet is blank",
            f"Write the keys above the list: {', '.join(BLOCKS[self.block])}.",
        )
        return []

    def _header(self, rows: list[_Row]) -> int | None:
        """The index of the row with the most keys, if at least half of its cells are keys."""
        best, most = None, _LEAST_KEYS - 1
        for index, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
            count = len(self.keys(row))
            if count > most and count * 2 >= len(row.filled):
                best, most = index, count
        return best

    def _below(self, header: _Row, rows: list[_Row]) -> list[Entry]:
        columns: dict[int, str] = {}
        for position in header.filled:
            written = cell_header(header.cells[position])
            key = self.key(header.cells[position])
            if key is None:
                if not is_running_number(written) and normal_header(written) not in _REMARKS:
                    self.unknown(written, self.at(header, position))
            elif key in columns.values():
                self.wrong(
                    "repeated_key", f"{self.block} has the key {key} twice", "Keep one.", self.at(header, position, key)
                )
            else:
                columns[position] = key
        missing = [
            name for name, key in BLOCKS[self.block].items() if key.default is REQUIRED and name not in columns.values()
        ]
        for name in missing:
            remedy = f"Add a column {name} ({KEY_LABELS[self.block][name].names[0]}): it has no default."
            self.problems.append(missing_key(self.at(header), self.block, name, remedy))
        if missing:
            return []
        rows = self._until_another_list(rows)
        entries = [self._entry(row, columns, header.filled) for row in rows if self._is_entry(row, columns)]
        if self.block in SINGLE and len(entries) != 1:
            self.wrong(
                "not_one_entry",
                f"{self.block} has {len(entries)} rows below its header",
                "Write one: a file is one version.",
                self.at(header),
            )
        return entries[:1] if self.block in SINGLE else entries

    def _until_another_list(self, rows: list[_Row]) -> list[_Row]:
        """The rows above the header of another block. Such a header is a problem: each block has its own sheet."""
        for index, row in enumerate(rows):
            names = [normal_header(cell_header(row.cells[position])) for position in row.filled]
            own = sum(name in self.known for name in names)
            for block, known in _HEADERS.items():
                found = sum(name in known for name in names)
                if found >= _LEAST_KEYS and found > own and found * 2 > len(names):
                    sheet = BLOCK_LABELS[block].names[0]
                    self.wrong(
                        "second_list",
                        f"a second list begins below {self.block}, with the headers of {block}",
                        f"Move it to its own sheet, named {sheet}.",
                        self.at(row, row.filled[0]),
                    )
                    return rows[:index]
        return rows

    def _is_entry(self, row: _Row, columns: Mapping[int, str]) -> bool:
        """Whether a row is an entry: not blank, not a note, not a repeated header. A row with a single value is a problem."""
        filled = [position for position in row.filled if position in columns]
        self.is_below_note = self._is_note(row, columns) or (self.is_below_note and not row.filled)
        if not filled or self.is_below_note:
            return False
        if all(self.key(row.cells[position]) == columns[position] for position in filled):
            return False
        if len(row.filled) == 1:
            self.wrong(
                "one_value",
                "the row holds only one value",
                "Fill the row, or begin a note with 注：.",
                self.at(row, row.filled[0]),
            )
            return False
        return True

    def _is_note(self, row: _Row, columns: Mapping[int, str]) -> bool:
        """Whether a row is a note, a total or a signature, and no required key holds anything else."""
        texts = row.texts
        if not texts:
            return False
        first, *_ = line = list(texts.values())
        if row.is_merged and len(set(line)) == 1:
            return True
        if self.is_below_note and len(line) == 1 and layout.continues_note(first):
            return True
        labelled = {
            text for label, text in pairwise(line) if layout.is_labelled(label, text) or layout.announces(label, text)
        }
        needed = [
            texts[position]
            for position, key in columns.items()
            if position in texts and BLOCKS[self.block][key].default is REQUIRED
        ]
        return (_says_layout(first) or any(map(layout.is_sum, line))) and all(
            _says_layout(text) or text in labelled for text in needed
        )

    def _entry(self, row: _Row, columns: Mapping[int, str], passed: Iterable[int]) -> Entry:
        for position in row.filled:
            if position not in columns and position not in passed:
                self.wrong(
                    "no_header",
                    "a value has no header above it",
                    "Write its key above it, or 备注 above a remark.",
                    self.at(row, position),
                )
        said: dict[str, Said] = {}
        for position, key in columns.items():
            cell = row.cells[position] if position < len(row.cells) else ""
            if (found := self._said(row, position, key, cell)) is not None:
                said[key] = found
        return Entry(self.at(row), said)

    def _pairs(self, rows: list[_Row]) -> list[Entry]:
        """The one entry of a sheet with a key in each row and its value to the right of it."""
        said: dict[str, Said] = {}
        for row in rows:
            if not row.filled:
                continue
            named = next((position for position in row.filled if self.key(row.cells[position]) is not None), None)
            first = row.filled[0]
            self.is_below_note = named is None and self._is_note(row, {})
            if self.is_below_note:
                continue
            if named is None:
                caption = normal_header(cell_header(row.cells[first])) in _CAPTIONS
                if len(row.filled) > 1 and not caption:
                    self.unknown(cell_header(row.cells[first]), self.at(row, first))
                continue
            key = self.key(row.cells[named])
            assert key is not None
            value = named + 1
            if key in said:
                self.wrong(
                    "repeated_key", f"{self.block} has the key {key} twice", "Keep one.", self.at(row, named, key)
                )
            elif (found := self._said(row, value, key, row.cells[value] if value < len(row.cells) else "")) is not None:
                said[key] = found
        if not said:
            self.wrong(
                "no_header",
                "the sheet has no key of the block",
                f"Write each key with its value to the right: {', '.join(BLOCKS[self.block])}.",
            )
            return []
        return [Entry(self.place, said)]

    def _said(self, row: _Row, position: int, key: str, cell: Cell) -> Said | None:
        """The value of a cell for its key; None if the cell is blank and the key has a default."""
        place, rule = self.at(row, position, key), BLOCKS[self.block][key]
        if is_blank(cell):
            if rule.default is not REQUIRED:
                return None
            if rule.is_blank_null or not rule.nullable:
                return Said(place, place, None)
            remedy = "Write 空 for an empty clause, * for any." if key == "clause" else f"Write {key}'s value, or null."
            self.wrong("empty_value", f"{key} of {self.block} is empty", remedy, place)
            return Said(place, place, None)
        try:
            return Said(place, place, _written(cell))
        except Refused as error:
            return Said(place, place, Written(fault=REMEDIES[error.reason]))


def _says_layout(text: str) -> bool:
    return layout.says_layout(text) or layout.is_page_or_day(text) or bool(_NOTE.match(text))


def _written(cell: Cell) -> Written | None:
    text = text_of(cell).strip()
    if normal_header(text) in _NULLS:
        return None
    return Written(
        text,
        tuple(Written(part.strip()) for part in _BETWEEN.split(text) if part.strip()),
        cell if isinstance(cell, bool) else _FLAGS.get(fold(text).casefold()),
        is_date=isinstance(cell, dt.date | dt.time | dt.timedelta),
    )
