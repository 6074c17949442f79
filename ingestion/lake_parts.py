"""Lake parts: the accepted rows of one file as received on one day, and the rows that were quarantined.

Belongs here: paths and revisions of parts, reading one original into its part. Does not belong here: which files are
read (`ingestion.landing`), what a row is (`ingestion.strict`), cells (`ingestion.readers`).
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import astuple
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion import atomic_files, parsing, readers
from ingestion.bilingual import Bilingual
from ingestion.contract import Dataset, Format
from ingestion.envelope import Held
from ingestion.manifest import Part, PartKey, QuarantinedName, QuarantinedRow, ReadFile, Receipt
from ingestion.readers.titles import list_day
from ingestion.sources import DATASETS
from ingestion.strict import Quarantined, RowParser, text_hash

# Increase it when the same bytes are read differently: every file is then read again from the archive.
PARSER_REVISION = 12
# The reason code of a file on which the program failed. It says nothing about the file, so every ingest tries again.
PROGRAM_FAILED = "program_failed"
SCHEMA_FILE = "0000-schema.parquet"
_BATCH_ROWS = 16_384


def revision_of(dataset: Dataset) -> str:
    """The contract and parser that read a part. A part of another revision is read again."""
    return f"{dataset.fingerprint()}-{PARSER_REVISION}"


def part_path(lake: Path, key: PartKey) -> Path:
    """Path of the accepted rows of a part."""
    source, dataset, received_on, file_hash = key
    return lake / source / dataset / f"{received_on.isoformat()}-{file_hash}.parquet"


def write_schema_files(lake: Path) -> None:
    """Writes an empty file with the schema into each dataset's folder, so that a dataset without parts can be read."""
    for dataset in DATASETS.values():
        path = lake / dataset.source / dataset.name / SCHEMA_FILE
        if not path.exists() or not pq.read_schema(path).equals(dataset.lake_schema()):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            atomic_files.write_atomically(path, partial(pq.write_table, dataset.lake_schema().empty_table()))


def parse_file(
    dataset: Dataset, original: Path, receipt: Receipt, target: Path, parser_for: Callable[[bool], RowParser]
) -> ReadFile:
    """Reads one original as received by `receipt` into the lake part `target`, row by row.

    A held file leaves no part behind and counts no rows. `parser_for(is_1904)` gives the dataset's row parser.
    """
    notes = readers.Notes()
    counts: Counter[str] = Counter()
    quarantined: list[QuarantinedRow] = []
    names: list[QuarantinedName] = []
    former_codes: set[tuple[str, str]] = set()
    keys: set[str] | None = set() if dataset.format is Format.JSON else None  # only pages give a total to compare with

    def write(temporary: Path) -> None:
        with _PartWriter(dataset, temporary) as writer:
            seen: set[str] = set()
            parser: RowParser | None = None
            for position, row in enumerate(readers.read_rows(dataset, original, notes), start=1):
                parser = parser or parser_for(notes.is_1904)
                # malformed rows are never duplicates of well-formed ones, even if their cells look the same
                row_hash = parser.row_hash([*row.cells, row.fault] if row.fault else row.cells)
                counts["read"] += 1
                if row_hash in seen:
                    counts["duplicate"] += 1
                    continue
                seen.add(row_hash)
                result = Quarantined(row.fault, None) if row.fault else parser.parse(row.cells, receipt.received_on)
                if isinstance(result, Quarantined):
                    is_in_place = row.fault in (None, parsing.ENCODING)
                    identity = parser.identify(row.cells, receipt.received_on, is_in_place)
                    place = (position, row.sheet, row.row_number)
                    quarantined.append(
                        QuarantinedRow(*place, result.reason, result.header, row_hash, identity.row_key_hash)
                    )
                    names.extend(QuarantinedName(position, *astuple(named)) for named in identity.named)
                    continue
                counts["accepted"] += 1
                former_codes.update(result.former_codes)
                if keys is not None:
                    keys.add(result.row_key)
                writer.add(
                    [
                        *(receipt.file_hash, receipt.received_on, row.sheet, row.row_number, position),
                        *(result.source_key, result.row_key, row_hash, result.flags),
                        *result.values,
                    ]
                )

    try:
        try:
            atomic_files.write_atomically(target, write)
        except (Held, OSError, MemoryError):  # a full disk or memory says nothing about the file
            raise
        except Exception as error:
            raise _program_failed(error, counts["read"]) from error
    except Held as held:
        target.unlink(missing_ok=True)
        part = Part(
            *receipt.part_key,
            revision_of(dataset),
            held.reason,
            held.message,
            hidden_sheet_count=len(notes.hidden_sheets),
        )
        return ReadFile(part)
    part = Part(
        *receipt.part_key,
        revision_of(dataset),
        read_count=counts["read"],
        accepted_count=counts["accepted"],
        quarantined_count=len(quarantined),
        duplicate_count=counts["duplicate"],
        message=_load_message(notes),
        list_as_of_on=list_day(notes, receipt.received_on) if dataset.titled_as_of else None,
        hidden_sheet_count=len(notes.hidden_sheets),
        page_total=notes.page_total,
        page_number=notes.page_number,
        record_count=0 if keys is None else count_records(keys, quarantined) + notes.blank_count,
        blank_count=notes.blank_count,
    )
    return ReadFile(part, tuple(quarantined), tuple(names), frozenset(former_codes))


