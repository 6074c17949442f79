"""Rows of a delimited text (CSV).

Belongs here: records and their ends, a text that is cut off, rows with a damaged character. Does not belong here: encodings
(`ingestion.envelope`), text between quotation marks (`quotation`), headers (`headers`), lines that are not rows
(`row_filter`).
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ingestion import parsing
from ingestion.bilingual import Bilingual
from ingestion.contract import Dataset, Parse
from ingestion.envelope import Damage, Held, is_lost, read_text
from ingestion.readers.damage import damaged_header, refuse_many_damaged
from ingestion.readers.headers import HEADER_SEARCH_ROWS, LATE_HEADER_ROWS, Binding, HeaderMatcher
from ingestion.readers.quotation import RunTogether, unpaired
from ingestion.readers.row_filter import RowFilter
from ingestion.readers.rows import Notes, Row, record_place
from ingestion.readers.titles import note_title

if TYPE_CHECKING:
    from _csv import _reader as _CsvReader

_END_MARK = b"\x1a"  # Ctrl-Z: some old systems end a text with it
_OTHER_SEPARATORS = {
    "\t": Bilingual("制表符", "tabs"),
    ";": Bilingual("分号", "semicolons"),
    "|": Bilingual("竖线", "vertical bars"),
    "，": Bilingual("全角逗号", "full-width commas"),
    "；": Bilingual("全角分号", "full-width semicolons"),
}


def delimited_rows(dataset: Dataset, path: Path, notes: Notes) -> Iterator[Row]:
    """The rows of a text, in order."""
    with path.open("rb") as file:
        ending = _ending(file)
        text = read_text(file)
        lines: Iterable[str] = text.lines
        if _END_MARK in ending:
            lines = (line.removesuffix(_END_MARK.decode()) for line in lines)
        lines = iter(lines)
        head = list(itertools.islice(lines, HEADER_SEARCH_ROWS))
        records = csv.reader(itertools.chain(head, lines), strict=True)
        rows = _ListReader(dataset, records, text.damage, head).rows(notes)
        yield from rows if text.damage is None else refuse_many_damaged(rows, text.damage)
        # A last cell that is cut off may still be a valid value (clause 11 as 1, no revocation date), and no row floor or
        # later list would correct it: a person has to confirm that the file is complete.
        if not re.search(rb"[\r\n]\0?\x1a?\0?$", ending):
            raise Held(
                "unreadable",
                Bilingual(
                    f"文件在第 {records.line_num} 行结束，末尾没有换行，可能不完整，请重新复制或导出。如果最后一行是完整的，请用记事本打开"
                    "（不要用 Excel，会损坏长号码），在末尾按回车，保存后放回原文件夹，并请报送方今后在每行末尾换行。",
                    f"line {records.line_num}: the file ends without a line break, so it may be cut off. Copy or export it "
                    "again. If its last line is complete, open the file in a text editor (not in Excel, which damages long "
                    "numbers), press Enter at the very end, save it, and put it into the same folder again. Ask for an "
                    "export that ends every line.",
                ),
            )


def _ending(file: BinaryIO) -> bytes:
    size = file.seek(0, io.SEEK_END)
    file.seek(max(size - 4, 0))
    tail = file.read(4)
    file.seek(0)
    return tail


class _ListReader:
    """Reads the list from the records of a text whose first lines are `head`."""

    def __init__(self, dataset: Dataset, records: _CsvReader, damage: Damage | None, head: Sequence[str]) -> None:
        self.dataset = dataset
        self.records = records
        self.damage = damage
        self.head = head
        self.matcher = HeaderMatcher(dataset)
        self.line = 0  # last line of the last complete record
        self.first: list[list[str]] = []  # the records that are searched for the header
        self.long: dict[int, int] = {}  # those of them with several lines: index -> first line

    def rows(self, notes: Notes) -> Iterator[Row]:
        found = None
        try:
            self._read_first()
            found = self.matcher.find(self.first)
            end = found[0] + found[1] if found else len(self.first)
            least = sum(column.header_required for column in self.dataset.columns)
            self._refuse_run_together(RunTogether(least - 1), least, range(end))
            if found is None:
                raise self._no_header()
            yield from self._rows_below(found[0], end, found[2], notes)
        except csv.Error as error:
            if found is None:
                self._refuse_other_separator()
            raise unpaired(error, self.line + 1, self.records.line_num) from error

    def _read_first(self) -> None:
        for raw in itertools.islice(self.records, HEADER_SEARCH_ROWS):
            if self.records.line_num > self.line + 1:
                self.long[len(self.first)] = self.line + 1
            self.first.append(raw)
            self.line = self.records.line_num

    def _refuse_run_together(self, run_together: RunTogether, least: int, indexes: range) -> None:
        """Checks the long ones of the first records; `least`: the least number of fields of a record."""
        lengths = (len(raw) for index, raw in enumerate(self.first) if index not in self.long and len(raw) >= least)
        usual = min(lengths, default=least)
        for index, first_line in self.long.items():
            if index in indexes:
                run_together.refuse(self.first[index], first_line, usual)

    def _rows_below(self, index: int, end: int, names: list[str], notes: Notes) -> Iterator[Row]:
        """The rows below the header `names`, which occupies the records from `index` to `end`."""
        damage, records = self.damage, self.records
        if damage is not None and is_lost(names):
            raise damaged_header(damage)
        binding = self.matcher.bind(names, record_place(index + 1))
        note_title(self.first[:index], notes)
        keep = RowFilter(self.dataset, binding, names, record_place, above=self.first[:end], notes=notes)
        width = max(position for position, name in enumerate(names, start=1) if name)
        run_together = RunTogether(width - 1, names, self._id_positions(binding))
        self._refuse_run_together(run_together, width, range(end, len(self.first)))
        before: Sequence[str] = names
        for row_number, raw in enumerate(itertools.chain(self.first[end:], records), start=end + 1):
            if records.line_num > self.line + 1:
                run_together.refuse(raw, self.line + 1, max(width, min(len(before), len(names))))
            before, self.line = raw, records.line_num
            cells = keep.pick(raw)
            if not keep.is_row(raw, cells):
                continue
            if damage is not None and is_lost(raw):
                yield Row(None, row_number, cells, parsing.ENCODING)
                continue
            if len(raw) != len(names) and _has_wrong_fields(raw, width, len(names)):
                yield Row(None, row_number, cells, parsing.FIELD_COUNT)
                continue
            keep.refuse_stray(raw, row_number)
            yield Row(None, row_number, cells)

    def _id_positions(self, binding: Binding) -> frozenset[int]:
        return frozenset(
            position
            for column, position in zip(self.dataset.columns, binding.positions, strict=True)
            if column.parse is Parse.PERSON_ID and position is not None
        )

    def _no_header(self) -> Held:
        """Why there is no header in the first records."""
        if self.damage is not None and self.damage.first_line <= self.line:
            return damaged_header(self.damage)
        self._refuse_other_separator()
        below: list[list[str]] = []
        with contextlib.suppress(csv.Error):
            below.extend(itertools.islice(self.records, LATE_HEADER_ROWS))
        return self.matcher.no_header(
            Bilingual("文件", "the file"), self.matcher.late_header(below, len(self.first) + 1)
        )

    def _refuse_other_separator(self) -> None:
        """Raises Held if the first lines hold a header whose cells are not separated by commas."""
        for separator, label in _OTHER_SEPARATORS.items():
            rows: list[list[str]] = []
            with contextlib.suppress(csv.Error):
                rows.extend(csv.reader(self.head, delimiter=separator))
            found = self.matcher.find(rows)
            if found and len(found[2]) > 1:
                raise Held(
                    "missing_header",
                    Bilingual(
                        f"文件用{label.zh}分隔，不是逗号，请重新导出为逗号分隔的 CSV。",
                        f"the file: its cells are separated by {label.en}, not by commas. Export it again as CSV with commas.",
                    ),
                )


def _has_wrong_fields(raw: Sequence[str], width: int, named: int) -> bool:
    """Whether a record is longer or shorter than the header, apart from empty fields at its end."""
    if len(raw) > named:
        return any(map(str.strip, raw[named:]))
    # a pair of quotation marks may have swallowed separators, so that the values are in wrong columns
    return len(raw) < width or len(raw) + sum(cell.count(",") for cell in raw) >= named
