"""The suites of Great Expectations as asset checks: one per dataset and mart, run once per build.

dbt's tests become checks by themselves (`assets.models`). Does not belong here: any suite (`expectations`).
"""

from collections.abc import Iterable, Iterator

import dagster as dg

from expectations.door import DOOR_SUITES
from expectations.release import RELEASE_SUITES
from expectations.suites import Suite, SuiteOutcome
from orchestration.assets import pages
from orchestration.assets.failing import said_plainly
from orchestration.building.check import check
from orchestration.resources import Bench

DOOR_CHECK, RELEASE_CHECK = "the_batch_is_as_promised", "the_mart_is_as_promised"
# What holds, why, what to do.
_WORDS = {
    DOOR_CHECK: (
        "What the door let in of this dataset is what its contract promises (sources.md).",
        "Rows are judged one by one at the door; this looks at all of them together, so that a change of the export shows "
        "that no single row gives away.",
        "Look below which truth failed. `files_are_mostly_readable` only warns: `firemark quarantine` says why rows were "
        "kept out, and the sender corrects the export. Any other one is a fault of the door.",
    ),
    RELEASE_CHECK: (
        "The mart has the columns and codes that its readers were promised (marts.md).",
        "BI reports and the bureau's lists read them by name: a code that they do not know falls out of a report unseen.",
        "Look below which truth failed. Put the model right, or, if the change is meant, the promise in "
        "`expectations/release.py` and `docs/marts.md`.",
    ),
}


def _key(relation: str) -> dg.AssetKey:
    return dg.AssetKey(relation.split("."))


def build_checks(marts: Iterable[dg.AssetKey]) -> dg.AssetChecksDefinition:
    """Checks of all datasets and of the marts that have a suite."""
    existing = set(marts)
    suites = {_key(suite.relation): suite for suite in (*DOOR_SUITES.values(), *RELEASE_SUITES.values())}
    names = {_key(suite.relation): DOOR_CHECK for suite in DOOR_SUITES.values()}
    names |= {_key(relation): RELEASE_CHECK for relation in RELEASE_SUITES if _key(relation) in existing}
    specs = [
        dg.AssetCheckSpec(
            name,
            asset=key,
            description=_description(name, suites[key]),
            # The door's run beside dbt, so they cannot hold dbt back; `building.release` refuses on them.
            blocking=name == RELEASE_CHECK,
            # Every mart is built before any of these runs.
            additional_deps=sorted(existing - {key}),
        )
        for key, name in names.items()
    ]

    @dg.multi_asset_check(name="suites", specs=specs)
    def run_suites(bench: Bench) -> Iterator[dg.AssetCheckResult]:
        """Waits for the suites; what is not whole is an error unless every failing check is a warning."""
        by_key: dict[dg.AssetKey, list[SuiteOutcome]] = {}
        with said_plainly():
            outcomes = check(bench)
        for outcome in outcomes:
            by_key.setdefault(_key(outcome.relation), []).append(outcome)
        for spec in specs:
            yield _result(spec, by_key.get(spec.asset_key, []))

    return run_suites


def _description(name: str, suite: Suite) -> str:
    text = pages.check_text(*_WORDS[name], is_blocking=True)
    truths = "\n".join(f"- `{one.name}`{' (warns)' if one.severity == 'warn' else ''}" for one in suite.checks)
    return f"{text}\n\n**Its truths**\n\n{truths}"


def _result(spec: dg.AssetCheckSpec, outcomes: list[SuiteOutcome]) -> dg.AssetCheckResult:
    failing = [outcome for outcome in outcomes if not outcome.is_passed]
    is_error = any(outcome.severity == "error" for outcome in failing)
    return dg.AssetCheckResult(
        passed=not failing,
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=dg.AssetCheckSeverity.ERROR if is_error or not failing else dg.AssetCheckSeverity.WARN,
        metadata={"failing_count": sum(outcome.failing_count for outcome in failing)}
        | {outcome.check_name: outcome.message or f"{outcome.failing_count} failing" for outcome in failing},
    )
