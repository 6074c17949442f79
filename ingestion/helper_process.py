"""A helper process: it imports a heavy library while something else runs, then answers requests over pipes.

Belongs here: starting it, messages to and from it, the end of either process. Does not belong here: the requests.
"""

from __future__ import annotations

import atexit
import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from ingestion.settings import PROGRAM, helper_environment

_SECONDS_TO_END = 5


class ProcessDiedError(Exception):
    """The process ended before it answered, so the request has no result."""


class HelperProcess:
    """Runs a module of ours as `python -m`; it starts importing at once. What it prints goes to `logs`/<module>.log.

    The pipes are private to parent and child, so their content is trusted. When the parent ends, for any reason, the child
    reads the end of its input and ends too.
    """

    def __init__(self, module: str, logs: Path) -> None:
        self.module = module
        self.log = logs / f"{module}.log"
        with _opened(self.log) as log:
            self._process = subprocess.Popen(  # noqa: S603  (our own module)
                [sys.executable, "-X", "faulthandler", "-m", module],
                cwd=PROGRAM,
                env=helper_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C goes to the parent, which ends this process
            )

    def send(self, message: object) -> None:
        """Hands a message over; returns at once."""
        assert self._process.stdin is not None
        try:
            _write(self._process.stdin, message)
        except OSError:
            raise self._died() from None

    def receive(self) -> Any:
        """The next message of the process; waits for it."""
        assert self._process.stdout is not None
        try:
            return pickle.load(self._process.stdout)  # noqa: S301
        except (EOFError, OSError, pickle.UnpicklingError):
            raise self._died() from None

    def _died(self) -> ProcessDiedError:
        """Its pipes are closed, so it has ended or is about to; a negative exit code is a signal's number."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SECONDS_TO_END)
        code = self._process.returncode
        return ProcessDiedError(f"the process {self.module} ended unexpectedly (exit code {code}); its log: {self.log}")

    def close(self) -> None:
        """Kills the process: it holds nothing that must be kept."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()


def _opened(log: Path) -> IO[bytes]:
    """The log, opened for appending; the null device if it cannot be written, which the caller reports better."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
    except OSError:
        return Path(os.devnull).open("wb")


def _write(pipe: IO[bytes], message: object) -> None:
    pickle.dump(message, pipe)
    pipe.flush()


def collect_garbage_rarely() -> None:
    """For processes that load large libraries and end soon: looking for cycles would take a tenth of their time."""
    gc.set_threshold(100_000, 20, 100)


def keep_what_is_loaded() -> None:
    """Hides everything loaded so far from the garbage collector: each collection would stop the process for a tenth of a
    second and free none of it. It is released at exit, because libraries otherwise report leaks."""
    gc.freeze()
    atexit.register(gc.unfreeze)


def serve(load: Callable[[], None], answer: Callable[[Any, Callable[[object], None]], None]) -> None:
    """The child's own loop: `load`, then `answer(request, send)` for each request until the parent is gone."""
    import queue
    import threading

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up between the answers
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def listen() -> None:
        while True:
            try:
                requests.put(pickle.load(sys.stdin.buffer))  # noqa: S301
            except (EOFError, OSError, pickle.UnpicklingError):
                os._exit(0)  # the parent has ended, perhaps while this process writes: nobody needs the answer

    threading.Thread(target=listen, daemon=True).start()
    collect_garbage_rarely()
    load()
    keep_what_is_loaded()
    while True:
        answer(requests.get(), lambda message: _write(answers, message))
