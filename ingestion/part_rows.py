"""The rows of one file on their way into its lake part: repeated rows, quarantined rows, accepted rows as Arrow batches.

Belongs here: what becomes of each row of a file, in bounded blocks. Does not belong here: reading the file
(`ingestion.readers`), parsing a row or a block (`ingestion.strict`, `ingestion.row_blocks`), the part (`ingestion.lake_parts`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import pyarrow as pa

from ingestion import parsing
from ingestion.contract import Dataset, Format
from ingestion.manifest import QuarantinedName, QuarantinedRow, Receipt
from ingestion.readers import Notes, Row
from ingestion.row_blocks import parse_block, row_hashes
from ingestion.strict import Accepted, Quarantined, RowParser, text_hash

BLOCK_ROWS = 4_096  # so that memory does not grow with the file


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row, its 1-based position in the file, its hash."""

    row: Row
    position: int
    row_hash: str


class PartRows:
    """The rows of one file received by `receipt`; counts and lists are complete once all `batches` were taken.

    `notes` fill up while the file is read. `parser_for(is_1904)` gives the dataset's row parser. `former_codes`:
    (canonical form, former form) of accepted rows.
    """

    def __init__(
        self, dataset: Dataset, receipt: Receipt, notes: Notes, parser_for: Callable[[bool], RowParser]
    ) -> None:
        self.read_count = self.accepted_count = self.duplicate_count = 0
        self.quarantined: list[QuarantinedRow] = []
        self.names: list[QuarantinedName] = []
        self.former_codes: set[tuple[str, str]] = set()
        self._receipt = receipt
        self._notes = notes
        self._parser_for = parser_for
        self._schema = dataset.lake_schema()
        self._seen: set[str] = set()
        # only pages give a total to compare with
        self._keys: set[str] | None = set() if dataset.format is Format.JSON else None

    def record_count(self) -> int:
        """How many different records a page holds; 0 for other formats."""
        return 0 if self._keys is None else count_records(self._keys, self.quarantined) + self._notes.blank_count

    def batches(self, rows: Iterable[Row]) -> Iterator[pa.RecordBatch]:
        """The lake rows of a file's rows, in order."""
        rows = iter(rows)
        while block := self._next(rows):
            parser = self._parser_for(self._notes.is_1904)
            first = self.read_count - len(block)
            try:
                yield from self._lake_rows(parser, self._new(parser, block, first))
            except Exception:
                self.read_count = first + self._count_until_failing(parser, block)
                raise

    def _next(self, rows: Iterator[Row]) -> list[Row]:
        block = []
        for row in itertools.islice(rows, BLOCK_ROWS):
            self.read_count += 1  # one by one: the message of a reader that fails names the row
            block.append(row)
        return block

    def _count_until_failing(self, parser: RowParser, block: Sequence[Row]) -> int:
        """How many rows of the block can be parsed, with the one on which the program fails."""
        for count, row in enumerate(block, start=1):
            try:
                parser.parse(row.cells, self._receipt.received_on)
            except Exception:
                return count
        return len(block)

    def _new(self, parser: RowParser, block: Sequence[Row], first: int) -> list[_Placed]:
        """The rows of a block that repeat no earlier row of the file."""
        hashes = row_hashes(parser, _columns(block))
        new = []
        for index, row in enumerate(block):
            if row.fault:  # malformed rows are never duplicates of well-formed ones, even if their cells look the same
                hashes[index] = parser.row_hash([*row.cells, row.fault])
        for position, (row, row_hash) in enumerate(zip(block, hashes, strict=True), start=first + 1):
            if row_hash in self._seen:
                self.duplicate_count += 1
                continue
            self._seen.add(row_hash)
            new.append(_Placed(row, position, row_hash))
        return new

    def _lake_rows(self, parser: RowParser, placed: Sequence[_Placed]) -> Iterator[pa.RecordBatch]:
        sound = [one for one in placed if not one.row.fault]
        left = [one for one in placed if one.row.fault]
        batches = []
        if sound:
            parsed = parse_block(parser, _columns([one.row for one in sound]), self._receipt.received_on)
            source_keys, row_keys, flags, *own = parsed.arrays
            batches.append(self._batch([sound[index] for index in parsed.accepted], source_keys, row_keys, flags, own))
            if self._keys is not None:
                self._keys.update(row_keys.to_pylist())
            left = sorted([*left, *(sound[index] for index in parsed.left)], key=lambda one: one.position)
        if left and (accepted := list(self._parsed_singly(parser, left))):
            batches.append(self._batch_of(accepted))
        batches = [batch for batch in batches if batch.num_rows]
        if len(batches) > 1:
            table = pa.Table.from_batches(batches)
            yield from table.sort_by("file_position").combine_chunks().to_batches()
        else:
            yield from batches
        self.accepted_count += sum(batch.num_rows for batch in batches)

    def _parsed_singly(self, parser: RowParser, left: Sequence[_Placed]) -> Iterator[tuple[_Placed, Accepted]]:
        """The accepted ones of rows that are parsed one by one; the others are quarantined."""
        received_on = self._receipt.received_on
        for one in left:
            row = one.row
            result = Quarantined(row.fault, None) if row.fault else parser.parse(row.cells, received_on)
            if isinstance(result, Accepted):
                self.former_codes.update(result.former_codes)
                if self._keys is not None:
                    self._keys.add(result.row_key)
                yield one, result
                continue
            is_in_place = row.fault in (None, parsing.ENCODING)
            identity = parser.identify(row.cells, received_on, is_in_place)
            place = (one.position, row.sheet, row.row_number)
            self.quarantined.append(
                QuarantinedRow(*place, result.reason, result.header, one.row_hash, identity.row_key_hash)
            )
            self.names.extend(QuarantinedName(one.position, *astuple(named)) for named in identity.named)

    def _batch_of(self, accepted: Sequence[tuple[_Placed, Accepted]]) -> pa.RecordBatch:
        results = [result for _, result in accepted]
        own = self._schema.types[-len(results[0].values) :]
        return self._batch(
            [one for one, _ in accepted],
            pa.array([result.source_key for result in results], pa.string()),
            pa.array([result.row_key for result in results], pa.string()),
            pa.array([result.flags for result in results], pa.string()),
            [
                pa.array(values, kind)
                for values, kind in zip(zip(*(r.values for r in results), strict=True), own, strict=True)
            ],
        )

    def _batch(
        self, placed: Sequence[_Placed], source_keys: pa.Array, row_keys: pa.Array, flags: pa.Array, own: Sequence[Any]
    ) -> pa.RecordBatch:
        rows = [one.row for one in placed]
        return pa.record_batch(
            [
                pa.repeat(self._receipt.file_hash, len(rows)),
                pa.repeat(pa.scalar(self._receipt.received_on, pa.date32()), len(rows)),
                pa.array([row.sheet for row in rows], pa.string()),
                pa.array([row.row_number for row in rows], pa.int32()),
                pa.array([one.position for one in placed], pa.int32()),
                source_keys,
                row_keys,
                pa.array([one.row_hash for one in placed], pa.string()),
                flags,
                *own,
            ],
            schema=self._schema,
        )


def _columns(rows: Sequence[Row]) -> list[tuple[parsing.Cell, ...]]:
    return [*zip(*(row.cells for row in rows), strict=True)]


def count_records(row_keys: Collection[str], quarantined: Iterable[QuarantinedRow]) -> int:
    """How many different records the rows of pages are: accepted (`row_keys`, each once) and quarantined. Rows are compared
    by key, or by all cells where a key cannot be read."""
    quarantined = list(quarantined)
    hashes = {row.row_key_hash for row in quarantined if row.row_key_hash is not None}
    if hashes:
        hashes.difference_update(map(text_hash, row_keys))
    return len(row_keys) + len(hashes) + len({row.row_hash for row in quarantined if row.row_key_hash is None})
