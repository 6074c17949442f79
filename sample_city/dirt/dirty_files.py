"""Dirty files: copies under other names and days, files that must be held, lists that are too short or too old.

Belongs here: files in addition to the true ones, each with its truth row. Does not belong here: dirt in rows (`file_dirt`).
The true files are not changed.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from ingestion.contract import Dataset, Format
from ingestion.sources import DATASETS
from sample_city.files import (
    CsvWriter,
    SheetStyle,
    SheetWriter,
    file_name,
    folder,
    page_bytes,
    sheet_style,
)
from sample_city.model import Record
from sample_city.render import forms_of
from sample_city.timeline import Timeline
from sample_city.truth import TruthWriter

RowsOf = Callable[[Dataset, int], Iterator[Record]]
BROKEN_DAY, REPEAT_DAY, SHORT_DAY = 25, 27, 12


def write_dirty_files(inbox: Path, truth: TruthWriter, timeline: Timeline, rows_of: RowsOf) -> None:
    """Writes every kind of dirty file at least once; the months depend only on the sample's length."""
    files = _Files(inbox, truth, timeline, rows_of)
    files.repeat_under_other_name("inspections", "checks", timeline.ago(9))
    files.repeat_under_other_name("registry", "agencies", timeline.ago(8))
    files.repeat_on_other_day("credit_desk", "findings", timeline.ago(7))
    files.repeat_on_other_day("registry", "social_insurance", timeline.ago(2))
    files.observe_again("registry", "equipment", _last_quarter(timeline, 9))
    files.observe_again("registry", "personnel", timeline.ago(10))
    files.same_rows_in_other_file("inspections", "checks", timeline.ago(5))
    files.short_list("registry", "personnel", timeline.ago(5))
    files.old_list(timeline.ago(2))
    files.unknown_header("inspections", "checks", timeline.ago(6))
    files.unknown_header("registry", "agencies", timeline.ago(6))
    files.missing_header("credit_desk", "findings", timeline.ago(4))
    files.missing_header("registry", "social_insurance", timeline.ago(4))
    files.cut_workbook("registry", "personnel", timeline.ago(3))
    files.cut_workbook("complaints", "hotline", timeline.ago(1))
    files.cut_page(timeline.ago(3))
    files.mixed_encoding(timeline.ago(3))
    files.empty_file("complaints", "media", timeline.ago(2))
    files.not_what_it_says("credit_desk", "decisions", timeline.ago(2))


def _last_quarter(timeline: Timeline, months: int) -> int:
    month = timeline.ago(months)
    return month - month % 3


