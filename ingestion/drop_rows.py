"""The rows of one drop across its files: which repeat an earlier file's row, which a corrected file replaces, how many
records there are.

Belongs here: comparing rows of lake parts by hash, key and position. Does not belong here: what follows for a file or
a drop (`ingestion.load_outcomes`, `ingestion.drop_limits`), rows of one file (`ingestion.lake_parts`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.lake_parts import part_path
from ingestion.load_outcomes import Repeats
from ingestion.manifest import Part, PartKey, QuarantinedRow
from ingestion.part_rows import count_records

File = tuple[str, Part]  # file name, and the part that was read from it


@dataclass
class Compared:
    """What was found of the drops compared so far. It follows from the parts compared alone, so that the inputs of many
    days may share it: most drops are the same on each of them."""

    record_counts: dict[tuple[PartKey, ...], int] = field(default_factory=dict)
    repeats: dict[tuple[PartKey, ...], Mapping[PartKey, tuple[set[int], Repeats]]] = field(default_factory=dict)
    corrected: dict[tuple[tuple[str, PartKey], ...], dict[PartKey, set[int]]] = field(default_factory=dict)


@dataclass
class LakeRows:
    """Rows of lake parts, and their quarantined rows. `repeated`: file positions found by `count_repeats`."""

    lake: Path
    quarantined: Mapping[PartKey, list[QuarantinedRow]]
    repeated: dict[PartKey, set[int]] = field(default_factory=dict)
    compared: Compared = field(default_factory=Compared)
    _tables: dict[PartKey, pa.Table] = field(default_factory=dict)

    def count_records(self, parts: Sequence[Part]) -> int:
        """How many different records the pages of a drop hold. `count_repeats` of the same drop reuses what this reads."""
        keys = tuple(part.key for part in parts)
        if keys not in self.compared.record_counts:
            self.compared.record_counts[keys] = self._count_records(parts)
        return self.compared.record_counts[keys]

    def _count_records(self, parts: Sequence[Part]) -> int:
        self._tables = {part.key: self._read(part.key, "row_key") for part in parts}
        row_keys = pa.concat_tables(self._tables.values()).column("row_key").unique().to_pylist()
        corrected = self.find_corrected([(str(part.page_number), part) for part in parts])
        quarantined = [
            row
            for part in parts
            for row in self.quarantined.get(part.key, [])
            if row.file_position not in corrected.get(part.key, set())
        ]
        return count_records(row_keys, quarantined) + sum(part.blank_count for part in parts)

    def count_repeats(self, keys: Sequence[PartKey]) -> dict[PartKey, Repeats]:
        """Per part, in load order: how many of its rows repeat a row of an earlier part."""
        found = self.compared.repeats.get(tuple(keys))
        if found is None:
            found = self.compared.repeats[tuple(keys)] = self._find_repeats(keys)
        self._tables = {}
        self.repeated |= {key: positions for key, (positions, _) in found.items()}
        return {key: repeats for key, (_, repeats) in found.items()}

    def _find_repeats(self, keys: Sequence[PartKey]) -> dict[PartKey, tuple[set[int], Repeats]]:
        tables = {key: self._tables[key] if key in self._tables else self._read(key) for key in keys}
        quarantined_hashes = [row.row_hash for key in keys for row in self.quarantined.get(key, [])]
        hashes = pa.chunked_array(
            [
                *(chunk for table in tables.values() for chunk in table.column("row_hash").chunks),
                pa.array(quarantined_hashes, pa.string()),
            ]
        )
        counts = hashes.value_counts()
        several = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
        seen: set[str] = set()
        found = {}
        for key, table in tables.items():
            rows = table.filter(pc.is_in(table.column("row_hash"), value_set=several))
            accepted = [
                *zip(rows.column("file_position").to_pylist(), rows.column("row_hash").to_pylist(), strict=True)
            ]
            quarantined = [(row.file_position, row.row_hash) for row in self.quarantined.get(key, [])]
            repeated_accepted = {position for position, row_hash in accepted if row_hash in seen}
            repeated_quarantined = {position for position, row_hash in quarantined if row_hash in seen}
            seen.update(row_hash for _, row_hash in (*accepted, *quarantined))
            repeats = Repeats(len(repeated_accepted), len(repeated_quarantined))
            found[key] = (repeated_accepted | repeated_quarantined, repeats)
        return found

    def find_corrected(self, files: Sequence[File]) -> dict[PartKey, set[int]]:
        """Per part, the positions of quarantined rows without a readable key that another file of the same drop corrects.

        A file corrects another if it holds every key that could be read there, more readable rows, and no fewer rows in
        all. Under another name it must hold the keys at the same positions, and a readable row where none was: overlapping
        exports are not versions of one another. A row that it repeats unchanged, still unreadable, is not corrected. The
        order of arrival does not matter.
        """
        named = tuple((name, part.key) for name, part in files)
        if named not in self.compared.corrected:
            self.compared.corrected[named] = self._find_corrected(files)
        return self.compared.corrected[named]

    def _find_corrected(self, files: Sequence[File]) -> dict[PartKey, set[int]]:
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
        flawed = [file for file in files if file[1].key in keyless]
        for part, corrected in _correction_candidates(flawed, files, row_keys):
            is_held = pc.is_in(row_keys[part.key], value_set=row_keys[corrected.key])
            if not pc.all(is_held, min_count=0).as_py():
                continue
            still_keyless = keyless.get(corrected.key, {})
            positions = {place for row_hash, place in keyless[part.key].items() if row_hash not in still_keyless}
            if names[corrected.key] != names[part.key]:
                keys_by_position = _keys_by_position(tables[corrected.key])
                if not _keys_by_position(tables[part.key]).items() <= keys_by_position.items():
                    continue
                positions &= keys_by_position.keys()
            found.setdefault(part.key, set()).update(positions)
        return found

    def _keyed(self, key: PartKey) -> pa.Table:
        return self._tables[key] if key in self._tables else self._read(key, "row_key")

    def _read(self, key: PartKey, *more: str) -> pa.Table:
        with pq.ParquetFile(part_path(self.lake, key)) as file:  # takes a third of the time of `read_table` for pages
            return file.read(columns=["row_hash", "file_position", *more], use_threads=False)


def _keys_by_position(table: pa.Table) -> dict[int, str]:
    return dict(zip(table.column("file_position").to_pylist(), table.column("row_key").to_pylist(), strict=True))


def _correction_candidates(
    flawed: Sequence[File], files: Sequence[File], row_keys: Mapping[PartKey, pa.ChunkedArray]
) -> Iterator[tuple[Part, Part]]:
    """Pairs of a file with rows to correct and a file that may correct it. The second has the same name or holds the first
    key of the first, so that few of many files are compared. Pages are versions of one another only if their number is
    the same.
    """
    first_keys = {part.key: row_keys[part.key][0].as_py() for _, part in flawed if len(row_keys[part.key])}
    marked: dict[tuple[str, str], list[Part]] = {}
    for name, part in flawed:
        marked.setdefault(("name", name), []).append(part)
        if part.key in first_keys:
            marked.setdefault(("key", first_keys[part.key]), []).append(part)
    firsts = pa.array(sorted(set(first_keys.values())), pa.string())
    for name, candidate in files:
        keys = row_keys[candidate.key]
        marks = [("name", name), *(("key", key) for key in pc.unique(keys.filter(pc.is_in(keys, firsts))).to_pylist())]
        row_count = candidate.accepted_count + candidate.quarantined_count
        for part in {part.key: part for mark in marks for part in marked.get(mark, [])}.values():
            if (
                candidate.accepted_count > part.accepted_count
                and row_count >= part.accepted_count + part.quarantined_count
                and candidate.page_number == part.page_number
                # a page without a number may be any page
                and (part.page_total is None or part.page_number is not None)
            ):
                yield part, candidate
