"""Dashboards for Apache Superset as one ZIP: connections, datasets, charts and three dashboards (serving.md, Superset).

Belongs here: what is in the bundle, and writing it. Does not belong here: each part (`assets`, `datasets`, `queries`,
`charts`, `dashboards`, `layout`), starting Superset (orchestration). It is not one of `OUTPUTS`: it holds
no rows, so it need not be made again for each release.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingestion.atomic_files import write_atomically
from ingestion.yaml_text import dump_yaml
from serving.dictionary import words_of
from serving.outputs.superset import datasets, layout
from serving.outputs.superset.assets import OPEN, RESTRICTED, VERSION, Dataset
from serving.outputs.superset.dashboards import all_dashboards
from serving.outputs.superset.queries import JOINED
from serving.releases.opened import Release

DEFAULT_PLACE = "127.0.0.1:5432/firemark"
_FOLDER = "firemark"
_DAY = (2000, 1, 1, 0, 0, 0)  # the same in every bundle, so that equal bundles are equal files
DATABASES = (OPEN, RESTRICTED)


def addresses() -> tuple[str, ...]:
    """Where Superset shows each dashboard."""
    return tuple(f"/superset/dashboard/{dashboard.name}/" for dashboard in all_dashboards(()))


def all_datasets(release: Release) -> tuple[Dataset, ...]:
    """Those of single tables, then those of the dashboards."""
    return (*datasets.of_release(release), *JOINED)


def grades_of(release: Release) -> tuple[str, ...]:
    """The grades of the release's rules, best first, whoever has one and why: those of the version in force, then those
    of others alone."""
    in_force = release.description["rulebook_id"]
    versions = sorted(release.description["rulebooks"], key=lambda version: version["rulebook_id"] != in_force)
    grades = tuple(dict.fromkeys(grade for version in versions for grade in version.get("grades", ())))
    return grades or _grades_seen(release)


def _grades_seen(release: Release) -> tuple[str, ...]:
    """The same of a release of an earlier program, which does not say its grades: those of its history by the scores that
    give them, then those that only a veto or a ceiling gave. Where all are the notice's, all of the notice's."""
    found = release.rows(
        "select grade from credit.fct_score_history where grade is not null group by grade "
        "order by max(score) filter (where score_grade_reason = 'band') desc nulls last, grade"
    )
    seen = [row["grade"] for row in found]
    known = list(words_of("grade"))
    return tuple(known if set(seen) <= set(known) else seen)


def files(release: Release, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path in the bundle -> what it says. `place` is host:port/database of the Postgres server."""
    # No clock: a bundle that says the same is the same file.
    yield "metadata.yaml", {"version": VERSION, "type": "assets", "timestamp": "2000-01-01T00:00:00+00:00"}
    for database in DATABASES:
        yield database.path, database.form(place)
    for dataset in all_datasets(release):
        yield dataset.path, dataset.form()
    made = all_dashboards(grades_of(release))
    for dashboard in made:
        for chart in dashboard.charts:
            yield chart.path, chart.form()
    for dashboard in made:
        yield dashboard.path, layout.form(dashboard)


def bundle(release: Release, place: str = DEFAULT_PLACE) -> bytes:
    """The ZIP. Raises ColumnNotAllowedError."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files(release, place):
            entry = zipfile.ZipInfo(f"{_FOLDER}/{path}", _DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, dump_yaml(content))
    return made.getvalue()


def write_bundle(release: Release, path: Path, place: str = DEFAULT_PLACE) -> int:
    """Writes the ZIP whole or not at all; returns the number of its charts."""
    content = bundle(release, place)
    write_atomically(path, lambda target: target.write_bytes(content))
    return sum(len(dashboard.charts) for dashboard in all_dashboards(grades_of(release)))
