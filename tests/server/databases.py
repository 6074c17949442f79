"""Databases of the test server, and releases by hand to publish to them.

Belongs here: what the tests of Postgres share. Does not belong here: starting the server (conftest).
"""

from __future__ import annotations

import datetime as dt
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from ingestion.settings import Settings, load
from orchestration.operations.postgres_server import PUBLISHER, Server
from serving.outputs import postgres
from serving.releases.opened import Release


def administrator(server: Server, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(f"host={server.socket} port={server.port} dbname={database} user=postgres", autocommit=True)


@dataclass(frozen=True)
class Database:
    server: Server
    name: str

    def dsn(self, user: str = PUBLISHER) -> str:
        return f"host={self.server.socket} port={self.server.port} dbname={self.name} user={user}"

    def connect(self, user: str = PUBLISHER) -> psycopg.Connection:
        return psycopg.connect(self.dsn(user), autocommit=True)

    def administrator(self) -> psycopg.Connection:
        return administrator(self.server, self.name)

    def settings(self, home: Path, **found: Any) -> Settings:
        return replace(load(home, {}), postgres_dsn=self.dsn(), **found)

    def rows(self, query: str, user: str = PUBLISHER) -> list[tuple[Any, ...]]:
        with self.connect(user) as connection:
            return connection.execute(query).fetchall()

    def schemas(self) -> set[str]:
        return {
            name
            for (name,) in self.rows(
                "select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')"
            )
        }

    def live(self) -> str | None:
        found = self.rows("select release_id from firemark.publications where state = 'live'")
        return found[0][0] if found else None

    def publish(self, home: Path, release: Release, audience: str = "bi", **options: Any) -> str:
        return postgres.publish(self.settings(home), release, audience, **options)

    def wait_for_silence(self) -> None:
        """Until no publisher is left: the server notices the end of a killed one by itself."""
        deadline = time.monotonic() + 30
        with self.administrator() as connection:
            while connection.execute(
                "select 1 from pg_stat_activity where application_name = 'firemark publish' and datname = current_database()"
            ).fetchone():
                assert time.monotonic() < deadline, "the server keeps a publisher that is gone"
                time.sleep(0.02)


FIRST = dt.date(2026, 1, 1)
# What names one release whole: every row of every table holds its number, and the number of rows is its own, too.
PROOF = (
    "select (select min(score) from credit.fct_score_history), (select max(score) from credit.fct_score_history), "
    "(select count(*) from credit.fct_score_history), (select min(score) from publication.rpt_public_roster), "
    "(select max(score) from publication.rpt_public_roster), (select count(*) from supervision.rpt_tasks), "
    "(select md5(string_agg(agency_id || score, ',' order by agency_id)) from credit.fct_score_history), "
    "(select max(members_hash) from publication.frozen_lists)"
)


def release(folder: Path, number: int, *, rows: int = 40, day: dt.date | None = None) -> Release:
    """A small release of every schema for BI, whose rows tell its number: `number` rows more than `rows` in each table,
    and the hash of one table in another."""
    day = day or FIRST + dt.timedelta(days=number)
    release_id = f"{day}-{number:012x}"
    directory = folder / release_id
    directory.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    agency = "printf('9141080000%08d', i::bigint)"
    connection.execute(f"""
        create schema credit; create schema supervision; create schema publication; create schema quality;
        create schema conflicts;
        create table credit.dim_agencies as select {agency} as agency_id, '甲' || i as agency_name,
            false as is_evidence_incomplete from range({rows + number}) r(i);
        create table credit.fct_score_history as select {agency} as agency_id, date '2026-01-01' as valid_from_on,
            cast(null as date) as valid_until_on, cast({number} as decimal(9, 2)) as score, 'A' as grade
            from range({rows + number}) r(i);
        create table supervision.rpt_tasks as select 't' || i as task_id, {agency} as agency_id, 'open' as status
            from range({rows + number}) r(i);
        create table publication.rpt_public_roster as select {agency} as agency_id, cast({number} as decimal(9, 2)) as score
            from range({rows + number}) r(i);
        create table publication.frozen_lists as select 'publish' as list_code, '2026Q1' as period,
            (select md5(string_agg(agency_id || score, ',' order by agency_id)) from credit.fct_score_history) as members_hash;
        create table quality.fct_loads as select 'registry' as source, 'agencies' as dataset, date '2026-01-01' as received_on,
            'a.csv' as file_name, 'f{number}' as file_hash;
        create table conflicts.fct_engineer_conflicts as select 'c{number}' as conflict_id, '王强' as engineer_name;
        create view credit.agency_grades as select agency_id, agency_name, score, grade from credit.fct_score_history
            left join credit.dim_agencies using (agency_id);
        create macro credit.agency_grades_as_of(d) as table select h.agency_id, a.agency_name, h.score, h.grade
            from credit.fct_score_history as h left join credit.dim_agencies as a on h.agency_id = a.agency_id
            where h.valid_from_on <= d and (h.valid_until_on is null or h.valid_until_on > d)
    """)
    description = {
        "release_id": release_id,
        "as_of_on": str(day),
        "known_on": None,
        "released_at": f"{day}T06:30:00Z",
        "row_counts": {},
    }
    (directory / "release.json").write_text(json.dumps(description), encoding="utf-8")
    return Release(directory, connection)


def is_whole(found: tuple[Any, ...], rows: int = 40) -> bool:
    """Whether one answer to PROOF is of one release alone."""
    number = int(found[0])
    return found == (number, number, rows + number, number, number, rows + number, found[7], found[7])
