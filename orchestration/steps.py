"""The steps of a build as plain functions: receive, model, check, publish. Dagster's assets call them.

Belongs here: the order of calls, and what one step leaves for the next in the build folder. Does not belong
here: dagster, how any of the called parts works.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from expectations.door import DOOR_SUITES
from expectations.release import RELEASE_SUITES
from expectations.suites import SuiteOutcome
from ingestion import build_inputs, landing, warehouse_sources
from ingestion.load_outcomes import Outcome
from ingestion.settings import ConfigurationError, Settings
from orchestration import alerts, attempts, dbt_build, frozen_lists, release
from orchestration.city_time import today
from orchestration.dbt_build import DBT_TARGET, DbtOutcome
from orchestration.inbox import nothing_received, require_inbox
from orchestration.release import CheckResult
from orchestration.text_files import write_whole
from orchestration.work_lists import write_work_lists
from orchestration.workbench import Workbench
from rulebook.folder import build_tables, read_folder
from rulebook.lint import lint
from rulebook.problems import Problem

DEFAULT_RULEBOOKS = dbt_build.PROJECT / "seeds" / "rulebook"
DEFAULT_REGIME = "jiaozuo"
INPUT_FILE = ("source", "dataset", "received_on", "file_name", "file_hash", "status")  # in release.json
_DOOR_COPY = "door"


class BuildFailedError(Exception):
    """Nothing was released: a check failed, a model did not build, or the rulebook is not sound."""


@dataclass(frozen=True)
class BuildRequest:
    """What a build was asked. `rulebooks` is a rulebook folder; null = the one that comes with the program."""

    as_of_on: dt.date
    known_on: dt.date | None = None
    inbox: Path | None = None
    rulebooks: Path | None = None
    regime_code: str = DEFAULT_REGIME
    accept_drops: tuple[str, ...] = ()
    is_full: bool = False


@dataclass
class BuildState:
    """What a build has found so far, as it stands in build/state.json."""

    release_id: str
    as_of_on: str
    known_on: str | None
    regime_code: str
    rulebook_id: str | None
    is_provisional: bool
    program_revision: str
    rulebooks: list[dict[str, Any]] = field(default_factory=list)
    is_reused: bool = False
    ingested: dict[str, int] = field(default_factory=dict)
    ignored: list[dict[str, str]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    candidate: dict[str, Any] | None = None
    checks: list[dict[str, Any]] = field(default_factory=list)

    def save(self, settings: Settings) -> None:
        """Writes build/state.json."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, default=str)
        write_whole(settings.build / "state.json", text)

    @staticmethod
    def load(settings: Settings) -> BuildState:
        """Reads build/state.json."""
        return BuildState(**json.loads((settings.build / "state.json").read_text("utf-8")))

    def check_results(self) -> list[CheckResult]:
        """The checks so far."""
        return [CheckResult(**check) for check in self.checks]


def build_file(settings: Settings) -> Path:
    """The file that dbt builds into; BI never opens it."""
    return settings.build / dbt_build.BUILD_FILE_NAME


# ------------------------------------------------------------------------------------------------ 1 receive


