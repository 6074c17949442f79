"""Inbox -> archive and lake: every file received is kept, parsed once per content and day, committed with its rows.

Belongs here: the steps of an ingest, and the order of the commit. Does not belong here: the folders of an inbox
(`ingestion.inbox`), originals (`ingestion.archive`), reading files (`ingestion.reading_processes`), which received files a
build loads (`ingestion.load_outcomes`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from ingestion import atomic_files
from ingestion.archive import Archive, hash_of_name
from ingestion.envelope import Held, NotReceived, printable
from ingestion.inbox import InboxFile, walk
from ingestion.lake_parts import PROGRAM_FAILED, part_path, revision_of, write_schema_files
from ingestion.manifest import Manifest, Part, PartKey, ReadFile, Receipt, open_manifest
from ingestion.parsing import masked
from ingestion.privacy import PersonKeys, open_person_keys
from ingestion.reading_processes import FileReader, FileToRead, ReadingProcesses, process_count
from ingestion.settings import ConfigurationError, Settings, settings_of
from ingestion.sources import DATASETS

# A process takes half a second to start: the files of most days are read sooner than that.
_BYTES_FOR_ONE = 8 << 20
_FILES_AHEAD = 4  # a process
Progress = Callable[[int, int, str], None]  # files done, files in total, dataset being read


@dataclass
class IngestSummary:
    """What one ingest did. `ignored`: entries of the inbox that are not files of a dataset, as (path, reason)."""

    seen_count: int = 0
    new_count: int = 0
    parsed_count: int = 0
    held: list[tuple[Receipt, str, str]] = field(default_factory=list)  # receipt, reason code, message
    ignored: list[tuple[str, str]] = field(default_factory=list)
    read_count: int = 0
    accepted_count: int = 0
    quarantined_count: int = 0
    duplicate_count: int = 0


def ingest(
    home: Settings | Path | str, inbox: Path | str | None, progress: Progress | None = None, full: bool = False
) -> IngestSummary:
    """Takes in what is new in `inbox` (or nothing, if None). Reads files again that an older contract or parser read, or
    on which the program failed.

    `full` reads everything again from the archive. Raises ConfigurationError if the inbox is not a folder or the
    person key is not the lake's. A file that cannot be read is held and never raises.
    """
    settings = settings_of(home)
    root = Path(inbox) if inbox is not None else None
    if root is not None and not root.is_dir():
        raise ConfigurationError(
            f"收件目录 {root} 不是文件夹，请用 --inbox 指定。The inbox {root} is not a folder. Name another one with --inbox."
        )
    if (
        not settings.manifest.exists()
        and not settings.person_key.exists()
        and any(settings.lake.glob("*/*/*-*.parquet"))
    ):
        raise ConfigurationError(
            f"{settings.lake} 中有数据，但缺少清单和人员密钥，请从备份恢复。{settings.lake} holds data, but its manifest and its "
            "person key are missing. Restore both from the backup."
        )
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
        self.reader = FileReader(keys)
        self.processes: ReadingProcesses | None = None
        self.bytes_to_read = 0  # so far
        # what is being read, in order, and what to do with its result: commits keep the order of the files
        self.waiting: deque[tuple[PartKey, Future[ReadFile], Callable[[ReadFile], None]]] = deque()
        self.parts = manifest.parts()
        self.receipts = set(manifest.receipts())
        self.archive = Archive(settings.archive, {receipt.file_hash for receipt in self.receipts})

    def run(self, inbox: Path | None, full: bool) -> IngestSummary:
        self._make_folders()
        again = [
            key
            for key, part in self.parts.items()
            if full or part.revision != self._revision(key) or part.reason_code == PROGRAM_FAILED
        ]
        files = list(walk(inbox, self._ignore)) if inbox is not None else []
        total = len(files) + len(again)
        try:
            for done, key in enumerate(sorted(again)):
                self.progress(done, total, f"{key[0]}/{key[1]}")
                self._read_again(key)
            for done, file in enumerate(files, start=len(again)):
                self.progress(done, total, file.dataset.id)
                self._take_in(file)
            self._finish(0)
        finally:
            if self.processes is not None:
                self.processes.close()
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
            atomic_files.sweep(folder)
        write_schema_files(self.settings.lake)

    def _ignore(self, path: Path, why: str) -> None:
        self.summary.ignored.append((printable(masked(str(path))), why))

    def _take_in(self, file: InboxFile) -> None:
        self.summary.seen_count += 1
        dataset, name = file.dataset, printable(masked(file.path.name))
        refused: Held | None = None
        try:
            file_hash, size = self.archive.keep(file.path)
        except Held as held:
            refused = held
            file_hash, size = hash_of_name(file.path), 0
        except NotReceived as error:
            self._ignore(file.path, str(error))
            return
        receipt = Receipt(dataset.source, dataset.name, file.received_on, name, file_hash, size)
        if any(key == receipt.part_key for key, _, _ in self.waiting):
            self._finish(0)  # the same bytes under another name are being read
        is_new = receipt not in self.receipts
        if is_new:
            self.summary.new_count += 1
            self.receipts.add(receipt)
        part = self.parts.get(receipt.part_key)
        if part is None and refused is None:
            self._read(receipt, [receipt], is_new)
            return
        if part is None and refused is not None:
            part = Part(*receipt.part_key, revision_of(dataset), refused.reason, refused.message)
            self._commit([receipt], ReadFile(part))
        elif is_new:
            self.manifest.commit_file([receipt], None)
        if is_new and part is not None:
            self._tell_if_held(receipt, part)

    def _read_again(self, key: PartKey) -> None:
        receipt = min((r for r in self.receipts if r.part_key == key), default=None)
        if (key[0], key[1]) not in DATASETS or receipt is None or not self.archive.holds(key[3]):
            return  # a link or a too large file: nothing was archived
        self._read(receipt, [], True)

    def _read(self, receipt: Receipt, receipts: list[Receipt], is_told: bool) -> None:
        """Reads a file, here or in a process beside this one, and commits its result in turn."""

        def commit(read: ReadFile) -> None:
            self._commit(receipts, read)
            if is_told:
                self._tell_if_held(receipt, read.part)

        file = FileToRead(
            self.archive.path(receipt.file_hash), receipt, part_path(self.settings.lake, receipt.part_key)
        )
        self.bytes_to_read += receipt.size_bytes
        if self.bytes_to_read <= _BYTES_FOR_ONE or process_count() == 1:
            commit(self.reader.read(file))
            return
        if self.processes is None:
            self.processes = ReadingProcesses(self.keys, self.settings.logs)
        self.waiting.append((receipt.part_key, self.processes.submit(file), commit))
        self._finish(_FILES_AHEAD * process_count())

    def _finish(self, most: int) -> None:
        """Commits what was read, in order, until at most so many files are being read."""
        while self.waiting and (len(self.waiting) > most or self.waiting[0][1].done()):
            _, result, commit = self.waiting.popleft()
            commit(result.result())

    def _tell_if_held(self, receipt: Receipt, part: Part) -> None:
        if part.reason_code is not None:
            self.summary.held.append((receipt, part.reason_code, f"{receipt.place}: {part.message}"))

    def _commit(self, receipts: list[Receipt], read: ReadFile) -> None:
        self.manifest.commit_file(receipts, read)
        part = read.part
        self.parts[part.key] = part
        if part.reason_code is None:
            self.summary.parsed_count += 1
            self.summary.read_count += part.read_count
            self.summary.accepted_count += part.accepted_count
            self.summary.quarantined_count += part.quarantined_count
            self.summary.duplicate_count += part.duplicate_count
