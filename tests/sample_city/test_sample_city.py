"""The sample city: the same bytes every time, valid numbers, all kinds of dirt, one story."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
import tracemalloc
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from stdnum.cn import uscc as gb32100

from ingestion.contract import Kind
from ingestion.parsing import passes_gb11714, person_number
from ingestion.sources import DATASETS
from sample_city import city, identifiers, write_city
from sample_city.dirt.extras import EXTRAS, KEY_HEADERS
from sample_city.dirt.styles import STYLES
from sample_city.districts import build_district
from sample_city.files import FILE_STEMS
from sample_city.model import District, Record
from sample_city.shelf import Shelf
from sample_city.timeline import Timeline
from tests.conftest import ROOT
from tests.sample_city.reading import truth, truth_rows

with (ROOT / "dbt_project" / "seeds" / "reference" / "detectors.csv").open(encoding="utf-8", newline="") as file:
    DETECTORS = [(row["family"], row["detector_kind"]) for row in csv.DictReader(file)]
SAID_OTHERWISE = {
    *("file_name", "row_number", "is_floor_area_m2_approximate", "is_fine_10k_cny_approximate"),
    *("remarks", "problem", "violation_facts", "summary", "note", "nonconformities"),
}


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


def test_an_earlier_sample_is_replaced_and_nothing_else(tmp_path: Path) -> None:
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


def test_every_dataset_has_a_file_name_and_its_dirt() -> None:
    """An event also has a key to mark: a quarantined row with the key of a true one would count as corrected by it."""
    assert set(FILE_STEMS) == set(STYLES) == set(EXTRAS) == {of.id for of in DATASETS.values()}
    events = {of.id: {of.column(name).header for name in of.key} for of in DATASETS.values() if of.kind is Kind.EVENT}
    assert set(KEY_HEADERS) == set(events)
    assert all(header in events[name] for name, header in KEY_HEADERS.items())


def test_every_dataset_has_rows(clean: Path) -> None:
    assert {"/".join(path.relative_to(clean / "inbox").parts) for path in (clean / "inbox").glob("*/*")} == {
        of.id for of in DATASETS.values()
    }


def test_base_rates_are_realistic(clean: Path) -> None:
    staff: dict[str, list[str]] = defaultdict(list)
    for row in truth_rows(clean, "registry.personnel"):
        if row["received_on"] == "2025-11-05":
            staff[row["agency_id"]].append(row["level_code"])
    assert 15 <= sum(map(len, staff.values())) / len(staff) <= 20
    assert 2 <= sum(levels.count("level_1") for levels in staff.values()) / len(staff) <= 3.5


def test_the_clean_city_has_no_dirt_but_overlapping_pages(clean: Path) -> None:
    assert {row["kind"] for row in truth(clean, "dirt.csv")} <= {"page_overlap"}
    assert {row["expected_status"] for row in truth(clean, "files.csv")} == {"loaded"}


def test_clean_and_dirty_city_tell_the_same_story(tmp_path: Path) -> None:
    """The same rows under the same keys, equal in every column that scores, except for numbers in texts."""
    for is_clean in (True, False):
        write_city(tmp_path / str(is_clean), agencies=12, years=1, clean=is_clean)
    cities = (tmp_path / "True", tmp_path / "False")
    for of in DATASETS.values():
        if of.id in {"registry/personnel", "registry/social_insurance"}:  # open identities; payers that are no agency
            continue
        rows = [
            {(row["received_on"], row["source_key"]): row for row in truth_rows(city, f"{of.source}.{of.name}")}
            for city in cities
        ]
        assert rows[0].keys() == {key for key in rows[1] if key[0] in {day for day, _ in rows[0]}}, of.id
        for key, clean in rows[0].items():
            other = {column for column, value in clean.items() if rows[1][key][column] != value}
            assert other <= SAID_OTHERWISE, (of.id, key)
    for name in ("conflicts.csv", "leads.csv"):
        assert truth(cities[0], name) == truth(cities[1], name)


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


def test_every_kind_of_dirt_occurs(dirty: Path) -> None:
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
    looks = {look for row in truth(dirty, "files.csv") for look in row["kind"].split("+")}
    assert looks >= {
        *("hidden_sheet", "alias_headers", "blank_row", "line_feeds", "utf-8-sig"),
        *("columns_beside", "marked_headers", "pages", "totals", "headings", "notes"),
    }


@pytest.mark.parametrize(
    ("kinds", "datasets"),
    [
        (("none_",), 11),
        (("code_apostrophe", "code_formula_text", "code_quote_mark"), 12),
        (("code_lower_case", "code_full_width", "code_spaces"), 12),
        (("code_dash", "code_minus", "code_long_dash", "list_dashes"), 3),
        (("document_", "list_brackets"), 3),
        (("id_apostrophe", "id_formula_text", "uscc_apostrophe", "uscc_formula_text"), 8),
        (("id_in_text", "mobile_in_text"), 5),
        (("level_national", "level_worker", "level_pair"), 1),
        (("service_",), 3),
        (("count_", "end_"), 3),
        (("radicals",), 5),
        (("moment_noon", "moment_words"), 2),
        (("code_became_date",), 8),
        (("code_picture", "code_boolean", "code_error"), 6),
        (("several_",), 7),
        (("damaged_text",), 7),
        (("not_a_name",), 5),
        (("date_before_1950",), 10),
        (("date_in_2924",), 10),
    ],
)
def test_the_dirt_of_real_exports_occurs_in_many_datasets(dirty: Path, kinds: tuple[str, ...], datasets: int) -> None:
    shown = {(row["source"], row["dataset"]) for row in truth(dirty, "dirt.csv") if row["kind"].startswith(kinds)}
    assert len(shown) >= datasets


def test_every_conflict_and_lead_has_a_positive_and_a_decoy(dirty: Path) -> None:
    conflicts = truth(dirty, "conflicts.csv")
    for is_decoy in ("true", "false"):
        planted = [("conflict", row["conflict_kind"]) for row in conflicts if row["is_decoy"] == is_decoy]
        planted += [("lead", row["lead_code"]) for row in truth(dirty, "leads.csv") if row["is_decoy"] == is_decoy]
        assert set(planted) == set(DETECTORS)
    assert "expired" in {row["expected_status"] for row in conflicts}


def test_there_are_canaries_of_every_kind(dirty: Path) -> None:
    counts = Counter(row["kind"] for row in truth(dirty, "canaries.csv"))
    assert sum(counts.values()) >= 200
    in_texts = {"id_in_text", "mobile_in_text"}
    assert min(count for kind, count in counts.items() if kind not in in_texts) >= 20
    assert all(counts[kind] >= 10 for kind in in_texts)
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


PEAKS = """
import sys, tracemalloc
from pathlib import Path
from sample_city import city, write_city

city.AGENCIES_PER_DISTRICT = 1

def peak(agencies, years):
    tracemalloc.start()
    write_city(Path(sys.argv[1]) / f"{agencies}x{years}", agencies, years)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most

peak(1, 1)  # what is imported and cached once
print(peak(1, 1), peak(1, 3), peak(4, 1))
"""


def test_writing_needs_no_more_memory_for_a_longer_or_larger_city(tmp_path: Path) -> None:
    """In a process of its own: full caches of earlier cities would take up new entries for old, and only the new count."""
    done = subprocess.run(
        [sys.executable, "-c", PEAKS, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    least, longer, larger = map(int, done.stdout.split())
    assert longer < 2.5 * least
    assert larger < 2.5 * least


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
