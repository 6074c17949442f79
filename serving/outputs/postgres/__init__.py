"""A copy of the release on a Postgres server, for BI tools: schemas that are replaced in one transaction (serving.md 4).

Belongs here: the outputs, one an audience, and the order of one publication. Does not belong here: where the server is
(`target`), errors in words (`server`), what the tables look like (`shape`), their rows (`loading`), who may read
(`readers`), the exchange of schemas (`switching`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ingestion.settings import Settings
from serving.audiences import SCHEMAS, SERVERS
from serving.outputs.output import Output
from serving.outputs.postgres import target
from serving.releases.opened import Release

if TYPE_CHECKING:
    from psycopg import Connection

# Where a test ends the process: after each of them the server has one whole release, and the next publication succeeds.
POINTS = ("connected", "copying", "indexed", "renamed", "committed")


def _nothing(point: str) -> None:
    return None


def publish(
    settings: Settings,
    release: Release,
    audience: str,
    *,
    is_older_allowed: bool = False,
    reached: Callable[[str], None] = _nothing,
) -> str:
    """Copies the release to the server of the settings, and says what is there. All of it is one transaction: until it
    commits, readers have the last release, and whatever ends it leaves nothing behind.

    Raises PublishFailedError; PublishRefusedError where a person must do something first; ConfigurationError where no
    server is named.
    """
    from serving.outputs.postgres import loading, readers, server, shape, switching

    started = time.perf_counter()
    described = switching.Published.of(release.description, audience)
    tables = shape.tables_of(release.connection, SERVERS[audience])
    with server.connected(target.chosen(settings)) as connection:
        where = server.place_of(connection)
        switching.take_turn(connection)
        reached("connected")
        readers.ensure(connection, SERVERS[audience])  # first, for it says all that an administrator must do
        switching.prepare(connection)
        live = switching.live(connection)
        switching.refuse_strangers(connection, live, SCHEMAS[SERVERS[audience]])
        if live is not None and live.is_same(described) and switching.is_whole(connection, live):
            return (
                f"{where}: {described.release_id} 已在库中 is there already ({audience}, published {live.published_at})"
                f"{_cleaned_up(connection)}"
            )
        if not is_older_allowed:
            switching.refuse_older(live, described)
        with connection.transaction():
            row_count = 0
            for schema in SCHEMAS[SERVERS[audience]]:
                loading.create_schema(connection, schema)
            for table in tables:
                row_count += loading.load(connection, release, table, reached)
            missing = loading.finish(connection, tables)
            loading.create_views(connection, shape.views_of(release.connection, SERVERS[audience]))
            readers.grant(connection, SERVERS[audience])
            reached("indexed")
            switching.pass_gate(connection, live)
            switching.exchange(connection, live, described, SCHEMAS[SERVERS[audience]], row_count)
            reached("renamed")
        reached("committed")
        left_over = _cleaned_up(connection)
    left_out = f"; 未建外键 without foreign keys {', '.join(missing)}" if missing else ""
    return (
        f"{where}: {audience}, {', '.join(SCHEMAS[SERVERS[audience]])}: {len(tables)} 表 tables, {row_count} 行 rows in "
        f"{time.perf_counter() - started:.1f} s{left_out}{left_over}"
    )


def _cleaned_up(connection: Connection) -> str:
    """Removes what older releases left. The release is live by now, so an error here is told and fails nothing."""
    from psycopg import Error

    from serving.outputs.postgres import server, switching

    try:
        switching.clean_up(connection)
    except Error as error:
        return (
            f"; 较早版本未清理 older releases were not removed, the next publication tries again: {server.said(error)}"
        )
    return ""


def output_for(audience: str, *, is_older_allowed: bool = False) -> Output:
    """The output of one audience; it runs by itself where the environment names a server and this audience."""
    return Output(
        f"postgres_{audience}",
        SERVERS[audience],
        publish=partial(publish, audience=audience, is_older_allowed=is_older_allowed),
        is_wanted=lambda settings: target.is_named(settings) and target.audience_that_runs(settings) == audience,
        place=target.place_of,
    )


OUTPUTS = tuple(output_for(audience) for audience in SERVERS)
