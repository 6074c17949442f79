"""A city with one gap: everything that it changes is flagged, with the dataset and the day, and nothing unrelated is. What
arrives later leaves no trace of having been missing.

Uses a complete clean city in memory (`holes`). A held drop concerns everybody. A quarantined row concerns those that it
names by code, by name, by all but one character of a code, or through the row of its key. If only a number of an agency's
papers can be read, these agencies are flagged too, but may not be all; `firemark status` counts such rows and those that
name nobody (marts.md, "Columns of several tables").
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from ingestion.contract import Column, Parse
from ingestion.privacy import open_person_keys
from ingestion.settings import Settings
from tests.faults.holes import (
    AS_OF,
    MASKED,
    City,
    Result,
    Results,
    Sent,
    Write,
    as_rows,
    as_sent,
    as_sent_but_cut,
    changed,
    corrected,
    drawn_row,
    failed,
    failing,
    failures,
    nothing,
    results,
    sent_later,
    unreadable,
)
from tests.faults.reach import Whereabouts
from tests.faults.test_disturbed_city import PLACE_IN_TEXT, PLACES
from tests.ingestion.real_exports.builder import Row, decision
from tests.warehouse.harness import Warehouse, compiled_nodes

DATASETS = (
    *("complaints/hotline", "complaints/media"),
    *("credit_desk/decisions", "credit_desk/findings", "credit_desk/merit_claims", "credit_desk/repairs"),
    *("inspections/checks", "inspections/penalties"),
    *("platform/checkins", "platform/contracts", "platform/reports"),
    *("registry/agencies", "registry/equipment", "registry/personnel"),
    *("registry/site_checks", "registry/social_insurance"),
)
LISTS = ("registry/agencies", "registry/equipment", "registry/personnel")
SCHEMAS = ("credit", "conflicts", "supervision", "publication")
LONG_DRAWS = 2


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City.made(tmp_path_factory.mktemp("whole"), agencies=28, years=1)


@pytest.fixture(scope="module")
def long_city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City.made(tmp_path_factory.mktemp("long"), agencies=28, years=2)


def only(found: Results, because: str | None) -> None:
    """Everything that is flagged has this one reason."""
    assert {one.because for one in found.values() if one.is_flagged} <= {because}
    assert all(one.is_flagged == (one.because is not None) for one in found.values())


def all_flagged(city: City, found: Results, because: str) -> None:
    """Everything that differs from the complete city is flagged."""
    silent = {key: one.cells for key, one in changed(city.results, found).items() if one.because != because}
    assert silent == {}, next(
        {name: (city.results[key].cells.get(name) if key in city.results else None, value)}
        for key, cells in silent.items()
        for name, value in cells.items()
        if key not in city.results or city.results[key].cells[name] != value
    )


def none_excused(city: City, found: Results) -> None:
    """No conflict is explained that is not explained in the complete city."""
    excused = {
        key
        for key, one in found.items()
        if one.cells.get("explained_by") and one.cells["status"] == "explained" and key in city.results
        if city.results[key].cells["status"] != "explained"
    }
    assert excused == set()


# ---- what must hold


def check_held(city: City, file: Sent, write: Write = unreadable) -> Results:
    """A held drop flags all results that are based on its dataset."""
    made = city.after(file, write)
    held = made.query("select cast(received_on as text) as day from quality.fct_loads where status = 'held'")
    assert {row["day"] for row in held} == {file.received_on}
    found = results(made)
    because = f"{file.drop.dataset.id} {file.received_on} drop_held"
    only(found, because)
    all_flagged(city, found, because)
    return found


def check_row(city: City, files: list[Sent], kind: str, draw: random.Random) -> Results:
    """A quarantined row flags those that it names; one with only a number of an agency's papers flags these agencies."""
    file, index = drawn_row(files, draw)
    column = draw.choice([column for of, column in failures(file.drop.dataset) if of == kind])
    made = city.after(file, failed(file, index, kind, column))
    found = results(made)
    none_excused(city, found)
    row = kept_out(made, column.header)
    because = f"{file.drop.dataset.id} {file.received_on} row_quarantined"
    only(found, because if row["is_missing"] else None)
    if row["is_anybody_named"]:
        all_flagged(city, found, because)
    keys = open_person_keys(Settings(city.folder / "home"), None)
    reach = Whereabouts(city.files, keys).reach(file, file.drop.rows[index])
    assert {key for key, one in found.items() if one.is_flagged and not reach.holds(key[1], one)} == set()
    return found


