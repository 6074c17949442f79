"""The site of a built city written once more, from the marts of its last build: a site without a build.

Belongs here: the candidate over a home's build file, and what is changed in it. Does not belong here: invented candidates
(`candidates`).
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
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


def site_of_one_not_listed(home: Path, folder: Path) -> Path:
    """`site/` of a home's current release, had the directory never held the agency with the most notices in force."""
    release = (home / "releases" / "current").resolve()
    marts = folder / "marts.duckdb"
    shutil.copyfile(home / "build" / "firemark.duckdb", marts)
    with duckdb.connect(str(marts)) as connection:
        (agency_id,) = connection.execute(
            "select agency_id from publication.rpt_misconduct_notices group by 1 order by count(*) desc, 1 limit 1"
        ).fetchone() or (None,)
        assert agency_id, "the city has no notice in force"
        for table in ("publication.rpt_public_roster", "publication.rpt_exit_notices"):
            connection.execute(f"delete from {table} where agency_id = ?", [agency_id])
        connection.execute(
            "update credit.dim_agencies set directory_status = 'unlisted', published_on = null, listing_basis = null "
            "where agency_id = ?",
            [agency_id],
        )
    with candidate_of(marts, release, folder) as one:
        write_site(one)
    marts.unlink()
    return folder / "site"
