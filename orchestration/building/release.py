"""Step 4 of a build: write the candidate's outputs, and switch to it.

Belongs here: what stops a release, and the order of these steps. Does not belong here: any output, the steps themselves
(`serving`).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.building import engines, released_lists
from orchestration.building.build_folder import build_file
from orchestration.building.dbt_project import manifest_of
from orchestration.building.state import INPUT_FILE, BuildFailedError, BuildState
from orchestration.building.workbench import Workbench
from orchestration.operations import alerts, attempts, dbt_docs
from serving import outputs
from serving.outputs.files import STORAGE_VERSION
from serving.releases.candidate import new_candidate
from serving.releases.checks import CheckResult
from serving.releases.revisions import git_revision
from serving.releases.switch import switch_to


def release(bench: Workbench) -> Path:
    """Switches to the new release. If a check blocks it or an output fails, the last release stays current."""
    bench.require_step_before("release")
    settings = bench.settings
    state = BuildState.load(settings)
    state.refuse_if_blocked()
    bench.progress("release", 0, 1, "outputs")
    description = _description(state)
    changed = released_lists.changed_since_released(
        settings, released_lists.lists_in(build_file(settings)), description
    )
    state.add_checks([_frozen_lists_check(changed)])
    state.save(settings)
    try:
        with new_candidate(
            settings,
            build_file(settings),
            description | {"changed_lists": changed},
            state.check_results(),
            docs_page=lambda: dbt_docs.docs_page(bench.parse(), manifest_of),
        ) as candidate:
            outputs.write_outputs(candidate)
            path = switch_to(settings, candidate)
    except outputs.OutputFailedError as error:
        raise BuildFailedError(f"发布写入失败 The release could not be written: {error}") from error
    attempts.end(settings, attempts.RELEASED)
    alerts.of_checks(settings.logs, state.release_id, state.check_results())
    bench.progress("release", 1, 1, "")
    bench.note_done("release")
    return path


def _frozen_lists_check(changed: Sequence[str]) -> CheckResult:
    """A warning: a rulebook or an export may be corrected, but a published list must not change without notice."""
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
    request = state.request
    engine = engines.engine(request["engine"], request["master"])
    return {
        "release_id": state.release_id,
        "as_of_on": request["as_of_on"],
        "known_on": request["known_on"],
        "regime_code": request["regime_code"],
        "rulebook_id": state.rulebook_id,
        "is_provisional": state.is_provisional,
        "rulebooks": state.rulebooks,
        "scoring_revision": state.scoring_revision,
        "presentation_revision": state.presentation_revision,
        "git_revision": git_revision(),
        "engine": engine.name,
        "engine_version": version(engine.distribution),
        "storage_version": STORAGE_VERSION,
        "input_files": [{name: file[name] for name in INPUT_FILE} for file in state.files],
    }
