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
from serving.outputs.publishing import Publication, failed, has_arrived, publish_release
from serving.releases.stored import current_release


def wanted(settings: Settings) -> list[Output]:
    """The outputs that publish, and for which the settings name a place."""
    return [output for output in outputs.OUTPUTS if output.publish is not None and output.is_wanted(settings)]


def publish(settings: Settings, name: str) -> Publication:
    """Publishes the current release by one wanted output; an error raises an alert, and the release stays."""
    (output,) = (output for output in wanted(settings) if output.name == name)
    return _publish(settings, output)


def publish_missing(settings: Settings) -> None:
    """Publishes the current release to the places that do not have it yet, after a build that reused the release."""
    for output in wanted(settings):
        if not has_arrived(settings, output):
            _publish(settings, output)


def _publish(settings: Settings, output: Output) -> Publication:
    try:
        (done,) = publish_release(settings, [output])
    except Exception as error:  # a record that cannot be written
        current = current_release(settings)
        done = failed(output, "", current.name if current else "", error)
    alerts.of_publications(settings.logs, [done])
    return done
