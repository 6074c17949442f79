"""Files -> rows of cells in the contract's order, with sheet and row number as Provenance counts them.

Belongs here: xlsx, csv and JSON pages; where the header is and which column is which; what is no row (titles,
blank rows, footers). Does not belong here: what a cell means (see `ingestion.parsing`), what a row is worth.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import posixpath
import re
import unicodedata
import xml.parsers.expat
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum
from rapidfuzz import fuzz, process

from ingestion import envelope, parsing
from ingestion.contract import Column, Dataset, Format
from ingestion.envelope import Held, shown
from ingestion.parsing import Cell, Fault
from ingestion.sources import DATASETS

_HEADER_SEARCH_ROWS = 20
_LATE_HEADER_ROWS = 200  # how far a header that stands lower is looked for, only to name its row
_EXCEL_CELL_CHARACTERS = 1 << 20
_MAX_MERGES = 200_000
csv.field_size_limit(_EXCEL_CELL_CHARACTERS)


@dataclass(slots=True)
class Row:
    """One row: its cells in the order of `Dataset.columns`; `fault` is a reason to quarantine it unread."""

    sheet: str | None
    row_number: int
    cells: Sequence[Cell]
    fault: str | None = None


@dataclass
class Notes:
    """What a file says beside its rows; complete once they have been read."""

    list_as_of: str | None = None  # the text after 截至 in the title
    hidden_sheets: list[str] = field(default_factory=list)
    unread_sheets: list[str] = field(default_factory=list)  # remarks beside the list
    is_1904: bool = False


def read_rows(dataset: Dataset, path: Path, notes: Notes) -> Iterator[Row]:
    """All rows of a file, in order. Raises Held as soon as the file turns out not to be what the contract says."""
    match dataset.format:
        case Format.XLSX:
            return _workbook_rows(dataset, path, notes)
        case Format.CSV:
            return _csv_rows(dataset, path, notes)
        case Format.JSON:
            return _page_rows(dataset, path)


# --- headers -----------------------------------------------------------------------------------------------------


def normal_header(text: str) -> str:
    """A header for comparison: compatibility forms folded (㎡ = m2), no white space, one case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text.translate(parsing.FOLD))).casefold()


@dataclass(frozen=True)
class _Binding:
    """Which place of a raw row fills which column; `positions[i]` is None where the file lacks column i."""

    positions: tuple[int | None, ...]
    ignored: frozenset[int]
    width: int


def _cell_header(cell: Cell) -> str:
    return "" if parsing.is_blank(cell) or isinstance(cell, Fault) else str(cell).strip()


_KNOWN_HEADERS = frozenset(
    normal_header(name)
    for of in DATASETS.values()
    for name in itertools.chain(of.ignored_headers, *((column.header, *column.aliases) for column in of.columns))
)
_USUAL_WORDS = (
    "手机|微信|邮箱|邮编|传真|网址|联系|紧急|家庭|住址|户籍|籍贯|身份|证件|证书|学历|学位|毕业|院校|专业|年龄|性别|民族|出生|生日|"
    "政治|面貌|婚姻|健康|状况|职务|职称|工种|工作|工资|部门|科室|地区|区县|街道|年度|月份|登记|评分|得分|负责|审批|原因|附件|照片|"
    "签名|签字|人|号|数|率"
)
_KNOWN_WORDS = sorted(
    {part for name in _KNOWN_HEADERS if not name.isascii() for part in (name[:2], re.sub(r"\W.*", "", name)[-2:])}
)
# Whole words only: of single characters of headers somebody's name could be put together.
_HEADER_LIKE = re.compile(rf"(?:{'|'.join(_KNOWN_WORDS)}|{_USUAL_WORDS}|[()/、:_-])+|[a-z_]+")


def _printable(header: str) -> str:
    """A header as a message may show it: if a data row stood there, it would be somebody's name, number or address."""
    name = normal_header(header)
    if name in _KNOWN_HEADERS or _HEADER_LIKE.fullmatch(name):
        return shown(header, 40)
    return "(not shown: it looks like no header)"


