"""Alerts: one JSON line each in logs/alerts.jsonl, and on standard error where the log cannot be written.

Belongs here: how an alert reaches people. Does not belong here: deciding that something is wrong.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path


def raise_alert(logs: Path, code: str, message: str) -> None:
    """Appends an alert; never raises, because it is called when something has already failed."""
    line = json.dumps(
        {"at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "code": code, "message": message},
        ensure_ascii=False,
    )
    try:
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / "alerts.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError:
        sys.stderr.write(line + "\n")
