"""The site of a built city written once more, from the marts of its last build: a site without a build.

Belongs here: the candidate over a home's build file. Does not belong here: invented candidates (`candidates`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from serving.outputs.site import write_site
from serving.releases.candidate import Candidate
from serving.releases.contents import literal


@contextmanager
def candidate_of(build_file: Path, release: Path, folder: Path) -> Iterator[Candidate]:
    """A candidate in `folder` over a build file, described as its release is."""
    folder.mkdir(parents=True, exist_ok=True)
    told = json.loads((release / "release.json").read_text("utf-8"))
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(build_file)} as firemark (read_only); use firemark")
        yield Candidate(
            folder,
            connection,
            "firemark",
            told,
            [],
            dt.datetime.fromisoformat(told["released_at"]).replace(tzinfo=None),
            content_hashes=told["content_hashes"],
        )


def site_again(home: Path, folder: Path) -> Path:
    """`site/` of a home's current release, written into another folder."""
    release = (home / "releases" / "current").resolve()
    with candidate_of(home / "build" / "firemark.duckdb", release, folder) as one:
        write_site(one)
    return folder / "site"
