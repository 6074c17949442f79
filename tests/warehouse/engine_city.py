"""Runs evidence through the whole engine and reads back scores, lines and causes on any day.

Belongs here: helpers for reading, rulebooks built from a few words, and the two invariants of every run. Does not belong
here: expected figures (the tests), row makers (`evidence`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tests.warehouse.evidence import A, Row, Tables, day, rulebook, warehouse
from tests.warehouse.harness import Warehouse

# A naive reading of both marts, day by day around every change: no running sum, no sweep.
SUMS = """
    with days as (
        select agency_id, valid_from_on as on_day from credit.fct_score_history
        union select agency_id, valid_from_on from credit.fct_point_ledger
        union select agency_id, valid_until_on from credit.fct_point_ledger where valid_until_on is not null
    ),
    around as (
        select distinct agency_id, cast(on_day + step as date) as on_day
        from days cross join (values (-1), (0), (1)) as steps(step)
    )
    select
        around.agency_id, around.on_day, history.score,
        versions.base_points + coalesce(sum(ledger.points), 0) as added
    from around
    join credit.fct_score_history as history
        on around.agency_id = history.agency_id and around.on_day >= history.valid_from_on
        and (history.valid_until_on is null or around.on_day < history.valid_until_on)
    join rulebook.rulebooks as versions on history.rulebook_id = versions.rulebook_id
    left join credit.fct_point_ledger as ledger
        on around.agency_id = ledger.agency_id and around.on_day >= ledger.valid_from_on
        and (ledger.valid_until_on is null or around.on_day < ledger.valid_until_on)
    group by around.agency_id, around.on_day, history.score, versions.base_points
    having history.score <> added
"""

TILES = """
    select * from (
        select *, lead(valid_from_on) over (partition by agency_id order by valid_from_on) as next_from_on
        from credit.fct_score_history
    )
    where valid_until_on is distinct from next_from_on or valid_from_on >= valid_until_on
"""


class Engine:
    """A scored warehouse: what each agency's score, grade and lines are on a day."""

    def __init__(self, built: Warehouse) -> None:
        self.built = built.run("fct_grade_changes", "dim_rules", "rpt_repairs")
        assert built.query(SUMS) == []
        assert built.query(TILES) == []
        assert built.failing("assert_grades_follow_the_rulebook") == []
        assert built.query("select line_id from credit.fct_point_ledger group by line_id having count(*) > 1") == []
        assert built.query("from intermediate.int_points__fact_counts where from_day >= until_day") == []

    def span(self, on: str, agency_id: str = A) -> Row:
        """The row of the score history that holds on a day."""
        (row,) = self.built.query(
            "select * from credit.fct_score_history where agency_id = ? and valid_from_on <= ?"
            " and (valid_until_on is null or valid_until_on > ?)",
            agency_id,
            day(on),
            day(on),
        )
        return row

    def grade(self, on: str, agency_id: str = A) -> tuple[Any, str | None]:
        """Score and grade on a day."""
        row = self.span(on, agency_id)
        return row["score"], row["grade"]

    def score(self, on: str, agency_id: str = A) -> Decimal:
        """The score on a day."""
        return self.span(on, agency_id)["score"]

    def history(self, agency_id: str = A) -> list[Row]:
        """The agency's tiles in order of time."""
        return self.built.query(
            "select * from credit.fct_score_history where agency_id = ? order by valid_from_on", agency_id
        )

    def causes(self, agency_id: str = A) -> list[tuple[str, Any, str]]:
        """First day, score and cause of every tile."""
        return [(str(row["valid_from_on"]), row["score"], row["change_cause"]) for row in self.history(agency_id)]

    def ledger(self, kind: str | None = None, agency_id: str = A) -> list[Row]:
        """The agency's ledger lines, of one kind or all."""
        return self.built.query(
            "select * from credit.fct_point_ledger where agency_id = ? and (? is null or line_kind = ?)"
            " order by valid_from_on, line_kind, item_code, source_key",
            agency_id,
            kind,
            kind,
        )

    def spans(self, kind: str, agency_id: str = A) -> list[tuple[str | None, Any, str, str | None]]:
        """Item, points, first day and end of the lines of one kind."""
        return [
            (row["item_code"], row["points"], str(row["valid_from_on"]), _text(row["valid_until_on"]))
            for row in self.ledger(kind, agency_id)
        ]

    def repair(self, application_id: str) -> Row:
        """The row of one application in rpt_repairs."""
        (row,) = self.built.query("select * from supervision.rpt_repairs where application_id = ?", application_id)
        return row

    def changes(self, agency_id: str = A) -> list[tuple[str, str | None, str | None, str]]:
        """Day, grades and cause of every grade change."""
        return [
            (str(row["changed_on"]), row["from_grade"], row["to_grade"], row["change_cause"])
            for row in self.built.query(
                "select * from credit.fct_grade_changes where agency_id = ? order by changed_on", agency_id
            )
        ]


def _text(on: dt.date | None) -> str | None:
    return str(on) if on else None


def scored(**rows: Any) -> Engine:
    """The engine over rows as `evidence.warehouse` takes them."""
    return Engine(warehouse(**rows))


