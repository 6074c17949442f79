"""Which release the server has, and the exchange of its schemas for new ones, unseen by readers.

Schemas are exchanged by renaming, in the transaction that filled them. Renaming locks no table, so a query that is being
parsed could find one table of the last release and one of the next: before it, the publisher locks every live table for
a moment, which it can only while no transaction has read one (serving.md, Exchange). Does not belong here: rows
(`loading`), roles (`readers`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from serving.outputs.output import PublishFailedError, PublishRefusedError
from serving.outputs.postgres.loading import incoming
from serving.outputs.postgres.readers import ROLES
from serving.outputs.postgres.shape import comment_statement
from serving.releases.contents import quoted

if TYPE_CHECKING:
    from psycopg import Connection

OWN_SCHEMA = "firemark"  # what was published, for the publisher alone
KEPT = 2  # releases that stay beside the live one
TURN_SECONDS = 20.0  # how long to wait for another publisher
GATE_SECONDS = 180.0  # how long to wait for readers: twice and more what SETTINGS of `readers` lets one take
_TURN = 0x66697265  # the number of the advisory lock; the same in every version of this program
_LAST_DAY = "9999-12-31"  # everything that is known


@dataclass(frozen=True)
class Published:
    """One release as it was published for an audience."""

    release_id: str
    audience: str
    as_of_on: str
    known_on: str | None
    released_at: str
    number: int = 0
    schemas: tuple[str, ...] = ()
    published_at: str = ""

    @classmethod
    def of(cls, description: Mapping[str, Any], audience: str) -> Published:
        """The release that `release.json` describes."""
        return cls(
            description["release_id"],
            audience,
            description["as_of_on"],
            description["known_on"],
            description["released_at"],
        )

    @property
    def age(self) -> tuple[str, str, str]:
        """What rises from release to release: the day of evaluation, what was known, when it was made."""
        return self.as_of_on, self.known_on or _LAST_DAY, self.released_at

    def is_same(self, other: Published) -> bool:
        """Whether nothing would change."""
        return (self.release_id, self.audience) == (other.release_id, other.audience)


def take_turn(connection: Connection, wait: Callable[[float], None] = time.sleep) -> None:
    """One publisher at a time, as long as the connection lives. Raises PublishFailedError when another one stays."""
    deadline = time.monotonic() + TURN_SECONDS
    while not _value(connection, f"select pg_try_advisory_lock({_TURN})"):
        if time.monotonic() > deadline:
            raise PublishFailedError(
                "另一发布任务正在进行 Another publisher is at work on this database. Try again when it has ended; see "
                "pg_stat_activity, application_name 'firemark publish'."
            )
        wait(0.2)


def prepare(connection: Connection) -> None:
    """The schema in which the publisher writes down what it published."""
    if _value(connection, f"select to_regclass('{OWN_SCHEMA}.publications') is not null"):
        return
    with connection.transaction():
        connection.execute(f"create schema if not exists {OWN_SCHEMA}")
        connection.execute(
            f"create table {OWN_SCHEMA}.publications (number bigint generated always as identity primary key, "
            "release_id text not null, audience text not null, as_of_on text not null, known_on text, "
            "released_at text not null, schemas text[] not null, row_count bigint not null, "
            "published_at timestamptz not null default clock_timestamp(), state text not null "
            "check (state in ('live', 'kept', 'dropped')))"
        )
        connection.execute(f"create unique index on {OWN_SCHEMA}.publications (state) where state = 'live'")


def live(connection: Connection) -> Published | None:
    """The release that readers have; null = none yet."""
    found = _in_state(connection, "live")
    return found[0] if found else None


def _in_state(connection: Connection, state: str) -> list[Published]:
    """The latest first."""
    return [
        Published(release_id, audience, as_of_on, known_on, released_at, number, tuple(schemas), published_at)
        for number, release_id, audience, as_of_on, known_on, released_at, schemas, published_at in connection.execute(
            "select number, release_id, audience, as_of_on, known_on, released_at, schemas, "
            "to_char(published_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') "
            f"from {OWN_SCHEMA}.publications where state = %s order by number desc",
            [state],
        ).fetchall()
    ]


def is_whole(connection: Connection, published: Published) -> bool:
    """Whether all its schemas are there."""
    return set(published.schemas) <= _schemas(connection)


def refuse_older(before: Published | None, now: Published) -> None:
    """Raises PublishRefusedError where readers would be taken back."""
    if before is not None and now.age < before.age:
        raise PublishRefusedError(
            f"不发布较早的版本 The server has {before.release_id} (as of {before.as_of_on}, known on "
            f"{before.known_on or 'everything'}, released {before.released_at}); {now.release_id} (as of {now.as_of_on}, known "
            f"on {now.known_on or 'everything'}, released {now.released_at}) is older. To take readers back: "
            "firemark publish postgres --allow-older"
        )


def refuse_strangers(connection: Connection, before: Published | None, schemas: Sequence[str]) -> None:
    """Raises PublishRefusedError where a schema of ours was made by somebody else."""
    foreign = (set(schemas) & _schemas(connection)) - set(before.schemas if before else ())
    if foreign:
        raise PublishRefusedError(
            f"库中已有同名模式 The database has a schema {', '.join(sorted(foreign))} that firemark did not publish. Name a "
            "database of its own, or rename that schema."
        )


def pass_gate(
    connection: Connection,
    before: Published | None,
    seconds: float | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Locks every live table and view until the end of the transaction: then nobody is in the middle of one.

    A reader waits for a fraction of a second at most before the publisher steps back and tries again, the table that was
    in use first. Only the first lock may wait long, because nothing is held by then that a reader could wait for: later
    ones give up before the server looks for deadlocks, which would end a reader's query.
    """
    from psycopg.errors import DeadlockDetected, LockNotAvailable

    relations = _relations(connection, before.schemas if before else ())
    deadline = time.monotonic() + (GATE_SECONDS if seconds is None else seconds)
    first, later = 0.1, 0.03
    while relations:
        at = 0
        try:
            with connection.transaction():
                for at, relation in enumerate(relations):
                    connection.execute(f"set local lock_timeout = '{(later if at else first) * 1000:.0f}ms'")
                    connection.execute(f"lock table {relation} in access exclusive mode")
                connection.execute("set local lock_timeout = 0")
            return
        except (LockNotAvailable, DeadlockDetected):
            relations.insert(0, relations.pop(at))
        if time.monotonic() > deadline:
            raise PublishFailedError(
                f"读者占用中 Readers did not let go of {relations[0]}: {_who_holds(connection, relations[0])}. Let them end their "
                "transactions, then publish again. The release on the server stays as it was."
            )
        wait(first / 2)
        first, later = min(first * 1.5, 2.0), min(later * 1.3, 0.5)


