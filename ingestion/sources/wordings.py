"""Other spellings of a column's values: levels of certificates, services.

Belongs here: spellings that several columns share or that follow a rule. Does not belong here: the values themselves (the
dataset's contract), folding of width, case and spaces (`ingestion.parsing`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

_NUMERALS = {"一": "1壹", "二": "2贰", "三": "3叁", "四": "4肆", "五": "5伍"}


def graded(levels: Mapping[str, Iterable[str]], suffixes: Iterable[str] = ()) -> dict[str, str]:
    """Spellings of levels: each value's words (一级, 高级技师), alone or in pairs (一级/高级技师, 高级技师（一级）), with any
    form of its numeral, or with a suffix (一级注册消防工程师)."""
    spellings: dict[str, str] = {}
    for value, given in levels.items():
        words = [form for word in given for form in _numbered(word)]
        spellings |= dict.fromkeys(words, value)
        for one, other in itertools.permutations(words, 2):
            spellings |= dict.fromkeys((f"{one}/{other}", f"{one}({other})", f"{one}{other}", f"{one}、{other}"), value)
        spellings |= {f"{word}{suffix}": value for word in words for suffix in suffixes}
    return spellings


def _numbered(word: str) -> list[str]:
    return [
        word,
        *(word.replace(numeral, other) for numeral, others in _NUMERALS.items() if numeral in word for other in others),
    ]


_SEPARATORS = ("、", ",", ";", "/", "+", "和", "及", "与", "&", "|", "")
_MAINTENANCE = (
    "维护保养检测",
    "消防设施维护保养检测",
    "建筑消防设施维护保养检测",
    "消防设施维护保养、检测",
    "维护保养、检测",
    "消防设施维护保养检测服务",
)
_ASSESSMENT = ("消防安全评估", "安全评估", "消防安全评估服务")


def services(maintenance: str, assessment: str, both: str | None = None) -> dict[str, str]:
    """Spellings of the notice's two services by their official names, and of both together in any order."""
    spellings = dict.fromkeys(_MAINTENANCE, maintenance) | dict.fromkeys(_ASSESSMENT, assessment)
    if both is not None:
        for first, second in itertools.chain(
            itertools.product(_MAINTENANCE, _ASSESSMENT), itertools.product(_ASSESSMENT, _MAINTENANCE)
        ):
            spellings |= {f"{first}{separator}{second}": both for separator in _SEPARATORS}
    return spellings
