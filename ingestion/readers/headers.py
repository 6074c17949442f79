"""Finding the header of a list, binding its names to the contract's columns, refusing a wrong header.

Belongs here: the header row, names and aliases, messages about headers. Does not belong here: the lines below the header
(`row_filter`), reading cells (one module per format).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from ingestion import parsing
from ingestion.bilingual import Bilingual
from ingestion.contract import Column, Dataset, Format, Parse
from ingestion.envelope import Held, printable
from ingestion.envelope.cell_refs import column_letters
from ingestion.parsing import Cell, Fault
from ingestion.sources import DATASETS

HEADER_SEARCH_ROWS = 20
_MOST_RESOLVED = 10_000
LATE_HEADER_ROWS = 200  # so many rows further down are searched, only to name the header's row in the message


# Columns that people add for themselves. They are read only if the contract names them.
_RUNNING_NUMBERS = ("序号", "序", "行号", "行次", "项次", "顺序号", "No", "No.", "№")
_REMARKS = ("备注", "附注", "备考", "备注说明", "备注信息", "备注栏")

_ESCAPED_BREAK = re.compile(r"_x000[ad]_", re.IGNORECASE)  # how a workbook writes a carriage return


_BRACKETS = str.maketrans("[{<【〔〖「『《〈]}>】〕〗」』》〉", "((((((((((" + "))))))))))")


def normal_header(text: str) -> str:
    """A header for comparison: compatibility forms folded (㎡ = m2), brackets as (), no white space, one case."""
    return _ESCAPED_BREAK.sub("", parsing.unspaced(text)).translate(_BRACKETS).casefold()


_RUNNING_NUMBER_NAMES = frozenset(map(normal_header, _RUNNING_NUMBERS))


def is_running_number(header: str) -> bool:
    """Whether a header is that of a running number, which says nothing about its row."""
    return normal_header(header) in _RUNNING_NUMBER_NAMES


_ALWAYS_IGNORED = _RUNNING_NUMBER_NAMES | frozenset(map(normal_header, _REMARKS))

_MARKS = re.compile("[*★☆※●◆▲△▼▽↑↓]+|[:]$")
_ASKED = re.compile(r"^(?:必填|选填)项?[-_:]?(?=\w)|(?<=\w)[-_:]?(?:必填|选填)项?$")
_MOST_NOTES = 4


def _notes_of(name: str) -> list[tuple[int, int]]:
    """Start and end of each note in brackets of a normal header; nested brackets belong to the outer ones."""
    found, depth, start = [], 0, 0
    for place, char in enumerate(name):
        if char == "(":
            start = start if depth else place
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            if not depth:
                found.append((start, place + 1))
    return found


def _unmarked(name: str) -> str:
    return _ASKED.sub("", _MARKS.sub("", name))


def header_readings(written: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Possible names of a header with the notes removed from it: as written first, then without more and more notes.

    Some names contain brackets themselves (罚款金额(万元)), so only the contract distinguishes a note from a name.
    """
    name = normal_header(written)
    yield name, ()
    bare = _unmarked(name)
    if bare != name:
        yield bare, ()
    notes = _notes_of(bare)
    if not notes or len(notes) > _MOST_NOTES:
        return
    for count in range(1, len(notes) + 1):
        for chosen in itertools.combinations(notes, count):
            rest = bare
            for start, end in reversed(chosen):
                rest = rest[:start] + rest[end:]
            if rest := _unmarked(rest):
                yield rest, tuple(bare[start + 1 : end - 1] for start, end in chosen)


_SCALED = re.compile("[百千万亿]|元|亩|公顷|m2|km|平方|尺")
_NUMBERS = (Parse.DECIMAL, Parse.INTEGER, Parse.QUANTITY, Parse.POINTS)


def _keeps_unit(column: Column, notes: Iterable[str]) -> bool:
    """Whether notes beside a column's name do not change its values: another unit would."""
    if column.parse not in _NUMBERS:
        return True
    units = sorted(map(normal_header, column.units), key=len, reverse=True)
    for note in notes:
        for unit in units:
            note = note.replace(unit, "")  # noqa: PLW2901
        if _SCALED.search(note):
            return False
    return True


@dataclass(frozen=True)
class Binding:
    """The position of each column in a raw row; `positions[i]` is None if the file lacks column i."""

    positions: tuple[int | None, ...]
    ignored: frozenset[int]


def cell_header(cell: Cell) -> str:
    """A cell as the text of a header; '' if it is blank."""
    return "" if parsing.is_blank(cell) or isinstance(cell, Fault) else str(cell).strip()


_KNOWN_HEADERS = _ALWAYS_IGNORED | frozenset(
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
    {
        part
        for name in _KNOWN_HEADERS
        if not name.isascii() and len(name) > 1
        for part in (name[:2], re.sub(r"\W.*", "", name)[-2:])
    }
)
# Whole words only: a person's name could be composed of single characters of headers.
_HEADER_LIKE = re.compile(rf"(?:{'|'.join(_KNOWN_WORDS)}|{_USUAL_WORDS}|[()/、:_-])+|[a-z_]+")


