"""A file read the plain way: no short cut of a reader, one row after the other; and the same file as the door reads it.

`python -m tests.ingestion.plain_reading INBOX …` compares every file of some inboxes. Belongs here: both readings in one form,
so that they can be compared. Does not belong here: which files are compared.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow.parquet as pq

from ingestion import lake_parts, part_rows, readers
from ingestion.contract import Dataset
from ingestion.inbox import walk
from ingestion.manifest import Receipt
from ingestion.privacy import PersonKeys
from ingestion.readers.row_filter import RowFilter
from ingestion.sources import DATASETS
from ingestion.strict import Accepted, RowParser

KEYS = PersonKeys(b"placeholder placeholder")
# A difference in any of these is one that a user can see.
Reading = dict[str, Any]


@cache
def parser(source: str, name: str, is_1904: bool) -> RowParser:
    """A row parser; one for both readings, so that only the cells of the first one are not cached."""
    return RowParser(DATASETS[source, name], KEYS, is_1904)


@contextmanager
def without_short_cuts() -> Iterator[None]:
    """Readers look at every row in full."""
    with (
        mock.patch.object(RowFilter, "_is_certain", return_value=False),
        mock.patch.object(readers.pages, "picker", return_value=None),
    ):
        yield


class PlainRows(part_rows.PartRows):
    """The rows of a file, parsed one after the other."""

    def _lake_rows(self, parser: RowParser, placed: Any) -> Iterator[Any]:
        accepted: list[tuple[Any, Accepted]] = list(self._parsed_singly(parser, placed))
        self.accepted_count += len(accepted)
        if accepted:
            yield self._batch_of(accepted)

    def _new(self, parser: RowParser, block: Any, first: int) -> list[Any]:
        new = []
        for position, row in enumerate(block, start=first + 1):
            row_hash = parser.row_hash([*row.cells, row.fault] if row.fault else row.cells)
            if row_hash in self._seen:
                self.duplicate_count += 1
                continue
            self._seen.add(row_hash)
            new.append(part_rows._Placed(row, position, row_hash))
        return new


def read(of: Dataset, path: Path, receipt: Receipt) -> Reading:
    """What the door makes of a file: its part, its lake rows, what was quarantined, whom that names, former codes."""
    with tempfile.TemporaryDirectory(prefix="firemark-plain-") as folder:
        target = Path(folder) / "part.parquet"
        found = lake_parts.parse_file(of, path, receipt, target, lambda is_1904: parser(of.source, of.name, is_1904))
        rows = pq.read_table(target).to_pylist() if target.exists() else None
    return {
        "part": found.part,
        "rows": rows,
        "quarantined": found.quarantined,
        "names": found.quarantined_names,
        "former": found.former_codes,
    }


def read_plainly(of: Dataset, path: Path, receipt: Receipt) -> Reading:
    """The same, the plain way."""
    with without_short_cuts(), mock.patch.object(lake_parts, "PartRows", PlainRows):
        return read(of, path, receipt)


def differences(fast: Reading, plain: Reading) -> list[str]:
    """What differs between two readings, by name."""
    return [f"{name}: {fast[name]!r} instead of {plain[name]!r}" for name in plain if fast[name] != plain[name]]


def main(inboxes: Iterable[str]) -> int:
    """Prints each file that the two ways read differently; returns how many there are."""
    count = wrong = 0
    for inbox in inboxes:
        for file in walk(Path(inbox), lambda path, why: None):
            receipt = Receipt(file.dataset.source, file.dataset.name, file.received_on, file.path.name, "0" * 64)
            found = differences(*(way(file.dataset, file.path, receipt) for way in (read, read_plainly)))
            count += 1
            wrong += bool(found)
            if found:
                print(f"{file.path}: {found[0][:2000]}")
    print(f"{count} files, {wrong} read differently")
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
