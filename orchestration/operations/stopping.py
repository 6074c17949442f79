"""A request to end a command that serves: Ctrl-C or SIGTERM. Does not belong here: what is stopped, and how."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any


class Stopping:
    """Remembers a request to stop, so that the process does not die between two lines."""

    def __init__(self) -> None:
        self.is_asked = False
        self._before: dict[int, Any] = {
            number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)
        }

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.is_asked = True

    def restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
