"""What stands where a grade stands: the grade of an agency, or the state that is none.

Belongs here: the states, their order, and the rule, in Python and in SQL. Does not belong here: their words
(`serving.dictionary`), their colours (`serving.palette`).
"""

from __future__ import annotations

from collections.abc import Callable

from serving import unrated
from serving.releases.contents import literal

PUBLISHED = "published"  # the one status in the directory with which an agency is known by its grade
SUSPENDED, EXITED, UNRATED, UNGRADED, UNLISTED = "suspended", "exited", "unrated", "ungraded", "unlisted"
STATES = (UNGRADED, UNRATED, SUSPENDED, EXITED, UNLISTED)  # as they follow the grades
_OF_STATUS = (SUSPENDED, EXITED)  # a status in the directory that is a state


def state(directory_status: str | None, grade: str | None, score_grade_reason: str | None) -> str:
    """The state of an agency on a day: by its status in the directory, then by its grade."""
    if directory_status in _OF_STATUS:
        return str(directory_status)
    return grade_or_state(grade, score_grade_reason) if directory_status == PUBLISHED else UNLISTED


def grade_or_state(grade: str | None, score_grade_reason: str | None) -> str:
    """The grade of a day, or why there is none."""
    return grade or (UNRATED if score_grade_reason in (unrated.CODE, None) else UNGRADED)


def state_sql(directory_status: str, grade: str, score_grade_reason: str, word: Callable[[str], str] = str) -> str:
    """`state` in SQL, of three expressions; `word` gives what a state is called in the result."""
    by_status = " ".join(f"when {literal(one)} then {literal(word(one))}" for one in _OF_STATUS)
    by_grade = grade_or_state_sql(grade, score_grade_reason, word)
    return (
        f"case {directory_status} {by_status} when {literal(PUBLISHED)} then {by_grade} "
        f"else {literal(word(UNLISTED))} end"
    )


def grade_or_state_sql(grade: str, score_grade_reason: str, word: Callable[[str], str] = str) -> str:
    """`grade_or_state` in SQL, of two expressions."""
    return (
        f"case when {grade} is not null then {grade} "
        f"when coalesce({score_grade_reason}, {literal(unrated.CODE)}) = {literal(unrated.CODE)} "
        f"then {literal(word(UNRATED))} else {literal(word(UNGRADED))} end"
    )
