"""Every word of a rulebook has a name in both languages, and no name is left over."""

import re
from typing import get_type_hints

import pytest

from rulebook import clauses, vocabulary, words
from rulebook.grammar import BLOCKS
from rulebook.labels import BLOCK_LABELS, KEY_LABELS
from rulebook.languages import LANGS
from rulebook.words import Words, called, in_lang

CLOSED: dict[str, tuple[Words, tuple[str, ...]]] = {
    "status": (words.STATUSES, vocabulary.STATUSES),
    "rounding": (words.ROUNDINGS, vocabulary.ROUNDINGS),
    "clock_start": (words.CLOCK_STARTS, vocabulary.CLOCK_STARTS),
    "window_last_day": (words.WINDOW_LAST_DAYS, vocabulary.WINDOW_LAST_DAYS),
    "same_act": (words.SAME_ACTS, vocabulary.SAME_ACTS),
    "window": (words.WINDOWS, tuple(vocabulary.WINDOWS.values())),
    "aggregation": (words.AGGREGATIONS, vocabulary.AGGREGATIONS),
    "effect": (words.EFFECTS, vocabulary.EFFECTS),
    "fact": (words.EVIDENCE | words.COUNT_FACTS | words.EVENT_FACTS, vocabulary.FACTS),
    "unit": (words.UNITS, (*vocabulary.COUNT_FACTS, *vocabulary.EVENT_FACTS)),
    "next": (words.NEXT_EVENTS, vocabulary.EVENT_FACTS),
    "points_from": (words.POINTS_FROM, vocabulary.POINTS_FROM),
    "quantity": (words.QUANTITIES, vocabulary.QUANTITIES),
    "rated_from": (words.RATED_FROM, vocabulary.RATED_FROM),
    "channel": (words.CHANNELS, vocabulary.CHANNELS),
    "level": (words.LEVELS, vocabulary.LEVEL_CODES),
    "natural": (words.NATURAL_REPAIRS, vocabulary.NATURAL_REPAIRS),
    "effective_on": (words.EFFECTIVE_ONS, vocabulary.EFFECTIVE_ONS),
    "add_back": (words.ADD_BACKS, vocabulary.ADD_BACKS),
    "trigger": (words.TRIGGERS, vocabulary.TRIGGERS),
    "check_type": (words.CHECK_TYPES, tuple(vocabulary.CHECK_TYPES.values())),
    "registry_status": (words.REGISTRY_STATUSES, tuple(vocabulary.REGISTRY_STATUSES.values())),
    "dataset": (words.DATASETS, (*clauses.MISCONDUCT_DATASETS, clauses.MERIT_DATASET, clauses.ANY)),
}


@pytest.mark.parametrize("name", CLOSED)
def test_every_word_of_a_closed_list_has_a_name(name: str) -> None:
    table, known = CLOSED[name]
    assert set(table) == set(known)


@pytest.mark.parametrize("name", CLOSED)
def test_no_two_words_of_a_list_have_one_name(name: str) -> None:
    table, _ = CLOSED[name]
    if name != "unit":  # people are counted alike
        for lang in LANGS:
            assert len({in_lang(pair, lang) for pair in table.values()}) == len(table)


def test_names_are_in_their_language() -> None:
    tables = [vars(words)[name] for name, kind in get_type_hints(words).items() if kind == Words]
    assert len(tables) >= len(CLOSED)
    for zh, en in (pair for table in tables for pair in table.values()):
        assert re.search(r"[一-鿿㎡×]", zh) and not re.search(r"[一-鿿]", en) and en, (zh, en)


def test_words_of_the_exports_keep_their_names() -> None:
    assert {called(words.CHECK_TYPES, code, "zh"): code for code in words.CHECK_TYPES} == vocabulary.CHECK_TYPES
    statuses = {called(words.REGISTRY_STATUSES, code, "zh"): code for code in words.REGISTRY_STATUSES}
    assert statuses == vocabulary.REGISTRY_STATUSES


def test_a_word_that_is_not_listed_is_shown_as_written() -> None:
    assert called(words.PERS, "每台", "en") == "每台"
    assert called(words.STATUSES, None, "zh") == "无"


def test_keys_have_the_same_names_when_read_and_written() -> None:
    """A key has one Chinese name, whether it is typed in or read."""
    names: dict[str, set[str]] = {}
    for block, keys in BLOCKS.items():
        for name, key in keys.items():
            names.setdefault(key.column, set()).add(KEY_LABELS[block][name].names[0])
    others = {label for label, (zh, _) in words.LABELS.items() if label in names and zh not in names[label]}
    # the Chinese title beside the English one, and a version's days, which share a column's name with a repair's
    assert others == {"title_zh", "effective_on"}
    assert [zh for zh, _ in words.PARTS.values()] == [
        BLOCK_LABELS[block].names[0]
        for block in ("rulebook", "components", "items", "clauses", "bands", "measures", "repair")
    ]
