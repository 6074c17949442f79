"""Files read by processes beside the door's, one for each core, so that a large drop takes all of them.

Belongs here: handing files over and getting their results back. Does not belong here: reading a file
(`ingestion.lake_parts`), the order of commits (`ingestion.landing`), the process itself (`ingestion.helper_process`).
"""

from __future__ import annotations

import os
import queue
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.bilingual import Bilingual
from ingestion.contract import Dataset
from ingestion.helper_process import HelperProcess, ProcessDiedError, serve
from ingestion.lake_parts import parse_file
from ingestion.manifest import ReadFile, Receipt
from ingestion.privacy import PersonKeys
from ingestion.sources import DATASETS
from ingestion.strict import RowParser

MOST_PROCESSES = 8  # the door itself copies and commits what they read


@dataclass(frozen=True)
class FileToRead:
    """An original in the archive, how it was received, and the lake part that it becomes."""

    original: Path
    receipt: Receipt
    target: Path

    @property
    def dataset(self) -> Dataset:
        return DATASETS[self.receipt.source, self.receipt.dataset]


class FileReader:
    """Reads files one after the other. It keeps the parsers of one dataset, which know the values that repeat; those of all
    datasets would fill the memory."""

    def __init__(self, keys: PersonKeys) -> None:
        self._keys = keys
        self._parsers: dict[tuple[str, bool], RowParser] = {}

    def read(self, file: FileToRead) -> ReadFile:
        """See `lake_parts.parse_file`."""
        dataset = file.dataset

        def parser(is_1904: bool) -> RowParser:
            key = (dataset.id, is_1904)
            if key not in self._parsers:
                self._parsers = {kept: of for kept, of in self._parsers.items() if kept[0] == dataset.id}
                self._parsers[key] = RowParser(dataset, self._keys, is_1904)
            return self._parsers[key]

        return parse_file(dataset, file.original, file.receipt, file.target, parser)


class ReadingProcesses:
    """`submit` files; their results come in any order. Close it when all are there, or none is wanted any more."""

    def __init__(self, keys: PersonKeys, logs: Path) -> None:
        self._all = [HelperProcess("ingestion.reading_processes", logs) for _ in range(process_count())]
        self._idle: queue.SimpleQueue[HelperProcess] = queue.SimpleQueue()
        for process in self._all:
            process.send(keys)
            self._idle.put(process)
        self._threads = ThreadPoolExecutor(len(self._all))

    def submit(self, file: FileToRead) -> Future[ReadFile]:
        """The result raises what `FileReader.read` raises, or ProcessDiedError."""
        return self._threads.submit(self._read, file)

    def close(self) -> None:
        """Ends the processes; what they were reading is not there."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._all:
            process.close()

    def _read(self, file: FileToRead) -> ReadFile:
        process = self._idle.get()
        try:
            process.send(file)
            result: ReadFile | Exception = process.receive()
        except ProcessDiedError as error:
            raise ProcessDiedError(f"{file.receipt.place}: {_why_died(error)}") from error
        finally:
            self._idle.put(process)
        if isinstance(result, Exception):
            raise result
        return result


def process_count() -> int:
    """How many processes read: one for each core that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_PROCESSES)


def _why_died(error: ProcessDiedError) -> Bilingual:
    return Bilingual(
        f"读取此文件的进程意外结束（{error}），可能内存不足；请查看日志后重新构建，再次发生请报告并保留文件。",
        f"while it was being read, {error}. Perhaps the memory was full: look at the log and build again; if it happens again, "
        "report it and keep the file.",
    )


class _Answers:
    """The child's side: the first message is the key, every other one a file."""

    def __init__(self) -> None:
        self._reader: FileReader | None = None

    def answer(self, message: Any, send: Callable[[object], None]) -> None:
        if self._reader is None:
            self._reader = FileReader(message)
            return
        try:
            send(self._reader.read(message))
        except (OSError, MemoryError) as error:
            send(error)


if __name__ == "__main__":
    serve(lambda: None, _Answers().answer)
