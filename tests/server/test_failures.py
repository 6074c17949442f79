"""What goes wrong between a release and a server: a message in three parts, no secret in it, and the last release whole."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from dagster import DagsterInstance
from psycopg import errors

from ingestion.settings import load
from orchestration.operations import postgres_server
from serving.outputs import postgres, publishing
from serving.outputs.output import PublishFailedError, PublishRefusedError
from serving.outputs.postgres import server as server_module
from serving.outputs.postgres import switching
from serving.outputs.publishing import last_publications, publish_release
from tests.conftest import BuiltCity, copied, firemark
from tests.server.conftest import free_port, within_reach
from tests.server.databases import PROOF, Database, is_whole, release

SECRET = "hunter2-geheim"


@pytest.fixture
def published(database: Database, tmp_path: Path) -> Iterator[Database]:
    """A server with release 5; whatever a test does, it is whole afterwards."""
    database.publish(tmp_path, release(tmp_path, 5))
    before = database.schemas()
    yield database
    found = database.rows(PROOF, "bi_reader")[0]
    assert found[0] == 5 and is_whole(found)
    assert database.schemas() == before


def test_an_older_release_is_refused(published: Database, tmp_path: Path) -> None:
    with pytest.raises(PublishRefusedError, match=r"is older. To take readers back: .*--allow-older"):
        published.publish(tmp_path, release(tmp_path, 4))
    published.publish(tmp_path, release(tmp_path, 5))  # the same is no news


def test_an_older_release_goes_if_it_is_asked_for(database: Database, tmp_path: Path) -> None:
    for number, is_older_allowed in ((2, False), (1, True), (2, False)):
        database.publish(tmp_path, release(tmp_path, number), is_older_allowed=is_older_allowed)
        assert is_whole(found := database.rows(PROOF)[0]) and found[0] == number


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (("2026-06-02", None, "2026-06-02T07:00:00Z"), ("2026-06-01", None, "2026-06-03T07:00:00Z")),
        (("2026-06-02", None, "2026-06-02T07:00:00Z"), ("2026-06-02", "2026-05-01", "2026-06-03T07:00:00Z")),
        (("2026-06-02", None, "2026-06-02T07:00:00Z"), ("2026-06-02", None, "2026-06-02T06:00:00Z")),
    ],
)
def test_older_is_by_day_then_by_what_was_known_then_by_time(
    before: tuple[str, str | None, str], now: tuple[str, str | None, str]
) -> None:
    old, new = (switching.Published("r", "bi", *of) for of in (now, before))
    with pytest.raises(PublishRefusedError):
        switching.refuse_older(new, old)
    switching.refuse_older(old, new)
    switching.refuse_older(new, new)


def test_a_schema_of_somebody_else_is_left_alone(database: Database, tmp_path: Path) -> None:
    with database.connect() as connection:
        connection.execute("create schema credit")
        connection.execute("create table credit.mine as select 1 as a")
    with pytest.raises(PublishRefusedError, match=r"has a schema credit that firemark did not publish"):
        database.publish(tmp_path, release(tmp_path, 1))
    assert database.rows("table credit.mine") == [(1,)]


def test_a_schema_that_somebody_dropped_comes_back(database: Database, tmp_path: Path) -> None:
    database.publish(tmp_path, release(tmp_path, 1))
    with database.connect() as connection:
        connection.execute("drop schema quality cascade")
    database.publish(tmp_path, release(tmp_path, 1))
    assert is_whole(database.rows(PROOF, "bi_reader")[0]) and "quality" in database.schemas()


def test_two_publishers_take_turns(database: Database, tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def publish(number: int) -> None:
        try:
            database.publish(tmp_path, release(tmp_path, number), is_older_allowed=True)
        except BaseException as error:
            failures.append(error)

    publishers = [threading.Thread(target=publish, args=(number,)) for number in (1, 2, 3)]
    for publisher in publishers:
        publisher.start()
    for publisher in publishers:
        publisher.join()
    assert failures == []
    assert is_whole(database.rows(PROOF)[0])
    assert database.rows("select count(*) from firemark.publications") == [(3,)]


def test_a_publisher_that_stays_is_named(published: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switching, "TURN_SECONDS", 0.3)
    with published.connect() as other:
        other.execute(f"select pg_advisory_lock({switching._TURN})")
        with pytest.raises(PublishFailedError, match="Another publisher is at work"):
            published.publish(tmp_path, release(tmp_path, 6))


# --- the server ---


def end_publisher(database: Database) -> None:
    with database.administrator() as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'firemark publish' "
            "and datname = current_database()"
        )


@pytest.mark.parametrize("point", ["connected", "copying", "indexed", "renamed"])
def test_the_server_ends_the_connection_in_the_middle(published: Database, tmp_path: Path, point: str) -> None:
    def reached(at: str) -> None:
        if at == point:
            end_publisher(published)

    with pytest.raises(PublishFailedError, match=r"The server went away .* stays as it was"):
        published.publish(tmp_path, release(tmp_path, 6, rows=5000), reached=reached)


def test_a_server_that_is_killed_has_its_last_release_when_it_comes_back(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="firemark-server-"))
    folder.chmod(0o711)
    port = free_port()
    arguments = (folder / "pg", folder / "pgpass", port)
    try:
        programs = within_reach(postgres_server.programs(), folder)
        with postgres_server.running(*arguments, bin_folder=programs) as running:
            database = Database(running, postgres_server.DATABASE)
            database.publish(tmp_path, release(tmp_path, 1))
            stop = [lambda: running.process.kill() or running.process.wait()]
            with pytest.raises(PublishFailedError, match="The server went away"):
                database.publish(
                    tmp_path,
                    release(tmp_path, 2, rows=50_000),
                    reached=lambda at: stop.pop()() if at == "copying" and stop else None,
                )
            with pytest.raises(PublishFailedError, match="cannot connect to Postgres"):
                database.publish(tmp_path, release(tmp_path, 2))
        with postgres_server.running(*arguments, bin_folder=programs) as running:
            database = Database(running, postgres_server.DATABASE)
            assert is_whole(found := database.rows(PROOF, "bi_reader")[0]) and found[0] == 1
            database.publish(tmp_path, release(tmp_path, 2))
            assert is_whole(found := database.rows(PROOF, "bi_reader")[0]) and found[0] == 2
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("code", "error", "said"),
    [
        ("53100", PublishFailedError, "The server has no room"),
        ("42501", PublishRefusedError, "Not permitted on the server"),
        ("57014", PublishFailedError, "The server went away or stopped the publication"),
        ("XX000", PublishFailedError, "made up"),
    ],
)
def test_what_the_server_says_becomes_a_message(
    published: Database, tmp_path: Path, code: str, error: type[Exception], said: str
) -> None:
    """The server itself raises it, in the middle of the transaction."""
    with published.administrator() as connection:
        connection.execute(
            "create function public.fail() returns event_trigger language plpgsql as "
            f"$$ begin raise exception 'made up' using errcode = '{code}'; end $$"
        )
        connection.execute(
            "create event trigger fail on ddl_command_end when tag in ('CREATE INDEX') execute function public.fail()"
        )
    try:
        with pytest.raises(error, match=rf"{said}.* stays as it was"):
            published.publish(tmp_path, release(tmp_path, 6))
    finally:
        with published.administrator() as connection:
            connection.execute("drop event trigger fail; drop function public.fail()")


def test_an_old_server_is_refused(published: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "OLDEST", 99)
    with pytest.raises(PublishRefusedError, match=r"is Postgres \d+; at least 99 is needed. Upgrade it"):
        published.publish(tmp_path, release(tmp_path, 6))


@contextmanager
def stranger(database: Database) -> Iterator[str]:
    """A user with no rights, who may connect; its objects are dropped at the end."""
    name = "nobody_much"
    with database.administrator() as connection:
        (ident,) = connection.execute("show ident_file").fetchone() or ("",)
        before = Path(ident).read_text("utf-8")
        Path(ident).write_text(before + before.splitlines()[0].rpartition(" ")[0] + f" {name}\n", encoding="utf-8")
        connection.execute(f"create role {name} login")
        connection.execute("select pg_reload_conf()")
        deadline = time.monotonic() + 30
        while not is_let_in(database, name):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        try:
            yield name
        finally:
            connection.execute(f"drop owned by {name} cascade; drop role {name}")
            Path(ident).write_text(before, encoding="utf-8")
            connection.execute("select pg_reload_conf()")


def is_let_in(database: Database, user: str) -> bool:
    try:
        database.connect(user).close()
    except psycopg.OperationalError:
        return False
    return True


def run_by_administrator(database: Database, said: str) -> None:
    """The statements of a message."""
    with database.administrator() as connection:
        for statement in said.partition("then publish again: ")[2].split(";"):
            if statement.strip():
                connection.execute(statement)


def test_a_user_without_rights_is_told_all_that_the_administrator_must_run(database: Database, tmp_path: Path) -> None:
    with stranger(database) as name:
        settings = replace(load(tmp_path, {}), postgres_dsn=database.dsn(name))
        with pytest.raises(PublishRefusedError, match=r"may not set up the readers: .* administrator run") as refused:
            postgres.publish(settings, release(tmp_path, 1), "bi")
        assert database.schemas() == set()
        run_by_administrator(database, str(refused.value))
        postgres.publish(settings, release(tmp_path, 1), "bi")
        assert is_whole(database.rows(PROOF, "bi_reader")[0])


def test_a_schema_public_that_the_publisher_cannot_close_is_refused(database: Database, tmp_path: Path) -> None:
    """As on a cluster made by a Postgres before 15: everybody may create there, and it is not the database owner's."""
    with database.administrator() as connection:
        connection.execute("alter schema public owner to postgres; grant all on schema public to public")
    with pytest.raises(PublishRefusedError, match=r"again: revoke all on schema public from public;$") as refused:
        database.publish(tmp_path, release(tmp_path, 1))
    assert database.schemas() == set()
    run_by_administrator(database, str(refused.value))
    database.publish(tmp_path, release(tmp_path, 1))
    assert is_whole(database.rows(PROOF, "bi_reader")[0])


