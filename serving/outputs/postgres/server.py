"""A connection to the server, and what its errors mean for people.

Belongs here: connecting, the least version, errors in words. Does not belong here: any table.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from serving.outputs.output import PublishFailedError, PublishRefusedError

if TYPE_CHECKING:
    from psycopg import Connection, Error

OLDEST = 15  # the first on which nobody may create in the schema public, and null may equal null in a unique key
_CONNECT_SECONDS = 10
# Of the publisher's own session: a backend whose publisher has died must not hold its locks for long.
_SESSION = (
    "set statement_timeout = 0",
    "set idle_in_transaction_session_timeout = '10min'",
    "set client_connection_check_interval = '1s'",
    "set client_min_messages = warning",
    "set datestyle = 'ISO, YMD'",
    "set standard_conforming_strings = on",
    "set check_function_bodies = off",
    "set maintenance_work_mem = '256MB'",
)
_STAYS = "库中原有发布完好 The release on the server stays as it was."


@contextmanager
def connected(dsn: str) -> Iterator[Connection]:
    """A connection, closed at the end. Errors of the server become PublishRefusedError or PublishFailedError."""
    import psycopg

    logging.getLogger("psycopg").setLevel(logging.ERROR)  # what it would warn of is an error of ours, too
    try:
        connection = psycopg.connect(
            dsn, autocommit=True, connect_timeout=_CONNECT_SECONDS, application_name="firemark publish"
        )
    except psycopg.Error as error:
        raise PublishFailedError(
            f"无法连接 Postgres cannot connect to Postgres: {said(error)}. Check the DSN, that the server runs, and that "
            f"pg_hba.conf and the password let this user in. {_STAYS}"
        ) from None
    try:
        with connection:
            _require_version(connection)
            for statement in _SESSION:
                # the interval is not to be had on every system
                with suppress(psycopg.errors.InvalidParameterValue):
                    connection.execute(statement)
            yield connection
    except psycopg.Error as error:
        raise _in_words(error) from None


def place_of(connection: Connection) -> str:
    """The server and its database, in words without a secret."""
    info = connection.info
    return f"{info.host}:{info.port}/{info.dbname}"


def _require_version(connection: Connection) -> None:
    version = connection.info.server_version // 10000
    if version < OLDEST:
        raise PublishRefusedError(
            f"Postgres 版本过低 The server {place_of(connection)} is Postgres {version}; at least {OLDEST} is needed. Upgrade it, "
            "or name another one."
        )


def _in_words(error: Error) -> Exception:
    from psycopg import OperationalError, errors

    told = said(error)
    match error:
        case errors.InsufficientPrivilege():
            return PublishRefusedError(
                f"权限不足 Not permitted on the server: {told}. The publisher must own the database, or hold CREATE on it, own what "
                f"was published before, and may need CREATEROLE (docs/serving.md 4). {_STAYS}"
            )
        case errors.DiskFull() | errors.OutOfMemory():
            return PublishFailedError(
                f"服务器空间不足 The server has no room: {told}. Free some, then try again. {_STAYS}"
            )
        case errors.ReadOnlySqlTransaction():
            return PublishRefusedError(
                f"服务器只读 The server takes no changes: {told}. A standby takes none: name the primary in the DSN. {_STAYS}"
            )
        case errors.UniqueViolation() | errors.NotNullViolation():
            return PublishFailedError(
                f"数据不符合主键 A table of the release breaks its key: {told}. Build again: firemark build --full. {_STAYS}"
            )
        case OperationalError():
            return PublishFailedError(
                f"连接中断 The server went away or stopped the publication: {told}. Try again when it runs; what was not "
                f"committed is gone by itself. {_STAYS}"
            )
    return PublishFailedError(f"{type(error).__name__}: {told}. {_STAYS}")


def said(error: Error) -> str:
    """The server's own message, on one line: its first line, and what it adds for people."""
    primary = error.diag.message_primary or " ".join(str(error).split()) or type(error).__name__
    return primary.rstrip(".")
