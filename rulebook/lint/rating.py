"""When an agency is rated, and what a grade leads to.

Does not belong here: grades and their bands (`grades`).
"""

from __future__ import annotations

from collections.abc import Iterator

from rulebook import vocabulary
from rulebook.lint.version import Version
from rulebook.problems import Problem


def check_rating(version: Version) -> Iterator[Problem]:
    """Types of check where no check makes an agency rated."""
    row = version.row
    if row["rated_types"] is not None and row["rated_from"] != vocabulary.CHECKS:
        yield Problem(
            row.at("rated_types"),
            "types_without_checks",
            f"{row['rulebook_id']} names types of check, but is rated from {row['rated_from']}",
            "Write rated_from: checks, or leave rated_types out.",
        )
