"""When the job runs by itself: every morning, so that expiries show on their day. Cron only."""

from __future__ import annotations

import dagster as dg

from orchestration.building.city_time import ZONE

MORNING = "30 6 * * *"


def build_schedule(job: dg.UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Daily; the day that a tick stands for is the run's as-of, however late the tick is served.

    It names no inbox: a run looks into that of its home if there is one by then, and builds without one, too.
    """

    @dg.schedule(
        job=job,
        cron_schedule=MORNING,
        execution_timezone=ZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        name="every_morning",
        description="Builds the day, with whatever the inbox holds: expiries show on their day without any new file.",
    )
    def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = context.scheduled_execution_time.date().isoformat()
        return dg.RunRequest(run_key=day, run_config={"ops": {"door": {"config": {"as_of_on": day}}}})

    return every_morning
