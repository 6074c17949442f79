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
_LOOK_SECONDS = 0.1  # outlasts `is_held`, which takes the lock for a moment


class AnotherBuildRunsError(Exception):
    """Another process builds in this home."""


@contextmanager
def writer_lock(settings: Settings, wait_seconds: float = 0) -> Iterator[None]:
    """Holds the home's writer lock; inside the same process it may be taken again.

    Raises `AnotherBuildRunsError` when another process still holds it after `wait_seconds`, and `ConfigurationError`
    when the home cannot be written to.
    """
    path = _path(settings)
    held = _held.get(path)
    try:
        if held is None:
            settings.home.mkdir(parents=True, exist_ok=True)
            held = _held[path] = FileLock(path, mode=0o600)
        held.acquire(timeout=max(wait_seconds, _LOOK_SECONDS), poll_interval=0.2 if wait_seconds else 0.02)
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


def is_held(settings: Settings) -> bool:
    """Whether somebody writes in the home now; no, where this account may not know."""
    path = _path(settings)
    try:
        if not path.exists():
            return False
        with FileLock(path, mode=0o600).acquire(timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def _path(settings: Settings) -> Path:
    return settings.home / ".writer.lock"
