"""The sheets of a workbook with all of their cells: read as they are, or from a plain copy.

Belongs here: choosing one of the two, and the count that proves a sheet complete. Does not belong here: rows (`workbook`),
making the copy (`workbook_rewriting`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from python_calamine import CalamineSheet, CalamineWorkbook, SheetMetadata, SheetTypeEnum

from ingestion.bilingual import Bilingual
from ingestion.envelope import Held, inspect_package, inspect_workbook
from ingestion.envelope.part_scan import cells_too_far
from ingestion.envelope.refusals import SAVE_AS_XLSX, masked_name, sheet_place
from ingestion.envelope.zip_archive import inflated
from ingestion.parsing import Fault
from ingestion.readers.workbook_faults import CellFacts, SharedTexts, cell_facts
from ingestion.readers.workbook_rewriting import rewritten

Faults = dict[tuple[int, int], Fault]
_T = TypeVar("_T")


class _Unreadable(Exception):
    """Calamine fails, or misses cells."""

    def __init__(self, what: Bilingual) -> None:
        super().__init__(what.en)
        self.what = what


class OpenWorkbook:
    """A workbook that passed the guards of `ingestion.envelope`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._facts = inspect_workbook(path)
        self._texts: SharedTexts | None = None
        self._copied: list[CellFacts] | None = None
        self._book: CalamineWorkbook | None = None
        if self._facts.is_plain:
            with contextlib.suppress(_Unreadable):
                self._book = _guarded(lambda: CalamineWorkbook.from_path(str(path)))
        if self._book is None or len(self._worksheets()) != len(self._facts.package.sheets):
            self._open_copy()

    def __enter__(self) -> OpenWorkbook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._book is not None:
            self._book.close()

    @property
    def is_1904(self) -> bool:
        """Whether days are counted from 1904."""
        return self._facts.package.is_1904

    def sheets(self) -> list[SheetMetadata]:
        """The sheets that may hold a list, in order, hidden ones too."""
        return [sheet for _, sheet in self._worksheets()]

    def _worksheets(self) -> list[tuple[int, SheetMetadata]]:
        assert self._book is not None
        return [
            (i, sheet) for i, sheet in enumerate(self._book.sheets_metadata) if sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def sheet(self, place: int) -> tuple[CalamineSheet, Faults]:
        """One of `sheets`, and its cells that show an error or a formula without a value.

        Raises Held if one of its cells cannot be read.
        """
        if self._copied is None:
            try:
                return self._checked(place)
            except _Unreadable:
                self._open_copy()
        try:
            return self._checked(place)
        except _Unreadable as error:
            of, what = self._place(place), error.what
            raise Held(
                "unreadable",
                Bilingual(f"{of.zh}：{what.zh}。{SAVE_AS_XLSX.zh}", f"{of.en}: {what.en}. {SAVE_AS_XLSX.en}"),
            ) from error

    def _checked(self, place: int) -> tuple[CalamineSheet, Faults]:
        assert self._book is not None
        book, (index, _) = self._book, self._worksheets()[place]
        sheet = _guarded(lambda: book.get_sheet_by_index(index))
        if self._copied is not None:
            facts = self._copied[place]
        else:
            scan = self._facts.sheets[place]
            if not scan.has_formulas and _guarded(lambda: _filled_count(sheet)) == scan.value_count:
                return sheet, {}
            facts = self._exact(place)
        count = _guarded(lambda: _value_count(sheet))
        if count != facts.value_count:
            raise _Unreadable(
                Bilingual(
                    f"{facts.value_count} 个有内容的单元格只读出 {count} 个，可能有两个单元格位置相同",
                    f"only {count} of its {facts.value_count} filled cells could be read (do two cells have the same position?)",
                )
            )
        return sheet, facts.faults

    def _exact(self, place: int) -> CellFacts:
        package = self._facts.package
        with self._path.open("rb") as file:
            if self._texts is None:
                self._texts = SharedTexts(inflated(file, package.shared_texts) if package.shared_texts else ())
            sheet = package.sheets[place]
            return cell_facts(inflated(file, sheet.entry), self._texts, self._place(place))

    def _place(self, place: int) -> Bilingual:
        return sheet_place(masked_name(self._facts.package.sheets[place].name))

    def _open_copy(self) -> None:
        with self._path.open("rb") as file:
            copy = rewritten(file, self._facts.package)
        facts = inspect_package(copy.file, self._path.stat().st_size, is_rewritten=True)
        for sheet, scan in zip(self._facts.package.sheets, facts.sheets, strict=True):
            if scan.reaches_far:
                raise cells_too_far(masked_name(sheet.name))
        copy.file.seek(0)
        if self._book is not None:
            self._book.close()
        try:
            self._book = _guarded(lambda: CalamineWorkbook.from_filelike(copy.file))
        except _Unreadable as error:
            raise Held(
                "unreadable",
                Bilingual(
                    f"工作簿打不开：{error.what.zh}。{SAVE_AS_XLSX.zh}",
                    f"the workbook cannot be opened: {error.what.en}. {SAVE_AS_XLSX.en}",
                ),
            ) from error
        self._copied = copy.facts


def _guarded(read: Callable[[], _T]) -> _T:
    """Calls calamine, and turns its errors (or a Rust panic) into `_Unreadable`."""
    try:
        return read()
    except BaseException as error:
        if {base.__name__ for base in type(error).__mro__} & {"CalamineError", "PanicException"}:
            raise _Unreadable(
                Bilingual("不是电子表格程序的写法", "it is not written as spreadsheet programs write workbooks")
            ) from error
        raise


def _filled_count(sheet: CalamineSheet) -> int:
    """How many cells are not empty."""
    return sum(len(row) - row.count("") for row in iter_cells(sheet))


def _value_count(sheet: CalamineSheet) -> int:
    """How many cells have a value other than white space."""
    return sum(not isinstance(cell, str) or bool(cell.strip()) for row in iter_cells(sheet) for cell in row)


def iter_cells(sheet: CalamineSheet) -> Iterable[list[Any]]:
    """The rows of a sheet from row 1; none for a blank sheet."""
    return sheet.iter_rows() if sheet.start is not None else ()
