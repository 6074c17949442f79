"""Runs one city through the compiled SQL and through the naive scorer, and lists where they differ.

Does not belong here: making cities (`city`) or rules (`rules`), any reading of the rules (`naive`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from rulebook.folder import Folder, build_tables
from tests.oracle.city import Row, of_agency
from tests.oracle.naive import Outcome, score
from tests.warehouse.harness import Warehouse

AS_OF = dt.date(2026, 4, 1)
LAST_DAY = dt.date(2027, 4, 1)
MODELS = ("fct_score_history", "fct_point_ledger", "fct_grade_changes", "rpt_repairs")

DAYS = pa.schema(
    [
        pa.field("agency_id", pa.string()),
        pa.field("day_on", pa.date32()),
        pa.field("score", pa.decimal128(9, 2)),
        pa.field("grade", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("has_active_misconduct", pa.bool_()),
        pa.field("rulebook_id", pa.string()),
        pa.field("cause", pa.string()),
    ]
)

SUPERSEDED = pa.schema(
    [
        pa.field("agency_id", pa.string()),
        pa.field("day_on", pa.date32()),
        pa.field("item_code", pa.string()),
        pa.field("determined_on", pa.date32()),
    ]
)
LINES = pa.schema(
    [
        pa.field("agency_id", pa.string()),
        pa.field("item_code", pa.string()),
        pa.field("determined_on", pa.date32()),
        pa.field("task_id", pa.string()),
        pa.field("points", pa.decimal128(11, 2)),
        pa.field("valid_from_on", pa.date32()),
        pa.field("valid_until_on", pa.date32()),
        # ended by a repair on its first day: it need not be shown
        pa.field("is_gone", pa.bool_()),
    ]
)
NOT_SCORED = pa.schema(
    [
        pa.field("dataset", pa.string()),
        pa.field("source_key", pa.string()),
        pa.field("item_code", pa.string()),
        pa.field("reason", pa.string()),
    ]
)
REPAIRS = pa.schema(
    [
        pa.field("application_id", pa.string()),
        pa.field("is_applied", pa.bool_()),
        pa.field("refusal_reason", pa.string()),
    ]
)

# Each of these lists differences; all are empty when the two agree.
QUERIES = {
    "days that the history lacks, has twice, or scores otherwise": """
        select naive.*, history.score as sql_score, history.grade as sql_grade,
               history.score_grade_reason as sql_reason, history.has_active_misconduct as sql_active,
               history.rulebook_id as sql_rulebook_id
        from naive
        left join credit.fct_score_history as history
            on history.agency_id = naive.agency_id and history.valid_from_on <= naive.day_on
            and (history.valid_until_on is null or history.valid_until_on > naive.day_on)
        where history.agency_id is null
            or history.score is distinct from naive.score
            or history.grade is distinct from naive.grade
            or history.score_grade_reason is distinct from naive.reason
            or history.has_active_misconduct <> naive.has_active_misconduct
            or history.rulebook_id <> naive.rulebook_id
        order by naive.agency_id, naive.day_on
    """,
    "days that only the history has": """
        select history.agency_id, history.valid_from_on as day_on, history.valid_until_on, history.score as sql_score
        from credit.fct_score_history as history
        left join (select agency_id, min(day_on) as start_on from naive group by agency_id) as naive
            on naive.agency_id = history.agency_id
        where naive.agency_id is null or history.valid_from_on < naive.start_on
        order by 1, 2
    """,
    "days covered twice": """
        select naive.agency_id, naive.day_on, count(*) as span_count
        from naive
        inner join credit.fct_score_history as history
            on history.agency_id = naive.agency_id and history.valid_from_on <= naive.day_on
            and (history.valid_until_on is null or history.valid_until_on > naive.day_on)
        group by 1, 2 having count(*) > 1 order by 1, 2
    """,
    "days on which base and lines do not add up to the score": """
        select naive.agency_id, naive.day_on, naive.score,
               any_value(rulebooks.base_points) as base, sum(ledger.points) as sql_points
        from naive
        inner join rulebook.rulebooks as rulebooks on rulebooks.rulebook_id = naive.rulebook_id
        left join credit.fct_point_ledger as ledger
            on ledger.agency_id = naive.agency_id and ledger.valid_from_on <= naive.day_on
            and (ledger.valid_until_on is null or ledger.valid_until_on > naive.day_on)
        where naive.score is not null  -- nobody is rated, and nothing is added up
        group by 1, 2, 3
        having any_value(rulebooks.base_points) + coalesce(sum(ledger.points), 0) <> naive.score
        order by 1, 2
    """,
    "changes of score or grade with another cause": """
        select naive.agency_id, naive.day_on, naive.score, naive.grade, naive.cause, history.change_cause as sql_cause
        from naive
        left join credit.fct_score_history as history
            on history.agency_id = naive.agency_id and history.valid_from_on = naive.day_on
        where naive.cause is not null and history.change_cause is distinct from naive.cause
        order by naive.agency_id, naive.day_on
    """,
    "grade changes that one side lacks": """
        with changed as (
            select agency_id, day_on, lag(grade) over daily as from_grade, grade as to_grade,
                   lag(day_on) over daily is not null and lag(grade) over daily is distinct from grade as is_changed
            from naive
            window daily as (partition by agency_id order by day_on)
        ),
        expected as (select agency_id, day_on, from_grade, to_grade from changed where is_changed),
        found as (
            select agency_id, changed_on as day_on, from_grade, to_grade
            from credit.fct_grade_changes
            where changed_on <= (select max(day_on) from naive)
        )
        (select 'naive' as only_in, * from (select * from expected except select * from found))
        union all
        (select 'sql' as only_in, * from (select * from found except select * from expected))
        order by 2, 3
    """,
    "next changes told otherwise": """
        with changed as (
            select agency_id, day_on, lag(day_on) over daily is not null and score is distinct from lag(score) over daily
                       as is_score_changed,
                   grade is distinct from lag(grade) over daily and lag(day_on) over daily is not null
                       as is_grade_changed
            from naive
            window daily as (partition by agency_id order by day_on)
        ),
        ahead as (
            select agency_id, day_on,
                   min(case when is_score_changed then day_on end) over later as next_change_on,
                   min(case when is_grade_changed then day_on end) over later as next_grade_change_on
            from changed
            window later as (partition by agency_id order by day_on rows between 1 following and unbounded following)
        )
        select ahead.*, history.next_change_on as sql_next_change_on,
               history.next_grade_change_on as sql_next_grade_change_on
        from credit.fct_score_history as history
        inner join ahead on ahead.agency_id = history.agency_id and ahead.day_on = history.valid_from_on
        where (ahead.next_change_on is not null and ahead.next_change_on is distinct from history.next_change_on)
            or (
                ahead.next_grade_change_on is not null
                and ahead.next_grade_change_on is distinct from history.next_grade_change_on
            )
        order by 1, 2
    """,
    "lines superseded on one side only": """
        with found as (
            select ledger.agency_id, naive.day_on, ledger.item_code, ledger.determined_on, count(*) as line_count
            from credit.fct_point_ledger as ledger
            inner join naive
                on naive.agency_id = ledger.agency_id and ledger.valid_from_on <= naive.day_on
                and (ledger.valid_until_on is null or ledger.valid_until_on > naive.day_on)
            where ledger.line_kind = 'superseded'
            group by all
        ),
        expected as (
            select agency_id, day_on, item_code, determined_on, count(*) as line_count
            from naive_superseded
            group by all
        )
        (select 'naive' as only_in, * from (select * from expected except select * from found))
        union all
        (select 'sql' as only_in, * from (select * from found except select * from expected))
        order by 2, 3
    """,
    # A line superseded for a while has several rows, without points while superseded; a repair cuts its end.
    "lines with another occasion, other points or other days": """
        with found as (
            select ledger.agency_id, ledger.item_code, ledger.determined_on,
                   case when any_value(ledger.occasion_key) in (select task_id from inspections.checks)
                       then any_value(ledger.occasion_key) end as task_id,
                   max(ledger.points) filter (ledger.line_kind <> 'superseded') as points,
                   min(ledger.valid_from_on) as valid_from_on,
                   max(coalesce(ledger.valid_until_on, date '9999-12-31')) as valid_until_on,
                   bool_or(ledger.repaired_on is not null) as is_repaired
            from credit.fct_point_ledger as ledger
            inner join rulebook.items as items
                on items.rulebook_id = ledger.rulebook_id and items.item_code = ledger.item_code
            where ledger.line_kind in ('misconduct', 'merit', 'fact', 'superseded')
                and items.fact in ('evidence', 'checks', 'projects', 'reports')
            group by ledger.agency_id, ledger.case_id, ledger.item_code, ledger.determined_on
        ),
        paired as (
            select naive_lines.*, found.item_code is not null as is_found, found.points as sql_points,
                   found.valid_until_on as sql_valid_until_on
            from naive_lines
            left join found
                on found.agency_id = naive_lines.agency_id and found.item_code = naive_lines.item_code
                and found.determined_on = naive_lines.determined_on
                and found.task_id is not distinct from naive_lines.task_id
                and found.valid_from_on = naive_lines.valid_from_on
                and (found.points is null or found.points = naive_lines.points)
                and (found.valid_until_on = naive_lines.valid_until_on or found.is_repaired)
        ),
        counted as (
            select agency_id, item_code, determined_on, count(*) as line_count from found group by all
        ),
        expected as (
            select agency_id, item_code, determined_on, count(*) as most, count(*) filter (not is_gone) as least
            from naive_lines
            where agency_id in (select agency_id from naive)
            group by all
        )
        select 'not so in the ledger' as problem, agency_id, item_code, determined_on, task_id, points, valid_from_on,
               valid_until_on, null as line_count
        from paired
        where not is_found and not is_gone and agency_id in (select agency_id from naive)
        union all
        select 'another number of lines', agency_id, item_code, determined_on, null, null, null, null, line_count
        from counted
        full join expected using (agency_id, item_code, determined_on)
        where coalesce(line_count, 0) not between coalesce(least, 0) and coalesce(most, 0)
            and agency_id in (select agency_id from naive)
        order by 2, 3, 4
    """,
    "rows that do not score for another reason": """
        with found as (
            select dataset, source_key, item_code, not_scored_reason as reason
            from credit.fct_point_ledger
            where line_kind = 'not_scored' and not_scored_reason in ('channel', 'points_missing', 'points_off_step')
        )
        (select 'naive' as only_in, * from (select * from naive_not_scored except select * from found))
        union all
        (select 'sql' as only_in, * from (select * from found except select * from naive_not_scored))
        order by 2, 3
    """,
    "applications decided otherwise": """
        select naive_repairs.*, repairs.is_applied as sql_applied, repairs.refusal_reason as sql_reason,
               repairs.gate_grade as sql_gate, repairs.agency_id, repairs.accepted_on as day_on
        from naive_repairs
        left join supervision.rpt_repairs as repairs using (application_id)
        where repairs.application_id is null
            or repairs.is_applied <> naive_repairs.is_applied
            or repairs.refusal_reason is distinct from naive_repairs.refusal_reason
        order by application_id
    """,
}


@dataclass(frozen=True)
class Compared:
    """Differences by kind, the first of each kind first, and how much was compared."""

    differences: Mapping[str, Sequence[Mapping[str, Any]]]
    day_count: int
    outcome: Outcome
    warehouse: Warehouse

    def describe(self, rows: Mapping[str, Sequence[Row]]) -> str:
        """The first differences of each kind, and everything about the first agency concerned."""
        text: list[str] = []
        agency_id = None
        for kind, found in self.differences.items():
            if found:
                text.append(f"{len(found)} {kind}:")
                text.extend(f"  {row}" for row in found[:5])
                agency_id = agency_id or found[0].get("agency_id")
        if agency_id:
            for table, table_rows in of_agency(rows, agency_id).items():
                text.extend(f"  {table}: {row}" for row in table_rows if table_rows)
        return "\n".join(text)


def both_ways(
    rows: Mapping[str, Sequence[Row]],
    folder: Folder,
    regime_code: str,
    known_on: dt.date | None = None,
    file: Path | None = None,
) -> tuple[Warehouse, Outcome]:
    """The rows as sources of a warehouse whose models are not built yet, and the naive scorer's result for them."""
    rulebook = build_tables(folder, regime_code)
    outcome = score(rows, {name: table.to_pylist() for name, table in rulebook.items()}, LAST_DAY)
    warehouse = Warehouse(file=file, is_lent=False)
    warehouse.insert("lake.build_parameters", [{"as_of_on": AS_OF, "known_on": known_on, "regime_code": regime_code}])
    for name, table in rulebook.items():
        warehouse.insert(f"rulebook.{name}", table)
    for name, table_rows in rows.items():
        warehouse.insert(name, table_rows)
    for name, table in _naive_tables(outcome).items():
        warehouse.connection.register("_naive", table)
        warehouse.connection.execute(f"create table {name} as select * from _naive")
        warehouse.connection.unregister("_naive")
    return warehouse, outcome


