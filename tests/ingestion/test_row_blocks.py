"""Rows parsed by different cells of a block are those of the plain way, one row after the other."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import part_rows
from ingestion.contract import Dataset, Parse
from ingestion.manifest import Receipt
from ingestion.parsing import ENCODING, FIELD_COUNT, ExactInteger, Fault
from ingestion.part_rows import PartRows
from ingestion.readers import Notes, Row
from ingestion.sources import DATASETS
from tests.ingestion.plain_reading import PlainRows, differences, parser, read, read_plainly
from tests.ingestion.real_exports import disturbances
from tests.ingestion.real_exports.disturbances import Draw
from tests.ingestion.real_exports.disturbed_files import write_disturbed, write_plain
from tests.ingestion.support import USCC_A, USCC_B, dataset, make_id

RECEIVED_ON = dt.date(2024, 6, 1)
ODD = st.sampled_from(
    [
        *(
            None,
            "",
            " ",
            "/",
            "无",
            "长期",
            "是",
            "否",
            "1",
            1,
            1.0,
            True,
            "1.0",
            -0.0,
            0,
            ExactInteger(7),
            float("nan"),
        ),
        *(USCC_A, f"'{USCC_A}", USCC_B.lower(), USCC_A[:-1] + "0", f"{USCC_A}={USCC_B}", 9.14108e17),
        *(make_id(1), f" {make_id(2)}", make_id(1)[:-1] + "x", "4108**********0011", f"{make_id(1)}、{make_id(2)}"),
        *("2024-03-21", "2024/3/21 10:22:05", "2024-06-02", "2999-01-01", 45372, 45372.5, "202403", 1717171717000),
        *(dt.date(2024, 3, 1), dt.datetime(2024, 3, 1, 8), dt.time(8), dt.timedelta(days=1)),
        *(
            "RW-1",
            "rw-1",
            "ＲＷ-1",
            "RW-1、RW-2",
            "豫建〔2024〕5号",
            "豫建[2024]5号",
            "13800001234",
            f"证{make_id(1)}号",
        ),
        *(
            "113.2385",
            113.2385,
            "35.2159",
            "95",
            "WGS84",
            "GCJ02",
            "BD09",
            "5",
            "2a",
            "10万元",
            "约 260.5 平方米",
            "-3",
        ),
        *(Fault.ERROR_VALUE, Fault.FORMULA_WITHOUT_CACHE, "#N/A", "王强", "同上", "锟斤拷", "\ufffd", "甲\ud800"),
    ]
)


def cells_of(of: Dataset) -> st.SearchStrategy[tuple[Any, ...]]:
    """Rows of any cells, and of cells that their column accepts."""
    usual = {
        Parse.USCC: st.sampled_from([USCC_A, USCC_B]),
        Parse.PERSON_ID: st.sampled_from([make_id(1), make_id(2), "4108**********0011"]),
        Parse.DATE: st.sampled_from(["2024-03-21", "2024-04-01", 45372]),
        Parse.DATETIME: st.sampled_from(["2024-03-21 10:22:05", "2024-04-01"]),
        Parse.MONTH: st.just("202403"),
        Parse.CODE: st.sampled_from(["RW-1", "RW-2", "豫建〔2024〕5号", "豫建[2024]5号"]),
        Parse.EPOCH_MS: st.just(ExactInteger(1717000000000)),
        Parse.COORDINATE: st.sampled_from(["113.2385", 35.2159]),
        Parse.INTEGER: st.sampled_from(["3", 3, "三"]),
        Parse.DECIMAL: st.sampled_from(["2.5", 2.5, "约2.5"]),
    }
    columns = []
    for column in of.columns:
        accepted = (
            st.sampled_from(sorted(column.choices)) if column.choices else usual.get(column.parse, st.just("甲乙"))
        )
        columns.append(st.one_of(accepted, accepted, accepted, ODD))
    return st.tuples(*columns)


def taken(of: Dataset, rows: list[Row], way: type[PartRows]) -> dict[str, Any]:
    receipt = Receipt(of.source, of.name, RECEIVED_ON, "a", "0" * 64)
    found = way(of, receipt, Notes(), lambda is_1904: parser(of.source, of.name, is_1904))
    lake = pa.Table.from_batches(found.batches(rows), of.lake_schema()).to_pylist()
    counts = (found.read_count, found.accepted_count, found.duplicate_count, found.record_count())
    return {
        "counts": counts,
        "lake": lake,
        "quarantined": found.quarantined,
        "names": found.names,
        "former": found.former_codes,
    }


@pytest.mark.parametrize("name", [of.id for of in DATASETS.values()])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_block_of_any_cells_is_read_as_its_rows_are(
    name: str, data: st.DataObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = dataset(name)
    row = st.builds(
        Row,
        st.none() | st.just("名单"),
        st.integers(2, 9),
        cells_of(of),
        st.sampled_from([None, None, None, None, ENCODING, FIELD_COUNT]),
    )
    rows = data.draw(st.lists(row, min_size=1, max_size=14))
    rows += data.draw(st.lists(st.sampled_from(rows), max_size=3))
    monkeypatch.setattr(part_rows, "BLOCK_ROWS", data.draw(st.sampled_from([1, 5, 64])))
    assert taken(of, rows, PartRows) == taken(of, rows, PlainRows)


def compare(seed: int, folder: Path) -> list[str]:
    """What differs between the two ways of reading a drop in its canonical form, in another one, and damaged."""
    draw = Draw(seed)
    of = list(DATASETS.values())[seed % len(DATASETS)]
    plain = disturbances.drawn(of, draw)
    other = disturbances.disturbed(plain, draw)
    files = [
        write_plain(plain, folder / f"{seed}-plain.{of.format}"),
        write_disturbed(other, folder / f"{seed}-other.{of.format}", draw),
        write_disturbed(disturbances.damaged(plain, other, draw), folder / f"{seed}-lost.{of.format}", draw),
    ]
    found = []
    for file in files:
        receipt = Receipt(of.source, of.name, disturbances.RECEIVED_ON, file.name, "0" * 64)
        found += differences(read(of, file, receipt), read_plainly(of, file, receipt))
    return found


@pytest.mark.parametrize("start", range(0, 96, 16))
def test_files_are_read_as_their_rows_are(start: int, tmp_path: Path) -> None:
    for seed in range(start, start + len(DATASETS)):
        assert compare(seed, tmp_path) == [], seed


@pytest.mark.soak
def test_many_files_are_read_as_their_rows_are(tmp_path: Path) -> None:
    for seed in range(1_000, 2_600):
        assert compare(seed, tmp_path) == [], seed
