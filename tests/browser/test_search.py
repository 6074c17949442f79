"""The roster's search: each kind of key finds the agency that it belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypinyin import Style, lazy_pinyin

from tests.browser.pages import Visit, listed
from tests.conftest import BuiltCity
from tests.serving.site.published import WITH_A_PAGE


def search(page: Page, text: str, count: int, of: int) -> list[str]:
    """Searches anew, and waits until as many are listed."""
    for typed, found in (("", of), (text, count)):
        page.locator("#q").fill(typed)
        expect(page.locator("#count [lang=zh]")).to_have_text(f"列出 {found} 家，共 {of} 家")
    return listed(page)


@pytest.fixture(scope="module")
def agencies(built_city: BuiltCity) -> list[dict]:
    """Who stands in the roster."""
    return built_city.query(
        f"select agency_id, agency_name, former_names from credit.dim_agencies where agency_id in ({WITH_A_PAGE})"
    )


def with_text(agencies: list[dict], text: str) -> set[str]:
    return {row["agency_id"] for row in agencies if text in (row["agency_name"] + (row["former_names"] or ""))}


def test_a_name_finds_its_agency(visit: Visit, agencies: list[dict]) -> None:
    page = visit()
    for row in agencies[:3]:
        assert search(page, row["agency_name"], 1, len(agencies)) == [row["agency_id"]]


def test_a_piece_of_a_name_finds_all_that_hold_it(visit: Visit, agencies: list[dict]) -> None:
    wanted = with_text(agencies, "检测")
    assert 1 < len(wanted) < len(agencies)
    assert set(search(visit(), "检测", len(wanted), len(agencies))) == wanted


def test_a_former_name_finds_its_agency(visit: Visit, agencies: list[dict]) -> None:
    page = visit()
    former = {name: row["agency_id"] for row in agencies for name in (row["former_names"] or "").split("、") if name}
    current = {row["agency_name"] for row in agencies}
    assert former.keys() - current, "the sample renames agencies"
    for name in former.keys() - current:
        wanted = with_text(agencies, name)
        assert former[name] in search(page, name, len(wanted), len(agencies))


@pytest.mark.parametrize("shape", [str.upper, str.lower, lambda code: f" {code[:9]} {code[9:]} "])
def test_a_code_finds_its_agency(visit: Visit, agencies: list[dict], shape) -> None:
    code = agencies[0]["agency_id"]
    assert search(visit(), shape(code), 1, len(agencies)) == [code]


def test_a_code_in_full_width_finds_its_agency(visit: Visit, agencies: list[dict]) -> None:
    code = agencies[0]["agency_id"]
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    assert search(visit(), wide, 1, len(agencies)) == [code]


@pytest.mark.parametrize("shape", [str.upper, str.lower])
def test_pinyin_initials_find_their_agency(visit: Visit, agencies: list[dict], shape) -> None:
    """The initials of whole syllables, not those that the search's data hold."""
    page = visit()
    initials = {
        row["agency_id"]: "".join(one[0] for one in lazy_pinyin(row["agency_name"], Style.NORMAL)) for row in agencies
    }
    assert initials[agencies[0]["agency_id"]].startswith("jzs")  # 焦作市
    for row in agencies[:3]:
        typed = initials[row["agency_id"]]
        found = search(page, shape(typed), sum(typed == other for other in initials.values()), len(agencies))
        assert row["agency_id"] in found


def test_what_is_typed_key_by_key_is_found(visit: Visit, agencies: list[dict]) -> None:
    page = visit()
    page.locator("#q").press_sequentially(agencies[0]["agency_id"][-8:], delay=20)
    expect(page.locator("#count [lang=zh]")).to_have_text(f"列出 1 家，共 {len(agencies)} 家")
    assert listed(page) == [agencies[0]["agency_id"]]


def test_nothing_found_is_said(visit: Visit, agencies: list[dict]) -> None:
    page = visit()
    assert search(page, "没有这家公司", 0, len(agencies)) == []
    expect(page.get_by_text("没有符合条件的机构")).to_be_visible()


def test_what_is_found_leads_to_the_agency_s_page(visit: Visit, site: Path, agencies: list[dict]) -> None:
    page = visit()
    search(page, agencies[0]["agency_id"], 1, len(agencies))
    page.locator("#table .who a").click()
    expect(page.locator("h1")).to_have_text(agencies[0]["agency_name"])
    assert page.url == (site / f"agency/{agencies[0]['agency_id']}.html").as_uri()


def test_clearing_brings_everybody_back(visit: Visit, agencies: list[dict]) -> None:
    page = visit()
    before = listed(page)
    search(page, agencies[0]["agency_name"], 1, len(agencies))
    page.get_by_role("button", name="清除条件").click()
    expect(page.locator("#count [lang=zh]")).to_have_text(f"列出 {len(agencies)} 家，共 {len(agencies)} 家")
    assert listed(page) == before and len(before) == len(agencies)
