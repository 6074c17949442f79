"""The naive scorer's rules: versions, the clause map, windows that the calendar ends, and the order inside a day.

Belongs here: what can be said without a row of evidence. Does not belong here: rows and lines (`naive_rows`), days
(`naive`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]

ONE_DAY = dt.timedelta(days=1)
NEVER = dt.date(9999, 12, 31)

COUNTS = ("engineers", "engineers_level_1", "operators", "operators_intermediate", "floor_area")

# The order of changes within a day (6.10): yesterday's state, then one kind after the other.
PHASES = ("yesterday", "rulebook", "determination", "repair", "fact", "expiry")
LAST_PHASE = len(PHASES) - 1


def has_happened(on: dt.date, day: dt.date, phase: int, kind: str) -> bool:
    """Whether a change dated `on` has taken effect on a day, up to a phase of it."""
    return on < day or (on == day and PHASES.index(kind) <= phase)


def listed(cell: str | None) -> list[str]:
    """The elements of a list cell."""
    return [part for part in (cell or "").split("、") if part]


def anniversary(start: dt.date, year: int, leap_day: tuple[int, int]) -> dt.date:
    """The same day of another year; 29 February is `leap_day` (month, day) in common years."""
    try:
        return start.replace(year=year)
    except ValueError:
        return dt.date(year, *leap_day)


class Rules:
    """The versions of one regime as rows of the rulebook tables."""

    def __init__(self, tables: Rows) -> None:
        self.versions = sorted(tables["rulebooks"], key=lambda row: row["effective_from_on"])
        self.version = {row["rulebook_id"]: row for row in self.versions}
        self.components = {
            i: {r["component_code"]: r for r in tables["components"] if r["rulebook_id"] == i} for i in self.version
        }
        self.items = {i: {r["item_code"]: r for r in tables["items"] if r["rulebook_id"] == i} for i in self.version}
        self.clauses = {i: [r for r in tables["clause_items"] if r["rulebook_id"] == i] for i in self.version}
        self.bands = {
            i: sorted((r for r in tables["bands"] if r["rulebook_id"] == i), key=lambda r: r["grade_rank"])
            for i in self.version
        }
        self.repair = {r["rulebook_id"]: r for r in tables["repair_policy"]}

    @property
    def first_day(self) -> dt.date:
        return self.versions[0]["effective_from_on"]

    def on(self, day: dt.date) -> Row | None:
        """The version in force on a day."""
        for version in self.versions:
            until = version["effective_until_on"]
            if version["effective_from_on"] <= day and (until is None or day < until):
                return version
        return None

    def items_of(self, rulebook_id: str, dataset: str, clause: str, level: str | None) -> list[str]:
        """The items of a clause: the most exact entry decides, by clause, then dataset, then level."""
        best, best_rank = None, (-1, -1, -1)
        for entry in self.clauses[rulebook_id]:
            if entry["clause"] == "*":
                clause_rank = 0 if clause != "" else None
            else:
                clause_rank = 1 if entry["clause"] == clause else None
            if entry["dataset"] == "*":
                dataset_rank = 0 if dataset != "merit_claims" else None
            else:
                dataset_rank = 1 if entry["dataset"] == dataset else None
            level_rank = 0 if entry["level_code"] is None else 1 if entry["level_code"] == level else None
            if clause_rank is None or dataset_rank is None or level_rank is None:
                continue
            if (clause_rank, dataset_rank, level_rank) > best_rank:
                best, best_rank = entry["item_code"], (clause_rank, dataset_rank, level_rank)
        return listed(best)

    def ends_windows(self, rulebook_id: str) -> bool:
        """Whether windows of a version end at all."""
        return bool(self.repair[rulebook_id]["natural"] != "none")

    def window_end(self, rulebook_id: str, component: Row, start: dt.date) -> dt.date:
        """The first day on which a line that starts on `start` no longer counts, where the calendar alone says it."""
        window = component["window_code"]
        if window == "lifetime":
            return NEVER
        if window == "calendar_year":
            return dt.date(start.year + 1, 1, 1)
        if window == "quarter":
            month = (start.month - 1) // 3 * 3 + 4
            return dt.date(start.year + month // 13, (month - 1) % 12 + 1, 1)
        assert window == "rolling_year", window
        end = anniversary(start, start.year + 1, (2, 28))
        return end if self.version[rulebook_id]["window_last_day"] == "exclusive" else end + ONE_DAY
