"""Rows of an .xlsx workbook: its visible sheets, their cells with merged ranges filled, the list on each sheet.

Belongs here: the rows of sheets. Does not belong here: whether a workbook is safe to open (`ingestion.envelope`), reading
all of its cells (`workbook_cells`), headers (`headers`), lines that are not rows (`row_filter`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from python_calamine import CalamineSheet, SheetVisibleEnum

from ingestion import parsing
from ingestion.bilingual import Bilingual
from ingestion.contract import Dataset
from ingestion.envelope import Held, printable
from ingestion.envelope.limits import MAX_COLUMNS
from ingestion.envelope.refusals import masked_name, sheet_place
from ingestion.parsing import Cell, Fault
from ingestion.readers.headers import HEADER_SEARCH_ROWS, LATE_HEADER_ROWS, HeaderMatcher
from ingestion.readers.row_filter import RowFilter
from ingestion.readers.rows import Notes, Row
from ingestion.readers.titles import note_footnote, note_title
from ingestion.readers.workbook_cells import Faults, OpenWorkbook, iter_cells


def workbook_rows(dataset: Dataset, path: Path, notes: Notes) -> Iterator[Row]:
    """The rows of all visible sheets, in order."""
    matcher = HeaderMatcher(dataset)
    with OpenWorkbook(path) as workbook:
        notes.is_1904 = workbook.is_1904
        sheets = workbook.sheets()
        notes.hidden_sheets = [s.name for s in sheets if s.visible != SheetVisibleEnum.Visible]
        is_empty = True
        for place, sheet in enumerate(sheets):
            if sheet.visible != SheetVisibleEnum.Visible:
                continue
            rows = sheet_rows(*workbook.sheet(place))
            for row in _bound_rows(matcher, rows, _sheet_name(sheet.name, place + 1), notes):
                is_empty = False
                if row is not None:
                    yield row
        if is_empty and notes.unread_sheets:
            raise matcher.no_header(sheet_place(notes.unread_sheets[0]))
        if is_empty:
            raise Held("empty_file", _why_empty(len(sheets), len(notes.hidden_sheets)))


def _why_empty(sheet_count: int, hidden_count: int) -> Bilingual:
    if not sheet_count:
        return Bilingual(
            "工作簿里没有工作表，应有名单，请重新导出。",
            "the workbook has no worksheet: expected a list. Export it again.",
        )
    if hidden_count == sheet_count:
        return Bilingual(
            "工作簿的工作表全部隐藏，隐藏的不读，请取消隐藏后保存。",
            "all sheets of the workbook are hidden, and hidden sheets are not read. Unhide the list's sheet and save it.",
        )
    return Bilingual(
        "工作簿中可见的工作表都是空的，应有表头，请重新导出。",
        "the visible sheets of the workbook are blank: expected a header row. Export it again.",
    )


def _sheet_name(name: str, place: int) -> str:
    """A sheet's name that may be shown and kept. If a number in it is masked, its position identifies the sheet."""
    masked = masked_name(name)
    return masked if masked == printable(name) else f"{masked} ({place})"


def sheet_rows(sheet: CalamineSheet, faults: Faults) -> Iterator[tuple[list[Cell], bool]]:
    """(cells, whether any cell is filled apart from merged ranges) for each row from row 1, merged ranges filled."""
    left = sheet.start[1] if sheet.start else 0
    by_row: dict[int, list[tuple[int, Fault]]] = {}
    for (row, column), fault in faults.items():
        by_row.setdefault(row, []).append((column, fault))
    merges = _Merges(sheet.merged_cell_ranges or ())
    index, width = -1, 0

    def filled(index: int, cells: list[Cell]) -> tuple[list[Cell], bool]:
        _put_faults(cells, by_row.get(index, ()))
        is_own = _is_filled(cells)
        merges.fill(index, cells)
        return cells, is_own

    has_more = bool(by_row or merges.waiting)
    for index, values in enumerate(iter_cells(sheet)):
        width = left + len(values)
        cells = [*([""] * left), *values] if left else values
        yield filled(index, cells) if has_more else (cells, _is_filled(cells))
    # calamine does not return trailing rows that hold only faults
    for row in range(index + 1, max(by_row, default=-1) + 1):
        yield filled(row, [""] * width)


