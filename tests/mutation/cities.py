"""Scores the oracle's example cities with one model changed: what a mutant costs here is the models below it.

Belongs here: the cities, built once per run with the SQL as it is, and asking whether a change of one model makes
any of them differ from the naive scorer. Not here: choosing mutants, running test files.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from tests.oracle.comparison import MODELS, QUERIES, both_ways
from tests.oracle.regimes import EXAMPLES, example
from tests.warehouse.harness import Node, compiled_nodes, with_ancestors


class CityDiffers(Exception):
    """The cities are no measure of a mutant: without one they differ from the naive scorer already."""


class Stillborn(Exception):
    """The changed SQL does not even bind: a mutant that dbt would refuse proves nothing about the tests."""


def build_cities(folder: Path, changed: dict[str, str]) -> list[Path]:
    """One DuckDB file per example city: every model built, with the SQL of `changed`, beside the naive scorer's tables.

    Raises CityDiffers when a city is not scored alike.
    """
    files = []
    for number, chosen in enumerate(EXAMPLES, start=1):
        file = folder / f"{number}-{chosen[0]}.duckdb"
        warehouse, _ = both_ways(*example(chosen), file=file)
        warehouse.replace.update(changed)
        warehouse.run(*MODELS)
        differing = [kind for kind, query in QUERIES.items() if warehouse.query(query)]
        warehouse.connection.close()
        if differing:
            raise CityDiffers(f"{file.stem}: {', '.join(differing)}")
        files.append(file)
    return files


def notices(cities: list[Path], scratch: Path, model: str, sql: str) -> str | None:
    """Why a city tells the changed model from the true one, or None when none does (or none reads the model).

    Raises Stillborn when the changed SQL is none.
    """
    below = _below(model)
    if not below:
        return None
    for city in cities:
        copied = scratch / city.name
        shutil.copyfile(city, copied)
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"attach '{copied}' as firemark; use firemark; set threads = 1")
            try:
                for node in below:
                    kind = "view" if node.materialized == "view" else "table"
                    relation = f'"{node.schema}"."{node.name}"'
                    text = sql if node.name == model else node.sql
                    connection.execute(f"create or replace {kind} {relation} as {text}")
            except (duckdb.BinderException, duckdb.ParserException) as error:
                raise Stillborn(str(error)) from None
            except duckdb.Error as error:
                return f"{city.stem}: {type(error).__name__}"
            for kind, query in QUERIES.items():
                if connection.execute(query).fetchone() is not None:
                    return f"{city.stem}: {kind}"
        copied.unlink()
    return None


def _below(model: str) -> list[Node]:
    """The model and all that reads it, of the models that a comparison reads, in order; empty if it is none of them."""
    found: dict[str, Node] = {}
    for node in with_ancestors(compiled_nodes(), MODELS):
        reads_changed = any(changed.unique_id in node.depends_on for changed in found.values())
        if node.name == model or reads_changed:
            found[node.name] = node
    return list(found.values())
