"""The sources of many past days, from one reading of the manifest and one copy of the lake, are those of each day alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from ingestion import build_inputs, warehouse_sources
from ingestion.build_inputs import INPUTS, Received
from ingestion.manifest import open_manifest
from ingestion.warehouse_sources import LAKE_COPY, copy_lake, register_sources, source_schemas
from tests.ingestion.support import CHECKINS, FINDINGS, Door, checkin, dataset, finding, headers, page_bytes

NAMES = [f'"{schema}"."{table}"' for schema, table in source_schemas()]
BEFORE, BETWEEN, AFTER = (dt.date(2024, month, day) for month, day in ((6, 30), (7, 31), (9, 30)))
Sources = dict[str, list[str]]


def page(door: Door, day: str, number: int, *serials: int) -> None:
    """One of the pages of three records."""
    of = dataset(CHECKINS)
    records = [dict.fromkeys(headers(of)) | checkin(f"N-{serial}") for serial in serials]
    data = {"total": 3, "page": number, "records": records}
    door.drop(CHECKINS, day, f"p{number}.json").write_bytes(page_bytes(of, [], data=data))


def send(door: Door) -> None:
    """A page that repeats a row; a drop that lacks pages until somebody accepts it in August, when a later page turns out to
    be its copy; two versions of a file; rows that could not be read."""
    page(door, "2024-05-10", 1, 1, 2)
    page(door, "2024-05-10", 2, 2, 3)
    page(door, "2024-06-08", 1, 4, 5)
    page(door, "2024-07-08", 1, 4, 5)
    page(door, "2024-07-08", 2, 5, 6)
    door.put(FINDINGS, "2024-06-10", "认定.xlsx", [finding("RD-1"), finding("RD-2", 状态="别的")])
    door.ingest()
    door.put(FINDINGS, "2024-06-10", "认定.xlsx", [finding("RD-1"), finding("RD-2")])
    door.put(FINDINGS, "2024-08-10", "认定.xlsx", [finding("RD-1", 状态="撤销"), finding("RD-3", 状态="别的")])
    door.outcomes(accept_drops=[f"{CHECKINS}/2024-06-08"], as_of_on=dt.date(2024, 8, 15))


def sources(build_dir: Path, copied: Path | None) -> Sources:
    with duckdb.connect() as connection:
        if copied is not None:
            connection.execute(f"attach '{copied}' as {LAKE_COPY} (read_only)")
        register_sources(connection, build_dir, is_copied=copied is not None)
        return {name: sorted(map(str, connection.execute(f"select * from {name}").fetchall())) for name in NAMES}


def of_each_day_alone(door: Door, folder: Path, *days: dt.date) -> dict[dt.date, Sources]:
    found = {}
    for day in days:
        build_inputs.prepare(door.settings, day, day, build_dir=folder / str(day))
        found[day] = sources(folder / str(day), None)
    return found


def of_all_at_once(door: Door, folder: Path, *days: dt.date) -> dict[dt.date, Sources]:
    with open_manifest(door.settings.manifest) as manifest:
        received = Received.of(manifest, door.settings.lake)
    for day in days:
        received.write(folder / str(day) / INPUTS, day, day, "jiaozuo")
    copied = folder / "lake.duckdb"
    with duckdb.connect(str(copied)) as connection:
        copy_lake(connection, [folder / str(day) for day in days], [name.replace('"', "") for name in NAMES])
    return {day: sources(folder / str(day), copied) for day in days}


def numbers(found: Sources) -> list[str]:
    return sorted(
        f"N-{serial}" for serial in range(1, 7) for row in found['"platform"."checkins"'] if f"'N-{serial}'" in row
    )


@pytest.mark.parametrize("days", [(BEFORE, BETWEEN, AFTER), (AFTER, BEFORE, BETWEEN)])
def test_the_sources_of_a_past_day_do_not_depend_on_the_days_beside_it(
    door: Door, tmp_path: Path, days: tuple[dt.date, ...]
) -> None:
    send(door)
    alone = of_each_day_alone(door, tmp_path / "alone", *days)
    assert of_all_at_once(door, tmp_path / "all", *days) == alone
    assert [numbers(alone[day]) for day in (BEFORE, BETWEEN, AFTER)] == [
        ["N-1", "N-2", "N-3"],
        ["N-1", "N-2", "N-3", "N-4", "N-5", "N-6"],
        ["N-1", "N-2", "N-3", "N-4", "N-5", "N-5", "N-6"],  # the page that was copied takes nothing away any more
    ]
    assert [len(alone[day]['"credit_desk"."findings"']) for day in (BEFORE, AFTER)] == [
        2,
        3,
    ]  # RD-1 once of its two versions
    assert len(alone[BEFORE]['"lake"."quarantined_rows"']) == 1


def test_a_large_dataset_is_read_where_it_lies(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    send(door)
    monkeypatch.setattr(warehouse_sources, "_MATERIALIZED_ROWS", 5)
    assert of_all_at_once(door, tmp_path / "all", BEFORE, AFTER) == of_each_day_alone(
        door, tmp_path / "alone", BEFORE, AFTER
    )
    with duckdb.connect(str(tmp_path / "all" / "lake.duckdb")) as connection:
        copied = {name for name, *_ in connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert "findings" in copied and "checkins" not in copied
