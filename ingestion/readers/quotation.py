"""Text between quotation marks in a CSV: one cell, or several rows that an exporter without quoting merged into one.

Belongs here: distinguishing the two, and messages about unpaired marks. Does not belong here: records (`delimited`),
accepting a row (`ingestion.strict`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence

from ingestion import parsing
from ingestion.bilingual import Bilingual
from ingestion.envelope import Held
from ingestion.envelope.cell_refs import column_letters

MAX_CELL_CHARACTERS = 1 << 20
csv.field_size_limit(MAX_CELL_CHARACTERS)
_LINE_END = re.compile(r"\r\n|\r|\n")
_DIGITS = re.compile(r"\d{4}")  # every ID number has this, however its digits are grouped
_ID_CHARACTERS = 18
_REMEDY = Bilingual(
    "请重新导出，每格加引号，格内的引号写两遍，或删去该引号。",
    "Export again with every cell quoted and its quotation marks doubled, or remove the mark.",
)


class RunTogether:
    """Looks for rows inside the cells of records that span several lines.

    `delimiters`: the least number of commas of a record. `names`: the header of each position. `id_positions`: positions
    at which an ID number is expected.
    """

    def __init__(self, delimiters: int, names: Sequence[str] = (), id_positions: Collection[int] = ()) -> None:
        self.delimiters = delimiters
        self.names = names
        self.id_positions = id_positions

    def refuse(self, record: Sequence[str], first_line: int, usual_fields: int) -> None:
        """Raises Held if cells with several lines hold what looks like rows: as many commas as a record has, or an ID
        number. If a mark closes left of the column where it opened, some of the commas appear as surplus fields.
        """
        surplus = max(0, len(record) - usual_fields)
        long = "".join([cell for cell in record if "\n" in cell or "\r" in cell])
        enclosed = surplus + long.count(",")
        if enclosed < self.delimiters and not _DIGITS.search(long):
            return
        line, most, found = first_line, -1, None
        for position, cell in enumerate(record):
            if ends := len(_LINE_END.findall(cell)):
                if self._holds_stray_id(cell, position):
                    raise self._swallowed(position, line, line + ends)
                if cell.count(",") > most:
                    most, found = cell.count(","), (position, line, line + ends)
                line += ends
        if found and enclosed >= self.delimiters:
            raise self._swallowed(*found)

    def _holds_stray_id(self, cell: str, position: int) -> bool:
        if position in self.id_positions and "," not in cell:
            return False
        return any(len(number.digits) == _ID_CHARACTERS for number in parsing.find_numbers(parsing.fold(cell)))

    def _swallowed(self, position: int, opens: int, closes: int) -> Held:
        name = self.names[position] if position < len(self.names) else ""
        column = f"{column_letters(position)} ({name})" if name else column_letters(position)
        return Held(
            "unreadable",
            Bilingual(
                f"第 {opens} 至 {closes} 行，列 {column}：第 {opens} 行的引号到第 {closes} 行才结束，其间的文字像是名单中的若干行，"
                f"照此读取会丢失。{_REMEDY.zh}如确是一格的内容，请把其中的逗号改为“，”，并删去身份证号码。",
                f"lines {opens} to {closes}, column {column}: a quotation mark opens the cell in line {opens} and the next one "
                f"closes it in line {closes}. The text between them looks like rows of the list, which would be lost. "
                f"{_REMEDY.en} If it is the text of one cell, replace its commas with ， and remove ID numbers.",
            ),
        )


def unpaired(error: csv.Error, first_line: int, last_line: int) -> Held:
    """The csv module's error in the record from `first_line` to `last_line`."""
    begin = Bilingual("", "")
    if first_line != last_line:
        begin = Bilingual(f"（该记录从第 {first_line} 行开始）", f" (its record begins in line {first_line})")
    if "field limit" in str(error):
        what = Bilingual(
            f"一格超过 {MAX_CELL_CHARACTERS} 个字{begin.zh}，可能有引号没有结束",
            f"a cell has more than {MAX_CELL_CHARACTERS} characters{begin.en}: look for a quotation mark that is not closed",
        )
    elif "expected after" in str(error):
        what = Bilingual(
            f"一格的引号结束后还有文字{begin.zh}", f"text follows the quotation mark that closes a cell{begin.en}"
        )
    else:
        what = Bilingual(
            f"文件在引号之内结束{begin.zh}，可能不完整，或引号没有结束",
            f"the text ends inside a quoted cell{begin.en}: it is cut off, or the quotation mark is not closed",
        )
    return Held(
        "unreadable",
        Bilingual(f"第 {last_line} 行：{what.zh}。{_REMEDY.zh}", f"line {last_line}: {what.en}. {_REMEDY.en}"),
    )
