"""The moment after the switch: every publishing output gets the release, is tried again, and is written down.

Belongs here: trying, and the record in the home. Does not belong here: any output, telling people (the command line
reads the record), when a build publishes.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from ingestion.settings import Settings
from serving.outputs.output import Output
from serving.releases.opened import Release

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
    settings: Settings,
    release: Release,
    outputs: Iterable[Output],
    wait: Callable[[float], None] = time.sleep,
) -> list[Publication]:
    """Publishes a release by every output that has this moment; an output that fails harms neither it nor the others."""
    done = [_published(release, output, wait) for output in outputs if output.publish is not None]
    if done:
        settings.logs.mkdir(parents=True, exist_ok=True)
        with (settings.logs / RECORD).open("a", encoding="utf-8") as record:
            record.writelines(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in done)
    return done


def _published(release: Release, output: Output, wait: Callable[[float], None]) -> Publication:
    assert output.publish is not None
    pauses = iter(WAIT_SECONDS)
    try_count = 0
    while True:
        try_count += 1
        try:
            is_published, message = True, output.publish(release)
        except Exception as error:
            is_published, message = False, f"{type(error).__name__}: {error}"
        pause = next(pauses, None)
        if is_published or pause is None:
            now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            return Publication(output.name, release.directory.name, now, is_published, try_count, message)
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
        return path.read_text("utf-8").splitlines()
    except OSError:
        return []
