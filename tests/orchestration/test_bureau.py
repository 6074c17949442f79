"""A bureau's own few files, built once by the command line: what the sample city never does to an inbox."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import firemark, parse_once
from tests.ingestion.support import USCC_A, USCC_B, Door, finding

pytestmark = pytest.mark.check  # a build of its own

FINDINGS = "credit_desk/findings"
DAY = "2024-06-21"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Door:
    """A home whose desk overwrote a file in the inbox after it had been taken in, and copied it under a new name."""
    bureau = Door(tmp_path_factory.mktemp("bureau"))
    bureau.put(FINDINGS, "2024-06-20", "b.xlsx", [finding("RD-1", 行为日期="2024-05-20", 认定日期="2024-06-12")])
    bureau.put(FINDINGS, DAY, "rd.xlsx", [finding("RD-2", 行为日期="2024-05-20", 状态="?")])
    bureau.ingest()
    bureau.put(
        FINDINGS,
        DAY,
        "rd.xlsx",
        [
            finding("RD-2", 统一社会信用代码=USCC_B, 行为日期="2024-05-20", 认定日期="2024-06-12"),
            finding("RD-3", 状态="?"),
        ],
    )
    shutil.copy(bureau.inbox / FINDINGS / "2024-06-20" / "b.xlsx", bureau.drop(FINDINGS, DAY, "a.xlsx"))
    for name in ("bad1.xlsx", "bad2.xlsx"):
        bureau.drop(FINDINGS, DAY, name).write_bytes(b"PK cut off")
    parse_once(bureau.settings.home)
    firemark(bureau.settings.home, "build", "--inbox", str(bureau.inbox), "--as-of", "2024-07-01")
    return bureau


def query(door: Door, sql: str) -> list[tuple[Any, ...]]:
    release = Path(door.settings.releases / "current").resolve()
    with duckdb.connect(str(release / "firemark.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_one_name_with_new_bytes_on_one_day_is_two_files(door: Door) -> None:
    loads = query(
        door,
        "select file_name, status, read_count, accepted_count, quarantined_count, duplicate_count, "
        "count(distinct file_hash) over (partition by received_on, file_name) from quality.fct_loads order by all",
    )
    assert loads == [
        ("a.xlsx", "duplicate", 1, 0, 0, 1, 1),
        ("b.xlsx", "loaded", 1, 1, 0, 0, 1),
        ("bad1.xlsx", "held", 0, 0, 0, 0, 1),
        ("bad2.xlsx", "held", 0, 0, 0, 0, 1),
        ("rd.xlsx", "loaded", 1, 0, 1, 0, 2),
        ("rd.xlsx", "loaded", 2, 1, 1, 0, 2),
    ]
    places = query(door, "select file_name, row_number, reason_code from quality.fct_quarantined_rows order by all")
    assert places == [("rd.xlsx", 2, "unknown_value"), ("rd.xlsx", 3, "unknown_value")]


def test_each_held_file_is_told_of_by_its_own_name(door: Door) -> None:
    held = query(door, "select file_name, message from quality.fct_loads where status = 'held'")
    assert all(str(message).startswith(f"{FINDINGS}/{DAY} {name}: ") for name, message in held)


def test_an_explanation_names_the_file_that_was_loaded_and_not_its_copy(door: Door) -> None:
    why = json.loads(firemark(door.settings.home, "explain", USCC_A, "--on", "2024-07-01", "--format", "json").stdout)
    assert [(line["source_key"], line["file_name"]) for line in why["lines"]] == [("RD-1", "b.xlsx")]
    assert why["adds_up"]
