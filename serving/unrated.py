"""Why an agency has no grade on a day, in codes and in words.

Belongs here: reading `credit.fct_unrated_spans` of a release, and the words shown instead of a grade. Does not belong
here: on which days an agency is unrated (dbt), printing (the command line).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rulebook.words import CHECK_TYPES, REGISTRY_STATUSES, UNRATED, called
from serving.releases.opened import Release

CODE = "unrated"  # the score_grade_reason of an agency without a grade under the rules of the day
WORDS = " ".join(UNRATED)
_RELATION = "credit.fct_unrated_spans"
_WAITS_FOR = {
    "checks": ("首次检查{types}前未评", "not rated before its first check{types}"),
    "reports": ("首份报告前未评", "not rated before its first report"),
    "determination": ("首次认定计分前未评", "not rated before its first determination that scores"),
}
_NAMED = 5  # agencies named for each reason


def because(opened: Release, on: dt.date) -> dict[str, str]:
    """Agency -> why it is unrated on the day: `rated_from checks` with the types of check that count, or
    `unrated_status suspended`, joined by 、. Empty for a release of an earlier program.
    """
    if not opened.has(_RELATION):
        return {}
    found = opened.rows(
        f"select * from {_RELATION} where valid_from_on <= ? and (valid_until_on is null or ? < valid_until_on) "
        "order by agency_id, unrated_because",
        [on, on],
    )
    pieces: dict[str, list[str]] = {}
    for row in found:
        types = (row["check_types"] or "").split("、")
        codes = [row["unrated_because"], row["waits_for"] or row["registry_status"], *filter(None, types)]
        pieces.setdefault(row["agency_id"], []).append(" ".join(codes))
    return {agency_id: "、".join(reasons) for agency_id, reasons in pieces.items()}


def in_words(unrated_because: str) -> str:
    """The codes of `because` in words."""
    return "; ".join(_piece(*piece.split()) for piece in unrated_because.split("、"))


def _piece(kind: str, code: str, *types: str) -> str:
    if kind == "unrated_status":
        status = called(REGISTRY_STATUSES, code, "zh")
        return f"名录显示“{status}” the directory shows {status}"
    if code not in _WAITS_FOR:
        return f"{kind} {code}"
    zh, en = _WAITS_FOR[code]
    types_zh = f"（{'、'.join(called(CHECK_TYPES, one, 'zh') for one in types)}）" if types else ""
    types_en = f" ({', '.join(called(CHECK_TYPES, one, 'en') for one in types)})" if types else ""
    return f"{zh.format(types=types_zh)} {en.format(types=types_en)}"


def grade_shown(row: Mapping[str, Any], prefix: str = "") -> str | None:
    """A row's grade for people: in words if the agency is unrated, null if the regime has no grades."""
    return WORDS if row[f"{prefix}score_grade_reason"] == CODE else row[f"{prefix}grade"]


def grouped(rows: Iterable[Mapping[str, Any]], name: Callable[[Mapping[str, Any]], str]) -> list[str]:
    """One line for each reason, naming the rows that it leaves unrated."""
    names: dict[str, dict[str, None]] = {}
    for row in rows:
        if row["unrated_because"]:
            names.setdefault(row["unrated_because"], {})[name(row)] = None
    return [f"{in_words(why)}: {_some(list(named))}" for why, named in sorted(names.items())]


def _some(names: list[str]) -> str:
    more = f" 等 {len(names)} 家 and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more
