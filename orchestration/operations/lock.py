"""One writer per home: a lock of the operating system, which is released when its process is killed.

Belongs here: taking and releasing the lock. Does not belong here: how long callers wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ingestion.settings import ConfigurationError, Settings

_held: dict[Path, FileLock] = {}
_LOOK_SECONDS = 0.1  # longer than `is_held`, which takes the lock for a moment


class AnotherBuildRunsError(Exception):
    """Another process is building in this home."""


@contextmanager
def writer_lock(settings: Settings, wait_seconds: float = 0) -> Iterator[None]:
    """Holds the home's writer lock; the same process may take it again.

    Raises `AnotherBuildRunsError` if another process still holds it after `wait_seconds`, and `ConfigurationError`
    if the home cannot be written to.
    """
    path = _path(settings)
    held = _held.get(path)
    try:
        if held is None:
            settings.home.mkdir(parents=True, exist_ok=True)
            held = _held[path] = FileLock(path, mode=0o600)
        held.acquire(timeout=max(wait_seconds, _LOOK_SECONDS), poll_interval=0.2 if wait_seconds else 0.02)
    except Timeout:
        raise AnotherBuildRunsError(
            f"另一生成任务正在进行 another build is running in {settings.home}; try again when it has ended"
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"目录不可写 the home {settings.home} cannot be written to: {error.strerror or error}. "
            "Name a writable folder with --home, or give this user write access."
        ) from error
    try:
        yield
    finally:
        held.release()


def is_held(settings: Settings) -> bool:
    """Whether a process is writing in the home now; false if this account cannot find out."""
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
