"""The bounds of a mutant hold wherever its SQL runs: one that never ends fails, instead of filling the machine."""

from __future__ import annotations

import duckdb
import pytest

from tests.mutation.snapshots import bound_every_connection
from tests.warehouse.harness import Warehouse

ENDLESS = "with recursive r as (select 0 as n union all select n + 1 from r, range(1000000)) select count(*) from r"


def test_a_recursion_without_end_fails_in_a_bounded_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb, "connect", duckdb.connect)  # bound for this test only
    bound_every_connection()
    connection = Warehouse(is_lent=False).connection
    assert connection.execute("select current_setting('memory_limit')").fetchone() == ("1.8 GiB",)
    connection.execute("set memory_limit = '50MB'")  # the same, sooner
    with pytest.raises(duckdb.OutOfMemoryException):
        connection.execute(ENDLESS)
