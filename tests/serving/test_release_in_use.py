"""A release's file that another program holds for writing: the error names it, and asks for no new build."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from ingestion.settings import Settings, load
from serving.releases import stored
from serving.releases.errors import FileInUseError, UnreadableReleaseError, in_use
from serving.releases.opened import open_release
from tests.conftest import loosened
from tests.serving.test_releases import publish

HOLDER = """
import duckdb, sys
with duckdb.connect(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_for_writing(path: Path) -> Iterator[int]:
    """Another program that opened a file without read-only mode; gives its process id."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process.pid
    finally:
        process.stdin.close()
        process.wait()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(tmp_path / "home")


@pytest.mark.parametrize(("name", "for_desk"), [("firemark.duckdb", True), ("firemark_bi.duckdb", False)])
def test_the_program_that_holds_a_file_for_writing_is_named(settings: Settings, name: str, for_desk: bool) -> None:
    path = loosened(publish(settings)) / name
    with held_for_writing(path) as process_id:
        with pytest.raises(FileInUseError) as raised, open_release(settings, for_desk=for_desk):
            pass
        said = str(raised.value)
        assert str(path) in said and f"(PID {process_id})" in said and "Close it there" in said and "build" not in said
        with open_release(settings, for_desk=not for_desk) as opened:  # the other file is free
            assert opened.rows("select 1 as one") == [{"one": 1}]
    with open_release(settings, for_desk=for_desk) as opened:
        assert opened.rows("select count(*) as n from credit.fct_score_history") == [{"n": 2}]
    assert stored.verify(path.parent) == []


def test_readers_do_not_lock_each_other_out(settings: Settings) -> None:
    publish(settings)
    with open_release(settings) as one, open_release(settings) as other:
        assert one.rows("select 1 as one") == other.rows("select 1 as one")


def test_a_new_release_does_not_wait_for_users_of_the_one_before(settings: Settings) -> None:
    before = loosened(publish(settings, "2026-01-01-a"))
    with held_for_writing(before / "firemark_bi.duckdb"):
        after = publish(settings, "2026-01-02-b")
        with open_release(settings) as opened:
            assert opened.directory == after


def test_a_damaged_file_is_not_mistaken_for_one_in_use(settings: Settings) -> None:
    path = loosened(publish(settings)) / "firemark_bi.duckdb"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(UnreadableReleaseError), open_release(settings):
        pass


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            'IO Error: Could not set lock on file "/a b/f.duckdb": Conflicting lock is held in /usr/bin/duckdb (PID 7). See',
            ["/a b/f.duckdb", "/usr/bin/duckdb (PID 7)"],
        ),
        ('dbt says: IO Error: Could not set lock on file "/h/build/f.duckdb": Resource busy', ["/h/build/f.duckdb"]),
    ],
)
def test_duckdbs_message_about_a_lock_is_read(said: str, expected: list[str]) -> None:
    told = in_use(said)
    assert told is not None and all(part in told for part in expected)


def test_the_installed_duckdbs_message_is_recognised(tmp_path: Path) -> None:
    """The message is DuckDB's: another version may change it, and this test must notice."""
    path = tmp_path / "a.duckdb"
    duckdb.connect(str(path)).close()
    with held_for_writing(path) as process_id:
        with pytest.raises(duckdb.Error) as raised:
            duckdb.connect(str(path), read_only=True)
        told = in_use(str(raised.value))
    assert told is not None and f"(PID {process_id})" in told
    assert in_use("IO Error: The file is not a valid DuckDB database file!") is None
