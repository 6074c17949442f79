"""Arithmetic has the same width on every engine where it leaves a model: what has none of its own is cast."""

from __future__ import annotations

import pytest

from tests.warehouse.harness import Warehouse

# DuckDB's sum of whole numbers, and its widest decimal: other engines make another type of the same expression.
ACCIDENTAL = "data_type like '%HUGEINT' or data_type like 'DECIMAL(38,%'"
OF_OUR_MODELS = (
    "table_schema in ('staging', 'intermediate', 'credit', 'conflicts', 'supervision', 'publication', 'quality')"
)


@pytest.fixture(scope="module")
def types() -> Warehouse:
    """Every model, over no rows: the types are the same."""
    return Warehouse().run()


def test_no_column_has_an_accidental_width(types: Warehouse) -> None:
    found = types.query(
        "select table_name, column_name, data_type from information_schema.columns "
        f"where {OF_OUR_MODELS} and ({ACCIDENTAL}) order by all"
    )
    assert found == []


def test_the_guard_finds_an_accidental_width() -> None:
    widths = Warehouse().query(
        "select data_type from (select typeof(sum(n)) as data_type from range(3) r(n) "
        f"union all select typeof(sum(n * 0.5)) from range(3) r(n)) where {ACCIDENTAL}"
    )
    assert len(widths) == 2
