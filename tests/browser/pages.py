"""What the browser tests share: which kinds of pages there are, what a reader sees of one, and the faults that it shows.

Belongs here: opening and reading pages, in the words of the site. Does not belong here: expectations (the tests), where the
site comes from (`conftest`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Request

Visit = Callable[..., Page]

WIDE, NARROW = 1280, 390  # a desk, a phone
HEIGHT = 900
PAPER = 704  # pixels of A4 between its margins
LANGS = ("zh", "en")
KINDS = ("roster", "agency", "left", "unlisted", "changes", "lists", "frozen", "rules", "data", "about")
# What is data in both languages: names, numbers of documents, codes, days, and the letter of a grade.
DATA = "bdi, code, time, b.m"

_VISIBLE = """
(data) => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.replace(/\\s+/g, " ").trim();
    const parent = walker.currentNode.parentElement;
    if (!text || parent.closest("script, style, noscript, option") || (data && parent.closest(data))) continue;
    if (parent.checkVisibility({ visibilityProperty: true })) found.push(text);
  }
  return found;
}
"""
_UNSEEN = """
() => {
  const name = document.querySelector("h1 > bdi:only-child");
  const found = [document.title.replace(name ? name.textContent : "", "")];
  for (const option of document.querySelectorAll("option"))
    if (option.dataset.zh !== option.dataset.en) found.push(option.textContent.trim());
  for (const name of ["aria-label", "title", "alt", "placeholder"])
    for (const element of document.querySelectorAll("body [" + name + "]"))
      if (element.checkVisibility()) found.push(element.getAttribute(name));
  return found.filter((text) => text);
}
"""


def path_of(site: Path, kind: str) -> str:
    """A page of a kind, of many the one that says most."""

    def largest(pattern: str, holds: str = "") -> str:
        found = [path for path in site.glob(pattern) if holds in path.read_text("utf-8")]
        return max(found, key=lambda path: (path.stat().st_size, path.name)).relative_to(site).as_posix()

    match kind:
        case "roster":
            return "index.html"
        case "agency":
            return largest("agency/*.html", 'id="chart"')
        case "left":
            return largest("agency/*.html", "该机构已退出名录")
        case "unlisted":
            return largest("agency/*.html", "该机构未列入名录")
        case "frozen":
            return largest("lists/publish-*.html")
        case _:
            return f"{kind}.html"


def watch(context: BrowserContext, base: str, faults: list[str], *, is_quiet: bool = True) -> None:
    """Notes what no page may do: speak on the console, fail, show a dialog, ask for what is not the site's.

    A page that need not be quiet may speak, and miss files: its policy keeps it from what it would ask for.
    """

    def asked(url: str) -> None:
        if not url.startswith((base, "data:", "blob:")):
            faults.append(f"asked for {url}")

    def failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the window left for another page meanwhile
            faults.append(f"not found: {request.url}")

    if is_quiet:
        context.on("console", lambda message: faults.append(f"console {message.type}: {message.text}"))
        context.on("requestfailed", failed)
    context.on("weberror", lambda error: faults.append(f"error: {error.error}"))
    context.on("request", lambda request: asked(request.url))
    context.on(
        "page",
        lambda page: page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss())),
    )


def turn(page: Page, lang: str) -> None:
    """The switch in the header; it turns the page without a script, too."""
    page.locator("#en").set_checked(lang == "en")


def seen(page: Page, *, data: bool = True) -> list[str]:
    """The texts that a reader sees, in their order; without `data` only what is a label."""
    texts: list[str] = page.evaluate(_VISIBLE, "" if data else DATA)
    return texts


def labels(page: Page) -> list[str]:
    """Every label: those that are seen, the title, the choices of lists, and what only a screen reader says."""
    unseen: list[str] = page.evaluate(_UNSEEN)
    return [*seen(page, data=False), *unseen]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def sheets(page: Page) -> int:
    """How many sheets of A4 a page prints on. Where something is wider than a sheet, the browser shrinks all of it."""
    page.evaluate(
        "() => matchMedia('print').addEventListener('change', ({ matches }) => {"
        " if (matches) window.paper = document.querySelector('main').clientWidth; })"
    )
    printed = page.pdf(prefer_css_page_size=True)
    assert page.evaluate("window.paper") == PAPER, "the text is printed smaller than it is set"
    return len(re.findall(rb"/Type\s*/Page\b", printed))


def table_rows(page: Page, selector: str) -> list[list[str]]:
    """The cells of a table's rows as they are read."""
    rows: list[list[str]] = page.locator(f"{selector} tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.replace(/\\s+/g, ' ').trim()))"
    )
    return rows


def listed(page: Page) -> list[str]:
    """The agencies that the roster's table shows on its page, in their order."""
    codes: list[str] = page.locator("#table .tabulator-row .who code").all_inner_texts()
    return codes


_CHART = 'const chart = echarts.getInstanceByDom(document.getElementById("chart"));'


def chart_points(page: Page) -> list[dict[str, Any]]:
    """Day, score and text of each point of the chart; the last only draws the line on."""
    points: list[dict[str, Any]] = page.evaluate(
        f"() => {{ {_CHART}"
        """
          const [line] = chart.getOption().series;
          return line.data.map((point) => ({
            on: new Date(point.value[0]).toISOString().slice(0, 10),
            score: point.value[1],
            said: line.label.formatter({ data: point }),
          }));
        }"""
    )
    return points


def places_of_points(page: Page) -> list[tuple[float, float]]:
    """Where in the window each point of the chart is drawn, the last included."""
    places: list[tuple[float, float]] = page.evaluate(
        f"() => {{ {_CHART}"
        """
          const { left, top } = chart.getDom().getBoundingClientRect();
          return chart.getOption().series[0].data.map((point) => {
            const [x, y] = chart.convertToPixel({ seriesIndex: 0 }, point.value);
            return [left + x, top + y];
          });
        }"""
    )
    return places


def tooltip(page: Page) -> str:
    """What the chart's tooltip says as it is drawn; empty = there is none. The chart's only text of its own layer."""
    said: list[str] = page.evaluate(
        f"() => {{ {_CHART}"
        """
          const zr = chart.getZr();
          zr.flush();
          return zr.storage.getRoots().filter((one) => one.type === "text" && !one.ignore).map((one) => one.style.text);
        }"""
    )
    assert len(said) <= 1
    return "".join(said)


def show_tooltip(page: Page, index: int) -> None:
    """Shows the tooltip of a point, also of one that another covers."""
    page.evaluate(
        f"(dataIndex) => {{ {_CHART} chart.dispatchAction({{ type: 'showTip', seriesIndex: 0, dataIndex }}); }}", index
    )
