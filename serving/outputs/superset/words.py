"""Codes in words and days in bands, as SQL of Postgres: what people read in a chart comes out of the query.

Belongs here: pieces of SQL that turn what a mart holds into what is shown. Does not belong here: the words themselves
(`serving.dictionary`, the rulebook's words, the seeds), the queries (`queries`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from serving import detectors, ordering, states
from serving.dictionary import value_words, words_of
from serving.reasons import FILE_REASONS
from serving.releases.contents import literal

# Text is put in order by its first character: numbers keep what has an order of its own in it.
NUMBERS = "①②③④⑤⑥⑦⑧⑨"


def word(code_list: str, code: str) -> str:
    """What a code of a list of the dictionary is called in Chinese. Raises KeyError for a code without words."""
    return words_of(code_list)[code][0]


def sql_word(code_list: str, code: str) -> str:
    """`word` as a literal of SQL."""
    return literal(word(code_list, code))


def case(expression: str, words: Mapping[str, str]) -> str:
    """The words of a code; one without words is its own."""
    branches = " ".join(f"when {literal(code)} then {literal(word)}" for code, word in words.items())
    return f"case {expression} {branches} else {expression} end"


def called(code_list: str, expression: str) -> str:
    """What the codes of a list of the dictionary are called in Chinese."""
    return case(expression, {code: zh for code, (zh, _) in words_of(code_list).items()})


def severity_words() -> dict[str, str]:
    """Severity -> its words, numbered by their order."""
    return {
        code: f"{number}{word('severity', code)}" for number, code in zip(NUMBERS, ordering.SEVERITIES, strict=False)
    }


def severity(expression: str) -> str:
    """A severity in words that are in order."""
    return case(expression, severity_words())


def kind(family: str, expression: str) -> str:
    """What a kind of conflict or lead is called."""
    return case(expression, detectors.titles(family))


def file_reason(expression: str) -> str:
    """Why a file was held."""
    return case(expression, FILE_REASONS)


def yes_no(expression: str) -> str:
    """A truth value in words; what is not known is not so."""
    return f"case when {expression} then {sql_word('yes_no', 'true')} else {sql_word('yes_no', 'false')} end"


def state_words() -> dict[str, str]:
    """State that is no grade -> its words, in their order."""
    return {state: _state_word(state) for state in states.STATES}


def _state_word(state: str) -> str:
    return value_words("state", state)[0]


def state(grade: str, reason: str, status: str | None = None) -> str:
    """What stands where a grade stands, as on the site: the grade, or the state that is none; of a day that is not the
    last one known, by the grade alone."""
    if status is None:
        return states.grade_or_state_sql(grade, reason, _state_word)
    return states.state_sql(status, grade, reason, _state_word)


def bands(expression: str, limits: Sequence[int], before: Iterable[tuple[str, str]] = ()) -> str:
    """A number of days as the band it lies in, in order; `before` are conditions with words that come first."""
    pieces, numbers, low = [], iter(NUMBERS), 0
    for condition, called_so in before:
        pieces.append(f"when {condition} then '{next(numbers)}{called_so}'")
    for limit in limits:
        words = f"{limit} 天内" if low == 0 else f"{low + 1}–{limit} 天"
        pieces.append(f"when {expression} <= {limit} then '{next(numbers)}{words}'")
        low = limit
    return f"case {' '.join(pieces)} when {expression} > {low} then '{next(numbers)}{low} 天以上' else '无期限' end"
