"""An agency's page: what is read on it adds up to the score that the release gives, today and on days to come."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from serving import palette
from tests.browser.pages import WIDE, Visit, chart_points, path_of, places_of_points, sheets, table_rows, tooltip
from tests.conftest import BuiltCity
from tests.serving.site.published import WITH_A_PAGE

Spans = dict[str, list[dict[str, Any]]]
KNOWN_DAYS = 3  # to come, of each agency
RADIUS = 5  # pixels of a point of the chart


@pytest.fixture(scope="module")
def today(built_city: BuiltCity) -> dt.date:
    return dt.date.fromisoformat(built_city.summary["as_of_on"])


@pytest.fixture(scope="module")
def spans(built_city: BuiltCity, today: dt.date) -> Spans:
    """The score of every agency that has a page, from today on, span by span."""
    found: Spans = {}
    for row in built_city.query(
        "select agency_id, valid_from_on, valid_until_on, score, grade from credit.fct_score_history "
        f"where (valid_until_on is null or valid_until_on > ?) and agency_id in ({WITH_A_PAGE}) "
        "order by agency_id, valid_from_on",
        today,
    ):
        found.setdefault(row["agency_id"], []).append(row)
    return found


def score_on(spans: list[dict[str, Any]], day: dt.date) -> Decimal:
    (score,) = (
        span["score"]
        for span in spans
        if span["valid_from_on"] <= day and (span["valid_until_on"] is None or day < span["valid_until_on"])
    )
    return score


def days_to_come(spans: list[dict[str, Any]], today: dt.date) -> list[dt.date]:
    """Days on which the score is another one: the first, the middle, the last; where it stays, days of the next year."""
    days = [span["valid_from_on"] for span in spans if span["valid_from_on"] > today]
    days = [days[0], days[len(days) // 2], days[-1]] if days else []
    return (days + [today + dt.timedelta(days=count) for count in (31, 182, 365)])[: max(KNOWN_DAYS, len(days))]


def number(text: str) -> Decimal:
    return Decimal(text.replace("−", "-").replace("+", "").replace(" ", ""))


def lines(page: Page, today: dt.date) -> list[tuple[Decimal, dt.date, dt.date]]:
    """Points, first and last day of each line, as they are read."""
    found = []
    for cells in table_rows(page, "table.lines"):
        if len(cells) < 4:
            continue  # a heading between the lines
        first, last = cells[3].split(" – ") if " – " in cells[3] else (today.isoformat(), cells[3])
        until = dt.date.max if last == "长期" else dt.date.fromisoformat(last)
        found.append((number(cells[0]), dt.date.fromisoformat(first), until))
    return found


def test_lines_add_up_to_the_score_today_and_on_known_days_to_come(visit: Visit, spans: Spans, today: dt.date) -> None:
    page = visit()
    base = page.url.removesuffix("index.html")
    future = set()
    for code, history in spans.items():
        page.goto(f"{base}agency/{code}.html")
        read = lines(page, today)
        days = days_to_come(history, today)
        for day in (today, *days):
            total = sum(points for points, first, last in read if first <= day <= last)
            assert total == score_on(history, day), (code, day)
        future |= set(days)
    assert len(spans) > 20 and len(future) > 20


def test_the_sum_shown_is_the_score_and_the_roster_s(visit: Visit, spans: Spans, today: dt.date) -> None:
    page = visit()
    base = page.url
    told = dict(
        page.locator("#table .tabulator-row").evaluate_all(
            "rows => rows.map(row => [row.querySelector('code').innerText, "
            "row.querySelector('[tabulator-field=score]').innerText.trim()])"
        )
    )
    for code, history in spans.items():
        page.goto(base.replace("index.html", f"agency/{code}.html"))
        terms = [number(text) for text in page.locator(".sumup > span:not(.is) b").all_inner_texts()]
        total = number(page.locator(".sumup .is b").inner_text().removeprefix("="))
        assert sum(terms) == total == score_on(history, today), code
        assert told[code] == "退出" or number(told[code]) == total, code


def test_the_chart_s_points_are_the_score_s(visit: Visit, spans: Spans, today: dt.date) -> None:
    page = visit()
    base = page.url
    seen = 0
    for code, history in spans.items():
        page.goto(base.replace("index.html", f"agency/{code}.html"))
        if not page.locator("#chart").count():
            assert len({span["score"] for span in history}) == 1, code
            continue
        *points, last = chart_points(page)
        assert points[0]["on"] == today.isoformat()
        for point, row in zip(points, table_rows(page, "#steps"), strict=True):
            day = dt.date.fromisoformat(point["on"])
            assert Decimal(str(point["score"])) == score_on(history, day) == number(row[1]), (code, day)
            assert point["on"] == row[0] and point["said"].startswith(row[1]), (code, day)
        known = {max(span["valid_from_on"], today).isoformat(): span["score"] for span in history}
        told = {point["on"] for point in points}
        for before, after in zip(list(known)[:-1], list(known)[1:], strict=True):
            assert after in told or known[after] == known[before], (code, after)
        assert last["score"] == points[-1]["score"] and last["on"] > points[-1]["on"]
        seen += len(points)
    assert seen > 60


def test_a_pointer_over_a_point_of_the_chart_is_told_day_grade_and_score(visit: Visit, site: Path) -> None:
    page = visit(path_of(site, "agency"))
    page.locator("#chart").scroll_into_view_if_needed()
    assert tooltip(page) == ""
    places, rows = places_of_points(page), table_rows(page, "#steps")
    asked = 0
    for (x, y), (day, score, grade, cause) in zip(places[:-1], rows, strict=True):
        if sum(abs(x - left) < RADIUS and abs(y - top) < RADIUS for left, top in places[:-1]) > 1:
            continue  # one covers the other
        page.mouse.move(x, y)
        first, *causes = tooltip(page).split("\n")
        assert first.split() == [day, grade, score] and causes == cause.split(" · ")
        asked += 1
    assert asked > 2


def test_a_chart_draws_its_line_and_a_band_for_each_grade(visit: Visit, site: Path) -> None:
    """The canvas is not empty."""
    page = visit(path_of(site, "agency"))
    colours = page.evaluate(
        """() => {
          const canvas = document.querySelector("#chart canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const found = new Set();
          for (let at = 0; at < data.length; at += 4) found.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
          return [...found].map((one) => one.toString(16).padStart(6, "0"));
        }"""
    )
    assert {palette.MAIN.removeprefix("#"), "e3f1e8", "e6eff8", "fdf1dc", "fae5e6"} <= set(
        colours
    )  # the line, and a band for each grade


def test_every_page_prints_on_two_sheets(visit: Visit, spans: Spans) -> None:
    page = visit(width=WIDE)
    base = page.url
    for code in sorted(spans, key=lambda code: len(spans[code]))[-6:]:
        page.goto(base.replace("index.html", f"agency/{code}.html"))
        assert sheets(page) <= 2, code
