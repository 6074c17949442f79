"""What starts the job between mornings: files that appeared in the inbox. Does not belong here: reading them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg

from ingestion.settings import Settings
from orchestration.building.city_time import today
from orchestration.operations import alerts, attempts
from orchestration.operations.inbox import SETTLE_SECONDS, fingerprint
from orchestration.operations.lock import is_held


def build_inbox_sensor(job: dg.UnresolvedAssetJobDefinition, inbox: Path) -> dg.SensorDefinition:
    """Starts a build once the inbox has looked the same at two looks: a copy that still runs is not read."""

    @dg.sensor(
        job=job,
        minimum_interval_seconds=SETTLE_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        name="inbox",
        description="Starts a build once files have arrived in the inbox and a copy no longer runs.",
    )
    def inbox_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        """The cursor is the last look and whether it was built."""
        seen = fingerprint(inbox)
        last, _, state = (context.cursor or "").partition(" ")
        if seen is None:
            return dg.SkipReason(f"nothing in {inbox}")
        if seen != last:
            return dg.SensorResult(skip_reason="files are arriving", cursor=f"{seen} seen")
        if state == "built":
            return dg.SkipReason("nothing new")
        config = {"as_of_on": today().isoformat(), "inbox": str(inbox)}
        request = dg.RunRequest(run_key=f"inbox-{seen}", run_config={"ops": {"door": {"config": config}}})
        return dg.SensorResult(run_requests=[request], cursor=f"{seen} built")

    return inbox_sensor


def build_alert_sensor(job: dg.UnresolvedAssetJobDefinition, settings: Settings) -> dg.SensorDefinition:
    """Tells of a failed run; `alerts.of_checks` tells of checks that only warn, in the run itself."""

    @dg.run_failure_sensor(
        monitored_jobs=[job],
        default_status=dg.DefaultSensorStatus.RUNNING,
        name="tell_of_failures",
        description="Writes one line per failed run into `logs/alerts.jsonl`.",
    )
    def tell_of_failures(context: dg.RunFailureSensorContext) -> None:
        said = [_innermost(event.step_failure_data.error) for event in context.get_step_failure_events()]
        problem = f"run {context.dagster_run.run_id}: {'; '.join(said) or context.failure_event.message}"
        alerts.raise_alert(settings.logs, "build_failed", problem)
        known = attempts.last(settings)
        if known is not None and known["status"] == attempts.RUNNING and not is_held(settings):
            attempts.end(settings, attempts.FAILED, problem=problem)

    return tell_of_failures


def _innermost(error: Any) -> str:
    """What the failing line itself said, without the frames that Dagster put around it."""
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error is not None else "it ended without an error"
