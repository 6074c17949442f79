"""Rows of a delimited text (CSV): its records, and the list among them.

Belongs here: records, their ends, and a text that is cut off. Does not belong here: encodings (`ingestion.envelope`),
headers (`headers`), what is no row (`row_filter`).
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from ingestion import parsing
from ingestion.contract import Dataset
from ingestion.envelope import Held, encoding_of
from ingestion.readers.headers import HEADER_SEARCH_ROWS, LATE_HEADER_ROWS, HeaderMatcher
from ingestion.readers.row_filter import RowFilter
from ingestion.readers.rows import Notes, Row
from ingestion.readers.titles import note_title

_MAX_CELL_CHARACTERS = 1 << 20
csv.field_size_limit(_MAX_CELL_CHARACTERS)
_END_MARK = b"\x1a"  # Ctrl-Z, by which some systems of old end a text


def delimited_rows(dataset: Dataset, path: Path, notes: Notes) -> Iterator[Row]:
    """The rows of a text, in order."""
    with path.open("rb") as file:
        encoding = encoding_of(file)
        ending = _ending(file)
        text: Iterable[str] = io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="")
        if _END_MARK in ending:
            text = (line.removesuffix(_END_MARK.decode()) for line in text)
        records = csv.reader(text, strict=True)
        try:
            yield from _listed_rows(dataset, records, notes)
        except (csv.Error, UnicodeDecodeError) as error:
            what = (
                f"a cell has more than {_MAX_CELL_CHARACTERS} characters: look for a quotation mark that does not close"
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


def _ending(file: BinaryIO) -> bytes:
    size = file.seek(0, io.SEEK_END)
    file.seek(max(size - 4, 0))
    tail = file.read(4)
    file.seek(0)
    return tail


def _listed_rows(dataset: Dataset, records: Iterator[list[str]], notes: Notes) -> Iterator[Row]:
    matcher = HeaderMatcher(dataset)
    first = list(itertools.islice(records, HEADER_SEARCH_ROWS))
    found = matcher.find(first)
    if found is None:
        below = list(itertools.islice(records, LATE_HEADER_ROWS))
        raise matcher.no_header("the file", matcher.late_header(below, len(first) + 1))
    index, count, names = found
    binding = matcher.bind(names, f"record {index + 1}")
    note_title(first[:index], notes)
    keep = RowFilter(dataset, binding, names, "record", above=first[: index + count], notes=notes)
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
        keep.refuse_stray(raw, row_number)
        yield Row(None, row_number, cells)
