"""The exchange of releases under readers: nobody sees two releases in one, waits long, or gets an error; a publisher that
is killed leaves the server as it was."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from serving.outputs import postgres
from serving.outputs.output import PublishFailedError
from serving.outputs.postgres import switching
from tests.conftest import ROOT
from tests.server.databases import PROOF, Database, is_whole, release

READERS = 2


class Reader(threading.Thread):
    """Reads the proof as long as it may, in one statement and in several of one transaction by turns."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.is_asked_to_stop = False
        self.torn: list[object] = []
        self.backwards: list[object] = []
        self.errors: list[str] = []
        self.read_count = 0
        self.longest_wait = 0.0

    def run(self) -> None:
        last = -1
        try:
            with self.database.connect("bi_reader") as connection:
                while not self.is_asked_to_stop:
                    for read in (one_statement, one_transaction):
                        started = time.perf_counter()
                        found = read(connection)
                        self.longest_wait = max(self.longest_wait, time.perf_counter() - started)
                        self.read_count += 1
                        if not is_whole(found):
                            self.torn.append(found)
                        elif found[0] < last:
                            self.backwards.append((last, found[0]))
                        last = max(last, found[0])
        except Exception as error:
            self.errors.append(repr(error))


def one_statement(connection: psycopg.Connection) -> tuple[object, ...]:
    return connection.execute(PROOF).fetchone() or ()


def one_transaction(connection: psycopg.Connection) -> tuple[object, ...]:
    """The parts of the proof one by one, the last first: a transaction that read one table reads its release's others."""
    parts = PROOF.removeprefix("select ").replace("), (", ")\n(").split("\n")
    with connection.transaction():
        found = [(connection.execute(f"select {part}").fetchone() or (None,))[0] for part in reversed(parts)]
    return tuple(reversed(found))


