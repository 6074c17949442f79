"""A browser for the session, and pages of the built city's site in it. A fault of a page fails the test that opened it."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import installed
from tests.browser.pages import HEIGHT, WIDE, Visit, turn, watch
from tests.conftest import BuiltCity


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if lacking := installed.lacking():
        pytest.fail(lacking, pytrace=False)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=installed.browser())


@pytest.fixture(scope="session")
def site(built_city: BuiltCity) -> Path:
    return built_city.release / "site"


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """The site behind a web server, as a bureau publishes it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Silent, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(browser: Browser, site: Path) -> Iterator[Visit]:
    """Opens a page in a window of its own. What no page may do (`pages.watch`) fails the test at its end."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(
        path: str = "index.html", *, width: int = WIDE, lang: str = "zh", javascript: bool = True, base: str = ""
    ) -> Page:
        base = base or site.as_uri()
        context = browser.new_context(viewport={"width": width, "height": HEIGHT}, java_script_enabled=javascript)
        contexts.append(context)
        watch(context, base, faults)
        page = context.new_page()
        page.goto(f"{base}/{path}")
        turn(page, lang)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
