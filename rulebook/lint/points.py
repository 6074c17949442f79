"""Points, caps and the step of scores.

Does not belong here: the grade of a score (`grades`).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rulebook import vocabulary
from rulebook.folder import Row
from rulebook.lint.version import FINEST, Version
from rulebook.problems import Problem

_CAPS = ("cap_points", "cap_per_check_points")
_MOST_QUANTITY = 10_000  # of a row
_MOST_ROW_POINTS = Decimal(1_000)  # of a row
_MOST_LINE = Decimal("9999999.99")  # decimal(9,2), the type of a line's points


def check_points(version: Version) -> Iterator[Problem]:
    """Points, factors and caps that are not multiples of the score step, and caps below the points of one entry."""
    step = version.row["score_step"]
    if step is not None and step <= 0:
        yield Problem(
            version.row.at("score_step"), "step", f"the score step is {step}", "Write a number above 0, or null."
        )
        step = None
    step = step or FINEST
    for row in version.items.values():
        yield from _off_step(row, "points", step)
        yield from _repeated(row, step)
        yield from _too_many(row)
        for column in _CAPS:
            yield from _cap_below(row, column, "item", row)
        component = version.components.get(row["component_code"])
        # A sum that is divided can stay below a cap that is less than one entry's points.
        if component is not None and component["aggregation"] != "sum_over_count":
            yield from _cap_below(component, "cap_points", f"component {component['component_code']} of item", row)
    # half_up rounds every score to the step; without rounding every number must be a multiple of it.
    if version.row["rounding"] == "none":
        yield from _off_step(version.row, "base_points", step)
        for row in (*version.items.values(), *version.components.values()):
            for column in _CAPS:
                yield from _off_step(row, column, step)


def _off_step(row: Row, column: str, step: Decimal) -> Iterator[Problem]:
    value = row[column]
    if value is not None and value % step:
        yield Problem(
            row.at(column),
            "off_step",
            f"{row.called(column)} {value} is not a multiple of the score step {step}",
            "Change one of them.",
        )


def _repeated(row: Row, step: Decimal) -> Iterator[Problem]:
    """The points of a repeated line after the factor."""
    factor = row["repeat_factor"]
    if factor is None:
        return
    if factor <= 0:
        yield Problem(row.at("repeat_factor"), "factor", f"repeat_factor is {factor}", "Write a number above 0.")
    elif row["points"] is None and factor % 1:
        yield Problem(
            row.at("repeat_factor"),
            "repeat_off_step",
            f"repeat_factor {factor} of item {row['item_code']} takes points of rows off the score step {step}",
            "Write a whole factor.",
        )
    elif row["points"] is not None and not row["points"] % step and row["points"] * factor % step:
        yield Problem(
            row.at("repeat_factor"),
            "repeat_off_step",
            f"points {row['points']} of item {row['item_code']} × repeat_factor {factor} = {row['points'] * factor}"
            f" is not a multiple of the score step {step}",
            "Change one of them.",
        )


def most_of_one_line(item: Row) -> Decimal | None:
    """The most points that one line of an item can have; None = the rows' own points, which have no bound."""
    points: Decimal | None = item["points"]
    return None if points is None else points * _most_times(item)


def _most_times(item: Row) -> Decimal:
    quantity = _MOST_QUANTITY if item["quantity_from"] == vocabulary.ROW else 1
    return quantity * max(item["repeat_factor"] or Decimal(1), Decimal(1))


def _too_many(row: Row) -> Iterator[Problem]:
    """Whether a line's type can hold its points. A row's points times a row's quantity cannot be checked beforehand."""
    is_quantity = row["quantity_from"] == vocabulary.ROW
    if row["points"] is None and is_quantity:
        return
    most = (_MOST_ROW_POINTS if row["points"] is None else row["points"]) * _most_times(row)
    if most > _MOST_LINE:
        yield Problem(
            row.at("quantity_from" if is_quantity else "repeat_factor"),
            "points_too_many",
            f"one line of item {row['item_code']} could take {most:f} points"
            + (f", because a row's quantity may be up to {_MOST_QUANTITY}" if is_quantity else ""),
            f"A line holds at most {_MOST_LINE}: lower points or repeat_factor, or leave quantity out.",
        )


def _cap_below(capped: Row, column: str, what: str, item: Row) -> Iterator[Problem]:
    cap, points = capped[column], item["points"]
    if cap is not None and points is not None and points > cap:
        yield Problem(
            capped.at(column),
            "cap_below_points",
            f"{capped.called(column)} {cap} of {what} {item['item_code']} is below its points {points}",
            "Raise the cap or lower the points.",
        )
