"""The dirt of one file: forms of its rows, additional rows, and the appearance of the whole file.

Belongs here: rotating the kinds, so that each is used as soon as a row fits. Does not belong here: the kinds (`styles`,
`extras`), additional files (`dirty_files`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ingestion.contract import Dataset, Format
from ingestion.sources import DATASETS
from sample_city.dirt.extras import EXTRAS, KEY_HEADERS, repeat
from sample_city.dirt.forms.days import end_of_day, next_midnight
from sample_city.dirt.kinds import Cells, Earlier, Extra, Note, Style
from sample_city.dirt.layouts import PLAIN, ROWS_PER_PAGE, Layout, layout_of
from sample_city.dirt.styles import STYLES
from sample_city.files import SheetStyle
from sample_city.model import Record
from sample_city.render import MOST_KEPT, Forms

STYLED_ROWS_PER_FILE, FORMS_PER_ROW = 5, 3  # rows 1, 2, 4, 7, 11: much dirt in short files, little in long ones
EXTRAS_PER_FILE = 2
FIRST_ROWS = 4  # of a file, which have additional rows, earlier versions and blank rows around them
EARLIER_VERSIONS: dict[str, Earlier] = {
    "registry/equipment": Earlier("quantity", lambda values: 77),
    "credit_desk/findings": Earlier("determined_by", lambda values: "待核实单位"),
    "inspections/checks": Earlier("inspectors", lambda values: "待补"),
    "complaints/hotline": Earlier("dispatched_at", next_midnight, end_of_day),
}
ENCODINGS = ("gb18030", "utf-8-sig", "utf-8", "gb18030", "gb18030")
ALIASES: dict[str, dict[str, str | None]] = {
    "registry/personnel": {"身份证号": "身份证号码", "统一社会信用代码": "社会信用代码"},
    "registry/agencies": {"机构名称": "企业名称", "注册地址": "住所", "联系电话": "电话"},
    "complaints/hotline": {"工单编号": "工单号"},
    "inspections/penalties": {
        "决定书文号": "行政处罚决定书文号",
        "统一社会信用代码": "行政相对人代码_1（统一社会信用代码）",
        "罚款金额(万元)": "处罚金额（万元）",
    },
    "registry/social_insurance": {"社会保障号码": "社保号码"},
}


class _Fits(dict[Any, bool]):
    """Cell -> whether one of the styles fits it, kept."""

    def __init__(self, styles: list[Style]) -> None:
        super().__init__()
        self.styles = styles

    def __missing__(self, cell: Any) -> bool:
        if len(self) >= MOST_KEPT:
            self.clear()
        self[cell] = found = any(style.write(cell, {}) is not None for style in self.styles)
        return found


@cache
def _rare_fits(source: str, name: str) -> list[tuple[int, _Fits]]:
    """Place of a column -> the cells that a rare style of the dataset fits, of those that look at the cell alone."""
    dataset = DATASETS[source, name]
    styles = [style for style in STYLES[dataset.id] if style.is_rare and not style.by_row]
    return [
        (place, _Fits(of_column))
        for place, column in enumerate(dataset.columns)
        if (of_column := [style for style in styles if style.header == column.header])
    ]


@dataclass
class FileDirt:
    """The dirt of one file. It takes kinds from its dataset's queues, so that each is used as soon as a row fits."""

    dataset: Dataset
    month: int
    styles: deque[Style]
    extras: deque[Extra]
    is_clean: bool
    first_number: int = 0
    _styled: int = 0
    _rows: int = 0
    _rare: list[Style] = field(default_factory=list)
    _next_row: int = 1
    layout: Layout = field(init=False)
    _has_more_columns: bool = field(init=False)
    _waits_for_row: bool = field(init=False)
    _rare_fits: list[tuple[int, _Fits]] = field(init=False)

    def __post_init__(self) -> None:
        self.layout = PLAIN if self.is_clean else layout_of(self.dataset, self.month)
        self._rare = [style for style in self.styles if style.is_rare and self.month % style.every == style.every - 1]
        self._has_more_columns = bool(self.front_headers or self.extra_headers or self.merged_header)
        self._rare_fits = _rare_fits(self.dataset.source, self.dataset.name) if self._rare else []
        self._waits_for_row = any(style.by_row for style in self._rare)

    def passes(self, forms: Forms) -> bool:
        """Whether the next row gets no dirt and has nothing beside, before or after it; then it is counted."""
        if not self.is_clean and (
            self._has_more_columns
            or self._waits_for_row
            or (self.layout is not PLAIN and self._rows % ROWS_PER_PAGE == 0)
            or self._rows < FIRST_ROWS
            or (self._styled < STYLED_ROWS_PER_FILE and self._rows + 1 >= self._next_row)
            or any(fits[forms[place].cell] for place, fits in self._rare_fits)
        ):
            return False
        self._rows += 1
        return True

    def touch(self, cells: Cells, record: Record) -> tuple[Cells, list[Note]]:
        """The cells of a true row, some of them dirty if one of the next kinds fits. A cell gets at most one form."""
        self._rows += 1
        if self.is_clean:
            return cells, []
        written: Cells = {}
        chosen = list(self._take(self._rare, len(self._rare), cells, record, written))
        self._rare = [style for style in self._rare if style not in chosen]
        self._waits_for_row = any(style.by_row for style in self._rare)
        if self._styled < STYLED_ROWS_PER_FILE and self._rows >= self._next_row:
            usual = [style for style in self.styles if not style.is_rare]
            turn = list(self._take(usual, FORMS_PER_ROW, cells, record, written))
            if turn:
                chosen += turn
                self._styled += 1
                self._next_row = self._rows + self._styled
        for style in chosen:
            self.styles.remove(style)  # to the end of the queue: the others come first next time
            self.styles.append(style)
        return cells | written, [self._note(style, record) for style in chosen]

    @staticmethod
    def _take(styles: list[Style], most: int, cells: Cells, record: Record, written: Cells) -> Iterator[Style]:
        """Writes the first styles that fit cells which are not dirty yet, and yields them."""
        for style in styles:
            if most == 0:
                return
            if style.header in written:
                continue
            dirty = style.write(cells.get(style.header), record.values)
            if dirty is not None:
                written[style.header] = dirty
                most -= 1
                yield style

    def _note(self, style: Style, record: Record) -> Note:
        return Note(
            style.kind,
            "accepted",
            column=next(column.name for column in self.dataset.columns if column.header == style.header),
            flag=style.flag,
            lake=tuple(style.lake(record.values).items()) if style.lake else (),
            canary=style.canary(record.values) if style.canary else None,
        )

    def extras_after(self, clean: Cells, written: Cells, record: Record) -> Iterator[tuple[Cells, Note]]:
        """Additional rows; all of them follow the file's first row, whose clean and written cells are given."""
        if self._rows != 1 or self.is_clean:
            return
        for turn in range(min(EXTRAS_PER_FILE, len(self.extras))):
            extra = self.extras[0]
            self.extras.rotate(-1)
            number = self.first_number + turn
            changes = extra.change(clean, record.values, number)
            if changes is None:
                extra = repeat()
                changes = {}
            copy = {**(written if extra.outcome == "duplicate" else clean), **changes}
            key = KEY_HEADERS.get(self.dataset.id)
            if extra.outcome == "quarantined" and key is not None and extra.header != key:
                copy[key] = f"{copy[key]}T{number}"
            typed = Record({**record.values, **extra.typed(record.values, number)}) if extra.typed else None
            flag = extra.kind if typed else ""
            column = next((item.name for item in self.dataset.columns if typed and item.header == extra.header), "")
            yield copy, Note(extra.kind, extra.outcome, extra.reason_code, column=column, flag=flag, record=typed)

    def earlier_version(self, clean: Cells, record: Record) -> tuple[Cells, Note] | None:
        """An earlier version of the file's first row, which the row itself corrects further down: the later one counts."""
        change = EARLIER_VERSIONS.get(self.dataset.id)
        if self.is_clean or change is None or self._rows != 0 or self.month % 3 != 0:
            return None
        column, value = change.column, change.value(record.values)
        header = self.dataset.column(column).header
        earlier = Record({**record.values, column: value}, is_current=False)
        note = Note("same_key_other_cells", "accepted", column=column, record=earlier)
        return {**clean, header: change.write(value)}, note

    def sheet_style(self, style: SheetStyle) -> SheetStyle:
        """Hidden sheets and other headers of the file."""
        if not self.is_clean and self.month % 6 == 2:
            style.hidden_sheet = "历史数据"
        style.headers = self.headers
        style.front_headers, style.extra_headers = self.front_headers, self.extra_headers
        return style

    @property
    def file_kind(self) -> str:
        """What is unusual about the file as a whole, joined by +."""
        if self.is_clean:
            return ""
        kinds = []
        if self.dataset.format is Format.XLSX:
            kinds += ["hidden_sheet"] if self.sheet_style(SheetStyle()).hidden_sheet else []
        kinds += ["alias_headers"] if self._aliases else []
        if self.dataset.format is Format.XLSX:
            kinds += ["blank_row"] if self._rows >= 4 and self.has_blank_row_before(4) else []
        if self.dataset.format is Format.CSV:
            kinds += [self.encoding] if self.encoding != "gb18030" else []
            kinds += ["line_feeds"] if self.line_end == "\n" else []
        return "+".join(kinds + self.layout.kinds)

    @property
    def encoding(self) -> str:
        return "gb18030" if self.is_clean else ENCODINGS[self.month % len(ENCODINGS)]

    @property
    def line_end(self) -> str:
        return "\n" if not self.is_clean and self.month % 4 == 3 else "\r\n"

    @property
    def _aliases(self) -> dict[str, str | None]:
        return {} if self.is_clean or self.month % 5 != 1 else ALIASES.get(self.dataset.id, {})

    @property
    def headers(self) -> dict[str, str | None]:
        """Other headers than the contract's."""
        return dict(self.layout.headers) | self._aliases

    @property
    def front_headers(self) -> tuple[str, ...]:
        return (self.layout.number_column,) if self.layout.number_column else ()

    @property
    def extra_headers(self) -> tuple[str, ...]:
        return (self.layout.remark_column,) if self.layout.remark_column else ()

    def beside(self, row: int) -> Cells:
        """The cells of the file's `row`-th row in columns that are not in the contract."""
        numbered: Cells = dict.fromkeys(self.front_headers, row)
        return numbered | dict.fromkeys(self.extra_headers, "已核" if row % 3 == 0 else None)

    def has_blank_row_before(self, row: int) -> bool:
        """Whether a workbook leaves a row empty before its `row`-th row."""
        return not self.is_clean and row == 4 and self.month % 3 == 1

    @property
    def merged_header(self) -> str | None:
        """A column of the directory whose equal neighbours are merged in this file."""
        if self.is_clean or self.dataset.id != "registry/agencies" or self.month % 4 != 2:
            return None
        return "报送方式"


class CityDirt:
    """The queues of kinds per dataset, over all months."""

    def __init__(self, is_clean: bool) -> None:
        self.is_clean = is_clean
        self._styles = {name: deque(styles) for name, styles in STYLES.items()}
        self._extras = {name: deque(extras) for name, extras in EXTRAS.items()}
        self._number = 0

    def of_file(self, dataset: Dataset, month: int) -> FileDirt:
        self._number += 10
        return FileDirt(
            dataset,
            month,
            self._styles[dataset.id],
            self._extras[dataset.id],
            self.is_clean,
            first_number=self._number,
        )
