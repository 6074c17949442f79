"""A browser for the session, and pages of the built city's site in it. A fault of a page fails the test that opened it."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import installed
from tests.browser.pages import HEIGHT, WIDE, Visit, path_of, turn, watch
from tests.conftest import BuiltCity
from tests.serving.site.again import site_of_one_not_listed


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if lacking := installed.lacking():
        pytest.fail(lacking, pytrace=False)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=installed.browser())


@pytest.fixture(scope="session")
def site(built_city: BuiltCity) -> Path:
    return built_city.release / "site"


@pytest.fixture(scope="session")
def site_of_unlisted(built_city: BuiltCity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every agency of the sample city is in the directory: its site, had one never been."""
    return site_of_one_not_listed(built_city.home, tmp_path_factory.mktemp("unlisted"))


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def served() -> Iterator[Callable[[Path], str]]:
    """Puts a site behind a web server, as a bureau publishes it; gives its address."""
    servers: list[ThreadingHTTPServer] = []

    @functools.cache
    def address(site: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Silent, directory=str(site)))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield address
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def visit(browser: Browser, site: Path) -> Iterator[Visit]:
    """Opens a page in a window of its own. What no page may do (`pages.watch`) fails the test at its end.

    Without a language the page has no switch.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(
        path: str = "index.html",
        *,
        width: int = WIDE,
        lang: str | None = "zh",
        javascript: bool = True,
        base: str = "",
        is_quiet: bool = True,
    ) -> Page:
        base = base or site.as_uri()
        context = browser.new_context(viewport={"width": width, "height": HEIGHT}, java_script_enabled=javascript)
        contexts.append(context)
        watch(context, base, faults, is_quiet=is_quiet)
        page = context.new_page()
        page.goto(f"{base}/{path}")
        if lang:
            turn(page, lang)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def visit_kind(visit: Visit, site: Path, site_of_unlisted: Path, served: Callable[[Path], str]) -> Visit:
    """Opens the page of a kind (`pages.KINDS`), from its file or from a web server, as `visit` does."""

    def opened(kind: str, *, is_served: bool = False, **options: Any) -> Page:
        home = site_of_unlisted if kind == "unlisted" else site
        return visit(path_of(home, kind), base=served(home) if is_served else home.as_uri(), **options)

    return opened
