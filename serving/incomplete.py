"""The missing evidence of a release's results, in words.

Belongs here: reading `incomplete_because`, and finding the files and rows behind it. Does not belong here: which results rest on
which datasets (dbt), printing (the command line).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from serving import reasons
from serving.dictionary import value_words
from serving.releases.opened import Release

_NAMED = 3  # results named for each dataset
_SHOWN = 12  # missing rows and files shown for one agency


def _pieces(incomplete_because: str) -> list[tuple[str, str, str]]:
    """(`source/dataset`, day received, cause) of each piece."""
    return [(dataset, day, cause) for dataset, day, cause in map(str.split, incomplete_because.split("、"))]


def _called(cause: str) -> tuple[str, str]:
    return value_words("incomplete_because", cause)


def _in_words(dataset: str, days: Iterable[str], cause: str) -> str:
    first, last = min(days), max(days)
    return f"{dataset} {first if first == last else f'{first} – {last}'}: {' '.join(_called(cause))}"


def grouped(rows: Iterable[Mapping[str, Any]], name: Callable[[Mapping[str, Any]], str]) -> list[str]:
    """One line for each dataset with missing evidence, naming the results that lack it. Empty if nothing is known to be
    missing.
    """
    rows = list(rows)
    lacking: dict[tuple[str, str], tuple[set[str], dict[str, None]]] = {}
    for row in rows:
        for dataset, day, cause in _pieces(row["incomplete_because"]) if row.get("incomplete_because") else ():
            days, names = lacking.setdefault((dataset, cause), (set(), {}))
            days.add(day)
            names[name(row)] = None
    return [
        f"{_in_words(dataset, days, cause)}: {_listed(list(names), len(rows))}"
        for (dataset, cause), (days, names) in sorted(lacking.items())
    ]


def _listed(names: list[str], of_all: int) -> str:
    if len(names) == of_all > 1:
        return f"全部 all {of_all}"
    more = f" 等 and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more


def places(opened: Release, agency: Mapping[str, Any]) -> list[str]:
    """The files and rows missing for an agency's grade, the latest first, each with its remedy."""
    if not agency.get("incomplete_because"):
        return []
    found_places = []
    for dataset, day, cause in sorted(_pieces(agency["incomplete_because"]), key=lambda piece: piece[1], reverse=True):
        found = (
            _held(opened, dataset, day) if cause == "drop_held" else _rows(opened, dataset, day, agency["agency_id"])
        )
        found_places += found or [_in_words(dataset, [day], cause)]
    return found_places[:_SHOWN] + (
        [f"… 另有 and {len(found_places) - _SHOWN} more: firemark quarantine"] if len(found_places) > _SHOWN else []
    )


def _held(opened: Release, dataset: str, day: str) -> list[str]:
    return [
        f"{_called('drop_held')[0]} held: {row['message']}"
        for row in opened.rows(
            "select message from quality.fct_loads where source || '/' || dataset = ? and received_on = ? "
            "and status = 'held' order by file_name, file_hash",
            [dataset, day],
        )
    ]


def _rows(opened: Release, dataset: str, day: str, agency_id: str) -> list[str]:
    return [
        f"{_called('row_quarantined')[0]} quarantined: {reasons.place(row)}: {reasons.remedy(row)}"
        for row in opened.rows(
            "select source, dataset, received_on, file_name, sheet, row_number, header, reason_code "
            "from quality.fct_quarantined_rows "
            "where source || '/' || dataset = ? and received_on = ? and is_missing and agency_id = ? "
            "order by file_name, file_hash, sheet, row_number",
            [dataset, day, agency_id],
        )
    ]
