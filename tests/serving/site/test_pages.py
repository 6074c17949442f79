"""Pages of texts that mean harm, and of every text in two languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from serving import dictionary
from serving.audiences import ColumnNotAllowedError
from serving.outputs.site import write_site
from serving.outputs.site.facts import Reader, state_of
from serving.outputs.site.pages import safe_name
from tests.hostile_texts import FORMULAS, PAYLOADS
from tests.serving.site.candidates import candidate, key_of
from tests.serving.site.reading import Element, one_sided, read
from tests.serving.site.safety import foreign, formula_cells


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    with candidate(folder, PAYLOADS, rule_text=PAYLOADS[0]) as one:
        write_site(one)
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Element]:
    return {path.relative_to(site).as_posix(): read(path.read_text("utf-8")) for path in site.rglob("*.html")}


def test_every_page_is_there(pages: dict[str, Element]) -> None:
    kinds = {re.sub(r"/.*", "/", name) for name in pages}
    assert kinds == {
        "index.html",
        "changes.html",
        "lists.html",
        "rules.html",
        "data.html",
        "about.html",
        "agency/",
        "lists/",
    }
    assert sum(name.startswith("agency/") for name in pages) == len(PAYLOADS)


def test_no_text_becomes_markup(pages: dict[str, Element]) -> None:
    assert not {name: found for name, page in pages.items() if (found := list(foreign(page)))}


@pytest.mark.parametrize(
    "text",
    [
        "<p><iframe></iframe></p>",
        "<p onclick=x></p>",
        "<p style=x></p>",
        "<script>alert(1)</script>",
        "<script src=data/other.js></script>",
        "<a href=' JavaScript:x'></a>",
        "<a href='//x'></a>",
        "<a href='https://x'></a>",
    ],
)
def test_the_rule_of_markup_catches_what_breaks_it(text: str) -> None:
    assert list(foreign(read(text)))


def test_every_text_stands_as_it_was_said(site: Path, pages: dict[str, Element]) -> None:
    """The control: a page that leaves a text out would be safe, too."""
    for place, payload in enumerate(PAYLOADS):
        shown = pages[f"agency/{key_of(place)}.html"]
        assert shown.all("h1")[0].text == payload
        texts = [element.text for element in shown.all("bdi")]
        assert texts.count(payload) >= 5, payload  # name, former name, district, document, key


def test_the_search_s_data_are_data(site: Path) -> None:
    text = (site / "data" / "roster.js").read_text("utf-8")
    made = json.loads(text.removeprefix("window.FIREMARK = ").removesuffix(";\n"))
    assert {row[1] for row in made["rows"]} == set(PAYLOADS)


def test_no_visible_text_stands_in_one_language_only(pages: dict[str, Element]) -> None:
    assert not {name: found for name, page in pages.items() if (found := one_sided(page))}


@pytest.mark.parametrize(
    "text",
    [
        "<p>只有中文</p>",
        "<p>English only</p>",
        "<p><i lang=zh>中文</i></p>",
        "<p><i lang=zh>中文</i><i lang=en></i></p>",
        "<p><i lang=zh>中文</i> and <i lang=en>English</i></p>",
        '<p aria-label="中文"></p>',
        '<option data-zh="全部">全部</option>',
    ],
)
def test_the_rule_of_two_languages_catches_what_breaks_it(text: str) -> None:
    assert one_sided(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "<p><i lang=zh>中文</i><i lang=en>English</i></p>",
        "<p><bdi>焦作市甲公司</bdi> <code>F01</code> <time>2026-06-01</time> 100 A</p>",
        '<option data-zh="全部" data-en="all">全部</option>',
    ],
)
def test_the_rule_of_two_languages_lets_data_pass(text: str) -> None:
    assert not one_sided(read(text))


def test_every_word_that_a_page_shows_has_words(pages: dict[str, Element]) -> None:
    """Codes of a closed list stand in no page as they are."""
    about = pages["about.html"]
    assert "hotline tickets" in about.text and "hotline" not in {code.text for code in about.all("code")}
    assert dictionary.value_words("table", "rpt_public_ledger") == ("公示分录", "public ledger")


def test_the_policy_forbids_what_no_page_needs(pages: dict[str, Element]) -> None:
    for name, page in pages.items():
        (policy,) = (one for one in page.all("meta") if one.attributes.get("http-equiv") == "Content-Security-Policy")
        assert policy.attributes["content"].startswith("default-src 'none'; script-src 'self'; style-src 'self'"), name


def test_a_column_that_is_not_public_stops_the_site(tmp_path: Path) -> None:
    with candidate(tmp_path, PAYLOADS[:1]) as one:
        reader = Reader(one)
        for table, column in (
            ("supervision.rpt_conformity", "actual"),
            ("credit.fct_point_ledger", "line_id"),
            ("conflicts.fct_engineer_conflicts", "agency_id"),
            ("credit.fct_score_history", "active_line_count"),
        ):
            with pytest.raises(ColumnNotAllowedError):
                next(reader.rows(table, [column]))


@pytest.mark.parametrize("text", ["../x", "a/b", "a b", "", "x.html", "甲"])
def test_only_a_key_names_a_page(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a page"):
        safe_name(text)
    assert safe_name("91410800MA0000000X") == "91410800MA0000000X"


def test_equal_releases_are_equal_bytes(site: Path, tmp_path: Path) -> None:
    with candidate(tmp_path, PAYLOADS, rule_text=PAYLOADS[0]) as one:
        write_site(one)
    for path in site.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "site" / path.relative_to(site)).read_bytes(), path.name


def test_no_cell_of_a_download_is_a_formula(tmp_path: Path) -> None:
    with candidate(tmp_path, FORMULAS) as one:
        write_site(one)
    files = sorted((tmp_path / "site" / "data").glob("*.csv"))
    assert len(files) == 8
    seen = 0
    for path in files:
        formulas, kept = formula_cells(path)
        assert not formulas, path
        seen += kept
    assert seen > 50


@pytest.mark.parametrize(
    ("status", "grade", "reason", "state"),
    [
        ("published", "A", "band", "A"),
        ("published", None, "unrated", "unrated"),
        ("published", None, "band", "ungraded"),  # a regime without grades rates all the same
        ("suspended", "B", "band", "suspended"),
        ("exited", "B", "band", "exited"),
        ("exited", None, None, "exited"),
    ],
)
def test_what_is_no_grade_is_a_state(status: str, grade: str | None, reason: str | None, state: str) -> None:
    assert state_of({"directory_status": status, "grade": grade, "score_grade_reason": reason}) == state