def published_under_readers(database: Database, folder: Path, count: int) -> list[Reader]:
    """Publishes releases that rise, while readers read."""
    database.publish(folder, release(folder, 0))
    readers = [Reader(database) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        for number in range(1, count + 1):
            database.publish(folder, release(folder, number))
    finally:
        for reader in readers:
            reader.is_asked_to_stop = True
        for reader in readers:
            reader.join()
    return readers


def assert_read_whole_releases(database: Database, readers: list[Reader], count: int) -> None:
    for reader in readers:
        assert (reader.torn, reader.backwards, reader.errors) == ([], [], [])
        assert reader.read_count > count
        assert reader.longest_wait < 5
    assert (database.live() or "").endswith(f"{count:012x}")
    assert len(database.schemas()) == 1 + 4 * (1 + switching.KEPT)


def test_readers_see_whole_releases_only(database: Database, tmp_path: Path) -> None:
    assert_read_whole_releases(database, published_under_readers(database, tmp_path, 20), 20)


@pytest.mark.soak
def test_readers_see_whole_releases_only_for_200_releases(database: Database, tmp_path: Path) -> None:
    assert_read_whole_releases(database, published_under_readers(database, tmp_path, 200), 200)


def test_without_the_gate_a_transaction_would_read_two_releases(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: renaming alone is not enough."""
    monkeypatch.setattr(switching, "pass_gate", lambda *_: None)
    readers = published_under_readers(database, tmp_path, 20)
    assert any(reader.torn for reader in readers)


def test_a_transaction_finishes_on_the_release_that_it_began_with(database: Database, tmp_path: Path) -> None:
    database.publish(tmp_path, release(tmp_path, 1))
    with database.connect("bi_reader") as connection:
        publisher = threading.Thread(target=lambda: database.publish(tmp_path, release(tmp_path, 2)))
        with connection.transaction():
            connection.execute("select from credit.dim_agencies").fetchall()
            publisher.start()
            for _ in range(20):
                found = connection.execute(PROOF).fetchone()
                assert found is not None and found[0] == 1 and is_whole(found)
                time.sleep(0.05)
        publisher.join()
        found = connection.execute(PROOF).fetchone()
        assert found is not None and found[0] == 2 and is_whole(found)


def test_an_older_snapshot_sees_the_new_release_and_no_empty_table(database: Database, tmp_path: Path) -> None:
    """Rows are frozen: a transaction that had read nothing yet, but had its snapshot, finds all of them."""
    database.publish(tmp_path, release(tmp_path, 1))
    with database.connect("bi_reader") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            connection.execute("select 1")
            database.publish(tmp_path, release(tmp_path, 2))
            found = connection.execute(PROOF).fetchone()
            assert found is not None and found[0] == 2 and is_whole(found)


def test_a_reader_who_does_not_let_go_stops_the_publication_and_is_named(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.publish(tmp_path, release(tmp_path, 1))
    before = database.schemas()
    monkeypatch.setattr(switching, "GATE_SECONDS", 0.5)
    with database.connect("bi_reader") as connection, connection.transaction():
        connection.execute("select from supervision.rpt_tasks")
        with pytest.raises(PublishFailedError, match=rf"supervision.*pid {connection.info.backend_pid} bi_reader"):
            database.publish(tmp_path, release(tmp_path, 2))
        assert is_whole(one_statement(connection))
    assert database.schemas() == before and (database.live() or "").endswith("1")


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_the_gate_ends_no_reader_by_a_deadlock(database: Database, tmp_path: Path, order: tuple[str, str]) -> None:
    """A reader holds one table and wants one that the publisher has: the publisher steps back."""
    database.publish(tmp_path, release(tmp_path, 1))
    tables = {"a": "credit.dim_agencies", "b": "supervision.rpt_tasks"}
    publisher = threading.Thread(target=lambda: database.publish(tmp_path, release(tmp_path, 2)))
    with database.connect("bi_reader") as connection, connection.transaction():
        connection.execute(f"select from {tables[order[0]]}")
        publisher.start()
        time.sleep(0.5)
        started = time.perf_counter()
        connection.execute(f"select from {tables[order[1]]}")
        assert time.perf_counter() - started < 1
    publisher.join()
    assert (database.live() or "").endswith("2")


# --- kill -9 ---

KILLED = """
import os, signal, sys
from pathlib import Path
from dataclasses import replace
from ingestion.settings import load
from serving.outputs import postgres
from tests.server.databases import release
folder, dsn, point = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
def reached(at):
    if at == point:
        os.kill(os.getpid(), signal.SIGKILL)
postgres.publish(replace(load(folder, {}), postgres_dsn=dsn), release(folder, 2), "bi", reached=reached)
"""


@pytest.mark.parametrize("point", postgres.POINTS)
def test_a_killed_publisher_leaves_one_whole_release(database: Database, tmp_path: Path, point: str) -> None:
    database.publish(tmp_path, release(tmp_path, 1))
    before = database.schemas()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), database.dsn(), point],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    database.wait_for_silence()
    with database.connect("bi_reader") as connection:
        found = one_statement(connection)
    assert is_whole(found) and found[0] == (2 if point == "committed" else 1)
    if point != "committed":
        assert database.schemas() == before
    database.publish(tmp_path, release(tmp_path, 2))
    database.publish(tmp_path, release(tmp_path, 3))
    with database.connect("bi_reader") as connection:
        found = one_statement(connection)
    assert is_whole(found) and found[0] == 3
    assert len(database.schemas()) == 1 + 4 * 3  # the record, the live one, and two before it: nothing is left behind


def test_the_next_publication_finishes_what_a_killed_one_had_to_clean_up(database: Database, tmp_path: Path) -> None:
    for number in range(1, 4):
        database.publish(tmp_path, release(tmp_path, number))
    told: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        database.publish(tmp_path, release(tmp_path, 4), reached=stopping_at("committed", told))
    assert len(database.schemas()) == 1 + 4 * 4 and told == [*dict.fromkeys(told)] == list(postgres.POINTS)
    assert "已在库中" in database.publish(tmp_path, release(tmp_path, 4))
    assert len(database.schemas()) == 1 + 4 * 3


def stopping_at(point: str, told: list[str]) -> Callable[[str], None]:
    def reached(at: str) -> None:
        if at not in told:
            told.append(at)
        if at == point:
            raise KeyboardInterrupt

    return reached
