"""The rows of one drop across its files: which repeat one of an earlier file, which a corrected file makes up for, and how
many things they are.

Belongs here: reading of lake parts what tells rows from one another. Does not belong here: what follows for a file or
a drop (`ingestion.load_outcomes`, `ingestion.whole_drops`), rows of one file (`ingestion.lake_parts`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.lake_parts import count_records, part_path
from ingestion.load_outcomes import Repeats
from ingestion.manifest import Part, PartKey, QuarantinedRow

File = tuple[str, Part]  # its name, and what reading it gave


@dataclass
class LakeRows:
    """Rows of the lake's parts and those that were kept out of them. `repeated`: the places found by `count_repeats`."""

    lake: Path
    quarantined: Mapping[PartKey, list[QuarantinedRow]]
    repeated: dict[PartKey, set[int]] = field(default_factory=dict)
    _tables: dict[PartKey, pa.Table] = field(default_factory=dict)

    def count_records(self, parts: Sequence[Part]) -> int:
        """How many different records the pages of a drop hold. What this reads serves `count_repeats` of the same drop."""
        self._tables = {part.key: self._read(part.key, "row_key") for part in parts}
        row_keys = pa.concat_tables(self._tables.values()).column("row_key").unique().to_pylist()
        corrected = self.find_corrected([(str(part.page_number), part) for part in parts])
        kept_out = [
            row
            for part in parts
            for row in self.quarantined.get(part.key, [])
            if row.file_position not in corrected.get(part.key, set())
        ]
        return count_records(row_keys, kept_out) + sum(part.blank_count for part in parts)

    def count_repeats(self, keys: Sequence[PartKey]) -> dict[PartKey, Repeats]:
        """Per part, in the order in which they count: how many of its rows repeat a row of one before it."""
        tables = {key: self._tables[key] if key in self._tables else self._read(key) for key in keys}
        self._tables = {}
        kept_out = [row.row_hash for key in keys for row in self.quarantined.get(key, [])]
        hashes = pa.chunked_array(
            [
                *(chunk for table in tables.values() for chunk in table.column("row_hash").chunks),
                pa.array(kept_out, pa.string()),
            ]
        )
        counts = hashes.value_counts()
        several = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
        seen: set[str] = set()
        found = {}
        for key, table in tables.items():
            rows = table.filter(pc.is_in(table.column("row_hash"), value_set=several))
            own = [*zip(rows.column("file_position").to_pylist(), rows.column("row_hash").to_pylist(), strict=True)]
            own_out = [(row.file_position, row.row_hash) for row in self.quarantined.get(key, [])]
            repeated = {position for position, row_hash in own if row_hash in seen}
            repeated_out = {position for position, row_hash in own_out if row_hash in seen}
            seen.update(row_hash for _, row_hash in (*own, *own_out))
            self.repeated[key] = repeated | repeated_out
            found[key] = Repeats(len(repeated), len(repeated_out))
        return found

    def find_corrected(self, files: Sequence[File]) -> dict[PartKey, set[int]]:
        """Per part, the places of quarantined rows without a readable key that another file of the same drop makes up for.

        A file corrects another where it holds every key that could be read there, more rows that can be read, and no fewer
        rows in all; one of another name holds them in the same places, too, and a row that can be read where none could:
        exports that overlap are no versions of one another. What it holds unchanged, and so cannot be read again, stays.
        Which came first is not asked.
        """
        keyless = {
            part.key: {row.row_hash: row.file_position for row in rows}
            for _, part in files
            if (rows := [row for row in self.quarantined.get(part.key, []) if row.row_key_hash is None])
        }
        if not keyless or len(files) < 2:
            return {}
        tables = {part.key: self._keyed(part.key) for _, part in files}
        row_keys = {key: table.column("row_key") for key, table in tables.items()}
        names = {part.key: name for name, part in files}
        found: dict[PartKey, set[int]] = {}
        for part, by in _may_correct([file for file in files if file[1].key in keyless], files, row_keys):
            held = pc.is_in(row_keys[part.key], value_set=row_keys[by.key])
            if not pc.all(held, min_count=0).as_py():
                continue
            again = keyless.get(by.key, {})
            rows_read = {place for row_hash, place in keyless[part.key].items() if row_hash not in again}
            if names[by.key] != names[part.key]:
                there = _by_place(tables[by.key])
                if not _by_place(tables[part.key]).items() <= there.items():
                    continue
                rows_read &= there.keys()
            found.setdefault(part.key, set()).update(rows_read)
        return found

    def _keyed(self, key: PartKey) -> pa.Table:
        return self._tables[key] if key in self._tables else self._read(key, "row_key")

    def _read(self, key: PartKey, *more: str) -> pa.Table:
        with pq.ParquetFile(part_path(self.lake, key)) as file:  # a third of the time of `read_table`, page by page
            return file.read(columns=["row_hash", "file_position", *more], use_threads=False)


def _by_place(table: pa.Table) -> dict[int, str]:
    return dict(zip(table.column("file_position").to_pylist(), table.column("row_key").to_pylist(), strict=True))


def _may_correct(
    flawed: Sequence[File], files: Sequence[File], row_keys: Mapping[PartKey, pa.ChunkedArray]
) -> Iterator[tuple[Part, Part]]:
    """Pairs of a file with rows to correct and one that may correct it: it bears the same name, or holds the first of the
    keys, so that of many files few are compared. Of pages only those of one number are versions of one another.
    """
    first_keys = {part.key: row_keys[part.key][0].as_py() for _, part in flawed if len(row_keys[part.key])}
    marked: dict[tuple[str, str], list[Part]] = {}
    for name, part in flawed:
        marked.setdefault(("name", name), []).append(part)
        if part.key in first_keys:
            marked.setdefault(("key", first_keys[part.key]), []).append(part)
    firsts = pa.array(sorted(set(first_keys.values())), pa.string())
    for name, by in files:
        held = row_keys[by.key]
        marks = [("name", name), *(("key", key) for key in pc.unique(held.filter(pc.is_in(held, firsts))).to_pylist())]
        for part in {part.key: part for mark in marks for part in marked.get(mark, [])}.values():
            if (
                by.accepted_count > part.accepted_count
                and by.accepted_count + by.quarantined_count >= part.accepted_count + part.quarantined_count
                and by.page_number == part.page_number
                # of pages without a number none is known to be another's version
                and (part.page_total is None or part.page_number is not None)
            ):
                yield part, by
