"""Every kind of page opens in silence: nothing on the console, nothing asked of another host, no dialog (`pages.watch`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import KINDS, Visit, watch


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_opens_from_its_file(visit_kind: Visit, kind: str) -> None:
    assert visit_kind(kind).locator("h1").count() == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_opens_from_a_web_server(visit_kind: Visit, kind: str) -> None:
    assert visit_kind(kind, is_served=True).locator("h1").count() == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("<script>console.warn('x')</script>", "console warning"),
        ("<script>throw new Error('x')</script>", "error"),
        ("<script>alert('x')</script>", "dialog"),
        ("<script>fetch('http://127.0.0.1:9/x').catch(() => 0)</script>", "asked for http"),
        ("<img src='https://127.0.0.1:9/x'>", "asked for https"),
        ("<link rel=stylesheet href='missing.css'>", "not found"),
        (
            "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\"><img src='http://127.0.0.1:9/x'>",
            "console error",
        ),
    ],
)
def test_a_page_that_is_not_silent_is_caught(browser: Browser, tmp_path: Path, fault: str, told: str) -> None:
    (tmp_path / "index.html").write_text(f"<!DOCTYPE html><title>x</title>{fault}", encoding="utf-8")
    faults: list[str] = []
    context = browser.new_context()
    watch(context, tmp_path.as_uri(), faults)
    page = context.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    page.wait_for_timeout(100)
    context.close()
    assert any(fault.startswith(told) for fault in faults), faults
