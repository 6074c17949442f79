"""Files -> rows of cells in the contract's order, with sheet and row number (marts.md, "Provenance").

Belongs here: one module per format (`workbook`, `delimited`, `pages`), and what they share: finding the header and its
columns (`headers`), the title above it (`titles`), lines that are not rows (`row_filter`). The reader of a file is chosen
here and nowhere else. Does not belong here: the meaning of a cell (`ingestion.parsing`), accepting a row
(`ingestion.strict`), which files are safe to open (`ingestion.envelope`).
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
    """All rows of a file, in order. Raises Held as soon as the file turns out not to match the contract."""
    match dataset.format:
        case Format.XLSX:
            return workbook_rows(dataset, path, notes)
        case Format.CSV:
            return delimited_rows(dataset, path, notes)
        case Format.JSON:
            return page_rows(dataset, path, notes)
