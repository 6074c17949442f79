"""Facts about a sheet's cells from its XML, to check calamine against.

Calamine returns errors, and formulas that were never calculated, as empty, and it misses some cells. Belongs here: these
faults, and the exact number of cells with a value. Does not belong here: XML (`ingestion.envelope`), values (`workbook`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ingestion.bilingual import Bilingual
from ingestion.envelope.sheet_cells import XmlCell, is_blank_text, read_cells, read_shared_texts, shared_index
from ingestion.parsing import Fault


class SharedTexts:
    """Which of the shared texts are blank."""

    def __init__(self, chunks: Iterable[bytes] = ()) -> None:
        self._blank = bytearray()
        if chunks:
            read_shared_texts(chunks, self.add)

    def add(self, text: str) -> None:
        self._blank.append(is_blank_text(text))

    def is_blank(self, written: str) -> bool:
        """Whether the shared text of a cell is blank. Raises Held if there is no such text."""
        return bool(self._blank[shared_index(written, len(self._blank))])


@dataclass
class CellFacts:
    """One sheet's cells (0-based row, column) that show an error or a formula without a cached value, and how many other
    cells have a value that is not blank."""

    faults: dict[tuple[int, int], Fault] = field(default_factory=dict)
    value_count: int = 0

    def add(self, cell: XmlCell, texts: SharedTexts) -> bool:
        """Counts a cell; returns whether it shows anything."""
        if cell.kind == "e":
            self.faults[(cell.row - 1, cell.column - 1)] = Fault.ERROR_VALUE
            return True
        if not cell.text:
            if cell.has_formula and cell.kind != "str":
                self.faults[(cell.row - 1, cell.column - 1)] = Fault.FORMULA_WITHOUT_CACHE
                return True
            return False
        is_blank = texts.is_blank(cell.text) if cell.kind == "s" else is_blank_text(cell.text)
        self.value_count += not is_blank
        return not is_blank


def cell_facts(chunks: Iterable[bytes], texts: SharedTexts, place: Bilingual) -> CellFacts:
    """Streams one sheet's XML; `place`: the sheet, as a message names it."""
    facts = CellFacts()
    read_cells(chunks, lambda cell: facts.add(cell, texts), place=place)
    return facts
