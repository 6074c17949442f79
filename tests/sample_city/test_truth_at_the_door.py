"""The door confirms the sample's truth: every file, every dirty row, every lake row."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

from ingestion.contract import Dataset, Parse
from ingestion.privacy import PersonKeys
from ingestion.sources import DATASETS
from sample_city.render import id_status
from tests.sample_city.reading import Read, place_of, truth, truth_rows


def test_every_file_has_the_expected_outcome(dirty: Path, read: Read) -> None:
    expected = {
        (row["source"], row["dataset"], row["received_on"], row["file_name"]): (
            row["expected_status"],
            row["reason_code"],
        )
        for row in truth(dirty, "files.csv")
    }
    found = {place: (str(outcome.status), outcome.reason_code or "") for place, outcome in read.outcomes.items()}
    assert found == expected
    for outcome in read.outcomes.values():
        assert outcome.read_count == outcome.accepted_count + outcome.quarantined_count + outcome.duplicate_count


def same(value: Any, expected: Any) -> bool:
    if isinstance(value, Decimal):
        try:
            return value == Decimal(str(expected))
        except InvalidOperation:
            return False
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "") == str(expected).lower().replace("none", "")
    return str(value) == str(expected)


def test_every_dirty_row_has_the_expected_outcome(dirty: Path, read: Read) -> None:
    wrong = []
    dirt = truth(dirty, "dirt.csv")
    for row in dirt:
        reason, lake = read.refused.get(place_of(row)), read.rows.get(place_of(row))
        outcome = "quarantined" if reason else "accepted" if lake else "duplicate"
        if (outcome, reason or "") != (row["expected_outcome"], row["reason_code"]):
            wrong.append((row, outcome, reason))
            continue
        column = row["column"]
        if lake is None or not column:
            continue
        if f"{column}_id_status" in lake and column not in lake:
            is_right = lake[f"{column}_id_status"] == id_status(row["expected_value"])
        else:
            is_right = same(lake[column], row["expected_value"])
        if not is_right or row["expected_flag"] not in lake["flags"]:
            wrong.append((row, lake.get(column), lake["flags"]))
    assert not wrong
    assert set(read.refused) == {place_of(row) for row in dirt if row["expected_outcome"] == "quarantined"}


UNTOLD = {"file_hash", "file_position", "row_key", "row_hash", "flags"}  # not in the truth


def as_in_the_lake(of: Dataset, expected: dict[str, Any], keys: PersonKeys) -> dict[str, Any]:
    """A line of the truth with people's numbers replaced by their keys."""
    lake = dict(expected)
    del lake["file_name"]
    for column in of.columns:
        if column.parse is Parse.PERSON_ID:
            number = lake.pop(f"{column.name}_id")
            is_full = lake[f"{column.name}_id_status"] == "full"
            lake[f"{column.name}_key"] = keys.person_key(number) if is_full else None
            if is_full and column.name in of.key:
                lake["source_key"] = lake["source_key"].replace(number, lake[f"{column.name}_key"])
    return lake


@pytest.mark.parametrize("kind", ["rows", "evidence"])
@pytest.mark.parametrize("of", DATASETS.values(), ids=lambda dataset: dataset.id)
def test_every_true_row_is_in_the_lake_unchanged(of: Dataset, kind: str, dirty: Path, read: Read) -> None:
    wrong: list[tuple[Any, ...]] = []
    for line in truth_rows(dirty, f"{of.source}.{of.name}", kind):
        place = place_of(line, of)
        lake = read.rows.get(place)
        if lake is None:
            wrong.append((place, "missing"))
            continue
        line.pop("is_current", None)
        expected = as_in_the_lake(of, line, read.keys)
        assert expected.keys() == set(of.lake_schema().names) - UNTOLD
        wrong += [
            (place, column, lake[column], value) for column, value in expected.items() if not same(lake[column], value)
        ]
    assert not wrong[:5]


def test_the_lake_has_no_row_beyond_the_truth_except_deleted_ones(dirty: Path, read: Read) -> None:
    told = {
        place_of(row, of)
        for of in DATASETS.values()
        for kind in ("rows", "evidence")
        for row in truth_rows(dirty, f"{of.source}.{of.name}", kind)
    }
    told |= {place_of(row) for row in truth(dirty, "dirt.csv") if row["kind"] == "same_key_other_cells"}
    rest = read.rows.keys() - told
    assert not [place for place in rest if not read.rows[place].get("is_deleted")]


def test_no_18_digit_id_is_altered(dirty: Path, read: Read) -> None:
    """One person, one key: as many keys as numbers, in whatever form the numbers were written."""
    keys: dict[str, set[str]] = defaultdict(set)
    for expected in truth_rows(dirty, "registry.personnel"):
        if expected["person_id_status"] == "full":
            place = place_of(expected, DATASETS["registry", "personnel"])
            keys[expected["person_id"]].add(read.rows[place]["person_key"])
    assert {len(found) for found in keys.values()} == {1}
    assert len({next(iter(found)) for found in keys.values()}) == len(keys)


def test_numbers_in_texts_are_masked_and_nowhere_in_the_lake(dirty: Path, read: Read) -> None:
    """sources.md, K5; the archive keeps the originals."""
    numbers = {row["value"] for row in truth(dirty, "canaries.csv") if row["kind"] in {"id_in_text", "mobile_in_text"}}
    assert len(numbers) >= 20
    dirt = [row for row in truth(dirty, "dirt.csv") if row["kind"] in {"id_in_text", "mobile_in_text"}]
    assert {row["dataset"] for row in dirt} >= {"agencies", "checks", "penalties", "media", "decisions"}
    masked = {place for place, lake in read.rows.items() if "personal_number_masked" in lake["flags"]}
    assert masked == {place_of(row) for row in dirt}
    text = "\n".join(str(cell) for lake in read.rows.values() for cell in lake.values() if isinstance(cell, str))
    assert not [number for number in numbers if number in text]


def test_the_lake_has_one_form_of_each_number(dirty: Path, read: Read) -> None:
    """Links find their rows: every part of every repair's list that the truth knows is a source key of the lake."""
    keys = {lake["source_key"] for lake in read.rows.values()}
    targets = {
        part for place, lake in read.rows.items() if place[1] == "repairs" for part in lake["target_ids"].split("、")
    }
    assert {part for part in targets if "不存在" not in part} <= keys
    assert len(targets) > 8
