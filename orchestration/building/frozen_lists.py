"""The frozen lists: the agencies on a measure's list at the end of each quarter and year, as known on that day.

The list of a past day is computed from the files received by then, with the project's own SQL, and cached under
`cache/frozen`; files received later cannot change it. Another rulebook, another program, or a file dated to that day but
sent later can: then a release says which lists differ from those released before (`released_lists`). Belongs here: which
lists are due, and the chain of their hashes. Does not belong here: grades (the models), measures (the rulebook).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion import build_inputs, warehouse_sources
from ingestion.atomic_files import write_text_atomically
from ingestion.build_inputs import INPUTS, Received
from ingestion.build_tables import BUILD_TABLES
from ingestion.manifest import open_manifest
from ingestion.settings import Settings
from orchestration.building import dbt_project
from orchestration.building.build_folder import BUILD_FILE_NAME
from orchestration.building.dbt_project import CompiledModels, ModelFailedError
from orchestration.building.rules import Rules
from rulebook.identity import scoring_identity
from serving.releases.contents import content_hash, literal

MODELS = ("fct_score_history", "int_agencies_current")
_TRIGGERS = ("quarter_end", "year_end")
_ANY_GRADE = "*"
_WORKERS = 2  # most of the time is planning, which uses one thread
_MEMORY_PERCENT = 80  # of the machine's, as DuckDB takes for one database
_KEPT_STATES = 4  # per day: for other rulebooks and revisions of the program
_DAY_SQL = """
create temporary table graded as
select agencies.agency_id, agencies.agency_name, history.score, history.grade, history.is_provisional
from credit.fct_score_history as history
inner join intermediate.int_agencies_current as agencies on history.agency_id = agencies.agency_id
where history.valid_from_on <= $day and (history.valid_until_on is null or history.valid_until_on > $day)
and history.score_grade_reason is distinct from 'unrated'
"""


@dataclass(frozen=True)
class Basis:
    """The inputs of a list besides its day: the home, the parsed project, the rules, the scoring revision."""

    settings: Settings
    parsed: Path
    rules: Rules
    revision: str


@dataclass(frozen=True)
class DueList:
    """A list that is frozen on `on`, the last day of its period. Empty `grades` = any grade; an unrated agency has none."""

    list_code: str
    period: str
    on: dt.date
    grades: frozenset[str]
    rulebook_id: str
    is_provisional: bool


def lists_due(tables: Mapping[str, pa.Table], until_on: dt.date) -> list[DueList]:
    """The lists of every quarter and year that ended by `until_on` under a version of the rulebook, oldest first.

    Each measure of the version in force on the last day with trigger quarter_end or year_end has a list (二(三)).
    """
    versions = tables["rulebooks"].to_pylist()
    measures = tables["measures"].to_pylist()
    due = []
    for on in _quarter_ends(min(version["effective_from_on"] for version in versions), until_on):
        for version in versions:
            if not _is_in_force(version, on):
                continue
            grades: dict[tuple[str, str], set[str]] = {}
            for measure in measures:
                if measure["rulebook_id"] == version["rulebook_id"] and measure["trigger_code"] in _TRIGGERS:
                    key = (measure["measure_code"], measure["trigger_code"])
                    grades.setdefault(key, set()).add(measure["grade"])
            for (list_code, trigger), listed in sorted(grades.items()):
                if trigger == "year_end" and on.month != 12:
                    continue
                due.append(
                    DueList(
                        list_code,
                        f"{on.year}" if trigger == "year_end" else f"{on.year}Q{on.month // 3}",
                        on,
                        frozenset() if _ANY_GRADE in listed else frozenset(listed),
                        version["rulebook_id"],
                        bool(version["is_provisional"]),
                    )
                )
    return due


def _is_in_force(version: Mapping[str, Any], on: dt.date) -> bool:
    until_on = version["effective_until_on"]
    return bool(version["effective_from_on"] <= on and (until_on is None or on < until_on))


def _quarter_ends(from_on: dt.date, until_on: dt.date) -> Iterator[dt.date]:
    for year in range(from_on.year, until_on.year + 1):
        for month, day in ((3, 31), (6, 30), (9, 30), (12, 31)):
            if from_on <= dt.date(year, month, day) <= until_on:
                yield dt.date(year, month, day)


def freeze(
    basis: Basis,
    until_on: dt.date,
    progress: Callable[[int, int, str], None] = lambda done, total, label: None,
) -> int:
    """Writes the lists due by `until_on` and their members into the build's inputs; returns the number of days computed.

    A day is computed once for the same files known on it, the same rules (without titles) and the same scoring
    revision. Raises ModelFailedError.
    """
    settings = basis.settings
    due = lists_due(basis.rules.tables, until_on)
    days = sorted({one.on for one in due})
    known = build_inputs.identities(settings, days)
    rules = scoring_identity(basis.rules.tables)
    folder = settings.home / "cache" / "frozen"
    paths = {
        day: folder / f"{day}-{_hash([known[day], basis.rules.regime_code, rules, basis.revision])[:24]}.json"
        for day in days
        if known[day] is not None
    }
    found = {day: _read(path) for day, path in paths.items()}
    missing = [day for day in paths if found[day] is None]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        models = dbt_project.compiled_models(settings, basis.parsed, MODELS)
        with (
            tempfile.TemporaryDirectory(prefix="frozen-", dir=settings.build) as scratch,
            ThreadPoolExecutor(_WORKERS) as workers,
        ):
            folders = _write_inputs(basis, missing, Path(scratch))
            copied = _copy_lake(models, list(folders.values()), Path(scratch))

            def compute(day: dt.date) -> dict[str, Any]:
                lists = [one for one in due if one.on == day]
                return _compute(models, folders[day], copied, day, lists)

            for done, (day, state) in enumerate(zip(missing, workers.map(compute, missing), strict=True), start=1):
                _keep(paths[day], state)
                found[day] = state
                progress(done, len(missing), str(day))
    lists, members = _chained(due, found)
    for name, rows in (("frozen_lists", lists), ("frozen_list_members", members)):
        pq.write_table(pa.Table.from_pylist(rows, schema=BUILD_TABLES[name]), settings.build_inputs / f"{name}.parquet")
    return len(missing)


def _hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _write_inputs(basis: Basis, days: Sequence[dt.date], scratch: Path) -> dict[dt.date, Path]:
    """The inputs of each day, as known on that day, in a build folder of its own."""
    with open_manifest(basis.settings.manifest) as manifest:
        received = Received.of(manifest, basis.settings.lake)
    folders = {}
    for day in days:
        folders[day] = scratch / str(day)
        inputs = received.write(folders[day] / INPUTS, day, day, basis.rules.regime_code)
        basis.rules.write(inputs.folder)
    return folders


def _copy_lake(models: CompiledModels, folders: Sequence[Path], scratch: Path) -> Path | None:
    """A file with the lake's rows that the days read, which are mostly the same; none for one day, which reads the lake."""
    if len(folders) < 2:
        return None
    path = scratch / "lake.duckdb"
    with duckdb.connect(str(path)) as connection:
        warehouse_sources.copy_lake(connection, folders, models.sources)
    return path


