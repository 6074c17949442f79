"""When a feed last delivered: which files show it, and how it is asked for in SQL.

Does not belong here: the outcome of a file (`ingestion.load_outcomes`), how old a feed may be (its bureau).
"""

from __future__ import annotations

from serving.releases.contents import literal

# A file that repeats an earlier one was delivered, too; one that is held, or that another has replaced, brought nothing.
DELIVERED = ("loaded", "duplicate")


def is_delivered(status: str) -> str:
    """The condition, in SQL, that a file with this status shows that its feed delivers."""
    return f"{status} in ({', '.join(map(literal, DELIVERED))})"
