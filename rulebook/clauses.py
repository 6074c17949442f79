"""Clauses as exports write them, in the one form in which they are compared (credit.md 6.5).

Belongs here: normalising a clause, and the map that a regime gets when it names none. Does not belong here:
which item a row of evidence has (SQL).
"""

from __future__ import annotations

import re
import unicodedata

MISCONDUCT_DATASETS = ("findings", "checks", "penalties", "hotline", "media")
MERIT_DATASET = "merit_claims"
ANY = "*"
EMPTY = ""

# What passes the door under every regime; anything else is quarantined there.
MISCONDUCT_CLAUSES = ("1", "2a", "2b", "3", "4a", "4b", "5", "6", "7", "8", "9", "10", "11")
MERIT_CLAUSES = ("1", "2", "3", "4", "5")
LEVELS = {"国家": "national", "省": "provincial", "市": "municipal"}
_BARE = {"2": "2b", "4": "4b"}


def normalise_clause(text: str, dataset: str) -> str:
    """A clause with width, case and white space folded; a bare misconduct clause 2 or 4 becomes 2b or 4b."""
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
    if re.fullmatch(r"\d+\.0+", folded):
        folded = folded.split(".")[0]
    if re.fullmatch(r"0+\d+[ab]?", folded):
        folded = folded.lstrip("0")
    return folded if dataset == MERIT_DATASET else _BARE.get(folded, folded)


def passes_the_door(clause: str, dataset: str) -> bool:
    """Whether an accepted row of the dataset (or of any, for `*`) can carry the clause."""
    if clause == EMPTY:
        return dataset not in ("findings", MERIT_DATASET)
    if clause == ANY:
        return True
    return clause in (MERIT_CLAUSES if dataset == MERIT_DATASET else MISCONDUCT_CLAUSES)


def default_map() -> list[dict[str, str | None]]:
    """The map of credit.md 6.5: dataset, clause, level_code (null = any), item_code (null = does not score)."""
    misconduct = {
        clause: f"F{int(clause.rstrip('ab')):02d}{clause.lstrip('0123456789').upper()}" for clause in MISCONDUCT_CLAUSES
    }
    entries: list[tuple[str, str, str | None, str | None]] = [
        *((ANY, clause, None, item) for clause, item in misconduct.items()),
        # An empty clause of a verified ticket or media item means 4b.
        ("hotline", EMPTY, None, "F04B"),
        ("media", EMPTY, None, "F04B"),
        (MERIT_DATASET, "1", "national", "S1A"),
        (MERIT_DATASET, "1", "provincial", "S1B"),
        (MERIT_DATASET, "1", "municipal", "S1B"),
        (MERIT_DATASET, "2", None, "S2"),
        (MERIT_DATASET, "3", None, "S3"),
        (MERIT_DATASET, "4", None, "S4"),
        (MERIT_DATASET, "4", "municipal", None),
        (MERIT_DATASET, "5", None, "S5"),
    ]
    return [
        {"dataset": dataset, "clause": clause, "level_code": level, "item_code": item}
        for dataset, clause, level, item in entries
    ]
