"""How a step fails on Dagster's pages: the message for people first, in place of the traceback.

Does not belong here: what the command line prints (`orchestration.run`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from ingestion.helper_process import ProcessDiedError
from ingestion.settings import ConfigurationError
from orchestration.building.dbt_runner import DbtError
from orchestration.building.state import BuildFailedError
from rulebook.problems import RulebookError

# Errors whose message is enough; any other needs its traceback.
_SAID = (BuildFailedError, ConfigurationError, DbtError, ProcessDiedError, RulebookError)


@contextmanager
def said_plainly() -> Iterator[None]:
    """Fails a step with the message of an error meant for people; `orchestration.run` extracts it again."""
    try:
        yield
    except _SAID as error:
        raise dg.Failure(str(error), allow_retries=False) from error