def receive(bench: Workbench, request: BuildRequest) -> BuildState:
    """Ingests what is new and prepares a fresh build file; a release of the same inputs is verified and reused."""
    settings = bench.settings
    bench.lock()
    attempts.begin(settings, request.as_of_on.isoformat())
    tables = check_request(settings, request)
    make_build_folder(settings)
    bench.dbt.prepare(settings, bench.parsed_project)
    ingested = landing.ingest(
        settings,
        request.inbox,
        lambda done, total, label: bench.progress("ingest", done, total, label),
        full=request.is_full,
    )
    empty_build_folder(settings)
    inputs = build_inputs.prepare(
        settings, request.as_of_on, request.known_on, request.regime_code, request.accept_drops
    )
    if not inputs.outcomes and request.known_on is None:
        raise nothing_received(request.inbox, settings.inbox, ingested.ignored)
    for name, table in tables.items():
        pq.write_table(table, settings.build_inputs / f"rulebook.{name}.parquet")
    files = files_of(inputs.outcomes)
    revision = release.program_revision()
    version = _version_in_force(tables["rulebooks"].to_pylist(), request.as_of_on)
    state = BuildState(
        release_id=release.release_id(
            request.as_of_on,
            request.known_on,
            request.regime_code,
            rulebook_tables=tables,
            revision=revision,
            file_hashes=inputs.file_hashes,
            outcomes=inputs.identity,
        ),
        as_of_on=request.as_of_on.isoformat(),
        known_on=request.known_on.isoformat() if request.known_on else None,
        regime_code=request.regime_code,
        rulebook_id=version["rulebook_id"],
        is_provisional=bool(version["is_provisional"]),
        program_revision=revision,
        rulebooks=[
            {name: row[name] for name in ("rulebook_id", "effective_from_on", "effective_until_on", "base_points")}
            for row in tables["rulebooks"].to_pylist()
        ],
        ingested={
            "seen_count": ingested.seen_count,
            "new_count": ingested.new_count,
            "parsed_count": ingested.parsed_count,
        },
        ignored=[{"path": path, "reason": why} for path, why in ingested.ignored],
        files=files,
    )
    attempts.note(settings, release_id=state.release_id, ignored=state.ignored)
    alerts.of_ignored(settings.logs, state.ignored)
    alerts.of_held(settings.logs, _newly_held(settings, files))
    if not request.is_full and _reuse(settings, state.release_id):
        state.is_reused = True
        attempts.end(settings, attempts.REUSED)
    else:
        suites = bench.suites  # imports its library while dbt runs
        _freeze_lists(bench, request, tables, revision)
        _fresh_build_file(settings)
        suites.submit(settings.build / _DOOR_COPY / dbt_build.BUILD_FILE_NAME, DOOR_SUITES.values())
    state.save(settings)
    return state


