"""What axe-core finds on every kind of page, in both languages, on a desk and on a phone: nothing serious."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import KINDS, LANGS, NARROW, WIDE, Visit, turn

GRAVE = ("serious", "critical")


def findings(page: Page) -> list[str]:
    """What somebody cannot read or use, each with the element that it stands in. No file is asked for (`preload`)."""
    found: list[dict[str, Any]] = (
        Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    )
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:120]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_shut_out_of_a_page(visit_kind: Visit, kind: str, width: int) -> None:
    page = visit_kind(kind, width=width)
    for lang in LANGS:
        turn(page, lang)
        assert findings(page) == [], lang


def test_the_plain_roster_shuts_nobody_out(visit: Visit) -> None:
    """What stands where no script runs; axe is one itself, so only the roster's is kept from it."""
    page = visit("about.html")
    page.route("**/assets/roster.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.get_by_role("link", name="名录", exact=True).click()
    expect(page.locator("#plain")).to_be_visible()
    assert findings(page) == []


@pytest.mark.parametrize(
    "fault",
    ["<p style='color:#bbb'>pale</p>", "<input type=text>", "<img src='data:,'>", "<div role=grid><p>x</p></div>"],
)
def test_a_page_that_shuts_somebody_out_is_caught(browser: Browser, fault: str) -> None:
    page = browser.new_page()
    page.set_content(f"<!DOCTYPE html><html lang=en><title>x</title><main><h1>x</h1>{fault}</main>")
    assert findings(page) != []
    page.close()
