"""Scores the oracle's example cities with one model changed: each mutant builds only the models below it.

Belongs here: the cities, built once per run with the SQL as it is, and asking whether a change of one model makes
any of them differ from the naive scorer, or a data test of the project fail on it. Not here: choosing mutants,
running test files.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.mutation.snapshots import makes_other_rows, opened
from tests.oracle.comparison import MODELS, QUERIES, both_ways
from tests.oracle.regimes import EXAMPLES, example
from tests.warehouse.harness import Node, compiled_nodes, compiled_tests, with_ancestors


class CityDiffers(Exception):
    """The cities cannot judge a mutant: they differ from the naive scorer without one."""


@dataclass(frozen=True)
class City:
    """A DuckDB file with every model that a comparison reads, and the data tests that pass on it."""

    file: Path
    data_tests: tuple[str, ...]


def build_cities(folder: Path, changed: dict[str, str]) -> list[City]:
    """The example cities: every model built, with the SQL of `changed`, beside the naive scorer's tables.

    Raises CityDiffers if the two scorers differ on a city.
    """
    cities = []
    for number, chosen in enumerate(EXAMPLES, start=1):
        file = folder / f"{number}-{chosen[0]}.duckdb"
        warehouse, _ = both_ways(*example(chosen), file=file)
        warehouse.replace.update(changed)
        warehouse.run(*MODELS)
        differing = [kind for kind, query in QUERIES.items() if warehouse.query(query)]
        passing = tuple(name for name, sql in compiled_tests().items() if _finds(warehouse.connection, sql) is False)
        warehouse.connection.close()
        if differing:
            raise CityDiffers(f"{file.stem}: {', '.join(differing)}")
        cities.append(City(file, passing))
    return cities


def _finds(connection: duckdb.DuckDBPyConnection, sql: str) -> bool | None:
    """Whether a query finds a row; null where it reads what the city does not have."""
    try:
        return connection.execute(sql).fetchone() is not None
    except duckdb.CatalogException:
        return None


def notices(cities: list[City], scratch: Path, model: str, sql: str) -> str | None:
    """How a city notices that the model has changed, or None if none does (or none reads the model).

    Raises Stillborn if the changed SQL is invalid.
    """
    below = _below(model)
    if not below:
        return None
    for city in cities:
        if not makes_other_rows(city.file, model, sql):
            continue
        copied = scratch / city.file.name
        shutil.copyfile(city.file, copied)
        with opened(copied, read_only=False) as connection:
            looks = QUERIES | {name: compiled_tests()[name] for name in city.data_tests}
            try:
                for node in below:
                    kind = "view" if node.materialized == "view" else "table"
                    relation = f'"{node.schema}"."{node.name}"'
                    text = sql if node.name == model else node.sql
                    connection.execute(f"create or replace {kind} {relation} as {text}")
                found = next((kind for kind, query in looks.items() if _finds(connection, query)), None)
            except duckdb.Error as error:
                found = type(error).__name__
            if found:
                return f"{city.file.stem}: {found}"
        copied.unlink()
    return None


def _below(model: str) -> list[Node]:
    """The model and all that reads it, of the models that a comparison reads, in order; empty if it is not among them."""
    found: dict[str, Node] = {}
    for node in with_ancestors(compiled_nodes(), MODELS):
        reads_changed = any(changed.unique_id in node.depends_on for changed in found.values())
        if node.name == model or reads_changed:
            found[node.name] = node
    return list(found.values())
