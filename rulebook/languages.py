"""The languages in which rules are shown. Does not belong here: any word (`words`, `labels`)."""

from __future__ import annotations

from typing import Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
