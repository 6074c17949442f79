"""What would change under another version: its tables for a build, and the differences between two histories.

Belongs here: preparing and comparing. Does not belong here: scoring; the caller runs the same build twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from rulebook.folder import Folder, Row, tables_of
from rulebook.problems import Place, Problem, RulebookError
from rulebook.tables import FOLDER_TABLES

UNRATED = "unrated"  # the score_grade_reason of an agency that has no grade under the rules


def tables_under(folder: Folder, rulebook_id: str, regime_code: str | None = None) -> dict[str, pa.Table]:
    """A build's rulebook tables with one version in force for the whole time of a regime.

    The regime is the version's own unless another is named. Scoring starts with that regime's first version, so that
    both sides of the comparison cover the same days.
    """
    version = folder.version(rulebook_id)
    compared = folder.versions(regime_code or version["regime_code"])
    if not compared:
        known = ", ".join(folder.regimes())
        raise RulebookError(
            [Problem(Place(folder.path), "unknown_regime", f"no version of a regime {regime_code}", f"Known: {known}.")]
        )
    whole_time = Row(
        dict(version.values)
        | {
            "regime_code": regime_code or version["regime_code"],
            "effective_from_on": compared[0]["effective_from_on"],
            "effective_until_on": None,
        },
        version.place,
    )
    return tables_of(
        {name: [whole_time] if name == "rulebooks" else folder.rows(name, rulebook_id) for name in FOLDER_TABLES}
    )


@dataclass(frozen=True)
class GradeDifference:
    """A half-open span of days on which an agency's grade differs; a grade or score of None = none on that side. Unrated:
    there is no grade because the rules do not rate the agency yet, or suspend its grade."""

    agency_id: str
    valid_from_on: dt.date
    valid_until_on: dt.date | None
    grade_before: str | None
    grade_after: str | None
    score_before: Decimal | None
    score_after: Decimal | None
    is_unrated_before: bool = False
    is_unrated_after: bool = False


def grade_differences(
    rows_before: Iterable[Mapping[str, Any]], rows_after: Iterable[Mapping[str, Any]], on: dt.date | None = None
) -> list[GradeDifference]:
    """Every span on which the grade differs between two score histories, by agency and day.

    Rows have agency_id, valid_from_on, valid_until_on (null = open), score, grade and score_grade_reason, as in
    `credit.fct_score_history`. With `on`, only the spans that contain that day. Unrated differs from every grade. A regime
    without bands has no grades, so scores are compared instead.
    """
    before, after = _by_agency(rows_before), _by_agency(rows_after)
    has_grades = any(row["grade"] is not None for side in (before, after) for rows in side.values() for row in rows)
    differences = [
        difference
        for agency_id in sorted(before.keys() | after.keys())
        for difference in _of_agency(agency_id, before.get(agency_id, []), after.get(agency_id, []), has_grades)
    ]
    if on is None:
        return differences
    return [
        difference
        for difference in differences
        if difference.valid_from_on <= on and (difference.valid_until_on is None or on < difference.valid_until_on)
    ]


def _by_agency(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["agency_id"], []).append(row)
    for spans in grouped.values():
        spans.sort(key=lambda row: row["valid_from_on"])
    return grouped


def _of_agency(
    agency_id: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], has_grades: bool
) -> Iterator[GradeDifference]:
    ends = {row["valid_until_on"] for row in (*before, *after)}
    days = sorted({row["valid_from_on"] for row in (*before, *after)} | (ends - {None}))
    open_difference: GradeDifference | None = None
    left, right = _Cursor(before), _Cursor(after)
    for index, day in enumerate(days):
        until = days[index + 1] if index + 1 < len(days) else None
        one, other = left.at(day), right.at(day)
        sides = (
            *(_pick(one, "grade"), _pick(other, "grade"), _pick(one, "score"), _pick(other, "score")),
            *(_is_unrated(one), _is_unrated(other)),
        )
        differs = sides[4] != sides[5] or (sides[0] != sides[1] if has_grades else sides[2] != sides[3])
        if open_difference is not None:
            same = differs and sides == (
                open_difference.grade_before,
                open_difference.grade_after,
                open_difference.score_before,
                open_difference.score_after,
                open_difference.is_unrated_before,
                open_difference.is_unrated_after,
            )
            if same:
                open_difference = GradeDifference(agency_id, open_difference.valid_from_on, until, *sides)
                continue
            yield open_difference
            open_difference = None
        if differs:
            open_difference = GradeDifference(agency_id, day, until, *sides)
    if open_difference is not None:
        yield open_difference


def _pick(row: Mapping[str, Any] | None, column: str) -> Any:
    return None if row is None else row[column]


def _is_unrated(row: Mapping[str, Any] | None) -> bool:
    return row is not None and row["score_grade_reason"] == UNRATED


class _Cursor:
    """Walks the spans of one side forward in time."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.rows = rows
        self.index = 0

    def at(self, day: dt.date) -> Mapping[str, Any] | None:
        """The row of the span that contains the day; days must not decrease."""
        while self.index < len(self.rows):
            row = self.rows[self.index]
            if row["valid_until_on"] is None or day < row["valid_until_on"]:
                return row if row["valid_from_on"] <= day else None
            self.index += 1
        return None
