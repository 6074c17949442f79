"""Points tables typed in as a city would type them, and rows of checks and findings scored under them.

Belongs here: a regime from a few words of the grammar, read like a regime file; helpers for reading occasions and unrated
days. Does not belong here: expected figures (the tests), row makers (`evidence`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from ingestion.parsing import clause_text
from rulebook.folder import build_tables, empty_folder
from rulebook.importing import merge
from tests.rulebook.support import FOREIGN, SHIPPED
from tests.warehouse.engine_city import Engine, versions
from tests.warehouse.evidence import A, Row, Tables, check, day, warehouse

Words = dict[str, Any]
REGIME = "jiaozuo"  # the one that a hand-made build asks for

# What is written into `SUB` unless a test says otherwise.
SUB: Words = {"id": "SUB", "sign": -1, "window": "P1Y", "agg": "sum"}


def entry(code: str, points: float | str = 0, **words: Any) -> Words:
    """One item of a table, in component SUB."""
    return {"code": code, "comp": "SUB", "title": code, "points": points} | words


def leads(clause: str, *codes: str, dataset: str = "*") -> Words:
    """One entry of the map: a clause and the items that it gives a line of."""
    return {"dataset": dataset, "clause": clause, "items": list(codes)}


def grades(*edges: tuple[str, float | None]) -> list[Words]:
    """Half-open bands [lo, the next better lo), best first."""
    above: float | None = None
    bands: list[Words] = []
    for grade, lo in edges:
        bands.append({"grade": grade, "lo": lo, "lo_inc": lo is not None, "hi": above, "hi_inc": False})
        above = lo
    return bands


def typed(
    *items: Words,
    sub: Mapping[str, Any] | None = None,
    components: Iterable[Words] = (),
    clauses: Iterable[Words] | None = None,
    bands: Iterable[Words] = (),
    repair: Mapping[str, Any] | None = None,
    measures: Iterable[Words] = (),
    **rulebook: Any,
) -> Tables:
    """The tables of a regime file with these items: base 100, step 1, and each item's code is its clause.

    `sub` adds words to the component SUB, `repair` to a policy that offers repair; the rest are words of `rulebook`.
    """
    document = {
        "rulebook": {
            "id": "r1",
            "regime": REGIME,
            "doc": "invented",
            "status": "in_force",
            "effective_from": "2024-01-01",
            "base": 100,
            "score_step": 1,
        }
        | rulebook,
        "components": [SUB | dict(sub or {}), *components],
        "items": list(items),
        "clauses": list(clauses) if clauses is not None else [leads(words["code"], words["code"]) for words in items],
        "bands": list(bands),
        "repair": {"on_application": True} | dict(repair or {}),
        "measures": list(measures),
    }
    return _tables(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))


def published(stem: str) -> Tables:
    """The tables of a shipped regime file, or one beside the rulebook's tests, asked for by every hand-made build."""
    (path,) = (path for path in (*SHIPPED, *FOREIGN) if path.stem == stem)
    tables = _tables(path.read_text("utf-8"))
    return tables | {"rulebooks": [row | {"regime_code": REGIME} for row in tables["rulebooks"]]}


def _tables(text: str) -> Tables:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "regime.yaml"
        path.write_text(text, "utf-8")
        folder, _ = merge(empty_folder(), [path])
    (regime_code,) = folder.regimes()
    return {name: table.to_pylist() for name, table in build_tables(folder, regime_code).items()}


def then(first: Tables, second: Tables, from_on: str) -> Tables:
    """Two tables as versions r1 and r2 of one regime, the second in force from a day on."""
    renamed = {name: [row | {"rulebook_id": "r2"} for row in rows] for name, rows in second.items()}
    return versions(first, renamed, from_on)


def scored(rules: Tables, *drops: dict[str, list[Row]], **rows: Any) -> Engine:
    """The engine over rows as `evidence.warehouse` takes them; clauses as people write them."""
    read = {
        name: [row | {"clause": clause_text(row["clause"])} if row.get("clause") else row for row in given]
        if isinstance(given, list)
        else given
        for name, given in rows.items()
    }
    built = warehouse(rules=rules, **read)
    if not rows.get("tickets"):  # without complaints there is nothing to match
        built.replace = {}
    for drop in drops:
        for relation, relation_rows in drop.items():
            built.insert(relation, relation_rows)
    made = Engine(built)
    assert made.built.failing("assert_lines_sum_to_the_score") == []
    return made


def capped(made: Engine, agency_id: str = A) -> list[tuple[str | None, Any, str, str | None, str | None]]:
    """Item, points, first day, end and occasion of what caps take away."""
    return [
        (
            line["item_code"],
            line["points"],
            str(line["valid_from_on"]),
            str(line["valid_until_on"]) if line["valid_until_on"] else None,
            line["occasion_key"],
        )
        for line in made.ledger("cap_adjustment", agency_id)
    ]


def occasions(made: Engine, agency_id: str = A) -> dict[str, str]:
    """Each misconduct line's occasion, by the number of the row that starts its clock."""
    return {line["source_key"]: line["occasion_key"] for line in made.ledger("misconduct", agency_id)}


def listed_issues(made: Engine, code: str) -> list[str]:
    """The numbers of the rows that the desk finds under one code."""
    made.built.run("fct_data_issues")
    found = made.built.query(
        "select source_key from quality.fct_data_issues where issue_code = ? order by source_key", code
    )
    return [row["source_key"] for row in found]


def rating(made: Engine, on: str, agency_id: str = A) -> tuple[Any, str | None, str]:
    """Score, grade and what decided it on a day."""
    row = made.span(on, agency_id)
    return row["score"], row["grade"], row["score_grade_reason"]


def scores(made: Engine, *days: str, agency_id: str = A) -> list[Any]:
    """The score on each of the days."""
    return [made.score(on, agency_id) for on in days]


def clean(task_id: str, checked_on: str, **cells: Any) -> Row:
    """A check that found nothing."""
    nothing: Row = {"clause": None, "result_code": "passed", "status_code": None, "determined_on": None}
    return check(task_id, checked_on=checked_on, **(nothing | cells))


def report(report_no: str, reported_on: str, agency_id: str = A, **cells: Any) -> Row:
    """A live report."""
    return {
        "report_no": report_no,
        "agency_id": agency_id,
        "reported_on": day(reported_on),
        "received_on": day("2025-12-31"),
        "updated_ms": 1,
        "is_deleted": False,
    } | cells
