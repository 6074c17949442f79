"""The server of a home: what one that was killed leaves behind, a port that is taken, what `firemark serve` records."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ingestion.settings import ConfigurationError, load
from orchestration.operations import postgres_server
from orchestration.operations.loopback import HOST
from orchestration.operations.postgres_server import Server
from orchestration.operations.serve import output_of
from serving.outputs.publishing import last_publications
from tests.conftest import ROOT, BuiltCity, copied, firemark
from tests.server.conftest import free_port, within_reach
from tests.server.databases import PROOF, Database, is_whole, release

SERVES = """
import sys, time
from pathlib import Path
from orchestration.operations.postgres_server import running
folder, programs, port = sys.argv[1:]
with running(Path(folder) / "pg", Path(folder) / "pgpass", int(port), bin_folder=Path(programs)) as server:
    print(server.socket, server.process.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One so deep that its server's socket lies elsewhere."""
    above = Path(tempfile.mkdtemp(prefix="firemark-server-"))
    above.chmod(0o711)
    deep = above / ("deep" * 25)
    deep.mkdir(mode=0o711)
    yield deep
    shutil.rmtree(above)


@pytest.fixture(scope="module")
def programs(folder: Path) -> Path:
    return within_reach(postgres_server.programs(), folder.parent)


def test_an_orphan_is_stopped_and_leaves_no_socket(folder: Path, programs: Path) -> None:
    port = free_port()
    serving = subprocess.Popen(
        [sys.executable, "-c", SERVES, str(folder), str(programs), str(port)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert serving.stdout is not None
    left, pid = serving.stdout.readline().split()
    serving.kill()
    serving.communicate()
    os.kill(int(pid), 0)  # it runs on
    assert Path(left).parent != folder / "pg" and Path(left).is_dir()
    with postgres_server.running(folder / "pg", folder / "pgpass", port, bin_folder=programs) as server:
        psycopg.connect(server.dsn()).close()
        assert not Path(left).exists() and server.socket.is_dir()
    assert not server.socket.exists()


def test_a_server_of_other_files_is_left_alone(folder: Path, programs: Path, server: Server) -> None:
    """It answers where the last server of these files did."""
    with postgres_server.running(folder / "pg", folder / "pgpass", free_port(), bin_folder=programs):
        pass
    left = folder / "pg" / "data" / "postmaster.pid"
    shutil.copyfile(server.socket.parent / "data" / "postmaster.pid", left)
    shutil.chown(left, left.parent.stat().st_uid, left.parent.stat().st_gid)
    with (
        pytest.raises(ConfigurationError, match=r"postmaster\.pid"),
        postgres_server.running(folder / "pg", folder / "pgpass", free_port(), bin_folder=programs),
    ):
        pass
    left.unlink()
    psycopg.connect(server.dsn()).close()


def test_a_stranger_with_the_number_of_the_last_server_is_left_alone(folder: Path, programs: Path) -> None:
    data = folder / "pg" / "data"
    with postgres_server.running(folder / "pg", folder / "pgpass", free_port(), bin_folder=programs):
        written = (data / "postmaster.pid").read_text("utf-8")
    account = postgres_server._as(postgres_server._account())
    with subprocess.Popen(["sleep", "600"], **account) as stranger:
        (data / "postmaster.pid").write_text(written.replace(written.split()[0], str(stranger.pid), 1), "utf-8")
        shutil.chown(data / "postmaster.pid", data.stat().st_uid, data.stat().st_gid)
        with (  # Postgres itself takes the stranger for a server, and starts no other
            pytest.raises(ConfigurationError, match=r"postmaster\.pid"),
            postgres_server.running(folder / "pg", folder / "pgpass", free_port(), bin_folder=programs),
        ):
            pass
        assert stranger.poll() is None
        stranger.send_signal(signal.SIGKILL)
    (data / "postmaster.pid").unlink(missing_ok=True)


def test_files_that_cannot_be_made_leave_no_socket(
    folder: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise ConfigurationError("no room")

    before = set(Path(tempfile.gettempdir()).glob(f"{postgres_server._SOCKET_PREFIX}*"))
    monkeypatch.setattr(postgres_server, "_start", full)
    with (
        pytest.raises(ConfigurationError, match="no room"),
        postgres_server.running(folder / "pg", folder / "pgpass", free_port(), bin_folder=programs),
    ):
        pass
    assert set(Path(tempfile.gettempdir()).glob(f"{postgres_server._SOCKET_PREFIX}*")) == before


def test_a_taken_port_is_named_with_the_option_for_another(small_city: BuiltCity, tmp_path: Path) -> None:
    home = copied(small_city, tmp_path)
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        done = firemark(home, "serve", "--port", str(port), check=False)
    assert done.returncode == 2 and f"{HOST}:{port} is taken" in done.stderr and "with --port" in done.stderr
    assert not (home / "postgres" / "data").exists()


def test_a_server_for_trying_shows_an_older_release_and_has_its_own_record(
    server: Server, database: Database, tmp_path: Path
) -> None:
    output = output_of(server, "bi")
    assert output.publish is not None
    for number in (2, 1):
        output.publish(database.settings(tmp_path), release(tmp_path, number))
        assert is_whole(found := database.rows(PROOF)[0]) and found[0] == number
    assert (output.name, output.place(load(tmp_path))) == (
        "serve_bi",
        f"host={HOST} port={server.port} dbname=firemark",
    )


def test_serve_publishes_until_it_is_asked_to_stop(small_city: BuiltCity) -> None:
    above = Path(tempfile.mkdtemp(prefix="firemark-server-"))  # where the account of Postgres may go
    above.chmod(0o711)
    try:
        home = copied(small_city, above)
        command = [sys.executable, "-m", "orchestration.cli", "--home", str(home), "serve", "--port", str(free_port())]
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as serving:
            assert serving.stderr is not None
            told = next((line for line in serving.stderr if "Ctrl-C stops" in line), None)
            serving.send_signal(signal.SIGINT)
            assert serving.wait(60) == 0 and told is not None
        (record,) = [one for one in last_publications(load(home)) if one.output.startswith("serve_")]
        assert (record.output, record.is_published, record.release_id) == ("serve_bi", True, small_city.release.name)
        assert not (home / "postgres" / "data" / "postmaster.pid").exists()
    finally:
        shutil.rmtree(above)