# --- after the commit ---


def test_what_fails_after_the_commit_fails_no_publication(database: Database, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        database.publish(tmp_path, release(tmp_path, number))
    oldest = next(name for name in sorted(database.schemas()) if name.startswith("credit__"))
    with database.administrator() as connection:
        connection.execute(f'alter schema "{oldest}" owner to postgres')
    said = database.publish(tmp_path, release(tmp_path, 4))
    assert "older releases were not removed" in said and "must be owner of schema" in said
    assert is_whole(found := database.rows(PROOF, "bi_reader")[0]) and found[0] == 4
    assert "older releases were not removed" in database.publish(tmp_path, release(tmp_path, 4))  # is there already
    with database.administrator() as connection:
        connection.execute(f'alter schema "{oldest}" owner to {postgres_server.PUBLISHER}')
    assert "not removed" not in database.publish(tmp_path, release(tmp_path, 4))
    assert oldest not in database.schemas()


def test_a_connection_that_ends_after_the_commit_leaves_kept_schemas_closed(database: Database, tmp_path: Path) -> None:
    database.publish(tmp_path, release(tmp_path, 1))

    def reached(at: str) -> None:
        if at == "committed":
            end_publisher(database)

    assert "older releases were not removed" in database.publish(tmp_path, release(tmp_path, 2), reached=reached)
    assert is_whole(found := database.rows(PROOF, "bi_reader")[0]) and found[0] == 2
    kept = next(name for name in database.schemas() if name.startswith("credit__"))
    with database.connect("bi_reader") as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(f'select * from "{kept}".dim_agencies')


# --- the command ---


def run(city: BuiltCity, *arguments: str, check: bool = True, **environment: str) -> tuple[int, str]:
    done = firemark(city.home, "publish", "postgres", *arguments, check=check, env=environment)
    return done.returncode, done.stdout + done.stderr


def test_the_command_publishes_and_status_tells_of_it(
    database: Database, small_city: BuiltCity, tmp_path: Path
) -> None:
    code, said = run(small_city, "--dsn", database.dsn())
    assert code == 0 and "已推送 published" in said and database.name in said
    code, said = run(small_city, FIREMARK_POSTGRES_DSN=database.dsn())
    assert "is there already" in said
    file = tmp_path / "dsn"
    file.write_text(database.dsn() + "\n", encoding="utf-8")
    assert "is there already" in run(small_city, "--dsn-file", str(file))[1]
    told = json.loads(small_city.run("status", "--format", "json").stdout)["publications"]
    (one,) = [found for found in told if found["output"] == "postgres_bi"]
    assert one["is_published"] and database.name in one["message"] and one["release_id"] == small_city.release.name
    assert "postgres_bi: 已推送 published" in small_city.run("status").stdout


def test_a_build_publishes_where_a_server_is_named(database: Database, small_city: BuiltCity, tmp_path: Path) -> None:
    """As an asset below the release; a server that is away fails no build, and gets the release by the next one."""
    home = copied(small_city, tmp_path)
    day = dt.date.fromisoformat(small_city.release.name[:10]) + dt.timedelta(days=1)
    away = firemark(home, "build", "--as-of", str(day), env={"FIREMARK_POSTGRES_DSN": "host=/nowhere"})
    assert "Traceback" not in away.stderr
    (tried,) = (one for one in last_publications(load(home)) if one.place == "host=/nowhere")
    assert not tried.is_published
    with DagsterInstance.from_config(str(load(home).dagster)) as instance:
        key = dg.AssetKey(["published", "postgres_bi"])
        (told,) = instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [dg.AssetCheckKey(key, "server_has_the_current_release")]
        ).values()
        assert told.evaluation is not None and not told.evaluation.passed
    firemark(home, "build", "--as-of", str(day), env={"FIREMARK_POSTGRES_DSN": database.dsn()})
    assert database.live() == (home / "releases" / "current").resolve().name
    assert "postgres_bi: 已推送 published" in firemark(home, "status").stdout


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (("--dsn", f"postgresql://u:{SECRET}@127.0.0.1/x"), {}, 2, "--dsn must not hold a password"),
        (("--dsn", f"host=127.0.0.1 password={SECRET}"), {}, 2, "--dsn must not hold a password"),
        (("--dsn", f"nonsense {SECRET}"), {}, 2, "is not a connection string"),
        ((), {"FIREMARK_POSTGRES_DSN": f"nonsense {SECRET}"}, 2, "is not a connection string"),
        ((), {}, 2, "No Postgres server is named"),
        (("--dsn", "host=/x", "--dsn-file", "y"), {}, 2, "not by both"),
        (("--dsn-file", "/nowhere/dsn"), {}, 2, "cannot be read"),
        (
            (),
            {"FIREMARK_POSTGRES_DSN": "host=/x", "FIREMARK_POSTGRES_AUDIENCE": "all"},
            2,
            "write public, bi, conflicts",
        ),
        ((), {"FIREMARK_POSTGRES_DSN": f"postgresql://u:{SECRET}@127.0.0.1:1/x"}, 1, "cannot connect to Postgres"),
        ((), {"FIREMARK_POSTGRES_DSN": f"postgresql://u:{SECRET}@no-such-host.invalid/x"}, 1, "cannot connect"),
    ],
)
def test_a_dsn_that_leads_nowhere(
    small_city: BuiltCity, arguments: tuple[str, ...], environment: dict[str, str], code: int, said: str
) -> None:
    found, text = run(small_city, *arguments, check=False, **environment)
    assert (found, said in text) == (code, True), text
    assert SECRET not in text and "Traceback" not in text
    logs = "".join(path.read_text("utf-8") for path in (small_city.home / "logs").glob("*.jsonl"))
    assert SECRET not in logs