def _naive_tables(outcome: Outcome) -> dict[str, pa.Table]:
    """The naive scorer's results, as the tables that `QUERIES` read."""
    return {
        "naive": pa.Table.from_pylist(
            [
                {
                    "agency_id": agency_id,
                    "day_on": day_on,
                    "score": day.score,
                    "grade": day.grade,
                    "reason": day.reason,
                    "has_active_misconduct": day.has_active_misconduct,
                    "rulebook_id": day.rulebook_id,
                    "cause": day.cause,
                }
                for agency_id, days in outcome.days.items()
                for day_on, day in days.items()
            ],
            schema=DAYS,
        ),
        "naive_superseded": pa.Table.from_pylist(
            [
                {"agency_id": agency_id, "day_on": day_on, "item_code": item, "determined_on": determined_on}
                for agency_id, days in outcome.days.items()
                for day_on, day in days.items()
                for item, determined_on in day.superseded
            ],
            schema=SUPERSEDED,
        ),
        "naive_lines": pa.Table.from_pylist(
            [
                {
                    "agency_id": line.agency_id,
                    "item_code": line.item,
                    "determined_on": line.determined_on,
                    "task_id": line.task_id,
                    "points": Decimal(line.points.numerator) / Decimal(line.points.denominator),
                    "valid_from_on": line.starts_on,
                    "valid_until_on": line.ends_on,
                    "is_gone": line.repaired_on <= line.starts_on,
                }
                for line in outcome.lines
            ],
            schema=LINES,
        ),
        "naive_not_scored": pa.Table.from_pylist(
            [dict(zip(NOT_SCORED.names, row, strict=True)) for row in outcome.not_scored], schema=NOT_SCORED
        ),
        "naive_repairs": pa.Table.from_pylist(
            [
                {"application_id": key, "is_applied": repair.is_applied, "refusal_reason": repair.refusal_reason}
                for key, repair in outcome.repairs.items()
            ],
            schema=REPAIRS,
        ),
    }


def compare(
    rows: Mapping[str, Sequence[Row]], folder: Folder, regime_code: str, known_on: dt.date | None = None
) -> Compared:
    """Scores the rows both ways under a regime of the folder."""
    warehouse, outcome = both_ways(rows, folder, regime_code, known_on)
    warehouse.run(*MODELS)
    differences = {kind: warehouse.query(query) for kind, query in QUERIES.items()}
    day_count = sum(len(days) for days in outcome.days.values())
    return Compared(differences, day_count, outcome, warehouse)