def _sheet_name(name: str, place: int) -> str:
    """A sheet's name as it may be told and kept: whoever's number it holds, its place among the sheets leads there."""
    masked = re.sub(r"\d{9,}", "#", shown(name))
    return masked if masked == shown(name) else f"{masked} ({place})"


_HEADER_REMEDIES = {
    Format.XLSX: "Put the header above the list; delete or hide a sheet that holds none.",
    Format.CSV: "Put the header above the list, and commas between its cells.",
}


class HeaderMatcher:
    """Finds the header row of a sheet and binds its columns to the contract."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.known: dict[str, int] = {}
        self.spelling: dict[str, str] = {}
        for index, column in enumerate(dataset.columns):
            for name in (column.header, *column.aliases):
                self.known[normal_header(name)] = index
                self.spelling[normal_header(name)] = name
        self.ignored = {normal_header(name) for name in dataset.ignored_headers}
        self.ignored_prefixes = tuple(normal_header(prefix) for prefix in dataset.ignored_header_prefixes)

    def is_ignored(self, name: str) -> bool:
        return name in self.ignored or (bool(self.ignored_prefixes) and name.startswith(self.ignored_prefixes))

    def score(self, names: Sequence[str]) -> int:
        return len({self.known[name] for name in map(normal_header, names) if name in self.known})

    def find(self, rows: Sequence[Sequence[Cell]]) -> tuple[int, int, list[str]] | None:
        """(index of the header's first row, number of its rows, names by column); None if no row looks like one."""
        best: tuple[int, int, int, list[str]] | None = None
        for index, cells in enumerate(rows):
            for count in range(1, self.dataset.header_rows + 1):
                if index + count > len(rows):
                    continue
                names = self._merged([rows[index + offset] for offset in range(count)], cells)
                score = self.score(names)
                # a title above a header of one row adds nothing to it
                if best is None or (score, -count) > (best[0], -best[2]):
                    best = (score, index, count, names)
        if best is None:
            return None
        score, index, count, names = best
        if score >= 3 or (score and 2 * score >= sum(1 for name in names if name)):
            return index, count, names
        return None

    def _merged(self, levels: Sequence[Sequence[Cell]], upper: Sequence[Cell]) -> list[str]:
        """The lowest name of each column: a sub-header wins over the group above it."""
        if len(levels) == 1:
            return [_cell_header(cell) for cell in upper]
        width = max(len(level) for level in levels)
        merged = []
        for column in range(width):
            names = [_cell_header(level[column]) if column < len(level) else "" for level in levels]
            merged.append(next((name for name in reversed(names) if name), ""))
        return merged

    def bind(self, names: Sequence[str], place: str) -> _Binding:
        """Binds header names to the contract. Raises Held, naming the header and the nearest known one."""
        positions: list[int | None] = [None] * len(self.dataset.columns)
        ignored: set[int] = set()
        unknown: list[tuple[str, str]] = []
        for position, written in enumerate(names):
            name = normal_header(written)
            if not name:
                continue
            index = self.known.get(name)
            if index is None:
                if self.is_ignored(name):
                    ignored.add(position)
                else:
                    unknown.append((f"in column {_letters(position)}", written))
            elif (before := positions[index]) is not None:
                raise Held(
                    "repeated_header",
                    f"{place}: columns {_letters(before)} and {_letters(position)} are both headed {_printable(written)} "
                    "(or an alias of it). Delete one of them.",
                )
            else:
                positions[index] = position
        missing = [
            column for column, position in zip(self.dataset.columns, positions, strict=True)
            if position is None and column.header_required
        ]  # fmt: skip
        if unknown:
            raise self.unknown(unknown, missing, place)
        if missing:
            raise self.missing(missing, place)
        return _Binding(tuple(positions), frozenset(ignored), len(names))

    def nearest(self, written: str, among: Iterable[str]) -> str | None:
        found = process.extractOne(normal_header(written), list(among), scorer=fuzz.WRatio)
        return self.spelling[found[0]] if found and found[1] > 0 else None

    def unknown(self, unknown: Sequence[tuple[str, str]], missing: Sequence[Column], place: str) -> Held:
        """Names headers that no contract has; `unknown`: (where it stands, as written)."""
        said = []
        wanted = [normal_header(name) for column in missing for name in (column.header, *column.aliases)]
        for where, written in unknown[:5]:
            nearest = self.nearest(written, wanted) or self.nearest(written, self.known)
            hint = f" (did you mean {nearest}?)" if nearest else ""
            said.append(f"{_printable(written)} {where}{hint}")
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        lacking = f"; required but missing: {'、'.join(column.header for column in missing)}" if missing else ""
        return Held(
            "unknown_header",
            f"{place}: unknown header {'; '.join(said)}{more}{lacking}. "
            "Rename or delete the column, or add the name to the contract's aliases.",
        )

    def missing(self, missing: Sequence[Column], place: str) -> Held:
        names = "、".join(column.header for column in missing)
        return Held("missing_header", f"{place}: required header {names} is missing. Export the full list again.")

    def no_header(self, place: str, header_row: int | None = None) -> Held:
        """Why no header was found at the top; `header_row` says where one stands all the same."""
        if header_row is not None:
            return Held(
                "missing_header",
                f"{place}: the header stands in row {header_row}, and only the first {_HEADER_SEARCH_ROWS} rows are searched "
                "for it. Delete lines above the header, or move them to a sheet or file of their own.",
            )
        expected = "、".join(column.header for column in self.dataset.columns if column.header_required)
        return Held(
            "missing_header",
            f"{place}: no header row was found in the first {_HEADER_SEARCH_ROWS} rows. Expected {expected}. "
            f"{_HEADER_REMEDIES[self.dataset.format]}",
        )


def _letters(position: int) -> str:
    """A column's letters as Excel shows them, from its 0-based position."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class _RowFilter:
    """Tells rows from what is no row: blank lines, footers, headers repeated on a new page, unfilled work-list lines."""

    def __init__(self, dataset: Dataset, binding: _Binding, names: Sequence[str]) -> None:
        by_name = {column.name: index for index, column in enumerate(dataset.columns)}
        self.binding = binding
        self.names = names
        self.footers = tuple(parsing.fold(prefix) for prefix in dataset.footer_prefixes)
        self.required = [index for index, column in enumerate(dataset.columns) if column.value_required]
        self.needed = by_name[dataset.skip_rows_without] if dataset.skip_rows_without else None
        self.header = [name for name in names if name]
        headed = {position for position in binding.positions if position is not None} | binding.ignored
        self.headless: list[int] = [position for position in range(len(names)) if position not in headed]

    def pick(self, raw: Sequence[Cell]) -> list[Cell]:
        return [
            raw[position] if position is not None and position < len(raw) else None
            for position in self.binding.positions
        ]

    def is_row(self, raw: Sequence[Cell], cells: Sequence[Cell]) -> bool:
        first = next((cell for cell in raw if not parsing.is_blank(cell)), None)
        if first is None or all(map(parsing.is_blank, cells)) or self._is_prefilled(cells):
            return False
        if self.needed is not None and parsing.is_blank(cells[self.needed]):
            return False
        if isinstance(first, str):
            if parsing.fold(first).startswith(self.footers) and all(
                self._is_footer_cell(cells[index]) for index in self.required
            ):
                return False
            if (
                first.strip() == self.header[0]
                and [_cell_header(c) for c in raw if not parsing.is_blank(c)] == self.header
            ):
                return False
        return True

    def _is_prefilled(self, cells: Sequence[Cell]) -> bool:
        """Whether nothing stands in the row but formulas for what was never entered: what it needs is empty."""
        return any(parsing.is_blank(cells[index]) for index in self.required) and all(
            parsing.is_blank(cell) or cell is Fault.FORMULA_WITHOUT_CACHE for cell in cells
        )

    def _is_footer_cell(self, cell: Cell) -> bool:
        return parsing.is_blank(cell) or (isinstance(cell, str) and parsing.fold(cell).startswith(self.footers))

    def stray(self, raw: Sequence[Cell]) -> int | None:
        """The position of a filled cell that has no header, if there is one."""
        if not self.headless and len(raw) <= len(self.names):
            return None
        for position in itertools.chain(self.headless, range(len(self.names), len(raw))):
            if position < len(raw) and not parsing.is_blank(raw[position]):
                return position
        return None


_AS_OF = re.compile(
    r"截至(?:日期)?[:：]?\s*(\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{8})"
)


def _note_title(rows: Iterable[Sequence[Cell]], notes: Notes) -> None:
    for cell in itertools.chain.from_iterable(rows):
        if isinstance(cell, str) and (match := _AS_OF.search(parsing.fold(cell))):
            notes.list_as_of = notes.list_as_of or match.group(1)


# --- workbooks ---------------------------------------------------------------------------------------------------


def _workbook_rows(dataset: Dataset, path: Path, notes: Notes) -> Iterator[Row]:
    facts = envelope.inspect_workbook(path)
    notes.is_1904 = facts.is_1904
    matcher = HeaderMatcher(dataset)
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
            notes.hidden_sheets = [s.name for s in sheets if s.visible != SheetVisibleEnum.Visible]
            faults = _cell_faults(path, facts.suspect_parts) if facts.suspect_parts else {}
            is_empty = True
            for place, sheet in enumerate(sheets, start=1):
                if sheet.visible != SheetVisibleEnum.Visible:
                    continue
                rows = _sheet_rows(workbook, sheet.name, faults.get(sheet.name, {}))
                numbered = _bound_rows(matcher, rows, _sheet_name(sheet.name, place), notes)
                for row in numbered:
                    is_empty = False
                    if row is not None:
                        yield row
            if is_empty and notes.unread_sheets:
                raise matcher.no_header(f"sheet {notes.unread_sheets[0]}")
            if is_empty:
                raise Held("empty_file", "the workbook has no visible sheet with a header row. Export it again.")
    except BaseException as error:
        if not _is_damage(error):
            raise
        raise Held(
            "unreadable", "the workbook cannot be read to its end (cut off or damaged). Copy or export it again."
        ) from error


def _is_damage(error: BaseException) -> bool:
    """Whether calamine (by its own errors, or a Rust panic) or an XML reader says that a workbook is damaged."""
    names = {base.__name__ for base in type(error).__mro__}
    return bool(names & {"CalamineError", "PanicException", "ExpatError", "ParseError", "BadZipFile", "_DamagedPart"})


class _DamagedPart(Exception):
    """A part of the workbook's structure is missing or makes no sense."""


def _sheet_rows(
    workbook: CalamineWorkbook, name: str, faults: dict[tuple[int, int], Fault]
) -> Iterator[tuple[list[Cell], bool]]:
    """(cells, whether any cell is the row's own) for each row from row 1, merged ranges filled."""
    sheet = workbook.get_sheet_by_name(name)
    left = sheet.start[1] if sheet.start else 0
    by_row: dict[int, list[tuple[int, Fault]]] = {}
    for (row, column), fault in faults.items():
        by_row.setdefault(row, []).append((column, fault))
    merges = _Merges(sheet.merged_cell_ranges or ())
    index = -1
    for index, values in enumerate(sheet.iter_rows()):
        cells: list[Cell] = [*([""] * left), *values]
        _put_faults(cells, by_row.get(index, ()))
        is_own = any(cell != "" for cell in cells)
        merges.fill(index, cells)
        yield cells, is_own
    # rows that hold nothing but faults lie beyond what calamine shows
    for row in range(index + 1, max(by_row, default=-1) + 1):
        cells = []
        _put_faults(cells, by_row.get(row, ()))
        yield cells, bool(cells)


def _put_faults(cells: list[Cell], faults: Iterable[tuple[int, Fault]]) -> None:
    for column, fault in faults:
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = fault


class _Merges:
    """Merged ranges of a sheet, applied row by row: every cell gets the value of the range's first cell."""

    def __init__(self, ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self.waiting = sorted(ranges, reverse=True)
        if len(self.waiting) > _MAX_MERGES:
            raise Held("refused_archive", f"a sheet has more than {_MAX_MERGES} merged ranges. Export it again.")
        self.active: list[tuple[int, int, int, Cell]] = []

    def fill(self, row: int, cells: list[Cell]) -> None:
        while self.waiting and self.waiting[-1][0][0] <= row:
            (top, left), (bottom, right) = self.waiting.pop()
            if top == row and left < envelope.MAX_COLUMNS:
                value = cells[left] if left < len(cells) else ""
                self.active.append((bottom, left, min(right, envelope.MAX_COLUMNS - 1), value))
        if not self.active:
            return
        if len(self.active) > envelope.MAX_COLUMNS:  # they overlap, which no spreadsheet program writes
            raise Held("refused_archive", "a sheet has merged ranges that overlap. Export it again.")
        for _, left, right, value in self.active:
            for column in range(left, min(right + 1, len(cells))):
                cells[column] = value
        self.active = [merge for merge in self.active if merge[0] > row]


def _bound_rows(
    matcher: HeaderMatcher, rows: Iterator[tuple[list[Cell], bool]], sheet: str, notes: Notes
) -> Iterator[Row | None]:
    """Rows of one sheet below its header; a first None says that the sheet has one. A blank sheet yields nothing."""
    place = f"sheet {sheet}"
    first = list(itertools.islice(rows, _HEADER_SEARCH_ROWS))
    found = matcher.find([cells for cells, _ in first])
    if found is None:
        if _has_remarks(matcher, itertools.chain(first, rows), place):
            notes.unread_sheets.append(sheet)
        return
    index, count, names = found
    binding = matcher.bind(names, f"{place}, row {index + 1}")
    _note_title((cells for cells, _ in first[:index]), notes)
    yield None
    keep = _RowFilter(matcher.dataset, binding, names)
    below = itertools.chain(first[index + count :], rows)
    for row_number, (raw, is_own) in enumerate(below, start=index + count + 1):
        if not is_own:
            continue
        cells = keep.pick(raw)
        if not keep.is_row(raw, cells):
            continue
        if (stray := keep.stray(raw)) is not None:
            raise Held(
                "unknown_header",
                f"{place}, row {row_number}: column {_letters(stray)} has values but no header. Delete it or name it.",
            )
        yield Row(sheet, row_number, cells)


def _has_remarks(matcher: HeaderMatcher, rows: Iterator[tuple[list[Cell], bool]], place: str) -> bool:
    """Whether a sheet without a header at its top holds text for people (填报说明); False if it is blank.

    Raises Held as soon as two cells stand beside each other, however far down: below its remarks a sheet may hold a list.
    """
    has_text = False
    for row_number, (cells, is_own) in enumerate(rows, start=1):
        has_text = has_text or is_own
        if len({str(cell) for cell in cells if not parsing.is_blank(cell)}) > 1:
            below = [cells, *(cells for cells, _ in itertools.islice(rows, _LATE_HEADER_ROWS))]
            raise matcher.no_header(place, _header_row(matcher, below, row_number))
    return has_text


def _header_row(matcher: HeaderMatcher, rows: Sequence[Sequence[Cell]], first_number: int) -> int | None:
    """The number of the row in which a header stands that was not found at the top, if there is one among `rows`."""
    found = matcher.find(rows)
    return first_number + found[0] if found else None


def _cell_faults(path: Path, suspects: frozenset[str]) -> dict[str, dict[tuple[int, int], Fault]]:
    """Per sheet name, the cells (0-based row, column) that show an error or a formula without a cached value."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = _sheet_parts(archive)
            return {name: _faults_of(archive, part) for name, part in parts.items() if part in suspects}
    except (KeyError, ValueError) as error:
        raise _DamagedPart from error


_MAIN_NS = (
    "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "{http://purl.oclc.org/ooxml/spreadsheetml/main}",
)
_REL_IDS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> name of its part. The envelope has refused document type definitions before."""
    rels = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {rel.get("Id"): rel.get("Target", "") for rel in rels}
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    parts = {}
    for namespace in _MAIN_NS:
        for sheet in workbook.iter(f"{namespace}sheet"):
            target = next((targets[sheet.get(key)] for key in _REL_IDS if sheet.get(key) in targets), None)
            if target is not None:
                parts[sheet.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return parts


def _faults_of(archive: zipfile.ZipFile, part: str) -> dict[tuple[int, int], Fault]:
    """Streams one sheet's XML; only sheets with formulas or errors come here."""
    faults: dict[tuple[int, int], Fault] = {}
    row, column = -1, -1
    kind, has_formula, value, is_value = "", False, "", False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, kind, has_formula, value, is_value
        match name.rpartition(":")[2]:
            case "row":
                row = int(attributes["r"]) - 1 if "r" in attributes else row + 1
                column = -1
            case "c":
                column = _column_index(attributes["r"]) if "r" in attributes else column + 1
                kind, has_formula, value = attributes.get("t", "n"), False, ""
            case "f":
                has_formula = True
            case "v" | "t":
                is_value = True

    def end(name: str) -> None:
        nonlocal is_value
        match name.rpartition(":")[2]:
            case "v" | "t":
                is_value = False
            case "c" if kind == "e":
                faults[(row, column)] = Fault.ERROR_VALUE
            case "c" if has_formula and not value and kind != "str":
                faults[(row, column)] = Fault.FORMULA_WITHOUT_CACHE

    def text(data: str) -> None:
        nonlocal value
        if is_value:
            value += data

    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    with archive.open(part) as file:
        parser.ParseFile(file)
    return faults


def _column_index(reference: str) -> int:
    index = 0
    for letter in itertools.takewhile(str.isalpha, reference.upper()):
        index = index * 26 + ord(letter) - 64
    return index - 1


# --- CSV ---------------------------------------------------------------------------------------------------------


def _csv_rows(dataset: Dataset, path: Path, notes: Notes) -> Iterator[Row]:
    with path.open("rb") as file:
        encoding = envelope.encoding_of(file)
        ending = _ending(file)
        text: Iterable[str] = io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="")
        if _END_MARK in ending:
            text = (line.removesuffix(_END_MARK.decode()) for line in text)
        records = csv.reader(text, strict=True)
        try:
            yield from _csv_records(dataset, records, notes)
        except (csv.Error, UnicodeDecodeError) as error:
            what = (
                f"a cell has more than {_EXCEL_CELL_CHARACTERS} characters: look for a quotation mark that does not close"
                if "field limit" in str(error)
                else "the text cannot be read to its end (cut off, or a quotation mark that does not close)"
            )
            raise Held("unreadable", f"line {records.line_num}: {what}. Export it again.") from error
        # A last cell cut short may still be a value (clause 11 as 1, a day of revocation as none), and no floor or
        # later list would mend it: whoever sees the file has to say that it is whole.
        if not re.search(rb"[\r\n]\0?\x1a?\0?$", ending):
            raise Held(
                "unreadable",
                f"line {records.line_num}: the file ends without a line break, so it may be cut off. Copy or export it "
                "again. If its last line is whole, open it in a text editor (not in Excel, which spoils long numbers), press "
                "Enter at the very end, save it, and put it there again; and have the exporter end every line.",
            )


_END_MARK = b"\x1a"  # Ctrl-Z, by which some systems of old end a text


def _ending(file: BinaryIO) -> bytes:
    size = file.seek(0, io.SEEK_END)
    file.seek(max(size - 4, 0))
    tail = file.read(4)
    file.seek(0)
    return tail


def _csv_records(dataset: Dataset, records: Iterator[list[str]], notes: Notes) -> Iterator[Row]:
    matcher = HeaderMatcher(dataset)
    first = list(itertools.islice(records, _HEADER_SEARCH_ROWS))
    found = matcher.find(first)
    if found is None:
        below = list(itertools.islice(records, _LATE_HEADER_ROWS))
        raise matcher.no_header("the file", _header_row(matcher, below, len(first) + 1))
    index, count, names = found
    binding = matcher.bind(names, f"record {index + 1}")
    _note_title(first[:index], notes)
    keep = _RowFilter(dataset, binding, names)
    width = max(position for position, name in enumerate(names, start=1) if name)
    for row_number, raw in enumerate(itertools.chain(first[index + count :], records), start=index + count + 1):
        cells = keep.pick(raw)
        if not keep.is_row(raw, cells):
            continue
        if len(raw) > len(names) and any(map(str.strip, raw[len(names) :])):
            yield Row(None, row_number, cells, parsing.FIELD_COUNT)
            continue
        if len(raw) < width:
            yield Row(None, row_number, cells, parsing.FIELD_COUNT)
            continue
        if (stray := keep.stray(raw)) is not None:
            raise Held(
                "unknown_header",
                f"record {row_number}: column {_letters(stray)} has values but no header. Delete it or name it.",
            )
        yield Row(None, row_number, cells)


# --- JSON pages --------------------------------------------------------------------------------------------------


def _page_rows(dataset: Dataset, path: Path) -> Iterator[Row]:
    with envelope.open_unpacked(path) as file:
        encoding = envelope.encoding_of(file, allow_gb18030=False)
        text = file.read().decode(encoding)
    keys = {name: index for index, column in enumerate(dataset.columns) for name in (column.header, *column.aliases)}
    seen = [False] * len(dataset.columns)
    matcher = HeaderMatcher(dataset)
    count = 0
    for count, record in enumerate(_records(text), start=1):
        if not isinstance(record, dict):
            raise _not_a_page(f"record {count} is not an object")
        cells: list[Cell] = [None] * len(dataset.columns)
        unknown: list[tuple[str, str]] = []
        for place, (key, value) in enumerate(record.items(), start=1):
            index = keys.get(key)
            if index is None:
                if not matcher.is_ignored(normal_header(key)):
                    unknown.append((f"as key {place}", key))
                continue
            if isinstance(value, dict | list):
                raise _not_a_page(f"record {count}: {key} holds a list or an object")
            seen[index] = True
            cells[index] = value
        if unknown:
            missing = [c for c in dataset.columns if c.header_required and c.header not in record]
            raise matcher.unknown(unknown, missing, f"record {count}")
        if not all(map(parsing.is_blank, cells)):
            yield Row(None, count, cells)
    missing = [c for c, is_seen in zip(dataset.columns, seen, strict=True) if c.header_required and not is_seen]
    if count and missing:
        raise matcher.missing(missing, "all records")


def _not_a_page(what: str) -> Held:
    return Held("unreadable", f"this is no page of the platform: {what}. Fetch the page again.")


_JSON_SPACE = re.compile(r"[ \t\n\r]*")


def _whole_number(text: str) -> int | float:
    """An int, if it could be anything that a page holds: thousands of digits are not worked out."""
    return int(text) if len(text) <= 20 else float(text)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key occurs twice")
    return record


class _PageText:
    """A pull parser over one JSON text: whoever is given a member or element must take its value before going on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.decoder = json.JSONDecoder(parse_int=_whole_number, parse_constant=_no_constant, object_pairs_hook=_unique)

    def peek(self) -> str:
        match = _JSON_SPACE.match(self.text, self.position)
        self.position = match.end() if match else self.position
        return self.text[self.position : self.position + 1]

    def take(self, symbols: str) -> str:
        symbol = self.peek()
        if not symbol or symbol not in symbols:
            raise ValueError(f"expected {symbols}")
        self.position += 1
        return symbol

    def value(self) -> Any:
        self.peek()
        value, self.position = self.decoder.raw_decode(self.text, self.position)
        return value

    def members(self) -> Iterator[str]:
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            key = self.value()
            if not isinstance(key, str):
                raise ValueError("a key is not text")
            self.take(":")
            yield key
            if self.take(",}") == "}":
                return

    def elements(self) -> Iterator[Any]:
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield self.value()
            if self.take(",]") == "]":
                return


def _records(text: str) -> Iterator[Any]:
    """The elements of data.records one by one, so that a page is never held as objects; then the page's end."""
    page = _PageText(text)
    has_records = False
    code: Any = 0
    try:
        for outer in page.members():
            if outer == "data" and page.peek() == "{":
                for inner in page.members():
                    if inner == "records" and not has_records:
                        has_records = True
                        yield from page.elements()
                    else:
                        page.value()
            elif outer == "code":
                code = page.value()
            else:
                page.value()
        if page.peek():
            raise ValueError("text after the page")
    except (ValueError, RecursionError) as error:
        raise _not_a_page("it is cut off or not JSON") from error
    if str(code) != "0":
        raise _not_a_page("its code is not 0, so the platform reported an error")
    if not has_records:
        raise _not_a_page("data.records is missing")
