"""Inbox -> archive and lake: every file received is kept, parsed once per content and day, committed with its rows.

Belongs here: walking the inbox, the content-addressed archive, writing lake parts, the order of the commit.
Does not belong here: which received files a build loads (`ingestion.load_outcomes`), what a row is (`ingestion.strict`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion import envelope, parsing, readers, whole_files
from ingestion.contract import Dataset
from ingestion.envelope import Held, shown
from ingestion.manifest import Manifest, Part, PartKey, QuarantinedRow, Receipt, open_manifest
from ingestion.privacy import PersonKeys, open_person_keys
from ingestion.settings import ConfigurationError, Settings, settings_of
from ingestion.sources import DATASETS
from ingestion.strict import Quarantined, RowParser

# Raise it when the door reads the same bytes differently: every file is then read again from the archive.
PARSER_REVISION = 7
# The reason code of a file on which the program failed: no verdict on the file, so every ingest tries it again.
PROGRAM_FAILED = "program_failed"
SCHEMA_FILE = "0000-schema.parquet"
_BATCH_ROWS = 16_384
_CHUNK = 1 << 20
# What office programs, systems and copying programs leave beside a file: ~$list.xlsx, .DS_Store, .list.xlsx.x1Y2z3
_BYWORK = re.compile(r"~\$|\.[^.]|thumbs\.db$|desktop\.ini$", re.IGNORECASE)

Progress = Callable[[int, int, str], None]  # files done, files in all, what is being read


@dataclass
class IngestSummary:
    """What one ingest did. `ignored` are things in the inbox that are no file of a dataset: (path, why)."""

    seen_count: int = 0
    new_count: int = 0
    parsed_count: int = 0
    held: list[tuple[Receipt, str, str]] = field(default_factory=list)  # receipt, reason code, message
    ignored: list[tuple[str, str]] = field(default_factory=list)
    read_count: int = 0
    accepted_count: int = 0
    quarantined_count: int = 0
    duplicate_count: int = 0


@dataclass(frozen=True, slots=True)
class _InboxFile:
    dataset: Dataset
    received_on: dt.date
    path: Path


def revision_of(dataset: Dataset) -> str:
    """What a part was read by: the contract and the parser. A part of another revision is read again."""
    return f"{dataset.fingerprint()}-{PARSER_REVISION}"


def part_path(lake: Path, key: PartKey) -> Path:
    """Where the accepted rows of a part lie."""
    source, dataset, received_on, file_hash = key
    return lake / source / dataset / f"{received_on.isoformat()}-{file_hash}.parquet"


def archive_path(archive: Path, file_hash: str) -> Path:
    """Where an original lies."""
    return archive / file_hash[:2] / file_hash


def ingest(
    home: Settings | Path | str, inbox: Path | str | None, progress: Progress | None = None, full: bool = False
) -> IngestSummary:
    """Takes in what is new in `inbox` (or nothing, if None) and reads again what an older contract or parser read,
    or the program failed on.

    `full` reads everything again from the archive. Raises ConfigurationError if the inbox is no folder or the
    person key is not the lake's; a file that cannot be read is held and never raises.
    """
    settings = settings_of(home)
    root = Path(inbox) if inbox is not None else None
    if root is not None and not root.is_dir():
        raise ConfigurationError(f"the inbox {root} is not a folder. Name it by --inbox.")
    if (
        not settings.manifest.exists()
        and not settings.person_key.exists()
        and any(settings.lake.glob("*/*/*-*.parquet"))
    ):
        raise ConfigurationError(f"{settings.lake} holds data, but its manifest and its person key are missing.")
    fingerprint = None
    if settings.manifest.exists():
        with open_manifest(settings.manifest) as manifest:
            fingerprint = manifest.person_key_fingerprint()
    keys = open_person_keys(settings, fingerprint)
    with open_manifest(settings.manifest) as manifest:
        if fingerprint is None:
            manifest.set_person_key_fingerprint(keys.fingerprint())
        return _Landing(settings, manifest, keys, progress).run(root, full)


class _Landing:
    def __init__(self, settings: Settings, manifest: Manifest, keys: PersonKeys, progress: Progress | None) -> None:
        self.settings = settings
        self.manifest = manifest
        self.keys = keys
        self.progress: Progress = progress or (lambda done, total, label: None)
        self.summary = IngestSummary()
        self.parsers: dict[tuple[str, str, bool], RowParser] = {}
        self.parts = manifest.parts()
        self.receipts = set(manifest.receipts())
        self.archived = {receipt.file_hash for receipt in self.receipts}

    def run(self, inbox: Path | None, full: bool) -> IngestSummary:
        self._make_folders()
        again = [
            key
            for key, part in self.parts.items()
            if full or part.revision != self._revision(key) or part.reason_code == PROGRAM_FAILED
        ]
        files = list(self._walk(inbox)) if inbox is not None else []
        total = len(files) + len(again)
        for done, key in enumerate(sorted(again)):
            self.progress(done, total, f"{key[0]}/{key[1]}")
            self._read_again(key)
        for done, file in enumerate(files, start=len(again)):
            self.progress(done, total, file.dataset.id)
            self._take_in(file)
        self.progress(total, total, "")
        return self.summary

    @staticmethod
    def _revision(key: PartKey) -> str:
        dataset = DATASETS.get((key[0], key[1]))
        return revision_of(dataset) if dataset else ""

    def _make_folders(self) -> None:
        for folder in (self.settings.archive, self.settings.lake):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            whole_files.sweep(folder)
        for dataset in DATASETS.values():
            path = self.settings.lake / dataset.source / dataset.name / SCHEMA_FILE
            if not path.exists() or not pq.read_schema(path).equals(dataset.lake_schema()):
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                whole_files.write_whole(path, partial(pq.write_table, dataset.lake_schema().empty_table()))

    # --- the inbox -----------------------------------------------------------------------------------------------

    def _walk(self, inbox: Path) -> Iterator[_InboxFile]:
        """Files of all drops, in order; symbolic links are never followed, strangers are told of."""
        for source in self._folders(inbox, "a source"):
            known = {name for (of, name) in DATASETS if of == source.name}
            if not known:
                self._ignore(source, "unknown source")
                continue
            for dataset in self._folders(source, "a dataset"):
                if dataset.name not in known:
                    self._ignore(dataset, f"unknown dataset; {source.name} has {', '.join(sorted(known))}")
                    continue
                for drop in self._folders(dataset, "a drop"):
                    received_on = _drop_date(drop.name)
                    if received_on is None:
                        self._ignore(drop, "the folder of a drop is named YYYY-MM-DD, the day of receipt")
                        continue
                    for entry in self._entries(drop):
                        path = Path(entry.path)
                        if entry.is_dir(follow_symlinks=False):
                            self._ignore(path, "a folder within a drop is not read")
                        elif _BYWORK.match(entry.name):
                            self._ignore(path, "a lock, system or temporary file holds no list and is not read")
                        else:
                            yield _InboxFile(DATASETS[(source.name, dataset.name)], received_on, path)

    def _folders(self, folder: Path, what: str) -> Iterator[Path]:
        for entry in self._entries(folder):
            if entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)
            else:
                self._ignore(Path(entry.path), f"expected the folder of {what}; links and loose files are not read")

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._ignore(folder, f"the folder cannot be read: {error.strerror}. Give this account the right to read it")
            return []

    def _ignore(self, path: Path, why: str) -> None:
        self.summary.ignored.append((shown(str(path)), why))

    # --- one file ------------------------------------------------------------------------------------------------

    def _take_in(self, file: _InboxFile) -> None:
        self.summary.seen_count += 1
        dataset, name = file.dataset, shown(file.path.name)
        refused: Held | None = None
        try:
            file_hash, size = self._archive(file.path)
        except Held as held:
            refused = held
            file_hash, size = _hash_of_link(file.path), 0
        except envelope.NotReceived as error:
            self._ignore(file.path, str(error))
            return
        receipt = Receipt(dataset.source, dataset.name, file.received_on, name, file_hash, size)
        is_new = receipt not in self.receipts
        if is_new:
            self.summary.new_count += 1
            self.receipts.add(receipt)
        part = self.parts.get(receipt.part_key)
        if refused is not None and part is None:
            part = Part(*receipt.part_key, revision_of(dataset), refused.reason, refused.message)
            self._commit([receipt], part, [])
        elif part is None:
            part, quarantined = self._parse(dataset, receipt)
            self._commit([receipt], part, quarantined)
        elif is_new:
            self.manifest.commit_part([receipt], None, [])
        if is_new and part.reason_code is not None:
            self.summary.held.append((receipt, part.reason_code, f"{receipt.place}: {part.message}"))

    def _archive(self, path: Path) -> tuple[str, int]:
        """Hash and size of a file; its bytes are in the archive when this returns."""
        with envelope.open_regular(path) as file:
            size = envelope.size_of(file)
            digest = _hash_of(file)
            if digest in self.archived and archive_path(self.settings.archive, digest).exists():
                return digest, size
            file.seek(0)
            return self._copy(file)

    def _copy(self, file: BinaryIO) -> tuple[str, int]:
        """Copies into the archive; the hash is that of the bytes copied, whatever happens to the inbox meanwhile."""
        temporary = whole_files.temporary_beside(self.settings.archive / "copy")
        digest, size = hashlib.sha256(), 0
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as copy:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                copy.write(chunk)
        target = archive_path(self.settings.archive, digest.hexdigest())
        target.parent.mkdir(exist_ok=True, mode=0o700)
        whole_files.put_in_place(temporary, target)
        self.archived.add(digest.hexdigest())
        return digest.hexdigest(), size

    def _read_again(self, key: PartKey) -> None:
        dataset = DATASETS.get((key[0], key[1]))
        receipt = min((r for r in self.receipts if r.part_key == key), default=None)
        if dataset is None or receipt is None or not archive_path(self.settings.archive, key[3]).exists():
            return  # a link or a file too large: nothing was archived
        part, quarantined = self._parse(dataset, receipt)
        self._commit([], part, quarantined)
        if part.reason_code is not None:
            self.summary.held.append((receipt, part.reason_code, f"{receipt.place}: {part.message}"))

    def _commit(self, receipts: list[Receipt], part: Part, quarantined: list[QuarantinedRow]) -> None:
        self.manifest.commit_part(receipts, part, quarantined)
        self.parts[part.key] = part
        if part.reason_code is None:
            self.summary.parsed_count += 1
            self.summary.read_count += part.read_count
            self.summary.accepted_count += part.accepted_count
            self.summary.quarantined_count += part.quarantined_count
            self.summary.duplicate_count += part.duplicate_count

    def _parser(self, dataset: Dataset, is_1904: bool) -> RowParser:
        key = (dataset.source, dataset.name, is_1904)
        if key not in self.parsers:
            self.parsers[key] = RowParser(dataset, self.keys, is_1904)
        return self.parsers[key]

    def _parse(self, dataset: Dataset, receipt: Receipt) -> tuple[Part, list[QuarantinedRow]]:
        return parse_file(
            dataset,
            archive_path(self.settings.archive, receipt.file_hash),
            receipt,
            part_path(self.settings.lake, receipt.part_key),
            lambda is_1904: self._parser(dataset, is_1904),
        )


def parse_file(
    dataset: Dataset, original: Path, receipt: Receipt, target: Path, parser_for: Callable[[bool], RowParser]
) -> tuple[Part, list[QuarantinedRow]]:
    """Reads one original as received by `receipt` into the lake part `target`, row by row.

    A held file leaves no part behind and counts no rows. `parser_for(is_1904)` gives the dataset's row parser.
    """
    notes = readers.Notes()
    counts: Counter[str] = Counter()
    quarantined: list[QuarantinedRow] = []

    def write(temporary: Path) -> None:
        with _PartWriter(dataset, temporary) as writer:
            seen: set[str] = set()
            parser: RowParser | None = None
            for position, row in enumerate(readers.read_rows(dataset, original, notes), start=1):
                parser = parser or parser_for(notes.is_1904)
                # a record that is no whole one repeats no whole one, though their cells look the same
                row_hash = parser.row_hash([*row.cells, row.fault] if row.fault else row.cells)
                counts["read"] += 1
                if row_hash in seen:
                    counts["duplicate"] += 1
                    continue
                seen.add(row_hash)
                result = Quarantined(row.fault, None) if row.fault else parser.parse(row.cells, receipt.received_on)
                if isinstance(result, Quarantined):
                    quarantined.append(
                        QuarantinedRow(position, row.sheet, row.row_number, result.reason, result.header, row_hash)
                    )
                    continue
                counts["accepted"] += 1
                writer.add(
                    [
                        *(receipt.file_hash, receipt.received_on, row.sheet, row.row_number, position),
                        *(result.source_key, result.row_key, row_hash, result.flags),
                        *result.values,
                    ]
                )

    try:
        try:
            whole_files.write_whole(target, write)
        except (Held, OSError, MemoryError):  # what the machine lacks is no fault of the file
            raise
        except Exception as error:
            raise _failed(error, counts["read"]) from error
    except Held as held:
        target.unlink(missing_ok=True)
        part = Part(
            *receipt.part_key,
            revision_of(dataset),
            held.reason,
            held.message,
            hidden_sheet_count=len(notes.hidden_sheets),
        )
        return part, []
    part = Part(
        *receipt.part_key,
        revision_of(dataset),
        read_count=counts["read"],
        accepted_count=counts["accepted"],
        quarantined_count=len(quarantined),
        duplicate_count=counts["duplicate"],
        message=_unread(notes.unread_sheets),
        list_as_of_on=_list_date(notes.list_as_of) if dataset.titled_as_of else None,
        hidden_sheet_count=len(notes.hidden_sheets),
    )
    return part, quarantined


def _failed(error: Exception, row_count: int) -> Held:
    """A fault of ours while one file is read: that file is held, everything else goes on.

    Says where in the program, never what the error says: it may quote a cell.
    """
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return Held(
        PROGRAM_FAILED,
        f"程序读取 {row_count} 行后出错，请报告并保留此文件，每次构建都会重读。The program failed on it after {row_count} rows "
        f"({type(error).__name__} in {Path(frame.filename).name}, line {frame.lineno}). Report this and keep the file: "
        "every build tries it again.",
    )


def _unread(sheets: list[str]) -> str | None:
    """What a loaded file's outcome says of its sheets that hold remarks only."""
    return f"not read, because no header stands there: sheet {'、'.join(sheets)}" if sheets else None


def _list_date(written: str | None) -> dt.date | None:
    """The day after 截至 in a title; None where there is none that can be read."""
    try:
        return parsing.date(written)
    except parsing.Refused:
        return None


def _drop_date(name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(name) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", name, re.ASCII) else None
    except ValueError:
        return None


def _hash_of(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _hash_of_link(path: Path) -> str:
    """What is refused unopened still gets a receipt: a link is known by where it points, a huge file by its name."""
    return hashlib.sha256(os.fsencode(path.readlink() if path.is_symlink() else path.name)).hexdigest()


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
