"""A drop that several processes read is the drop that one reads: rows, notes, order; and what happens when one dies."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from ingestion import landing, reading_processes
from ingestion.helper_process import HelperProcess, ProcessDiedError
from ingestion.manifest import open_manifest
from tests.ingestion.support import (
    CHECKINS,
    FINDINGS,
    INSURANCE,
    PERSONNEL,
    Door,
    checkin,
    finding,
    insured,
    make_id,
    person,
)


@pytest.fixture(autouse=True)
def _several_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_processes, "process_count", lambda: 2)
    monkeypatch.setattr(landing, "process_count", lambda: 2)


def filled(folder: Path) -> Door:
    """An inbox with files of four kinds, among them one twice, one that is held and a row that is quarantined."""
    door = Door(folder)
    for month in ("202403", "202404", "202405"):
        door.put(INSURANCE, "2024-06-01", f"{month}.csv", [insured(make_id(n), month) for n in range(1, 9)])
    door.put(PERSONNEL, "2024-06-01", "a.xlsx", [person(number=make_id(n)) for n in range(1, 5)])
    door.put(FINDINGS, "2024-06-01", "b.xlsx", [finding(), finding("RD-2", 认定日期="2024-13-01")])
    shutil.copy(door.drop(FINDINGS, "2024-06-01", "b.xlsx"), door.drop(FINDINGS, "2024-06-01", "c.xlsx"))
    door.drop(FINDINGS, "2024-06-02", "d.xlsx").write_bytes(b"PK no workbook")
    door.put(CHECKINS, "2024-06-01", "p1.json", [checkin(f"QD-{n}") for n in range(9)])
    return door


def state(door: Door, summary: landing.IngestSummary) -> list[Any]:
    with open_manifest(door.settings.manifest) as manifest:
        kept = [manifest.receipts(), sorted(manifest.parts().items()), list(manifest.quarantined_names())]
    return [summary, kept, door.reasons(), *(door.rows(of) for of in (INSURANCE, PERSONNEL, FINDINGS, CHECKINS))]


def test_several_processes_read_what_one_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = filled(tmp_path / "one")
    alone = state(one, one.ingest())
    monkeypatch.setattr(landing, "_BYTES_FOR_ONE", 0)
    several = Door(tmp_path / "several")
    shutil.copytree(one.inbox, several.inbox, dirs_exist_ok=True)
    several.settings.person_key.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(one.settings.person_key, several.settings.person_key)
    assert state(several, several.ingest()) == alone
    assert (several.settings.logs / "ingestion.reading_processes.log").exists()
    again = state(several, several.ingest(full=True))
    assert again[1:] == alone[1:]


def test_a_process_that_dies_stops_the_ingest_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = filled(tmp_path)
    monkeypatch.setattr(landing, "_BYTES_FOR_ONE", 0)
    receive = HelperProcess.receive

    def killed(process: HelperProcess) -> Any:
        os.kill(process._process.pid, signal.SIGKILL)
        return receive(process)

    with monkeypatch.context() as patched:
        patched.setattr(HelperProcess, "receive", killed)
        with pytest.raises(
            ProcessDiedError,
            match=r"credit_desk/findings/2024-06-01 b\.xlsx: 读取此文件的进程意外结束.*\(exit code -9\); its log: .*keep the file",
        ):
            door.ingest()
    summary = door.ingest()
    assert (summary.new_count, summary.parsed_count) == (8, 6)


def test_what_says_nothing_about_a_file_is_raised_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    door = filled(tmp_path)
    monkeypatch.setattr(landing, "_BYTES_FOR_ONE", 0)
    keep = landing.Archive.keep

    def lost(archive: landing.Archive, path: Path) -> tuple[str, int]:
        """Keeps an original that is gone when it is read, as on a failing disk."""
        digest, size = keep(archive, path)
        archive.path(digest).unlink()
        return digest, size

    with monkeypatch.context() as patched:
        patched.setattr(landing.Archive, "keep", lost)
        with pytest.raises(FileNotFoundError):
            door.ingest()
    assert door.ingest().parsed_count == 6
