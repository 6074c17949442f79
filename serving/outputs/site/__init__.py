"""The public site: static pages of a release, which any web server and file:// can show (serving.md, The public site).

Belongs here: writing the folder, and what is copied into it. Does not belong here: what pages say (`pages`, `lines`,
`words`, `templates`), reading the release (`facts`), the public tables as files
(`downloads`), what is searched (`search`).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from serving import palette
from serving.audiences import Audience
from serving.outputs.output import Output
from serving.outputs.site.downloads import FOLDER, write_downloads
from serving.outputs.site.facts import agencies, read_release
from serving.outputs.site.pages import Page, Pages
from serving.outputs.site.search import roster_data
from serving.releases.candidate import Candidate
from serving.releases.stored import SITE_FOLDER

_HERE = Path(__file__).parent
VENDOR = _HERE / "vendor"


def write_site(candidate: Candidate) -> None:
    """Writes `site/` of a candidate."""
    site = candidate.directory / SITE_FOLDER
    site.mkdir()
    copy_assets(site)
    for folder in ("agency", "lists"):
        (site / folder).mkdir()
    downloads = write_downloads(candidate, site)
    release = read_release(candidate)
    (site / FOLDER / "roster.js").write_text(roster_data(release), encoding="utf-8")
    pages = Pages(release)
    for page in (
        *pages.roster(),
        pages.changes(),
        *pages.lists(),
        pages.rules(),
        pages.data(downloads),
        pages.about(libraries()),
    ):
        _write(site, page)
    for agency in agencies(candidate, release):
        _write(site, pages.agency(agency))


def copy_assets(site: Path) -> None:
    """Copies what is the same in every site, the stylesheet with the colours of the palette."""
    for folder in ("assets", "vendor"):
        shutil.copytree(_HERE / folder, site / folder, copy_function=shutil.copyfile)
    stylesheet = site / "assets" / "site.css"
    stylesheet.write_text(palette.as_css() + stylesheet.read_text("utf-8"), encoding="utf-8", newline="\n")


def libraries() -> list[dict[str, Any]]:
    """What stands in `vendor/`, as its manifest says."""
    found: list[dict[str, Any]] = json.loads((VENDOR / "manifest.json").read_text("utf-8"))["libraries"]
    return found


def _write(site: Path, page: Page) -> None:
    path, text = page
    (site / path).write_text(text, encoding="utf-8", newline="\n")


OUTPUT = Output("site", Audience.PUBLIC, write=write_site)
