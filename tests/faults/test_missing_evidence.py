"""A city with one hole: whatever it changes is flagged, with the dataset and the day, and nothing far from it is.

Over a whole clean city in memory (`holes`). A drop that is held is everybody's; a row that is kept out is theirs whom it
names; one that names nobody is nobody's, and `firemark status` counts it (marts.md, "To be added").
"""

from __future__ import annotations

import random

import pytest

from ingestion.privacy import open_person_keys
from ingestion.settings import Settings
from tests.faults.holes import City, Results, Sent, changed, drawn_row, failed, failures, results, unreadable
from tests.faults.reach import Whereabouts
from tests.ingestion.real_exports.disturbed_files import write_plain
from tests.warehouse.harness import Warehouse

DATASETS = (
    *("complaints/hotline", "complaints/media"),
    *("credit_desk/decisions", "credit_desk/findings", "credit_desk/merit_claims", "credit_desk/repairs"),
    *("inspections/checks", "inspections/penalties"),
    *("platform/checkins", "platform/contracts", "platform/reports"),
    *("registry/agencies", "registry/equipment", "registry/personnel"),
    *("registry/site_checks", "registry/social_insurance"),
)
LONG_DRAWS = 2


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City.made(tmp_path_factory.mktemp("whole"), agencies=28, years=1)


@pytest.fixture(scope="module")
def long_city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City.made(tmp_path_factory.mktemp("long"), agencies=28, years=2)


def only(found: Results, because: str | None) -> None:
    """Whatever is flagged is flagged for one reason."""
    assert {one.because for one in found.values() if one.is_flagged} <= {because}
    assert all(one.is_flagged == (one.because is not None) for one in found.values())


def all_flagged(city: City, found: Results, because: str) -> None:
    """Whatever says something else than in the whole city is flagged."""
    silent = {key: one.cells for key, one in changed(city.results, found).items() if one.because != because}
    assert silent == {}, next(
        {name: (city.results[key].cells.get(name) if key in city.results else None, value)}
        for key, cells in silent.items()
        for name, value in cells.items()
        if key not in city.results or city.results[key].cells[name] != value
    )


def none_excused(city: City, found: Results) -> None:
    """No conflict that the whole city shows otherwise is explained."""
    excused = {
        key
        for key, one in found.items()
        if one.cells.get("explained_by") and one.cells["status"] == "explained" and key in city.results
        if city.results[key].cells["status"] != "explained"
    }
    assert excused == set()


# ---- what must hold


def check_held(city: City, file: Sent) -> Results:
    """A held drop is everybody's whose results rest on its dataset."""
    made = city.with_hole(file, unreadable)
    assert made.query("select status from quality.fct_loads where status <> 'loaded'") == [{"status": "held"}]
    found = results(made)
    because = f"{file.drop.dataset.id} {file.received_on} drop_held"
    only(found, because)
    all_flagged(city, found, because)
    return found


def check_row(city: City, files: list[Sent], kind: str, draw: random.Random) -> Results:
    """A row that is kept out is theirs whom it names."""
    file, index = drawn_row(files, draw)
    column = draw.choice([column for of, column in failures(file.drop.dataset) if of == kind])
    made = city.with_hole(file, failed(file, index, kind, column))
    found = results(made)
    none_excused(city, found)
    row = kept_out(made, column.header)
    because = f"{file.drop.dataset.id} {file.received_on} row_quarantined"
    if not row["is_anybody_named"] or not row["is_missing"]:
        only(found, None)
    if row["is_anybody_named"]:
        only(found, because)
        all_flagged(city, found, because)
        keys = open_person_keys(Settings(city.folder / "home"), None)
        reach = Whereabouts(city.files, keys).reach(file, file.drop.rows[index])
        assert {key for key, one in found.items() if one.is_flagged and not reach.holds(key[1], one)} == set()
    return found


def kept_out(made: Warehouse, header: str) -> dict[str, object]:
    """The one row that is kept out, for the cell that was to fail."""
    (row,) = made.query("from quality.fct_quarantined_rows")
    assert row["header"] == header
    return row


# ---- the short form


def test_nothing_of_a_whole_city_is_flagged(city: City) -> None:
    only(city.results, None)
    assert len({mart for mart, _ in city.results}) == 5


def test_a_file_sent_in_plain_form_changes_nothing(city: City) -> None:
    """The control of what follows: a hole is written into plain files."""
    file = city.files["registry/personnel"][-1]
    found = results(city.with_hole(file, lambda path: write_plain(file.drop, path)))
    assert changed(city.results, found) == {} and city.results.keys() == found.keys()


@pytest.mark.parametrize("place", ["registry/personnel", "inspections/checks", "registry/site_checks"])
def test_a_held_drop_flags_what_rests_on_its_dataset(city: City, place: str) -> None:
    found = check_held(city, city.files[place][-1])
    assert changed(city.results, found)
    assert any(not one.is_flagged for one in found.values())


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("registry/personnel", "day"),
        ("registry/personnel", "id"),
        ("registry/agencies", "choice"),
        ("credit_desk/findings", "choice"),
        ("credit_desk/merit_claims", "masked id and day"),
        ("complaints/media", "uscc"),
        ("platform/checkins", "number"),
        ("platform/reports", "code"),
        ("registry/social_insurance", "name"),
    ],
)
def test_a_row_kept_out_of_the_last_drop_flags_whom_it_names(city: City, place: str, kind: str) -> None:
    check_row(city, city.files[place][-1:], kind, random.Random(f"{place} {kind}"))


# ---- the long form


@pytest.mark.soak
@pytest.mark.parametrize("place", DATASETS)
def test_any_last_drop_held(long_city: City, place: str) -> None:
    check_held(long_city, long_city.files[place][-1])


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(LONG_DRAWS))
@pytest.mark.parametrize("place", DATASETS)
def test_any_row_kept_out_of_any_drop(long_city: City, place: str, seed: int) -> None:
    files = long_city.files[place]
    for kind in dict.fromkeys(kind for kind, _ in failures(files[0].drop.dataset)):
        draw = random.Random(f"{place} {kind} {seed}")
        check_row(long_city, files if seed % 2 else files[-1:], kind, draw)
