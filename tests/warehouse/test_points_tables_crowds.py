"""Ten thousand subjects under a points table, each figure compared with one computed without the engine.

Belongs here: what must hold for all subjects, generated and compared as sets. Does not belong here: the edges of
a word (the other test_points_tables modules).
"""

from __future__ import annotations

from tests.warehouse.engine_city import dropped
from tests.warehouse.evidence import Tables, warehouse
from tests.warehouse.harness import Warehouse
from tests.warehouse.points_tables import entry, grades, leads, typed

SUBJECTS = 10_000

# n: the subject; k: its check; the rest follows from both without any chance.
CHECKED = """
    create table memory.main.given as
    select
        n, k, line,
        'agency-' || n as agency_id,
        'T' || n || '.' || k as task_id,
        cast(date '2024-03-01' + cast(k * 120 + n % 97 as integer) as date) as checked_on,
        cast((n * 7919 + k * 104729 + line * 31) % 4001 / 100 as decimal(9, 2)) as points
    from range({subjects}) as subjects(n), range({checks}) as checks(k), range({lines}) as lines(line)
"""
ROWS = """
    insert into firemark.inspections.checks by name
    select
        task_id, cast(line as varchar) as task_line, agency_id, checked_on,
        'double_random' as check_type, 'problems_found' as result_code, 'p' as clause, 'determined' as status_code,
        checked_on as determined_on, points as row_points,
        date '2025-12-31' as received_on, 'f' as file_hash, 'file' as file_name, '' as flags,
        cast(row_number() over () as integer) as row_number, cast(row_number() over () as integer) as file_position,
        task_id || '-' || line as source_key, task_id || '-' || line as row_key, task_id || '-' || line as row_hash
    from memory.main.given
    where {where}
"""


def crowd(rules: Tables, checks: int = 1, lines: int = 1, where: str = "true", subjects: int = SUBJECTS) -> Warehouse:
    """Subjects with so many checks of so many rows each, not scored yet; `given` holds what was made."""
    built = warehouse(rules=rules)
    built.connection.execute(CHECKED.format(subjects=subjects, checks=checks, lines=lines))
    built.connection.execute(ROWS.format(where=where))
    return built


def own_points(**words: object) -> Tables:
    """Points of the row, to 0.01, from 100."""
    return typed(entry("P", "row"), clauses=[leads("P", "P")], score_step=None, **words)


# Each check of each subject beside the score of its day.
DIFFERENCES = """
    select given.agency_id, given.checked_on, history.score, 100 - sum(given.points) as expected
    from memory.main.given
    left join firemark.credit.fct_score_history as history
        on
            given.agency_id = history.agency_id and given.checked_on >= history.valid_from_on
            and (history.valid_until_on is null or given.checked_on < history.valid_until_on)
    group by given.agency_id, given.checked_on, history.score
    having history.score is distinct from 100 - sum(given.points)
"""


def test_with_one_check_each_the_score_is_the_base_less_the_row_s_points() -> None:
    built = crowd(own_points()).run("fct_score_history", "fct_point_ledger")
    assert built.query(DIFFERENCES) == []
    assert built.query("select count(distinct agency_id) as n from credit.fct_score_history") == [{"n": SUBJECTS}]
    assert built.failing("assert_lines_sum_to_the_score") == []


def test_until_the_next_check_the_score_of_a_check_s_day_is_that_of_the_check_alone() -> None:
    rules = own_points(sub={"window": "until_next", "next": "checks"})
    built = crowd(rules, checks=5, lines=2, subjects=1_000).run("fct_score_history", "fct_point_ledger")
    assert built.query(DIFFERENCES) == []
    assert built.query("select count(*) as n from credit.fct_score_history") == [{"n": 5 * 1_000}]
    assert built.failing("assert_lines_sum_to_the_score") == []


def test_rated_from_checks_nobody_without_a_check_has_a_grade() -> None:
    rules = own_points(rated_from="checks", bands=grades(("A", 90), ("B", None)))
    built = crowd(rules, where="n % 3 <> 0")
    agencies = [{"agency_id": f"agency-{number}"} for number in range(SUBJECTS)]
    for relation, rows in dropped("registry", "agencies", "2024-02-01", agencies).items():
        built.insert(relation, rows)
    built.run("fct_score_history")
    wrong = """
        select history.agency_id, history.valid_from_on, history.grade
        from credit.fct_score_history as history
        join memory.main.given on history.agency_id = given.agency_id
        where (history.grade is not null or history.score is not null)
            <> (given.n % 3 <> 0 and history.valid_from_on >= given.checked_on)
    """
    assert built.query(wrong) == []
    counted = built.query(
        "select count(distinct agency_id) as n, count(distinct case when grade is not null then agency_id end) as rated"
        " from credit.fct_score_history"
    )
    assert counted == [{"n": SUBJECTS, "rated": sum(number % 3 != 0 for number in range(SUBJECTS))}]
