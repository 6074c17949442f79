"""`firemark superset`: Apache Superset over the Postgres server of the home, with the dashboards, until Ctrl-C.

Belongs here: Superset's configuration, its key and login, setting it up, starting and stopping it. Does not belong here:
the server of Postgres and publishing to it (`serve`, `postgres_server`), what needs Superset's libraries
(`superset_setup`), the dashboards (`serving.outputs.superset`).
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ingestion.atomic_files import write_atomically, write_text_atomically
from ingestion.settings import ConfigurationError, Settings
from orchestration.operations.loopback import HOST, require_free
from orchestration.operations.postgres_server import DATABASE, Server, passwords_in
from orchestration.operations.serve import serve
from orchestration.operations.stopping import Stopping, end
from serving.outputs import superset
from serving.releases.opened import open_release

USER = "firemark"
KEY_FILE, LOGIN_FILE = "superset.key", "superset.login"  # below secrets/
_AUDIENCE = "conflicts"  # the dashboard of the desk reads them by a role of its own
_START_SECONDS, _STOP_SECONDS, _LOOK_SECONDS = 180.0, 20.0, 0.3
_SETUP = Path(__file__).with_name("superset_setup.py")

# Results are kept for five minutes, but for those of the restricted connection (serving.md, Superset). No request leaves
# the machine: a page may ask nothing of another host, Superset's own count of page views included.
CONFIGURATION = """\
# Written by firemark superset at each start: changes are lost.
from pathlib import Path

APP_NAME = "Firemark"
SECRET_KEY = Path({key!r}).read_text()
SQLALCHEMY_DATABASE_URI = {database!r}
BABEL_DEFAULT_LOCALE = "zh"
LANGUAGES = {{"zh": {{"flag": "cn", "name": "中文"}}, "en": {{"flag": "us", "name": "English"}}}}
DATA_CACHE_CONFIG = {{"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": {cache!r}, "CACHE_DEFAULT_TIMEOUT": 300}}
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_NAME = "firemark_superset"
PUBLIC_ROLE_LIKE = None
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {{
    "content_security_policy": {{
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    }},
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}}
"""


@dataclass(frozen=True)
class _Superset:
    """Where one Superset lives: its programs, its files in the home, its port."""

    settings: Settings
    programs: Path
    port: int

    @property
    def folder(self) -> Path:
        return self.settings.home / "superset"

    @property
    def bundle(self) -> Path:
        return self.folder / "firemark.zip"

    @property
    def log(self) -> Path:
        return self.settings.logs / "superset.log"

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def login(self) -> Path:
        return self.settings.secrets / LOGIN_FILE

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return inherited | {
            "SUPERSET_CONFIG_PATH": str(self.folder / "superset_config.py"),
            "SUPERSET_HOME": str(self.folder),
            "PYTHONUTF8": "1",
        }


def run(settings: Settings, port: int, postgres_port: int, programs: Path, tell: Callable[[str], None]) -> int:
    """Runs both servers until Ctrl-C, SIGTERM or the end of one of them; returns the exit code.

    Raises ConfigurationError where Superset is not installed, or a port is taken.
    """
    if not (programs / "superset").exists():
        raise ConfigurationError(
            f"未安装 Superset There is no Superset in {programs.parent}. `make superset` installs it and runs this."
        )
    require_free(port, "--port (make: SUPERSET_PORT)")
    place = _Superset(settings, programs.resolve(), port)
    return serve(
        settings,
        postgres_port,
        _AUDIENCE,
        tell,
        port_option="--postgres-port (make: POSTGRES_PORT)",
        beside=partial(_running, place, tell),
    )


@contextmanager
def _running(
    place: _Superset, tell: Callable[[str], None], server: Server, stopping: Stopping
) -> Iterator[subprocess.Popen[bytes]]:
    """Superset over a running Postgres, with the dashboards in it. Raises StoppedError if it was asked to end before."""
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.folder.chmod(0o700)
    place.settings.logs.mkdir(parents=True, exist_ok=True)
    _configure(place)
    with open_release(place.settings, for_desk=True) as release:
        superset.write_bundle(release, place.bundle, f"{HOST}:{server.port}/{DATABASE}")
    tell("正在准备 Superset，首次约需一分钟 Setting up Superset, about a minute the first time ...")
    _set_up(place, _passwords(server), stopping)
    process = _start(place)
    try:
        _wait_until_up(place, process, stopping)
        tell(f"看板 dashboards  {place.address}/dashboard/list/")
        for path in superset.addresses():
            tell(f"  {place.address}{path}")
        tell(f"用户 user {USER}  口令 password in {place.login}")
        yield process
    finally:
        end(process, signal.SIGTERM, _STOP_SECONDS)


def _configure(place: _Superset) -> None:
    key = _secret(place.settings.secrets / KEY_FILE)
    text = CONFIGURATION.format(
        key=str(key),
        database=f"sqlite:///{(place.folder / 'superset.db').resolve()}",
        cache=str((place.folder / "cache").resolve()),
    )
    write_text_atomically(place.folder / "superset_config.py", text)


def _secret(path: Path) -> Path:
    """A file that holds a random text, made once."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, lambda made: made.write_text(secrets.token_urlsafe(32), encoding="utf-8"))
    return path.resolve()


