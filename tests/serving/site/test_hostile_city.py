"""The site of a city whose exports mean harm: no text becomes markup or a formula, and nobody is named.

For `make check`: the city takes half a minute. `tests/browser` opens the same site in a browser.
"""

from __future__ import annotations

import json
import re

import pytest
from openpyxl import load_workbook

from ingestion.contract import Parse
from ingestion.sources import DATASETS
from tests.faults.test_privacy import kinds_in
from tests.faults.traces import texts_under
from tests.hostile_city import HostileCity, name_of, text_columns
from tests.hostile_texts import FORMULAS, PAYLOADS
from tests.serving.site.published import roster_rows
from tests.serving.site.reading import Element, read
from tests.serving.site.safety import foreign, formula_cells, lost_links

pytestmark = pytest.mark.check

PERSONAL = [name_of(of, column) for of in DATASETS.values() for column in of.columns if column.personal]


@pytest.fixture(scope="module")
def pages(hostile_city: HostileCity) -> dict[str, Element]:
    site = hostile_city.site
    return {path.relative_to(site).as_posix(): read(path.read_text("utf-8")) for path in site.rglob("*.html")}


def folded(text: str) -> str:
    """Text as the door may have folded it: case, spaces, width of brackets, characters that nobody sees."""
    return re.sub(r"[\s\u200b\u202e]", "", text).casefold().translate(str.maketrans("（）〔〕[]{}", "()()()()"))


def test_every_column_that_lets_text_in_carries_every_kind_of_harm(hostile_city: HostileCity) -> None:
    """Codes and clauses refuse a formula that is an error of a spreadsheet, and what reads as several codes."""
    carried = hostile_city.planted.texts
    seen = 0
    for of, column in text_columns():
        texts = carried[name_of(of, column)]
        assert len(texts & set(PAYLOADS)) >= 20, (name_of(of, column), set(PAYLOADS) - texts)
        if column.parse is not Parse.CLAUSE:  # a clause is too short for both
            assert len(texts & set(FORMULAS)) >= 6, (name_of(of, column), set(FORMULAS) - texts)
        seen += 1
    assert seen > 80


def test_every_personal_column_carries_personal_data(hostile_city: HostileCity) -> None:
    canaries = hostile_city.planted.canaries
    assert not [place for place in PERSONAL if not canaries[place]]
    assert len(set().union(*canaries.values())) >= 200


def test_the_door_took_in_all_of_it(hostile_city: HostileCity) -> None:
    release = json.loads((hostile_city.city.release / "release.json").read_text("utf-8"))
    assert {file["status"] for file in release["input_files"]} == {"loaded"}
    (kept_out,) = hostile_city.city.query("select count(*) as rows from quality.fct_quarantined_rows")
    assert kept_out["rows"] == 0


def test_every_text_reaches_a_page_and_stands_there_as_text(pages: dict[str, Element]) -> None:
    """The control: a page that leaves a text out would be safe, too."""
    shown = folded("\n".join(page.text for page in pages.values()))
    for text in (*PAYLOADS, *FORMULAS):
        end = text.lstrip("'＝＋－＠") if text in FORMULAS else text
        assert folded(end) in shown, text


def test_no_text_becomes_markup(pages: dict[str, Element]) -> None:
    assert len(pages) > 30
    assert not {name: found for name, page in pages.items() if (found := list(foreign(page)))}


def test_every_link_leads_to_a_file_of_the_site(hostile_city: HostileCity, pages: dict[str, Element]) -> None:
    site = hostile_city.site
    assert not {name: found for name, page in pages.items() if (found := list(lost_links(site, name, page)))}


def test_data_are_data(hostile_city: HostileCity, pages: dict[str, Element]) -> None:
    """JSON parses, whether a file, a script's or an attribute's; a script's ends no element that holds it."""
    site = hostile_city.site
    for path in site.glob("data/*.json"):
        json.loads(path.read_text("utf-8"))
    assert len(roster_rows(site)) > 20
    script = (site / "data" / "roster.js").read_text("utf-8")
    assert "</" not in script and "<!--" not in script
    charts = [
        json.loads(one.attributes["data-bands"])
        for page in pages.values()
        for one in page.all("div")
        if "data-bands" in one.attributes
    ]
    assert len(charts) > 5


def test_no_cell_of_a_download_is_a_formula(hostile_city: HostileCity) -> None:
    kept = 0
    files = sorted(hostile_city.site.rglob("*.csv"))
    assert len(files) == 8
    for path in files:
        formulas, quoted = formula_cells(path)
        assert not formulas, path.name
        kept += quoted
    assert kept > 100


def test_no_cell_of_a_work_list_is_a_formula(hostile_city: HostileCity) -> None:
    cells = 0
    for path in hostile_city.city.release.rglob("*.xlsx"):
        for sheet in load_workbook(path).worksheets:
            for row in sheet.iter_rows():
                assert not [cell.value for cell in row if cell.data_type == "f"], path.name
                cells += sum(
                    isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")) for cell in row
                )
    assert cells > 20  # the control: such texts stand there


def test_nothing_personal_stands_in_the_site(hostile_city: HostileCity) -> None:
    kinds = {place: sorted(values) for place, values in hostile_city.planted.canaries.items()}
    hits, files = set(), set()
    for path, part, text in texts_under(hostile_city.site, leave_out=("vendor",)):
        files.add(path)
        hits |= {(str(path), part, kind) for kind in kinds_in(kinds, part, text)}
    assert len(files) > 60 and not hits


def test_the_originals_hold_what_is_personal(hostile_city: HostileCity) -> None:
    """The control: a search that finds nothing anywhere would prove nothing."""
    missing = {place: sorted(values) for place, values in hostile_city.planted.canaries.items()}
    for _, part, text in texts_under(hostile_city.city.home / "archive"):
        for kind in kinds_in(missing, part, text):
            del missing[kind]
    assert not missing
