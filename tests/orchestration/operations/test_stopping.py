"""A command that serves: Ctrl-C is remembered, what it started ends, a port that is taken is named."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ingestion.settings import ConfigurationError, load
from orchestration.operations import superset
from orchestration.operations.loopback import HOST, require_free
from orchestration.operations.stopping import StoppedError, Stopping, end


def test_a_request_is_remembered_until_it_is_looked_for() -> None:
    before = signal.getsignal(signal.SIGINT)
    stopping = Stopping()
    try:
        stopping.check()
        signal.raise_signal(signal.SIGINT)
        assert stopping.is_asked
        with pytest.raises(StoppedError):
            stopping.check()
    finally:
        stopping.restore()
    assert signal.getsignal(signal.SIGINT) == before


DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(600)"


def test_a_process_that_does_not_listen_is_ended_all_the_same() -> None:
    with subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline()
        end(process, signal.SIGTERM, 0.2)
        assert process.returncode == -signal.SIGKILL
    end(process, signal.SIGTERM, 0.2)  # it has ended: nothing


def test_a_taken_port_is_named_with_the_option_for_another() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"{HOST}:{port} is taken .* with --postgres-port"):
            require_free(port, "--postgres-port")
    require_free(port)


def test_ctrl_c_while_superset_is_set_up_ends_that_program(tmp_path: Path) -> None:
    """It does not hear Ctrl-C by itself, for it has a session of its own."""
    programs = tmp_path / "venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text(
        f"#!/bin/sh\ncat > /dev/null\necho $$ > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/pid\nexec sleep 600\n",
        encoding="utf-8",
    )
    (programs / "python").chmod(stat.S_IRWXU)
    place = superset._Superset(load(tmp_path / "home"), programs, 1)
    place.folder.mkdir(parents=True)
    place.settings.logs.mkdir()
    stopping = Stopping()
    started: list[int] = []

    def press() -> None:
        while not (tmp_path / "pid").exists():
            time.sleep(0.02)
        started.append(int((tmp_path / "pid").read_text("utf-8")))
        started.append(os.getsid(started[0]))
        os.kill(os.getpid(), signal.SIGINT)

    pressing = threading.Thread(target=press)
    pressing.start()
    try:
        with pytest.raises(StoppedError):
            superset._set_up(place, {}, stopping)
    finally:
        pressing.join()
        stopping.restore()
    pid, session = started
    assert pid == session
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
