"""The truth of a sample city, and its result at the door.

Does not belong here: assertions about the two.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from ingestion import build_inputs, landing, warehouse_sources
from ingestion.privacy import PersonKeys
from ingestion.settings import Settings
from ingestion.sources import DATASETS

Place = tuple[str, str, str, str, int]  # source, dataset, received_on, file, row


def truth(city: Path, name: str) -> list[dict[str, str]]:
    with (city / "truth" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def truth_rows(city: Path, dataset: str, kind: str = "rows") -> list[dict[str, Any]]:
    path = city / "truth" / kind / f"{dataset}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def place_of(row: dict[str, Any], of: Any = None) -> Place:
    source, name = (of.source, of.name) if of else (row["source"], row["dataset"])
    return source, name, row["received_on"], row["file_name"], int(row["row_number"])


class Read:
    """A city after the door: outcomes, quarantined rows, and lake rows by position."""

    def __init__(self, city: Path, home: Path) -> None:
        landing.ingest(home, city / "inbox")
        inputs = build_inputs.prepare(home, dt.date(2026, 11, 30))
        self.home = home
        self.keys = PersonKeys(Settings(home).person_key.read_bytes().strip())
        self.outcomes = {
            (o.receipt.source, o.receipt.dataset, str(o.receipt.received_on), o.receipt.file_name): o
            for o in inputs.outcomes
        }
        refused = pq.read_table(inputs.folder / "quarantined_rows.parquet").to_pylist()
        self.refused = {place_of(row | {"received_on": str(row["received_on"])}): row["reason_code"] for row in refused}
        self.rows: dict[Place, dict[str, Any]] = {}
        with duckdb.connect() as connection:
            warehouse_sources.register_sources(connection, inputs.folder.parent)
            for source, name in DATASETS:
                for row in connection.sql(f'select * from "{source}"."{name}"').to_arrow_table().to_pylist():
                    self.rows[source, name, str(row["received_on"]), row["file_name"], row["row_number"]] = row
