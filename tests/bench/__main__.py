"""`make bench`: the build of the sample city, then scoring as it grows."""

from __future__ import annotations

from tests.bench import city, scoring

if __name__ == "__main__":
    city.main([])
    print()
    scoring.main([])
