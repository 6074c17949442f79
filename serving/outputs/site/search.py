"""data/roster.js: the roster as the page's search reads it, with the words that its table needs.

Belongs here: what is searched, by whichever key. Does not belong here: the search itself (assets/roster.js), the roster's
page (`pages`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from serving.cells import FORMULA_STARTS, QUOTE, as_json
from serving.dictionary import entries, value_words
from serving.outputs.site.facts import Release, Row
from serving.states import EXITED, STATES

# What a row of data/roster.js holds, in this order.
ROSTER_DATA = (
    *("agency_id", "agency_name", "former_names", "initials", "state", "grade", "score", "since_on", "service_type"),
    *("registered_region_name", "directory_status", "last_checked_on", "is_provisional", "is_evidence_incomplete"),
)


def roster_data(release: Release) -> str:
    """data/roster.js: the roster for search, and the words that its table needs."""
    rows = [[_plain(row, column) for column in ROSTER_DATA] for row in _with_initials(release.roster)]
    values = {
        field: {
            value: value_words(field, value) for value in sorted({row[field] for row in release.roster if row[field]})
        }
        for field in ("service_type", "directory_status", "grade")
    }
    values["state"] = {state: value_words("state", state) for state in STATES}
    columns = {name: (entries()[name].zh, entries()[name].en) for name in (*ROSTER_DATA, "note") if name in entries()}
    made = {
        "columns": ROSTER_DATA,
        "labels": columns,
        "values": values,
        "grades": release.grades,
        "as_of_on": release.as_of_on.isoformat(),
        "quoted_starts": "".join((*FORMULA_STARTS, QUOTE)),
        "rows": rows,
    }
    # < only occurs in texts; so written, no text ends a script, should somebody put the data into a page
    return (
        "window.FIREMARK = "
        + json.dumps(made, ensure_ascii=False, separators=(",", ":")).replace("<", r"\u003c")
        + ";\n"
    )


def _with_initials(rows: Iterable[Row]) -> Iterator[Row]:
    from pypinyin import Style, lazy_pinyin  # a large dictionary

    for row in rows:
        names = "、".join(filter(None, (row["agency_name"], row["former_names"])))
        yield row | {"initials": "".join(lazy_pinyin(names, style=Style.FIRST_LETTER)).upper()}


def _plain(row: Row, column: str) -> Any:
    value = row[column]
    if column == "since_on":
        value = row["exited_on"] or value
    if column == "score" and row["state"] == EXITED:
        value = None
    return int(value) if isinstance(value, bool) else as_json(value)
