"""The release as one asset, downstream of every mart. Does not belong here: what a release is (`serving`)."""

from collections.abc import Iterable

import dagster as dg

from orchestration.building import release as step
from orchestration.resources import Bench

RELEASE_KEY = dg.AssetKey(["release"])


def build_release(marts: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset that publishes."""

    @dg.asset(key=RELEASE_KEY, deps=sorted(marts), group_name="release", kinds={"duckdb"})
    def release(bench: Bench) -> dg.MaterializeResult:
        """Switches `releases/current` to what was just built and checked."""
        path = step.release(bench)
        return dg.MaterializeResult(metadata={"release_id": path.name, "path": dg.MetadataValue.path(path)})

    return release