def kept_out(made: Warehouse, header: str) -> dict[str, object]:
    """The one quarantined row, for the cell that was made to fail."""
    (row,) = made.query("from quality.fct_quarantined_rows")
    assert row["header"] == header
    return row


# ---- what must hold once it has arrived


def rows_of(made: Warehouse, with_places: bool) -> dict[str, Counter[tuple[str, ...]]]:
    """Every mart of scores, conflicts, tasks and lists, row by row."""
    found = {}
    for node in compiled_nodes().values():
        if node.schema in SCHEMAS and node.materialized == "table":
            mart = f"{node.schema}.{node.name}"
            rows = made.query(f"select * from {mart}")
            found[mart] = Counter(
                tuple(
                    str(value) if with_places else PLACE_IN_TEXT.sub("file", str(value))
                    for name, value in row.items()
                    if with_places or name not in PLACES
                )
                for row in rows
            )
    return found


def check_arrival(city: City, file: Sent, *writes: Write, with_places: bool) -> None:
    """Every mart equals that of the complete city; with the same bytes, also in the positions of rows."""
    made = city.after(file, *writes, models=())
    assert made.query("select source from quality.fct_loads where status = 'held'") == []
    found = rows_of(made, with_places)
    for mart, rows in rows_of(city.whole, with_places).items():
        assert found[mart] == rows, (mart, list(found[mart] - rows)[:2], list(rows - found[mart])[:2])


def columns_of(file: Sent, kind: str) -> list[Column]:
    """The columns that can fail in this way."""
    return [column for way, column in failures(file.drop.dataset) if way == kind]


def beside_the_key(file: Sent, kind: str) -> list[Column]:
    """Those that can fail while the row's key can be read: in a later drop a row is recognised by its key alone."""
    of = file.drop.dataset
    if kind.startswith(MASKED) and any(
        column.parse is Parse.PERSON_ID and column.name in of.key for column in of.columns
    ):
        return []
    return [column for column in columns_of(file, kind) if column.name not in of.key]


def in_the_key(file: Sent, kind: str) -> list[Column]:
    """Those whose failure makes the row's key unreadable."""
    beside = beside_the_key(file, kind)
    return [column for column in columns_of(file, kind) if column not in beside]


def check_correction(
    city: City, files: list[Sent], kind: str, draw: random.Random, name: str, *, is_key_read: bool
) -> None:
    """A row that failed arrives again in the same folder, in a file of another name or of the same."""
    file, index = drawn_row(files, draw)
    column = draw.choice((beside_the_key if is_key_read else in_the_key)(file, kind))
    if len(file.drop.rows) == 1:
        name = ""  # a file without a good row is recognised by its name alone
    check_arrival(city, file, failed(file, index, kind, column), corrected(file, name), with_places=False)


def with_missing(made: Warehouse) -> dict[str, Counter[tuple[str, ...]]]:
    """Those rows, and the rows that are still missing."""
    missing = made.query(
        "select source, dataset, received_on, agency_id, is_anybody_named from quality.fct_quarantined_rows where is_missing"
    )
    return rows_of(made, with_places=False) | {"missing": Counter(tuple(map(str, row.values())) for row in missing)}


def check_half_correction(city: City, files: Iterable[Sent], kind: str, column: Column, *names: str) -> None:
    """Of two rows without a key the first arrives again: the result is as if only the second had failed, flags included.
    Uses the first file in which that shows: nothing is missing from a list that a later one confirms.
    """
    whole = with_missing(city.whole)
    for file in files:
        if len(file.drop.rows) < 2:
            continue
        expected = with_missing(city.after(file, failed(file, 1, kind, column), models=()))
        if expected != whole:
            break
    else:
        raise AssertionError("in no file the failure of the second row has an effect")
    both = [failing(file, index, kind, column) for index in range(2)] + file.drop.rows[2:]
    # a file without a good row is recognised by its name alone
    for name in names if len(file.drop.rows) > 2 else ("",):
        half = failed(file, 1, kind, column, name)
        assert with_missing(city.after(file, as_rows(file, both), half, models=())) == expected, name


def check_later(city: City, files: list[Sent], kind: str, draw: random.Random) -> None:
    """A row that failed arrives again in a later drop."""
    file, index = drawn_row(files, draw)
    column = draw.choice(beside_the_key(file, kind))
    made = city.after(file, failed(file, index, kind, column), sent_later(file, index, str(AS_OF)))
    assert not kept_out(made, column.header)["is_missing"]
    only(results(made), None)


