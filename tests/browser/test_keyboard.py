"""Everything can be done with the keyboard alone, and one always sees where one is."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import KINDS, NARROW, WIDE, Visit, listed

_STOPS = """
() => {
  const found = [...document.querySelectorAll("a[href], button, input, select, textarea, [tabindex]")]
    .filter((one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }));
  found.forEach((one, index) => (one.dataset.stop = index));
  return found.length;
}
"""
_FOCUS = """
() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return {
    stop: Number(one.dataset.stop),
    what: one.outerHTML.slice(0, 80),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    inside: box.width > 0 && box.height > 0 && box.left >= 0 && box.right <= innerWidth + 1 && box.top >= 0 && box.bottom <= innerHeight + 1,
    hit: one.contains(document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2)) ||
      getComputedStyle(one).display === "inline",
  };
}
"""


def tab_through(page: Page) -> list[dict[str, Any]]:
    """What Tab stops at, from the top of the page to its end."""
    count = page.evaluate(_STOPS)
    found = []
    for _ in range(count):
        page.keyboard.press("Tab")
        found.append(page.evaluate(_FOCUS))
    return found


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("kind", KINDS)
def test_tab_reaches_everything_in_the_order_of_the_page(visit_kind: Visit, kind: str, width: int) -> None:
    page = visit_kind(kind, width=width)
    page.evaluate("document.activeElement.blur()")
    stops = tab_through(page)
    assert len(stops) > 8 and None not in stops
    assert [one["stop"] for one in stops] == list(range(len(stops)))
    assert [one["what"] for one in stops if one["outline"] < 2] == [], "no ring is seen around it"
    assert [one["what"] for one in stops if not (one["inside"] and one["hit"])] == [], "it is out of sight, or covered"


def to(page: Page, selector: str) -> None:
    """Presses Tab until the element has the focus."""
    for _ in range(60):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {selector}")


def test_the_first_stop_leads_past_the_header(visit: Visit) -> None:
    page = visit()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    assert page.evaluate(_FOCUS)["inside"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_space_turns_the_language(visit: Visit) -> None:
    page = visit()
    to(page, "#en")
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="Roster of agencies")).to_be_visible()


def test_an_agency_is_searched_and_opened(visit: Visit) -> None:
    page = visit()
    code = listed(page)[3]
    to(page, "#q")
    page.keyboard.type(code)
    expect(page.locator("#count [lang=zh]")).to_contain_text("列出 1 家")
    to(page, "#table .who a")
    page.keyboard.press("Enter")
    expect(page.locator("h1 + .lead code")).to_have_text(code)
    to(page, "#steps a, .lines a, .notice a")  # the text goes on being reached


def test_filters_sorting_and_clearing_are_keys(visit: Visit) -> None:
    page = visit()
    everybody = listed(page)
    to(page, "#f-grade")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#f-grade")).to_have_value("A")
    expect(page.locator("#count [lang=zh]")).not_to_contain_text(f"列出 {len(everybody)} 家")
    filtered = listed(page)
    to(page, "#sort")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#sort")).to_have_value("score:asc")
    assert set(listed(page)) == set(filtered) and listed(page)[-1] == everybody[0]
    to(page, "#find button[type=reset]")
    page.keyboard.press("Enter")
    expect(page.locator("#f-grade")).to_have_value("")
    expect(page.locator("#count [lang=zh]")).to_contain_text(f"列出 {len(everybody)} 家")
    assert listed(page) == everybody


def test_files_are_saved_by_keys(visit: Visit) -> None:
    page = visit()
    to(page, "#csv")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".csv")
