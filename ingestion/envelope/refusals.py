"""How a file is refused, and how a name from outside may be shown.

Belongs here: what every guard and reader may raise. Does not belong here: any guard.
"""

from __future__ import annotations

import re
import unicodedata

from ingestion import parsing

_LONG_NUMBER = re.compile(r"\d{9,}")  # longer than a day; of a card, or of an ID that lacks a character


class Held(Exception):
    """A file that is not loaded. `reason` is its code; `message` names the place and the remedy, never a value."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class NotReceived(Exception):
    """Something in the inbox of which no byte can be had: there is nothing to record, only to say."""


def shown(name: str, longest: int = 255) -> str:
    """A file's, sheet's or header's name that is safe to print: control, direction and undecodable characters escaped."""
    safe = "".join(
        char if unicodedata.category(char)[0] != "C" and char not in "\u2028\u2029" else f"\\u{ord(char):04x}"
        for char in name
    )
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"


def masked_name(name: str) -> str:
    """A sheet's name as it may be told and kept: ID and mobile numbers masked, other long numbers left out."""
    folded = parsing.fold(name)
    told = _LONG_NUMBER.sub("#", parsing.masked(folded))
    return shown(name if told == folded else told)


def cut_off() -> Held:
    """A workbook of which something is missing or damaged."""
    return Held("unreadable", "the workbook cannot be read to its end (cut off or damaged). Copy or export it again.")


def refused_archive(what: str, remedy: str = "Ask the sender for the original export.") -> Held:
    """An archive that would harm whoever opened it, or that is not what it says."""
    return Held("refused_archive", f"the archive was refused: {what}. {remedy}")