def count_records(row_keys: Collection[str], quarantined: Iterable[QuarantinedRow]) -> int:
    """How many different records the rows of pages are: accepted (`row_keys`, each once) and quarantined. Rows are compared
    by key, or by all cells where a key cannot be read."""
    quarantined = list(quarantined)
    hashes = {row.row_key_hash for row in quarantined if row.row_key_hash is not None}
    if hashes:
        hashes.difference_update(map(text_hash, row_keys))
    return len(row_keys) + len(hashes) + len({row.row_hash for row in quarantined if row.row_key_hash is None})


def _program_failed(error: Exception, row_count: int) -> Held:
    """An error of the program while it reads one file: that file is held, everything else goes on.

    Names the place in the program, never the error's text, which may quote a cell.
    """
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {Path(frame.filename).name}, line {frame.lineno}"
    return Held(
        PROGRAM_FAILED,
        Bilingual(
            f"程序读取 {row_count} 行后出错（{where}），请报告此问题并保留文件，每次构建都会重新读取。",
            f"the program failed after {row_count} rows ({where}). Report this and keep the file: every build tries it again.",
        ),
    )


def _load_message(notes: readers.Notes) -> str | None:
    """The message of a loaded file: sheets without a list, columns that it lacks."""
    sentences = []
    if notes.unread_sheets:
        names = "、".join(notes.unread_sheets)
        sentences.append(
            Bilingual(f"工作表 {names} 没有表头，未读取。", f"not read, because it has no header: sheet {names}")
        )
    sentences += [
        Bilingual(
            f"缺少“{header}”列，各行按“{value}”处理，如有不同请补上该列。",
            f"there is no column {header}, so every row is taken as {value}. Add the column if some rows differ",
        )
        for header, value in notes.absent.items()
    ]
    if notes.lacking:
        names = "、".join(notes.lacking)
        lacking = [(header, cost) for header, cost in notes.lacking.items() if cost]
        costs = Bilingual(
            "".join(f"；没有“{header}”，{cost.zh}" for header, cost in lacking),
            "".join(f"; without {header}, {cost.en}" for header, cost in lacking),
        )
        sentences.append(
            Bilingual(
                f"缺少列：{names}，各行此处为空{costs.zh}。",
                f"there is no column {names}, so it is empty in every row{costs.en}",
            )
        )
    return ". ".join(map(str, sentences)) or None


class _PartWriter:
    """Writes rows of a lake part in batches, so that memory does not grow with the file."""

    def __init__(self, dataset: Dataset, path: Path) -> None:
        self.schema = dataset.lake_schema()
        self.writer = pq.ParquetWriter(path, self.schema, compression="snappy")
        self.rows: list[list[Any]] = []

    def __enter__(self) -> _PartWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._flush()
        self.writer.close()

    def add(self, row: list[Any]) -> None:
        self.rows.append(row)
        if len(self.rows) >= _BATCH_ROWS:
            self._flush()

    def _flush(self) -> None:
        if not self.rows:
            return
        arrays = [
            pa.array(column, type=field.type)
            for column, field in zip(zip(*self.rows, strict=True), self.schema, strict=True)
        ]
        self.writer.write_batch(pa.record_batch(arrays, schema=self.schema))
        self.rows = []