def _passwords(server: Server) -> dict[str, str]:
    """File of a connection in the bundle -> the password of its role."""
    of_role = passwords_in(server.pass_file)
    return {database.path: of_role[database.role] for database in superset.DATABASES}


def _set_up(place: _Superset, passwords: dict[str, str], stopping: Stopping) -> None:
    made = place.folder / f".made-{_version(place)}"
    asked = {
        "is_made": made.exists(),
        "user": USER,
        "password": _secret(place.login).read_text("utf-8"),
        "bundle": str(place.bundle),
        "passwords": passwords,
    }
    with place.log.open("ab") as log:  # -P: beside the script lies a module that is called superset, too
        process = subprocess.Popen(  # noqa: S603  (Superset's own Python and our script)
            [str(place.programs / "python"), "-P", str(_SETUP)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=place.environment,
            cwd=place.folder,
            start_new_session=True,
        )
    try:
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin as given:  # it has ended: see below
            given.write(json.dumps(asked).encode())
        while process.poll() is None:
            stopping.check()
            time.sleep(_LOOK_SECONDS)
    finally:
        end(process, signal.SIGTERM, _STOP_SECONDS)
    if process.returncode != 0:
        raise ConfigurationError(
            f"Superset 未能设置 Superset could not be set up; see {place.log}. If {place.folder} is damaged, remove it: "
            "it holds no data of the bureau, and is made anew."
        )
    made.touch()


def _version(place: _Superset) -> str:
    """Superset's version: another one migrates its database."""
    found = sorted(place.programs.parent.glob("lib/python*/site-packages/apache_superset-*.dist-info"))
    return found[-1].name.removeprefix("apache_superset-").removesuffix(".dist-info") if found else "unknown"


def _start(place: _Superset) -> subprocess.Popen[bytes]:
    command = [str(place.programs / "python"), "-m", "gunicorn", "--workers", "1", "--worker-class", "gthread"]
    command += [
        "--threads",
        "8",
        "--timeout",
        "120",
        "--no-control-socket",
        "--bind",
        f"{HOST}:{place.port}",
        "superset.app:create_app()",
    ]
    with place.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603  (Superset's own server)
            command,
            env=place.environment,
            cwd=place.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait_until_up(place: _Superset, process: subprocess.Popen[bytes], stopping: Stopping) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        stopping.check()
        with suppress(OSError), urllib.request.urlopen(f"{place.address}/health", timeout=5) as answer:  # noqa: S310
            if answer.status == 200 and process.poll() is None:
                return
        if process.poll() is not None or time.monotonic() > deadline:
            raise ConfigurationError(f"Superset 未能启动 Superset did not start on {place.address}; see {place.log}.")
        time.sleep(_LOOK_SECONDS)
