"""`python -m tests.browser`: says what this machine lacks for `make check`, and fails."""

from __future__ import annotations

import sys

from tests.browser.installed import lacking

if __name__ == "__main__":
    sys.exit(lacking() or 0)
