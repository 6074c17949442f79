"""Pages fit a phone and a desk, and print as sheets for the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import KINDS, LANGS, NARROW, PAPER, WIDE, Visit, overflow, path_of, sheets, turn

_CUT = """
() => [...document.querySelectorAll("main td, main th, main dd, main li, main p, main h1, main h2, .tabulator-cell, .tabulator-col-title, .top a, label, button")]
  .filter((one) => one.checkVisibility() && !one.closest(".away, thead.away, .skip") && getComputedStyle(one).clipPath === "none")
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible")
  .map((one) => one.className + ": " + one.textContent.trim().slice(0, 40))
"""


@pytest.mark.parametrize("width", [320, NARROW, 768, WIDE])
@pytest.mark.parametrize("kind", KINDS)
def test_no_page_scrolls_sideways_or_cuts_a_text(visit_kind: Visit, kind: str, width: int) -> None:
    page = visit_kind(kind, width=width)
    for lang in LANGS:
        turn(page, lang)
        assert overflow(page) <= 0, lang
        assert page.evaluate(_CUT) == [], lang


def test_a_page_that_is_too_wide_is_caught(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": NARROW, "height": 600})
    page.set_content("<!DOCTYPE html><main><p style='width: 500px'>x</p></main>")
    assert overflow(page) > 0
    page.set_content(
        "<!DOCTYPE html><main><p style='width: 50px; overflow: hidden; white-space: nowrap'>too long for it</p></main>"
    )
    assert page.evaluate(_CUT) != []
    page.close()


@pytest.mark.parametrize("kind", KINDS)
def test_paper_bears_the_text_and_none_of_the_tools(visit_kind: Visit, kind: str) -> None:
    page = visit_kind(kind)
    assert sheets(page) <= {"roster": 2, "agency": 2, "left": 2, "unlisted": 2}.get(kind, 9)
    page.emulate_media(media="print")
    for tool in (".top nav", ".switch", ".skip", "#find", "#tools", "#table", "#pages"):
        if page.locator(tool).count():
            expect(page.locator(tool)).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".notice")).to_be_visible()
    expect(page.locator("footer code")).to_be_visible()


def test_paper_bears_the_whole_roster_whatever_was_searched(visit: Visit) -> None:
    page = visit()
    page.locator("#q").fill("没有这家公司")
    expect(page.locator("#count [lang=zh]")).to_contain_text("列出 0 家")
    page.emulate_media(media="print")
    expect(page.locator("#plain")).to_be_visible()
    assert page.locator("#plain tbody tr:visible").count() > 20


def test_the_chart_keeps_to_its_sheet(visit: Visit, site: Path) -> None:
    page = visit(path_of(site, "agency"))
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    box = page.locator("#chart canvas").bounding_box()
    assert box and box["width"] <= PAPER and 100 < box["height"] < 200
    assert overflow(page) <= 0