def test_a_file_with_a_password_is_its_owners_alone(small_city: BuiltCity, tmp_path: Path) -> None:
    file = tmp_path / "dsn"
    file.write_text(f"postgresql://u:{SECRET}@127.0.0.1:1/x", encoding="utf-8")
    file.chmod(0o644)
    code, said = run(small_city, "--dsn-file", str(file), check=False)
    assert code == 2 and f"chmod 600 {file}" in said and SECRET not in said
    file.chmod(0o600)
    code, said = run(small_city, "--dsn-file", str(file), check=False)
    assert code == 1 and "cannot connect" in said and SECRET not in said


def test_a_password_in_a_traceback_shows_in_no_settings(tmp_path: Path) -> None:
    assert SECRET not in repr(load(tmp_path, {"FIREMARK_POSTGRES_DSN": f"host=x password={SECRET}"}))


def test_what_a_person_must_mend_is_not_tried_three_times(
    published: Database, small_city: BuiltCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "OLDEST", 99)
    settings = replace(load(small_city.home, {}), postgres_dsn=published.dsn(), home=small_city.home)
    pauses: list[float] = []
    (refused,) = publish_release(settings, postgres.OUTPUTS, wait=pauses.append)
    assert (refused.output, refused.is_published, refused.try_count, pauses) == ("postgres_bi", False, 1, [])
    away = replace(settings, postgres_dsn="host=/nowhere")
    (failed,) = publish_release(away, postgres.OUTPUTS, wait=pauses.append)
    assert (failed.try_count, tuple(pauses)) == (3, publishing.WAIT_SECONDS)


def test_no_output_publishes_where_no_server_is_named(tmp_path: Path) -> None:
    assert [output.name for output in postgres.OUTPUTS if output.is_wanted(load(tmp_path, {}))] == []
