"""What stands where a grade stands: one rule, the same in Python and in SQL."""

from __future__ import annotations

from itertools import product

import duckdb
import pytest

from serving import states
from serving.dictionary import value_words


@pytest.mark.parametrize(
    ("status", "grade", "reason", "state"),
    [
        ("published", "A", "band", "A"),
        ("published", None, "unrated", "unrated"),
        ("published", None, None, "unrated"),
        ("published", None, "band", "ungraded"),  # a regime without grades rates all the same
        ("unlisted", "B", "band", "unlisted"),
        ("conforming", None, None, "unlisted"),  # on the way into the directory
        (None, "B", "band", "unlisted"),
        ("suspended", "B", "band", "suspended"),
        ("exited", "B", "band", "exited"),
        ("exited", None, None, "exited"),
    ],
)
def test_what_is_no_grade_is_a_state(status: str | None, grade: str | None, reason: str | None, state: str) -> None:
    assert states.state(status, grade, reason) == state


def test_sql_says_the_same() -> None:
    cases = list(
        product(
            ("published", "suspended", "exited", "unlisted", "submitted", "conforming", None),
            ("A", "D", None),
            ("band", "ceiling", "veto", "unrated", None),
        )
    )
    by_status = states.state_sql("status", "grade", "reason")
    of_grade = states.grade_or_state_sql("grade", "reason")
    with duckdb.connect() as connection:
        connection.execute("create table cases (place integer, status varchar, grade varchar, reason varchar)")
        connection.executemany("insert into cases values (?, ?, ?, ?)", [(i, *one) for i, one in enumerate(cases)])
        found = connection.execute(f"select {by_status}, {of_grade} from cases order by place").fetchall()
    assert found == [(states.state(*one), states.grade_or_state(*one[1:])) for one in cases]


def test_every_state_has_words_in_sql_too() -> None:
    sql = states.state_sql("status", "grade", "reason", lambda state: value_words("state", state)[0])
    for state in states.STATES:
        zh, _ = value_words("state", state)
        assert (zh != state and f"then '{zh}'" in sql) or f"else '{zh}'" in sql, state
