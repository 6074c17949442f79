"""Atomic writes: a file has the old content or the new one, never a part of either, and nothing is left beside it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ingestion.atomic_files import sweep, temporary_beside, write_atomically, write_text_atomically


class Stop(BaseException):
    pass


def test_a_file_is_complete_and_readable_only_by_its_owner(tmp_path: Path) -> None:
    target = tmp_path / "part"
    modes = []

    def write(temporary: Path) -> None:
        modes.append(stat.S_IMODE(temporary.stat().st_mode))
        temporary.write_bytes(b"new")

    before = os.umask(0)
    try:
        write_atomically(target, write)
    finally:
        os.umask(before)
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode), modes) == (b"new", 0o600, [0o600])
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("step", ["write", "replace", "fsync"])
def test_a_failure_leaves_the_old_content(tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "part"
    target.write_bytes(b"old")

    def stop(*_: object) -> None:
        raise Stop

    def write(temporary: Path) -> None:
        temporary.write_bytes(b"half")
        if step == "write":
            raise Stop

    if step == "replace":
        monkeypatch.setattr(Path, "replace", stop)
    if step == "fsync":
        monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(Stop):
        write_atomically(target, write)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"part": b"old"}


def test_a_link_planted_in_the_temporary_file_s_place_is_not_followed(tmp_path: Path) -> None:
    other, target = tmp_path / "other", tmp_path / "part"
    other.write_bytes(b"untouched")
    temporary_beside(target).symlink_to(other)
    with pytest.raises(OSError):
        write_atomically(target, lambda temporary: temporary.write_bytes(b"new"))
    assert other.read_bytes() == b"untouched" and not target.exists()


def test_text_replaces_text_and_a_failure_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "state.json"
    for text in ("一", "二"):
        write_text_atomically(target, text)
        assert target.read_text("utf-8") == text
    with pytest.raises(UnicodeEncodeError):
        write_text_atomically(target, "\ud800")
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == {"state.json": "二"}


def test_what_killed_writers_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    leftover, kept = temporary_beside(deep / "part"), deep / "part.tmp-1"
    for path in (leftover, kept):
        path.write_bytes(b"")
    sweep(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept]
