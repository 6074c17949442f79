"""Step 1 of a build: ingest new files, compute the release id, reuse that release or prepare a new build file.

Belongs here: the order of calls. Does not belong here: reading files, deciding outcomes (`ingestion`), the release id
(`serving.releases`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from expectations.door import DOOR_SUITES
from ingestion import build_inputs, landing, warehouse_sources
from ingestion.build_inputs import BuildInputs
from ingestion.landing import IngestSummary
from ingestion.settings import Settings
from orchestration.building import engines, frozen_lists
from orchestration.building.build_folder import build_file, door_copy, empty_build_folder, make_build_folder
from orchestration.building.dbt_project import ModelFailedError
from orchestration.building.publish import publish_missing
from orchestration.building.request import BuildRequest, Written, require_plausible
from orchestration.building.rules import Rules
from orchestration.building.state import BuildFailedError, BuildState, files_of, placed
from orchestration.building.workbench import Workbench
from orchestration.operations import alerts, attempts
from orchestration.operations.inbox import nothing_received
from serving.releases import stored, switch
from serving.releases.identity import release_id
from serving.releases.leftovers import discard_candidates
from serving.releases.revisions import presentation_revision, scoring_revision


def receive(bench: Workbench, written: Written) -> BuildState:
    """Ingests new files and prepares a new build file; a release of the same inputs is verified and reused."""
    settings = bench.settings
    bench.lock()
    attempts.begin(settings, written["as_of_on"])
    request = BuildRequest.read(written)
    require_plausible(settings, request)
    rules = bench.rules(request)
    make_build_folder(settings)
    engine = engines.engine(request.engine, request.master)
    bench.start_dbt().prepare(settings, engine, bench.parse(engine))
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
    rules.write(settings.build_inputs)
    state = _begun(request, written, rules, inputs, ingested)
    attempts.note(settings, release_id=state.release_id, ignored=state.ignored)
    alerts.of_ignored(settings.logs, state.ignored)
    alerts.of_held(settings.logs, _newly_held(settings, state.files))
    if not request.is_full and _reuse(settings, state.release_id):
        state.is_reused = True
        attempts.end(settings, attempts.REUSED)
        publish_missing(settings)
    else:
        suites = bench.start_suites()  # imports its library while dbt runs
        state.frozen_day_count = _freeze_lists(bench, request, rules, state.scoring_revision)
        _fresh_build_file(settings)
        suites.submit(door_copy(settings), DOOR_SUITES.values())
    state.save(settings)
    bench.note_done("receive")
    return state


def _begun(
    request: BuildRequest, written: Written, rules: Rules, inputs: BuildInputs, ingested: IngestSummary
) -> BuildState:
    version = rules.in_force(request.as_of_on)
    scoring, presentation = scoring_revision(), presentation_revision()
    return BuildState(
        request=written,
        release_id=release_id(
            request.as_of_on,
            request.known_on,
            request.regime_code,
            rulebook_tables=rules.tables,
            scoring_revision=scoring,
            presentation_revision=presentation,
            file_hashes=inputs.file_hashes,
            outcomes=inputs.identity,
        ),
        rulebook_id=version["rulebook_id"],
        is_provisional=bool(version["is_provisional"]),
        scoring_revision=scoring,
        presentation_revision=presentation,
        rulebooks=[
            {name: row[name] for name in ("rulebook_id", "effective_from_on", "effective_until_on", "base_points")}
            | {"grades": rules.grades(row["rulebook_id"])}
            for row in rules.versions()
        ],
        ingested={
            "seen_count": ingested.seen_count,
            "new_count": ingested.new_count,
            "parsed_count": ingested.parsed_count,
        },
        ignored=[{"path": path, "reason": why} for path, why in ingested.ignored],
        files=files_of(inputs.outcomes),
    )


def _newly_held(settings: Settings, files: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The held files that were not held in the current release."""
    current = stored.current_release(settings)
    known: set[tuple[str, ...]] = set()
    if current is not None:
        known = {placed(file) for file in stored.read_description(current)["input_files"] if file["status"] == "held"}
    return [file for file in files if file["status"] == "held" and placed(file) not in known]


def _reuse(settings: Settings, identifier: str) -> bool:
    directory = settings.releases / identifier
    if not directory.exists() or stored.verify(directory) or stored.removed_folders(directory):
        return False
    switch.seal(directory)
    switch.make_current(settings, identifier)
    discard_candidates(settings)
    return True


def _freeze_lists(bench: Workbench, request: BuildRequest, rules: Rules, revision: str) -> int:
    try:
        return frozen_lists.freeze(
            frozen_lists.Basis(bench.settings, bench.parse(), rules, revision),
            min(request.as_of_on, request.known_on or request.as_of_on),
            lambda done, total, label: bench.progress("frozen lists", done, total, label),
        )
    except ModelFailedError as error:
        raise BuildFailedError(f"冻结名单计算失败 The frozen lists could not be computed: {error}") from error


def _fresh_build_file(settings: Settings) -> None:
    path = build_file(settings)
    with duckdb.connect(str(path)) as connection:
        warehouse_sources.register_sources(connection, settings.build)
    copy = door_copy(settings)
    copy.parent.mkdir()
    shutil.copyfile(path, copy)
