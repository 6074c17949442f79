"""The roster's table: it is the release's, filters and sorting do what they say, and downloads hold the rows shown."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Visit, listed, table_rows
from tests.conftest import BuiltCity
from tests.serving.site.published import WITH_A_PAGE

Row = dict[str, Any]
IN_WORDS = {"exited": "退出", "unlisted": "未列入"}  # states of which no agency has a score


@pytest.fixture(scope="module")
def roster(built_city: BuiltCity) -> dict[str, Row]:
    """Who has a page, by code; `state` is what stands where a grade stands."""
    rows = built_city.query(
        "select agency_id, score, grade, case when exited_on is not null then 'exited' when since_on is null then "
        "'unlisted' else coalesce(grade, 'unrated') end as state, cast(coalesce(exited_on, since_on) as varchar) as since_on "
        f"from ({WITH_A_PAGE}) left join publication.rpt_public_roster using (agency_id) "
        "left join publication.rpt_exit_notices using (agency_id)"
    )
    about = {
        row["agency_id"]: row
        for row in built_city.query(
            "select agency_id, agency_name, service_type, registered_region_name, directory_status, "
            "cast(last_checked_on as varchar) as last_checked_on from credit.dim_agencies"
        )
    }
    made = {row["agency_id"]: about[row["agency_id"]] | row for row in rows}
    for row in made.values():
        if row["state"] == "exited" or row["directory_status"] == "suspended":
            row["state"] = row["directory_status"] = "exited" if row["state"] == "exited" else "suspended"
    return made


def saved(page: Page, name: str) -> str:
    """What a button saves."""
    with page.expect_download() as download:
        page.locator(f"#{name}").click()
    assert download.value.suggested_filename.startswith("roster-") and download.value.suggested_filename.endswith(name)
    return Path(download.value.path()).read_text("utf-8")


def pick(page: Page, field: str, value: str, count: int) -> None:
    page.locator(f"#f-{field}").select_option(value)
    expect(page.locator("#count [lang=zh]")).to_contain_text(f"列出 {count} 家")


def test_the_table_is_the_release_s(visit: Visit, roster: dict[str, Row]) -> None:
    cells = (
        visit()
        .locator("#table .tabulator-row")
        .evaluate_all(
            "rows => rows.map(row => Object.fromEntries([...row.querySelectorAll('.tabulator-cell')].map("
            "cell => [cell.getAttribute('tabulator-field'), cell.innerText.trim()])))"
        )
    )
    assert len(cells) == len(roster)
    for cell in cells:
        name, code = cell["agency_name"].split("\n")
        row = roster[code]
        assert name == row["agency_name"]
        score = IN_WORDS.get(row["state"]) or str(row["score"]).removesuffix(".00").replace("-", "−")
        assert (cell["grade"], cell["score"]) == (IN_WORDS.get(row["state"], row["state"]), score)
        assert (cell["since_on"], cell["last_checked_on"]) == (row["since_on"], row["last_checked_on"] or "–")
        assert cell["registered_region_name"] == row["registered_region_name"]


def test_the_counts_by_grade_are_those_of_the_table(visit: Visit, roster: dict[str, Row]) -> None:
    page = visit()
    told = {row[0]: int(row[-1]) for row in table_rows(page, ".bars")}
    counts = Counter(IN_WORDS.get(row["state"], row["state"]) for row in roster.values())
    assert {state: count for state, count in told.items() if count} == dict(counts)


@pytest.mark.parametrize("field", ["grade", "service_type", "registered_region_name", "directory_status"])
def test_a_filter_shows_who_has_the_value_and_nobody_else(visit: Visit, roster: dict[str, Row], field: str) -> None:
    page = visit()
    column = "state" if field == "grade" else field
    values = page.locator(f"#f-{field} option").evaluate_all(
        "options => options.map((one) => one.value).filter(Boolean)"
    )
    assert set(values) == {row[column] for row in roster.values()}
    for value in values:
        wanted = {code for code, row in roster.items() if row[column] == value}
        pick(page, field, value, len(wanted))
        assert set(listed(page)) == wanted


def test_filters_and_search_hold_together(visit: Visit, roster: dict[str, Row]) -> None:
    page = visit()
    (grade, kind), _ = Counter((row["state"], row["service_type"]) for row in roster.values()).most_common(1)[0]
    both = {code: row for code, row in roster.items() if (row["state"], row["service_type"]) == (grade, kind)}
    wanted = {code for code, row in both.items() if "技术" in row["agency_name"]}
    assert 0 < len(wanted) < len(both) < len(roster)
    pick(page, "grade", grade, sum(row["state"] == grade for row in roster.values()))
    pick(page, "service_type", kind, len(both))
    page.locator("#q").fill("技术")
    expect(page.locator("#count [lang=zh]")).to_contain_text(f"列出 {len(wanted)} 家")
    assert set(listed(page)) == wanted


def test_the_files_hold_the_rows_shown_in_their_order(visit: Visit, roster: dict[str, Row]) -> None:
    page = visit()
    pick(page, "grade", "B", sum(row["state"] == "B" for row in roster.values()))
    page.locator("#sort").select_option("agency_name:asc")
    shown = listed(page)
    text = saved(page, "csv")
    assert text.startswith("\ufeff") and "\r" not in text
    as_csv = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    as_json = json.loads(saved(page, "json"))
    assert [row["agency_id"] for row in as_csv] == [row["agency_id"] for row in as_json] == shown and len(shown) > 1
    for one, other in zip(as_csv, as_json, strict=True):
        row = roster[one["agency_id"]]
        assert other["agency_name"] == one["agency_name"] == row["agency_name"]
        assert other["grade"] == one["grade"] == "B"
        assert float(one["score"]) == other["score"] == row["score"]
        assert one["since_on"] == other["since_on"] == row["since_on"]


def test_all_rows_are_saved_when_nothing_is_chosen(visit: Visit, roster: dict[str, Row]) -> None:
    rows = json.loads(saved(visit(), "json"))
    assert {row["agency_id"] for row in rows} == roster.keys() and len(rows) == len(roster)


@pytest.mark.parametrize(
    ("choice", "key", "is_reversed"),
    [
        ("score:desc", lambda row: row["score"], True),
        ("score:asc", lambda row: row["score"], False),
        ("since_on:desc", lambda row: row["since_on"], True),
        ("last_checked_on:asc", lambda row: row["last_checked_on"], False),
    ],
)
def test_sorting_puts_rows_in_order_and_no_value_last(
    visit: Visit, roster: dict[str, Row], choice: str, key: Callable[[Row], Any], is_reversed: bool
) -> None:
    page = visit()
    first = listed(page)
    page.locator("#sort").select_option(choice)
    values = [key(roster[code]) for code in listed(page)]
    there = [value for value in values if value is not None]
    assert there == sorted(there, reverse=is_reversed)
    assert values == there + [None] * (len(values) - len(there))
    page.locator("#sort").select_option("")
    assert listed(page) == first


def test_the_best_grade_comes_first_and_who_has_left_last(visit: Visit, roster: dict[str, Row]) -> None:
    order = [roster[code]["state"] for code in listed(visit())]
    assert order == sorted(order, key=["A", "B", "C", "D", "unrated", "suspended", "exited", "unlisted"].index)
