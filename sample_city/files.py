"""Writers of the exports' formats: workbooks with merged headers, GB18030 CSV, paged and gzipped JSON.

Belongs here: bytes on disk, the same in every run, one row at a time. Does not belong here: the content of rows.
Every writer's `write` returns the place of the row (marts.md, "Provenance").
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ingestion.contract import Dataset, Format
from sample_city.workbooks import HiddenSheet, Workbook

STAFFING = "人员配置"
STAFFING_COLUMNS = ("一级注册消防工程师", "二级注册消防工程师", "中级及以上操作员", "初级操作员")


@dataclass(frozen=True)
class Place:
    """The place of a row. `row_number` is the sheet's row, the CSV record, or the position in `records`."""

    file_name: str
    sheet: str | None
    row_number: int


class Writer(Protocol):
    """A writer of one export's rows."""

    def write(self, cells: dict[str, Any]) -> Place: ...
    def write_plain(self, written: list[str]) -> Place:
        """Writes a row of a file in the contract's own columns, each cell as `render.Form` has it."""
        ...

    def write_line(self, text: str) -> None: ...
    def repeat_head(self) -> None: ...
    def close(self) -> list[Path]: ...


def headers_of(dataset: Dataset) -> list[str]:
    """The headers of an export, in order."""
    return [column.header for column in dataset.columns]


def _shown_headers(
    dataset: Dataset, renamed: dict[str, str | None], front: Sequence[str], extra: Sequence[str]
) -> list[str]:
    """The headers of a file by the contract's names, without columns that are left out."""
    return [*front, *(header for header in headers_of(dataset) if renamed.get(header, header) is not None), *extra]


def _line_place(dataset: Dataset, headers: Sequence[str]) -> int:
    """The column of a layout line: the first one that is not a key."""
    keys = {dataset.column(name).header for name in dataset.key}
    return next(place for place, header in enumerate(headers) if header not in keys)


@dataclass
class SheetStyle:
    """Everything around the rows of a sheet."""

    title: str | None = None
    unit: str | None = None
    footer: str | None = None
    sheet_name: str = "Sheet1"
    is_grouped: bool = False  # two header rows
    headers: dict[str, str | None] = field(default_factory=dict)  # other headers; null = column left out
    extra_headers: tuple[str, ...] = ()
    front_headers: tuple[str, ...] = ()
    hidden_sheet: str | None = None


