"""dbt's page on the models and the data dictionary open from their files, and ask no other host for anything."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.conftest import BuiltCity


def opened(browser: Browser, path: Path, place: str = "") -> tuple[Page, list[str], list[str]]:
    """A page, what it asks for as it opens and afterwards, and its faults."""
    page = browser.new_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(path.as_uri() + place)
    return page, asked, faults


def test_the_page_on_the_models_shows_a_model_and_its_users(browser: Browser, small_city: BuiltCity) -> None:
    path = small_city.release / "restricted" / "docs" / "dbt.html"
    page, asked, faults = opened(browser, path, "#!/model/model.firemark.fct_point_ledger")
    expect(page.get_by_role("heading", name="fct_point_ledger")).to_be_visible()
    expect(page.get_by_text("数据组 Data team").first).to_be_visible()
    page.goto(path.as_uri() + "#!/exposure/exposure.firemark.site")
    expect(page.get_by_text("监管科 Supervision").first).to_be_visible()
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"} and faults == []


def test_the_dictionary_leads_from_a_table_to_its_columns(browser: Browser, small_city: BuiltCity) -> None:
    page, asked, faults = opened(browser, small_city.release / "dictionary" / "dictionary.html")
    page.get_by_role("link", name="信用分录").click()
    expect(page.locator("h2:target")).to_contain_text("credit.fct_point_ledger")
    assert len(asked) == 1 and faults == []
