"""The release as one asset, downstream of every mart. Does not belong here: what a release is (`serving`)."""

from collections.abc import Iterable

import dagster as dg

from orchestration.assets import pages
from orchestration.assets.failing import said_plainly
from orchestration.building import release as step
from orchestration.building.state import BuildState
from orchestration.resources import Bench

RELEASE_KEY = dg.AssetKey(["release"])


def build_release(marts: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset of the release."""

    @dg.asset(
        key=RELEASE_KEY,
        deps=sorted(marts),
        description="The marts of one build that passed its checks, as files for readers, under `releases/current`.",
        group_name=pages.RELEASE,
        owners=pages.owners_of(pages.RELEASE),
        kinds={"duckdb", "parquet"},
    )
    def release(bench: Bench) -> dg.MaterializeResult:
        """Switches `releases/current` to the build that was just checked."""
        with said_plainly():
            path = step.release(bench)
        checks = BuildState.load(bench.settings).check_results()
        return dg.MaterializeResult(
            metadata={
                "release_id": path.name,
                "path": dg.MetadataValue.path(path),
                "passed_checks": sum(check.is_passed for check in checks),
                "warning_checks": sum(not check.is_passed for check in checks),
            }
        )

    return release
