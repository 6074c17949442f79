"""The rows of one drop across its files: which repeat one of an earlier file, and how many things they are.

Belongs here: reading of lake parts what tells rows from one another. Does not belong here: what follows for a file or
a drop (`ingestion.load_outcomes`, `ingestion.whole_drops`), rows of one file (`ingestion.lake_parts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.lake_parts import count_records, part_path
from ingestion.load_outcomes import Repeats
from ingestion.manifest import Part, PartKey, QuarantinedRow


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
        kept_out = [row for part in parts for row in self.quarantined.get(part.key, [])]
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

    def _read(self, key: PartKey, *more: str) -> pa.Table:
        with pq.ParquetFile(part_path(self.lake, key)) as file:  # a third of the time of `read_table`, page by page
            return file.read(columns=["row_hash", "file_position", *more], use_threads=False)
