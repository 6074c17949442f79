"""Codes in words and days in bands, as SQL of Postgres: what people read in a chart comes out of the query.

Belongs here: pieces of SQL that turn what a mart holds into what is shown. Does not belong here: the words themselves
(`serving.dictionary`, the rulebook's words, the seeds), the queries (`joined`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence

from ingestion.settings import DBT_PROJECT
from serving.dictionary import value_words, words_of
from serving.reasons import FILE_REASONS
from serving.releases.contents import literal

# Whose day today is, as of the view credit.agency_grades (marts.md).
TODAY = "(now() at time zone 'Asia/Shanghai')::date"
# Text is put in order by its first character: numbers keep what has an order of its own in it.
NUMBERS = "①②③④⑤⑥⑦⑧⑨"
SEVERITIES = ("very_high", "high", "medium", "low", "review")  # gravest first


def case(expression: str, words: Mapping[str, str]) -> str:
    """The words of a code; one without words is its own."""
    branches = " ".join(f"when {literal(code)} then {literal(word)}" for code, word in words.items())
    return f"case {expression} {branches} else {expression} end"


def called(code_list: str, expression: str) -> str:
    """What the codes of a list of the dictionary are called in Chinese."""
    return case(expression, {code: zh for code, (zh, _) in words_of(code_list).items()})


def severity_words() -> dict[str, str]:
    """Severity -> its words, numbered by their order."""
    return {code: f"{NUMBERS[place]}{value_words('severity', code)[0]}" for place, code in enumerate(SEVERITIES)}


def severity(expression: str) -> str:
    """A severity in words that are in order."""
    return case(expression, severity_words())


def kind(family: str, expression: str) -> str:
    """What a kind of conflict or lead is called."""
    with (DBT_PROJECT / "seeds" / "reference" / "detectors.csv").open(encoding="utf-8", newline="") as file:
        titles = {row["detector_kind"]: row["title_zh"] for row in csv.DictReader(file) if row["family"] == family}
    return case(expression, titles)


def file_reason(expression: str) -> str:
    """Why a file was held."""
    return case(expression, FILE_REASONS)


def yes_no(expression: str) -> str:
    """A truth value in words."""
    return f"case when {expression} then '是' else '否' end"


STATES = ("ungraded", "unrated", "suspended", "exited")


def state_words() -> dict[str, str]:
    """State that is no grade -> its words, in their order."""
    return {state: value_words("state", state)[0] for state in STATES}


def state(grade: str, reason: str, status: str | None = None) -> str:
    """What stands where a grade stands, as on the site: the grade, or the state that is none."""
    words = state_words()
    by_status = "".join(
        f"when {status} = {literal(one)} then {literal(words[one])} " for one in ("suspended", "exited") if status
    )
    return (
        f"case {by_status}when {grade} is not null then {grade} "
        f"when coalesce({reason}, 'unrated') = 'unrated' then {literal(words['unrated'])} "
        f"else {literal(words['ungraded'])} end"
    )


def bands(expression: str, limits: Sequence[int], before: Iterable[tuple[str, str]] = ()) -> str:
    """A number of days as the band it lies in, in order; `before` are conditions with words that come first."""
    pieces, numbers, low = [], iter(NUMBERS), 0
    for condition, word in before:
        pieces.append(f"when {condition} then '{next(numbers)}{word}'")
    for limit in limits:
        words = f"{limit} 天内" if low == 0 else f"{low + 1}–{limit} 天"
        pieces.append(f"when {expression} <= {limit} then '{next(numbers)}{words}'")
        low = limit
    return f"case {' '.join(pieces)} when {expression} > {low} then '{next(numbers)}{low} 天以上' else '无期限' end"
