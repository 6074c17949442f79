"""A browser for the session, and pages of the built city's site in it. A fault of a page fails the test that opened it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import installed
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
