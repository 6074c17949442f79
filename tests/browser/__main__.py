"""`python -m tests.browser`: says what this machine lacks for `make check`, and fails. With `--debian` it prints the packages
that Debian has for it, one a line, and does not fail.
"""

from __future__ import annotations

import sys

from tests.browser.installed import debian_packages, lacking

if __name__ == "__main__":
    if sys.argv[1:] == ["--debian"]:
        print(*debian_packages(), sep="\n", end="")
    else:
        sys.exit(lacking() or 0)
