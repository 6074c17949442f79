"""K6: a drop of pages is complete or held; what is missing is reported, and once it arrives nothing differs from a complete drop."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ingestion import build_inputs, lake_parts
from tests.ingestion.real_exports.builder import DAY, ROWS, Door, Row
from tests.ingestion.support import AS_OF, dataset, headers

PLACES = ("platform/contracts", "platform/reports", "platform/checkins")
REPORTS = "platform/reports"
Absent = object()


def records(place: str, *serials: int, **more: Any) -> list[Row]:
    of = dataset(place)
    key = of.column(of.key[0]).header
    return [dict.fromkeys(headers(of)) | ROWS[place]() | {key: f"N-{serial}"} | more for serial in serials]


def put(
    door: Door,
    place: str,
    rows: Iterable[Row] | None,
    total: Any,
    number: Any = 1,
    *,
    name: str = "",
    day: str = DAY,
) -> Path:
    """One page; its name is packed if it ends in .gz."""
    data = {"total": total, "page": number, "records": None if rows is None else list(rows)}
    body = {"code": 0, "msg": "ok", "data": {key: value for key, value in data.items() if value is not Absent}}
    path = door.drop(place, day, name or f"p{number:03}.json")
    content = json.dumps(body, ensure_ascii=False).encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return path


def told(door: Door, **options: Any) -> list[tuple[str, str | None, int]]:
    """Per file by day and name: its status, its reason, its accepted rows."""
    return [(str(o.status), o.reason_code, o.accepted_count) for o in door.outcomes(**options).values()]


HELD = ("held", "pages_missing", 0)


def loaded(rows: int) -> tuple[str, None, int]:
    return ("loaded", None, rows)


COPY = ("duplicate", "same_content", 0)


def inputs_of(door: Door) -> dict[str, bytes]:
    """The inputs of a build, without the paths of this home."""
    door.outcomes()
    folder = door.settings.build_inputs
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}
    names = json.loads((folder / "source_files.json").read_text("utf-8"))
    return files | {"source_files": json.dumps(names).replace(str(door.root), "").encode()}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["p{}.json", "p{}.json.gz"])
def test_pages_1_and_3_of_3_are_held_and_load_when_2_arrives(tmp_path: Path, place: str, name: str) -> None:
    """j_missing_page, b_missing_page"""
    late, timely = Door(tmp_path / "late"), Door(tmp_path / "timely")
    pages = {1: records(place, 1, 2), 2: records(place, 3, 4), 3: records(place, 5, 6)}
    for number in (1, 3):
        put(late, place, pages[number], 6, number, name=name.format(number))
    outcomes = late.outcomes()
    assert [(o.status, o.reason_code, o.read_count) for o in outcomes.values()] == [("held", "pages_missing", 0)] * 2
    first = name.format(1)
    assert outcomes[f"{DAY}/{first}"].message == (
        f"{place}/{DAY} {first}: 各页写明共 6 条记录，只收到 4 条。到已收的最后一页（第 3 页）为止缺第 2 页。请把缺少的页放入同一文件夹，或照现状接受本批。The drop has 4 of the 6 records that its pages announce. Missing up to the last page here (3): "
        f"page 2. Put the missing pages into the same folder, or accept the drop without them: firemark build "
        f"--accept-drop {place}/{DAY}"
    )
    assert late.relation(place.replace("/", ".")) == []
    for door in (late, timely):
        for number, rows in pages.items():
            put(door, place, rows, 6, number, name=name.format(number))
        door.settings.person_key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    timely.settings.person_key.write_bytes(late.settings.person_key.read_bytes())
    timely.settings.person_key.chmod(0o600)
    assert told(late) == [loaded(2)] * 3
    assert inputs_of(late) == inputs_of(timely)


def test_a_page_without_records_that_counts_some_is_held(door: Door) -> None:
    """b_missing_page, the second drop"""
    put(door, REPORTS, [], 120)
    (outcome,) = door.outcomes().values()
    assert (outcome.status, outcome.reason_code) == ("held", "pages_missing")
    assert "The drop has 0 of the 120 records" in (outcome.message or "")


Page = tuple[list[Row] | None, Any, Any]
R = REPORTS
BROKEN = {"scbz": "?"}
KEYLESS = {"bgbh": None, "scbz": "?"}


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        pytest.param([(records(R, 1, 2), 2, 1)], [loaded(2)], id="one page"),
        pytest.param([(records(R, 1, 2), 3, 1)], [HELD], id="one page of more"),
        pytest.param([(records(R, 1, 2), Absent, 1)], [loaded(2)], id="no total"),
        pytest.param([(records(R, 1, 2), None, 1)], [loaded(2)], id="total null"),
        pytest.param([(records(R, 1, 2), Absent, 1), (records(R, 3), 3, 2)], [loaded(2), loaded(1)], id="one total"),
        pytest.param([(records(R, 1, 2), Absent, 1), (records(R, 3), 4, 2)], [HELD] * 2, id="one total, not reached"),
        pytest.param([(records(R, 1, 2), "2", "1")], [loaded(2)], id="total as text"),
        pytest.param([(records(R, 1, 2), " 3 ", "1")], [HELD], id="total as text, not reached"),
        pytest.param([(records(R, 1, 2), 2.0, 1.0)], [loaded(2)], id="total with .0"),
        pytest.param([(records(R, 1, 2), 1, 1)], [loaded(2)], id="more than the total"),
        pytest.param([(records(R, 1, 2), 4, 1), (records(R, 2, 3), 4, 2)], [HELD] * 2, id="pages overlap"),
        pytest.param([(records(R, 1, 2), 3, 1), (records(R, 2, 3), 3, 2)], [loaded(2), loaded(1)], id="and are whole"),
        pytest.param(
            [(records(R, 1, 2), 4, 1), (records(R, 2, 3, qzzt="均缺"), 4, 2)], [HELD] * 2, id="an overlap that changed"
        ),
        pytest.param(
            [(records(R, 1, 2), 5, 1), (records(R, 3, 4), 4, 2)], [HELD] * 2, id="totals differ: the largest counts"
        ),
        pytest.param([(records(R, 1, 2), 2, 1), ([], 2, 2)], [loaded(2), loaded(0)], id="empty last page"),
        pytest.param([(records(R, 1, 2), 2, 1), (None, 0, 2)], [loaded(2), loaded(0)], id="records null, total 0"),
        pytest.param([([], 0, 1)], [loaded(0)], id="nothing at all"),
        pytest.param([(records(R, 1, 2) + records(R, 1, 2), 3, 1)], [HELD], id="one page repeats itself"),
        pytest.param(
            [(records(R, 1, 2) + records(R, 1, qzzt="均缺"), 3, 1)], [HELD], id="one page has one record twice"
        ),
        pytest.param([(records(R, 1) + records(R, 2, **BROKEN), 2, 1)], [loaded(1)], id="a row kept out, with a key"),
        pytest.param(
            [(records(R, 1) + records(R, 2, **BROKEN), 3, 1), (records(R, 2), 3, 2)],
            [HELD] * 2,
            id="a row kept out that is good on another page",
        ),
        pytest.param(
            [(records(R, 1) + records(R, 2, **BROKEN), 3, 1), (records(R, 2, 3), 3, 2)],
            [loaded(1), loaded(2)],
            id="the same, whole",
        ),
        pytest.param(
            [(records(R, 1) + records(R, 2, **KEYLESS) + records(R, 3, **KEYLESS, xmbh="XM-2"), 3, 1)],
            [loaded(1)],
            id="rows without a key",
        ),
        pytest.param(
            [(records(R, 1) + records(R, 2, **KEYLESS), 3, 1), (records(R, 2, **KEYLESS) + records(R, 4), 3, 2)],
            [loaded(1), loaded(1)],
            id="pages overlap in a row without a key",
        ),
        pytest.param(
            [(records(R, 1) + records(R, 2, **KEYLESS), 4, 1), (records(R, 2, **KEYLESS) + records(R, 4), 4, 2)],
            [HELD] * 2,
            id="which counts once",
        ),
        pytest.param([(records(R, 1, 2, scbz=1) + records(R, 3), 3, 1)], [loaded(3)], id="soft-deleted rows count"),
        pytest.param([(records(R, 1, 2), 3, Absent), (records(R, 2), 3, Absent)], [HELD] * 2, id="no page numbers"),
        pytest.param([([*records(R, 1), {}], 2, 1)], [loaded(1)], id="a record without anything"),
        pytest.param(
            [([*records(R, 1), {}], 3, 1), (records(R, 2), 3, 2)], [loaded(1), loaded(1)], id="the same over two pages"
        ),
        pytest.param([(records(R, 1, 2), 3, 1), (records(R, 1, 2), 3, 1)], [HELD, HELD], id="a copy counts once"),
        pytest.param([([*records(R, 1), {}], 3, 1)] * 2, [HELD, HELD], id="and so does what is blank in it"),
    ],
)
def test_the_drop_s_records_are_held_against_the_largest_total(
    door: Door, pages: list[Page], expected: list[tuple[str, str | None, int]]
) -> None:
    for place, page in enumerate(pages):
        put(door, REPORTS, *page, name=f"p{place}.json")
    assert told(door) == expected


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("total", [-1, 1.5, "many", "", True, [3], "1,200", 10**20, "9" * 400])
def test_a_total_that_is_not_a_number_of_records_is_not_a_page(door: Door, place: str, total: Any) -> None:
    put(door, place, records(place, 1), total)
    (outcome,) = door.outcomes().values()
    assert (outcome.status, outcome.reason_code) == ("held", "unreadable")
    assert "This is not a page of the platform: data.total is not a whole number." in (outcome.message or "")


@pytest.mark.parametrize("number", ["last", -1, 1.5, True, [1], None, "9" * 400])
def test_an_invalid_page_number_does_not_hold_the_drop(door: Door, number: Any) -> None:
    put(door, REPORTS, records(REPORTS, 1), 1, number, name="p1.json")
    assert told(door) == [loaded(1)]
    put(door, REPORTS, records(REPORTS, 1), 2, number, name="p1.json", day="2024-06-02")
    (_, held) = door.outcomes().values()
    assert "Which pages are missing is not known: not every page has a number." in (held.message or "")


def test_a_copy_under_another_name_counts_once_and_is_held_with_its_drop(door: Door) -> None:
    put(door, REPORTS, records(REPORTS, 1, 2), 4)
    put(door, REPORTS, records(REPORTS, 1, 2), 4, name="副本.json")
    assert told(door) == [HELD, HELD]
    put(door, REPORTS, records(REPORTS, 3, 4), 4, 2)
    assert told(door) == [loaded(2), loaded(2), COPY]


def test_a_drop_of_copies_alone_is_whole_or_held(door: Door) -> None:
    for number, serials in ((1, (1, 2)), (2, (3, 4))):
        for day in (DAY, "2024-06-08"):
            put(door, REPORTS, records(REPORTS, *serials), 4, number, day=day)
    assert told(door) == [loaded(2)] * 2 + [COPY] * 2
    door.drop(REPORTS, "2024-06-15", "p001.json").write_bytes((door.inbox / REPORTS / DAY / "p001.json").read_bytes())
    assert told(door) == [loaded(2)] * 2 + [COPY] * 2 + [HELD]


def test_what_a_held_drop_holds_is_new_where_it_comes_again(door: Door) -> None:
    put(door, REPORTS, records(REPORTS, 1, 2), 4)
    for number, serials in ((1, (1, 2)), (2, (3, 4))):
        put(door, REPORTS, records(REPORTS, *serials), 4, number, day="2024-06-08")
    assert told(door) == [HELD, loaded(2), loaded(2)]
    put(door, REPORTS, records(REPORTS, 3, 4), 4, 2)
    assert told(door) == [loaded(2), loaded(2), COPY, COPY]


def test_a_page_that_is_held_is_missing_until_it_is_replaced(door: Door) -> None:
    put(door, REPORTS, records(REPORTS, 1, 2), 4)
    second = put(door, REPORTS, records(REPORTS, 3, 4), 4, 2, name="p002.json.gz")
    whole = second.read_bytes()
    second.write_bytes(whole[:-20])
    outcomes = door.outcomes()
    assert told(door) == [HELD, ("held", "unreadable", 0)]
    message = outcomes[f"{DAY}/p001.json"].message or ""
    assert "The drop has 2 of the 4 records" in message
    assert "A page that cannot be read counts as missing: p002.json.gz." in message
    second.write_bytes(whole)
    door.outcomes()
    loads = [(load["file_name"], load["status"]) for load in door.relation("lake.loads")]
    assert sorted(loads) == [("p001.json", "loaded"), ("p002.json.gz", "loaded"), ("p002.json.gz", "replaced")]


def test_an_accepted_drop_loads_as_it_is_from_that_build_on(door: Door) -> None:
    put(door, REPORTS, records(REPORTS, 1, 2), 4)
    accepted_on = dt.date(2024, 7, 1)
    assert told(door, accept_drops=[f"{REPORTS}/{DAY}"], as_of_on=accepted_on) == [loaded(2)]
    assert door.only_outcome().drop_accepted_on == accepted_on
    assert told(door, known_on=dt.date(2024, 6, 30)) == [HELD]
    assert told(door, known_on=accepted_on) == [loaded(2)]
    put(door, REPORTS, records(REPORTS, 3), 4, 2)
    assert told(door) == [loaded(2), loaded(1)]


def test_only_the_drop_that_lacks_pages_is_held(door: Door) -> None:
    put(door, REPORTS, records(REPORTS, 1, 2), 2, day="2024-05-20")
    put(door, REPORTS, records(REPORTS, 3), 9)
    put(door, REPORTS, records(REPORTS, 4), 1, day="2024-07-01")
    put(door, "platform/checkins", records("platform/checkins", 1), 1, name="q001.json")
    outcomes = door.outcomes()
    assert {name: o.reason_code for name, o in outcomes.items() if o.status == "held"} == {
        f"{DAY}/p001.json": "pages_missing"
    }
    assert sorted(row["source_key"] for row in door.relation("platform.reports")) == ["N-1", "N-2", "N-4"]


def test_lists_and_texts_say_no_total_and_are_not_asked_for_one(door: Door) -> None:
    for place in ("credit_desk/findings", "registry/personnel", "inspections/checks"):
        door.put(place, DAY, f"a.{dataset(place).format}", [ROWS[place]()])
    assert {status for status, _, _ in told(door)} == {"loaded"}


def days_of(door: Door, day: dt.date) -> str | None:
    return build_inputs.identities(door.settings, [day])[day]


def test_the_identity_of_what_was_known_sees_a_page_arrive_and_a_drop_accepted(door: Door) -> None:
    put(door, REPORTS, records(REPORTS, 1, 2), 4)
    before, after = dt.date(2024, 5, 31), dt.date(2024, 6, 30)
    door.outcomes()
    short = days_of(door, after)
    assert days_of(door, before) is None
    door.outcomes(accept_drops=[f"{REPORTS}/{DAY}"], as_of_on=dt.date(2024, 6, 15))
    accepted = days_of(door, after)
    put(door, REPORTS, records(REPORTS, 3, 4), 4, 2)
    door.outcomes()
    assert len({short, accepted, days_of(door, after)}) == 3


def test_the_total_alone_distinguishes_two_identities(door: Door) -> None:
    put(door, REPORTS, records(REPORTS, 1, 2), 4)
    door.outcomes()
    first = days_of(door, AS_OF)
    with contextlib.closing(sqlite3.connect(door.settings.manifest)) as manifest, manifest:
        manifest.execute("update parts set page_total = 2")
    assert days_of(door, AS_OF) != first


def test_a_manifest_of_an_earlier_release_learns_its_totals(door: Door) -> None:
    put(door, REPORTS, records(REPORTS, 1, 2), 4)
    assert told(door) == [HELD]
    with contextlib.closing(sqlite3.connect(door.settings.manifest)) as manifest, manifest:
        for column in ("page_total", "page_number", "record_count", "blank_count"):
            manifest.execute(f"alter table parts drop column {column}")
        manifest.execute("update parts set revision = 'of an earlier release'")
    assert told(door) == [HELD]


def test_a_drop_of_one_page_is_decided_without_reading_the_lake(door: Door) -> None:
    put(door, REPORTS, records(REPORTS, 1, 2), 4)
    put(door, REPORTS, records(REPORTS, 1, 2), 2, day="2024-07-01")
    expected = told(door)
    for path in (door.settings.lake / REPORTS).glob("*.parquet"):
        if path.name != lake_parts.SCHEMA_FILE:
            path.unlink()
    assert told(door) == expected == [HELD, loaded(2)]
