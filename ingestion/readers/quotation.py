"""What quotation marks enclose in a CSV: one cell, or rows that an exporter without quoting let run together.

Belongs here: telling the two apart, and what is said of marks that do not pair. Does not belong here: records
(`delimited`), what a row is worth (`ingestion.strict`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence

from ingestion import parsing
from ingestion.envelope import Held
from ingestion.envelope.cell_refs import column_letters

MAX_CELL_CHARACTERS = 1 << 20
csv.field_size_limit(MAX_CELL_CHARACTERS)
_LINE_END = re.compile(r"\r\n|\r|\n")
_DIGITS = re.compile(r"\d{4}")  # what no ID number lacks, however its digits are grouped
_ID_CHARACTERS = 18
_REMEDY = (
    "Have the exporter quote every cell and double the quotation marks in it, or take the mark out, and export again."
)


class RunTogether:
    """Looks into the records that run over line ends for rows that stand in their cells.

    `delimiters`: how many commas a record has at least. `names`: the header above each position. In `id_positions` an ID
    number is where it belongs.
    """

    def __init__(self, delimiters: int, names: Sequence[str] = (), id_positions: Collection[int] = ()) -> None:
        self.delimiters = delimiters
        self.names = names
        self.id_positions = id_positions

    def refuse(self, record: Sequence[str], first_line: int, usual_fields: int) -> None:
        """Raises Held if the cells that run over line ends hold what looks like rows: as many commas as a record has, or
        an ID number. A mark that closes left of the column where it opened leaves some of the commas as surplus fields.
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
        column = f"column {column_letters(position)}" + (f" ({name})" if name else "")
        return Held(
            "unreadable",
            f"lines {opens} to {closes}, {column}: a quotation mark opens the cell in line {opens}, the next one closes it in "
            f"line {closes}, and what stands between looks like rows of the list, which would be lost. {_REMEDY} If it is "
            "the text of one cell, write ， for its commas and leave out ID numbers.",
        )


def unpaired(error: csv.Error, first_line: int, last_line: int) -> Held:
    """What csv found wrong with the record that begins in `first_line`, having read up to `last_line`."""
    begun = "" if first_line == last_line else f" (its record begins in line {first_line})"
    if "field limit" in str(error):
        what = f"a cell has more than {MAX_CELL_CHARACTERS} characters{begun}: look for a quotation mark that does not close"
    elif "expected after" in str(error):
        what = f"text follows the quotation mark that closes a cell{begun}"
    else:
        what = (
            f"the text ends in a cell that a quotation mark opened{begun}: it is cut off, or the mark was never closed"
        )
    return Held("unreadable", f"line {last_line}: {what}. {_REMEDY}")
