"""A release's id and hashes; an incomplete or damaged release never affects the current one."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.settings import Settings, load
from rulebook.tables import BUILD_TABLES
from serving.outputs import files
from serving.releases import stored
from serving.releases.candidate import new_candidate
from serving.releases.checks import CheckResult
from serving.releases.contents import content_hash
from serving.releases.identity import release_id
from serving.releases.switch import make_current, switch_to
from tests.conftest import loosened

CHECKS = [CheckResult("engineer_serves_one_agency", "finding", "warn", False, 2)]
DAY = dt.date(2026, 1, 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(tmp_path / "home")


def build_file(settings: Settings, score: str = "90") -> Path:
    """A small build file as dbt leaves one: tables, comments, a view over one of them, a staging view."""
    settings.build.mkdir(parents=True, exist_ok=True)
    path = settings.build / "firemark.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema credit; create schema conflicts; create schema staging")
        connection.execute(
            "create table credit.fct_score_history (agency_id varchar not null, score decimal(9, 2) not null)"
        )
        connection.execute(f"insert into credit.fct_score_history values ('a', {score}), ('b', 100)")
        connection.execute("comment on table credit.fct_score_history is '得分 One row per span'")
        connection.execute("comment on column credit.fct_score_history.score is '得分 score; it''s exact'")
        connection.execute('create view credit.agency_grades as select * from "firemark"."credit"."fct_score_history"')
        connection.execute(
            "create macro credit.agency_grades_as_of(d) as table select agency_id, d as on_day "
            "from credit.fct_score_history"
        )
        connection.execute("create table conflicts.fct_engineer_conflicts as select '王强' as engineer_name")
        connection.execute("create view staging.stg_secret as select '王强' as engineer_name")
    return path


def publish(settings: Settings, identifier: str = "2026-01-01-abc", score: str = "90") -> Path:
    with new_candidate(settings, build_file(settings, score), described(identifier), CHECKS) as candidate:
        for output in (files.BI, files.DESK):
            assert output.write is not None
            output.write(candidate)
        lists = candidate.restricted / "work_lists"
        lists.mkdir()
        (lists / "conflicts.xlsx").write_bytes(b"a work list")
        return switch_to(settings, candidate)


def described(identifier: str) -> dict[str, Any]:
    return {"release_id": identifier, "as_of_on": "2026-01-01"}


def test_a_release_has_the_files_of_marts_md(settings: Settings) -> None:
    path = publish(settings)
    assert stored.current_release(settings) == path
    assert stat.S_IMODE((path / "restricted").stat().st_mode) == 0o700
    assert (path / "restricted" / "conflicts" / "fct_engineer_conflicts.parquet").exists()
    assert (path / "parquet" / "credit" / "fct_score_history.parquet").exists()
    assert not (path / "parquet" / "conflicts").exists()
    content = stored.read_description(path)
    assert content["row_counts"]["credit.fct_score_history"] == 2
    assert set(content["content_hashes"]) == {"credit.fct_score_history", "conflicts.fct_engineer_conflicts"}
    assert not [path for path in settings.releases.iterdir() if path.name.startswith(".")]


def modes(path: Path) -> dict[str, int]:
    return {
        file.relative_to(path).as_posix(): stat.S_IMODE(file.stat().st_mode)
        for file in path.rglob("*")
        if file.is_file()
    }


def test_no_file_of_a_release_can_be_written_to(settings: Settings) -> None:
    found = modes(publish(settings))
    restricted = {name for name in found if name.startswith("restricted/")}
    assert len(restricted) == 2 and len(found) > len(restricted) + 3
    assert {name: mode for name, mode in found.items() if mode != 0o444} == dict.fromkeys(
        ("firemark.duckdb", *restricted), 256
    )


def test_a_release_is_sealed_whatever_the_account_s_mask(settings: Settings) -> None:
    before = os.umask(0o077)
    try:
        private = modes(publish(settings, "2026-01-01-private"))
        os.umask(0)
        assert modes(publish(settings, "2026-01-01-open")) == private
    finally:
        os.umask(before)


def test_a_release_that_is_kept_is_sealed_again(settings: Settings) -> None:
    path = publish(settings)
    sealed = modes(path)
    loosened(path)
    assert publish(settings) == path
    assert modes(path) == sealed


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a file that may not be sealed."""
    change = Path.chmod

    def chmod(path: Path, mode: int, **options: Any) -> None:
        if path.name == "firemark_bi.duckdb" and not mode & stat.S_IWUSR:
            raise PermissionError(1, "Operation not permitted", str(path))
        change(path, mode, **options)

    monkeypatch.setattr(Path, "chmod", chmod)
    return "firemark_bi.duckdb"


