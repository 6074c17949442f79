"""Step 3 of a build: wait for the suites that ran beside dbt; their results become checks.

Does not belong here: the suites (`expectations`), refusing a release (`release`).
"""

from __future__ import annotations

from expectations.suites import SuiteOutcome
from orchestration.building.build_folder import build_file
from orchestration.building.state import BuildState
from orchestration.building.workbench import Workbench
from serving.releases.checks import CheckResult


def check(bench: Workbench) -> list[SuiteOutcome]:
    """The outcomes of the suites of the door and of the release."""
    bench.require_step_before("check")
    settings = bench.settings
    state = BuildState.load(settings)
    bench.progress("check", 0, 1, "suites")
    suites = bench.start_suites()
    outcomes = [*suites.collect(), *suites.collect()]  # first the door's, then the release's
    state.add_checks(
        CheckResult(
            check_name=f"{outcome.relation}.{outcome.check_name}",
            kind=outcome.kind,
            severity=outcome.severity,
            is_passed=outcome.is_passed,
            failing_count=outcome.failing_count,
            relation=outcome.relation,
            look=outcome.message or f"the rows: query {outcome.relation} in {build_file(settings)}",
        )
        for outcome in outcomes
    )
    state.save(settings)
    bench.progress("check", 1, 1, "")
    bench.note_done("check")
    return outcomes