class _Files:
    def __init__(self, inbox: Path, truth: TruthWriter, timeline: Timeline, rows_of: RowsOf) -> None:
        self.inbox, self.truth, self.timeline, self.rows_of = inbox, truth, timeline, rows_of

    def _true_file(self, dataset: Dataset, month: int) -> Path | None:
        """The true export of a month, or of the latest earlier month that has one."""
        for earlier in range(month, -1, -1):
            day = (
                self.timeline.insurance_on(earlier)
                if dataset.id == "registry/social_insurance"
                else self.timeline.snapshot_on(earlier)
                if dataset.kind.value == "snapshot"
                else self.timeline.events_on(earlier)
            )
            path = folder(self.inbox, dataset, day) / file_name(dataset, day, 1)
            if path.exists():
                return path
        return None

    def _place(self, dataset: Dataset, received_on: dt.date, name: str) -> Path:
        path = folder(self.inbox, dataset, received_on) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _rows(self, dataset: Dataset, month: int, limit: int | None = None) -> Iterator[dict[str, Any]]:
        forms = forms_of(dataset)
        return (forms.clean_cells(record.values) for record in islice(self.rows_of(dataset, month), limit))

    # -- repeats ------------------------------------------------------------------------------------------------
    def repeat_under_other_name(self, source: str, name: str, month: int) -> None:
        """The same bytes again in the same folder; `_` sorts after the dot, so the copy is the duplicate."""
        dataset = DATASETS[source, name]
        true = self._true_file(dataset, month)
        if true is None:
            return
        copy = true.with_name(f"{true.stem}_副本{true.suffix}")
        shutil.copyfile(true, copy)
        received_on = dt.date.fromisoformat(true.parent.name)
        self.truth.file(
            dataset, received_on, copy.name, "duplicate", reason="same_content", kind="same_file_other_name"
        )

    def repeat_on_other_day(self, source: str, name: str, month: int) -> None:
        """An event or period file's bytes under a later received_on: still a duplicate."""
        dataset = DATASETS[source, name]
        true = self._true_file(dataset, month)
        if true is None:
            return
        received_on = dt.date.fromisoformat(true.parent.name) + dt.timedelta(days=2)
        copy = self._place(dataset, received_on, f"重报_{true.name}")
        shutil.copyfile(true, copy)
        self.truth.file(
            dataset, received_on, copy.name, "duplicate", reason="same_content", kind="same_bytes_other_day"
        )

    def observe_again(self, source: str, name: str, month: int) -> None:
        """A snapshot's bytes under a later received_on: a list that did not change, a new observation."""
        dataset = DATASETS[source, name]
        true = self._true_file(dataset, month)
        if true is None:
            return
        first_on = dt.date.fromisoformat(true.parent.name)
        received_on = first_on + dt.timedelta(days=14)
        shutil.copyfile(true, self._place(dataset, received_on, true.name))
        self.truth.file(dataset, received_on, true.name, "loaded", kind="same_bytes_new_observation")
        self.truth.observe_again(dataset, first_on, received_on, true.name)

    def same_rows_in_other_file(self, source: str, name: str, month: int) -> None:
        """The same records in another encoding: other bytes, but every row is a duplicate."""
        dataset = DATASETS[source, name]
        true = self._true_file(dataset, month)
        if true is None:
            return
        received_on = dt.date.fromisoformat(true.parent.name)
        copy = true.with_name(f"{true.stem}_重新导出{true.suffix}")
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                with (
                    true.open(encoding=encoding, newline="") as rows,
                    copy.open("w", encoding="utf-16", newline="") as again,
                ):
                    shutil.copyfileobj(rows, again)
                break
            except UnicodeDecodeError:
                continue
        self.truth.file(dataset, received_on, copy.name, "loaded", kind="same_rows_other_file")

    # -- held ---------------------------------------------------------------------------------------------------
    def _hold(self, dataset: Dataset, received_on: dt.date, name: str, reason: str, kind: str) -> None:
        self.truth.file(dataset, received_on, name, "held", reason=reason, kind=kind)

    def _write(self, dataset: Dataset, path: Path, rows: Iterable[dict[str, Any]], style: SheetStyle) -> None:
        if dataset.format is Format.XLSX:
            sheet = SheetWriter(path, dataset, style)
            for row in rows:
                sheet.write(row)
            sheet.close()
        else:
            text = CsvWriter(path, dataset, headers=style.headers, extra_headers=style.extra_headers)
            for row in rows:
                text.write(row)
            text.close()

    def short_list(self, source: str, name: str, month: int) -> None:
        """A list with at most a tenth of the rows of the one before."""
        dataset = DATASETS[source, name]
        total = sum(1 for _ in self.rows_of(dataset, month))
        if total < 10:
            return
        received_on = self.timeline.day(month, SHORT_DAY)
        path = self._place(dataset, received_on, f"部分{file_name(dataset, received_on, 1)}")
        self._write(dataset, path, self._rows(dataset, month, max(1, min(40, total // 20))), SheetStyle())
        self._hold(dataset, received_on, path.name, "row_floor", "row_floor")

    def old_list(self, month: int) -> None:
        """A directory of three months ago that arrives today."""
        dataset = DATASETS["registry", "agencies"]
        received_on = self.timeline.day(month, BROKEN_DAY)
        old = self.timeline.snapshot_on(max(0, month - 3))
        path = self._place(dataset, received_on, f"迟到_{file_name(dataset, old, 1)}")
        self._write(dataset, path, self._rows(dataset, max(0, month - 3)), sheet_style(dataset, old))
        self._hold(dataset, received_on, path.name, "stale_snapshot", "stale_snapshot")

    def unknown_header(self, source: str, name: str, month: int) -> None:
        dataset = DATASETS[source, name]
        received_on = self.timeline.day(month, BROKEN_DAY)
        path = self._place(dataset, received_on, f"新版_{file_name(dataset, received_on, 1)}")
        style = sheet_style(dataset, received_on)
        style.extra_headers = ("微信号",)
        rows = ({**row, "微信号": f"wx{place:05d}"} for place, row in enumerate(self._rows(dataset, month, 12)))
        self._write(dataset, path, rows, style)
        self._hold(dataset, received_on, path.name, "unknown_header", "unknown_header")

    def missing_header(self, source: str, name: str, month: int) -> None:
        dataset = DATASETS[source, name]
        received_on = self.timeline.day(month, BROKEN_DAY)
        path = self._place(dataset, received_on, f"缺列_{file_name(dataset, received_on, 1)}")
        style = sheet_style(dataset, received_on)
        style.headers = {"统一社会信用代码": None}
        self._write(dataset, path, self._rows(dataset, month, 12), style)
        self._hold(dataset, received_on, path.name, "missing_header", "missing_header")

    def cut_workbook(self, source: str, name: str, month: int) -> None:
        """A workbook that was copied incompletely."""
        dataset = DATASETS[source, name]
        true = self._true_file(dataset, month)
        if true is None:
            return
        received_on = self.timeline.day(month, BROKEN_DAY)
        path = self._place(dataset, received_on, f"传输中断_{file_name(dataset, received_on, 1)}")
        shutil.copyfile(true, path)
        os.truncate(path, path.stat().st_size * 3 // 5)
        self._hold(dataset, received_on, path.name, "unreadable", "truncated_workbook")

    def cut_page(self, month: int) -> None:
        """Half of a page of check-ins."""
        dataset = DATASETS["platform", "checkins"]
        received_on = self.timeline.day(month, BROKEN_DAY)
        rows = list(self._rows(dataset, month, 20))
        content = page_bytes(1, len(rows), rows)
        path = self._place(dataset, received_on, "qdxx_中断_p001.json")
        path.write_bytes(content[: len(content) // 2])
        self._hold(dataset, received_on, path.name, "unreadable", "half_written_page")

    def mixed_encoding(self, month: int) -> None:
        """A CSV with lines from two systems in different encodings; not written for a month without checks."""
        dataset = DATASETS["inspections", "checks"]
        rows = list(self._rows(dataset, month, 20))
        if not rows:
            return
        received_on = self.timeline.day(month, BROKEN_DAY)
        path = self._place(dataset, received_on, f"拼接_{file_name(dataset, received_on, 1)}")
        self._write(dataset, path, rows, SheetStyle())
        lines = path.read_bytes().splitlines(keepends=True)
        pasted = [line.decode("gb18030").encode() if place % 2 else line for place, line in enumerate(lines)]
        path.write_bytes(b"".join(pasted))
        self._hold(dataset, received_on, path.name, "encoding", "mixed_encoding")

    def empty_file(self, source: str, name: str, month: int) -> None:
        dataset = DATASETS[source, name]
        received_on = self.timeline.day(month, BROKEN_DAY)
        path = self._place(dataset, received_on, f"空_{file_name(dataset, received_on, 1)}")
        path.write_bytes(b"")
        self._hold(dataset, received_on, path.name, "empty_file", "empty_file")

    def not_what_it_says(self, source: str, name: str, month: int) -> None:
        """A web page saved as a workbook."""
        dataset = DATASETS[source, name]
        received_on = self.timeline.day(month, BROKEN_DAY)
        path = self._place(dataset, received_on, f"网页_{file_name(dataset, received_on, 1)}")
        path.write_text("<html><body>登录超时，请重新登录</body></html>", encoding="utf-8")
        self._hold(dataset, received_on, path.name, "wrong_format", "not_a_workbook")