def test_a_kept_release_is_switched_to_though_another_account_made_a_file(
    settings: Settings, refusing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    path = publish(settings)
    sealed = modes(path)
    for name in sealed:
        (path / name).chmod(0o644)
    make_current(settings, "another")
    assert publish(settings) == path and stored.current_release(settings) == path
    assert modes(path) == sealed | {refusing: 0o644}  # the others are still sealed


def test_a_release_with_an_own_file_that_cannot_be_sealed_fails(settings: Settings, refusing: str) -> None:
    with pytest.raises(PermissionError, match=refusing):
        publish(settings)
    assert stored.current_release(settings) is None


def test_a_sealed_release_can_be_removed_and_copied(settings: Settings, tmp_path: Path) -> None:
    path = publish(settings)
    other = shutil.copytree(path, tmp_path / "copy")
    assert stored.verify(other) == [] and modes(other) == modes(path)
    shutil.rmtree(other)
    shutil.rmtree(settings.home)


def test_bi_never_sees_conflicts_nor_staging(settings: Settings) -> None:
    path = publish(settings)
    for name, schemas in (
        ("firemark_bi.duckdb", {"credit", "quality"}),
        ("firemark.duckdb", {"credit", "quality", "conflicts"}),
    ):
        with duckdb.connect(str(path / name), read_only=True) as connection:
            found = connection.execute("select distinct table_schema from information_schema.tables").fetchall()
        assert {row[0] for row in found} == schemas
    assert "王强".encode() not in (path / "firemark_bi.duckdb").read_bytes()


def test_a_release_keeps_comments_the_view_and_the_macro_in_the_old_format(settings: Settings) -> None:
    path = publish(settings)
    for name in ("firemark.duckdb", "firemark_bi.duckdb"):
        with duckdb.connect(str(path / name), read_only=True) as connection:
            comments = connection.execute("select comment from duckdb_columns() where comment like '得分%'").fetchall()
            assert comments == [("得分 score; it's exact",)]
            assert len(connection.execute("select * from credit.agency_grades").fetchall()) == 2
            assert len(connection.execute("from credit.agency_grades_as_of(date '2026-01-01')").fetchall()) == 2
            tags = connection.execute("select tags from duckdb_databases() where not internal").fetchone()
        assert tags is None or str(tags[0].get("storage_version", "v1.0.0")).startswith("v1.0.0")


def test_check_results_are_in_the_release(settings: Settings) -> None:
    path = publish(settings)
    with duckdb.connect(str(path / "firemark_bi.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select check_name, kind, severity, is_passed, failing_count, release_id from quality.fct_check_results"
        ).fetchall()
    assert rows == [("engineer_serves_one_agency", "finding", "warn", False, 2, "2026-01-01-abc")]


def test_the_content_hash_ignores_order_and_sees_every_cell() -> None:
    rows = [(number, None if number % 7 == 0 else f"r{number % 5}", number % 3 == 0) for number in range(500)]
    shuffled = random.Random(1).sample(rows, len(rows))
    changed = [*rows[:-1], (rows[-1][0], rows[-1][1], not rows[-1][2])]

    def digest(content: list[tuple[int, str | None, bool]]) -> str:
        with duckdb.connect() as connection:
            connection.execute("create table t (a integer, b varchar, c boolean)")
            connection.executemany("insert into t values (?, ?, ?)", content)
            return content_hash(connection, "t")[0]

    assert digest(rows) == digest(shuffled)
    assert digest(rows) != digest(changed)
    assert digest(rows) != digest([*rows, rows[0]])


@pytest.mark.parametrize(
    ("one", "other"),
    [("'a', 'bc'", "'ab', 'c'"), ("null, 'a'", "'-', 'a'"), ("'', 'a'", "null, 'a'"), ("'1:a', 'b'", "'1', 'a1:b'")],
)
def test_different_rows_give_different_texts(one: str, other: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table one as select * from (values ({one})) as v(a, b)")
        connection.execute(f"create table other as select * from (values ({other})) as v(a, b)")
        connection.execute("alter table one alter a type varchar; alter table other alter a type varchar")
        assert content_hash(connection, "one") != content_hash(connection, "other")


def identity(**changed: object) -> str:
    tables = {name: schema.empty_table() for name, schema in BUILD_TABLES.items()}
    arguments: dict[str, object] = {
        "as_of_on": DAY,
        "known_on": None,
        "regime_code": "jiaozuo",
        "rulebook_tables": tables,
        "scoring_revision": "r",
        "presentation_revision": "r",
        "file_hashes": ["b", "a"],
        "outcomes": "x",
    }
    return release_id(**(arguments | changed))  # type: ignore[arg-type]  # the table above is loose


def test_the_id_is_the_day_and_twelve_hex_digits_of_everything_that_decides() -> None:
    base = identity()
    assert base.startswith("2026-01-01-") and len(base) == len("2026-01-01-") + 12
    assert identity(file_hashes=["a", "b"]) == base
    others = [
        identity(as_of_on=dt.date(2026, 1, 2)),
        identity(known_on=DAY),
        identity(regime_code="other"),
        identity(scoring_revision="s"),
        identity(presentation_revision="s"),
        identity(file_hashes=["a"]),
        identity(outcomes="y"),
    ]
    assert len({base, *others}) == 8


def test_an_undamaged_release_is_kept_and_a_damaged_one_replaced(settings: Settings) -> None:
    path = publish(settings)
    before = (path / "firemark.duckdb").stat().st_ino
    publish(settings)
    assert (path / "firemark.duckdb").stat().st_ino == before
    with duckdb.connect(str(loosened(path) / "firemark.duckdb")) as connection:
        connection.execute("update credit.fct_score_history set score = 99 where agency_id = 'a'")
    assert stored.verify(path) == ["2026-01-01-abc: firemark.duckdb differs from what release.json says"]
    publish(settings)
    assert stored.verify(path) == []
    assert (path / "firemark.duckdb").stat().st_ino != before


def sql(text: str) -> Callable[[Path], object]:
    """Damage done by a statement, in a release's file for BI."""

    def run(path: Path) -> None:
        with duckdb.connect(str(path / "firemark_bi.duckdb")) as connection:
            connection.execute(text)

    return run


DAMAGES: dict[str, Callable[[Path], object]] = {
    "rows of a table": sql("delete from credit.fct_score_history"),
    "a view": sql("drop view credit.agency_grades"),
    "a macro": sql("drop macro table credit.agency_grades_as_of"),
    "one Parquet file": lambda path: (path / "parquet" / "credit" / "fct_score_history.parquet").unlink(),
    "a folder of Parquet": lambda path: shutil.rmtree(path / "parquet" / "credit"),
    "a cut file": lambda path: (path / "parquet" / "credit" / "fct_score_history.parquet").write_bytes(b"PAR1"),
    "what only the desk sees": lambda path: shutil.rmtree(path / "restricted"),
    "the work lists": lambda path: (path / "restricted" / "work_lists" / "conflicts.xlsx").unlink(),
    "changes beside a file": lambda path: (path / "firemark.duckdb.wal").write_bytes(b"x"),
    "the description": lambda path: (path / "release.json").write_text("{}", encoding="utf-8"),
    "no description": lambda path: (path / "release.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_missing_or_changed_part_is_found_and_replaced(settings: Settings, damage: str) -> None:
    path = publish(settings)
    assert stored.verify(path) == []
    sealed = modes(path)
    DAMAGES[damage](loosened(path))
    assert stored.verify(path)
    publish(settings)
    assert stored.verify(path) == [] and modes(path) == sealed


def test_the_hashes_in_the_description_are_those_of_the_tables(settings: Settings) -> None:
    path = publish(settings)
    with duckdb.connect(str(path / "firemark.duckdb"), read_only=True) as connection:
        for name, expected in stored.read_description(path)["content_hashes"].items():
            assert content_hash(connection, name)[0] == expected


class KilledError(BaseException):
    """Simulates kill -9: nothing catches it."""


@pytest.mark.parametrize("moves_before", range(8))
def test_current_is_complete_after_a_kill_between_any_two_steps(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, moves_before: int
) -> None:
    path = publish(settings)
    moves = 0

    def counted(move: Callable[..., object]) -> Callable[..., object]:
        def moved(*arguments: object, **named: object) -> object:
            nonlocal moves
            if moves == moves_before:
                raise KilledError
            moves += 1
            return move(*arguments, **named)

        return moved

    with monkeypatch.context() as patched:
        for name in ("rename", "replace", "rmdir"):
            patched.setattr(os, name, counted(getattr(os, name)))
        try:
            publish(settings, score="10")  # the same id, other rows: the one that stands is replaced
        except KilledError:
            pass
        else:
            assert moves < moves_before
    current = stored.current_release(settings)
    assert current is not None
    assert stored.verify(current) == []
    assert publish(settings, score="10") == path
    assert stored.current_release(settings) == path and stored.verify(path) == []
    assert not list(settings.releases.glob(".*"))


def test_a_candidate_that_is_never_published_changes_nothing_and_is_cleared(settings: Settings) -> None:
    path = publish(settings)
    abandoned = settings.releases / ".candidate-abandoned"
    shutil.copytree(path, abandoned)  # as kill -9 leaves one
    assert stored.current_release(settings) == path and stored.verify(path) == []
    later = publish(settings, "2026-01-02-def")
    assert not abandoned.exists()
    assert stored.current_release(settings) == later and path.exists()


def test_readers_see_only_complete_releases_during_a_switch(settings: Settings) -> None:
    publish(settings, "2026-01-01-a")
    publish(settings, "2026-01-01-b", score="10")
    for turn in range(60):
        make_current(settings, f"2026-01-01-{'ab'[turn % 2]}")
        directory = stored.current_release(settings)
        assert directory is not None
        with duckdb.connect(str(directory / "firemark.duckdb"), read_only=True) as connection:
            score = connection.execute("select score from credit.fct_score_history where agency_id = 'a'").fetchone()
        assert score is not None and int(score[0]) == (90 if directory.name.endswith("a") else 10)
