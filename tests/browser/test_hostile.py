"""The site of a city whose exports mean harm (tests/hostile_city.py), opened in a browser: its texts are read, never run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import (
    HEIGHT,
    LANGS,
    NARROW,
    Visit,
    chart_points,
    listed,
    overflow,
    show_tooltip,
    tooltip,
    turn,
)
from tests.hostile_city import HostileCity
from tests.serving.site.published import roster_rows
from tests.serving.site.safety import KNOWN_TAGS, SCRIPTS

# Elements that the libraries of the site make; whatever else stands in a page that no template writes is somebody's text.
MADE = {"canvas"}
_ELEMENTS = """
() => {
  const foreign = [];
  for (const one of document.querySelectorAll("*")) {
    foreign.push([one.localName, one.localName === "script" ? one.getAttribute("src") || "inline" : ""]);
    for (const { name } of one.attributes) if (name.startsWith("on")) foreign.push([one.localName + " " + name, ""]);
  }
  return [...new Set(foreign.map((pair) => pair.join("|")))];
}
"""


@pytest.fixture(scope="module")
def site(hostile_city: HostileCity) -> Path:
    return hostile_city.site


@pytest.fixture
def page(visit: Visit) -> Page:
    """A window in which pages of the site are opened one after another."""
    return visit()


def foreign(page: Page) -> list[str]:
    """What stands in a page and was written by no template and made by no script of the site."""
    found = []
    for pair in page.evaluate(_ELEMENTS):
        name, _, source = pair.partition("|")
        is_own_script = name == "script" and source.removeprefix("../") in SCRIPTS
        if not is_own_script and (name == "script" or name not in KNOWN_TAGS | MADE):
            found.append(pair)
    return found


def paths(site: Path) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


def test_no_page_runs_or_becomes_what_a_text_says(page: Page, site: Path) -> None:
    for path in paths(site):
        page.goto((site / path).as_uri())
        assert foreign(page) == [], path
        expect(page.locator("main")).to_be_visible()
        expect(page.locator("footer code")).to_be_visible()  # the last thing that a page says
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).display") == "block", path


def test_no_text_pushes_a_page_out_of_its_window(page: Page, site: Path) -> None:
    page.set_viewport_size({"width": NARROW, "height": HEIGHT})
    for path in paths(site):
        page.goto((site / path).as_uri())
        for lang in LANGS:
            turn(page, lang)
            assert overflow(page) <= 0, (path, lang)


def test_the_search_takes_harm_for_text(page: Page, site: Path) -> None:
    """Every name is found by itself: what is typed is compared, and what is found is written, as text."""
    page.goto((site / "index.html").as_uri())
    rows = roster_rows(site)
    harmful = [row for row in rows if re.search(r"[<>\"'{]", row["agency_name"])]
    assert len(harmful) > 15
    for row in harmful:
        page.locator("#q").fill("")
        expect(page.locator("#count [lang=zh]")).to_contain_text(f"列出 {len(rows)} 家")
        page.locator("#q").fill(row["agency_name"])
        expect(page.locator("#count [lang=zh]")).not_to_contain_text(f"列出 {len(rows)} 家")
        assert row["agency_id"] in listed(page), row["agency_name"]
        assert foreign(page) == [], row["agency_name"]


def test_what_the_chart_says_of_its_points_is_text(page: Page, site: Path) -> None:
    seen = 0
    for path in paths(site):
        if 'id="chart"' not in (site / path).read_text("utf-8"):
            continue
        page.goto((site / path).as_uri())
        *points, _ = chart_points(page)
        for index, point in enumerate(points):
            show_tooltip(page, index)
            assert tooltip(page).startswith(point["on"]), path
            assert foreign(page) == [], (path, point["on"])
            seen += 1
    assert seen > 20


@pytest.mark.parametrize(
    "harm",
    [
        "<img src=x onerror=alert(1)>",
        "<script>1</script>",
        "<b onclick=alert(1)>x</b>",
        "<iframe></iframe>",
        "<svg onload=alert(1)></svg>",
    ],
)
def test_harm_that_becomes_markup_is_caught(browser: Browser, harm: str) -> None:
    page = browser.new_page()
    page.set_content(f"<!DOCTYPE html><title>x</title><main><p>{harm}</p></main>")
    assert foreign(page) != []
    page.close()
