"""How a step fails on Dagster's pages: what is wrong and what to do first, where its traceback would stand.

Does not belong here: what the command line says of it (`orchestration.run`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from ingestion.settings import ConfigurationError
from orchestration.building.dbt_runner import DbtError
from orchestration.building.helper_process import ProcessDiedError
from orchestration.building.state import BuildFailedError
from rulebook.problems import RulebookError

# Errors that say all that there is to say; of any other the traceback is needed.
_SAID = (BuildFailedError, ConfigurationError, DbtError, ProcessDiedError, RulebookError)


@contextmanager
def said_plainly() -> Iterator[None]:
    """An error with a message for people fails its step with that message; `orchestration.run` takes it out again."""
    try:
        yield
    except _SAID as error:
        raise dg.Failure(str(error), allow_retries=False) from error
