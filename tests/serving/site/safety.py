"""What no page and no file of the site may hold, whatever the exports say: the parts of one rule that several cities are
held to.

Belongs here: foreign markup, formula cells, links that lead nowhere. Does not belong here: any city.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from serving.cells import FORMULA_STARTS
from tests.serving.site.reading import Element

SCRIPTS = {
    *("assets/site.js", "assets/roster.js", "assets/chart.js", "data/roster.js"),
    *("vendor/tabulator.min.js", "vendor/echarts.common.min.js"),
}
KNOWN_TAGS = {
    *(
        "a",
        "article",
        "aside",
        "b",
        "bdi",
        "body",
        "br",
        "button",
        "code",
        "dd",
        "div",
        "dl",
        "dt",
        "em",
        "footer",
        "form",
    ),
    *("h1", "h2", "h3", "head", "header", "html", "i", "input", "label", "li", "link", "main", "meta", "nav"),
    *("option", "output", "p", "pre", "rect", "script", "section", "select", "small", "span", "svg", "table"),
    *("tbody", "td", "th", "thead", "time", "title", "tr", "u", "ul"),
}
_ELSEWHERE = re.compile(r"\s*(//|[a-z][a-z0-9+.-]*:)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def foreign(page: Element) -> Iterator[str]:
    """Elements, attributes and addresses that no template writes."""
    for element in page.all():
        if element.tag not in KNOWN_TAGS | {""}:
            yield f"<{element.tag}>"
        yield from (
            f"<{element.tag} {name}>" for name in element.attributes if name.startswith("on") or name == "style"
        )
        if element.tag == "script" and (
            element.attributes.get("src", "").removeprefix("../") not in SCRIPTS or element.text
        ):
            yield f"<script src={element.attributes.get('src')}>{element.text[:40]}"
        yield from (
            f"<{element.tag} {name}={element.attributes[name]}>"
            for name in ("href", "src", "action", "formaction")
            if _ELSEWHERE.match(element.attributes.get(name, ""))
        )


def lost_links(site: Path, name: str, page: Element) -> Iterator[str]:
    """Links of a page that lead to no file of the site or to no place of the page, and places that are named twice."""
    ids = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    yield from (f"id {one} twice" for one in sorted({one for one in ids if ids.count(one) > 1}))
    for element in page.all():
        target = element.attributes.get("href") or element.attributes.get("src")
        if target is None:
            continue
        path, _, anchor = target.partition("#")
        aim = (site / name).parent / path if path else site / name
        if (
            not aim.is_file()
            or not aim.resolve().is_relative_to(site.resolve())
            or (anchor and not path and anchor not in ids)
        ):
            yield target


def formula_cells(path: Path) -> tuple[list[str], int]:
    """Cells of a CSV that a spreadsheet would execute, and how many it is kept from executing."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    return [cell for cell in cells if cell.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(cell)], sum(
        cell.startswith("'") for cell in cells
    )
