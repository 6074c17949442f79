"""Where the Postgres server is: a DSN from the environment, a file or an option, checked before anybody connects.

A DSN may hold a password: no message repeats one, and a command line, which every process of the machine can read,
may hold none. Does not belong here: connecting (`server`).
"""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

from ingestion.settings import (
    POSTGRES_AUDIENCE_VARIABLE,
    POSTGRES_DSN_FILE_VARIABLE,
    POSTGRES_DSN_VARIABLE,
    ConfigurationError,
    Settings,
)
from serving.audiences import DEFAULT_SERVER, SERVERS

_PLACE = ("service", "host", "hostaddr", "port", "dbname")  # the parameters of a DSN that tell one server from another
_FORM = "postgresql://USER@HOST:PORT/DATABASE, or host=HOST port=PORT dbname=DATABASE user=USER"


def is_named(settings: Settings) -> bool:
    """Whether the settings name a server."""
    return settings.postgres_dsn is not None or settings.postgres_dsn_file is not None


def with_server(settings: Settings, dsn: str | None, dsn_file: Path | None, audience: str | None) -> Settings:
    """The settings with what a command line says of the server; it goes before the environment."""
    if dsn is not None and dsn_file is not None:
        raise ConfigurationError("只能二选一 Name the server by --dsn or by --dsn-file, not by both.")
    if dsn is not None:
        settings = replace(settings, postgres_dsn=without_password(dsn), postgres_dsn_file=None)
    if dsn_file is not None:
        settings = replace(settings, postgres_dsn=None, postgres_dsn_file=dsn_file)
    settings = replace(settings, postgres_audience=audience or chosen_audience(settings))
    chosen(settings)
    return settings


def chosen_audience(settings: Settings) -> str:
    """Who reads the server. Raises ConfigurationError for a name that is none."""
    named = settings.postgres_audience or DEFAULT_SERVER
    if named not in SERVERS:
        raise ConfigurationError(
            f"{POSTGRES_AUDIENCE_VARIABLE} 无效 {POSTGRES_AUDIENCE_VARIABLE} is {named!r}: write {', '.join(SERVERS)}."
        )
    return named


def audience_that_runs(settings: Settings) -> str:
    """Whose output runs. One that is misspelt is taken for the default, whose output then says so and connects to nothing
    (`place_of`): were no output wanted, nobody would be told."""
    named = settings.postgres_audience or DEFAULT_SERVER
    return named if named in SERVERS else DEFAULT_SERVER


def place_of(settings: Settings) -> str:
    """The server and its database, as the DSN says it, without user and password. Raises ConfigurationError where the
    settings are wrong."""
    chosen_audience(settings)
    found = _parameters(chosen(settings), "of the server")
    return " ".join(f"{name}={found[name]}" for name in _PLACE if name in found)


def chosen(settings: Settings) -> str:
    """The DSN. Raises ConfigurationError where none is named, or it cannot be read."""
    if settings.postgres_dsn is not None:
        _parameters(settings.postgres_dsn, f"in {POSTGRES_DSN_VARIABLE} or --dsn")
        return settings.postgres_dsn
    if settings.postgres_dsn_file is None:
        raise ConfigurationError(
            f"未指定 Postgres 服务器 No Postgres server is named. Put its DSN into {POSTGRES_DSN_VARIABLE}, or into a file that "
            f"--dsn-file or {POSTGRES_DSN_FILE_VARIABLE} names: {_FORM}"
        )
    return _of_file(settings.postgres_dsn_file)


def without_password(dsn: str) -> str:
    """A DSN that was typed into a command line. Raises ConfigurationError where it holds a password."""
    if "password" in _parameters(dsn, "of --dsn"):
        raise ConfigurationError(
            "命令行中不能写密码 --dsn must not hold a password: every process of this machine can read a command line. Put the "
            f"DSN into {POSTGRES_DSN_VARIABLE} or a file (--dsn-file), or the password into ~/.pgpass. Change this password "
            "if others use the machine."
        )
    return dsn


def _of_file(path: Path) -> str:
    try:
        dsn = path.read_text("utf-8").strip()
        is_open_to_others = bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(f"DSN 文件无法读取 The DSN file {path} cannot be read: {reason}.") from None
    if "password" in _parameters(dsn, f"in the file {path}") and is_open_to_others:
        raise ConfigurationError(
            f"DSN 文件权限过宽 The file {path} holds a password and others may read it. Run: chmod 600 {path}"
        )
    return dsn


def _parameters(dsn: str, where: str) -> dict[str, str]:
    """What a DSN says. The library's own message would repeat parts of it, a password among them."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        found = conninfo_to_dict(dsn)
    except ProgrammingError:
        found = {}
    if not found:
        raise ConfigurationError(
            f"DSN 无效 The DSN {where} is not a connection string. Write: {_FORM}. A password with special characters must be "
            "percent-encoded in the first form."
        ) from None
    return {name: str(value) for name, value in found.items() if value is not None}