def files_of(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """Every file received and what became of it, as state.json has it."""
    return [
        {
            "source": outcome.receipt.source,
            "dataset": outcome.receipt.dataset,
            "received_on": outcome.receipt.received_on.isoformat(),
            "file_name": outcome.receipt.file_name,
            "file_hash": outcome.receipt.file_hash,
            "status": str(outcome.status),
            "reason_code": outcome.reason_code,
            "message": outcome.message,
            "read_count": outcome.read_count,
            "accepted_count": outcome.accepted_count,
            "quarantined_count": outcome.quarantined_count,
            "duplicate_count": outcome.duplicate_count,
        }
        for outcome in outcomes
    ]


def _newly_held(settings: Settings, files: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The held files that the current release does not know as held."""
    current = release.current_release(settings)
    known: set[tuple[str, ...]] = set()
    if current is not None:
        known = {placed(file) for file in release.read_description(current)["input_files"] if file["status"] == "held"}
    return [file for file in files if file["status"] == "held" and placed(file) not in known]


def placed(file: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells one file that a build knew from another, by state.json or release.json."""
    return tuple(str(file[name]) for name in INPUT_FILE)


def make_build_folder(settings: Settings) -> None:
    """The build folder, its owner's alone: people's names stand there in the clear."""
    settings.build.mkdir(parents=True, mode=0o700, exist_ok=True)
    settings.build.chmod(0o700)


def empty_build_folder(settings: Settings) -> None:
    """Removes everything of the last build but dbt's compiled SQL, which is written over: a thousand small files."""
    make_build_folder(settings)
    for path in settings.build.iterdir():
        if path.is_dir() and path.name != DBT_TARGET:
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()


def check_request(settings: Settings, request: BuildRequest) -> dict[str, Any]:
    """The rulebook tables of a request that makes sense by itself; raises what is wrong with it, within a second."""
    if request.inbox is not None and request.inbox.absolute() != settings.inbox:
        require_inbox(request.inbox)  # nobody named the home's own by mistake: what lies in it wrongly is told of
    for drop in request.accept_drops:
        build_inputs.parse_drop(drop)
    return _rulebook_tables(request)


def rulebook_folder(*named: Path | None) -> Path:
    """The first folder that was named, else the one that comes with the program."""
    return next((folder for folder in named if folder), DEFAULT_RULEBOOKS)


def _rulebook_tables(request: BuildRequest) -> dict[str, Any]:
    folder = read_folder(rulebook_folder(request.rulebooks))
    problems: list[Problem] = lint(folder)
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise BuildFailedError(f"The rulebook is not sound, so nothing was scored:\n{listed}")
    return build_tables(folder, request.regime_code)


def _version_in_force(versions: list[Mapping[str, Any]], on: dt.date) -> Mapping[str, Any]:
    """The version of a day; before the first one, the first."""
    ordered = sorted(versions, key=lambda row: row["effective_from_on"])
    return next((row for row in reversed(ordered) if row["effective_from_on"] <= on), ordered[0])


def _reuse(settings: Settings, identifier: str) -> bool:
    directory = settings.releases / identifier
    if not directory.exists() or release.verify(directory):
        return False
    release.make_current(settings, identifier)
    release.discard_candidates(settings)
    return True


def _freeze_lists(bench: Workbench, request: BuildRequest, tables: Mapping[str, Any], revision: str) -> None:
    try:
        frozen_lists.freeze(
            frozen_lists.Basis(bench.settings, bench.parsed_project, tables, request.regime_code, revision),
            min(request.as_of_on, request.known_on or request.as_of_on),
            lambda done, total, label: bench.progress("frozen lists", done, total, label),
        )
    except frozen_lists.ModelFailedError as error:
        raise BuildFailedError(f"The frozen lists could not be worked out: {error}") from error


def _fresh_build_file(settings: Settings) -> None:
    path = build_file(settings)
    with duckdb.connect(str(path)) as connection:
        warehouse_sources.register_sources(connection, settings.build)
    # The door's suites read a copy while dbt writes the original; the same name keeps the same database name.
    copy = settings.build / _DOOR_COPY / path.name
    copy.parent.mkdir()
    shutil.copyfile(path, copy)


# ------------------------------------------------------------------------------------------------ 2 model


def model(bench: Workbench) -> Iterator[dict[str, Any]]:
    """Runs dbt into the build file and yields each node's event; every data test becomes a check result.

    Raises when anything blocks, after the last event.
    """
    settings = bench.settings
    outcome = yield from _with_progress(bench, bench.dbt.build(settings, bench.parsed_project, build_file(settings)))
    state = BuildState.load(settings)
    state.checks += [
        asdict(
            CheckResult(
                check_name=test.name,
                kind="invariant" if test.severity == "error" else "finding",
                severity=test.severity,
                is_passed=test.is_passed,
                failing_count=test.failing_count,
                relation=", ".join(test.relations),
                look=test.message or f"the rows: run {test.sql} on {build_file(settings)}",
                is_run=test.is_run,
            )
        )
        for test in outcome.tests
    ]
    state.save(settings)
    if outcome.failures:
        listed = "\n".join(f"  {failure.name}: {failure.message}" for failure in outcome.failures)
        raise BuildFailedError(f"{len(outcome.failures)} models could not be built:\n{listed}")
    _refuse_if_blocked(state)
    relations = _relations(bench.manifest)
    bench.suites.submit(build_file(settings), [suite for name, suite in RELEASE_SUITES.items() if name in relations])


def _with_progress(
    bench: Workbench, events: Generator[dict[str, Any], None, DbtOutcome]
) -> Generator[dict[str, Any], None, DbtOutcome]:
    while True:
        try:
            event = next(events)
        except StopIteration as end:
            outcome: DbtOutcome = end.value
            return outcome
        name, done, total = dbt_build.progress_of(event)
        bench.progress("model", done, total, name)
        yield event


def model_into(bench: Workbench, path: Path, select: str) -> DbtOutcome:
    """Runs a part of the project into a file of its own, without tests: for trying, never for releasing."""
    events = _with_progress(bench, bench.dbt.build(bench.settings, bench.parsed_project, path, select=select))
    while True:
        try:
            next(events)
        except StopIteration as end:
            outcome: DbtOutcome = end.value
            return outcome


def _relations(manifest: Mapping[str, Any]) -> set[str]:
    """The marts that the project has; a suite of a mart that is gone fails a test, not a build."""
    return {
        f"{node['schema']}.{node['name']}" for node in manifest["nodes"].values() if node["resource_type"] == "model"
    }


def blocking_message(state: BuildState) -> str | None:
    """Which checks block a release, on what, how many rows, how to look; null = none does."""
    blocking = [check for check in state.check_results() if check.is_blocking]
    if not blocking:
        return None
    failed = [check for check in blocking if check.is_run]
    lines = [f"{len(failed)} blocking {'check' if len(failed) == 1 else 'checks'} failed:"]
    lines += [
        f"  {check.check_name} on {check.relation}: {check.failing_count} failing. {check.look}".rstrip()
        for check in failed
    ]
    not_run = [check.check_name for check in blocking if not check.is_run]
    if not_run:
        lines.append(f"{len(not_run)} not run, being below: {', '.join(not_run)}")
    return "\n".join(lines)


def _refuse_if_blocked(state: BuildState) -> None:
    message = blocking_message(state)
    if message is not None:
        raise BuildFailedError(message)


# ------------------------------------------------------------------------------------------------ 3 check


def check(bench: Workbench) -> list[SuiteOutcome]:
    """Copies the marts beside the releases while the suites run in their own process; returns their outcomes."""
    settings = bench.settings
    state = BuildState.load(settings)
    bench.progress("check", 0, 2, "copying the marts")
    candidate = release.write_candidate(settings, build_file(settings))
    with duckdb.connect(str(candidate.directory / release.DESK_FILE), read_only=True) as desk:
        lists = candidate.directory / "restricted" / "work_lists"
        write_work_lists(desk, lists, dt.date.fromisoformat(state.as_of_on))
    state.candidate = {
        "directory": candidate.directory.name,
        "row_counts": candidate.row_counts,
        "content_hashes": candidate.content_hashes,
    }
    bench.progress("check", 1, 2, "suites")
    outcomes = [*bench.suites.collect(), *bench.suites.collect()]  # the door's, then the release's
    state.checks += [
        asdict(
            CheckResult(
                check_name=f"{outcome.relation}.{outcome.check_name}",
                kind=outcome.kind,
                severity=outcome.severity,
                is_passed=outcome.is_passed,
                failing_count=outcome.failing_count,
                relation=outcome.relation,
                look=outcome.message or f"the rows: query {outcome.relation} in {build_file(settings)}",
            )
        )
        for outcome in outcomes
    ]
    state.save(settings)
    bench.progress("check", 2, 2, "")
    return outcomes


# ------------------------------------------------------------------------------------------------ 4 publish


def publish(bench: Workbench) -> Path:
    """Switches to the candidate unless a check blocks it; then the last release stays as it is."""
    settings = bench.settings
    state = BuildState.load(settings)
    assert state.candidate is not None
    candidate = release.Candidate(
        settings.releases / state.candidate["directory"],
        state.candidate["row_counts"],
        state.candidate["content_hashes"],
    )
    try:
        _refuse_if_blocked(state)
    except BuildFailedError:
        shutil.rmtree(candidate.directory, ignore_errors=True)
        raise
    changed = frozen_lists.changed_since_released(settings, candidate.directory, _description(state))
    state.checks.append(asdict(_frozen_lists_check(changed)))
    state.save(settings)
    path = release.publish(settings, candidate, state.release_id, _description(state), state.check_results())
    attempts.end(settings, attempts.RELEASED)
    alerts.of_checks(settings.logs, state.release_id, state.check_results())
    return path


def _frozen_lists_check(changed: Sequence[str]) -> CheckResult:
    """A warning: a rulebook or an export may be put right, but who was published on a past list must not change unseen."""
    return CheckResult(
        check_name="a_frozen_list_stays_as_it_was_released",
        kind="finding",
        severity="warn",
        is_passed=not changed,
        failing_count=len(changed),
        relation="publication.frozen_lists",
        look="; ".join(changed),
    )


def _description(state: BuildState) -> dict[str, Any]:
    return {
        "release_id": state.release_id,
        "as_of_on": state.as_of_on,
        "known_on": state.known_on,
        "regime_code": state.regime_code,
        "rulebook_id": state.rulebook_id,
        "is_provisional": state.is_provisional,
        "rulebooks": state.rulebooks,
        "program_revision": state.program_revision,
        "git_revision": release.git_revision(),
        "storage_version": release.STORAGE_VERSION,
        "input_files": [{name: file[name] for name in INPUT_FILE} for file in state.files],
    }


def request_of(
    settings: Settings,
    *,
    as_of: str | None,
    known_on: str | None,
    inbox: str | None,
    rulebooks: str | None,
    regime: str | None,
    accept_drops: tuple[str, ...],
    is_full: bool,
) -> BuildRequest:
    """A request from text, as a command line or a run's configuration gives it. Raises ConfigurationError."""
    chosen = Path(inbox) if inbox else settings.inbox if settings.inbox.is_dir() else None
    return BuildRequest(
        as_of_on=_date("as-of", as_of) if as_of else today(),
        known_on=_date("known-on", known_on) if known_on else None,
        inbox=chosen,
        rulebooks=Path(rulebooks) if rulebooks else settings.rulebooks,
        regime_code=regime or settings.regime_code or DEFAULT_REGIME,
        accept_drops=accept_drops,
        is_full=is_full,
    )


def _date(name: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"--{name} {text!r} is no day. Write it as YYYY-MM-DD.") from None
