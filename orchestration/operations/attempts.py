"""The last build of a home, whether or not it released anything: logs/last_build.json, for `firemark status`.

Belongs here: the record of a build that may have failed. Does not belong here: alerts, a release's content.
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
    """Records that a build has begun; only for the holder of the writer's lock."""
    _write(settings, _NOTHING | {"started_at": _now(), "as_of_on": as_of_on})


def note(settings: Settings, **found: Any) -> None:
    """Adds to the record of the running build."""
    _write(settings, (last(settings) or _NOTHING) | found)


def end(settings: Settings, status: str, **found: Any) -> None:
    """Records that the running build has ended. A build that failed before `begin` has only its end recorded."""
    known = last(settings)
    if known is None or known["status"] != RUNNING:
        known = _NOTHING
    _write(settings, known | {"status": status, "ended_at": _now()} | found)


def last(settings: Settings) -> dict[str, Any] | None:
    """The last build; null if there is no record."""
    try:
        found = json.loads(_path(settings).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return _NOTHING | found if isinstance(found, dict) else None


def described(settings: Settings) -> list[str]:
    """What people should know about the last build: that it failed, was interrupted, or is still running."""
    found = last(settings)
    if is_held(settings):
        since = f" since {found['started_at']}" if found and found["status"] == RUNNING else ""
        return [f"正在生成 A build is running{since}."]
    if found is None:
        return []
    as_of = f" as of {found['as_of_on']}" if found["as_of_on"] else ""
    if found["status"] == FAILED:
        return [f"上次生成失败 The last build{as_of} failed at {found['ended_at']}: {found['problem']}"]
    if found["status"] == RUNNING:
        return [
            f"上次生成中断 The last build{as_of} began at {found['started_at']} and was interrupted. 请重新生成 Build again."
        ]
    return []


def _path(settings: Settings) -> Path:
    return settings.logs / "last_build.json"


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(settings: Settings, found: dict[str, Any]) -> None:
    """Never raises: a build must not fail because this record cannot be written."""
    text = json.dumps(found, ensure_ascii=False, indent=1).encode(errors="backslashreplace").decode()
    try:
        settings.logs.mkdir(parents=True, exist_ok=True)
        write_text_atomically(_path(settings), text + "\n")
    except OSError:
        return
