"""`make bench`: the build of the sample city, then scoring and conflicts as they grow."""

from __future__ import annotations

from tests.bench import city, conflicts, scoring

if __name__ == "__main__":
    city.main([])
    print()
    scoring.main([])
    print()
    conflicts.main()
