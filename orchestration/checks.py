"""The suites of Great Expectations as asset checks: one per dataset and mart, run once per build.

dbt's tests become checks by themselves (`assets.models`). Does not belong here: any suite (`expectations`).
"""

from collections.abc import Iterable, Iterator

import dagster as dg

from expectations.door import DOOR_SUITES
from expectations.release import RELEASE_SUITES
from expectations.suites import SuiteOutcome
from orchestration.building.check import check
from orchestration.resources import Bench

DOOR_CHECK, RELEASE_CHECK = "the_batch_is_as_promised", "the_mart_is_as_promised"


def _key(relation: str) -> dg.AssetKey:
    return dg.AssetKey(relation.split("."))


def build_checks(marts: Iterable[dg.AssetKey]) -> dg.AssetChecksDefinition:
    """Checks of all datasets and of the marts that have a suite."""
    existing = set(marts)
    names = {_key(suite.relation): DOOR_CHECK for suite in DOOR_SUITES.values()}
    names |= {_key(relation): RELEASE_CHECK for relation in RELEASE_SUITES if _key(relation) in existing}
    specs = [
        dg.AssetCheckSpec(
            name,
            asset=key,
            # The door's run beside dbt, so they cannot hold dbt back; `building.release` refuses on them.
            blocking=name == RELEASE_CHECK,
            # Every mart is built before any of these runs.
            additional_deps=sorted(existing - {key}),
        )
        for key, name in names.items()
    ]

    @dg.multi_asset_check(name="suites", specs=specs)
    def suites(bench: Bench) -> Iterator[dg.AssetCheckResult]:
        """Waits for the suites; what is not whole is an error unless every failing check is a warning."""
        by_key: dict[dg.AssetKey, list[SuiteOutcome]] = {}
        for outcome in check(bench):
            by_key.setdefault(_key(outcome.relation), []).append(outcome)
        for spec in specs:
            yield _result(spec, by_key.get(spec.asset_key, []))

    return suites


def _result(spec: dg.AssetCheckSpec, outcomes: list[SuiteOutcome]) -> dg.AssetCheckResult:
    failing = [outcome for outcome in outcomes if not outcome.is_passed]
    is_error = any(outcome.severity == "error" for outcome in failing)
    return dg.AssetCheckResult(
        passed=not failing,
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=dg.AssetCheckSeverity.ERROR if is_error or not failing else dg.AssetCheckSeverity.WARN,
        metadata={outcome.check_name: outcome.message or f"{outcome.failing_count} failing" for outcome in failing},
    )
