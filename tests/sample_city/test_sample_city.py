"""The sample city: the same bytes every time, valid numbers, all kinds of dirt, and a truth that the door confirms."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import tracemalloc
from collections import Counter, defaultdict
from contextlib import closing
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from stdnum.cn import uscc as gb32100

from ingestion import build_inputs, landing, warehouse_sources
from ingestion.parsing import passes_gb11714, person_number
from ingestion.sources import DATASETS
from sample_city import city, identifiers, write_city
from sample_city.dirt.extras import EXTRAS
from sample_city.dirt.styles import STYLES
from sample_city.districts import build_district
from sample_city.model import District, Record
from sample_city.render import id_status
from sample_city.shelf import Shelf
from sample_city.timeline import Timeline

CONFLICT_KINDS = {
    *("double_registration", "counted_twice", "paid_by_other_firm", "employed_by_public_body", "double_insurance"),
    *("signed_for_other_agency", "certificate_shared", "impossible_presence", "absent_holder", "expired_registration"),
    *("merit_claimed_twice", "shell_successor", "identity_unresolved"),
}
LEAD_ITEMS = {"F01", "F02B", "F03", "F04B", "F05", "F07", "F08", "F09", "F10", "F11", ""}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("clean")
    write_city(directory, years=1, clean=True)
    return directory


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("dirty")
    write_city(directory)
    return directory


def truth(city: Path, name: str) -> list[dict[str, str]]:
    with (city / "truth" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def truth_rows(city: Path, dataset: str) -> list[dict[str, Any]]:
    path = city / "truth" / "rows" / f"{dataset}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def contents(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second, other = tmp_path / "first", tmp_path / "second", tmp_path / "other"
    write_city(first, agencies=4, years=1, seed=7)
    write_city(second, agencies=4, years=1, seed=7)
    write_city(other, agencies=4, years=1, seed=8)
    assert contents(first) == contents(second)
    assert contents(first) != contents(other)


def test_an_earlier_sample_is_replaced_and_anything_else_is_left_alone(tmp_path: Path) -> None:
    write_city(tmp_path / "city", agencies=2, years=1)
    write_city(tmp_path / "city", agencies=1, years=1)
    assert json.loads((tmp_path / "city" / "truth" / "city.json").read_text())["agencies"] == 1

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_city(tmp_path / "city", agencies=1, years=1, progress=stop)
    write_city(tmp_path / "city", agencies=3, years=1)
    assert json.loads((tmp_path / "city" / "truth" / "city.json").read_text())["agencies"] == 3
    precious = tmp_path / "mine" / "inbox" / "real.xlsx"
    precious.parent.mkdir(parents=True)
    precious.write_bytes(b"real")
    with pytest.raises(FileExistsError):
        write_city(tmp_path / "mine", agencies=1, years=1)
    assert precious.read_bytes() == b"real"


def test_base_rates_are_realistic(clean: Path) -> None:
    staff: dict[str, list[str]] = defaultdict(list)
    for row in truth_rows(clean, "registry.personnel"):
        if row["received_on"] == "2025-11-05":
            staff[row["agency_id"]].append(row["level_code"])
    assert 15 <= sum(map(len, staff.values())) / len(staff) <= 20
    assert 2 <= sum(levels.count("level_1") for levels in staff.values()) / len(staff) <= 3.5


def test_the_clean_city_has_no_dirt_but_the_pages_overlap(clean: Path) -> None:
    assert {row["kind"] for row in truth(clean, "dirt.csv")} <= {"page_overlap"}
    assert {row["expected_status"] for row in truth(clean, "files.csv")} == {"loaded"}


def test_clean_and_dirty_city_tell_the_same_story(tmp_path: Path) -> None:
    for is_clean in (True, False):
        write_city(tmp_path / str(is_clean), agencies=12, years=1, clean=is_clean)
    for dataset in ("credit_desk.findings", "inspections.checks", "complaints.hotline", "platform.reports"):
        keys = [
            {(row["received_on"], row["source_key"].upper().replace(" ", "")) for row in truth_rows(city, dataset)}
            for city in (tmp_path / "True", tmp_path / "False")
        ]
        assert keys[0] == keys[1]
    for name in ("conflicts.csv", "leads.csv"):
        assert truth(tmp_path / "True", name) == truth(tmp_path / "False", name)


def test_every_uscc_and_id_is_valid_and_synthetic(dirty: Path) -> None:
    agencies = {row["agency_id"] for row in truth_rows(dirty, "registry.agencies")}
    assert len(agencies) == 28
    assert all(gb32100.is_valid(uscc) and passes_gb11714(uscc) and uscc.startswith("914108") for uscc in agencies)
    people = {row["person_id"] for row in truth_rows(dirty, "registry.social_insurance")}
    assert all(person_number(number).status == "full" for number in people)
    assert {number[:6] for number in people} == {identifiers.COUNTY_OF_NOBODY}


@pytest.mark.parametrize("index", [0, 112, 5_000, 400_000])
def test_identifiers_are_one_to_one_in_the_index(index: int) -> None:
    assert identifiers.person_id(index) != identifiers.person_id(index + 1)
    assert identifiers.person_name(index) != identifiers.person_name(index + 1)
    assert gb32100.is_valid(identifiers.uscc("91", "410811", index))
    broken = identifiers.uscc("91", "410811", index, organisation_fails=True)
    assert gb32100.is_valid(broken) and not passes_gb11714(broken)


def test_every_kind_of_dirt_is_there(dirty: Path) -> None:
    kinds = {row["kind"] for row in truth(dirty, "dirt.csv")}
    planned = {style.kind for styles in STYLES.values() for style in styles}
    planned |= {extra.kind for extras in EXTRAS.values() for extra in extras}
    assert planned | {"page_overlap", "merged_cell", "same_key_other_cells"} <= kinds
    files = {row["kind"] for row in truth(dirty, "files.csv")}
    assert files >= {
        *("same_file_other_name", "same_bytes_other_day", "same_bytes_new_observation", "same_rows_other_file"),
        *("row_floor", "stale_snapshot", "unknown_header", "missing_header", "truncated_workbook"),
        *("half_written_page", "mixed_encoding", "empty_file", "not_a_workbook"),
    }


def test_every_conflict_and_lead_has_a_positive_and_a_decoy(dirty: Path) -> None:
    conflicts = truth(dirty, "conflicts.csv")
    for is_decoy in ("true", "false"):
        assert {row["conflict_kind"] for row in conflicts if row["is_decoy"] == is_decoy} == CONFLICT_KINDS
        assert {row["item_code"] for row in truth(dirty, "leads.csv") if row["is_decoy"] == is_decoy} == LEAD_ITEMS
    assert "expired" in {row["expected_status"] for row in conflicts}


def test_there_are_canaries_of_every_kind(dirty: Path) -> None:
    counts = Counter(row["kind"] for row in truth(dirty, "canaries.csv"))
    assert sum(counts.values()) >= 200
    assert min(counts.values()) >= 20
    assert {"person_id", "staff_phone", "complainant", "complainant_address", "pay_base", "longitude"} <= set(counts)


def test_the_credit_story_shows_every_status(dirty: Path) -> None:
    def seen(dataset: str, column: str) -> set[Any]:
        return {row[column] for row in truth_rows(dirty, dataset)}

    assert seen("credit_desk.findings", "status_code") == {"effective", "objection", "not_effective", "revoked"}
    assert seen("inspections.penalties", "status_code") == {"effective", "under_review", "revoked"}
    assert {"determined", "pending", "not_upheld", "objection", "revoked"} <= seen("inspections.checks", "status_code")
    assert {"substantiated", "partly_substantiated", "unsubstantiated", "pending"} <= seen(
        "complaints.hotline", "result_code"
    )
    assert seen("registry.agencies", "registry_status") == {"normal", "suspended", "exited", "deregistered"}
    clauses = seen("credit_desk.findings", "clause") | seen("inspections.checks", "clause")
    assert {"1", "2a", "2b", "3", "4a", "5", "6", "7", "8", "9", "10", "11"} <= clauses


def test_each_district_is_planned_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = []

    def build(seed: int, number: int, *rest: Any) -> District:
        planned.append(number)
        return build_district(seed, number, *rest)

    monkeypatch.setattr(city, "AGENCIES_PER_DISTRICT", 1)
    monkeypatch.setattr(city, "build_district", build)
    write_city(tmp_path, agencies=6, years=1)
    assert planned == list(range(6))


def test_planned_districts_wait_on_disk(tmp_path: Path) -> None:
    timeline = Timeline(12)

    def district(number: int, *months: int) -> District:
        built = build_district(1, number, 4, timeline)
        for month in months:
            built.add("credit_desk", "decisions", month, Record({"decision_id": str(month)}))
        return built

    with closing(Shelf(tmp_path, timeline.months)) as shelf:
        tracemalloc.start()
        for number in range(30):
            shelf.put(district(number, 3, 4))
        on_shelf, _ = tracemalloc.get_traced_memory()
        held = district(7, 3)
        with_one_held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert on_shelf < with_one_held - on_shelf  # thirty on the shelf take less memory than one in hand
        assert len(shelf) == 30
        assert shelf.take(7, 3) == held
    assert not list(tmp_path.iterdir())


def test_writing_needs_no_more_memory_for_a_longer_or_larger_city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def peak(agencies: int, years: int) -> int:
        tracemalloc.start()
        write_city(tmp_path / f"{agencies}x{years}", agencies, years)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    monkeypatch.setattr(city, "AGENCIES_PER_DISTRICT", 1)
    peak(1, 1)  # what is imported and cached once
    least = peak(1, 1)
    assert peak(1, 3) < 2.5 * least
    assert peak(4, 1) < 2.5 * least


def test_the_truth_lists_every_file_of_a_small_city(tmp_path: Path) -> None:
    for agencies in (1, 4):
        write_city(tmp_path, agencies=agencies, years=1)
        written = [path.relative_to(tmp_path / "inbox").parts for path in (tmp_path / "inbox").glob("*/*/*/*")]
        listed = [
            (row["source"], row["dataset"], row["received_on"], row["file_name"])
            for row in truth(tmp_path, "files.csv")
        ]
        assert sorted(listed) == sorted(written)


def test_small_cities_can_be_written(tmp_path: Path) -> None:
    summary = write_city(tmp_path / "more", agencies=30, years=1, clean=True)
    assert summary.agencies == 30
    agencies = {row["agency_id"] for row in truth_rows(tmp_path / "more", "registry.agencies")}
    assert len(agencies) == 30


# --- the door confirms the truth ----------------------------------------------------------------------------------


class Read:
    """What the door made of a city: outcomes, quarantined rows, and lake rows by place."""

    def __init__(self, city: Path, home: Path) -> None:
        landing.ingest(home, city / "inbox")
        inputs = build_inputs.prepare(home, dt.date(2026, 11, 30))
        self.outcomes = {
            (o.receipt.source, o.receipt.dataset, str(o.receipt.received_on), o.receipt.file_name): o
            for o in inputs.outcomes
        }
        refused = pq.read_table(inputs.folder / "quarantined_rows.parquet").to_pylist()
        self.refused = {
            (row["source"], row["dataset"], str(row["received_on"]), row["file_name"], row["row_number"]): row[
                "reason_code"
            ]
            for row in refused
        }
        self.rows: dict[tuple[str, str, str, str, int], dict[str, Any]] = {}
        with duckdb.connect() as connection:
            warehouse_sources.register_sources(connection, inputs.folder.parent)
            for source, name in DATASETS:
                for row in connection.sql(f'select * from "{source}"."{name}"').to_arrow_table().to_pylist():
                    self.rows[source, name, str(row["received_on"]), row["file_name"], row["row_number"]] = row


@pytest.fixture(scope="module")
def read(dirty: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    return Read(dirty, tmp_path_factory.mktemp("home"))


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


def place_of(row: dict[str, Any]) -> tuple[str, str, str, str, int]:
    return row["source"], row["dataset"], row["received_on"], row["file_name"], int(row["row_number"])


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
        if f"{column}_id_status" in lake:
            is_right = lake[f"{column}_id_status"] == id_status(row["expected_value"])
        else:
            is_right = same(lake[column], row["expected_value"])
        if not is_right or row["expected_flag"] not in lake["flags"]:
            wrong.append((row, lake.get(column), lake["flags"]))
    assert not wrong
    assert set(read.refused) == {place_of(row) for row in dirt if row["expected_outcome"] == "quarantined"}


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda dataset: dataset.id)
def test_every_true_row_is_in_the_lake_as_it_is(dataset: Any, dirty: Path, read: Read) -> None:
    wrong = []
    for expected in truth_rows(dirty, f"{dataset.source}.{dataset.name}"):
        place = (dataset.source, dataset.name, expected["received_on"], expected["file_name"], expected["row_number"])
        lake = read.rows.get(place)
        if lake is None:
            wrong.append((place, "missing"))
            continue
        for column, value in expected.items():
            if column not in lake or column == "source_key":  # `_id` of a person is a key in the lake
                continue
            if not same(lake[column], value):
                wrong.append((place, column, lake[column], value))
    assert not wrong[:5]


def test_no_18_digit_id_is_altered(dirty: Path, read: Read) -> None:
    """One person, one key: as many keys as numbers, whatever way the numbers were written."""
    keys: dict[str, set[str]] = defaultdict(set)
    for expected in truth_rows(dirty, "registry.personnel"):
        if expected["person_id_status"] == "full":
            place = ("registry", "personnel", expected["received_on"], expected["file_name"], expected["row_number"])
            keys[expected["person_id"]].add(read.rows[place]["person_key"])
    assert {len(found) for found in keys.values()} == {1}
    assert len({next(iter(found)) for found in keys.values()}) == len(keys)
