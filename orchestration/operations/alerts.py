"""Alerts: one JSON line each in logs/alerts.jsonl, and on standard error where the log cannot be written.

Belongs here: how an alert reaches people. Does not belong here: deciding that something is wrong.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from serving.outputs.publishing import Publication
    from serving.releases.checks import CheckResult


def raise_alert(logs: Path, code: str, message: str) -> None:
    """Appends an alert; never raises, because it is called when something has already failed."""
    line = json.dumps(
        {"at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "code": code, "message": message},
        ensure_ascii=False,
    )
    try:
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / "alerts.jsonl").open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(line + "\n")
    except OSError:
        sys.stderr.write(line + "\n")


def of_checks(logs: Path, release_id: str, checks: Sequence[CheckResult]) -> None:
    """One alert for the warnings of a release's checks, with how to see the rows; a check that blocks stops the release
    and is reported there."""
    failed = [
        f"{check.kind} {check.check_name}: {check.failing_count}" + (f" ({check.look})" if check.look else "")
        for check in checks
        if not check.is_passed
    ]
    if failed:
        raise_alert(logs, "checks_warned", f"{release_id}: {'; '.join(failed)}")


def of_held(logs: Path, held: Sequence[Mapping[str, Any]]) -> None:
    """One alert for the files that a build held for the first time; `firemark quarantine` says what to do about each."""
    if held:
        listed = "; ".join(
            f"{file['source']}/{file['dataset']}/{file['received_on']}/{file['file_name']}: {file['reason_code']}"
            for file in held
        )
        raise_alert(logs, "files_held", listed)


def of_ignored(logs: Path, ignored: Sequence[Mapping[str, str]]) -> None:
    """One alert for files in the inbox that a build did not read."""
    if ignored:
        listed = "; ".join(f"{item['path']}: {item['reason']}" for item in ignored)
        raise_alert(logs, "ignored_in_inbox", listed)


def of_publications(logs: Path, publications: Sequence[Publication]) -> None:
    """One alert for every output that could not get the release; the release itself stays."""
    for one in publications:
        if not one.is_published:
            place = f" ({one.place})" if one.place else ""
            raise_alert(
                logs,
                "publish_failed",
                f"{one.release_id}: {one.output}{place} after {one.try_count} tries: {one.message}",
            )
