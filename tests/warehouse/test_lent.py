"""A database that is lent on gives the results of a new one, and nothing from its earlier use."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from tests.warehouse import harness
from tests.warehouse.evidence import A, finding, warehouse

MARTS = ("fct_point_ledger", "fct_score_history")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A lender of one's own, so that the next warehouse gets the database of the last one."""
    monkeypatch.setattr(harness, "lender", harness._Lender())
    harness.lender.take()
    yield
    gc.collect()


def answered(**rows: Any) -> tuple[int, list[list[dict[str, Any]]]]:
    """Which database answered, and all rows of both marts; the warehouse is closed afterwards."""
    made = warehouse(**rows).run(*MARTS)
    return id(made.database), [made.query(f"select * from credit.{mart} order by all") for mart in MARTS]


@pytest.mark.check  # plans every model several times
def test_a_database_is_lent_on_and_builds_what_a_fresh_one_builds() -> None:
    inputs: list[dict[str, Any]] = [
        {"findings": [finding("F1", clause="9"), finding("F2", clause="10")]},
        {"findings": [finding("F3", clause="9")]},
        {},
        {"findings": [finding("F1", clause="9"), finding("F2", clause="10")]},
    ]
    lent = [answered(**rows) for rows in inputs]
    assert len({database for database, _ in lent}) == 1
    for rows, (_, found) in zip(inputs, lent, strict=True):
        harness.lender._free.clear()  # a fresh one
        assert answered(**rows)[1] == found
    assert lent[0][1] == lent[3][1] != lent[1][1]


def node(name: str, sql: str, *reads: str, materialized: str = "table") -> harness.Node:
    return harness.Node(f"model.x.{name}", "m", name, materialized, sql, None, {}, reads)


def test_a_model_is_built_again_when_what_it_reads_holds_other_rows_or_another_order() -> None:
    nodes = (
        node("digits", "select n % 10 as n from s.given", "source.x.s.given"),
        node("listed", "select list(n) as digits, nextval('s.built') as built from m.digits", "model.x.digits"),
    )
    create = "create schema s; create sequence s.built; create table s.given (n integer)"
    database = harness.lent.Database(":memory:", lambda connection: connection.execute(create) and None)

    def listed(*given: int) -> tuple[list[int] | None, int]:
        database.next_use(nodes)
        database.fill('"s"."given"', pa.table({"n": pa.array(given, pa.int32())}))
        for each in nodes:
            database.build(each, each.sql)
        ((digits, built),) = database.ask("from m.listed", []).fetchall()
        return digits, built

    first = listed(1, 2)
    assert listed(11, 12) == first == ([1, 2], first[1]), "the same digits"
    turned = listed(2, 1)
    assert turned[0] == [2, 1]
    assert listed(1, 3) == ([1, 3], turned[1] + 1)
    assert listed() == (None, turned[1] + 2)
    assert listed() == (None, turned[1] + 2)


def test_a_relation_whose_creation_failed_is_made_anew_at_the_next_use() -> None:
    database = harness.lent.Database(":memory:", lambda connection: None)
    shown = node("shown", "select 1 as n", materialized="view")
    database.build(shown, shown.sql)
    with pytest.raises(duckdb.Error, match="missing"):
        database.build(shown, "select * from missing")  # the view of before is dropped by then
    database.next_use([shown])
    database.build(shown, shown.sql)
    assert database.ask("from m.shown", []).fetchall() == [(1,)]


def test_a_model_is_not_built_before_what_it_reads() -> None:
    database = harness.lent.Database(":memory:", lambda connection: None)
    listed = node("listed", "select 1 as n", "model.x.digits")
    with pytest.raises(KeyError, match=r"model\.x\.digits"):
        database.build(listed, listed.sql)


@pytest.mark.parametrize("is_lent", [True, False])
def test_what_dbt_builds_in_another_way_is_refused(is_lent: bool) -> None:
    grown = node("grown", "select 1 as n", materialized="incremental")
    with pytest.raises(ValueError, match=r"model\.x\.grown is materialized as incremental: expected one of table"):
        if is_lent:
            harness.lent.Database(":memory:", lambda connection: None).build(grown, grown.sql)
        else:
            harness.lent.create(duckdb.connect(), grown, grown.sql)


def test_a_model_not_built_in_this_use_cannot_be_queried() -> None:
    database, _ = answered(findings=[finding("F1", clause="9")])
    made = warehouse()
    assert id(made.database) == database
    with pytest.raises(KeyError, match=r"not built.*fct_point_ledger"):
        made.query("select * from credit.fct_point_ledger")
    assert made.query("select * from credit_desk.findings") == []


@pytest.mark.check  # plans every model several times
def test_rows_are_added_to_those_of_this_use_alone() -> None:
    answered(findings=[finding("F1", clause="9")])
    made = warehouse(findings=[finding("F1", clause="9")])
    made.insert("credit_desk.findings", [finding("F2", clause="10", agency_id=A)])
    found = made.run("fct_point_ledger").query("select source_key from credit.fct_point_ledger order by 1")
    assert {row["source_key"] for row in found} == {"F1", "F2"}


def test_taking_the_connection_keeps_the_database() -> None:
    made = warehouse().run(*MARTS)
    taken = made.connection
    taken.execute("drop table credit.fct_score_history")
    del made
    gc.collect()
    assert harness.lender._free == []


@pytest.mark.check  # plans every model several times
def test_a_stand_in_with_other_columns_is_not_lent_on() -> None:
    answered()
    made = warehouse(replace={"fct_score_history": "select 1 as other"}).run("fct_score_history")
    assert made.query("select * from credit.fct_score_history") == [{"other": 1}]
    del made
    gc.collect()
    assert harness.lender._free == []
