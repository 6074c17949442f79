"""The release's own files: a DuckDB file and Parquet of every mart, for BI and for the conflict desk.

Belongs here: copying marts with their comments, views and table macros, in a format that BI tools' drivers can read.
Does not belong here: which schemas an audience sees (`serving.audiences`), hashing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from serving.audiences import SCHEMAS, Audience, require_visible
from serving.outputs.output import Output
from serving.releases import catalogue
from serving.releases import checks as check_results
from serving.releases.candidate import Candidate
from serving.releases.contents import literal, quoted
from serving.releases.stored import BI_FILE, DESK_FILE

STORAGE_VERSION = "v1.0.0"  # the drivers of BI tools embed DuckDB 1.x


def _write_for_bi(candidate: Candidate) -> None:
    with _release_file(candidate, Audience.BI, candidate.directory / BI_FILE) as file:
        for schema in SCHEMAS[Audience.BI]:
            file.copy_schema(schema, candidate.directory / "parquet" / schema)
        file.copy_table_macros(SCHEMAS[Audience.BI])
        file.write_check_results(candidate.directory / "parquet")


def _write_for_desk(candidate: Candidate) -> None:
    """A copy of the file for BI, plus the restricted schemas."""
    (candidate.directory / DESK_FILE).touch(mode=0o600)
    shutil.copyfile(candidate.directory / BI_FILE, candidate.directory / DESK_FILE)
    with _release_file(candidate, Audience.CONFLICT_DESK, candidate.directory / DESK_FILE) as file:
        for schema in SCHEMAS[Audience.CONFLICT_DESK]:
            if schema not in SCHEMAS[Audience.BI]:
                file.copy_schema(schema, candidate.restricted / schema)


BI = Output("bi_files", Audience.BI, write=_write_for_bi)
DESK = Output(
    "desk_files", Audience.CONFLICT_DESK, write=_write_for_desk
)  # after BI: it starts from a copy of that file


class _ReleaseFile:
    """One DuckDB file being written, attached as `release` to a connection that also has the marts."""

    def __init__(self, candidate: Candidate, audience: Audience, connection: duckdb.DuckDBPyConnection) -> None:
        self.candidate = candidate
        self.audience = audience
        self.connection = connection

    def copy_schema(self, schema: str, parquet: Path) -> None:
        """Tables with their comments, Parquet beside them, then the views over them. Raises ColumnNotAllowedError."""
        found = catalogue.relations(self.connection, [schema], self.candidate.database)
        for relation in found:
            require_visible(self.audience, relation.full_name, [column.name for column in relation.columns])
        self.connection.execute(f"create schema if not exists release.{schema}")
        for relation in sorted(found, key=lambda relation: relation.view_sql is not None):
            if relation.view_sql is None:
                place = f"{schema}.{quoted(relation.name)}"
                mart = f"{quoted(self.candidate.database)}.{place}"
                self.connection.execute(f"create table release.{place} as select * from {mart}")
                self._write_parquet(f"release.{place}", parquet / f"{relation.name}.parquet")
            else:
                self.connection.execute(f"use release.{schema}")
                self.connection.execute(self._portable(relation.view_sql))
            comments = {column.name: column.comment for column in relation.columns if column.comment}
            self._comment("view" if relation.view_sql else "table", schema, relation.name, relation.comment, comments)

    def copy_table_macros(self, schemas: Sequence[str]) -> None:
        """credit.agency_grades_as_of(d): only a DuckDB file can hold this query; other outputs document it."""
        for macro in catalogue.table_macros(self.connection, schemas, self.candidate.database):
            self.connection.execute(f"use release.{macro.schema}")
            self.connection.execute(
                f"create macro {macro.schema}.{quoted(macro.name)}({', '.join(macro.parameters)}) "
                f"as table {self._portable(macro.query)}"
            )

    def write_check_results(self, parquet: Path) -> None:
        """The only mart without a model: the results of checks on the others."""
        schema, _, name = check_results.TABLE.partition(".")
        candidate = self.candidate
        results = check_results.as_table(candidate.checks, candidate.release_id, candidate.released_at)
        self.connection.register("results", results)
        self.connection.execute(f"create schema if not exists release.{schema}")
        self.connection.execute(f"create table release.{check_results.TABLE} as select * from results")
        self.connection.unregister("results")
        self._comment("table", schema, name, check_results.TABLE_COMMENT, check_results.COLUMN_COMMENTS)
        self._write_parquet(f"release.{check_results.TABLE}", parquet / schema / f"{name}.parquet")

    def _write_parquet(self, relation: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection.execute(f"copy {relation} to {literal(path)} (format parquet)")

    def _comment(self, kind: str, schema: str, name: str, comment: str | None, columns: Mapping[str, str]) -> None:
        """Comments of a relation and its columns, in one transaction: there are hundreds of them."""
        target = f"release.{schema}.{quoted(name)}"
        statements = [f"comment on {kind} {target} is {literal(comment)}"] if comment else []
        statements += [
            f"comment on column {target}.{quoted(column)} is {literal(text)}" for column, text in columns.items()
        ]
        if statements:
            self.connection.execute(f"begin; {'; '.join(statements)}; commit")

    def _portable(self, sql: str) -> str:
        """SQL without the build file's database name: a release uses schemas only."""
        database = self.candidate.database
        return sql.replace(f"{quoted(database)}.", "").replace(f"{database}.", "")


@contextmanager
def _release_file(candidate: Candidate, audience: Audience, path: Path) -> Iterator[_ReleaseFile]:
    """Opens the file for writing; once closed it is complete, without a write-ahead log beside it."""
    with candidate.connection.cursor() as connection:
        connection.execute(f"attach {literal(path)} as release (storage_version '{STORAGE_VERSION}')")
        try:
            yield _ReleaseFile(candidate, audience, connection)
            connection.execute("use memory; checkpoint release; detach release")
        except BaseException:
            for cleanup in (
                "rollback",
                "use memory; detach release",
            ):  # report the first error, not those that follow from it
                with suppress(duckdb.Error):
                    connection.execute(cleanup)
            raise