def _header_in_message(header: str) -> str:
    """A header that a message may show. If the row is data, its cells hold people's names, numbers or addresses."""
    name = normal_header(header)
    if name in _KNOWN_HEADERS or _HEADER_LIKE.fullmatch(name):
        return printable(" ".join(header.split()), 40)
    return "(not shown: it does not look like a header)"


_HEADER_REMEDIES = {
    Format.XLSX: Bilingual(
        "请把表头放在名单上方；没有名单的工作表请删除或隐藏。",
        "Put the header above the list; delete or hide a sheet without a list.",
    ),
    Format.CSV: Bilingual(
        "请把表头放在名单上方，各栏以逗号分隔。", "Put the header above the list, and commas between its cells."
    ),
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
        self.ignored = _ALWAYS_IGNORED | {normal_header(name) for name in dataset.ignored_headers}
        self.ignored_prefixes = tuple(normal_header(prefix) for prefix in dataset.ignored_header_prefixes)
        self._resolved: dict[str, tuple[int | None, bool]] = {}

    def is_ignored(self, name: str) -> bool:
        return name in self.ignored or (bool(self.ignored_prefixes) and name.startswith(self.ignored_prefixes))

    def resolve(self, written: str) -> tuple[int | None, bool]:
        """(the column that a header names, or None; whether the header is ignored)."""
        if (found := self._resolved.get(written)) is None:
            if len(self._resolved) >= _MOST_RESOLVED:
                self._resolved.clear()
            found = self._resolved[written] = self._resolve(written)
        return found

    def _resolve(self, written: str) -> tuple[int | None, bool]:
        for name, notes in header_readings(written):
            index = self.known.get(name)
            if index is not None and _keeps_unit(self.dataset.columns[index], notes):
                return index, False
            if index is None and name in self.ignored:
                return None, True
        return None, any(self.is_ignored(name) for name, _ in header_readings(written))

    def score(self, names: Sequence[str]) -> int:
        return len({index for index, _ in map(self.resolve, names) if index is not None})

    def find(self, rows: Sequence[Sequence[Cell]]) -> tuple[int, int, list[str]] | None:
        """(index of the header's first row, number of its rows, names by column); None if no row looks like a header."""
        best: tuple[int, int, int, list[str]] | None = None
        for index, cells in enumerate(rows):
            for count in range(1, self.dataset.header_rows + 1):
                if index + count > len(rows):
                    continue
                names = self._merged([rows[index + offset] for offset in range(count)], cells)
                score = self.score(names)
                # prefer fewer rows: a title above a header of one row adds nothing to it
                if best is None or (score, -count) > (best[0], -best[2]):
                    best = (score, index, count, names)
        if best is None:
            return None
        score, index, count, names = best
        if score >= 3 or (score and 2 * score >= sum(1 for name in names if name)):
            return index, count, names
        return None

    def _merged(self, levels: Sequence[Sequence[Cell]], upper: Sequence[Cell]) -> list[str]:
        """The lowest name of each column: a sub-header takes precedence over the group above it."""
        if len(levels) == 1:
            return [cell_header(cell) for cell in upper]
        width = max(len(level) for level in levels)
        merged = []
        for column in range(width):
            names = [cell_header(level[column]) if column < len(level) else "" for level in levels]
            merged.append(next((name for name in reversed(names) if name), ""))
        return merged

    def late_header(self, rows: Sequence[Sequence[Cell]], first_number: int) -> int | None:
        """The number of the header's row if it is in `rows`, below the rows that were searched first."""
        found = self.find(rows)
        return first_number + found[0] if found else None

    def bind(self, names: Sequence[str], place: Bilingual) -> Binding:
        """Binds header names to the contract. Raises Held, naming the header and the nearest known one."""
        positions: list[int | None] = [None] * len(self.dataset.columns)
        ignored: set[int] = set()
        unknown: list[tuple[Bilingual, str]] = []
        for position, written in enumerate(names):
            if not normal_header(written):
                continue
            index, is_ignored = self.resolve(written)
            if index is None:
                if is_ignored:
                    ignored.add(position)
                else:
                    unknown.append((_column_place(position), written))
            elif (before := positions[index]) is not None:
                raise Held(
                    "repeated_header",
                    Bilingual(
                        f"{place.zh}：{column_letters(before)} 列和 {column_letters(position)} 列的表头都是"
                        f"“{_header_in_message(written)}”（或其别名），请删除其中一列。",
                        f"{place.en}: columns {column_letters(before)} and {column_letters(position)} both have the header "
                        f"{_header_in_message(written)} (or an alias of it). Delete one of them.",
                    ),
                )
            else:
                positions[index] = position
        missing = [
            column for column, position in zip(self.dataset.columns, positions, strict=True)
            if position is None and column.header_required
        ]  # fmt: skip
        if missing and self._is_template(names):
            missing = self._without_lacked(missing, place)
        if unknown:
            raise self.unknown(unknown, missing, place)
        if missing:
            raise self.missing(missing, place)
        return Binding(tuple(positions), frozenset(ignored))

    def _is_template(self, names: Iterable[str]) -> bool:
        """Whether the header is that of another office's form (`contract.Template`)."""
        if (template := self.dataset.template) is None:
            return False
        own = set(map(normal_header, template.own_headers))
        found = {reading for written in names for reading, _ in header_readings(written)} & own
        return len(found) >= template.least_own_headers

    def _without_lacked(self, missing: Sequence[Column], place: Bilingual) -> list[Column]:
        """The missing columns that a file in another office's form must have as well."""
        template = self.dataset.template
        assert template is not None
        lacking = {column.name: column for column in missing}
        for name, needed in template.needs:
            if needed in lacking and name not in lacking:
                there, absent = self.dataset.column(name).header, lacking[needed].header
                raise Held(
                    "missing_header",
                    Bilingual(
                        f"{place.zh}：有“{there}”列而没有“{absent}”列，可能误读，请补上“{absent}”列。",
                        f"{place.en}: the file has a column {there}, but no column {absent}, so it could be misread. "
                        f"Add the column {absent}.",
                    ),
                )
        return [column for column in missing if column.name not in template.may_lack]

    def nearest(self, written: str, among: Iterable[str]) -> str | None:
        found = process.extractOne(normal_header(written), list(among), scorer=fuzz.WRatio)
        return self.spelling[found[0]] if found and found[1] > 0 else None

    def unknown(self, unknown: Sequence[tuple[Bilingual, str]], missing: Sequence[Column], place: Bilingual) -> Held:
        """Names headers that are not in the contract; `unknown`: (position, header as written)."""
        named: list[Bilingual] = []
        wanted = [normal_header(name) for column in missing for name in (column.header, *column.aliases)]
        for where, written in unknown[:5]:
            nearest = self.nearest(written, wanted) or self.nearest(written, self.known)
            shown = _header_in_message(written)
            hint = Bilingual(f"，是否应为“{nearest}”", f" (did you mean {nearest}?)") if nearest else Bilingual("", "")
            named.append(Bilingual(f"“{shown}”（{where.zh}{hint.zh}）", f"{shown} {where.en}{hint.en}"))
        rest = len(unknown) - len(named)
        more = Bilingual(f"，另有 {rest} 个", f" and {rest} more") if rest else Bilingual("", "")
        names = "、".join(column.header for column in missing)
        lacking = (
            Bilingual(f"；缺少必需的列：{names}", f"; required but missing: {names}") if missing else Bilingual("", "")
        )
        return Held(
            "unknown_header",
            Bilingual(
                f"{place.zh}：有约定之外的表头{'、'.join(header.zh for header in named)}{more.zh}{lacking.zh}。"
                "请改名或删除该列，或在约定中加上这个别名。",
                f"{place.en}: unknown header {'; '.join(header.en for header in named)}{more.en}{lacking.en}. "
                "Rename or delete the column, or add the name to the contract's aliases.",
            ),
        )

    def missing(self, missing: Sequence[Column], place: Bilingual) -> Held:
        names = "、".join(column.header for column in missing)
        template = self.dataset.template
        alone = Bilingual("", "")
        if template is not None and any(column.name in template.may_lack for column in missing):
            optional = "、".join(self.dataset.column(name).header for name in template.may_lack)
            own = template.own_headers[0]
            alone = Bilingual(
                f"（只有带“{own}”等表头的{template.name.zh}可以没有 {optional}）",
                f" (only {template.name.en}, recognised by headers such as {own}, may lack {optional})",
            )
        return Held(
            "missing_header",
            Bilingual(
                f"{place.zh}：缺少必需的列：{names}{alone.zh}，请重新导出完整的表。",
                f"{place.en}: required header {names} is missing{alone.en}. Export the full list again.",
            ),
        )

    def no_header(self, place: Bilingual, header_row: int | None = None) -> Held:
        """Why no header was found at the top; `header_row`: the row of a header further down, if any."""
        if header_row is not None:
            return Held(
                "missing_header",
                Bilingual(
                    f"{place.zh}：表头在第 {header_row} 行，而只在前 {HEADER_SEARCH_ROWS} 行中找表头。请删除表头上方的行，"
                    "或移到别的工作表或文件。",
                    f"{place.en}: the header is in row {header_row}, but only the first {HEADER_SEARCH_ROWS} rows are searched "
                    "for it. Delete lines above the header, or move them to another sheet or file.",
                ),
            )
        expected = "、".join(column.header for column in self.dataset.columns if column.header_required)
        remedy = _HEADER_REMEDIES[self.dataset.format]
        return Held(
            "missing_header",
            Bilingual(
                f"{place.zh}：前 {HEADER_SEARCH_ROWS} 行中没有表头，应有 {expected}。{remedy.zh}",
                f"{place.en}: no header row was found in the first {HEADER_SEARCH_ROWS} rows. Expected {expected}. {remedy.en}",
            ),
        )


def _column_place(position: int) -> Bilingual:
    return Bilingual(f"{column_letters(position)} 列", f"in column {column_letters(position)}")
