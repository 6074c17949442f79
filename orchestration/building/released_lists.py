"""Which frozen lists of a build differ from the lists released before. A published list stays unchanged in its release;
if a later build computes another one, people get a warning.

Belongs here: that comparison. Does not belong here: computing lists (`frozen_lists`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.settings import Settings
from orchestration.building.city_time import day_of
from serving.releases.opened import rows_of
from serving.releases.stored import all_releases, read_description

Lists = Mapping[tuple[str, str], Mapping[str, Any]]  # list code and period -> row of publication.frozen_lists
_RELATION = "publication.frozen_lists"


def lists_in(build_file: Path) -> Lists:
    """The frozen lists of a build file."""
    with duckdb.connect(str(build_file), read_only=True) as connection:
        return _by_key(rows_of(connection, f"select * from {_RELATION}"))


def changed_since_released(settings: Settings, lists: Lists, described: Mapping[str, Any]) -> list[str]:
    """Which of the lists differ from the lists released before, in words; empty = none.

    `described` is the content of release.json. A day's lists are compared with the last release of the same regime that
    covers that day and was made after it ended.
    """
    until_on = _reach(described)
    differences: list[str] = []
    reached = dt.date.min
    for _, other, reach in sorted(_earlier(settings, described, until_on), reverse=True):
        if reach <= reached:
            continue
        try:
            lists_then = _released(other)
        except (OSError, pa.ArrowException):
            continue
        for key in sorted(lists.keys() | lists_then.keys()):
            now, then = lists.get(key), lists_then.get(key)
            if reached < (now or then or {})["as_of_on"] <= reach and _members(now) != _members(then):
                counts = [f"{one['member_count']} members" if one else "no list" for one in (then, now)]
                differences.append(f"{' '.join(key)}: {counts[0]} in {other.name}, now {counts[1]}")
        reached = reach
        if reached == until_on:
            break
    return differences


def _earlier(settings: Settings, described: Mapping[str, Any], until_on: dt.date) -> list[tuple[str, Path, dt.date]]:
    """Each other release of the regime: when it was made, its folder, and the last day on which it can be compared."""
    earlier = []
    for directory in all_releases(settings):
        if directory.name == described["release_id"]:
            continue
        try:
            then = read_description(directory)
            if then["regime_code"] == described["regime_code"]:
                over = day_of(then["released_at"]) - dt.timedelta(days=1)
                earlier.append((then["released_at"], directory, min(_reach(then), over, until_on)))
        except (OSError, ValueError, KeyError):
            continue  # a damaged release cannot be compared
    return earlier


def _reach(described: Mapping[str, Any]) -> dt.date:
    """The last day for which a release has lists."""
    as_of_on = dt.date.fromisoformat(described["as_of_on"])
    return min(as_of_on, dt.date.fromisoformat(described["known_on"])) if described["known_on"] else as_of_on


def _released(directory: Path) -> Lists:
    schema, _, name = _RELATION.partition(".")
    return _by_key(pq.read_table(directory / "parquet" / schema / f"{name}.parquet").to_pylist())


def _by_key(rows: list[dict[str, Any]]) -> Lists:
    return {(row["list_code"], row["period"]): row for row in rows}


def _members(row: Mapping[str, Any] | None) -> str | None:
    return row["members_hash"] if row else None
