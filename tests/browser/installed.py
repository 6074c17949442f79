"""Which browser and fonts this machine has, and how to get what is missing. `make check` asks before it builds anything.

Imports nothing that has to be installed: `.ci/run` asks on a clean checkout.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ELSEWHERE = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

# Debian's packages. Without fontconfig nobody tells which fonts there are.
BROWSER, FONTS = "chromium", ("fontconfig", "fonts-noto-cjk")

NO_BROWSER = f"""make check: no browser was found ({", ".join(NAMES)}). The tests open the public pages in one.
Install Chromium or Chrome, then run make check again. On Debian and Ubuntu: apt-get install {BROWSER}"""
NO_FONT = f"""make check: no font with Chinese characters was found. The tests measure the pages as a reader sees them.
Install one, then run make check again. On Debian and Ubuntu: apt-get install {" ".join(FONTS)}"""


def browser() -> Path | None:
    """The browser that the tests drive."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return Path(found)
    return ELSEWHERE if ELSEWHERE.exists() else None


def has_chinese_font() -> bool:
    """Without one every character is an empty box, and no width is right. Where there is no fontconfig, nobody tells."""
    ask = shutil.which("fc-list")
    return not ask or bool(subprocess.run([ask, ":lang=zh"], capture_output=True, check=False).stdout.strip())


def lacking() -> str:
    """What is missing, and how to get it; empty = nothing."""
    if browser() is None:
        return NO_BROWSER
    return "" if has_chinese_font() else NO_FONT


def debian_packages() -> list[str]:
    """What `lacking` misses, as Debian calls it, and fontconfig where it is missing."""
    has_fonts = shutil.which("fc-list") is not None and has_chinese_font()
    return [*(() if browser() else (BROWSER,)), *(() if has_fonts else FONTS)]
