"""Each server that gets the release as an asset below it, where the settings name one. Materialized by itself it hands
the current release on again. Does not belong here: how a release is published (`serving.outputs`).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from ingestion.settings import Settings
from orchestration.assets import pages
from orchestration.assets.release import RELEASE_KEY
from orchestration.building import publish as step
from orchestration.resources import Bench
from serving.outputs.output import Output

CHECK = "server_has_the_current_release"


def build_publications(settings: Settings) -> list[dg.AssetsDefinition]:
    """One asset a server."""
    return [_publication(output) for output in step.wanted(settings)]


def _publication(output: Output) -> dg.AssetsDefinition:
    key = dg.AssetKey(["published", output.name])
    text = pages.check_text(
        "The server has the release that is current.",
        "Its readers would see an older one, and not know it. The release itself is not touched.",
        "Do what the message says, then run `firemark publish`, or materialize this asset again.",
        is_blocking=False,
    )

    @dg.asset(
        key=key,
        deps=[RELEASE_KEY],
        output_required=False,
        description=f"The current release on a server, for the audience `{output.audience}`: {output.name} (docs/serving.md 1).",
        group_name=pages.RELEASE,
        owners=pages.owners_of(pages.RELEASE),
        kinds={"postgres"},
        check_specs=[dg.AssetCheckSpec(CHECK, asset=key, description=text)],
    )
    def publication(bench: Bench) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        """Hands the release on. A failure warns: it stops no build."""
        bench.progress("publish", 0, 1, output.name)
        done = step.publish(bench.settings, output.name)
        bench.progress("publish", 1, 1, "")
        said: dict[str, Any] = {"message": done.message, "release_id": done.release_id, "tries": done.try_count}
        if done.is_published:
            yield dg.MaterializeResult(asset_key=key, metadata=said)
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=CHECK,
            passed=done.is_published,
            severity=dg.AssetCheckSeverity.WARN,
            metadata=said,
        )

    return publication
