"""The login roles: each reads its schemas, and is refused everything else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from orchestration.operations.loopback import HOST
from orchestration.operations.postgres_server import Server
from serving.outputs.output import PublishRefusedError
from serving.outputs.postgres import readers
from tests.server.databases import Database, release

TABLES = {
    "credit": "credit.dim_agencies",
    "supervision": "supervision.rpt_tasks",
    "publication": "publication.rpt_public_roster",
    "quality": "quality.fct_loads",
    "conflicts": "conflicts.fct_engineer_conflicts",
}
SEES = {
    "public_reader": {"publication"},
    "bi_reader": {"credit", "supervision", "publication", "quality"},
    "conflict_reader": set(TABLES),
}
WRITES = (
    "insert into publication.rpt_public_roster (agency_id) values ('x')",
    "update publication.rpt_public_roster set agency_id = 'x'",
    "delete from publication.rpt_public_roster",
    "truncate publication.rpt_public_roster",
    "drop table publication.rpt_public_roster",
    "alter table publication.rpt_public_roster add column x text",
    "create table publication.x (a int)",
    "create table public.x (a int)",
    "create temporary table x (a int)",
    "create schema x",
    "create view publication.x as select 1",
    "create function publication.x() returns int language sql as 'select 1'",
    "copy publication.rpt_public_roster to '/tmp/firemark-stolen'",
    "copy publication.rpt_public_roster to program 'cat'",
    "copy publication.rpt_public_roster from '/etc/hostname'",
    "select pg_read_file('/etc/hostname')",
    "select lo_import('/etc/hostname')",
    "create role x",
    "alter role firemark password 'x'",
    "alter role bi_reader createdb",
    "set role firemark",
    "set session authorization postgres",
    "comment on table publication.rpt_public_roster is 'x'",
    "table firemark.publications",
    "select rolpassword from pg_authid",
)


@pytest.fixture(scope="module")
def published(shared_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A server for the conflict desk, with two releases, so that one is kept."""
    folder = tmp_path_factory.mktemp("releases")
    for number in (1, 2):
        shared_database.publish(folder, release(folder, number), "conflicts")
    yield shared_database


@pytest.mark.parametrize("role", SEES)
@pytest.mark.parametrize("schema", TABLES)
def test_a_role_reads_its_schemas_and_no_other(published: Database, role: str, schema: str) -> None:
    with published.connect(role) as connection:
        if schema in SEES[role]:
            assert connection.execute(f"select * from {TABLES[schema]}").fetchall()
            return
        with pytest.raises(errors.InsufficientPrivilege, match="permission denied for schema"):
            connection.execute(f"select * from {TABLES[schema]}")


@pytest.mark.parametrize("role", SEES)
def test_a_role_only_reads(published: Database, role: str) -> None:
    with published.connect(role) as connection:
        for statement in WRITES:
            with pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
                connection.execute(statement)
                pytest.fail(f"{role} may: {statement}")
        connection.execute(
            "set default_transaction_read_only = off"
        )  # as any session may: the grants refuse all the same
        for statement in WRITES:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)
                pytest.fail(f"{role} may: {statement}")
    assert not Path("/tmp/firemark-stolen").exists()


@pytest.mark.parametrize("role", SEES)
def test_a_kept_release_is_closed_to_readers(published: Database, role: str) -> None:
    kept = next(name for name in published.schemas() if name.startswith("publication__"))
    with published.connect(role) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(f'select * from "{kept}".rpt_public_roster')


def test_the_function_is_for_those_who_see_its_schema(published: Database) -> None:
    query = "select count(*) from credit.agency_grades_as_of('2026-06-01')"
    assert published.rows(query, "bi_reader") == [(42,)]
    with published.connect("public_reader") as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(query)


def test_a_long_query_ends_by_itself(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database.publish(tmp_path, release(tmp_path, 1))
    assert database.rows("show statement_timeout", "bi_reader") == [("1min",)]
    assert database.rows("show idle_in_transaction_session_timeout", "bi_reader") == [("1min",)]
    monkeypatch.setattr(readers, "SETTINGS", readers.SETTINGS | {"statement_timeout": "200ms"})
    database.publish(tmp_path, release(tmp_path, 2))
    with database.connect("bi_reader") as connection, pytest.raises(errors.QueryCanceled, match="statement timeout"):
        connection.execute("select count(*) from generate_series(1, 100000000000)")


def test_a_role_has_a_limit_of_connections(published: Database) -> None:
    limits = published.rows("select rolname, rolconnlimit from pg_roles where rolname ~ '_reader$'")
    assert dict(limits) == dict.fromkeys(SEES, readers.CONNECTION_LIMIT)


def test_a_reader_of_the_network_needs_his_password(published: Database, server: Server) -> None:
    place = f"host={HOST} port={server.port} dbname=firemark user=bi_reader"
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"{place} password=wrong")
    psycopg.connect(f"{place} passfile={server.pass_file}").close()
    psycopg.connect(server.reader_dsn("bi_reader")).close()
    with pytest.raises(psycopg.OperationalError, match="no pg_hba"):
        psycopg.connect(f"host={HOST} port={server.port} dbname=firemark user=postgres password=x")
    assert server.pass_file.stat().st_mode & 0o077 == 0


def test_a_role_that_may_do_more_is_refused(database: Database, tmp_path: Path) -> None:
    with database.administrator() as connection:
        connection.execute("alter role bi_reader createdb")
        try:
            with pytest.raises(PublishRefusedError, match="bi_reader is there already, and may do more"):
                database.publish(tmp_path, release(tmp_path, 1))
        finally:
            connection.execute("alter role bi_reader nocreatedb")


def test_a_database_open_to_everybody_is_closed(database: Database, tmp_path: Path) -> None:
    with database.administrator() as connection:
        connection.execute("grant create, temporary on database " + database.name + " to public")
        connection.execute("grant create on schema public to public")
    database.publish(tmp_path, release(tmp_path, 1))
    with database.connect("bi_reader") as connection:
        connection.execute("set default_transaction_read_only = off")
        for statement in ("create schema x", "create table public.x (a int)", "create temporary table x (a int)"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)
