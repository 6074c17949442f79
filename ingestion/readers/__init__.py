"""Files -> rows of cells in the contract's order, with sheet and row number as Provenance counts them.

Belongs here: one module a format (`workbook`, `delimited`, `pages`), and what they share: where the header is and
which column is which (`headers`), the title above it (`titles`), what is no row (`row_filter`). Which reader a file
gets is decided here and nowhere else. Does not belong here: what a cell means (`ingestion.parsing`), what a row is
worth (`ingestion.strict`), what may be opened at all (`ingestion.envelope`).
"""

from collections.abc import Iterator
from pathlib import Path

from ingestion.contract import Dataset, Format
from ingestion.readers.delimited import delimited_rows
from ingestion.readers.pages import page_rows
from ingestion.readers.rows import Notes, Row
from ingestion.readers.workbook import workbook_rows

__all__ = ["Notes", "Row", "read_rows"]


def read_rows(dataset: Dataset, path: Path, notes: Notes) -> Iterator[Row]:
    """All rows of a file, in order. Raises Held as soon as the file turns out not to be what the contract says."""
    match dataset.format:
        case Format.XLSX:
            return workbook_rows(dataset, path, notes)
        case Format.CSV:
            return delimited_rows(dataset, path, notes)
        case Format.JSON:
            return page_rows(dataset, path, notes)
