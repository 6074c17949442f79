"""Whether the rules of a rulebook folder make sense: everything that does not, as data.

Belongs here: one small check per truth about rules. Does not belong here: types and headers (`folder`), the
YAML grammar (`regime_file`), scoring.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import Any

from rulebook import clauses, vocabulary
from rulebook.folder import Folder, Row, split_list
from rulebook.problems import Place, Problem
from rulebook.tables import FOLDER_TABLES

_FINEST = Decimal("0.01")

# Columns that may not be empty, and the closed lists; both matter for folders that were edited by hand.
_NEEDED: dict[str, tuple[str, ...]] = {
    "rulebooks": (
        *("rulebook_id", "regime_code", "status", "effective_from_on", "base_points", "rounding", "clock_start"),
        *("window_last_day", "same_act", "is_provisional"),
    ),
    "components": ("rulebook_id", "component_code", "sign", "window_code", "aggregation", "is_cap_provisional"),
    "items": (
        *("rulebook_id", "item_code", "component_code", "title_zh", "title_en", "points", "per", "effect", "fact"),
        *("is_repairable", "is_provisional"),
    ),
    "clause_items": ("rulebook_id", "dataset", "clause"),
    "bands": ("rulebook_id", "grade", "grade_rank", "is_lo_inclusive", "is_hi_inclusive"),
    "measures": ("rulebook_id", "grade", "measure_code", "trigger_code", "is_provisional"),
    "repair_policy": ("rulebook_id", "natural", "is_on_application", "effective_on", "add_back"),
}
_WORDS: dict[tuple[str, str], Sequence[Any]] = {
    ("rulebooks", "status"): vocabulary.STATUSES,
    ("rulebooks", "rounding"): vocabulary.ROUNDINGS,
    ("rulebooks", "clock_start"): vocabulary.CLOCK_STARTS,
    ("rulebooks", "window_last_day"): vocabulary.WINDOW_LAST_DAYS,
    ("rulebooks", "same_act"): vocabulary.SAME_ACTS,
    ("components", "sign"): (1, -1),
    ("components", "window_code"): tuple(dict.fromkeys(vocabulary.WINDOWS.values())),
    ("components", "aggregation"): vocabulary.AGGREGATIONS,
    ("components", "divisor_fact"): vocabulary.FACTS,
    ("items", "effect"): vocabulary.EFFECTS,
    ("items", "fact"): vocabulary.FACTS,
    ("clause_items", "dataset"): (*clauses.MISCONDUCT_DATASETS, clauses.MERIT_DATASET, clauses.ANY),
    ("clause_items", "level_code"): vocabulary.LEVEL_CODES,
    ("measures", "trigger_code"): vocabulary.TRIGGERS,
    ("repair_policy", "natural"): vocabulary.NATURAL_REPAIRS,
    ("repair_policy", "effective_on"): vocabulary.EFFECTIVE_ONS,
    ("repair_policy", "add_back"): vocabulary.ADD_BACKS,
}
# Numbers that may not be below a least value.
_LEAST: dict[tuple[str, str], int] = {
    ("components", "cap_points"): 0,
    ("items", "points"): 0,
    ("items", "cap_points"): 0,
    ("items", "above"): 0,
    ("items", "below"): 1,
    ("measures", "n"): 0,
    ("measures", "due_working_days"): 0,
    ("repair_policy", "reply_working_days"): 1,
    ("repair_policy", "max_attempts"): 1,
    ("bands", "grade_rank"): 1,
}
# What names a row inside its version.
_KEYS: dict[str, tuple[str, ...]] = {
    "rulebooks": ("rulebook_id",),
    "components": ("rulebook_id", "component_code"),
    "items": ("rulebook_id", "item_code"),
    "clause_items": ("rulebook_id", "dataset", "clause", "level_code"),
    "bands": ("rulebook_id", "grade"),
    "measures": ("rulebook_id", "grade", "measure_code"),
    "repair_policy": ("rulebook_id",),
}


def lint(folder: Folder) -> list[Problem]:
    """Everything that is wrong with the rules of a folder, all regimes, in the order of files and rows."""
    problems = list(_shape(folder))
    if not problems:  # the meaning of rows is only looked at when each of them can be read
        problems = list(_time(folder))
        for row in folder.versions():
            version = _Version.of(folder, row)
            for check in _CHECKS:
                problems.extend(check(version))
    return sorted(set(problems), key=lambda problem: (problem.place.file, problem.place.number or 0, problem.code))


# ----------------------------------------------------------------------------------------- shape of the tables


def _shape(folder: Folder) -> Iterator[Problem]:
    ids = {row["rulebook_id"] for row in folder.rows("rulebooks")}
    if not ids:
        yield Problem(
            Place(folder.path or "rulebooks.csv"),
            "no_version",
            "the folder holds no version",
            "Import a regime: `firemark rulebook import FILE.yaml DIR`.",
        )
    for table in FOLDER_TABLES:
        seen: set[tuple[Any, ...]] = set()
        for row in folder.rows(table):
            for column in _NEEDED[table]:
                if row[column] is None:
                    yield Problem(row.at(column), "missing_value", f"{table} needs a {column}", "Fill the cell.")
            for column in row.values:
                value = row[column]
                words = _WORDS.get((table, column))
                if words is not None and value is not None and value not in words:
                    said = ", ".join(map(str, words))
                    yield Problem(row.at(column), "unknown_word", f"{value} is no {column}", f"Write one of: {said}.")
                least = _LEAST.get((table, column))
                if least is not None and value is not None and value < least:
                    yield Problem(row.at(column), "too_small", f"{column} is {value}", f"The least is {least}.")
            key = tuple(row[column] for column in _KEYS[table])
            if key in seen:
                names = ", ".join(str(part) for part in key[1:] or key)
                code = "equal_clauses" if table == "clause_items" else "twice"
                yield Problem(row.place, code, f"{table} says {names} twice", "Keep one of the entries.")
            seen.add(key)
            if row["rulebook_id"] not in ids and row["rulebook_id"] is not None:
                yield Problem(
                    row.at("rulebook_id"),
                    "unknown_rulebook",
                    f"no version {row['rulebook_id']} in rulebooks",
                    "Add the version or remove the row.",
                )
    policies = Counter(row["rulebook_id"] for row in folder.rows("repair_policy"))
    for row in folder.rows("rulebooks"):
        if row["rulebook_id"] is not None and not policies[row["rulebook_id"]]:
            yield Problem(
                row.place,
                "no_repair_policy",
                f"{row['rulebook_id']} has no row in repair_policy",
                "Add one; is_on_application = false offers no repair.",
            )


# ------------------------------------------------------------------------------------------------- versions


def _time(folder: Folder) -> Iterator[Problem]:
    """Versions of one regime follow each other without gap or overlap, the last without end."""
    for regime in folder.regimes():
        versions = folder.versions(regime)
        for row in versions:
            until = row["effective_until_on"]
            if until is not None and until <= row["effective_from_on"]:
                yield Problem(
                    row.at("effective_until_on"),
                    "version_empty",
                    f"{row['rulebook_id']} ends on {until}, not after its start {row['effective_from_on']}",
                    "effective_to is the first day on which the version no longer holds.",
                )
        for row, following in pairwise(versions):
            until, start = row["effective_until_on"], following["effective_from_on"]
            if until is None or until > start:
                yield Problem(
                    row.at("effective_until_on"),
                    "version_overlap",
                    f"{row['rulebook_id']} still holds when {following['rulebook_id']} begins on {start}",
                    f"Set effective_to of {row['rulebook_id']} to {start}, and import both versions together.",
                )
            elif until < start:
                yield Problem(
                    row.at("effective_until_on"),
                    "version_gap",
                    f"between {row['rulebook_id']} ({until}) and {following['rulebook_id']} ({start}) no version holds",
                    f"Set effective_to of {row['rulebook_id']} to {start}, and import both versions together.",
                )
        if versions and versions[-1]["effective_until_on"] is not None:
            last = versions[-1]
            yield Problem(
                last.at("effective_until_on"),
                "version_ends",
                f"{last['rulebook_id']} is the last version of {regime} and ends on {last['effective_until_on']}",
                "Leave effective_to out, or import the version that follows first.",
            )


# ------------------------------------------------------------------------------------------ one version's rules


@dataclass(frozen=True)
class _Version:
    """A version with its rows, and the other versions of its regime: lines live on across versions."""

    row: Row
    components: dict[str, Row]
    items: dict[str, Row]
    clauses: tuple[Row, ...]
    bands: tuple[Row, ...]
    measures: tuple[Row, ...]
    repair: Row
    all_components: dict[str, Row]  # of this version, else of one that has them
    all_items: tuple[Row, ...]  # of every version of the regime

    @classmethod
    def of(cls, folder: Folder, row: Row) -> _Version:
        rulebook_id = row["rulebook_id"]
        siblings = [other["rulebook_id"] for other in folder.versions(row["regime_code"])]
        components = {entry["component_code"]: entry for entry in folder.rows("components", rulebook_id)}
        return cls(
            row=row,
            components=components,
            items={entry["item_code"]: entry for entry in folder.rows("items", rulebook_id)},
            clauses=folder.rows("clause_items", rulebook_id),
            bands=folder.rows("bands", rulebook_id),
            measures=folder.rows("measures", rulebook_id),
            repair=folder.rows("repair_policy", rulebook_id)[0],
            all_components={
                entry["component_code"]: entry for other in siblings for entry in folder.rows("components", other)
            }
            | components,
            all_items=tuple(entry for other in siblings for entry in folder.rows("items", other)),
        )


def _components(version: _Version) -> Iterator[Problem]:
    for row in version.components.values():
        divided = row["aggregation"] == "sum_over_count"
        if divided and row["divisor_fact"] is None:
            yield Problem(
                row.at("aggregation"),
                "no_divisor",
                f"component {row['component_code']} divides by nothing",
                f"Name a divisor: {', '.join(vocabulary.EVENT_FACTS)}.",
            )
        if row["divisor_fact"] is not None and not divided:
            yield Problem(
                row.at("divisor_fact"),
                "needless_divisor",
                f"component {row['component_code']} has a divisor but aggregates by {row['aggregation']}",
                "Write agg: sum_over_count, or leave the divisor out.",
            )
        if row["divisor_fact"] is not None and row["divisor_fact"] not in vocabulary.EVENT_FACTS:
            yield Problem(
                row.at("divisor_fact"),
                "divisor_not_event",
                f"the divisor {row['divisor_fact']} is no event fact",
                f"Name one of: {', '.join(vocabulary.EVENT_FACTS)}.",
            )
        if divided and row["window_code"] == "state":
            yield Problem(
                row.at("window_code"),
                "divisor_without_window",
                f"component {row['component_code']} counts its divisor over no window",
                "Give it a window other than state.",
            )


def _items(version: _Version) -> Iterator[Problem]:
    for row in version.items.values():
        component = version.components.get(row["component_code"])
        if component is None:
            yield Problem(
                row.at("component_code"),
                "no_component",
                f"item {row['item_code']} belongs to {row['component_code']}, which is no component",
                f"Name one of: {', '.join(version.components) or 'none is defined'}.",
            )
        homes = {entry["component_code"] for entry in version.all_items if entry["item_code"] == row["item_code"]}
        if len(homes) > 1:  # its lines live on across versions, and one cap holds for all of them
            yield Problem(
                row.at("component_code"),
                "item_moved",
                f"item {row['item_code']} belongs to {' and '.join(sorted(homes))} in versions of one regime",
                "Keep its component, or give the item of the new component a code of its own.",
            )
        yield from _item_fact(row, component)
        for code in split_list(row["subsumes"]):
            if code not in version.items or code == row["item_code"]:
                yield Problem(
                    row.at("subsumes"),
                    "subsumes_unknown",
                    f"item {row['item_code']} subsumes {code}, which is no other item",
                    "Name items of this version.",
                )
        for code in split_list(row["channels"]):
            if code not in vocabulary.CHANNELS:
                yield Problem(
                    row.at("channels"),
                    "unknown_channel",
                    f"{code} is no channel",
                    f"Name channels: {', '.join(vocabulary.CHANNELS)}.",
                )
    yield from _subsumes_ring(version)


def _item_fact(row: Row, component: Row | None) -> Iterator[Problem]:
    is_count = row["fact"] in vocabulary.COUNT_FACTS
    is_state = component is not None and component["window_code"] == "state"
    bounds = [name for name in ("above", "below") if row[name] is not None]
    if is_count and len(bounds) != 1:
        yield Problem(
            row.at("above" if len(bounds) == 2 else "fact"),
            "above_or_below",
            f"item {row['item_code']} counts {row['fact']} and says {' and '.join(bounds) or 'neither above nor below'}",
            "Say either above: n or below: n.",
        )
    if not is_count and bounds:
        yield Problem(
            row.at(bounds[0]),
            "bound_without_count",
            f"item {row['item_code']} says {bounds[0]} but {row['fact']} is no count",
            f"Name a count: {', '.join(vocabulary.COUNT_FACTS)}.",
        )
    if component is not None and is_count != is_state:
        yield Problem(
            row.at("fact"),
            "state_takes_counts",
            f"item {row['item_code']} takes {row['fact']} in a component whose window is {component['window_code']}",
            "A state window takes count facts, and count facts a state window.",
        )


def _subsumes_ring(version: _Version) -> Iterator[Problem]:
    for start, row in version.items.items():
        reached, frontier = set(), [start]
        while frontier:
            for code in split_list(version.items[frontier.pop()]["subsumes"]):
                if code in version.items and code not in reached:
                    reached.add(code)
                    frontier.append(code)
        if start in reached and start not in split_list(row["subsumes"]):
            yield Problem(
                row.at("subsumes"), "subsumes_ring", f"item {start} subsumes itself in a ring", "Break the ring."
            )


def _reach(version: _Version) -> Iterator[Problem]:
    reached = {row["item_code"] for row in version.clauses if clauses.passes_the_door(row["clause"], row["dataset"])}
    for row in version.items.values():
        if row["fact"] == vocabulary.EVIDENCE and row["item_code"] not in reached:
            yield Problem(
                row.at("item_code"),
                "item_unreached",
                f"no clause and no fact leads to item {row['item_code']}",
                "Add it to clauses with a clause that exports write, or give it a fact.",
            )
    for row in version.clauses:
        item = version.items.get(row["item_code"])
        if row["item_code"] is not None and item is None:
            yield Problem(
                row.at("item_code"),
                "clause_item_unknown",
                f"clause {row['clause'] or '(empty)'} leads to {row['item_code']}, which is no item",
                "Name an item of this version.",
            )
        elif item is not None and item["fact"] != vocabulary.EVIDENCE:
            yield Problem(
                row.at("item_code"),
                "clause_item_fact",
                f"clause {row['clause'] or '(empty)'} leads to {row['item_code']}, whose fact is {item['fact']}",
                "Only an item whose fact is evidence takes clauses.",
            )
        if row["level_code"] is not None and row["dataset"] != clauses.MERIT_DATASET:
            yield Problem(
                row.at("level_code"), "level_without_merit", "only merit claims have a level", "Leave the level out."
            )
        if row["clause"] != clauses.normalise_clause(row["clause"], row["dataset"]):
            yield Problem(
                row.at("clause"),
                "clause_not_normal",
                f"clause {row['clause']} never equals one from the door",
                f"Write {clauses.normalise_clause(row['clause'], row['dataset'])}.",
            )


def _points(version: _Version) -> Iterator[Problem]:
    step = version.row["score_step"]
    if step is not None and step <= 0:
        yield Problem(
            version.row.at("score_step"), "step", f"the score step is {step}", "Write a number above 0, or null."
        )
        step = None
    step = step or _FINEST
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


# ------------------------------------------------------------------------------------------------------- grades


def _grades(version: _Version) -> Iterator[Problem]:
    grades = {row["grade"] for row in version.bands}
    known = f"Known grades: {', '.join(sorted(grades)) or 'none, the regime has no bands'}."

    def unknown(row: Row, column: str, grade: str) -> Problem:
        return Problem(row.at(column), "unknown_grade", f"{grade} is no grade", known)

    for row in version.items.values():
        needs_grade = row["effect"] in vocabulary.GRADE_EFFECTS
        if needs_grade != (row["effect_grade"] is not None):
            yield Problem(
                row.at("effect_grade"),
                "effect_grade",
                f"effect {row['effect']} of item {row['item_code']} "
                + ("names no grade" if needs_grade else "takes no grade"),
                "veto and ceiling name a grade, the others do not.",
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


def _bands(version: _Version) -> Iterator[Problem]:
    """Every reachable score on its lattice lies in exactly one band; a regime without bands has no grades."""
    if not version.bands:
        return
    step = _lattice(version)
    least, most = reach(version.row["base_points"], version.all_components, version.all_items)
    for score in _probes(version.bands, step, least, most):
        holding = [row["grade"] for row in version.bands if _contains(row, score)]
        if len(holding) == 1:
            continue
        where = version.bands[0] if not holding else next(row for row in version.bands if row["grade"] == holding[1])
        yield Problem(
            where.place,
            "score_without_band" if not holding else "score_in_two_bands",
            f"score {score:f} of {version.row['rulebook_id']} lies in "
            + ("no band" if not holding else f"bands {' and '.join(holding)}"),
            f"Move the bounds: scores are multiples of {step:f}"
            + (f" from {least:f}" if least is not None else "")
            + (f" up to {most:f}." if most is not None else "."),
        )


def _lattice(version: _Version) -> Decimal:
    """The step on which this version's scores lie, once rounded."""
    step = version.row["score_step"]
    if step is None or step <= 0:
        return _FINEST
    if version.row["rounding"] == "half_up":
        return Decimal(step)
    divides = any(row["divisor_fact"] is not None for row in version.all_components.values())
    return _FINEST if divides or any(row["points"] % step for row in version.all_items) else Decimal(step)


def _probes(bands: Iterable[Row], step: Decimal, least: Decimal | None, most: Decimal | None) -> list[Decimal]:
    """Lattice scores such that whatever holds for them holds for all: two on each side of every bound."""
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


def reach(base: Decimal, components: dict[str, Row], items: Iterable[Row]) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most score that can be reached; null = without bound."""
    items = list(items)
    bounds: dict[int, Decimal | None] = {1: Decimal(0), -1: Decimal(0)}
    for code, component in components.items():
        own: dict[str, Decimal | None] = {}  # each item: the most of all its lines
        lines: dict[str, Decimal | None] = {}  # each item: the most of one line
        for item in items:
            if item["component_code"] == code:
                once = item["points"]
                many = item["cap_points"] if once else Decimal(0)
                # the one line of an `above` carries the points of each of those that it counts
                _widen(lines, item["item_code"], once if item["above"] is None else many)
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


def _widen(bounds: dict[str, Decimal | None], code: str, most: Decimal | None) -> None:
    previous = bounds.get(code, Decimal(0))
    bounds[code] = None if most is None or previous is None else max(previous, most)


_CHECKS: tuple[Callable[[_Version], Iterator[Problem]], ...] = (_components, _items, _reach, _points, _grades, _bands)
