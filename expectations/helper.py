"""A second process that imports Great Expectations while something else runs, then answers requests.

Belongs here: the process, its pipes, its death. Does not belong here: what is checked, or when.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from expectations.suites import Suite, SuiteOutcome

_PACKAGE_ROOT = Path(__file__).resolve().parents[1]


class HelperDiedError(Exception):
    """The process ended before it answered: the checks have not run, so nothing may rest on them."""


class SuiteHelper:
    """Starts importing at once; `submit` returns at once; `collect` waits for the oldest request's outcomes.

    The pipes are private to parent and child, so what travels in them is trusted.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "expectations.helper"],
            cwd=_PACKAGE_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the parent, which ends this process
        )

    def submit(self, database: Path | str, suites: Iterable[Suite]) -> None:
        """Asks for the suites to be run against a DuckDB file that nobody writes."""
        assert self._process.stdin is not None
        try:
            _send(self._process.stdin, (str(database), tuple(suites)))
        except OSError:
            raise HelperDiedError("the process that runs the suites is gone") from None

    def collect(self) -> list[SuiteOutcome]:
        """The outcomes of the oldest request."""
        assert self._process.stdout is not None
        try:
            answer = pickle.load(self._process.stdout)  # noqa: S301
        except (EOFError, OSError, pickle.UnpicklingError):
            raise HelperDiedError("the process that runs the suites is gone") from None
        if isinstance(answer, str):
            raise HelperDiedError(answer)
        outcomes: list[SuiteOutcome] = answer
        return outcomes

    def close(self) -> None:
        """Ends the process, at once: it holds nothing that must be kept."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()


def _send(pipe: IO[bytes], message: object) -> None:
    pickle.dump(message, pipe)
    pipe.flush()


def serve() -> None:
    """The process's own loop: requests on standard input until it closes, answers on standard output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up between the answers
    from expectations import runner

    runner.load()
    while True:
        try:
            database, suites = pickle.load(sys.stdin.buffer)  # noqa: S301
        except EOFError:
            break
        try:
            _send(answers, runner.run_suites(database, suites))
        except OSError:
            break
        except Exception as error:
            _send(answers, f"{type(error).__name__}: {error}")
    os._exit(0)  # nothing is left to flush, and the interpreter's own end takes a second


if __name__ == "__main__":
    serve()
