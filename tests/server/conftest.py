"""A Postgres server for the session, and an empty database for each test that asks for one."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.operations import postgres_server
from orchestration.operations.loopback import HOST
from orchestration.operations.postgres_server import Server
from tests.server.databases import Database, administrator

_numbers = itertools.count(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def within_reach(programs: Path, folder: Path) -> Path:
    """Postgres' programs where the account that runs them may go: a checkout of root's may be closed to it."""
    account = postgres_server._account()
    try:
        subprocess.run(
            [programs / "postgres", "--version"], check=True, capture_output=True, **postgres_server._as(account)
        )
    except PermissionError:
        copy = folder / "programs"
        shutil.copytree(programs.parent, copy)
        return copy / programs.name
    return programs


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="firemark-server-"))
    folder.chmod(0o711)
    try:
        programs = within_reach(postgres_server.programs(), folder)
        # fsync off: no test here cuts the power
        with postgres_server.running(
            folder / "pg",
            folder / "secrets" / "pgpass",
            free_port(),
            bin_folder=programs,
            options={"fsync": "off", "shared_buffers": "32MB"},
        ) as running:
            yield running
    finally:
        shutil.rmtree(folder)


@contextmanager
def made(server: Server) -> Iterator[Database]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with administrator(server) as connection:
        connection.execute(f"create database {name} owner {postgres_server.PUBLISHER}")
    yield Database(server, name)
    with administrator(server) as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    with made(server) as database:
        yield database


@pytest.fixture(scope="module")
def shared_database(server: Server) -> Iterator[Database]:
    """One for a module's tests, which only read it."""
    with made(server) as database:
        yield database
