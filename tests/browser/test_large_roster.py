"""A roster of 30,000 agencies: its pages are turned by keys and by links, it opens at once, and search answers while typing.

Time is the page's own processor time, which other work on the machine leaves as it is.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.large import write_large_roster
from tests.browser.pages import HEIGHT, WIDE, Visit, listed, turn

AGENCIES = 30_000
OPENS_WITHIN = 2.0  # seconds
ANSWERS_WITHIN = 0.25  # a letter


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_large_roster(tmp_path_factory.mktemp("large"), AGENCIES)


def spent(session: CDPSession) -> float:
    """Seconds of processor time that the page's thread has used."""
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def timed(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    return session


def count_is(page: Page, count: int) -> None:
    expect(page.locator("#count [lang=zh]")).to_have_text(f"列出 {count} 家，共 {AGENCIES} 家")


def test_the_roster_opens_at_once(browser: Browser, site: Path) -> None:
    page = browser.new_page(viewport={"width": WIDE, "height": HEIGHT})
    session = timed(page)
    page.goto((site / "index.html").as_uri())
    count_is(page, AGENCIES)
    seconds = spent(session)
    page.close()
    print(f"opened in {seconds:.2f} s of processor time")
    assert seconds < OPENS_WITHIN


def test_search_answers_while_typing(visit: Visit) -> None:
    page = visit()
    count_is(page, AGENCIES)
    session = timed(page)
    slowest = 0.0
    for text in ("焦作市安泰", "jzsat29", "91410800MA00123", "29876"):
        page.locator("#q").fill("")
        count_is(page, AGENCIES)
        for letter in text:
            before = spent(session)
            page.locator("#q").press_sequentially(letter)
            page.wait_for_timeout(150)  # the search waits for a pause of the typist
            slowest = max(slowest, spent(session) - before)
        expect(page.locator("#count [lang=zh]")).not_to_contain_text(f"列出 {AGENCIES} 家")
        assert listed(page)
    print(f"the slowest letter took {slowest * 1000:.0f} ms of processor time")
    assert slowest < ANSWERS_WITHIN


def test_everybody_is_found_by_each_key(visit: Visit) -> None:
    page = visit()
    for text, count, code in (
        ("91410800MA0029999X", 1, "91410800MA0029999X"),
        ("焦作旧名29990公司", 1, "91410800MA0029990X"),
        ("jzsst31xf", 1, "91410800MA0000031X"),
        ("沁阳", 0, ""),
    ):
        page.locator("#q").fill(text)
        count_is(page, count)
        expect(page.locator("#table .tabulator-row .who code")).to_have_text([code] if code else [])


def test_pages_are_turned_by_keys(visit: Visit) -> None:
    page = visit()
    pages = page.locator("#pages")
    first = listed(page)
    assert len(first) == 50
    seen = set(first)
    for number in ("2", "3"):
        pages.get_by_role("button", name="下一页").focus()
        page.keyboard.press("Enter")
        expect(pages.locator("button.active")).to_have_text(number)
        assert not seen & set(listed(page))
        seen |= set(listed(page))
    expect(pages.get_by_role("button", name="下一页")).to_be_focused()  # to be pressed again
    pages.get_by_role("button", name="末页").focus()
    page.keyboard.press("Enter")
    expect(pages.locator("button.active")).to_have_text(str(AGENCIES // 50))
    assert listed(page)[-1] == f"91410800MA{AGENCIES - 1:07}X"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(pages.locator("button.active")).not_to_have_text(str(AGENCIES // 50))


def test_a_search_begins_on_its_first_page(visit: Visit) -> None:
    page = visit()
    page.locator("#pages").get_by_role("button", name="末页").click()
    page.locator("#f-grade").select_option("B")
    count_is(page, AGENCIES // 4)
    expect(page.locator("#pages button.active")).to_have_text("1")
    assert len(listed(page)) == 50


def test_the_buttons_speak_both_languages(visit: Visit) -> None:
    page = visit()
    texts = page.locator("#pages button").all_inner_texts()
    assert {"首页", "上页", "下页", "末页"} <= set(texts)
    turn(page, "en")
    assert {"First", "Previous", "Next", "Last"} <= set(page.locator("#pages button").all_inner_texts())


def test_every_plain_page_is_reached_without_a_script(visit: Visit) -> None:
    page = visit(javascript=False)
    seen: list[str] = page.locator("#plain .who code").all_inner_texts()
    links = page.locator(".pager a")
    assert links.count() == AGENCIES // 500
    for number in (2, 31, AGENCIES // 500):
        links.nth(number - 1).click()
        page.wait_for_url(f"**/roster-{number}.html")  # `expect` waits by a timer of the page, which stands still
        assert page.locator(".pager [aria-current=page]").inner_text() == str(number)
        codes = page.locator("#plain .who code").all_inner_texts()
        assert len(codes) == 500 and codes[0] == f"91410800MA{(number - 1) * 500:07}X"
        assert not set(codes) & set(seen)
        seen += codes
