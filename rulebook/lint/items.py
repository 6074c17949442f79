"""Components and items: what they are about, how they are summed, which items take others in.

Does not belong here: how many points they carry (`points`), which rows of evidence reach them (`clause_map`).
"""

from __future__ import annotations

from collections.abc import Iterator

from rulebook import vocabulary
from rulebook.folder import Row, split_list
from rulebook.lint.version import Version
from rulebook.problems import Problem


def check_components(version: Version) -> Iterator[Problem]:
    """Components that divide by nothing, or by what cannot be counted."""
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


def check_items(version: Version) -> Iterator[Problem]:
    """Items without a component, with a fact that does not fit, that name what is not there."""
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


def _subsumes_ring(version: Version) -> Iterator[Problem]:
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
