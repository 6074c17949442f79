"""What a release holds, on one screen: what is missing, what was found, the grades, as counts with one example each.

Belongs here: which numbers the first screen shows. Does not belong here: the long lists
(`queries`), how lines are laid out (the command line).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from serving import detectors, queries, reasons, unrated
from serving.ordering import GRAVEST_FIRST
from serving.releases.opened import Release

# Of a conflict, in the order shown: those that wait for the desk are last.
STATUSES = ("confirmed", "cleared", "expired", "explained", "open")


@dataclass(frozen=True, slots=True)
class Kind:
    """The number of open conflicts of one kind and severity."""

    severity: str
    code: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Graded:
    """An agency with a score; `grade` is null where the regime has none."""

    agency_id: str
    name: str
    score: Any
    grade: str | None


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the first screen shows of a release. `conflicts`: status -> number; `agencies`: best score first."""

    quarantined: list[reasons.Reason]
    corrected_count: int
    nobodys_count: int
    conflicts: dict[str, int]
    kinds: list[Kind]
    open_leads: int
    data_issues: int
    overdue_tasks: int
    graded_on: dt.date
    agencies: list[Graded]
    unrated_count: int
    incomplete_count: int
    is_provisional: bool


def overview(opened: Release) -> Overview:
    """The overview of a release on its as-of day; it must have been opened for the desk."""
    on = dt.date.fromisoformat(opened.description["as_of_on"])
    rows = queries.grades(opened, on)
    rated = [row for row in rows if row["score"] is not None and row["score_grade_reason"] != unrated.CODE]
    return Overview(
        quarantined=reasons.quarantined(opened),
        corrected_count=queries.corrected_count(opened, None),
        nobodys_count=sum(row["row_count"] for row in queries.unattributed_rows(opened)),
        conflicts=_conflict_counts(opened),
        kinds=_open_kinds(opened),
        open_leads=_count(opened, "supervision.fct_leads where status = 'open'"),
        data_issues=sum(row["issue_count"] for row in queries.issue_counts(opened)),
        overdue_tasks=queries.overdue_count(opened) or 0,
        graded_on=on,
        agencies=[
            Graded(row["agency_id"], row["agency_name"] or row["agency_id"], row["score"], row["grade"])
            for row in rated
        ],
        unrated_count=len(rows) - len(rated),
        incomplete_count=sum(bool(row["is_evidence_incomplete"]) for row in rows),
        is_provisional=any(row["is_provisional"] for row in rows),
    )


def by_grade(agencies: list[Graded]) -> dict[str, int]:
    """How many agencies have each grade, the best grade first; empty where the regime has no grades."""
    return dict(Counter(agency.grade for agency in agencies if agency.grade is not None))


def _conflict_counts(opened: Release) -> dict[str, int]:
    found = opened.rows("select status, count(*) as n from conflicts.fct_engineer_conflicts group by status")
    counts = {row["status"]: row["n"] for row in found}
    return {status: counts[status] for status in STATUSES if status in counts}


def _open_kinds(opened: Release) -> list[Kind]:
    found = opened.rows(
        "select conflict_kind, severity, count(*) as n from conflicts.fct_engineer_conflicts where status = 'open' "
        f"group by conflict_kind, severity order by {GRAVEST_FIRST}, n desc, conflict_kind"
    )
    titles = detectors.titles(detectors.CONFLICT)
    return [
        Kind(row["severity"], row["conflict_kind"], titles.get(row["conflict_kind"], ""), row["n"]) for row in found
    ]


def _count(opened: Release, of: str) -> int:
    return int(opened.rows(f"select count(*) as n from {of}")[0]["n"])
