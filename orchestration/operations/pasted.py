"""A `firemark` command that a person can paste. Does not belong here: what a command does (`cli`)."""

from __future__ import annotations

import shlex
from pathlib import Path


def command(home: Path, words: str) -> str:
    """A command on this home."""
    return f"firemark --home {shlex.quote(str(home))} {words}"
