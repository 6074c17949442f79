"""Grades: every named grade is known, and every reachable score is in exactly one band.

Belongs here: the lattice of scores and its bounds. Does not belong here: single points and caps (`points`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import ROUND_FLOOR, Decimal

from rulebook import clauses, vocabulary
from rulebook.folder import Row, split_list
from rulebook.lint.points import most_of_one_line
from rulebook.lint.version import FINEST, Version
from rulebook.numbers import number
from rulebook.problems import Problem, suggestion


def check_grades(version: Version) -> Iterator[Problem]:
    """Grades that no band has, and ranks that two bands have."""
    grades = {row["grade"] for row in version.bands}

    def unknown(row: Row, column: str, grade: str) -> Problem:
        remedy = (
            suggestion(grade, sorted(grades), "Known grades") if grades else "The regime has no bands, so no grades."
        )
        return Problem(row.at(column), "unknown_grade", f"{grade} is not a grade", remedy)

    for row in version.items.values():
        needs_grade = row["effect"] in vocabulary.GRADE_EFFECTS
        if needs_grade != (row["effect_grade"] is not None):
            yield Problem(
                row.at("effect_grade"),
                "effect_grade",
                f"effect {row['effect']} of item {row['item_code']} "
                + ("names no grade" if needs_grade else "takes no grade"),
                "veto and ceiling name a grade; the other effects do not.",
            )
        elif needs_grade and row["effect_grade"] not in grades:
            yield unknown(row, "effect", row["effect_grade"])
    for row in version.measures:
        if row["grade"] not in grades and row["grade"] != clauses.ANY:
            yield unknown(row, "grade", row["grade"])
    for grade in split_list(version.repair["blocked_grades"]):
        if grade not in grades:
            yield unknown(version.repair, "blocked_grades", grade)
    ranks = Counter(row["grade_rank"] for row in version.bands)
    for row in version.bands:
        if ranks[row["grade_rank"]] > 1:
            yield Problem(row.at("grade_rank"), "rank_twice", f"two grades have rank {row['grade_rank']}", "1 = best.")


def _contains(band: Row, score: Decimal) -> bool:
    lo, hi = band["lo"], band["hi"]
    over = lo is None or score > lo or (score == lo and band["is_lo_inclusive"])
    under = hi is None or score < hi or (score == hi and band["is_hi_inclusive"])
    return bool(over and under)


def check_bands(version: Version) -> Iterator[Problem]:
    """Every reachable score of the lattice is in exactly one band. A regime without bands has no grades."""
    if not version.bands:
        return
    step = _lattice(version)
    least, most = _reach(version.row["base_points"], version.all_components, version.all_items)
    for score in _probes(version.bands, step, least, most):
        holding = [row["grade"] for row in version.bands if _contains(row, score)]
        if len(holding) == 1:
            continue
        where = version.bands[0] if not holding else next(row for row in version.bands if row["grade"] == holding[1])
        yield Problem(
            where.place,
            "score_without_band" if not holding else "score_in_two_bands",
            f"score {number(score)} of {version.row['rulebook_id']} is in "
            + ("no band" if not holding else f"bands {' and '.join(holding)}"),
            f"Move the bounds: scores are multiples of {number(step)}"
            + (f" from {number(least)}" if least is not None else "")
            + (f" up to {number(most)}." if most is not None else "."),
        )


def _lattice(version: Version) -> Decimal:
    """The step of this version's scores after rounding."""
    step = version.row["score_step"]
    if step is None or step <= 0:
        return FINEST
    if version.row["rounding"] == "half_up":
        return Decimal(step)
    divides = any(row["divisor_fact"] is not None for row in version.all_components.values())
    return FINEST if divides or any(_leaves(version, row, step) for row in version.all_items) else Decimal(step)


def _leaves(version: Version, item: Row, step: Decimal) -> bool:
    """Whether a line of the item, in any version, can be off the step."""
    # rows whose own points are off their version's step do not score, and factors are whole numbers
    if item["points"] is None:
        of = version.siblings[item["rulebook_id"]]
        return bool(((of["score_step"] or FINEST) if of["rounding"] == "none" else FINEST) % step)
    return bool(item["points"] % step or item["points"] * (item["repeat_factor"] or 1) % step)


def _probes(bands: Iterable[Row], step: Decimal, least: Decimal | None, most: Decimal | None) -> list[Decimal]:
    """Lattice scores that represent all others: two on each side of every bound."""
    bounds = [bound for row in bands for bound in (row["lo"], row["hi"]) if bound is not None]
    bounds += [bound for bound in (least, most) if bound is not None] or [Decimal(0)]
    points: set[Decimal] = set()
    for bound in bounds:
        cell = (bound / step).to_integral_value(ROUND_FLOOR)
        points.update((cell + offset) * step for offset in (-1, 0, 1, 2))
    floor = None if least is None else (least / step).to_integral_value(ROUND_FLOOR) * step
    ceiling = None if most is None else -((-most / step).to_integral_value(ROUND_FLOOR)) * step
    return sorted(
        point for point in points if (floor is None or point >= floor) and (ceiling is None or point <= ceiling)
    )


def _reach(base: Decimal, components: dict[str, Row], items: Iterable[Row]) -> tuple[Decimal | None, Decimal | None]:
    """The least and the greatest reachable score; None = no bound."""
    items = list(items)
    bounds: dict[int, Decimal | None] = {1: Decimal(0), -1: Decimal(0)}
    for code, component in components.items():
        own: dict[str, Decimal | None] = {}  # item -> the most points of all its lines
        lines: dict[str, Decimal | None] = {}  # item -> the most points of one line
        for item in items:
            if item["component_code"] == code:
                once = most_of_one_line(item)
                many = Decimal(0) if once == 0 else item["cap_points"]
                # a single line is limited by all caps; several checks have one cap each
                capped = _least(
                    once, item["cap_points"], item["cap_per_check_points"], component["cap_per_check_points"]
                )
                # the one line of an `above` has the points of everyone that it counts
                _widen(lines, item["item_code"], capped if item["above"] is None else many)
                _widen(own, item["item_code"], many if item["below"] is None else once)
        if component["aggregation"] in ("latest", "max"):
            total = None if None in lines.values() else max(filter(None, lines.values()), default=Decimal(0))
        else:
            total = None if None in own.values() else sum(filter(None, own.values()), Decimal(0))
        cap = component["cap_points"]
        if cap is not None:
            total = cap if total is None else min(cap, total)
        side = bounds[component["sign"]]
        bounds[component["sign"]] = None if side is None or total is None else side + total
    up, down = bounds[1], bounds[-1]
    return (None if down is None else base - down), (None if up is None else base + up)


def _least(*bounds: Decimal | None) -> Decimal | None:
    return min((bound for bound in bounds if bound is not None), default=None)


def _widen(bounds: dict[str, Decimal | None], code: str, most: Decimal | None) -> None:
    previous = bounds.get(code, Decimal(0))
    bounds[code] = None if most is None or previous is None else max(previous, most)
