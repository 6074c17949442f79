"""The grammar of a regime: its blocks, their keys, the values and the default of each key.

Belongs here: the one list of keys, and one entry of a block as a row. Does not belong here: reading a value (`values`),
opening a file (`regime_yaml`, `regime_workbook`), defaults that depend on other rows (`regime_file`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rulebook import clauses, values, vocabulary, words
from rulebook.folder import Row, parse_points
from rulebook.problems import Place, Problem, suggestion

REQUIRED = object()


@dataclass(frozen=True)
class Key:
    """One key of a block: its column, how its value is read, and its default."""

    column: str
    read: values.Read
    default: Any = REQUIRED
    nullable: bool = False
    is_blank_null: bool = False  # whether an empty cell of a sheet means null although there is no default


_CHECK_TYPES = values.SomeOf(vocabulary.CHECK_TYPES, "List types of check, or leave the key out for all.")
_SOME_ITEMS = values.not_empty(values.codes, "List items, or write item: null if the clause does not score.")

BLOCKS: dict[str, dict[str, Key]] = {
    "rulebook": {
        "id": Key("rulebook_id", values.code),
        "regime": Key("regime_code", values.code, default=None, nullable=True),  # its id
        "doc": Key("document", values.text),
        "status": Key("status", values.OneOf(vocabulary.STATUSES, words.STATUSES)),
        "effective_from": Key("effective_from_on", values.date),
        "effective_to": Key("effective_until_on", values.date, default=None, nullable=True),
        "base": Key("base_points", values.points),
        "score_step": Key("score_step", values.points, default=None, nullable=True),
        "rounding": Key("rounding", values.OneOf(vocabulary.ROUNDINGS, words.ROUNDINGS), default="none"),
        "clock_start": Key(
            "clock_start", values.OneOf(vocabulary.CLOCK_STARTS, words.CLOCK_STARTS), default="determined_on"
        ),
        "window_last_day": Key(
            "window_last_day", values.OneOf(vocabulary.WINDOW_LAST_DAYS, words.WINDOW_LAST_DAYS), default="inclusive"
        ),
        "same_act": Key("same_act", values.OneOf(vocabulary.SAME_ACTS, words.SAME_ACTS), default="max"),
        "rated_from": Key("rated_from", values.OneOf(vocabulary.RATED_FROM, words.RATED_FROM), default="start"),
        "rated_types": Key("rated_types", _CHECK_TYPES, default=None, nullable=True),
        "unrated_status": Key(
            "unrated_status", values.SomeOf(vocabulary.REGISTRY_STATUSES), default=None, nullable=True
        ),
        "prov": Key("is_provisional", values.flag, default=False),
    },
    "components": {
        "id": Key("component_code", values.code),
        "sign": Key("sign", values.sign),
        "window": Key("window_code", values.OneOf(vocabulary.WINDOWS, words.WINDOWS)),
        "next": Key("next_fact", values.OneOf(vocabulary.EVENT_FACTS, words.EVENT_FACTS), default=None, nullable=True),
        "next_types": Key("next_types", _CHECK_TYPES, default=None, nullable=True),
        "agg": Key("aggregation", values.OneOf(vocabulary.AGGREGATIONS, words.AGGREGATIONS)),
        "divisor": Key(
            "divisor_fact", values.OneOf(vocabulary.EVENT_FACTS, words.EVENT_FACTS), default=None, nullable=True
        ),
        "cap": Key("cap_points", values.points, default=None, nullable=True),
        "cap_per_check": Key("cap_per_check_points", values.points, default=None, nullable=True),
        "cap_provisional": Key("is_cap_provisional", values.flag, default=False),
    },
    "items": {
        "code": Key("item_code", values.code),
        "comp": Key("component_code", values.code),
        "clause": Key("clause", values.text, default=None, nullable=True),
        "title": Key("title_zh", values.text),
        "title_en": Key("title_en", values.text, default=None, nullable=True),  # its title
        "points": Key("points", values.points_or_row, default=parse_points("0")),
        "quantity": Key("quantity_from", values.OneOf(vocabulary.QUANTITIES, words.QUANTITIES), default="one"),
        "repeat_factor": Key("repeat_factor", values.points, default=None, nullable=True),
        "per": Key("per", values.text, default="occurrence"),
        "cap": Key("cap_points", values.points, default=None, nullable=True),
        "cap_per_check": Key("cap_per_check_points", values.points, default=None, nullable=True),
        "effect": Key("effect", values.effect, default=("points", None)),
        "fact": Key("fact", values.OneOf(vocabulary.FACTS, words.FACTS), default=vocabulary.EVIDENCE),
        "above": Key("above", values.integer, default=None, nullable=True),
        "below": Key("below", values.integer, default=None, nullable=True),
        "channels": Key("channels", values.channels, default=None, nullable=True),
        "repairable": Key("is_repairable", values.flag, default=True),
        "severity": Key("severity", values.text, default=None, nullable=True),
        "subsumes": Key("subsumes", values.codes, default=None, nullable=True),
        "law": Key("legal_basis", values.text, default=None, nullable=True),
        "prov": Key("is_provisional", values.flag, default=False),
    },
    "clauses": {
        "dataset": Key(
            "dataset",
            values.OneOf((*clauses.MISCONDUCT_DATASETS, clauses.MERIT_DATASET, clauses.ANY), words.DATASETS),
        ),
        "clause": Key("clause", values.clause, nullable=True),
        "level": Key("level_code", values.level, default=None, nullable=True),
        "item": Key("item_code", values.code, default=None, nullable=True),  # null: such a row does not score
        "items": Key("item_codes", _SOME_ITEMS, default=None, nullable=True),
    },
    "bands": {
        "grade": Key("grade", values.code),
        "lo": Key("lo", values.points, nullable=True, is_blank_null=True),
        "lo_inc": Key("is_lo_inclusive", values.flag, default=None),
        "hi": Key("hi", values.points, nullable=True, is_blank_null=True),
        "hi_inc": Key("is_hi_inclusive", values.flag, default=None),
    },
    "repair": {
        "natural": Key("natural", values.OneOf(vocabulary.NATURAL_REPAIRS, words.NATURAL_REPAIRS), default="expiry"),
        "on_application": Key("is_on_application", values.flag, default=False),
        "effective_on": Key(
            "effective_on", values.OneOf(vocabulary.EFFECTIVE_ONS, words.EFFECTIVE_ONS), default="approved_on"
        ),
        "reply_working_days": Key("reply_working_days", values.integer, default=None, nullable=True),
        "max_attempts": Key("max_attempts", values.integer, default=None, nullable=True),
        "blocked_grades": Key("blocked_grades", values.codes, default=None, nullable=True),
        "add_back": Key("add_back", values.OneOf(vocabulary.ADD_BACKS, words.ADD_BACKS), default="full_item"),
    },
    "measures": {
        "grade": Key("grade", values.code),
        "code": Key("measure_code", values.measure),
        "when": Key("trigger_code", values.OneOf(vocabulary.TRIGGERS, words.TRIGGERS)),
        "n": Key("n", values.integer, default=None, nullable=True),
        "due_working_days": Key("due_working_days", values.integer, default=None, nullable=True),
        "latch": Key("latch", values.text, default=None, nullable=True),
        "prov": Key("is_provisional", values.flag, default=False),
    },
}
SINGLE = ("rulebook", "repair")
REQUIRED_BLOCKS = ("rulebook", "components", "items")


@dataclass(frozen=True)
class Said:
    """The value of one key of an entry, and its place; `written` None = null."""

    place: Place
    value_place: Place
    written: values.Written | None


@dataclass(frozen=True)
class Entry:
    """One entry of a block as in the file: the values of its known keys."""

    place: Place
    said: Mapping[str, Said]


def unknown_key(
    place: Place, what: str, name: str, known: Iterable[str], shown: Mapping[str, str] | None = None
) -> Problem:
    """A key that is not in the grammar."""
    return Problem(place, "unknown_key", f"{what} has no key {name}", suggestion(name, known, "Known keys", shown))


def row_of(entry: Entry, block: str, problems: list[Problem]) -> Row:
    """One entry of a block as a row. Missing and unreadable values are added to `problems`."""
    found: dict[str, Any] = {}
    places: dict[str, Place] = {}
    for name, key in BLOCKS[block].items():
        said = entry.said.get(name)
        found[key.column] = None if key.default is REQUIRED else key.default
        if said is None:
            if key.default is REQUIRED:
                problems.append(missing_key(entry.place, block, name, f"Add {name}: it has no default."))
            continue
        places[key.column] = said.place
        if said.written is None:
            if not key.nullable:
                problems.append(
                    Problem(said.value_place, "empty_value", f"{name} of {block} is empty", f"Write {name}'s value.")
                )
            found[key.column] = None if key.nullable else found[key.column]
            continue
        if said.written.fault is not None:
            problems.append(
                Problem(said.value_place, "wrong_value", f"{name} of {block} cannot be read", said.written.fault)
            )
            continue
        try:
            found[key.column] = key.read(said.written)
        except values.WrongValueError as error:
            problems.append(Problem(said.value_place, "wrong_value", f"{name} of {block}: {error}", error.remedy))
    return Row(found, entry.place, places)


def missing_key(place: Place, block: str, name: str, remedy: str) -> Problem:
    """A required key that an entry lacks."""
    return Problem(place.at_key(name), "missing_key", f"{block} lacks the key {name}", remedy)
