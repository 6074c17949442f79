"""The moment after the switch: every publishing output gets the release, is tried again, and is written down.

Belongs here: trying, and the record in the home. Does not belong here: any output, telling people (the command line
reads the record), when a build publishes.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from ingestion.settings import Settings
from serving.audiences import sees_conflicts
from serving.outputs.output import Output
from serving.releases.opened import open_release
from serving.releases.stored import current_release

RECORD = "publications.jsonl"
WAIT_SECONDS = (1.0, 4.0)  # before the second try, before the third


@dataclass(frozen=True)
class Publication:
    """What came of publishing one release by one output. `message` says where it went, or why it did not."""

    output: str
    release_id: str
    published_at: str  # UTC
    is_published: bool
    try_count: int
    message: str


def publish_release(
    settings: Settings, outputs: Iterable[Output], wait: Callable[[float], None] = time.sleep
) -> list[Publication]:
    """Publishes the current release by every output that has this moment, and writes down what came of each.

    An output reads the file of its audience: `conflicts` only where the audience may see them. One that fails harms
    neither the release nor the others, also where its file cannot be opened.
    """
    done = []
    for output in outputs:
        if output.publish is None:
            continue
        done.append(_published(settings, output, wait))
        _write_down(settings.logs, done[-1])
    return done


def _write_down(logs: Path, publication: Publication) -> None:
    """A line of its own, also after one that a kill cut off."""
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / RECORD).open("ab+") as record:
        if record.tell():
            record.seek(-1, os.SEEK_END)
            if record.read(1) != b"\n":
                record.write(b"\n")
        record.write(json.dumps(asdict(publication), ensure_ascii=False).encode() + b"\n")


def _published(settings: Settings, output: Output, wait: Callable[[float], None]) -> Publication:
    assert output.publish is not None
    release_id = (current_release(settings) or Path()).name
    pauses = iter(WAIT_SECONDS)
    try_count = 0
    while True:
        try_count += 1
        try:
            # opened for each try: what holds the file of one audience may be gone at the next
            with open_release(settings, for_desk=sees_conflicts(output.audience)) as release:
                release_id = release.directory.name
                is_published, message = True, output.publish(release)
        except Exception as error:
            is_published, message = False, f"{type(error).__name__}: {error}"
        pause = next(pauses, None)
        if is_published or pause is None:
            now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            return Publication(output.name, release_id, now, is_published, try_count, message)
        wait(pause)


def last_publications(settings: Settings) -> list[Publication]:
    """The last word on every output that ever published, by name."""
    last: dict[str, Publication] = {}
    for line in _lines(settings.logs / RECORD):
        try:
            found = Publication(**json.loads(line))
        except (ValueError, TypeError):
            continue  # a line that a kill cut off
        last[found.output] = found
    return [last[name] for name in sorted(last)]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []
