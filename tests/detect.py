"""Precision and recall of every detector on the sample city, clean and with dirt; every miss is named.

`python -m tests.detect [DIR]` writes both cities under DIR (default: a temporary folder), takes them in through the
door and runs the project's own SQL. Exit 1 if the clean city is not found exactly.
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from ingestion import build_inputs, landing, warehouse_sources
from ingestion.build_inputs import INPUTS, LOADED_PARTS
from ingestion.build_tables import BUILD_TABLES
from ingestion.privacy import open_person_keys
from ingestion.settings import Settings
from rulebook.folder import build_tables, read_folder
from sample_city import write_city
from tests.warehouse.harness import DBT_PROJECT, Warehouse

AS_OF = dt.date(2026, 11, 1)  # the sample ends in October 2026

Row = Mapping[str, Any]
Key = tuple[str, ...]


class CityWarehouse(Warehouse):
    """The warehouse over what the door took in from one inbox; one of few rows may be `is_lent` on."""

    def __init__(self, home: Path, inbox: Path, as_of_on: dt.date, is_lent: bool = False) -> None:
        landing.ingest(home, inbox, None)
        build_inputs.prepare(home, as_of_on)
        rules = build_tables(read_folder(DBT_PROJECT / "seeds" / "rulebook"), "jiaozuo")
        super().__init__({f"rulebook.{name}": table for name, table in rules.items()}, is_lent=is_lent)
        build = Settings(home).build
        parts = pq.read_table(build / INPUTS / LOADED_PARTS, columns=["source", "dataset"]).to_pylist()
        filled = {f"lake.{name}" for name in BUILD_TABLES} | {f"{part['source']}.{part['dataset']}" for part in parts}
        with duckdb.connect(":memory:") as sources:
            warehouse_sources.register_sources(sources, build, filled)
            for schema, table in warehouse_sources.source_schemas():
                if f"{schema}.{table}" in filled:
                    self.insert(f"{schema}.{table}", sources.sql(f'from "{schema}"."{table}"').to_arrow_table())


@dataclass
class Score:
    """What one detector found of what was planted; `notes` name every miss and every false alarm."""

    planted: int = 0
    found: int = 0
    false_alarms: int = 0
    decoys: int = 0
    decoys_kept_quiet: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        shown = self.found + self.false_alarms
        return self.found / shown if shown else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.planted if self.planted else 1.0

    @property
    def is_perfect(self) -> bool:
        return self.found == self.planted and not self.false_alarms and self.decoys == self.decoys_kept_quiet


def _truth(directory: Path, name: str) -> list[dict[str, str]]:
    with (directory / "truth" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def score(
    truth: Iterable[tuple[str, Key, str, str, bool, str]], shown: Mapping[tuple[str, Key], Row]
) -> dict[str, Score]:
    """Compares planted (kind, key, status, explanation, is_decoy, note) with shown rows of a status each."""
    scores: dict[str, Score] = defaultdict(Score)
    expected: set[tuple[str, Key]] = set()
    for kind, key, status, explained_by, is_decoy, note in truth:
        row = shown.get((kind, key))
        one = scores[kind]
        if is_decoy:
            one.decoys += 1
            quiet = row is None or row["status"] == "explained"
            same = status != "explained" or (row is not None and row.get("explained_by") == explained_by)
            one.decoys_kept_quiet += quiet and same
            if not (quiet and same):
                one.notes.append(
                    f"decoy {key}: {row['status'] if row else 'no row'}, expected {status} {explained_by} ({note})"
                )
            if quiet:
                expected.add((kind, key))
            continue
        expected.add((kind, key))
        one.planted += 1
        if row is not None and row["status"] == status:
            one.found += 1
        else:
            one.notes.append(f"missed {key}: {row['status'] if row else 'no row'}, expected {status} ({note})")
    for (kind, key), row in sorted(shown.items()):
        if row["status"] != "explained" and (kind, key) not in expected:
            scores[kind].false_alarms += 1
            scores[kind].notes.append(f"false alarm {key}: {row['status']}")
    return dict(scores)


def _match(line: Mapping[str, str], people: set[str], rows: Iterable[Row]) -> Row | None:
    """The row that shows what a line of the truth planted: by the person (a masked one has no key: then by its
    registration number), or, of two agencies only, the row that names nobody."""
    employers = {line["employer_a_id"], line["employer_b_id"]} - {""}
    for row in rows:
        if row["conflict_kind"] == line["conflict_kind"] and employers == {
            row["employer_a_id"],
            row["employer_b_id"],
        } - {None}:
            shown = {row["person_key"], row["registration_no"]}
            if (
                people & shown
                or (not people and row["person_key"] is None)
                or (line["conflict_kind"] == "counted_twice" and not people)
            ):
                return row
    return None


def detect(directory: Path, as_of_on: dt.date = AS_OF) -> dict[str, Score]:
    """Scores of all detectors on the sample city that lies in `directory`."""
    with tempfile.TemporaryDirectory(prefix="firemark-detect-") as home:
        warehouse = CityWarehouse(Path(home), directory / "inbox", as_of_on)
        person_keys = open_person_keys(Settings(Path(home)), None)
        warehouse.run("fct_engineer_conflicts", "fct_leads")

        def person(number: str) -> str:
            return person_keys.person_key(number) if number else ""

        rows = warehouse.query("select * from conflicts.fct_engineer_conflicts order by conflict_id")
        unmatched = {row["conflict_id"]: row for row in rows}
        planted = []
        shown: dict[tuple[str, Key], Row] = {}
        for line in _truth(directory, "conflicts.csv"):
            people = {person(line["person_id"]), person(line["other_person_id"]), line["registration_no"]} - {""}
            match = _match(line, people, unmatched.values())
            label = (line["person_name"] or "-", line["employer_a_id"], line["employer_b_id"])
            if match is not None:
                shown[(line["conflict_kind"], label)] = unmatched.pop(match["conflict_id"])
            planted.append(
                (
                    line["conflict_kind"],
                    label,
                    line["expected_status"],
                    line["explained_by"],
                    line["is_decoy"] == "true",
                    line["note"],
                )
            )
        for row in unmatched.values():
            label = (row["engineer_name"] or "-", row["employer_a_id"], row["employer_b_id"] or "", row["conflict_id"])
            shown[(row["conflict_kind"], label)] = row
        scores = score(planted, shown)

        leads = {
            (row["lead_kind"], (row["agency_id"], row["subject"], row["item_code"] or "")): row
            for row in warehouse.query("select * from supervision.fct_leads")
        }
        planted = []
        for line in _truth(directory, "leads.csv"):
            number, _, on = line["subject"].partition(" ")
            subject = f"{person(number)} {on}" if on else line["subject"]
            planted.append(
                (
                    line["lead_code"],
                    (line["agency_id"], subject, line["item_code"]),
                    line["expected_status"],
                    "",
                    line["is_decoy"] == "true",
                    line["note"],
                )
            )
        return scores | score(planted, leads)


def table(title: str, scores: Mapping[str, Score]) -> str:
    """The scores as a table, then what was missed."""
    lines = [title, f"{'detector':26}{'planted':>9}{'found':>7}{'false':>7}{'decoys':>9}{'precision':>11}{'recall':>8}"]
    for kind, one in scores.items():
        decoys = f"{one.decoys_kept_quiet}/{one.decoys}"
        lines.append(
            f"{kind:26}{one.planted:>9}{one.found:>7}{one.false_alarms:>7}{decoys:>9}"
            f"{one.precision:>11.2f}{one.recall:>8.2f}"
        )
    lines += [f"  {kind}: {note}" for kind, one in scores.items() for note in one.notes]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Prints both tables; 1 unless the clean city is found exactly."""
    with tempfile.TemporaryDirectory(prefix="firemark-city-") as temporary:
        root = Path(arguments[0]) if arguments else Path(temporary)
        is_exact = True
        for name, is_clean in (("clean", True), ("dirty", False)):
            directory = root / name
            if not (directory / "truth" / "city.json").exists():
                write_city(directory, clean=is_clean)
            scores = detect(directory)
            print(table(f"\nsample city, {name}", scores))
            is_exact = is_exact and (not is_clean or all(one.is_perfect for one in scores.values()))
        return 0 if is_exact else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
