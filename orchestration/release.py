"""A release: what it is called, what lies in it, how it becomes the current one.

Belongs here: the release id, the content hash, copying marts out of a build file, the atomic switch. Does not
belong here: dagster, deciding whether a build may be released (`steps`), reading a release for people.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.settings import Settings

MART_SCHEMAS = ("credit", "supervision", "conflicts", "publication", "quality")
RESTRICTED_SCHEMAS = ("conflicts",)
# Clock times stand in the first; the other is a view of today.
WITHOUT_CONTENT_HASH = ("quality.fct_check_results", "credit.agency_grades")
STORAGE_VERSION = "v1.0.0"  # the drivers of BI tools embed DuckDB 1.x
DESK_FILE, BI_FILE, DESCRIPTION_FILE = "firemark.duckdb", "firemark_bi.duckdb", "release.json"
_PACKAGES = ("ingestion", "rulebook", "expectations", "orchestration", "dbt_project")
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class CheckResult:
    """One row of quality.fct_check_results, before it knows its release. `relation` and `look` are for people."""

    check_name: str
    kind: str  # door, invariant, finding
    severity: str  # error, warn
    is_passed: bool
    failing_count: int
    relation: str = ""
    look: str = ""
    is_run: bool = True

    @property
    def is_blocking(self) -> bool:
        """Whether nothing may be released."""
        return not self.is_passed and self.severity == "error"


# ------------------------------------------------------------------------------------------------ identity


def program_revision() -> str:
    """SHA-256 over the program's own files: equal in a clone, an installed copy and a dirty tree that is equal."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*")):
            relative = path.relative_to(_ROOT)
            if not path.is_file() or {"__pycache__", "target", "logs"} & set(relative.parts):
                continue
            digest.update(relative.as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def git_revision() -> str | None:
    """The commit that the program was checked out at, read from the repository's files; null without one."""
    git = _ROOT / ".git"
    try:
        if git.is_file():  # a linked work tree
            git = (_ROOT / git.read_text("utf-8").partition("gitdir:")[2].strip()).resolve()
        head = (git / "HEAD").read_text("utf-8").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        common = git / "commondir"
        roots = [git, (git / common.read_text("utf-8").strip()).resolve()] if common.exists() else [git]
        for root in roots:
            if (root / name).exists():
                return (root / name).read_text("utf-8").strip()
        for root in roots:
            if (root / "packed-refs").exists():
                for line in (root / "packed-refs").read_text("utf-8").splitlines():
                    if line.endswith(f" {name}"):
                        return line.split()[0]
    except OSError:
        return None
    return None


def rulebook_identity(tables: Mapping[str, pa.Table]) -> dict[str, list[str]]:
    """What the rulebook tables say, whatever the order of their rows."""
    return {
        name: sorted(json.dumps(row, default=str, sort_keys=True) for row in table.to_pylist())
        for name, table in sorted(tables.items())
    }


def release_id(
    as_of_on: dt.date,
    known_on: dt.date | None,
    regime_code: str,
    *,
    rulebook_tables: Mapping[str, pa.Table],
    revision: str,
    file_hashes: Iterable[str],
    outcomes: str = "",
) -> str:
    """as_of_on and 12 hex digits of SHA-256 over everything that decides what a release says (marts.md).

    `outcomes` stands for what became of the files: the same bytes received on another day, or a drop that was
    accepted meanwhile, are another input.
    """
    identity = {
        "as_of_on": as_of_on.isoformat(),
        "known_on": known_on.isoformat() if known_on else None,
        "regime_code": regime_code,
        "rulebook": rulebook_identity(rulebook_tables),
        "program_revision": revision,
        "file_hashes": sorted(file_hashes),
        "outcomes": outcomes,
    }
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return f"{as_of_on.isoformat()}-{digest[:12]}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def content_hash(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[str, int]:
    """SHA-256 of all rows whatever their order, with the columns' names and types; and the number of rows.

    `relation` is quoted SQL. Every value is written as length and text, null as `-`, so no two rows share a text.
    """
    columns = connection.execute(f"describe select * from {relation}").fetchall()
    digest = hashlib.sha256(json.dumps([column[:2] for column in columns]).encode())
    cells = ", ".join(
        f"coalesce(length(cast({_quoted(name)} as varchar)) || ':' || cast({_quoted(name)} as varchar), '-')"
        for name, *_ in columns
    )
    rows = connection.execute(f"select sha256(concat({cells})) as row_hash from {relation} order by row_hash")
    row_count = 0
    while chunk := rows.fetchmany(100_000):
        row_count += len(chunk)
        digest.update("".join(row[0] for row in chunk).encode())
    return digest.hexdigest(), row_count


# ------------------------------------------------------------------------------------------------ writing


@dataclass(frozen=True)
class Candidate:
    """A release that is written but not published: its hidden folder, row counts and content hashes."""

    directory: Path
    row_counts: dict[str, int]
    content_hashes: dict[str, str]


def write_candidate(settings: Settings, build_file: Path) -> Candidate:
    """Copies every mart out of the build file into a hidden folder beside the releases."""
    settings.releases.mkdir(parents=True, exist_ok=True)
    discard_candidates(settings)
    directory = Path(tempfile.mkdtemp(prefix=".candidate-", dir=settings.releases))
    directory.chmod(0o755)
    (directory / "restricted").mkdir(mode=0o700)
    row_counts: dict[str, int] = {}
    hashes: dict[str, str] = {}
    connection = duckdb.connect()
    try:
        connection.execute(f"attach {_literal(str(build_file))} as build (read_only)")
        _attach(connection, directory / BI_FILE)
        public = [schema for schema in MART_SCHEMAS if schema not in RESTRICTED_SCHEMAS]
        for schema in public:
            _copy_schema(connection, schema, directory / "parquet" / schema, row_counts, hashes)
            _copy_table_macros(connection, schema)
        _detach(connection)
        (directory / DESK_FILE).touch(mode=0o600)
        shutil.copyfile(directory / BI_FILE, directory / DESK_FILE)
        _attach(connection, directory / DESK_FILE)
        for schema in RESTRICTED_SCHEMAS:
            _copy_schema(connection, schema, directory / "restricted" / schema, row_counts, hashes)
        _detach(connection)
    except BaseException:
        connection.close()
        shutil.rmtree(directory, ignore_errors=True)
        raise
    connection.close()
    return Candidate(directory, row_counts, hashes)


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute(f"attach {_literal(str(path))} as release (storage_version '{STORAGE_VERSION}')")


def _detach(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("use memory")
    connection.execute("checkpoint release")
    connection.execute("detach release")


def _copy_schema(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    parquet: Path,
    row_counts: dict[str, int],
    hashes: dict[str, str],
) -> None:
    """Tables with their comments, Parquet beside them, then the views over them."""
    connection.execute(f"create schema if not exists release.{schema}")
    tables = _objects(connection, "duckdb_tables", "table_name", schema)
    for name, comment, _ in tables:
        relation = f"build.{schema}.{_quoted(name)}"
        copy = f"release.{schema}.{_quoted(name)}"
        connection.execute(f"create table {copy} as select * from {relation}")
        _comment(connection, "table", schema, name, comment)
        key = f"{schema}.{name}"
        if key in WITHOUT_CONTENT_HASH:
            row_counts[key] = _scalar(connection, f"select count(*) from {copy}")
        else:
            hashes[key], row_counts[key] = content_hash(connection, copy)
        parquet.mkdir(parents=True, exist_ok=True)
        connection.execute(f"copy {copy} to {_literal(str(parquet / f'{name}.parquet'))} (format parquet)")
    for name, comment, sql in _objects(connection, "duckdb_views", "view_name", schema):
        connection.execute(f"use release.{schema}")
        connection.execute(_portable(sql))
        _comment(connection, "view", schema, name, comment)
        row_counts[f"{schema}.{name}"] = _scalar(connection, f"select count(*) from release.{schema}.{_quoted(name)}")


def _copy_table_macros(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """credit.agency_grades_as_of(d): a DuckDB file keeps the query that elsewhere is documented."""
    for name, parameters, query in connection.execute(
        "select function_name, parameters, macro_definition from duckdb_functions() "
        "where database_name = 'build' and schema_name = ? and function_type = 'table_macro' order by function_name",
        [schema],
    ).fetchall():
        connection.execute(f"use release.{schema}")
        connection.execute(
            f"create macro {schema}.{_quoted(name)}({', '.join(parameters)}) as table {_portable(query)}"
        )


def _portable(sql: str) -> str:
    """SQL without the build file's own database name: in a release only schemas stand."""
    return sql.replace('"firemark".', "").replace("firemark.", "").replace("build.", "")


def _objects(
    connection: duckdb.DuckDBPyConnection, function: str, name_column: str, schema: str
) -> list[tuple[str, str | None, str]]:
    return connection.execute(
        f"select {name_column}, comment, sql from {function}() where database_name = 'build' and schema_name = ? "
        f"and not internal order by {name_column}",
        [schema],
    ).fetchall()


def _comment(connection: duckdb.DuckDBPyConnection, kind: str, schema: str, name: str, comment: str | None) -> None:
    """Copies the comments of a relation and its columns, in one transaction: there are hundreds of them."""
    target = f"release.{schema}.{_quoted(name)}"
    columns = connection.execute(
        "select column_name, comment from duckdb_columns() where database_name = 'build' and schema_name = ? "
        "and table_name = ? and comment is not null order by column_index",
        [schema, name],
    ).fetchall()
    statements = [f"comment on {kind} {target} is {_literal(comment)}"] if comment else []
    statements += [f"comment on column {target}.{_quoted(column)} is {_literal(text)}" for column, text in columns]
    if statements:
        connection.execute(f"begin; {'; '.join(statements)}; commit")


def _scalar(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    row = connection.execute(sql).fetchone()
    return None if row is None else row[0]


_CHECK_RESULTS = pa.schema(
    [
        pa.field("check_name", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("severity", pa.string()),
        pa.field("is_passed", pa.bool_()),
        pa.field("failing_count", pa.int64()),
        pa.field("release_id", pa.string()),
        pa.field("checked_at", pa.timestamp("us")),
    ]
)
_CHECK_RESULTS_COMMENTS = {
    "check_name": "检查名称 The truth that the check asserts",
    "kind": "检查类别 door, invariant or finding",
    "severity": "严重程度 error blocks a release, warn does not",
    "is_passed": "是否通过 Whether it held in this release",
    "failing_count": "不符合数 Rows that break it",
    "release_id": "发布编号 The release that it was checked for",
    "checked_at": "检查时间 When, in UTC",
}


def publish(
    settings: Settings,
    candidate: Candidate,
    identifier: str,
    description: Mapping[str, Any],
    checks: Sequence[CheckResult],
) -> Path:
    """Completes the candidate, makes it durable and switches `current` to it, atomically.

    A release of that id which is whole and says the same is kept as it is; a damaged one is replaced. Killed at any
    point, `current` is the release before or this one, whole.
    """
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
    _write_check_results(candidate, identifier, checks, now)
    content = dict(description) | {
        "release_id": identifier,
        "released_at": now.isoformat() + "Z",
        "row_counts": dict(sorted((candidate.row_counts | {"quality.fct_check_results": len(checks)}).items())),
        "content_hashes": dict(sorted(candidate.content_hashes.items())),
        "file_hashes": dict(_file_hashes(candidate.directory)),
        "check_results": [
            {name: value for name, value in asdict(check).items() if name not in ("look", "is_run")} for check in checks
        ],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, default=str) + "\n"
    (candidate.directory / DESCRIPTION_FILE).write_text(text, encoding="utf-8")
    _make_durable(candidate.directory)
    final = settings.releases / identifier
    if final.exists() and (verify(final) or read_description(final)["content_hashes"] != content["content_hashes"]):
        _step_aside(settings, candidate, final)
    if not final.exists():
        candidate.directory.rename(final)
        _sync_directory(settings.releases)
    make_current(settings, identifier)
    discard_candidates(settings)
    return final


def _step_aside(settings: Settings, candidate: Candidate, final: Path) -> None:
    """Frees the name of a release that is replaced; until the new one has it, `current` is a twin of the new one."""
    stand_in = Path(tempfile.mkdtemp(prefix=".stand-in-", dir=settings.releases))
    shutil.copytree(candidate.directory, stand_in, copy_function=os.link, dirs_exist_ok=True)
    _make_durable(stand_in)
    make_current(settings, stand_in.name)
    final.rename(settings.releases / f".replaced-{final.name}")


def _write_check_results(
    candidate: Candidate, identifier: str, checks: Sequence[CheckResult], now: dt.datetime
) -> None:
    rows = [
        {name: getattr(check, name) for name in _CHECK_RESULTS.names[:5]}
        | {"release_id": identifier, "checked_at": now}
        for check in sorted(checks, key=lambda check: (check.kind, check.check_name))
    ]
    results = pa.Table.from_pylist(rows, schema=_CHECK_RESULTS)
    target = "release.quality.fct_check_results"
    statements = [f"comment on table {target} is 'One row per check and release. 每次发布的检查结果'"] + [
        f"comment on column {target}.{column} is {_literal(comment)}"
        for column, comment in _CHECK_RESULTS_COMMENTS.items()
    ]
    for name in (BI_FILE, DESK_FILE):
        with duckdb.connect() as connection:
            _attach(connection, candidate.directory / name)
            connection.register("results", results)
            connection.execute("begin")
            connection.execute("create schema if not exists release.quality")
            connection.execute(f"create or replace table {target} as select * from results")
            connection.execute("; ".join(statements))
            connection.execute("commit")
            if name == BI_FILE:
                parquet = candidate.directory / "parquet" / "quality"
                parquet.mkdir(parents=True, exist_ok=True)
                path = _literal(str(parquet / "fct_check_results.parquet"))
                connection.execute(f"copy {target} to {path} (format parquet)")
            _detach(connection)


def _make_durable(directory: Path) -> None:
    for path in sorted(directory.rglob("*"), reverse=True):
        if path.is_dir():
            _sync_directory(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
    _sync_directory(directory)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_current(settings: Settings, identifier: str) -> None:
    """Points `releases/current` at a release, in one rename."""
    temporary = settings.releases / f".current-{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(identifier)
    os.replace(temporary, settings.releases / "current")
    _sync_directory(settings.releases)


def discard_candidates(settings: Settings) -> None:
    """Removes what killed builds left beside the releases; only the holder of the writer lock may."""
    current = current_release(settings)
    for pattern in (".candidate-*", ".current-*", ".replaced-*", ".stand-in-*"):
        for path in settings.releases.glob(pattern):
            if current is not None and path.name == current.name:
                continue
            if path.is_symlink() or path.is_file():
                path.unlink()
            else:
                shutil.rmtree(path, ignore_errors=True)


# ------------------------------------------------------------------------------------------------ reading back


def current_release(settings: Settings) -> Path | None:
    """The folder of the current release, resolved once, so that a switch in between changes nothing."""
    link = settings.releases / "current"
    try:
        return (settings.releases / link.readlink()).resolve(strict=True)
    except OSError:
        return None


def read_description(directory: Path) -> dict[str, Any]:
    """The content of a release's release.json."""
    content: dict[str, Any] = json.loads((directory / DESCRIPTION_FILE).read_text("utf-8"))
    return content


def verify(directory: Path) -> list[str]:
    """What is wrong with a release: the bytes of each file are hashed again. Empty = whole."""
    try:
        expected: dict[str, str] = read_description(directory)["file_hashes"]
        found = dict(_file_hashes(directory))
    except (OSError, ValueError, KeyError) as error:
        return [f"{directory.name}: not readable ({type(error).__name__})"]
    problems = []
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            problems.append(f"{directory.name}: {name} is missing")
        elif name in expected and expected[name] != found[name]:
            problems.append(f"{directory.name}: {name} differs from what release.json says")
        elif name not in expected and name.endswith(".wal"):  # DuckDB reads it as a part of the file beside it
            problems.append(f"{directory.name}: {name} changes the file beside it")
    return problems


def _file_hashes(directory: Path) -> Iterator[tuple[str, str]]:
    """Every file of a release but its description: the path in the release, SHA-256 of the bytes."""
    for path in sorted(directory.rglob("*")):
        if path.is_file() and path != directory / DESCRIPTION_FILE:
            with path.open("rb") as file:
                yield path.relative_to(directory).as_posix(), hashlib.file_digest(file, "sha256").hexdigest()
