"""The last build of a home, whether it released anything or not: logs/last_build.json, for `firemark status`.

Belongs here: what is remembered of a build that may have failed. Does not belong here: alerts, what a release says.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from ingestion.atomic_files import write_text_atomically
from ingestion.settings import Settings
from orchestration.operations.lock import is_held

RUNNING, RELEASED, REUSED, FAILED = "running", "released", "reused", "failed"
_NOTHING: dict[str, Any] = {
    **{"status": RUNNING, "started_at": None, "ended_at": None, "as_of_on": None, "release_id": None},
    **{"problem": None, "ignored": []},
}


def begin(settings: Settings, as_of_on: str) -> None:
    """A build has begun; only the holder of the writer's lock says so."""
    _write(settings, _NOTHING | {"started_at": _now(), "as_of_on": as_of_on})


def note(settings: Settings, **found: Any) -> None:
    """Adds to what is known of the build that runs."""
    _write(settings, (last(settings) or _NOTHING) | found)


def end(settings: Settings, status: str, **found: Any) -> None:
    """The build that runs has ended. One that failed before it began is known by its end alone."""
    known = last(settings)
    if known is None or known["status"] != RUNNING:
        known = _NOTHING
    _write(settings, known | {"status": status, "ended_at": _now()} | found)


def last(settings: Settings) -> dict[str, Any] | None:
    """The last build; null where none is known of."""
    try:
        found = json.loads(_path(settings).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return _NOTHING | found if isinstance(found, dict) else None


def described(settings: Settings) -> list[str]:
    """What people should know of the last build besides the release: that it failed, was cut off, or still runs."""
    found = last(settings)
    if is_held(settings):
        since = f" since {found['started_at']}" if found and found["status"] == RUNNING else ""
        return [f"正在构建 A build is running{since}."]
    if found is None:
        return []
    as_of = f" as of {found['as_of_on']}" if found["as_of_on"] else ""
    if found["status"] == FAILED:
        return [f"上次构建失败 The last build{as_of} failed at {found['ended_at']}: {found['problem']}"]
    if found["status"] == RUNNING:
        return [f"上次构建中断 The last build{as_of} began at {found['started_at']} and was cut off. Build again."]
    return []


def _path(settings: Settings) -> Path:
    return settings.logs / "last_build.json"


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(settings: Settings, found: dict[str, Any]) -> None:
    """Never raises: a build does not fail because nobody can be told of it here."""
    text = json.dumps(found, ensure_ascii=False, indent=1).encode(errors="backslashreplace").decode()
    try:
        settings.logs.mkdir(parents=True, exist_ok=True)
        write_text_atomically(_path(settings), text + "\n")
    except OSError:
        return