def _relations(connection: Connection, schemas: Sequence[str]) -> list[str]:
    return [
        f"{quoted(schema)}.{quoted(name)}"
        for schema, name in connection.execute(
            "select nspname, relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace "
            "where nspname = any(%s) and relkind in ('r', 'v') order by 1, 2",
            [list(schemas)],
        ).fetchall()
    ]


def _who_holds(connection: Connection, relation: str) -> str:
    found = connection.execute(
        "select distinct activity.pid, usename, application_name, state from pg_locks join pg_stat_activity as activity "
        "using (pid) where relation = to_regclass(%s) and granted and pid <> pg_backend_pid() order by 1",
        [relation],
    ).fetchall()
    return ", ".join(f"pid {pid} {user} {name!r} {state}" for pid, user, name, state in found) or "nobody any more"


def exchange(
    connection: Connection, before: Published | None, now: Published, schemas: Sequence[str], row_count: int
) -> None:
    """The new schemas take the names of the live ones, which are kept under the number of their publication, closed to
    readers."""
    connection.execute(f"update {OWN_SCHEMA}.publications set state = 'kept' where state = 'live'")
    there = _schemas(connection)
    for schema in before.schemas if before else ():
        if before is not None and schema in there:
            kept = kept_name(schema, before.release_id, before.number)
            connection.execute(f"alter schema {quoted(schema)} rename to {quoted(kept)}")
            _close(connection, kept)
    for schema in schemas:
        connection.execute(f"alter schema {incoming(schema)} rename to {quoted(schema)}")
        known = f", known on {now.known_on}" if now.known_on else ""
        said = f"发布 · release {now.release_id}, as of {now.as_of_on}{known}, released {now.released_at}"
        connection.execute(comment_statement("schema", quoted(schema), said))
    connection.execute(
        f"insert into {OWN_SCHEMA}.publications (release_id, audience, as_of_on, known_on, released_at, schemas, row_count, "
        "state) values (%s, %s, %s, %s, %s, %s, %s, 'live')",
        [now.release_id, now.audience, now.as_of_on, now.known_on, now.released_at, list(schemas), row_count],
    )


def kept_name(schema: str, release_id: str, number: int) -> str:
    """The name of a schema that is no longer live: its release, and the number of its publication, for one release may
    be published twice."""
    return f"{schema}__{release_id.replace('-', '_')}_{number}"


def clean_up(connection: Connection) -> None:
    """Drops kept schemas of older releases, and of schemas that the live audience has not. What is in use is left for the
    next publication."""
    from psycopg.errors import LockNotAvailable

    now = live(connection)
    there = _schemas(connection)
    for rank, published in enumerate(_in_state(connection, "kept")):
        names = {schema: kept_name(schema, published.release_id, published.number) for schema in published.schemas}
        left = []
        for schema, name in names.items():
            if name not in there:
                continue
            if rank < KEPT and now is not None and schema in now.schemas:
                left.append(name)
                continue
            try:
                with connection.transaction():
                    connection.execute("set local lock_timeout = '2s'")
                    connection.execute(f"drop schema {quoted(name)} cascade")
            except LockNotAvailable:
                left.append(name)
        if not left:
            connection.execute(
                f"update {OWN_SCHEMA}.publications set state = 'dropped' where number = %s", [published.number]
            )


def _close(connection: Connection, schema: str) -> None:
    for (role,) in connection.execute(
        "select rolname from pg_namespace, aclexplode(nspacl) as given join pg_roles on pg_roles.oid = grantee "
        "where nspname = %s and rolname = any(%s)",
        [schema, list(ROLES)],
    ).fetchall():
        connection.execute(f"revoke all on schema {quoted(schema)} from {role}")


def _schemas(connection: Connection) -> set[str]:
    return {name for (name,) in connection.execute("select nspname from pg_namespace").fetchall()}


def _value(connection: Connection, query: str, parameters: Sequence[Any] = ()) -> Any:
    found = connection.execute(query, list(parameters) or None).fetchone()  # type: ignore[arg-type]  # of this module
    return found[0] if found else None