# ---- the short form


def test_nothing_is_flagged_in_a_complete_city(city: City) -> None:
    only(city.results, None)
    assert len({mart for mart, _ in city.results}) == 5


@pytest.mark.parametrize("place", ["registry/personnel", "registry/site_checks"])
def test_a_held_drop_flags_what_is_based_on_its_dataset(city: City, place: str) -> None:
    found = check_held(city, city.files[place][-1])
    assert changed(city.results, found)
    assert any(not one.is_flagged for one in found.values())


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("registry/personnel", "day"),
        ("registry/social_insurance", "masked id and day"),
        ("credit_desk/findings", "uscc"),
        *(
            pytest.param(*one, marks=pytest.mark.check)
            for one in (("registry/personnel", "id"), ("inspections/checks", "uscc"), ("platform/checkins", "number"))
        ),
    ],
)
def test_a_row_quarantined_in_the_last_drop_flags_those_that_it_names(city: City, place: str, kind: str) -> None:
    found = check_row(city, city.files[place][-1:], kind, random.Random(f"{place} {kind}"))
    assert 0 < sum(one.is_flagged for one in found.values()) < len(found) / 4


@pytest.mark.check  # cities built whole
def test_a_file_that_arrives_complete_later_leaves_no_trace(city: City) -> None:
    file = city.files["inspections/checks"][-1]
    check_arrival(city, file, as_sent_but_cut(file), as_sent(file), with_places=True)


@pytest.mark.check  # cities built whole
def test_a_missing_page_holds_its_drop_until_it_arrives(city: City) -> None:
    first, last = city.files["platform/checkins"][-2:]
    assert first.place.parent == last.place.parent
    found = check_held(city, last, nothing)
    assert changed(city.results, found)
    check_arrival(city, first, nothing, as_sent(first), with_places=True)


@pytest.mark.check  # cities built whole
@pytest.mark.parametrize(
    ("place", "kind", "name", "is_key_read"),
    [("registry/personnel", "day", "b", True), ("registry/equipment", "uscc", "", False)],
)
def test_a_row_corrected_in_its_drop_leaves_no_trace(
    city: City, place: str, kind: str, name: str, is_key_read: bool
) -> None:
    draw = random.Random(f"{place} {kind}")
    check_correction(city, city.files[place], kind, draw, name, is_key_read=is_key_read)


@pytest.mark.check  # cities built whole
def test_a_file_that_corrects_one_of_two_rows_leaves_the_other_flagged(city: City) -> None:
    file = max(city.files["credit_desk/findings"], key=lambda file: len(file.drop.rows))
    (column,) = in_the_key(file, "code")
    check_half_correction(city, [file], "code", column, "b")


@pytest.mark.check  # cities built whole
def test_a_row_received_again_later_is_no_longer_missing(city: City) -> None:
    check_later(city, city.files["inspections/penalties"], "day", random.Random(1))


# ---- the long form


@pytest.mark.soak
@pytest.mark.parametrize("place", DATASETS)
def test_any_last_drop_held(long_city: City, place: str) -> None:
    check_held(long_city, long_city.files[place][-1])


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(LONG_DRAWS))
@pytest.mark.parametrize("place", DATASETS)
def test_any_row_quarantined_in_any_drop(long_city: City, place: str, seed: int) -> None:
    files = long_city.files[place]
    for kind in dict.fromkeys(kind for kind, _ in failures(files[0].drop.dataset)):
        draw = random.Random(f"{place} {kind} {seed}")
        check_row(long_city, files if seed % 2 else files[-1:], kind, draw)


@pytest.mark.soak
@pytest.mark.parametrize("place", DATASETS)
def test_everything_that_was_missing_arrives(long_city: City, place: str) -> None:
    files = long_city.files[place]
    file = files[-1]
    check_arrival(long_city, file, as_sent_but_cut(file), as_sent(file), with_places=True)
    for number, kind in enumerate(dict.fromkeys(kind for kind, _ in failures(file.drop.dataset))):
        draw = random.Random(f"{place} {kind} arrives")
        name = ("a", "", "zz")[number % 3]
        if beside_the_key(file, kind):
            check_correction(long_city, files, kind, draw, name, is_key_read=True)
            if place not in LISTS:
                check_later(long_city, files, kind, draw)
        if in_the_key(file, kind):
            check_correction(long_city, files, kind, draw, name, is_key_read=False)


