"""One message in Chinese and in English: bureau clerks and engineers read the same facts.

Belongs here: the pair, and how it is joined. Does not belong here: the words of any message (each stands beside the check
that raises it), what people are told by reason (`serving.reasons`).
"""

from __future__ import annotations

from typing import NamedTuple


class Bilingual(NamedTuple):
    """The same thing in Chinese and in English: a message, or a part of one, such as a place or a remedy."""

    zh: str
    en: str

    def __str__(self) -> str:
        """Both, the Chinese first."""
        return f"{self.zh}{self.en[:1].upper()}{self.en[1:]}"
