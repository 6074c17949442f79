"""Lake parts: the accepted rows of one file as received on one day, and the rows that were quarantined.

Belongs here: paths and revisions of parts, reading one original into its part. Does not belong here: which files are
read (`ingestion.landing`), its rows (`ingestion.part_rows`), cells (`ingestion.readers`).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from ingestion import atomic_files, readers
from ingestion.bilingual import Bilingual
from ingestion.contract import Dataset
from ingestion.envelope import Held
from ingestion.manifest import Part, PartKey, ReadFile, Receipt
from ingestion.part_rows import PartRows
from ingestion.readers.titles import list_day
from ingestion.sources import DATASETS
from ingestion.strict import RowParser

# Increase it when the same bytes are read differently: every file is then read again from the archive.
PARSER_REVISION = 12
# The reason code of a file on which the program failed. It says nothing about the file, so every ingest tries again.
PROGRAM_FAILED = "program_failed"
SCHEMA_FILE = "0000-schema.parquet"


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
    rows = PartRows(dataset, receipt, notes, parser_for)

    def write(temporary: Path) -> None:
        with pq.ParquetWriter(temporary, dataset.lake_schema(), compression="snappy") as writer:
            for batch in rows.batches(readers.read_rows(dataset, original, notes)):
                writer.write_batch(batch)

    try:
        try:
            atomic_files.write_atomically(target, write)
        except (Held, OSError, MemoryError):  # a full disk or memory says nothing about the file
            raise
        except Exception as error:
            raise _program_failed(error, rows.read_count) from error
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
        read_count=rows.read_count,
        accepted_count=rows.accepted_count,
        quarantined_count=len(rows.quarantined),
        duplicate_count=rows.duplicate_count,
        message=_load_message(notes),
        list_as_of_on=list_day(notes, receipt.received_on) if dataset.titled_as_of else None,
        hidden_sheet_count=len(notes.hidden_sheets),
        page_total=notes.page_total,
        page_number=notes.page_number,
        record_count=rows.record_count(),
        blank_count=notes.blank_count,
    )
    return ReadFile(part, tuple(rows.quarantined), tuple(rows.names), frozenset(rows.former_codes))


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
            Bilingual(f"工作表“{names}”没有表头，未读取。", f"not read, because it has no header: sheet {names}")
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
