"""Which lines of a list are rows: not blank lines, layout lines of a printed page, repeated headers, unfilled lines.

Belongs here: every reason for ignoring a line below the header. Does not belong here: the words of such lines (`layout`),
accepting a row (`ingestion.strict`), reading cells (one module per format).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence

from ingestion import parsing
from ingestion.bilingual import Bilingual
from ingestion.contract import Dataset, Parse
from ingestion.envelope import Held
from ingestion.envelope.cell_refs import column_letters
from ingestion.parsing import Cell, Fault
from ingestion.readers import layout
from ingestion.readers.headers import Binding, HeaderMatcher, cell_header, is_running_number
from ingestion.readers.rows import LinePicker, Notes
from ingestion.readers.titles import note_footnote

# A certain key (a code, a document number): a short cut for most rows. No layout line has one.
_PLAIN_KEY = re.compile(
    r"\d[-_0-9A-Za-z]{4,}|[A-Z]{1,8}[-_]?\d[-_0-9A-Za-z]*|[\u4e00-\u9fff]{2,20}[〔\[(（]\d{4}[〕\])）]第?\d{1,6}号",
    re.ASCII,
)
_NOTED = re.compile("[(*★※:【]|必填|选填")  # what a header may have beside its name

_GROUP_NAMES = 2
_MOVED_HEADERS = 2  # a single one may have another width than at the top


def is_blank_row(cells: Iterable[Cell]) -> bool:
    """Whether all columns of the contract are blank."""
    return all(map(parsing.is_blank, cells))


class RowFilter:
    """Distinguishes rows from other lines. A line with a filled key is always a row.

    `place` names a row by its number, as a message does. `above`: the lines down to and including the header, which a
    printed list repeats on every page.
    """

    def __init__(
        self,
        dataset: Dataset,
        binding: Binding,
        names: Sequence[str],
        place: Callable[[int], Bilingual],
        *,
        above: Iterable[Sequence[Cell]] = (),
        notes: Notes | None = None,
    ) -> None:
        by_name = {column.name: index for index, column in enumerate(dataset.columns)}
        bound = [index for index, position in enumerate(binding.positions) if position is not None]
        self.binding = binding
        self.matcher = HeaderMatcher(dataset)
        self.names = names
        self.place = place
        self.notes = notes or Notes()
        self.required = [index for index in bound if dataset.columns[index].value_required]
        self.keys = [by_name[name] for name in dataset.key]
        self.needed = by_name[dataset.skip_rows_without] if dataset.skip_rows_without else None
        self.absent = {
            index: column.absent_as
            for index, column in enumerate(dataset.columns)
            if index not in bound and column.absent_as is not None
        }
        # a running number, or the value of an absent column, does not make a line a row
        running = {
            index
            for index in bound
            if dataset.columns[index].parse is Parse.DROPPED and is_running_number(dataset.columns[index].header)
        }
        self.telling = [index for index in bound if index not in running]
        self.entered_keys = [index for index in self.keys if index in self.telling]
        self.tells_all = not running and not self.absent
        self.repeated = {layout.without_page(layout.plain(cell)) for line in above for cell in line} - {""}
        self.repeated.update(layout.plain(name) for name in names if name)
        self.beside = [*(binding.positions[index] for index in running), *sorted(binding.ignored)]
        headed = {position for position in binding.positions if position is not None} | binding.ignored
        self.headless: list[int] = [position for position in range(len(names)) if position not in headed]
        self.is_below_note = False
        self.is_other_header = False
        for index, value in self.absent.items():
            self.notes.absent[dataset.columns[index].header] = value
        self.pick = LinePicker(binding.positions, self.absent)
        costs = dict(dataset.template.costs) if dataset.template else {}
        for index, column in enumerate(dataset.columns):
            if column.header_required and index not in bound and index not in self.absent:
                self.notes.lacking[column.header] = costs.get(column.name)

    def is_row(self, raw: Sequence[Cell], cells: Sequence[Cell]) -> bool:
        if self._is_certain(cells):
            self.is_below_note = False
            return True
        own = cells if self.tells_all else [cells[index] for index in self.telling]
        if is_blank_row(own):
            return self._has_remark(raw) and not self._is_layout(raw, cells)
        if self._is_prefilled(own, cells):
            return False
        if self.needed is not None and parsing.is_empty(cells[self.needed]):
            return False
        if self._has_plain_key(cells):
            self.is_below_note = False
            return True
        return not self._is_layout(raw, cells)

    def _is_certain(self, cells: Sequence[Cell]) -> bool:
        """A short cut for most rows: one that entered a plain key is not blank, prefilled, or layout."""
        for index in self.entered_keys:
            key = cells[index]
            if type(key) is str and _PLAIN_KEY.fullmatch(key):
                return self.needed is None or not parsing.is_empty(cells[self.needed])
        return False

    def _is_prefilled(self, own: Sequence[Cell], cells: Sequence[Cell]) -> bool:
        """Whether the row holds only formulas without a value, and a required cell is empty: nothing was entered."""
        return any(parsing.is_blank(cells[index]) for index in self.required) and all(
            parsing.is_blank(cell) or cell is Fault.FORMULA_WITHOUT_CACHE for cell in own
        )

    def _has_remark(self, raw: Sequence[Cell]) -> bool:
        """Whether a line that fills no column of the contract holds a text in an ignored column: it must not go unnoticed."""
        return self.needed is None and any(
            isinstance(cell, str) and not parsing.is_empty(cell) and not layout.is_figure(layout.plain(cell))
            for position in self.beside
            if position is not None and position < len(raw) and (cell := raw[position])
        )

    def _has_plain_key(self, cells: Sequence[Cell]) -> bool:
        for index in self.keys:
            key = cells[index]
            if key is not None and (type(key) is not str or _PLAIN_KEY.fullmatch(key)):
                return True
        return False

    def _is_layout(self, raw: Sequence[Cell], cells: Sequence[Cell]) -> bool:
        """Whether a line is a layout line of a printed page: its text says so, and no key cell contradicts it.

        A key cell may hold the text of such a line, because merged cells are filled and many lists begin with their key.
        """
        keys = [layout.plain(cells[index]) for index in self.keys if not parsing.is_empty(cells[index])]
        if keys and not self._may_say(keys[0]):
            self.is_below_note = False
            return False
        line = [layout.plain(cell) for cell in raw if not parsing.is_empty(cell)]
        if not line:
            return False  # nothing but signs for "none"
        if all(map(self._is_above, line)):
            self.is_other_header = self._is_moved(raw)
            return not self.is_other_header
        first = line[0]
        labelled = {text for label, text in itertools.pairwise(line) if layout.is_labelled(label, text)}
        if keys:
            texts = [
                layout.plain(cells[index])
                for index in {*self.keys, *self.required}
                if not parsing.is_empty(cells[index])
            ]
            is_layout = layout.says_layout(first) and all(
                layout.says_layout(text)
                or layout.is_page_or_day(text)
                or text in labelled
                or (layout.is_figure(text) and text not in keys)
                for text in texts
            )
        else:
            is_layout = (layout.says_layout(first) or any(map(layout.is_sum, line))) and self._says_no_more(raw)
        if not is_layout and len(set(line)) == 1:
            is_layout = (
                layout.is_heading(first)
                or (layout.is_page_or_day(first) and (not keys or len(line) > 1))
                or (self.is_below_note and layout.continues_note(first))
            )
        self.is_below_note = is_layout and (self.is_below_note or layout.is_note(first))
        if is_layout:
            note_footnote(raw, self.notes)
        return is_layout

    def _says_no_more(self, raw: Sequence[Cell]) -> bool:
        """Whether a line without a key holds nothing besides its total, signature or note that could belong to a row.

        Otherwise a row that lacks its key would go unnoticed because a text in it ends in 合计.
        """
        line = [(layout.plain(cell), cell) for cell in raw if not parsing.is_empty(cell)]
        is_signed = any(layout.says_layout(text) and not layout.is_sum(text) for text, _ in line)
        others: list[str] = []
        has_figure = any(parsing.is_empty(cell) and not parsing.is_blank(cell) for cell in raw)  # a dash for 0
        before = ""
        for text, cell in line:
            label, before = before, text
            if layout.is_amount(text) or isinstance(cell, Fault):
                has_figure = True
            elif not (
                layout.says_layout(text)
                or (is_signed and layout.is_day(text))
                or layout.is_heading(text)
                or layout.is_page_or_day(text)
                or layout.announces(label, text)
                or self._is_above(text)
            ):
                others.append(text)
        if not others:
            return True
        # one or two words say what the total counts
        return (
            has_figure
            and len(others) <= _GROUP_NAMES
            and any(layout.is_bare_sum(text) for text, _ in line)
            and all(map(layout.may_name_group, others))
        )

    def _may_say(self, key: str) -> bool:
        """Whether the text of a key cell can belong to a layout line."""
        return (
            layout.says_layout(key)
            or layout.is_heading(key)
            or layout.is_page_or_day(key)
            or layout.may_be_labelled(key)
            or (self.is_below_note and layout.continues_note(key))
            or self._is_above(key)
        )

    def _is_above(self, text: str) -> bool:
        """Whether a plain text also occurs above the list, as a header or in its title."""
        if text in self.repeated or layout.without_page(text) in self.repeated:
            return True
        if text not in self.matcher.known and not self.matcher.is_ignored(text) and not _NOTED.search(text):
            return False
        index, is_ignored = self.matcher.resolve(text)
        return index is not None or is_ignored

    def _is_moved(self, raw: Sequence[Cell]) -> bool:
        """Whether a repeated header has its columns in another order than at the top."""
        places: dict[int, list[int]] = {}
        for position, cell in enumerate(raw):
            index, _ = self.matcher.resolve(cell_header(cell))
            if index is not None:
                places.setdefault(index, []).append(position)
        return sum(self.binding.positions[index] not in found for index, found in places.items()) >= _MOVED_HEADERS

    def refuse_stray(self, raw: Sequence[Cell], row_number: int) -> None:
        """Raises Held if the row has a filled cell without a header, or is a header in another order."""
        if self.is_other_header:
            raise Held(
                "repeated_header",
                Bilingual(
                    f"{self.place(row_number).zh}：此处或上一行又有表头，列的顺序与最上面不同，请把其下的名单放到另一工作表或文件。",
                    f"{self.place(row_number).en}: here or right above, the header is repeated with its columns in another "
                    "order than at the top. Put the list below it into another sheet or file.",
                ),
            )
        if not self.headless and len(raw) <= len(self.names):
            return
        for position in itertools.chain(self.headless, range(len(self.names), len(raw))):
            if position < len(raw) and not parsing.is_blank(raw[position]):
                raise Held(
                    "unknown_header",
                    Bilingual(
                        f"{self.place(row_number).zh}：{column_letters(position)} 列有内容而没有表头，请删除内容或补上表头。",
                        f"{self.place(row_number).en}: column {column_letters(position)} has values but no header. "
                        "Delete the values, or add a header.",
                    ),
                )
