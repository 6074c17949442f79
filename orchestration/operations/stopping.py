"""The end of a command that serves: the request, Ctrl-C or SIGTERM, and the end of a process that it started. Does not
belong here: which processes there are.
"""

from __future__ import annotations

import signal
import subprocess
from types import FrameType
from typing import Any


class StoppedError(Exception):
    """Somebody asked the command to end before it was up."""


class Stopping:
    """Remembers a request to stop, so that the process does not die between two lines. Made before the first process is
    started; each is started in a session of its own, for a terminal sends Ctrl-C to all of its own."""

    def __init__(self) -> None:
        self.is_asked = False
        self._before: dict[int, Any] = {
            number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)
        }

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.is_asked = True

    def check(self) -> None:
        """Raises StoppedError if it was asked."""
        if self.is_asked:
            raise StoppedError

    def restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def end(process: subprocess.Popen[bytes], asked: int, seconds: float, forced: int = signal.SIGKILL) -> None:
    """Ends a process by the signal `asked`; by `forced` where it has not ended after so many seconds."""
    process.send_signal(asked)  # nothing where it has ended already
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(forced)
        process.wait()
