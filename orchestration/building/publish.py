"""Step 5 of a build, after the switch: the current release goes to every publishing output that the settings want.
Nothing here can undo the release.

Belongs here: which outputs need the release, and the alerts. Does not belong here: retries and the record
(`serving.outputs.publishing`).
"""

from __future__ import annotations

from ingestion.settings import Settings
from orchestration.operations import alerts
from serving import outputs
from serving.outputs.output import Output
from serving.outputs.publishing import Publication, last_publications, publish_release
from serving.releases.stored import current_release


def wanted(settings: Settings) -> list[Output]:
    """The outputs that publish, and for which the settings name a place."""
    return [output for output in outputs.OUTPUTS if output.publish is not None and output.is_wanted(settings)]


def publish(settings: Settings, name: str) -> Publication | None:
    """Publishes the current release by one output; an error raises an alert, and the release stays. Null where the
    result could not be recorded."""
    done = _publish(settings, {name})
    return done[0] if done else None


def publish_missing(settings: Settings) -> None:
    """Publishes the current release to the outputs that do not have it yet, after a build that reused the release."""
    current = current_release(settings)
    arrived = {
        one.output
        for one in last_publications(settings)
        if one.is_published and current is not None and one.release_id == current.name
    }
    _publish(settings, {output.name for output in outputs.OUTPUTS} - arrived)


def _publish(settings: Settings, names: set[str]) -> list[Publication]:
    try:
        done = publish_release(settings, [output for output in wanted(settings) if output.name in names])
        alerts.of_publications(settings.logs, done)
    except Exception as error:  # a record that cannot be written, a setting that says nothing
        alerts.raise_alert(settings.logs, "publish_failed", f"{type(error).__name__}: {error}")
        return []
    return done
