"""The sequence of the versions of one regime.

Does not belong here: the content of a version.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rulebook.folder import Folder
from rulebook.problems import Problem


def check_sequence(folder: Folder) -> Iterator[Problem]:
    """Versions of one regime follow each other without gap or overlap, and the last one has no end."""
    for regime in folder.regimes():
        versions = folder.versions(regime)
        for row in versions:
            until = row["effective_until_on"]
            if until is not None and until <= row["effective_from_on"]:
                yield Problem(
                    row.at("effective_until_on"),
                    "version_empty",
                    f"{row['rulebook_id']} ends on {until}, not after its start {row['effective_from_on']}",
                    "effective_to is the first day on which the version is no longer in force.",
                )
        for row, following in pairwise(versions):
            until, start = row["effective_until_on"], following["effective_from_on"]
            if until is None or until > start:
                yield Problem(
                    row.at("effective_until_on"),
                    "version_overlap",
                    f"{row['rulebook_id']} is still in force when {following['rulebook_id']} begins on {start}",
                    f"Set effective_to of {row['rulebook_id']} to {start}, and import both versions together.",
                )
            elif until < start:
                yield Problem(
                    row.at("effective_until_on"),
                    "version_gap",
                    f"between {row['rulebook_id']} ({until}) and {following['rulebook_id']} ({start}) no version is in force",
                    f"Set effective_to of {row['rulebook_id']} to {start}, and import both versions together.",
                )
        if versions and versions[-1]["effective_until_on"] is not None:
            last = versions[-1]
            yield Problem(
                last.at("effective_until_on"),
                "version_ends",
                f"{last['rulebook_id']} is the last version of {regime} and ends on {last['effective_until_on']}",
                "Leave effective_to out, or import it together with the version that follows.",
            )
