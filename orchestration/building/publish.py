"""After the switch: the current release goes to every publishing output. Nothing here can undo the release.

Belongs here: which outputs need the release, and the alerts. Does not belong here: retries and the record
(`serving.outputs.publishing`).
"""

from __future__ import annotations

from ingestion.settings import Settings
from orchestration.operations import alerts
from serving import outputs
from serving.outputs.publishing import last_publications, publish_release
from serving.releases.stored import current_release


def publish(settings: Settings) -> None:
    """Publishes the current release; an error raises an alert, and the release stays."""
    _publish(settings, {output.name for output in outputs.OUTPUTS})


def publish_missing(settings: Settings) -> None:
    """Publishes the current release to the outputs that do not have it yet, after a build that reused the release."""
    current = current_release(settings)
    arrived = {
        one.output
        for one in last_publications(settings)
        if one.is_published and current is not None and one.release_id == current.name
    }
    _publish(settings, {output.name for output in outputs.OUTPUTS} - arrived)


def _publish(settings: Settings, names: set[str]) -> None:
    chosen = [output for output in outputs.OUTPUTS if output.publish is not None and output.name in names]
    try:
        alerts.of_publications(settings.logs, publish_release(settings, chosen))
    except Exception as error:  # a record that cannot be written
        alerts.raise_alert(settings.logs, "publish_failed", f"{type(error).__name__}: {error}")
