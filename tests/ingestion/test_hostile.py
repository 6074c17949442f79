"""Hostile content does no harm: payloads are inert, random bytes are held, a long file is streamed."""

from __future__ import annotations

import resource
import zlib
from pathlib import Path

import pytest

from ingestion.sources import DATASETS
from tests.ingestion.support import (
    DAY,
    FINDINGS,
    INSURANCE,
    Door,
    csv_bytes,
    dataset,
    finding,
    insured,
    make_id,
)


@pytest.mark.parametrize(
    "payload", ["'; drop schema registry; --", '" union select 1', "$$; copy", "{{ env_var('X') }}", "%s", "\\'; --"]
)
def test_sql_in_headers_sheets_and_values_is_inert(door: Door, payload: str) -> None:
    from tests.ingestion.support import write_xlsx

    write_xlsx(door.drop(FINDINGS, DAY, "header.xlsx"), dataset(FINDINGS), [], extra_headers=(payload,))
    sheet = payload.translate(str.maketrans("", "", "[]:*?/\\'"))
    write_xlsx(
        door.drop(FINDINGS, DAY, f"{sheet}.xlsx"),
        dataset(FINDINGS),
        [finding(payload.replace(";", ""), 认定单位=payload)],
        sheet=sheet,
    )
    statuses = {o.receipt.file_name: o.status for o in door.outcomes().values()}
    assert statuses == {"header.xlsx": "held", f"{sheet}.xlsx": "loaded"}
    (row,) = door.relation("credit_desk.findings")
    assert row["determined_by"] == payload
    assert row["sheet"] == sheet


def test_every_dataset_survives_random_bytes(door: Door) -> None:
    noise = zlib.compress(bytes(range(256)) * 50)
    for of in DATASETS.values():
        door.drop(of.id, DAY, "noise").write_bytes(noise)
        door.drop(of.id, DAY, "zip").write_bytes(b"PK\x03\x04" + noise)
        door.drop(of.id, DAY, "gz").write_bytes(b"\x1f\x8b" + noise)
    summary = door.ingest()
    assert len(summary.held) == 3 * len(DATASETS)
    assert all(message for _, _, message in summary.held)


def test_memory_stays_flat_over_a_long_csv(tmp_path: Path) -> None:
    """Rows are streamed: memory does not grow with the file."""
    door = Door(tmp_path)
    line = csv_bytes(dataset(INSURANCE), [insured("NUMBER", "MONTH")]).split(b"\r\n")
    path = door.drop(INSURANCE, DAY, "long.csv")
    with path.open("wb") as file:
        file.write(line[0] + b"\r\n")
        for number in range(40_000):
            month = f"{2000 + number // 12000}{number % 12 + 1:02d}".encode()
            file.write(
                line[1].replace(b"NUMBER", make_id(number % 999, "19800101").encode()).replace(b"MONTH", month)
                + b"\r\n"
            )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = door.only_outcome()
    assert outcome.read_count == 40_000
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 120