def _is_filled(cells: Sequence[Cell]) -> bool:
    return cells.count("") < len(cells)


def _put_faults(cells: list[Cell], faults: Iterable[tuple[int, Fault]]) -> None:
    for column, fault in faults:
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = fault


class _Merges:
    """Merged ranges of a sheet, applied row by row: every cell gets the value of the range's first cell."""

    def __init__(self, ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self.waiting = sorted(ranges, reverse=True)
        self.active: list[tuple[int, int, int, Cell]] = []

    def fill(self, row: int, cells: list[Cell]) -> None:
        while self.waiting and self.waiting[-1][0][0] <= row:
            (top, left), (bottom, right) = self.waiting.pop()
            if top == row and left < MAX_COLUMNS:
                value = cells[left] if left < len(cells) else ""
                self.active.append((bottom, left, min(right, MAX_COLUMNS - 1), value))
        if not self.active:
            return
        if len(self.active) > MAX_COLUMNS:  # they overlap, which no spreadsheet program writes
            raise Held(
                "refused_archive",
                Bilingual(
                    "一张工作表的合并单元格互相重叠，请重新导出。",
                    "a sheet has merged ranges that overlap. Export it again.",
                ),
            )
        for _, left, right, value in self.active:
            for column in range(left, min(right + 1, len(cells))):
                cells[column] = value
        self.active = [merge for merge in self.active if merge[0] > row]


def _bound_rows(
    matcher: HeaderMatcher, rows: Iterator[tuple[list[Cell], bool]], sheet: str, notes: Notes
) -> Iterator[Row | None]:
    """Rows of one sheet below its header, after a first None if the sheet has a header. A blank sheet yields nothing."""
    place = sheet_place(sheet)

    def row_place(number: int) -> Bilingual:
        return Bilingual(f"{place.zh}第 {number} 行", f"{place.en}, row {number}")

    first = list(itertools.islice(rows, HEADER_SEARCH_ROWS))
    found = matcher.find([cells for cells, _ in first])
    if found is None:
        if _has_remarks(matcher, itertools.chain(first, rows), place):
            notes.unread_sheets.append(sheet)
        return
    index, count, names = found
    binding = matcher.bind(names, row_place(index + 1))
    note_title((cells for cells, _ in first[:index]), notes)
    note_footnote([sheet], notes)
    yield None
    above = (cells for cells, _ in first[: index + count])
    keep = RowFilter(matcher.dataset, binding, names, row_place, above=above, notes=notes)
    below = itertools.chain(first[index + count :], rows)
    for row_number, (raw, is_own) in enumerate(below, start=index + count + 1):
        if not is_own:
            continue
        cells = keep.pick(raw)
        if not keep.is_row(raw, cells):
            continue
        keep.refuse_stray(raw, row_number)
        yield Row(sheet, row_number, cells)


def _has_remarks(matcher: HeaderMatcher, rows: Iterator[tuple[list[Cell], bool]], place: Bilingual) -> bool:
    """Whether a sheet without a header at its top holds remarks (填报说明); False if it is blank.

    Raises Held at the first row with two different cells, however far down: the sheet may hold a list below its remarks.
    """
    has_text = False
    for row_number, (cells, is_own) in enumerate(rows, start=1):
        has_text = has_text or is_own
        if len({str(cell) for cell in cells if not parsing.is_blank(cell)}) > 1:
            below = [cells, *(cells for cells, _ in itertools.islice(rows, LATE_HEADER_ROWS))]
            raise matcher.no_header(place, matcher.late_header(below, row_number))
    return has_text