def listed(received_on: str, agency_ids: Iterable[str] = (A,), **cells: Any) -> dict[str, list[Row]]:
    """One drop of the directory that shows these agencies."""
    return dropped("registry", "agencies", received_on, [{"agency_id": agency_id} | cells for agency_id in agency_ids])


def dropped(source: str, dataset: str, received_on: str, rows: Iterable[Row]) -> dict[str, list[Row]]:
    """One loaded drop of a dataset: its rows and its receipt."""
    file_hash = f"{dataset}-{received_on}"
    return {
        f"{source}.{dataset}": [
            {"agency_name": f"name of {row.get('agency_id')}", "received_on": day(received_on), "file_hash": file_hash}
            | row
            for row in rows
        ],
        "lake.loads": [
            {
                "source": source,
                "dataset": dataset,
                "received_on": day(received_on),
                "file_name": "file",
                "file_hash": file_hash,
                "status": "loaded",
                "read_count": 1,
                "accepted_count": 1,
                "quarantined_count": 0,
                "duplicate_count": 0,
            }
        ],
    }


def scored_with(drops: Iterable[Mapping[str, list[Row]]], **rows: Any) -> Engine:
    """The engine over evidence and drops of snapshots."""
    built = warehouse(**rows)
    for drop in drops:
        for relation, relation_rows in drop.items():
            built.insert(relation, relation_rows)
    return Engine(built)


def item(code: str, component_code: str, points: float, rulebook_id: str = "r1", **cells: Any) -> Row:
    """One item of a rulebook in `evidence` with effect `points`."""
    return {
        "rulebook_id": rulebook_id,
        "item_code": code,
        "component_code": component_code,
        "title_zh": code,
        "title_en": code,
        "points": Decimal(str(points)),
        "per": "occurrence",
        "effect": "points",
        "fact": "evidence",
        "is_repairable": True,
        "is_provisional": False,
    } | cells


def component(code: str, sign: int, window_code: str = "rolling_year", rulebook_id: str = "r1", **cells: Any) -> Row:
    """One component of a rulebook, a plain sum without a cap."""
    return {
        "rulebook_id": rulebook_id,
        "component_code": code,
        "sign": sign,
        "window_code": window_code,
        "aggregation": "sum",
        "is_cap_provisional": False,
    } | cells


def clause(text: str, item_code: str, dataset: str = "*", rulebook_id: str = "r1") -> Row:
    """One entry of the clause map."""
    return {"rulebook_id": rulebook_id, "dataset": dataset, "clause": text, "item_code": item_code}


def bands(*edges: tuple[str, float | None], rulebook_id: str = "r1") -> list[Row]:
    """Half-open bands [lo, the next better lo), best first."""
    rows: list[Row] = []
    above: Decimal | None = None
    for rank, (grade, lo) in enumerate(edges, start=1):
        low = None if lo is None else Decimal(str(lo))
        rows.append(
            {
                "rulebook_id": rulebook_id,
                "grade": grade,
                "grade_rank": rank,
                "lo": low,
                "is_lo_inclusive": low is not None,
                "hi": above,
                "is_hi_inclusive": False,
            }
        )
        above = low
    return rows


def regime(
    *,
    components: list[Row],
    items: list[Row],
    clauses: list[Row],
    grades: list[Row] = (),  # type: ignore[assignment]  # no bands is a regime without grades
    base: float = 100,
    rulebook_id: str = "r1",
    policy: Mapping[str, Any] | None = None,
    subsumes: Iterable[tuple[str, str]] = (),
    blocked: Iterable[str] = (),
    **cells: Any,
) -> Tables:
    """The tables of one version, in force from 2024-01-01 without end."""
    return {name: [] for name in rulebook()} | {
        "rulebooks": [
            {
                "rulebook_id": rulebook_id,
                "regime_code": "jiaozuo",
                "document": "invented",
                "status": "in_force",
                "effective_from_on": day("2024-01-01"),
                "base_points": Decimal(str(base)),
                "score_step": Decimal(1),
                "rounding": "half_up",
                "clock_start": "determined_on",
                "window_last_day": "inclusive",
                "same_act": "max",
                "is_provisional": False,
            }
            | cells
        ],
        "components": components,
        "items": items,
        "clause_items": clauses,
        "bands": list(grades),
        "repair_policy": [
            {
                "rulebook_id": rulebook_id,
                "natural": "expiry",
                "is_on_application": True,
                "effective_on": "approved_on",
                "add_back": "full_item",
            }
            | dict(policy or {})
        ],
        "item_subsumes": [
            {"rulebook_id": rulebook_id, "item_code": winner, "subsumed_item_code": loser} for winner, loser in subsumes
        ],
        "repair_blocked_grades": [{"rulebook_id": rulebook_id, "grade": grade} for grade in blocked],
    }


def versions(first: Tables, second: Tables, from_on: str) -> Tables:
    """Two regimes' tables as two versions, the second in force from a day on."""
    joined = {name: [*first[name], *second[name]] for name in first}
    joined["rulebooks"] = [
        *(row | {"effective_until_on": day(from_on)} for row in first["rulebooks"]),
        *(row | {"effective_from_on": day(from_on)} for row in second["rulebooks"]),
    ]
    return joined
