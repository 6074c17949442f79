"""What is a row of a list and what is none: blank lines, footers, a header repeated on a new page, unfilled lines.

Belongs here: every reason for which a line below the header is passed over. Does not belong here: what a row is worth
(`ingestion.strict`), how cells are got (one module a format).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from ingestion import parsing
from ingestion.contract import Dataset
from ingestion.envelope import Held
from ingestion.parsing import Cell, Fault
from ingestion.readers.headers import Binding, cell_header, column_letters


def is_blank_row(cells: Iterable[Cell]) -> bool:
    """Whether no column of the contract is filled."""
    return all(map(parsing.is_blank, cells))


class RowFilter:
    """Tells rows from what is no row: blank lines, footers, headers repeated on a new page, unfilled work-list lines.

    `place` names the list in a message, so that a row's number can follow.
    """

    def __init__(self, dataset: Dataset, binding: Binding, names: Sequence[str], place: str) -> None:
        by_name = {column.name: index for index, column in enumerate(dataset.columns)}
        self.binding = binding
        self.names = names
        self.place = place
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
        if first is None or is_blank_row(cells) or self._is_prefilled(cells):
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
                and [cell_header(c) for c in raw if not parsing.is_blank(c)] == self.header
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

    def refuse_stray(self, raw: Sequence[Cell], row_number: int) -> None:
        """Raises Held if a cell of the row is filled that has no header."""
        if not self.headless and len(raw) <= len(self.names):
            return
        for position in itertools.chain(self.headless, range(len(self.names), len(raw))):
            if position < len(raw) and not parsing.is_blank(raw[position]):
                raise Held(
                    "unknown_header",
                    f"{self.place} {row_number}: column {column_letters(position)} has values but no header. "
                    "Delete it or name it.",
                )
