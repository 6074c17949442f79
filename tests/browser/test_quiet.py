"""Pages open without a word on the console."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser


def test_the_roster_opens_without_a_message_on_the_console(browser: Browser, site: Path) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((site / "index.html").as_uri())
    assert said == []
