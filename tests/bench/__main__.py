"""`make bench`: the build of the sample city, then scoring, conflicts and a publication to Postgres as they grow.

Numbers as arguments are the sizes to score at: `make bench EVENTS="1000000 10000000"`.
"""

from __future__ import annotations

import sys

from tests.bench import city, conflicts, publishing, scoring

if __name__ == "__main__":
    city.main([])
    print()
    scoring.main(["--events", *sys.argv[1:]] if sys.argv[1:] else [])
    print()
    conflicts.main()
    print()
    publishing.main([])
