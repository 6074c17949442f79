"""One writer per home: an operating-system lock, so that a killed process never leaves it behind.

Belongs here: taking and releasing the lock. Does not belong here: who waits and who gives up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ingestion.settings import ConfigurationError, Settings

_held: dict[Path, FileLock] = {}


class AnotherBuildRunsError(Exception):
    """Another process builds in this home."""


@contextmanager
def writer_lock(settings: Settings, wait_seconds: float = 0) -> Iterator[None]:
    """Holds the home's writer lock; inside the same process it may be taken again.

    Raises `AnotherBuildRunsError` when another process still holds it after `wait_seconds`, and `ConfigurationError`
    when the home cannot be written to.
    """
    path = settings.home / ".writer.lock"
    held = _held.get(path)
    try:
        if held is None:
            settings.home.mkdir(parents=True, exist_ok=True)
            held = _held[path] = FileLock(path, mode=0o600)
        held.acquire(timeout=wait_seconds, poll_interval=0.2)
    except Timeout:
        raise AnotherBuildRunsError(f"another build is running in {settings.home}") from None
    except OSError as error:
        raise ConfigurationError(
            f"nothing can be written to the home {settings.home}: {error.strerror or error}. "
            "Name a folder that can be written by --home, or let this user write to it."
        ) from error
    try:
        yield
    finally:
        held.release()
