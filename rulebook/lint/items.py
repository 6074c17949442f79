"""Components and items: their facts, how they are summed, which items subsume others.

Does not belong here: their points (`points`), the clauses that refer to them (`clause_map`).
"""

from __future__ import annotations

from collections.abc import Iterator

from rulebook import vocabulary
from rulebook.folder import Row, split_list
from rulebook.lint.version import Version
from rulebook.problems import Problem, suggestion


def check_components(version: Version) -> Iterator[Problem]:
    """Components without a divisor, or with one that cannot be counted."""
    for row in version.components.values():
        divided = row["aggregation"] == "sum_over_count"
        if divided and row["divisor_fact"] is None:
            yield Problem(
                row.at("aggregation"),
                "no_divisor",
                f"component {row['component_code']} has no divisor",
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
                f"the divisor {row['divisor_fact']} is not an event fact",
                f"Name one of: {', '.join(vocabulary.EVENT_FACTS)}.",
            )
        if divided and row["window_code"] == "state":
            yield Problem(
                row.at("window_code"),
                "divisor_without_window",
                f"component {row['component_code']} has no window over which to count its divisor",
                "Give it a window other than state.",
            )


def check_next(version: Version) -> Iterator[Problem]:
    """Components whose window ends with the next event must name that event."""
    for row in version.components.values():
        until_next = row["window_code"] == "until_next"
        if until_next and row["next_fact"] is None:
            yield Problem(
                row.at("window_code"),
                "no_next",
                f"component {row['component_code']} does not say which next event ends it",
                f"Name next: {', '.join(vocabulary.EVENT_FACTS)}.",
            )
        if not until_next and row["next_fact"] is not None:
            yield Problem(
                row.at("next_fact"),
                "needless_next",
                f"component {row['component_code']} names a next event but its window is {row['window_code']}",
                "Write window: until_next, or leave next out.",
            )
        if row["next_types"] is not None and (not until_next or row["next_fact"] != vocabulary.CHECKS):
            yield Problem(
                row.at("next_types"),
                "types_without_checks",
                f"component {row['component_code']} names types of check, but does not last until the next check",
                "Write window: until_next and next: checks, or leave next_types out.",
            )


def check_items(version: Version) -> Iterator[Problem]:
    """Items without a component, with a fact that does not fit, or that refer to unknown items."""
    for row in version.items.values():
        component = version.components.get(row["component_code"])
        if component is None:
            yield Problem(
                row.at("component_code"),
                "no_component",
                f"item {row['item_code']} belongs to {row['component_code']}, which is not a component",
                suggestion(row["component_code"], version.components),
            )
        homes = {entry["component_code"] for entry in version.all_items if entry["item_code"] == row["item_code"]}
        if len(homes) > 1:  # its lines continue to count in later versions, and one cap applies to all of them
            yield Problem(
                row.at("component_code"),
                "item_moved",
                f"item {row['item_code']} belongs to {' and '.join(sorted(homes))} in versions of one regime",
                "Keep its component, or give the item of the new component another code.",
            )
        yield from _item_fact(row, component)
        for code in split_list(row["subsumes"]):
            if code not in version.items or code == row["item_code"]:
                yield Problem(
                    row.at("subsumes"),
                    "subsumes_unknown",
                    f"item {row['item_code']} subsumes {code}, which is not another item",
                    suggestion(code, [item for item in version.items if item != row["item_code"]], "Other items"),
                )
        yield from _row_words(row)
    yield from _subsumes_cycle(version)


def _item_fact(row: Row, component: Row | None) -> Iterator[Problem]:
    is_count = row["fact"] in vocabulary.COUNT_FACTS
    is_state = component is not None and component["window_code"] == "state"
    bounds = [name for name in ("above", "below") if row[name] is not None]
    if is_count and len(bounds) != 1:
        yield Problem(
            row.at("above" if len(bounds) == 2 else "fact"),
            "above_or_below",
            f"item {row['item_code']} counts {row['fact']} and has {' and '.join(bounds) or 'neither above nor below'}",
            "Write either above: n or below: n.",
        )
    if not is_count and bounds:
        yield Problem(
            row.at(bounds[0]),
            "bound_without_count",
            f"item {row['item_code']} has {bounds[0]}, but {row['fact']} is not a count",
            f"Name a count: {', '.join(vocabulary.COUNT_FACTS)}.",
        )
    if component is not None and is_count != is_state:
        yield Problem(
            row.at("fact"),
            "state_takes_counts",
            f"item {row['item_code']} takes {row['fact']} in a component whose window is {component['window_code']}",
            "A state window takes count facts, and count facts a state window.",
        )


def _row_words(row: Row) -> Iterator[Problem]:
    """Values that come from a row of evidence, and factors that need lines with a window."""
    for column, key in (("points_from", "points"), ("quantity_from", "quantity")):
        if row[column] == vocabulary.ROW and row["fact"] != vocabulary.EVIDENCE:
            yield Problem(
                row.at("points" if key == "points" and not row.place.is_csv else column),
                "row_without_evidence",
                f"item {row['item_code']} takes {key} from rows, but its fact is {row['fact']}",
                f"Leave out {key}: row, or the fact: only rows of evidence have their own {key}.",
            )
    if row["repeat_factor"] is not None and row["fact"] in vocabulary.COUNT_FACTS:
        yield Problem(
            row.at("repeat_factor"),
            "repeat_of_count",
            f"item {row['item_code']} counts {row['fact']} and cannot be repeated",
            "Leave repeat_factor out.",
        )


def _subsumes_cycle(version: Version) -> Iterator[Problem]:
    for start, row in version.items.items():
        reached, frontier = set(), [start]
        while frontier:
            for code in split_list(version.items[frontier.pop()]["subsumes"]):
                if code in version.items and code not in reached:
                    reached.add(code)
                    frontier.append(code)
        if start in reached and start not in split_list(row["subsumes"]):
            yield Problem(
                row.at("subsumes"),
                "subsumes_ring",
                f"item {start} subsumes itself through other items",
                "Remove one of these references.",
            )
