"""The dirt of one file: which of its rows are written how, what stands beside them, how the file as a whole looks.

Belongs here: taking turns among the kinds, so that each comes up as soon as a row fits. Does not belong here: the
kinds (`styles`, `extras`), whole files beside the true ones (`dirty_files`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.contract import Dataset, Format
from sample_city.dirt.extras import EXTRAS, KEY_HEADERS, repeat
from sample_city.dirt.kinds import Cells, Extra, Note, Style
from sample_city.dirt.styles import STYLES
from sample_city.files import SheetStyle
from sample_city.model import Record

STYLES_PER_FILE = 5
EXTRAS_PER_FILE = 2
EARLIER_VERSIONS: dict[str, tuple[str, Any]] = {
    "registry/equipment": ("quantity", 77),
    "credit_desk/findings": ("determined_by", "待核实单位"),
    "inspections/checks": ("inspectors", "待补"),
}
ENCODINGS = ("gb18030", "utf-8-sig", "utf-8", "gb18030", "gb18030")
ALIASES: dict[str, dict[str, str | None]] = {
    "registry/personnel": {"身份证号": "身份证号码", "统一社会信用代码": "社会信用代码"},
    "registry/agencies": {"机构名称": "企业名称", "注册地址": "住所", "联系电话": "电话"},
    "complaints/hotline": {"工单编号": "工单号"},
    "inspections/penalties": {"决定书文号": "行政处罚决定书文号"},
    "registry/social_insurance": {"社会保障号码": "社保号码"},
}


@dataclass
class FileDirt:
    """The dirt of one file. Takes kinds from its dataset's queues, so that each comes up as soon as a row fits."""

    dataset: Dataset
    month: int
    styles: deque[Style]
    extras: deque[Extra]
    is_clean: bool
    first_number: int = 0
    _styled: int = 0
    _rows: int = 0
    _rare: set[str] = field(default_factory=set)
    _next_row: int = 1

    def touch(self, cells: Cells, record: Record) -> tuple[Cells, Note | None]:
        """The cells of a true row, dirty if one of the next kinds fits them."""
        self._rows += 1
        if self.is_clean:
            return cells, None
        is_turn = self._styled < STYLES_PER_FILE and self._rows >= self._next_row
        for style in self.styles:
            if style.is_rare:
                is_wanted = style.kind not in self._rare and self.month % style.every == style.every - 1
            else:
                is_wanted = is_turn
            if not is_wanted:
                continue
            dirty = style.write(cells.get(style.header), record.values)
            if dirty is None:
                continue
            if style.is_rare:
                self._rare.add(style.kind)
            else:
                self._styled += 1
                self._next_row = self._rows + 1 + self._styled
            self.styles.remove(style)  # to the end of the queue: the others come first next time
            self.styles.append(style)
            column = next(column.name for column in self.dataset.columns if column.header == style.header)
            lake = tuple(style.lake(record.values).items()) if style.lake else ()
            note = Note(style.kind, "accepted", column=column, flag=style.flag, lake=lake)
            return {**cells, style.header: dirty}, note
        return cells, None

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
        """The file's first row as it stood before somebody corrected it further down: the last one wins."""
        change = EARLIER_VERSIONS.get(self.dataset.id)
        if self.is_clean or change is None or self._rows != 0 or self.month % 3 != 0:
            return None
        column, value = change
        header = self.dataset.column(column).header
        earlier = Record({**record.values, column: value}, is_current=False)
        return {**clean, header: value}, Note("same_key_other_cells", "accepted", column=column, record=earlier)

    def sheet_style(self, style: SheetStyle) -> SheetStyle:
        """Hidden sheets, other headers, blank rows: what a file does to all its rows."""
        if not self.is_clean:
            if self.month % 6 == 2:
                style.hidden_sheet = "历史数据"
            if self.month % 5 == 1:
                style.headers = dict(ALIASES.get(self.dataset.id, {}))
        return style

    @property
    def file_kind(self) -> str:
        """What is unusual about the file as a whole, joined by +."""
        if self.is_clean:
            return ""
        kinds = []
        if self.dataset.format is Format.XLSX:
            style = self.sheet_style(SheetStyle())
            kinds += ["hidden_sheet"] if style.hidden_sheet else []
            kinds += ["alias_headers"] if style.headers else []
            kinds += ["blank_row"] if self._rows >= 4 and self.has_blank_row_before(4) else []
        if self.dataset.format is Format.CSV:
            kinds += ["alias_headers"] if self.csv_headers else []
            kinds += [self.encoding] if self.encoding != "gb18030" else []
            kinds += ["line_feeds"] if self.line_end == "\n" else []
        return "+".join(kinds)

    @property
    def encoding(self) -> str:
        return "gb18030" if self.is_clean else ENCODINGS[self.month % len(ENCODINGS)]

    @property
    def line_end(self) -> str:
        return "\n" if not self.is_clean and self.month % 4 == 3 else "\r\n"

    @property
    def csv_headers(self) -> dict[str, str | None]:
        return {} if self.is_clean or self.month % 5 != 1 else dict(ALIASES.get(self.dataset.id, {}))

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