def _compute(
    models: CompiledModels, build_dir: Path, copied: Path | None, day: dt.date, due: Sequence[DueList]
) -> dict[str, Any]:
    """The lists of one day, from a separate warehouse with what was known on that day."""
    with _warehouse(build_dir / "spilled") as connection:
        if copied is not None:
            connection.execute(f"attach {literal(copied)} as {warehouse_sources.LAKE_COPY} (read_only)")
        warehouse_sources.register_sources(connection, build_dir, models.sources, is_copied=copied is not None)
        try:
            dbt_project.run_models(connection, models)
        except ModelFailedError as error:
            raise ModelFailedError(f"{error.relation}, with what was known on {day}", error.message) from error
        connection.execute(_DAY_SQL, {"day": day})
        state = {_key(one): _list_content(connection, one) for one in due}
    shutil.rmtree(build_dir)
    return state


def _warehouse(spilled: Path) -> duckdb.DuckDBPyConnection:
    """An empty database in memory with the build file's name, which compiled SQL refers to. It spills before the databases of
    all workers fill the machine's memory."""
    name = Path(BUILD_FILE_NAME).stem
    connection = duckdb.connect(
        config={"temp_directory": str(spilled), "memory_limit": f"{_MEMORY_PERCENT // _WORKERS}%"}
    )
    connection.execute(f"attach ':memory:' as {name}; use {name}; set threads = 1")
    return connection


def _list_content(connection: duckdb.DuckDBPyConnection, due: DueList) -> dict[str, Any]:
    connection.execute(
        "create or replace temporary table listed as "
        "select $list_code as list_code, $period as period, * from graded "
        "where $is_any or list_contains($grades, grade)",
        {
            "list_code": due.list_code,
            "period": due.period,
            "is_any": not due.grades,
            "grades": sorted(due.grades),
        },
    )
    members_hash, _ = content_hash(connection, "listed")
    rows = connection.execute("select * exclude (list_code, period) from listed order by agency_id").fetchall()
    return {
        "members_hash": members_hash,
        "members": [[agency_id, name, str(score), *rest] for agency_id, name, score, *rest in rows],
    }


def _key(due: DueList) -> str:
    return f"{due.list_code}/{due.period}"


@cache
def _empty_list_hash() -> str:
    """The hash of a list without members."""
    with duckdb.connect() as connection:
        connection.register("listed", BUILD_TABLES["frozen_list_members"].empty_table())
        return content_hash(connection, "listed")[0]


def _chained(
    due: Iterable[DueList], states: Mapping[dt.date, dict[str, Any] | None]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of the two tables. Each list's content_hash covers the list before, so a copy of the last hash proves all lists."""
    lists, members = [], []
    previous: dict[str, str] = {}
    for one in due:
        state = states.get(one.on)
        content = state[_key(one)] if state is not None else {"members_hash": _empty_list_hash(), "members": []}
        named = {"list_code": one.list_code, "period": one.period}
        previous_hash = previous.get(one.list_code)
        content_hash = hashlib.sha256(f"{previous_hash or ''}\n{content['members_hash']}".encode()).hexdigest()
        previous[one.list_code] = content_hash
        lists.append(
            named
            | {
                "as_of_on": one.on,
                "known_on": one.on,
                "rulebook_id": one.rulebook_id,
                "is_provisional": one.is_provisional,
                "member_count": len(content["members"]),
                "members_hash": content["members_hash"],
                "content_hash": content_hash,
                "previous_hash": previous_hash,
            }
        )
        members += [
            named
            | {
                "agency_id": agency_id,
                "agency_name": agency_name,
                "score": Decimal(score),
                "grade": grade,
                "is_provisional": is_provisional,
            }
            for agency_id, agency_name, score, grade, is_provisional in content["members"]
        ]
    return lists, members


def _read(path: Path) -> dict[str, Any] | None:
    """A day's cached lists; null if they are missing or incomplete."""
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return content


def _keep(path: Path, state: Mapping[str, Any]) -> None:
    day = path.name[:10]
    write_text_atomically(path, json.dumps(state, ensure_ascii=False))
    for outdated in sorted(path.parent.glob(f"{day}-*.json"), key=lambda one: one.stat().st_mtime)[:-_KEPT_STATES]:
        outdated.unlink()
