"""Clauses in a regime's clause map: whether an export can write them, and the default map.

Belongs here: which entries can match a row at all, and the map of credit.md 6.5. Does not belong here: the normal form of
a clause (`ingestion.parsing.clause_text`), which item a row of evidence has (SQL).
"""

from __future__ import annotations

from ingestion import parsing
from ingestion.sources import DATASETS

MISCONDUCT_DATASETS = ("findings", "checks", "penalties", "hotline", "media")
MERIT_DATASET = "merit_claims"
ANY = "*"
# The datasets whose rows have their own points (扣分).
WITH_POINTS = frozenset(
    name for (_, name), dataset in DATASETS.items() if any(column.name == "row_points" for column in dataset.columns)
)
EMPTY = ""

LEVELS = {"国家": "national", "省": "provincial", "市": "municipal"}


def can_occur(clause: str, dataset: str) -> bool:
    """Whether an accepted row of the dataset (for `*`: of any dataset) can have the clause."""
    if clause == EMPTY:
        return dataset not in ("findings", MERIT_DATASET)
    if parsing.is_empty(clause):  # a sign for "none", which is read as an empty cell
        return False
    try:
        return parsing.clause(clause) == clause
    except parsing.Refused:
        return False


# The items of the notice's clauses (credit.md 6.5). A bare 2 or 4 is not a clause of the notice, but people write it.
_MISCONDUCT_ITEMS = {
    "1": "F01",
    "2": "F02B",
    "2a": "F02A",
    "2b": "F02B",
    "3": "F03",
    "4": "F04B",
    "4a": "F04A",
    "4b": "F04B",
    "5": "F05",
    "6": "F06",
    "7": "F07",
    "8": "F08",
    "9": "F09",
    "10": "F10",
    "11": "F11",
}


def datasets_of(dataset: str) -> tuple[str, ...]:
    """The datasets whose rows an entry of the map can match."""
    return MISCONDUCT_DATASETS if dataset == ANY else (dataset,)


def default_map() -> list[dict[str, str | None]]:
    """The map of credit.md 6.5: dataset, clause, level_code (null = any), item_code (null = does not score)."""
    entries: list[tuple[str, str, str | None, str | None]] = [
        *((ANY, clause, None, item) for clause, item in _MISCONDUCT_ITEMS.items()),
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
