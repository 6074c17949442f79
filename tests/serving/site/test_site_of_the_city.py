"""The site of the sample city's release: its lines add up, its links lead somewhere, and nobody's name stands in it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from pathlib import Path

import pytest

from rulebook.numbers import number
from tests.conftest import BuiltCity
from tests.faults.test_privacy import names_of_staff
from tests.serving.site.published import WITH_A_PAGE
from tests.serving.site.reading import Element, one_sided, read
from tests.serving.site.safety import lost_links

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def site(built_city: BuiltCity) -> Path:
    return built_city.release / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Element]:
    return {path.relative_to(site).as_posix(): read(path.read_text("utf-8")) for path in site.rglob("*.html")}


def cells(row: Element) -> list[Element]:
    return [child for child in row.children if isinstance(child, Element)]


def points(text: str) -> Decimal:
    return Decimal(text.replace("−", "-").replace("+", ""))


def table(page: Element, name: str) -> Element:
    return next(one for one in page.all("table") if name in (one.attributes.get("id"), one.attributes.get("class")))


def lines_of(page: Element, today: dt.date) -> list[tuple[Decimal, dt.date, dt.date]]:
    """Points, first and last day of each line of a page."""
    found = []
    for row in table(page, "lines").all("tr"):
        if any(cell.tag != "td" for cell in cells(row)):
            continue
        days = [dt.date.fromisoformat(time.text) for time in cells(row)[3].all("time")]
        is_endless = "without end" in cells(row)[3].text
        last = dt.date.max if is_endless else days[-1]
        first = days[0] if len(days) > (0 if is_endless else 1) else today
        found.append((points(cells(row)[0].text), first, last))
    return found


def test_every_listed_agency_has_a_page(built_city: BuiltCity, pages: dict[str, Element]) -> None:
    listed = built_city.query(WITH_A_PAGE)
    found = {name.removeprefix("agency/").removesuffix(".html") for name in pages if name.startswith("agency/")}
    assert found == {row["agency_id"] for row in listed} and len(found) > 20


def test_the_lines_of_a_page_add_up_to_its_score_today_and_on_every_known_day(
    built_city: BuiltCity, pages: dict[str, Element]
) -> None:
    today = dt.date.fromisoformat(built_city.summary["as_of_on"])
    history: dict[str, list[dict]] = {}
    for row in built_city.query(
        "select * from credit.fct_score_history where valid_until_on is null or valid_until_on > ? "
        "order by agency_id, valid_from_on",
        today,
    ):
        history.setdefault(row["agency_id"], []).append(row)
    seen = 0
    for name, page in pages.items():
        if not name.startswith("agency/"):
            continue
        lines = lines_of(page, today)
        for span in history[name.removeprefix("agency/").removesuffix(".html")]:
            for on in (max(span["valid_from_on"], today), (span["valid_until_on"] or dt.date(2100, 1, 1)) - DAY):
                total = sum((line[0] for line in lines if line[1] <= on <= line[2]), Decimal(0))
                assert total == span["score"], (name, on)
                seen += 1
    assert seen > 150


def test_the_sum_above_the_lines_is_theirs(pages: dict[str, Element]) -> None:
    for name, page in pages.items():
        if name.startswith("agency/"):
            terms = next(one for one in page.all("p") if one.attributes.get("class") == "sumup")
            values = [one.text.replace(" ", "") for one in terms.all("b")]
            assert values[-1].startswith("=")
            assert sum(map(points, values[:-1])) == points(values[-1][1:]), name


def test_the_steps_are_those_of_the_history(built_city: BuiltCity, pages: dict[str, Element]) -> None:
    today = dt.date.fromisoformat(built_city.summary["as_of_on"])
    for name, page in pages.items():
        if not name.startswith("agency/"):
            continue
        agency_id = name.removeprefix("agency/").removesuffix(".html")
        for row in table(page, "steps").all("tr")[1:]:
            on, score, grade, cause = (cell.text for cell in cells(row))
            (told,) = built_city.query(
                "select score, grade from credit.fct_score_history where agency_id = ? and valid_from_on <= ? "
                "and (valid_until_on is null or ? < valid_until_on)",
                *(agency_id, dt.date.fromisoformat(on), dt.date.fromisoformat(on)),
            )
            assert (number(told["score"]).replace("-", "−"), told["grade"]) == (score, grade)
            if dt.date.fromisoformat(on) > today:
                assert "·" in cause, (name, on)  # the line that moves it is named


def test_every_link_leads_to_a_file_of_the_site(site: Path, pages: dict[str, Element]) -> None:
    assert not {name: found for name, page in pages.items() if (found := list(lost_links(site, name, page)))}


def test_nobody_s_name_stands_in_the_site(built_city: BuiltCity, site: Path) -> None:
    names = names_of_staff(built_city)
    names |= {row["legal_representative"] for row in built_city.query("select * from credit.dim_agencies")} - {None}
    agencies = " ".join(row["agency_name"] or "" for row in built_city.query("select * from credit.dim_agencies"))
    names = {name for name in names if name and len(name) >= 3 and name not in agencies}
    assert len(names) > 200
    for path in site.rglob("*"):
        if path.is_file() and path.suffix in (".html", ".js", ".csv", ".json") and path.parent.name != "vendor":
            text = path.read_text("utf-8")
            assert not [name for name in names if name in text], path.name


def test_no_text_of_the_city_stands_in_one_language_only(pages: dict[str, Element]) -> None:
    assert not {name: found for name, page in pages.items() if (found := one_sided(page))}


def test_the_hashes_are_those_of_the_downloads(built_city: BuiltCity, site: Path) -> None:
    told = json.loads((site / "data" / "hashes.json").read_text("utf-8"))
    for name, digest in told["file_hashes"].items():
        assert hashlib.sha256((site / "data" / name).read_bytes()).hexdigest() == digest, name
    released = json.loads((built_city.release / "release.json").read_text("utf-8"))["content_hashes"]
    assert told["content_hashes"] and all(released[table] == digest for table, digest in told["content_hashes"].items())


def test_a_list_s_hash_can_be_worked_out_as_the_page_says(built_city: BuiltCity) -> None:
    for row in built_city.query("select * from publication.frozen_lists"):
        text = f"{row['previous_hash'] or ''}\n{row['members_hash']}"
        assert hashlib.sha256(text.encode()).hexdigest() == row["content_hash"]


def test_the_command_names_the_page(built_city: BuiltCity) -> None:
    said = built_city.run("site").stdout.strip()
    assert Path(said) == built_city.release / "site" / "index.html"


def test_without_a_release_the_command_says_what_to_do(tmp_path: Path) -> None:
    from tests.conftest import firemark

    done = firemark(tmp_path / "home", "site", check=False)
    assert done.returncode == 2 and "build --inbox" in done.stderr
