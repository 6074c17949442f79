"""The shape of a folder's tables: required cells, closed lists, least values, keys, known versions.

Belongs here: checks of a row that do not need its meaning. Does not belong here: types and headers (`folder`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rulebook import clauses, vocabulary
from rulebook.folder import Folder, Row, split_list
from rulebook.problems import Place, Problem, suggestion
from rulebook.tables import FOLDER_TABLES

# Required columns and closed lists: these checks are for folders that somebody edited by hand.
_NEEDED: dict[str, tuple[str, ...]] = {
    "rulebooks": (
        *("rulebook_id", "regime_code", "status", "effective_from_on", "base_points", "rounding", "clock_start"),
        *("window_last_day", "same_act", "rated_from", "is_provisional"),
    ),
    "components": ("rulebook_id", "component_code", "sign", "window_code", "aggregation", "is_cap_provisional"),
    "items": (
        *("rulebook_id", "item_code", "component_code", "title_zh", "title_en", "points_from", "quantity_from"),
        *("per", "effect", "fact", "is_repairable", "is_provisional"),
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
    ("rulebooks", "rated_from"): vocabulary.RATED_FROM,
    ("components", "sign"): (1, -1),
    ("components", "window_code"): tuple(dict.fromkeys(vocabulary.WINDOWS.values())),
    ("components", "aggregation"): vocabulary.AGGREGATIONS,
    ("components", "divisor_fact"): vocabulary.FACTS,
    ("components", "next_fact"): vocabulary.EVENT_FACTS,
    ("items", "points_from"): vocabulary.POINTS_FROM,
    ("items", "quantity_from"): vocabulary.QUANTITIES,
    ("items", "effect"): vocabulary.EFFECTS,
    ("items", "fact"): vocabulary.FACTS,
    ("clause_items", "dataset"): (*clauses.MISCONDUCT_DATASETS, clauses.MERIT_DATASET, clauses.ANY),
    ("clause_items", "level_code"): vocabulary.LEVEL_CODES,
    ("measures", "trigger_code"): vocabulary.TRIGGERS,
    ("repair_policy", "natural"): vocabulary.NATURAL_REPAIRS,
    ("repair_policy", "effective_on"): vocabulary.EFFECTIVE_ONS,
    ("repair_policy", "add_back"): vocabulary.ADD_BACKS,
}
# The same for the elements of a list in one cell.
_LISTED_WORDS: dict[tuple[str, str], Sequence[str]] = {
    ("rulebooks", "rated_types"): tuple(vocabulary.CHECK_TYPES.values()),
    ("rulebooks", "unrated_status"): tuple(vocabulary.REGISTRY_STATUSES.values()),
    ("components", "next_types"): tuple(vocabulary.CHECK_TYPES.values()),
    ("items", "channels"): vocabulary.CHANNELS,
}
# The least value of a number.
_LEAST: dict[tuple[str, str], int] = {
    ("components", "cap_points"): 0,
    ("components", "cap_per_check_points"): 0,
    ("items", "cap_per_check_points"): 0,
    ("items", "repeat_factor"): 0,
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
# The name of a table in a regime file, if it differs.
_BLOCKS = {"rulebooks": "rulebook", "clause_items": "clauses", "repair_policy": "repair"}
# The key of a row.
_KEYS: dict[str, tuple[str, ...]] = {
    "rulebooks": ("rulebook_id",),
    "components": ("rulebook_id", "component_code"),
    "items": ("rulebook_id", "item_code"),
    "clause_items": ("rulebook_id", "dataset", "clause", "level_code"),
    "bands": ("rulebook_id", "grade"),
    "measures": ("rulebook_id", "grade", "measure_code"),
    "repair_policy": ("rulebook_id",),
}


def check_shape(folder: Folder) -> Iterator[Problem]:
    """Rows with missing cells, unknown words, too small numbers, repeated keys or an unknown version."""
    ids = {row["rulebook_id"] for row in folder.rows("rulebooks")}
    if not ids:
        yield Problem(
            Place(folder.path or "rulebooks.csv"),
            "no_version",
            "the folder holds no version",
            "Import a regime: `firemark rulebook import FILE.yaml DIR`.",
        )
    for table in FOLDER_TABLES:
        seen: dict[tuple[Any, ...], Row] = {}
        for row in folder.rows(table):
            for column in _NEEDED[table]:
                if row[column] is None:
                    yield Problem(row.at(column), "missing_value", f"{table} needs a {column}", "Fill the cell.")
            for column in row.values:
                value = row[column]
                yield from _unknown_words(table, row, column)
                least = _LEAST.get((table, column))
                if least is not None and value is not None and value < least:
                    yield Problem(
                        row.at(column), "too_small", f"{row.called(column)} is {value}", f"Write at least {least}."
                    )
            if table == "items":
                yield from _points_from(row)
            key = tuple(row[column] for column in _KEYS[table])
            if key in seen:
                names = ", ".join(str(part) for part in key[1:] or key if part is not None)
                code = "equal_clauses" if table == "clause_items" else "twice"
                yield Problem(
                    row.place,
                    code,
                    f"{_BLOCKS.get(table, table)} has {names or '(empty)'} twice",
                    f"Keep one of the entries; the other: {seen[key].place}.",
                )
            seen.setdefault(key, row)
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
                "Add one; is_on_application = false means that no repair is offered.",
            )


def _unknown_words(table: str, row: Row, column: str) -> Iterator[Problem]:
    words, value = _WORDS.get((table, column)), row[column]
    if words is not None and value is not None and value not in words:
        yield Problem(
            row.at(column), "unknown_word", f"{value} is not a {row.called(column)}", suggestion(str(value), words)
        )
    listed = _LISTED_WORDS.get((table, column))
    for element in split_list(value) if listed else []:
        if listed and element not in listed:
            yield Problem(
                row.at(column),
                "unknown_word",
                f"{element} is not an element of {row.called(column)}",
                suggestion(element, listed),
            )


def _points_from(row: Row) -> Iterator[Problem]:
    """An item has its own points, or takes each row's points, but not both."""
    own = row["points_from"]
    if own == vocabulary.ITEM and row["points"] is None:
        yield Problem(
            row.at("points"), "missing_value", "items needs points", "Fill the cell, or write row in points_from."
        )
    if own == vocabulary.ROW and row["points"] is not None:
        yield Problem(
            row.at("points"),
            "points_twice",
            f"item {row['item_code']} has {row['points']} points and takes each row's own",
            "Empty the cell, or write item in points_from.",
        )
