"""The sample city against its truth: every file, every dirty row, every agency on every day.

Scores are compared with the naive scorer, which reads the truth's events and never the warehouse.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.sources import DATASETS
from rulebook.folder import build_tables, read_folder
from tests.conftest import ROOT, BuiltCity
from tests.detect import detect
from tests.oracle.naive import Outcome, score
from tests.oracle.naive_public import compared

LAST_DAY = dt.date(2028, 6, 30)  # beyond the last known expiry


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _typed(schema: pa.Schema, name: str, value: Any) -> Any:
    if value is None or name not in schema.names:
        return value
    kind = schema.field(name).type
    if pa.types.is_date(kind):
        return dt.date.fromisoformat(value)
    if pa.types.is_decimal(kind):
        return Decimal(str(value))
    return value


def _truth_rows(truth: Path) -> dict[str, list[dict[str, Any]]]:
    """The truth's current rows under the lake's names, as the naive scorer takes them."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for source, name in DATASETS:
        schema = DATASETS[(source, name)].lake_schema()
        rows = []
        for line in (truth / "rows" / f"{source}.{name}.jsonl").read_text("utf-8").splitlines():
            row = {column: _typed(schema, column, value) for column, value in json.loads(line).items()}
            keys = {
                f"{column[:-3]}_key": value for column, value in row.items() if f"{column[:-3]}_key" in schema.names
            }
            rows.append(row | keys | {"row_key": row["source_key"], "file_position": row["row_number"] or 0})
        tables[f"{source}.{name}"] = rows
    return tables


@pytest.fixture(scope="module")
def outcome(built_city: BuiltCity) -> Outcome:
    rulebook = build_tables(read_folder(ROOT / "dbt_project" / "seeds" / "rulebook"), "jiaozuo")
    return score(_truth_rows(built_city.truth), {name: table.to_pylist() for name, table in rulebook.items()}, LAST_DAY)


def test_every_file_has_its_outcome(built_city: BuiltCity) -> None:
    expected = {
        (row["source"], row["dataset"], row["received_on"], row["file_name"]): (
            row["expected_status"],
            row["reason_code"],
        )
        for row in _csv(built_city.truth / "files.csv")
    }
    loads = {
        (row["source"], row["dataset"], str(row["received_on"]), row["file_name"]): row
        for row in built_city.query("select * from quality.fct_loads")
    }
    assert loads.keys() == expected.keys()
    wrong = {
        key: (load["status"], load["reason_code"], expected[key])
        for key, load in loads.items()
        if load["status"] != expected[key][0] or (expected[key][1] and load["reason_code"] != expected[key][1])
    }
    assert not wrong


def test_every_row_read_is_accounted_for(built_city: BuiltCity) -> None:
    loads = built_city.query("select * from quality.fct_loads")
    assert len(loads) > 300
    for load in loads:
        assert load["read_count"] == load["accepted_count"] + load["quarantined_count"] + load["duplicate_count"]
    counted = Counter(
        (row["file_hash"], row["received_on"]) for row in built_city.query("select * from quality.fct_quarantined_rows")
    )
    stated = {
        (row["file_hash"], row["received_on"]): row["quarantined_count"]
        for row in loads
        if row["status"] == "loaded" and row["quarantined_count"]
    }
    assert counted == stated


def test_every_dirty_row_and_no_other_is_listed_as_quarantined(built_city: BuiltCity) -> None:
    expected = {
        (row["received_on"], row["file_name"], row["sheet"], int(row["row_number"])): row["reason_code"]
        for row in _csv(built_city.truth / "dirt.csv")
        if row["expected_outcome"] == "quarantined"
    }
    told = {
        (str(row["received_on"]), row["file_name"], row["sheet"] or "", row["row_number"]): row["reason_code"]
        for row in built_city.query("select * from quality.fct_quarantined_rows")
    }
    assert len(expected) > 100
    assert told == expected


def _lake_tables(home: Path) -> Iterator[pa.Table]:
    for path in sorted((home / "lake").rglob("*.parquet")):
        yield pq.read_table(path)


def test_no_whole_id_number_is_in_the_lake_and_every_key_is_of_a_true_number(built_city: BuiltCity) -> None:
    """An altered number would give a key that no true number has."""
    from ingestion.privacy import PersonKeys

    true_numbers = {
        value
        for path in (built_city.truth / "rows").glob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
        for name, value in json.loads(line).items()
        if name.endswith("_id") and isinstance(value, str) and re.fullmatch(r"\d{17}[\dX]", value)
    }
    keys = PersonKeys((built_city.home / "secrets" / "person.key").read_bytes().rstrip())
    true_keys = {keys.person_key(number) for number in true_numbers}
    seen = 0
    for table in _lake_tables(built_city.home):
        for name in table.schema.names:
            if name.endswith("_key") and name.removesuffix("_key") + "_mask" in table.schema.names:
                column = {value for value in table.column(name).to_pylist() if value}
                seen += len(column)
                assert column <= true_keys
            elif pa.types.is_string(table.schema.field(name).type):
                assert not any(value in true_numbers for value in table.column(name).to_pylist() if value)
    assert seen > 1000


