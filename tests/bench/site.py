"""The public site as the city grows: time, memory and size of writing it, over the marts of a dirty city, multiplied.

`python -m tests.bench.site --agencies 30000 --out DIR` leaves the site in DIR/site, for whoever opens it in a browser.

Belongs here: multiplying marts, measuring the site alone. Does not belong here: the build (`city`), scoring (`scoring`).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import duckdb

from rulebook.tables import BUILD_TABLES
from serving.audiences import TABLES, Audience
from serving.outputs.site.downloads import TABLES as PUBLISHED
from serving.releases.contents import literal, quoted
from tests.bench.city import Taken, run
from tests.serving.site.published import WITH_A_PAGE

READ = (
    *(f"publication.{name}" for name in PUBLISHED),
    *TABLES[Audience.PUBLIC],
    *(f"rulebook.{name}" for name in BUILD_TABLES),
)
_LINES = ("line_id", "counted_by_line_id")

WRITE = """
import sys
from pathlib import Path
from tests.serving.site.again import candidate_of
from serving.outputs.site import write_site
build_file, release, folder = map(Path, sys.argv[1:])
with candidate_of(build_file, release, folder) as one:
    write_site(one)
"""


def multiply(build_file: Path, into: Path, pages: int) -> None:
    """Writes the marts of a city that the site reads, for a city of so many agencies with a page.

    Copy k of an agency has another code and another name, and lines of its own.
    """
    of_one = _pages(build_file)
    copies = -(-pages // of_one)
    with duckdb.connect(str(into)) as connection:
        connection.execute(f"attach {literal(build_file)} as city (read_only)")
        for table in READ:
            schema, _, name = table.partition(".")
            relation = f"{quoted(schema)}.{quoted(name)}"
            connection.execute(f"create schema if not exists {quoted(schema)}")
            columns = {row[0] for row in connection.execute(f"describe city.{relation}").fetchall()}
            if "agency_id" not in columns:
                connection.execute(f"create table {relation} as from city.{relation}")
                continue
            told = {"agency_id": "if(k = 0, agency_id, left(agency_id, 6) || printf('%06d', k) || right(agency_id, 6))"}
            told |= {line: f"if(k = 0, {line}, md5({line} || k))" for line in _LINES if line in columns}
            if "agency_name" in columns:
                told["agency_name"] = "if(k = 0, agency_name, agency_name || k || '部')"
            replaced = ", ".join(f"{made} as {column}" for column, made in told.items())
            connection.execute(
                f"create table {relation} as select * exclude (k) replace ({replaced}) "
                f"from city.{relation} cross join range({copies}) as copies(k)"
            )
    if _pages(into) != of_one * copies:
        raise SystemExit("Two agencies of the multiplied city have one code: choose longer codes.")


def _pages(marts: Path) -> int:
    """How many agencies have a page."""
    with duckdb.connect(str(marts), read_only=True) as connection:
        (count,) = connection.execute(f"select count(*) from ({WITH_A_PAGE})").fetchone() or (0,)
    return int(count)


def size_of(site: Path) -> tuple[int, int, int]:
    """Files, bytes, and bytes on a disk that gives each file whole blocks of 4 KB."""
    sizes = [path.stat().st_size for path in site.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes), sum(-(-size // 4096) * 4096 for size in sizes)


def measure(build_file: Path, release: Path, folder: Path, pages: int) -> tuple[Taken, tuple[int, int, int]]:
    """Writes `folder`/site of so many agencies: what that took, and its size."""
    folder.mkdir(parents=True)
    marts = folder / "marts.duckdb"
    multiply(build_file, marts, pages)
    taken, _ = run([sys.executable, "-c", WRITE, str(marts), str(release), str(folder)])
    marts.unlink()
    return taken, size_of(folder / "site")


def main(arguments: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agencies", type=int, nargs="+", default=[28, 3_000])
    parser.add_argument("--home", type=Path, help="a home with a release, in place of building the sample city")
    parser.add_argument("--out", type=Path, help="where the site of the last size is left")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="firemark-bench-", dir=os.environ.get("TMPDIR")) as temporary:
        folder = Path(temporary)
        home = chosen.home or folder / "home"
        if chosen.home is None:
            firemark = [sys.executable, "-m", "orchestration.cli", "--home", str(home)]
            run([*firemark, "sample", str(folder / "sample")])
            run([*firemark, "build", "--inbox", str(folder / "sample" / "inbox")])
        release = (home / "releases" / "current").resolve()
        print(
            f"{'the public site, 3 years':38}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'files':>9}{'MB':>9}{'on disk':>9}"
        )
        for agencies in chosen.agencies:
            is_kept = chosen.out is not None and agencies == chosen.agencies[-1]
            to = chosen.out if is_kept else folder / f"site-{agencies}"
            taken, (files, size, blocks) = measure(home / "build" / "firemark.duckdb", release, to, agencies)
            pages = sum(1 for _ in (to / "site" / "agency").iterdir())
            print(
                f"{f'{pages:,} agencies with a page':38}{taken.wall:9.1f}{taken.cpu:9.1f}{taken.peak:9.0f}{files:9,}"
                f"{size / 1e6:9.0f}{blocks / 1e6:9.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
