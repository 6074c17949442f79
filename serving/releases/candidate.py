"""A candidate: a release being written, in a hidden folder beside the releases.

Belongs here: creating and discarding it, what outputs may read, the content hash of every mart. Does not belong here: its
files (`serving.outputs`), becoming the current release (`switch`).
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ingestion.settings import Settings
from serving.audiences import MART_SCHEMAS
from serving.releases import checks as check_results
from serving.releases.checks import CheckResult
from serving.releases.contents import content_hash, literal, quoted
from serving.releases.leftovers import discard_candidates
from serving.releases.stored import RESTRICTED_FOLDER

# The first holds times of the clock; the second depends on today.
WITHOUT_CONTENT_HASH = (check_results.TABLE, "credit.agency_grades")


def _no_page() -> Path:
    raise FileNotFoundError("no page on the models was handed in")


@dataclass(frozen=True)
class Candidate:
    """What an output gets: the marts on `connection` as `schema.table`, read only; the inputs as in release.json; the
    results of checks; `docs_page`, which gives the file of the models' pages. It writes below `directory`."""

    directory: Path
    connection: duckdb.DuckDBPyConnection
    database: str  # the name of the marts' database on `connection`
    description: Mapping[str, Any]
    checks: Sequence[CheckResult]
    released_at: dt.datetime  # UTC, without a zone
    row_counts: dict[str, int] = field(default_factory=dict)
    content_hashes: dict[str, str] = field(default_factory=dict)
    docs_page: Callable[[], Path] = field(default=_no_page)

    @property
    def release_id(self) -> str:
        """The id that the release will have."""
        return str(self.description["release_id"])

    @property
    def as_of_on(self) -> dt.date:
        """The evaluation day."""
        return dt.date.fromisoformat(self.description["as_of_on"])

    @property
    def restricted(self) -> Path:
        """The folder for what only the supervisor and the conflict desk may see."""
        return self.directory / RESTRICTED_FOLDER


@contextmanager
def new_candidate(
    settings: Settings,
    build_file: Path,
    description: Mapping[str, Any],
    checks: Sequence[CheckResult],
    docs_page: Callable[[], Path] = _no_page,
) -> Iterator[Candidate]:
    """A candidate over the marts of a build file, each hashed and counted. After any error its folder is removed."""
    settings.releases.mkdir(parents=True, exist_ok=True)
    discard_candidates(settings)
    directory = Path(tempfile.mkdtemp(prefix=".candidate-", dir=settings.releases))
    directory.chmod(0o755)
    (directory / RESTRICTED_FOLDER).mkdir(mode=0o700)
    database = build_file.stem  # views refer to it by this name
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
    try:
        with duckdb.connect() as connection:
            connection.execute(
                f"attach {literal(build_file)} as {quoted(database)} (read_only); use {quoted(database)}"
            )
            candidate = Candidate(directory, connection, database, description, checks, now, docs_page=docs_page)
            _read_marts(candidate)
            yield candidate
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise


def _read_marts(candidate: Candidate) -> None:
    connection = candidate.connection
    for schema, name, kind in connection.execute(
        "select table_schema, table_name, table_type from information_schema.tables "
        "where table_catalog = ? and list_contains(?, table_schema) order by 1, 2",
        [candidate.database, list(MART_SCHEMAS)],
    ).fetchall():
        key, relation = f"{schema}.{name}", f"{quoted(schema)}.{quoted(name)}"
        if key in WITHOUT_CONTENT_HASH or kind == "VIEW":
            (candidate.row_counts[key],) = connection.execute(f"select count(*) from {relation}").fetchone() or (0,)
        else:
            candidate.content_hashes[key], candidate.row_counts[key] = content_hash(connection, relation)
    candidate.row_counts[check_results.TABLE] = len(candidate.checks)
