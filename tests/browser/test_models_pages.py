"""dbt's page on the models and the data dictionary open from their files, and ask no other host for anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Visit
from tests.conftest import BuiltCity


@pytest.fixture
def site(small_city: BuiltCity) -> Path:
    """The folder whose pages are visited."""
    return small_city.release


def test_the_page_on_the_models_shows_a_model_and_its_users(visit: Visit) -> None:
    path = "restricted/docs/dbt.html"  # dbt's own page, which is not quiet
    page = visit(f"{path}#!/model/model.firemark.fct_point_ledger", lang=None, is_quiet=False)
    expect(page.get_by_role("heading", name="fct_point_ledger")).to_be_visible()
    expect(page.get_by_text("数据组 Data team").first).to_be_visible()
    page = visit(f"{path}#!/exposure/exposure.firemark.site", lang=None, is_quiet=False)
    expect(page.get_by_text("监管科 Supervision").first).to_be_visible()


def test_the_dictionary_leads_from_a_table_to_its_columns(visit: Visit) -> None:
    page = visit("dictionary/dictionary.html", lang=None)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.get_by_role("link", name="信用分录").click()
    expect(page.locator("h2:target")).to_contain_text("credit.fct_point_ledger")
    assert len(asked) == 1
