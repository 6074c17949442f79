"""The site of a city whose exports mean harm (tests/hostile_city.py), opened in a browser: its texts are read, never run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from serving.outputs.site import write_site
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
from tests.hostile_texts import PAYLOADS
from tests.serving.site.candidates import add_step, candidate, key_of
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


def bare(text: str) -> str:
    """Text without what a page may fold, and without the dots at which a tooltip breaks its lines."""
    return re.sub(r"[\s·]", "", text)


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


@pytest.fixture(scope="module")
def site_of_harmful_titles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Titles are the rulebook's, which no export writes: here each mean harm, and stand in the tooltip of a chart."""
    folder = tmp_path_factory.mktemp("titles")
    with candidate(folder, PAYLOADS) as one:
        add_step(one)
        write_site(one)
    return folder / "site"


def test_what_the_chart_says_of_its_points_is_text(visit: Visit, site_of_harmful_titles: Path) -> None:
    base = site_of_harmful_titles.as_uri()
    page = visit(base=base)
    for place, payload in enumerate(PAYLOADS):
        page.goto(f"{base}/agency/{key_of(place)}.html")
        *points, _ = chart_points(page)
        assert len(points) == 2
        for index, point in enumerate(points):
            show_tooltip(page, index)
            said = tooltip(page)
            assert said.startswith(point["on"]) and (bare(payload) in bare(said)) == (index > 0), said
            assert foreign(page) == [], payload


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
