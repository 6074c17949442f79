"""Writes the whole city: plans each district once, then writes month by month, one district at a time.

Belongs here: the order of writing, and which rows go into which file. Does not belong here: the content of rows.
Time grows with agencies times years. Memory does not grow: plans are kept on disk (see `shelf`).
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.contract import Dataset, Format, Kind
from ingestion.sources import DATASETS
from sample_city import registers, work
from sample_city.canaries import Canaries
from sample_city.dirt import CityDirt, FileDirt, Note, write_dirty_files
from sample_city.dirt.layouts import Line
from sample_city.districts import AGENCIES_PER_DISTRICT, build_district, district_random
from sample_city.files import (
    CsvWriter,
    PageWriter,
    Place,
    SheetWriter,
    Writer,
    file_name,
    folder,
    headers_of,
    sheet_style,
)
from sample_city.model import District, Record
from sample_city.plan import Plan
from sample_city.render import Forms, forms_of, lake_values
from sample_city.shelf import Shelf
from sample_city.stories import tell_stories
from sample_city.timeline import Timeline
from sample_city.truth import LAYOUT, LAYOUT_NAME, TruthWriter

MARK = "city.json"
RECORDS_PER_PAGE, MOST_RECORDS_PER_PAGE = 90, 5_000  # a larger city is sent in larger pages
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class CitySummary:
    """What was written: counts of agencies, months, inbox files, truth rows of dirt, conflicts and leads."""

    directory: Path
    agencies: int
    months: int
    files: int
    rows: int
    dirt: int
    conflicts: int
    leads: int


def write_city(  # noqa: PLR0917 - the command's options, in its order
    directory: Path,
    agencies: int = AGENCIES_PER_DISTRICT,
    years: int = 3,
    seed: int = 1,
    clean: bool = False,
    progress: Progress | None = None,
) -> CitySummary:
    """Writes `directory`/inbox and `directory`/truth; the same arguments give the same bytes.

    `progress(done, total)` is called after each month. An earlier sample in the directory, complete or not, is replaced.
    Raises FileExistsError if the inbox is not a sample.
    """
    if agencies < 1 or years < 1:
        raise ValueError("a city needs at least one agency and one year")
    inbox, truth_directory = directory / "inbox", directory / "truth"
    _make_room(inbox, truth_directory)
    timeline = Timeline(years * 12)
    with closing(Shelf(directory, timeline.months)) as shelf:
        city = _City(inbox, TruthWriter(truth_directory), timeline, shelf, agencies=agencies, clean=clean)
        city.plan(seed)
        for month in range(timeline.months):
            city.write_month(month)
            if progress is not None:
                progress(month + 1, timeline.months)
        if not clean:
            write_dirty_files(inbox, city.truth, timeline, city.rows_of)
    city.write_canaries()
    summary = CitySummary(
        directory=directory,
        agencies=agencies,
        months=timeline.months,
        files=city.truth.counts["files.csv"],
        rows=city.rows,
        dirt=city.truth.counts["dirt.csv"],
        conflicts=city.truth.counts["conflicts.csv"],
        leads=city.truth.counts["leads.csv"],
    )
    city.truth.document(
        MARK,
        {
            "agencies": agencies,
            "years": years,
            "seed": seed,
            "is_clean": clean,
            "first_day": timeline.day(0, 1).isoformat(),
            "last_received_on": timeline.events_on(timeline.last).isoformat(),
            "files": summary.files,
            "rows": summary.rows,
        },
    )
    city.truth.close()
    return summary


def _make_room(inbox: Path, truth: Path) -> None:
    if inbox.exists() and any(inbox.iterdir()) and not _is_of_sample(truth):
        raise FileExistsError(f"{inbox} is not empty and is not a sample city: choose another directory")
    for path in (inbox, truth):
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)


def _is_of_sample(truth: Path) -> bool:
    """The mark is written last. An incomplete city has only the layout file, which is written first."""
    layout = truth / LAYOUT_NAME
    return (truth / MARK).exists() or (layout.exists() and layout.read_bytes() == LAYOUT.encode())


class _City:
    def __init__(
        self, inbox: Path, truth: TruthWriter, timeline: Timeline, shelf: Shelf, *, agencies: int, clean: bool
    ) -> None:
        self.inbox, self.truth, self.timeline, self.shelf, self.agencies = inbox, truth, timeline, shelf, agencies
        self.dirt = CityDirt(is_clean=clean)
        self.canaries = Canaries()
        self.rows = 0

    def plan(self, seed: int) -> None:
        """Plans all districts, writes down what a perfect build finds in them, and puts them on the shelf."""
        for number, first in enumerate(range(0, self.agencies, AGENCIES_PER_DISTRICT)):
            district = build_district(seed, number, min(AGENCIES_PER_DISTRICT, self.agencies - first), self.timeline)
            plan = Plan(district, self.timeline)
            tell_stories(plan, district_random(seed, number, "credit"))
            for conflict in district.truth.conflicts:
                self.truth.table("conflicts.csv", **conflict)
            for lead in district.truth.leads:
                self.truth.table("leads.csv", **lead)
            self.shelf.put(district)

    def write_month(self, month: int) -> None:
        sinks = [
            _Sink(self, dataset, month, received_on)
            for dataset in DATASETS.values()
            if (received_on := self._received_on(dataset, month)) is not None
        ]
        for number in range(len(self.shelf)):
            district = self.shelf.take(number, month)
            jobs = list(work.background_jobs(district, month, self.timeline))
            for sink in sinks:
                for record in self._records(district, sink.dataset, month, jobs):
                    sink.add(record)
        for sink in sinks:
            sink.close()

    def _received_on(self, dataset: Dataset, month: int) -> dt.date | None:
        if dataset.id == "registry/equipment" and month % 3:
            return None
        if dataset.id == "registry/social_insurance":
            return self.timeline.insurance_on(month)
        if dataset.kind is Kind.SNAPSHOT:
            return self.timeline.snapshot_on(month)
        return self.timeline.events_on(month)

    def _records(self, district: District, dataset: Dataset, month: int, jobs: Sequence[work.Job]) -> Iterator[Record]:
        timeline = self.timeline
        match dataset.id:
            case "registry/agencies":
                yield from map(Record, registers.directory_rows(district, month))
            case "registry/personnel":
                yield from map(Record, registers.personnel_rows(district, month))
            case "registry/equipment":
                yield from map(Record, registers.equipment_rows(district, month, timeline))
            case "registry/social_insurance":
                yield from map(Record, registers.insurance_rows(district, month, timeline))
            case "platform/contracts":
                yield from map(Record, work.background_contracts(district, month, timeline))
            case "platform/reports":
                yield from map(Record, work.reports_of(jobs, month))
            case "platform/checkins":
                yield from map(Record, work.checkins_of(jobs))
        yield from district.records(dataset.source, dataset.name, month)

    def rows_of(self, dataset: Dataset, month: int) -> Iterator[Record]:
        """The rows of one export again, for copies of it."""
        for number in range(len(self.shelf)):
            district = self.shelf.take(number, month)
            yield from self._records(
                district, dataset, month, list(work.background_jobs(district, month, self.timeline))
            )

    def write_canaries(self) -> None:
        for kind, value in self.canaries.values():
            self.truth.table("canaries.csv", kind=kind, value=value)


class _Sink:
    """One dataset's export of one day: clean cells, dirt, file, truth."""

    def __init__(self, city: _City, dataset: Dataset, month: int, received_on: dt.date) -> None:
        self.city, self.dataset, self.received_on = city, dataset, received_on
        self.forms = forms_of(dataset)
        self.rows = 0
        self.writer: Writer | None = None
        self.dirt: FileDirt = city.dirt.of_file(dataset, month)
        self.merge: tuple[int, Any] | None = None  # row and value of a cell that may be merged with the next one
        if dataset.kind is Kind.SNAPSHOT:
            self._open()

    def _open(self) -> Writer:
        if self.writer is None:
            self.writer = self._new_writer()
        return self.writer

    def _new_writer(self) -> Writer:
        where = folder(self.city.inbox, self.dataset, self.received_on)
        path = where / file_name(self.dataset, self.received_on, 1)
        match self.dataset.format:
            case Format.XLSX:
                style = self.dirt.sheet_style(sheet_style(self.dataset, self.received_on))
                return SheetWriter(path, self.dataset, style)
            case Format.CSV:
                dirt = self.dirt
                return CsvWriter(
                    path,
                    self.dataset,
                    dirt.encoding,
                    headers=dirt.headers,
                    front_headers=dirt.front_headers,
                    extra_headers=dirt.extra_headers,
                    line_end=dirt.line_end,
                )
            case Format.JSON:
                return PageWriter(
                    lambda page: where / file_name(self.dataset, self.received_on, page),
                    min(MOST_RECORDS_PER_PAGE, max(RECORDS_PER_PAGE, self.city.agencies * 4)),
                    headers_of(self.dataset),
                    self.dataset.column(self.dataset.key[0]).header,
                )

    def add(self, record: Record) -> None:
        writer = self._open()
        forms = self.forms.of(record.values)
        if not self.dirt.passes(forms):
            self._add_touched(writer, record, forms)
            return
        self.city.rows += 1
        self.rows += 1
        if isinstance(writer, PageWriter) and writer.is_full:
            self._note_repeat(writer)
        place = writer.write_plain([form.written for form in forms])
        self.city.truth.row(self.dataset, self.received_on, place, record, forms=forms)
        self.city.canaries.see(self.dataset, record.values)

    def _add_touched(self, writer: Writer, record: Record, forms: Forms) -> None:
        """Adds a row that may get dirt, with what is beside, before and after it."""
        clean = self.forms.cells(forms)
        earlier = self.dirt.earlier_version(clean, record)
        if earlier is not None:
            self._add_version(writer, *earlier)
        self.city.rows += 1
        self.rows += 1
        self._write_lines(writer)
        cells, notes = self.dirt.touch(clean, record)
        if isinstance(writer, PageWriter) and writer.is_full:
            self._note_repeat(writer)
        if isinstance(writer, SheetWriter) and self.dirt.has_blank_row_before(self.rows):
            writer.skip()
        cells, is_merged = self._merged(writer, cells)
        beside = self.dirt.beside(self.rows)
        place = writer.write(cells | beside if beside else cells)
        if is_merged and isinstance(writer, SheetWriter) and self.dirt.merged_header:
            writer.merge_up(self.dirt.merged_header)
            notes.append(Note("merged_cell", "accepted", column="listing_basis"))
        changes = {column: value for note in notes for column, value in note.lake} if notes else {}
        for note in notes:
            self._tell(place, note, record, changes)
        self.city.truth.row(self.dataset, self.received_on, place, record, forms=forms, changes=changes)
        self.city.canaries.see(self.dataset, record.values)
        for extra_cells, extra in self.dirt.extras_after(clean, cells, record):
            self._add_version(writer, extra_cells, extra)

    def _add_version(self, writer: Writer, cells: dict[str, Any], note: Note) -> None:
        """An additional row; it has a record if it is to be accepted."""
        place = writer.write(cells)
        self._tell(place, note, note.record, {})
        if note.record is not None:
            self.city.rows += 1
            self.city.truth.row(self.dataset, self.received_on, place, note.record)

    def _write_lines(self, writer: Writer) -> None:
        """Writes the layout lines before the next row."""
        for line in self.dirt.layout.lines_before(self.rows):
            if line is Line.HEAD:
                writer.repeat_head()
            else:
                writer.write_line(line)

    def _merged(self, writer: Writer, cells: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """The cells, without the value of a cell that a merged range covers."""
        header = self.dirt.merged_header
        if header is None or not isinstance(writer, SheetWriter):
            return cells, False
        value = cells[header]
        if self.merge == (writer.row - 1, value):
            self.merge = None
            return {**cells, header: None}, True
        self.merge = (writer.row, value)
        return cells, False

    def _tell(self, place: Place, note: Note, record: Record | None, changes: dict[str, Any]) -> None:
        if note.canary is not None:
            self.city.canaries.add(*note.canary)
        expected = None
        if record is not None and note.column:
            lake = {**lake_values(self.dataset, record.values), **changes}
            expected = lake.get(note.column, lake.get(f"{note.column}_id"))
        self.city.truth.table(
            "dirt.csv",
            source=self.dataset.source,
            dataset=self.dataset.name,
            received_on=self.received_on.isoformat(),
            file_name=place.file_name,
            sheet=place.sheet,
            row_number=place.row_number,
            kind=note.kind,
            expected_outcome=note.outcome,
            reason_code=note.reason_code,
            column=note.column,
            expected_value=expected,
            expected_flag=note.flag,
        )

    def _note_repeat(self, writer: PageWriter) -> None:
        """The next page begins with the last record of this one."""
        self._tell(Place(writer.next_page_name(), None, 1), Note("page_overlap", "duplicate"), None, {})

    def close(self) -> None:
        if self.writer is None:
            return
        for line in self.dirt.layout.lines_at_end(self.rows):
            self.writer.write_line(line)
        for path in self.writer.close():
            self.city.truth.file(self.dataset, self.received_on, path.name, "loaded", kind=self.dirt.file_kind)
