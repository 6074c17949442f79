"""When an agency is rated, and the measures of a grade.

Does not belong here: grades and their bands (`grades`).
"""

from __future__ import annotations

from collections.abc import Iterator

from rulebook import vocabulary
from rulebook.lint.version import Version
from rulebook.measures import known_measures
from rulebook.problems import Problem, nearest


def check_rating(version: Version) -> Iterator[Problem]:
    """Types of check are only useful if a check makes an agency rated."""
    row = version.row
    if row["rated_types"] is not None and row["rated_from"] != vocabulary.CHECKS:
        yield Problem(
            row.at("rated_types"),
            "types_without_checks",
            f"{row['rulebook_id']} names types of check, but is rated from {row['rated_from']}",
            "Write rated_from: checks, or leave rated_types out.",
        )


def check_measures(version: Version) -> Iterator[Problem]:
    """Measures that nothing uses."""
    known = known_measures()
    shown = {code: f"{code} {measure.title_zh}" for code, measure in known.items()}
    tasks = [shown[code] for code, measure in known.items() if measure.task_code]
    others = [text for text in shown.values() if text not in tasks]
    texts = shown | {measure.title_zh: shown[code] for code, measure in known.items()}
    for row in version.measures:
        if row["measure_code"] not in known:
            yield Problem(
                row.at("measure_code"),
                "unknown_measure",
                f"{row['measure_code']} is not a measure",
                nearest(row["measure_code"], texts)
                + f"Measures with tasks: {', '.join(tasks)}. Other known measures: {', '.join(others)}."
                + " To add one, add a row to seeds/reference/measures.csv.",
            )
