"""Pages of texts that mean harm, and of every text in two languages."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from serving import dictionary, palette
from serving.audiences import ColumnNotAllowedError
from serving.outputs import site as site_module
from serving.outputs.site import write_site
from serving.outputs.site.facts import Reader
from serving.outputs.site.pages import safe_name
from tests.hostile_texts import FORMULAS, PAYLOADS
from tests.serving.site.candidates import add_step, candidate, key_of
from tests.serving.site.published import roster_rows
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
    assert {row["agency_name"] for row in roster_rows(site)} == set(PAYLOADS)


def test_no_visible_text_stands_in_one_language_only(pages: dict[str, Element]) -> None:
    assert not {name: found for name, page in pages.items() if (found := one_sided(page))}


@pytest.mark.parametrize(
    "text",
    [
        "<p>只有中文</p>",
        "<p>English only</p>",
        "<p><i>中文</i></p>",
        "<p><i>中文</i><i lang=en></i></p>",
        "<p><i>中文</i> and <i lang=en>English</i></p>",
        '<p aria-label="中文"></p>',
        '<option data-zh="全部">全部</option>',
    ],
)
def test_the_rule_of_two_languages_catches_what_breaks_it(text: str) -> None:
    assert one_sided(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "<p><i>中文</i><i lang=en>English</i></p>",
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


def test_what_is_no_part_of_a_stylesheet_has_the_palette_s_main_colour() -> None:
    """And what is does not write it again."""
    outputs = Path(site_module.__file__ or "").parents[1]
    icon, dictionary_page = outputs / "site" / "assets" / "icon.svg", outputs / "dictionary" / "dictionary.html"
    assert re.findall(r'fill="(#\w+)"', icon.read_text("utf-8"))[0] == palette.MAIN
    assert re.findall(r"\ba { color: (#\w+);", dictionary_page.read_text("utf-8")) == [palette.MAIN]
    holding = {path.name for path in icon.parent.iterdir() if palette.MAIN in path.read_text("utf-8")}
    assert holding == {icon.name}


def test_the_site_reads_no_clock() -> None:
    for path in Path(site_module.__file__ or "").parent.glob("*.py"):
        assert not re.search(r"\.(now|today|utcnow|localtime|gmtime|time)\(|released_at", path.read_text("utf-8")), path


# Of three agencies the first and the last are not in the directory; the last has no notice in force any more.
NOT_LISTED, LISTED, NO_LONGER = (key_of(place) for place in range(3))


@pytest.fixture(scope="module")
def with_unlisted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with such agencies. By the rules the score of each is a C, and a D in a month."""
    folder = tmp_path_factory.mktemp("unlisted")
    with candidate(folder, ["甲公司", "乙公司", "丙公司"]) as one:
        for statement in (
            f"delete from publication.rpt_public_roster where agency_id <> '{LISTED}'",
            "update publication.rpt_public_roster set grade = 'C'",
            "update credit.dim_agencies set directory_status = 'unlisted', agency_name = null "
            f"where agency_id <> '{LISTED}'",
            f"delete from publication.rpt_misconduct_notices where agency_id = '{NO_LONGER}'",
        ):
            one.connection.execute(statement)
        add_step(one)
        write_site(one)
    return folder / "site"


def test_who_was_never_listed_has_a_page_while_a_notice_is_in_force(with_unlisted: Path) -> None:
    site = with_unlisted
    assert {path.stem for path in (site / "agency").iterdir()} == {NOT_LISTED, LISTED}
    page = read((site / "agency" / f"{NOT_LISTED}.html").read_text("utf-8"))
    assert page.all("h1")[0].text == NOT_LISTED  # nothing but its code is known
    assert "未列入名录" in page.text
    found = roster_rows(site)
    states = {row["agency_id"]: (row["state"], row["score"]) for row in found}
    assert states[NOT_LISTED] == ("unlisted", None) and states[LISTED][0] == "C"
    assert found[-1]["agency_id"] == NOT_LISTED  # behind those who have a grade
    changes = read((site / "changes.html").read_text("utf-8"))
    assert {link.attributes["href"] for link in changes.all("a") if "agency/" in link.attributes.get("href", "")} == {
        f"agency/{LISTED}.html"
    }


def test_the_page_of_who_is_not_listed_shows_no_grade_and_nothing_that_comes_with_one(with_unlisted: Path) -> None:
    def shown(agency_id: str) -> tuple[set[str], set[str], list[str]]:
        """The marks of a page, its headings in Chinese, and the bands of its chart."""
        page = read((with_unlisted / "agency" / f"{agency_id}.html").read_text("utf-8"))
        marks = {one.text for one in page.all("b") if one.attributes.get("class", "").startswith("m ")}
        headings = {one.all("i")[0].text for one in page.all("h2")}
        (chart,) = (one for one in page.all("div") if one.attributes.get("id") == "chart")
        assert [row.all("td")[1].text for row in page.all("table")[0].all("tr")[1:]] == ["70", "50"]
        return marks, headings, [grade for grade, _, _ in json.loads(chart.attributes["data-bands"])]

    of_a_grade = {"等级对应措施", "从业条件"}
    marks, headings, bands = shown(LISTED)
    assert marks == {"C", "D"} and headings >= of_a_grade and bands == ["A", "B", "C", "D"]
    marks, headings, bands = shown(NOT_LISTED)
    assert marks == {"未列入not listed"} and not headings & of_a_grade and bands == []
    text = (with_unlisted / "agency" / f"{NOT_LISTED}.html").read_text("utf-8")
    assert "未评原因" not in text and "未评原因" in (with_unlisted / "agency" / f"{LISTED}.html").read_text("utf-8")


@pytest.mark.parametrize("text", ["../x", "a/b", "a b", "", "x.html", "甲"])
def test_only_a_key_names_a_page(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a page"):
        safe_name(text)
    assert safe_name("91410800MA0000000X") == "91410800MA0000000X"


def test_equal_releases_are_equal_bytes(site: Path, tmp_path: Path) -> None:
    """Whenever they are released: the site knows no clock but the evaluation day."""
    with candidate(tmp_path, PAYLOADS, PAYLOADS[0], released_at=dt.datetime(2031, 12, 31, 23, 59)) as one:
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
