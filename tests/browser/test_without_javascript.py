"""Without JavaScript the site reads the same: scripts add search, sorting, files and the chart, and no text."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import KINDS, Visit, path_of, seen, table_rows
from tests.conftest import BuiltCity


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "roster"])
def test_a_page_says_the_same_without_a_script(visit_kind: Visit, kind: str) -> None:
    said = seen(visit_kind(kind, javascript=False))
    assert said == seen(visit_kind(kind)) and len(said) > 20


def test_the_roster_says_of_everybody_what_its_table_says(visit: Visit) -> None:
    def rows(page: Page, selector: str) -> set[str]:
        texts = page.locator(selector).evaluate_all("rows => rows.map((row) => row.innerText.replace(/\\s/g, ''))")
        return set(texts)

    with_scripts = rows(visit(), "#table .tabulator-row")
    assert rows(visit(javascript=False), "#plain tbody tr") == with_scripts and len(with_scripts) > 20


def test_nothing_is_shown_that_only_a_script_can_do(visit: Visit) -> None:
    page = visit(javascript=False)
    for name in ("find", "tools", "table", "pages"):
        expect(page.locator(f"#{name}")).to_be_hidden()
    assert page.locator("button:visible, select:visible").count() == 0


def test_every_page_is_reached_by_links(visit: Visit, site: Path, built_city: BuiltCity) -> None:
    page = visit(javascript=False)
    base = site.as_uri() + "/"
    todo, reached = [page.url], set()
    while todo:
        url = todo.pop()
        if url in reached:
            continue
        reached.add(url)
        if len(reached) > 1:
            page.goto(url)
        links = page.locator("a[href]:not([download])").evaluate_all(
            "links => links.map((link) => link.href.split('#')[0])"
        )
        todo += [link for link in links if link.startswith(base) and link.endswith(".html")]
    assert {url.removeprefix(base) for url in reached} == {
        path.relative_to(site).as_posix() for path in site.rglob("*.html")
    }


def test_the_chart_s_place_is_taken_by_its_table(visit: Visit, site: Path) -> None:
    page = visit(path_of(site, "agency"), javascript=False)
    assert len(table_rows(page, "#steps")) > 2
    box = page.locator("#chart").bounding_box()
    assert box is None or box["height"] < 20, "an empty place is left for the chart"