class SheetWriter:
    """A workbook of one visible sheet, written row by row in constant memory."""

    def __init__(self, path: Path, dataset: Dataset, style: SheetStyle | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.style = style or SheetStyle()
        style = self.style
        self.headers = _shown_headers(dataset, style.headers, style.front_headers, style.extra_headers)
        self.line_place = _line_place(dataset, self.headers)
        self.book = Workbook(path, style.sheet_name)
        self.row = 0
        self._write_head()

    def repeat_head(self) -> None:
        """Repeats title, unit note and header, as on the next page."""
        self._write_head()

    def write_line(self, text: str) -> None:
        """Writes a layout line."""
        self._write_row([(self.line_place, text)])

    def _write_row(self, cells: Iterable[tuple[int, Any]]) -> None:
        self.book.add_row(self.row, cells)
        self.row += 1

    def _write_head(self) -> None:
        last = len(self.headers) - 1
        for text in (self.style.title, self.style.unit):
            if text is not None:
                if text == self.style.title:
                    self.book.merge(self.row, 0, self.row, last)
                self._write_row([(0, text)])
        shown = [self.style.headers.get(header) or header for header in self.headers]
        if not self.style.is_grouped:
            self._write_row(enumerate(shown))
            return
        first = self.headers.index(STAFFING_COLUMNS[0])
        grouped = range(first, first + len(STAFFING_COLUMNS))
        for place in range(len(shown)):
            if place == first:
                self.book.merge(self.row, first, self.row, grouped[-1])
            elif place not in grouped:
                self.book.merge(self.row, place, self.row + 1, place)
        self._write_row(
            (place, STAFFING if place == first else header)
            for place, header in enumerate(shown)
            if place == first or place not in grouped
        )
        self._write_row((place, shown[place]) for place in grouped)

    def write(self, cells: dict[str, Any]) -> Place:
        self._write_row(enumerate(map(cells.get, self.headers)))
        return Place(self.path.name, self.style.sheet_name, self.row)

    def write_plain(self, written: list[str]) -> Place:
        self.book.add_written(self.row, enumerate(written))
        self.row += 1
        return Place(self.path.name, self.style.sheet_name, self.row)

    def skip(self) -> None:
        """Leaves a blank row."""
        self.row += 1

    def merge_up(self, header: str) -> None:
        """Merges the cells of `header` in the last two rows; only the first of them holds the value."""
        place = self.headers.index(header)
        self.book.merge(self.row - 2, place, self.row - 1, place)

    def close(self) -> list[Path]:
        if self.style.footer is not None:
            self._write_row([(0, self.style.footer)])
        hidden = None
        if self.style.hidden_sheet is not None:
            old = ("旧数据",) * len(self.headers)
            hidden = HiddenSheet(self.style.hidden_sheet, self.headers[0], old)
        self.book.close(len(self.headers) - 1, hidden)
        return [self.path]


class CsvWriter:
    """A CSV file; line ends are CRLF by default, as the municipal systems write them."""

    def __init__(
        self,
        path: Path,
        dataset: Dataset,
        encoding: str = "gb18030",
        *,
        headers: dict[str, str | None] | None = None,
        extra_headers: Sequence[str] = (),
        front_headers: Sequence[str] = (),
        line_end: str = "\r\n",
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        renamed = headers or {}
        self.headers = _shown_headers(dataset, renamed, front_headers, extra_headers)
        self.line_place = _line_place(dataset, self.headers)
        self.head = [renamed.get(header) or header for header in self.headers]
        self.file = path.open("w", encoding=encoding, newline="")
        self.writer = csv.writer(self.file, lineterminator=line_end)
        self.row = 0
        self.repeat_head()

    def repeat_head(self) -> None:
        self.writer.writerow(self.head)
        self.row += 1

    def write_line(self, text: str) -> None:
        """Writes a layout line."""
        self.writer.writerow([text if place == self.line_place else "" for place in range(len(self.headers))])
        self.row += 1

    def write_plain(self, written: list[str]) -> Place:
        self.writer.writerow(written)
        self.row += 1
        return Place(self.path.name, None, self.row)

    def write(self, cells: dict[str, Any]) -> Place:
        self.writer.writerow(["" if cells.get(header) is None else cells[header] for header in self.headers])
        self.row += 1
        return Place(self.path.name, None, self.row)

    def close(self) -> list[Path]:
        self.file.close()
        return [self.path]


class PageWriter:
    """JSON pages of `page_size` records; each page after the first repeats the last record of the one before.

    The platform writes the number of all records, each key once (`key`: its header), on every page. Therefore `close`
    completes the pages; until then a page file holds only its records. Every second page is gzipped.
    """

    overlap = 1

    def __init__(self, path_of_page: Callable[[int], Path], page_size: int, headers: Sequence[str], key: str) -> None:
        self.path_of_page = path_of_page
        self.page_size = page_size
        self.key, self.key_place = key, headers.index(key)
        self.keys: set[str] = set()
        self.keyless_count = 0
        self.records: list[str] = []  # as JSON
        self.paths: list[Path] = []
        self.page_name = path_of_page(1).name

    def write(self, cells: dict[str, Any]) -> Place:
        key = cells[self.key]
        return self._add(_json_text(cells), _json_text(key) if key else None)

    def write_plain(self, written: list[str]) -> Place:
        key = written[self.key_place].removeprefix(f'"{self.key}":')
        return self._add(f"{{{','.join(written)}}}", None if key == '""' else key)

    def _add(self, record: str, key: str | None) -> Place:
        if self.is_full:
            repeated = self.records[-self.overlap :]
            self._flush()
            self.records = list(repeated)
        self.records.append(record)
        if key is not None:
            self.keys.add(key)
        else:
            self.keyless_count += 1
        return Place(self.page_name, None, len(self.records))

    def write_line(self, text: str) -> None:
        raise ValueError("a page of records has no layout lines")

    def repeat_head(self) -> None:
        raise ValueError("a page of records has no head")

    @property
    def is_full(self) -> bool:
        """Whether the next record begins a new page, after a repetition of the last record."""
        return len(self.records) >= self.page_size

    def next_page_name(self) -> str:
        return self.path_of_page(len(self.paths) + 2).name

    def _flush(self) -> None:
        path = self.path_of_page(len(self.paths) + 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"[{','.join(self.records)}]".encode())
        self.paths.append(path)
        self.page_name = self.path_of_page(len(self.paths) + 1).name

    def close(self) -> list[Path]:
        if self.records or not self.paths:
            self._flush()
        for page, path in enumerate(self.paths, start=1):
            _write_page(path, _page(page, len(self.keys) + self.keyless_count, path.read_bytes()))
        return self.paths


def page_bytes(page: int, total: int, records: list[dict[str, Any]]) -> bytes:
    """One page as the platform sends it."""
    return _page(page, total, _json_text(records).encode())


def _page(page: int, total: int, records: bytes) -> bytes:
    return b'{"code":0,"msg":"ok","data":{"total":%d,"page":%d,"records":%s}}' % (total, page, records)


_json_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _write_page(path: Path, content: bytes) -> None:
    """Writes a page, gzipped if its name says so."""
    if path.suffix == ".gz":
        packed = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0, compresslevel=6) as archive:
            archive.write(content)
        content = packed.getvalue()
    path.write_bytes(content)


FILE_STEMS = {
    "registry/agencies": "信用管理名录库",
    "registry/personnel": "从业人员花名册",
    "registry/equipment": "设备清单",
    "registry/site_checks": "现场核查记录",
    "registry/social_insurance": "社保缴费明细",
    "complaints/hotline": "12345工单",
    "complaints/media": "信访舆情线索",
    "inspections/checks": "监督检查台账",
    "inspections/penalties": "双公示行政处罚",
    "platform/contracts": "htxx",
    "platform/reports": "bgxx",
    "platform/checkins": "qdxx",
    "credit_desk/findings": "失信认定台账",
    "credit_desk/merit_claims": "守信申报台账",
    "credit_desk/repairs": "信用修复台账",
    "credit_desk/decisions": "处置决定台账",
}


def file_name(dataset: Dataset, received_on: dt.date, page: int | None = None) -> str:
    """The export's name; `page` for JSON pages, of which every second is gzipped."""
    stem = FILE_STEMS[dataset.id]
    if dataset.format is Format.JSON:
        return f"{stem}_{received_on:%Y%m}_p{page:03d}.json" + (".gz" if page is not None and page % 2 == 0 else "")
    return f"{stem}{received_on:%Y%m}.{dataset.format.value}"


def folder(inbox: Path, dataset: Dataset, received_on: dt.date) -> Path:
    """The folder of a drop."""
    return inbox / dataset.source / dataset.name / received_on.isoformat()


def sheet_style(dataset: Dataset, received_on: dt.date) -> SheetStyle:
    """Title, unit note and footer of the directory; the other workbooks have a header and rows."""
    if dataset.id != "registry/agencies":
        return SheetStyle()
    as_of = f"{received_on.year}年{received_on.month}月{received_on.day}日"
    return SheetStyle(
        title=f"焦作市建设工程消防技术服务机构信用管理名录库（截至{as_of}）",
        unit="单位：家、人、平方米",
        footer="制表：消防技术中心    审核：科技科",
        sheet_name="名录库",
        is_grouped=True,
    )