def test_every_agency_is_scored_alike_on_every_day(built_city: BuiltCity, outcome: Outcome) -> None:
    spans: dict[str, list[dict[str, Any]]] = {}
    for row in built_city.query("select * from credit.fct_score_history order by agency_id, valid_from_on"):
        spans.setdefault(row["agency_id"], []).append(row)
    assert spans.keys() == outcome.days.keys()
    days = 0
    for agency_id, of_days in outcome.days.items():
        assert spans[agency_id][0]["valid_from_on"] == min(of_days), agency_id
        for span in spans[agency_id]:
            day = span["valid_from_on"]
            while day < (span["valid_until_on"] or LAST_DAY):
                naive = of_days[day]
                assert (span["score"], span["grade"]) == (naive.score, naive.grade), (agency_id, day)
                assert span["has_active_misconduct"] == naive.has_active_misconduct, (agency_id, day)
                day += dt.timedelta(days=1)
                days += 1
    assert days > 28 * 1000


def test_every_day_knows_the_last_change_before_it(built_city: BuiltCity, outcome: Outcome) -> None:
    changed = {}
    for agency_id, of_days in outcome.days.items():
        days, last = sorted(of_days), None
        for before, day in itertools.pairwise(days):
            if (of_days[before].score, of_days[before].grade) != (of_days[day].score, of_days[day].grade):
                last = day
            changed[(agency_id, day)] = last
    asked = sorted({day for _, day in changed})[::97]
    for on in asked:
        rows = built_city.query(f"select agency_id, last_changed_on from credit.agency_grades_as_of(date '{on}')")
        assert len(rows) > 1
        for row in rows:
            assert row["last_changed_on"] == changed.get((row["agency_id"], on)), (row["agency_id"], on)


def test_every_agency_was_first_seen_in_its_first_row(built_city: BuiltCity) -> None:
    """Read from the lake's files, cell by cell: whatever column holds its code, and its name in complaints aside."""
    as_of_on = dt.date.fromisoformat(json.loads((built_city.release / "release.json").read_text("utf-8"))["as_of_on"])
    first: dict[str, dt.date] = {}
    for table in _lake_tables(built_city.home):
        codes = [
            name
            for name in table.schema.names
            if name in ("agency_id", "performed_by_id", "seal_agency_id", "payer_id")
        ]
        for row in table.select([*codes, "received_on"]).to_pylist() if codes else ():
            for code in (row[name] for name in codes):
                if code and row["received_on"] <= as_of_on:
                    first[code] = min(first.get(code, row["received_on"]), row["received_on"])
    shown = {row["agency_id"]: row["first_seen_on"] for row in built_city.query("from credit.dim_agencies")}
    assert len(shown) >= 28
    late = {agency_id for agency_id, on in shown.items() if on is None or on > first.get(agency_id, as_of_on)}
    assert not late
    assert sum(on == first.get(agency_id) for agency_id, on in shown.items()) > len(shown) / 2


def test_base_and_lines_in_force_add_up_on_every_day(built_city: BuiltCity, outcome: Outcome) -> None:
    """Summed line by line for each day, not by the warehouse's own test."""
    lines: dict[str, list[dict[str, Any]]] = {}
    for row in built_city.query("select * from credit.fct_point_ledger where points <> 0"):
        lines.setdefault(row["agency_id"], []).append(row)
    for agency_id, of_days in outcome.days.items():
        for day, naive in of_days.items():
            total = sum(
                line["points"]
                for line in lines.get(agency_id, [])
                if line["valid_from_on"] <= day and (line["valid_until_on"] is None or day < line["valid_until_on"])
            )
            assert 100 + total == naive.score, (agency_id, day)


def test_the_public_reads_what_it_may_and_adds_it_up_to_every_score(built_city: BuiltCity) -> None:
    """On as_of_on and on each later day on which something moves; nothing that is repaired, expired or past its term."""
    as_of_on = dt.date.fromisoformat(built_city.summary["as_of_on"])
    statuses = built_city.query("select agency_id, directory_status from credit.dim_agencies")
    known = {row["agency_id"] for row in statuses if row["directory_status"] in ("published", "suspended", "exited")}
    versions = {row["rulebook_id"] for row in built_city.query("select rulebook_id from credit.dim_rules")}
    seen = compared(built_city.query, dict.fromkeys(versions, Decimal(100)), as_of_on, known)
    assert {"base", "merit", "misconduct", "superseded", "publicity_ended"} <= seen.keys()
    keys = {row["source_key"] for row in built_city.query("select source_key from publication.rpt_public_ledger")}
    assert any(keys)
    assert not any("#" in key for key in keys if key)


def test_every_repair_is_decided_alike(built_city: BuiltCity, outcome: Outcome) -> None:
    decided = {
        row["application_id"]: (row["is_applied"], row["refusal_reason"])
        for row in built_city.query("select * from supervision.rpt_repairs")
    }
    assert decided == {key: (repair.is_applied, repair.refusal_reason) for key, repair in outcome.repairs.items()}
    reasons = {reason for _, reason in decided.values()}
    assert {None, "not_approved", "documents", "maker_is_checker", "gate"} <= reasons


def test_every_line_leads_to_a_file_and_a_row(built_city: BuiltCity) -> None:
    known = {row["file_hash"] for row in built_city.query("select file_hash from quality.fct_loads")}
    for line in built_city.query("select * from credit.fct_point_ledger"):
        if line["line_kind"] == "cap_adjustment":
            continue
        assert line["file_hash"] in known
        assert line["row_number"] is not None or line["line_kind"] == "fact"


def test_every_detector_finds_what_was_planted_and_is_misled_by_no_decoy(built_city: BuiltCity) -> None:
    scores = detect(built_city.sample)
    assert len(scores) > 20
    assert {name: score.notes for name, score in scores.items() if not score.is_perfect} == {}
