"""Runs the dbt unit tests beside a changed model, in milliseconds: the first look at a mutant.

Belongs here: giving a unit test's rows to changed SQL and comparing the result. Not here: the project's own run of
them (tests/warehouse/test_dbt_unit_tests), which is dbt's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from tests.mutation.snapshots import BOUNDS, Stillborn, keep
from tests.warehouse.harness import DBT_PROJECT, Warehouse, compiled_nodes

UnitTest = Mapping[str, Any]


@cache
def _unit_tests() -> list[UnitTest]:
    files = sorted((DBT_PROJECT / "models").rglob("*__unit_tests.yml"))
    return [test for file in files for test in yaml.safe_load(file.read_text("utf-8"))["unit_tests"]]


def record(file: Path) -> None:
    """Every model over no rows, for the types of what the unit tests give; and the tests are read, once for all forks."""
    _unit_tests()
    keep(Warehouse().run().connection, file)


def first_failure(types: Path, model: str, sql: str) -> str | None:
    """The first unit test of the model that the changed SQL fails, or None. Raises Stillborn if the SQL is invalid."""
    return next(
        (test["name"] for test in _unit_tests() if test["model"] == model and not _passes(types, test, sql)), None
    )


def _passes(types: Path, test: UnitTest, sql: str) -> bool:
    with duckdb.connect(":memory:", config=BOUNDS) as connection:
        connection.execute(f"attach '{types}' as types (read_only); attach ':memory:' as firemark; use firemark")
        for name, rows in _given(test):
            node = compiled_nodes()[name]
            relation = f'"{node.schema}"."{name}"'
            connection.execute(f'create schema if not exists "{node.schema}"')
            connection.execute(f"create table {relation} as select * from types.{relation} limit 0")
            _insert(connection, relation, rows)
        expected = test["expect"]["rows"]
        columns = ", ".join(sorted({column for row in expected for column in row}))
        try:
            connection.execute(f"create table made as select {columns} from ({sql})")
        except (duckdb.BinderException, duckdb.ParserException) as error:
            raise Stillborn(str(error)) from None
        except duckdb.Error:
            return False
        connection.execute("create table expected as select * from made limit 0")
        _insert(connection, "expected", expected)
        differing = "(from made except all from expected) union all (from expected except all from made)"
        return connection.execute(differing).fetchone() is None


def _given(test: UnitTest) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    for given in test["given"]:
        named = re.fullmatch(r"ref\('(\w+)'\)", given["input"])
        if named is None:
            raise ValueError(f"{test['name']}: an input must be ref('…'), not {given['input']}")
        yield named[1], given["rows"]


def _insert(connection: duckdb.DuckDBPyConnection, relation: str, rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        places = ", ".join("?" * len(row))
        connection.execute(f"insert into {relation} ({', '.join(row)}) values ({places})", list(row.values()))
