"""After the switch: every publishing output gets the release, with retries and a record.

Belongs here: the retries, and the record in the home. Does not belong here: any output, showing the record (the command
line), when a build publishes.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ingestion.settings import ConfigurationError, Settings
from serving.audiences import sees_conflicts
from serving.outputs.output import Output, PublishFailedError, PublishRefusedError
from serving.releases.opened import open_release
from serving.releases.stored import current_release

RECORD = "publications.jsonl"
MEMORY_LIMIT = "64MB"  # of reading: outputs stream whole tables, once
WAIT_SECONDS = (1.0, 4.0)  # before the second try, before the third


@dataclass(frozen=True)
class Publication:
    """The result of publishing one release by one output to one place; the place is empty where it could not be told.
    `message` says what was published, or why it failed."""

    output: str
    place: str
    release_id: str
    published_at: str  # UTC
    is_published: bool
    try_count: int
    message: str


def publish_release(
    settings: Settings,
    outputs: Iterable[Output],
    wait: Callable[[float], None] = time.sleep,
    pauses: Sequence[float] | None = None,
) -> list[Publication]:
    """Publishes the current release by every publishing output that the settings want, and records each result.

    An output reads its audience's file: `conflicts` only if the audience may see them. A failure harms neither the
    release nor the other outputs, even if the file cannot be opened.
    """
    done = []
    for output in outputs:
        if output.publish is None or not output.is_wanted(settings):
            continue
        done.append(_published(settings, output, wait, WAIT_SECONDS if pauses is None else pauses))
        _record(settings.logs, done[-1])
    return done


def _record(logs: Path, publication: Publication) -> None:
    """Appends a line, on a new line even if a killed process left the last one incomplete."""
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / RECORD).open("ab+") as record:
        if record.tell():
            record.seek(-1, os.SEEK_END)
            if record.read(1) != b"\n":
                record.write(b"\n")
        record.write(json.dumps(asdict(publication), ensure_ascii=False).encode() + b"\n")


def _published(
    settings: Settings, output: Output, wait: Callable[[float], None], waits: Sequence[float]
) -> Publication:
    assert output.publish is not None
    release_id = (current_release(settings) or Path()).name
    try:
        place = output.place(settings)
    except ConfigurationError as error:  # no other try can succeed before a person has acted
        return failed(output, "", release_id, error)
    pauses = iter(waits)
    try_count = 0
    while True:
        try_count += 1
        try:
            # opened for each try: another program may have closed the file by then
            with open_release(settings, for_desk=sees_conflicts(output.audience), memory_limit=MEMORY_LIMIT) as release:
                release_id = release.directory.name
                is_published, message = True, output.publish(settings, release)
        except PublishRefusedError as error:
            is_published, message, pauses = False, _plain(error), iter(())
        except Exception as error:
            is_published, message = False, _plain(error)
        pause = next(pauses, None)
        if is_published or pause is None:
            return Publication(output.name, place, release_id, _now(), is_published, try_count, message)
        wait(pause)


def failed(output: Output, place: str, release_id: str, error: Exception) -> Publication:
    """The result where an error came before or after the tries."""
    return Publication(output.name, place, release_id, _now(), False, 1, _plain(error))


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _plain(error: Exception) -> str:
    """The message of an error; of one that was made for people, alone."""
    is_for_people = isinstance(error, ConfigurationError | PublishFailedError)
    return str(error) if is_for_people else f"{type(error).__name__}: {error}"


def has_arrived(settings: Settings, output: Output) -> bool:
    """Whether the current release is where the output publishes to, as the record says."""
    current = current_release(settings)
    try:
        place = output.place(settings)
    except ConfigurationError:
        return False
    return current is not None and any(
        one.is_published and (one.output, one.place, one.release_id) == (output.name, place, current.name)
        for one in last_publications(settings)
    )


def last_publications(settings: Settings) -> list[Publication]:
    """The last result of every output in every place where it ever published, by name and place."""
    last: dict[tuple[str, str], Publication] = {}
    for line in _lines(settings.logs / RECORD):
        try:
            found = Publication(**json.loads(line))
        except (ValueError, TypeError):
            continue  # an incomplete line of a killed process, or one of a program that recorded no places
        last.pop((found.output, ""), None)  # a setting that was wrong then
        last[found.output, found.place] = found
    return [last[key] for key in sorted(last)]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []
