"""How a file is refused, and how messages may show names from outside.

Belongs here: the exceptions of guards and readers. Does not belong here: any guard.
"""

from __future__ import annotations

import re
import unicodedata

from ingestion import parsing

_LONG_NUMBER = re.compile(r"\d{9,}")  # longer than a date: a card number, or an ID number with a missing character


class Held(Exception):
    """A file that is not loaded. `reason` is its code; `message` names the place and the remedy, never a value."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class NotReceived(Exception):
    """An entry of the inbox that has no bytes: there is nothing to record, only to report."""


def printable(name: str, longest: int = 255) -> str:
    """A file's, sheet's or header's name, safe to print: control, direction and undecodable characters are escaped."""
    safe = "".join(
        char if unicodedata.category(char)[0] != "C" and char not in "\u2028\u2029" else f"\\u{ord(char):04x}"
        for char in name
    )
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"


def masked_name(name: str) -> str:
    """A sheet's name that may be shown and kept: ID and mobile numbers masked, other long numbers left out."""
    folded = parsing.fold(name)
    masked = _LONG_NUMBER.sub("#", parsing.masked(folded))
    return printable(name if masked == folded else masked)


def cut_off() -> Held:
    """A workbook that is cut off or damaged."""
    return Held("unreadable", "the workbook cannot be read to its end (cut off or damaged). Copy or export it again.")


def refused_archive(what: str, remedy: str = "Ask the sender for the original export.") -> Held:
    """An archive that is unsafe to open, or that does not match its own directory."""
    return Held("refused_archive", f"the archive was refused: {what}. {remedy}")
