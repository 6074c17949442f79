"""K7: a row that could not be read is corrected by another file of its drop that holds the same rows, and reads more.

By key a row whose key cannot be read is never found again: here the files are compared. Does not belong here: rows that
are replaced by one of their key (the warehouse), what was held and comes again (`test_missing_pages`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest

from tests.ingestion.real_exports.builder import DAY, USCC_B, Door, Row, checkin, finding, put
from tests.ingestion.support import dataset, headers

PLACE = "credit_desk/findings"
GOOD = [finding("RD-1"), finding("RD-2")]
KEYLESS, MENDED = finding("焦\ufffd号"), finding("RD-3")
NO_STATUS = finding("RD-4", 状态="?")
NOTHING_ELSE = finding(None, 统一社会信用代码=USCC_B)


def unread(door: Door) -> list[tuple[str, int, bool]]:
    """File, row and whether it is corrected, for every quarantined row."""
    door.outcomes()
    rows = door.relation("lake.quarantined_rows")
    return sorted((row["file_name"], row["row_number"], row["is_corrected"]) for row in rows)


@pytest.mark.parametrize("name", ["m.xlsx", "a.xlsx", "z.xlsx"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_key_that_could_not_be_read_is_corrected_in_a_file_of_any_name(door: Door, name: str, is_first: bool) -> None:
    versions = [("m.xlsx", [*GOOD, KEYLESS]), (name, [*GOOD, MENDED])]
    for file, rows in versions if is_first else reversed(versions):
        put(door, PLACE, rows, name=file)
        door.ingest()
    assert unread(door) == [("m.xlsx", 4, True)]


@pytest.mark.parametrize("name", ["m.xlsx", "a.xlsx", "z.xlsx"])
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param([*GOOD, KEYLESS], [*GOOD, MENDED, NO_STATUS], [True, False], id="another row is broken in it"),
        pytest.param([*GOOD, KEYLESS, NOTHING_ELSE], [*GOOD, MENDED, NOTHING_ELSE], [True, False], id="one of two"),
        pytest.param([*GOOD, KEYLESS, NOTHING_ELSE], [*GOOD, MENDED, finding("RD-5")], [True, True], id="both"),
        pytest.param([*GOOD, KEYLESS], [GOOD[0], finding("RD-2", 状态="撤销"), MENDED], [True], id="other cells, too"),
        pytest.param([*GOOD, KEYLESS], GOOD, [False], id="the row taken out"),
        pytest.param([*GOOD, NO_STATUS], [*GOOD, MENDED], [False], id="a row whose key says that it is another one"),
        pytest.param([*GOOD, KEYLESS], [*GOOD, KEYLESS, MENDED], [False], id="another row added"),
        pytest.param([*GOOD, KEYLESS], [GOOD[0], MENDED, NO_STATUS], [False, False], id="a good row is gone"),
        pytest.param([*GOOD, KEYLESS], [finding(f"QT-{n}") for n in range(9)], [False], id="rows of other things"),
    ],
)  # fmt: skip
def test_a_file_corrects_only_what_it_holds_and_reads(
    door: Door, name: str, before: Sequence[Row], after: Sequence[Row], expected: list[bool]
) -> None:
    put(door, PLACE, before, name="m.xlsx")
    door.ingest()
    put(door, PLACE, after, name=name)
    assert sorted(is_corrected for _, _, is_corrected in unread(door)) == sorted(expected)


@pytest.mark.parametrize(("name", "expected"), [("m.xlsx", True), ("z.xlsx", False)])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([*GOOD, KEYLESS], [MENDED, finding("RD-0"), *GOOD], id="in another order, with more rows"),
        pytest.param([GOOD[1], KEYLESS], [*GOOD], id="the list before it, which ends as it begins"),
    ],
)
def test_exports_that_overlap_are_not_versions_of_one_another(
    door: Door, name: str, expected: bool, before: Sequence[Row], after: Sequence[Row]
) -> None:
    """Only the same file name shows that other rows in other positions are a newer version."""
    put(door, PLACE, before, name="m.xlsx")
    door.ingest()
    put(door, PLACE, after, name=name)
    assert [is_corrected for _, _, is_corrected in unread(door)] == [expected]


def test_of_three_versions_the_last_corrects_both(door: Door) -> None:
    for name, rows in (
        ("b.xlsx", [*GOOD, KEYLESS, NOTHING_ELSE]),
        ("c.xlsx", [*GOOD, MENDED, NOTHING_ELSE]),
        ("a.xlsx", [*GOOD, MENDED, finding("RD-5")]),
    ):
        put(door, PLACE, rows, name=name)
    assert unread(door) == [("b.xlsx", 4, True), ("b.xlsx", 5, True)]


def test_two_versions_that_read_the_same_rows_do_not_clear_each_other(door: Door) -> None:
    put(door, PLACE, [*GOOD, KEYLESS], name="a.xlsx")
    put(door, PLACE, [*GOOD, NOTHING_ELSE], name="b.xlsx")
    assert unread(door) == [("a.xlsx", 4, False), ("b.xlsx", 4, False)]


@pytest.mark.parametrize(("name", "expected"), [("m.xlsx", True), ("z.xlsx", False)])
def test_a_file_without_a_good_row_is_corrected_under_its_own_name_alone(door: Door, name: str, expected: bool) -> None:
    """Nothing says that a file of another name is about the same rows."""
    put(door, PLACE, [KEYLESS], name="m.xlsx")
    door.ingest()
    put(door, PLACE, [MENDED], name=name)
    assert unread(door) == [("m.xlsx", 2, expected)]


def test_a_file_of_another_day_corrects_nothing(door: Door) -> None:
    put(door, PLACE, [*GOOD, KEYLESS])
    put(door, PLACE, [*GOOD, MENDED], day="2024-06-08")
    assert [is_corrected for _, _, is_corrected in unread(door)] == [False]


PAGES = "platform/checkins"
PutPage = Callable[..., None]


@pytest.fixture
def put_page(door: Door) -> PutPage:
    def put_it(name: str, numbers: Sequence[str | None], page: int | None, total: int) -> None:
        nothing = dict.fromkeys(headers(dataset(PAGES)))
        records = [nothing | checkin(f"QD-{number}") | {"qdbh": number and f"QD-{number}"} for number in numbers]
        data = {"total": total, "records": records} | ({} if page is None else {"page": page})
        door.drop(PAGES, DAY, name).write_text(json.dumps({"code": 0, "msg": "ok", "data": data}), "utf-8")
        door.ingest()

    return put_it


@pytest.mark.parametrize(("page", "expected"), [(1, [True]), (2, [False])])
def test_a_page_is_corrected_by_a_page_of_its_number(
    door: Door, put_page: PutPage, page: int, expected: list[bool]
) -> None:
    """The next page may begin with the records of the one before."""
    put_page("p.json", ["1", None], 1, 2)
    put_page("q.json", ["1", "2", "3"], page, 3)
    assert [is_corrected for _, _, is_corrected in unread(door)] == expected


def test_a_corrected_record_does_not_replace_a_missing_one(door: Door, put_page: PutPage) -> None:
    put_page("p1.json", ["1", None], 1, 4)
    put_page("p2.json", ["3"], 2, 4)
    put_page("p1 again.json", ["1", "2"], 1, 4)
    assert {str(outcome.status) for outcome in door.outcomes().values()} == {"held"}
    put_page("p2.json", ["3", "4"], 2, 4)
    assert {str(outcome.status) for outcome in door.outcomes().values()} == {"loaded"}
    assert unread(door) == [("p1.json", 2, True)]


def test_pages_without_a_number_are_not_versions_of_one_another(door: Door, put_page: PutPage) -> None:
    put_page("p1.json", ["1", "2"], None, 3)
    put_page("p2.json", [None], None, 3)
    assert {str(outcome.status) for outcome in door.outcomes().values()} == {"loaded"}
    assert [is_corrected for _, _, is_corrected in unread(door)] == [False]
