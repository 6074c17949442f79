"""A second process of our own: it imports a heavy library while something else runs, then answers over pipes.

Belongs here: starting it, talking to it, its death and its parent's. Does not belong here: what it is asked.
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

from ingestion.settings import IN_UTF8, PROGRAM

_SECONDS_TO_END = 5


class ProcessDiedError(Exception):
    """The process ended before it answered: nothing may rest on what it was asked."""


class HelperProcess:
    """Runs a module of ours as `python -m`; it starts importing at once. What it prints goes to `logs`/<module>.log.

    The pipes are private to parent and child, so what travels in them is trusted. When the parent dies, however
    it does, the child reads the end of its input and ends, too.
    """

    def __init__(self, module: str, logs: Path) -> None:
        self.module = module
        self.log = logs / f"{module}.log"
        with _opened(self.log) as log:
            self._process = subprocess.Popen(  # noqa: S603  (our own module)
                [sys.executable, "-X", "faulthandler", "-m", module],
                cwd=PROGRAM,
                env=os.environ | IN_UTF8,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the parent, which ends this process
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
        """Its pipes are closed, so it is gone or about to go; a signal's number stands as a negative code."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SECONDS_TO_END)
        code = self._process.returncode
        return ProcessDiedError(f"the process {self.module} is gone (exit code {code}); what it said: {self.log}")

    def close(self) -> None:
        """Ends the process, at once: it holds nothing that must be kept."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()


def _opened(log: Path) -> IO[bytes]:
    """The log, to be appended to; nothing, where it cannot be written: whoever started us says that better."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
    except OSError:
        return Path(os.devnull).open("wb")


def _write(pipe: IO[bytes], message: object) -> None:
    pickle.dump(message, pipe)
    pipe.flush()


def collect_garbage_rarely() -> None:
    """For processes that load large libraries and end soon: looking for cycles costs them a tenth of their time."""
    gc.set_threshold(100_000, 20, 100)


def keep_what_is_loaded() -> None:
    """Moves everything loaded so far out of the garbage collector's sight: each later collection would stop the process
    for a tenth of a second, and find nothing of it to free. At the end it is let go, or libraries complain of leaks."""
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
                os._exit(0)  # the parent is gone, perhaps while we write: nobody wants what we do

    threading.Thread(target=listen, daemon=True).start()
    collect_garbage_rarely()
    load()
    keep_what_is_loaded()
    while True:
        answer(requests.get(), lambda message: _write(answers, message))
