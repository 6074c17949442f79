"""Points, caps and the step of scores.

Does not belong here: which grade a score has (`grades`).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rulebook.folder import Row
from rulebook.lint.version import FINEST, Version
from rulebook.problems import Problem


def check_points(version: Version) -> Iterator[Problem]:
    """Points and caps off the step of scores, and caps that one entry would break."""
    step = version.row["score_step"]
    if step is not None and step <= 0:
        yield Problem(
            version.row.at("score_step"), "step", f"the score step is {step}", "Write a number above 0, or null."
        )
        step = None
    step = step or FINEST
    for row in version.items.values():
        yield from _off_step(row, "points", step)
        yield from _cap_below(row, "item", row)
        component = version.components.get(row["component_code"])
        # A sum that is divided first can stay under a cap that one entry would break.
        if component is not None and component["aggregation"] != "sum_over_count":
            yield from _cap_below(component, f"component {component['component_code']} of item", row)
    # Under half_up every score comes back to the step; without rounding it must never leave it.
    if version.row["rounding"] == "none":
        yield from _off_step(version.row, "base_points", step)
        for row in (*version.items.values(), *version.components.values()):
            yield from _off_step(row, "cap_points", step)


def _off_step(row: Row, column: str, step: Decimal) -> Iterator[Problem]:
    value = row[column]
    if value is not None and value % step:
        yield Problem(
            row.at(column),
            "off_step",
            f"{column} {value} is no multiple of the score step {step}",
            "Change one of them.",
        )


def _cap_below(capped: Row, what: str, item: Row) -> Iterator[Problem]:
    cap = capped["cap_points"]
    if cap is not None and item["points"] > cap:
        yield Problem(
            capped.at("cap_points"),
            "cap_below_points",
            f"the cap {cap} of {what} {item['item_code']} is below its points {item['points']}",
            "Raise the cap or lower the points.",
        )
