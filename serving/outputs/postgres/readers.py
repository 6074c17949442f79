"""The login roles that read: which there are, what holds for their sessions, which schemas each may see.

Belongs here: roles and grants. Does not belong here: passwords: whoever runs the server sets them, or lets users in by
other means, and this program knows none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from serving.audiences import SCHEMAS, Audience
from serving.outputs.output import PublishRefusedError
from serving.outputs.postgres.loading import incoming
from serving.releases.contents import literal, quoted

if TYPE_CHECKING:
    from psycopg import Connection

ROLES = {
    "public_reader": Audience.PUBLIC,
    "bi_reader": Audience.BI,
    "conflict_reader": Audience.CONFLICT_DESK,
}
CONNECTION_LIMIT = 20
# A reader who stays in a transaction would hold up the next release.
SETTINGS = {
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "default_transaction_read_only": "on",
}
_ATTRIBUTES = f"login connection limit {CONNECTION_LIMIT}"


def readers_of(audience: Audience) -> tuple[str, ...]:
    """The roles of a server that is for an audience: those that see no schema which it has not."""
    return tuple(role for role, of in ROLES.items() if set(SCHEMAS[of]) <= set(SCHEMAS[audience]))


def ensure(connection: Connection, audience: Audience) -> None:
    """Makes the roles that are missing or differ, and closes the database to everything else.

    Raises PublishRefusedError with what the server's administrator must run, where this user may not do it.
    """
    from psycopg.errors import InsufficientPrivilege

    statements = _wanting(connection, audience)
    try:
        with connection.transaction():
            for statement in statements:
                connection.execute(statement)
            left = _wanting(connection, audience)
    except InsufficientPrivilege as error:
        raise _left_to_administrator(error.diag.message_primary or "", statements) from None
    if left:  # who may not grant or revoke is not refused: the server does nothing, and warns
        raise _left_to_administrator("the server changed nothing", left)


def _wanting(connection: Connection, audience: Audience) -> list[str]:
    """Statements that make roles and database what they must be; none where they are."""
    database = quoted(connection.info.dbname)
    statements = [statement for role in readers_of(audience) for statement in _missing(connection, role)]
    if not _is(connection, "select has_database_privilege(current_database(), 'CREATE')"):
        statements.append(f"grant create on database {database} to {quoted(connection.info.user)}")
    if _everybody_may_create(connection):
        statements.append(f"revoke temporary, create on database {database} from public")
    # Open to all by itself; where the cluster was made by a Postgres before 15, everybody may create there, too, and its
    # owner is not that of the database.
    if _schema_is_open(connection):
        statements.append("revoke all on schema public from public")
    return statements


def _left_to_administrator(said: str, statements: list[str]) -> PublishRefusedError:
    return PublishRefusedError(
        f"权限不足 The publisher may not set up the readers: {said}. 请管理员执行 Let the server's administrator run, as owner of "
        f"the database with CREATEROLE, then publish again: {'; '.join(statements)};"
    )


def _missing(connection: Connection, role: str) -> list[str]:
    """Statements that make the role what it must be; none where it is."""
    found = connection.execute(
        "select rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls, "
        "rolcanlogin and rolconnlimit = %s, has_database_privilege(oid, current_database(), 'CONNECT'), coalesce((select setconfig from pg_db_role_setting where setrole = pg_roles.oid "
        "and setdatabase = (select oid from pg_database where datname = current_database())), '{}') "
        "from pg_roles where rolname = %s",
        [CONNECTION_LIMIT, role],
    ).fetchone()
    statements = []
    if found is None:
        statements.append(f"create role {role} {_ATTRIBUTES}")
    elif found[0]:
        raise PublishRefusedError(
            f"角色 {role} 权限过大 The role {role} is there already, and may do more than read: it is a superuser, or may make "
            "roles or databases, replicate, or pass row security. Take that from it, or name another server."
        )
    elif not found[1]:
        statements.append(f"alter role {role} {_ATTRIBUTES}")
    database = quoted(connection.info.dbname)
    if found is None or not found[2]:
        statements.append(f"grant connect on database {database} to {role}")
    set_already = set(found[3]) if found else set()
    return statements + [
        f"alter role {role} in database {database} set {name} = {literal(value)}"
        for name, value in SETTINGS.items()
        if f"{name}={value}" not in set_already
    ]


def _everybody_may_create(connection: Connection) -> bool:
    return _is(
        connection,
        "select exists (select from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) as given "
        "where datname = current_database() and given.grantee = 0 and given.privilege_type in ('TEMPORARY', 'CREATE'))",
    )


def _schema_is_open(connection: Connection) -> bool:
    return _is(
        connection,
        "select exists (select from pg_namespace, aclexplode(nspacl) as given "
        "where nspname = 'public' and given.grantee = 0)",
    )


def _is(connection: Connection, query: str) -> bool:
    found = connection.execute(query).fetchone()  # type: ignore[arg-type]  # a constant of this module
    return bool(found and found[0])


def grant(connection: Connection, audience: Audience) -> None:
    """Lets each role read the new schemas that its audience may see, and nothing else."""
    for role in readers_of(audience):
        for schema in SCHEMAS[ROLES[role]]:
            connection.execute(f"grant usage on schema {incoming(schema)} to {role}")
            connection.execute(f"grant select on all tables in schema {incoming(schema)} to {role}")
            connection.execute(f"grant execute on all functions in schema {incoming(schema)} to {role}")
