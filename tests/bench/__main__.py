"""`make bench`: the build of the sample city, then scoring, conflicts, the public site and a publication to Postgres as they grow.

Numbers as arguments are the sizes to score at, and after `--agencies` the sizes of the site:
`make bench EVENTS="1000000 10000000" AGENCIES="28 3000 30000"`.
"""

from __future__ import annotations

import argparse

from tests.bench import city, conflicts, publishing, scoring, site

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", nargs="*")
    parser.add_argument("--agencies", nargs="+", default=[])
    chosen = parser.parse_args()
    city.main([])
    print()
    scoring.main(["--events", *chosen.events] if chosen.events else [])
    print()
    conflicts.main()
    print()
    site.main(["--agencies", *chosen.agencies] if chosen.agencies else [])
    print()
    publishing.main([])