@pytest.mark.soak
@pytest.mark.parametrize("place", DATASETS)
def test_a_partial_correction_leaves_the_rest_flagged(long_city: City, place: str) -> None:
    files = [file for file in reversed(long_city.files[place]) if len(file.drop.rows) > 2] or long_city.files[place]
    kind, column = next(
        (kind, column) for kind, column in failures(files[0].drop.dataset) if column in in_the_key(files[0], kind)
    )
    check_half_correction(long_city, files, kind, column, "", "a", "zz")


@pytest.mark.soak
@pytest.mark.parametrize("place", ["platform/contracts", "platform/reports", "platform/checkins"])
def test_any_missing_page(long_city: City, place: str) -> None:
    files = long_city.files[place]
    drops = Counter(file.place.parent for file in files)
    last = max(drop for drop, count in drops.items() if count > 1 or drop == files[-1].place.parent)
    for file in (file for file in files if file.place.parent == last and drops[last] > 1):
        check_arrival(long_city, file, nothing, as_sent(file), with_places=True)


DECIDED = {"conflicts.fct_engineer_conflicts": "conflict", "supervision.fct_leads": "lead"}


def decided(found: Results) -> list[Row]:
    """A decision on every conflict and lead that the city shows; three of four confirm."""
    rows = []
    for number, ((mart, key), one) in enumerate(sorted(found.items())):
        if mart in DECIDED:
            is_identity = one.cells.get("conflict_kind") == "identity_unresolved"
            word = "same_person" if is_identity else "confirmed" if number % 4 else "cleared"
            kind = "identity" if is_identity else DECIDED[mart]
            rows.append(decision(f"JD-X{number}", kind, key, word, 决定日期="2026-10-20"))
    return rows


def same_pair(one: Result, other: Result) -> bool:
    """A counted_twice is cleared with its double registration."""
    return all(
        one.row.get(column) == other.row.get(column) for column in ("person_key", "employer_a_id", "employer_b_id")
    )


@pytest.mark.soak
def test_any_decision_that_is_not_read(city: City, tmp_path: Path) -> None:
    place = "credit_desk/decisions"
    whole = city.also_sent(tmp_path, Path(place, "2026-10-30", "决定.xlsx"), decided(city.results))
    assert {one.cells["status"] for (mart, _), one in whole.results.items() if "conflicts" in mart} >= {
        "confirmed",
        "cleared",
    }
    file = whole.files[place][-1]
    (column,) = [column for _, column in failures(file.drop.dataset) if column.header == "决定日期"]
    because = f"{place} {file.received_on} row_quarantined"
    for index, row in enumerate(file.drop.rows):
        found = results(whole.after(file, failed(file, index, "day", column)))
        only(found, because)
        all_flagged(whole, found, because)
        none_excused(whole, found)
        about = {key[1]: one for key, one in found.items()}[row["对象编号"]]
        assert all(one is about or same_pair(one, about) for one in found.values() if one.is_flagged)


def after_the_overlap_began(city: City, conflict: Result, employer: str) -> tuple[Sent, int] | None:
    """The person's row at an employer on the first list after the day from which both show the person."""
    key = open_person_keys(Settings(city.folder / "home"), None).person_key
    return next(
        (
            (file, index)
            for file in city.files["registry/personnel"]
            if file.received_on > str(conflict.row["overlap_from_on"])
            for index, row in enumerate(file.drop.rows)
            if row["统一社会信用代码"] == employer and key(row["身份证号"]) == conflict.row["person_key"]
        ),
        None,
    )


@pytest.mark.soak
@pytest.mark.parametrize("header", ["注册有效期至", "身份证号", "统一社会信用代码"])
def test_no_double_registration_becomes_a_transition(city: City, header: str) -> None:
    tried = 0
    for one in city.results.values():
        if one.cells.get("conflict_kind") != "double_registration":
            continue
        for side in "ab":
            if place := after_the_overlap_began(city, one, one.row[f"employer_{side}_id"]):
                file, index = place
                kind, column = next(way for way in failures(file.drop.dataset) if way[1].header == header)
                found = results(city.after(file, failed(file, index, kind, column)))
                none_excused(city, found)
                all_flagged(city, found, f"registry/personnel {file.received_on} row_quarantined")
                tried += 1
    assert tried >= 8
