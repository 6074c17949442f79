"""The switch turns every label of every kind of page into English, and back; data stay as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import KINDS, NARROW, WIDE, Visit, chart_points, labels, path_of, seen, turn

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")  # and its punctuation
LATIN = re.compile(r"[A-Za-z]{2,}")


def only_english(text: str) -> bool:
    """Whether a text belongs to no Chinese page; one that names a format or a hash among Chinese words does."""
    return bool(LATIN.search(text)) and not CHINESE.search(text)


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("kind", KINDS)
def test_the_switch_turns_every_label_and_back(visit_kind: Visit, kind: str, width: int) -> None:
    page = visit_kind(kind, width=width)
    chinese = labels(page)
    assert [text for text in chinese if only_english(text)] == []
    turn(page, "en")
    english = labels(page)
    assert [text for text in english if CHINESE.search(text)] == []
    assert len(english) == len(chinese) > 10
    said = {text for text in chinese if CHINESE.search(text)} & set(english)
    assert said == set()
    assert page.locator("html").get_attribute("lang") == "en-GB"
    turn(page, "zh")
    assert labels(page) == chinese
    assert page.locator("html").get_attribute("lang") == "zh-CN"


@pytest.mark.parametrize("kind", KINDS)
def test_the_switch_needs_no_script(visit_kind: Visit, kind: str) -> None:
    page = visit_kind(kind, javascript=False)
    assert [text for text in seen(page, data=False) if only_english(text)] == []
    turn(page, "en")
    assert [text for text in seen(page, data=False) if CHINESE.search(text)] == []


def test_the_chart_speaks_the_language_of_the_page(visit: Visit, site: Path) -> None:
    page = visit(path_of(site, "agency"))
    said = [point["said"] for point in chart_points(page)]
    assert said[0].endswith("今日") and all(CHINESE.search(text) for text in said)
    turn(page, "en")
    said = [point["said"] for point in chart_points(page)]
    assert said[0].endswith("today") and not any(CHINESE.search(text) for text in said)


def test_names_and_codes_stay_as_they_are(visit: Visit, site: Path) -> None:
    page = visit(path_of(site, "agency"))
    data = page.locator("bdi:visible, code:visible, time:visible").all_inner_texts()
    turn(page, "en")
    assert page.locator("bdi:visible, code:visible, time:visible").all_inner_texts() == data and len(data) > 20


def test_the_next_page_keeps_the_language(visit: Visit) -> None:
    page = visit(lang="en")
    page.locator("#table .who a").first.click()
    expect(page.get_by_role("heading", name="What makes the score")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Roster of agencies")).to_be_visible()


def test_nothing_found_and_paging_speak_english_too(visit: Visit) -> None:
    page = visit(lang="en")
    page.locator("#q").fill("nobody")
    expect(page.locator("#count [lang=en]")).to_contain_text("0 of")
    assert [text for text in labels(page) if CHINESE.search(text)] == []


@pytest.mark.parametrize(
    "fault",
    [
        "<p>忘记翻译</p>",
        "<button aria-label=关闭>x</button>",
        "<select><option data-zh=全部 data-en=all>全部</select>",
        "<p>Name；other</p>",
    ],
)
def test_a_label_that_stays_chinese_is_caught(browser: Browser, fault: str) -> None:
    page = browser.new_page()
    page.set_content(f"<!DOCTYPE html><html lang=en><title>x</title>{fault}")
    assert [text for text in labels(page) if CHINESE.search(text)] != []
    page.close()


def test_what_is_hidden_or_data_is_no_label(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        "<!DOCTYPE html><title>x</title><p hidden>隐藏</p><p><bdi>某公司</bdi> <i style='display:none'>隐</i></p>"
    )
    assert labels(page) == ["x"]
    page.close()
