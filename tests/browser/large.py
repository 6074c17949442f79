"""A roster of any size as the site shows it, without the agencies' own pages: what search and paging are tried on.

Belongs here: making the folder. Does not belong here: cities that are built (`tests/conftest.py`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from pathlib import Path

from serving.outputs.site import copy_assets
from serving.outputs.site.facts import Row, read_release
from serving.outputs.site.pages import Pages
from serving.outputs.site.search import roster_data
from tests.serving.site.candidates import DAY, candidate

CHARACTERS = "安泰宏盛金诚信达鑫源恒润德昌永兴瑞丰华康伟业嘉禾中天顺平"
DISTRICTS = ("解放区", "中站区", "马村区", "山阳区", "修武县", "博爱县", "武陟县", "温县", "沁阳市", "孟州市")
KINDS = ("maintenance_testing", "safety_assessment", "both")


def write_large_roster(folder: Path, count: int) -> Path:
    """The site's folder, with so many agencies in its roster."""
    with candidate(folder / "one", ["一家"]) as one:
        release = read_release(one)
    rows = tuple(_row(release.roster[0], place, count) for place in range(count))
    release = dataclasses.replace(release, roster=rows)
    site = folder / "site"
    (site / "data").mkdir(parents=True)
    copy_assets(site)
    (site / "data" / "roster.js").write_text(roster_data(release), encoding="utf-8")
    for path, text in Pages(release).roster():
        (site / path).write_text(text, encoding="utf-8")
    return site


def _row(like: Row, place: int, count: int) -> Row:
    first, second = CHARACTERS[place % len(CHARACTERS)], CHARACTERS[place // len(CHARACTERS) % len(CHARACTERS)]
    grade = "ABCD"[place * 4 // count]
    return like | {
        "agency_id": f"91410800MA{place:07}X",
        "agency_name": f"焦作市{first}{second}{place}消防技术有限公司",
        "former_names": f"焦作旧名{place}公司" if place % 10 == 0 else "",
        "state": grade,
        "grade": grade,
        "score": Decimal(130 - place * 100 // count),
        "service_type": KINDS[place % len(KINDS)],
        "registered_region_name": DISTRICTS[place % len(DISTRICTS)],
        "last_checked_on": DAY - dt.timedelta(days=place % 700),
    }
