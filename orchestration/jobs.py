"""The one job: everything from the inbox to the release. Does not belong here: when it runs."""

from __future__ import annotations

import logging

import dagster as dg

from orchestration.operations.instance import MAX_RUN_SECONDS

JOB_NAME = "release_city"

# Private to Dagster, checked on 1.13.27: where a release is reused, no check gives a result and nothing runs downstream
# of one. It says so by this logger, for which there is no other switch, and it is no news for anybody.
logging.getLogger("dagster._core.execution.plan.active").addFilter(
    lambda record: "emitted no result" not in record.getMessage()
)


@dg.logger(
    config_schema={"log_level": dg.Field(str, default_value="WARNING")},
    description="Warnings and errors only; every event is in the instance anyway.",
)
def quiet_logger(context: dg.InitLoggerContext) -> logging.Logger:
    """The run's logger on standard error."""
    logger = logging.Logger("firemark", level=context.logger_config["log_level"])
    logger.addHandler(logging.StreamHandler())
    return logger


def build_job() -> dg.UnresolvedAssetJobDefinition:
    """All assets and checks in one process: they share a build file that only one process may write."""
    return dg.define_asset_job(
        JOB_NAME,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="Takes in what is new, builds every model, checks, and releases; a check that blocks keeps the last release.",
        tags={"dagster/max_runtime": str(MAX_RUN_SECONDS)},
    )
