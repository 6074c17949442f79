"""Hostile names and unknown entries in the inbox: nothing outside the home is touched, nothing is ignored silently."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.ingestion.support import (
    DAY,
    FINDINGS,
    Door,
    finding,
    person,
)

HOSTILE_NAMES = [
    "..xlsx",
    "...",
    "-rf",
    "a b.xlsx",
    "a;rm -rf ~.xlsx",
    "$(touch x).xlsx",
    "`id`.xlsx",
    "%2e%2e%2fetc%2fpasswd",
    "..\\..\\windows.xlsx",
    "C:\\a.xlsx",
    "'; drop table receipts; --.xlsx",
    '"<img src=x onerror=alert(1)>.xlsx',
    "\u202exslx.a",
    "a\u0000b".replace("\u0000", "\u0001") + ".xlsx",
    "a\nb.xlsx",
    "a\x1b[31mred.xlsx",
    "A.XLSX",
    "a.xlsx",
    "x" * 250 + ".xlsx",
    "ａ．ｘｌｓｘ",
]


def test_hostile_names_stay_inside_the_home(door: Door) -> None:
    for number, name in enumerate(HOSTILE_NAMES):
        door.put(FINDINGS, DAY, "tmp.xlsx", [finding(f"RD-{number}")]).rename(door.drop(FINDINGS, DAY, name))
    raw = os.fsencode(door.drop(FINDINGS, DAY, "")) + b"/\xff\xfe.xlsx"
    door.put(FINDINGS, DAY, "tmp.xlsx", [finding("RD-raw")]).rename(os.fsdecode(raw))
    before = {path for path in door.root.rglob("*") if door.settings.home not in path.parents}
    summary = door.ingest()
    assert (summary.parsed_count, summary.held) == (len(HOSTILE_NAMES) + 1, [])
    after = {path for path in door.root.rglob("*") if door.settings.home not in path.parents}
    assert after - before == {door.settings.home}
    stored = [path for path in door.settings.archive.rglob("*") if path.is_file()]
    assert len(stored) == len(HOSTILE_NAMES) + 1
    assert all(len(path.name) == 64 and path.parent.name == path.name[:2] for path in stored)
    for outcome in door.outcomes().values():
        name = outcome.receipt.file_name
        assert not any(char < " " or char == "\u202e" or 0xD800 <= ord(char) < 0xE000 for char in name)


def test_links_and_devices_are_not_opened(door: Door) -> None:
    secret = door.root / "secret.xlsx"
    door.put(FINDINGS, DAY, "good.xlsx", [finding("RD-1")]).rename(secret)
    door.drop(FINDINGS, DAY, "link.xlsx").symlink_to(secret)
    door.drop(FINDINGS, DAY, "dangling.xlsx").symlink_to("/nonexistent")
    os.mkfifo(door.drop(FINDINGS, DAY, "pipe.xlsx"))
    (door.inbox / "registry").symlink_to(door.inbox / "credit_desk")
    begin = time.perf_counter()
    summary = door.ingest()
    assert time.perf_counter() - begin < 5
    assert [(receipt.file_name, reason) for receipt, reason, _ in summary.held] == [
        ("dangling.xlsx", "not_a_regular_file"),
        ("link.xlsx", "not_a_regular_file"),
    ]
    assert sorted(Path(path).name for path, _ in summary.ignored) == ["pipe.xlsx", "registry"]
    assert door.rows(FINDINGS) == []


def test_a_folder_that_cannot_be_read_is_reported_and_the_rest_is_read(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.put(FINDINGS, DAY, "good.xlsx", [finding()])
    closed = [door.put("registry/personnel", DAY, "a.xlsx", [person()]).parent, door.inbox / "complaints"]
    closed[1].mkdir()
    real = os.scandir

    def scandir(folder: Path) -> object:
        if Path(folder) in closed:
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    summary = door.ingest()
    assert summary.parsed_count == 1
    assert sorted(path for path, _ in summary.ignored) == sorted(map(str, closed))
    assert all("cannot be read" in why for _, why in summary.ignored)


def test_system_and_temporary_files_are_reported_and_not_read(door: Door) -> None:
    names = ["~$a.xlsx", ".~lock.a.xlsx#", ".DS_Store", "._a.xlsx", ".a.xlsx.Xy12Zw", "Thumbs.db", "desktop.ini"]
    for name in names:
        door.drop(FINDINGS, DAY, name).write_bytes(b"x" * 165)
    door.put(FINDINGS, DAY, "a.xlsx", [finding()])
    summary = door.ingest()
    assert (summary.seen_count, summary.held) == (1, [])
    assert {Path(path).name for path, _ in summary.ignored} == set(names)


def test_unknown_entries_of_the_inbox_are_reported_and_not_read(door: Door) -> None:
    door.put(FINDINGS, DAY, "good.xlsx", [finding()])
    for place in (
        "other/x/2024-01-01",
        "credit_desk/other/2024-01-01",
        "credit_desk/findings/2024-13-01",
        "credit_desk/findings/neu",
    ):
        (door.inbox / place).mkdir(parents=True)
    (door.inbox / "loose.txt").write_text("x")
    (door.inbox / FINDINGS / DAY / "sub").mkdir()
    summary = door.ingest()
    assert summary.parsed_count == 1
    assert len(summary.ignored) == 6
