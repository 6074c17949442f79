"""The column dictionary: one entry a column name, read by everything that shows a column.

Belongs here: a column's Chinese and English label, its type and unit, and the widest audience that may see it
(`columns.csv`), and what the codes of a column are called (`values.csv`). Does not belong here: what a column means in one table (the note after the label in dbt's YAML), which
schemas an audience sees (`serving.audiences`), headers of exports (`ingestion.sources`).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_COLUMNS = Path(__file__).with_name("columns.csv")
_VALUES = Path(__file__).with_name("values.csv")


@dataclass(frozen=True)
class Entry:
    """What a column is called everywhere. `type` is neutral of engines; `unit` is empty where there is none; `audience`
    is the name of the widest `serving.audiences.Audience` that may see it, empty where it stays in the warehouse."""

    name: str
    zh: str
    en: str
    type: str
    unit: str
    audience: str

    @property
    def label(self) -> str:
        """Both languages in one line, for people who read either."""
        return f"{self.zh} {self.en}"


@cache
def entries() -> Mapping[str, Entry]:
    """Column name -> its entry."""
    with _COLUMNS.open(encoding="utf-8", newline="") as file:
        return {row["name"]: Entry(**row) for row in csv.DictReader(file)}


def label(column: str) -> str:
    """The header that people see; a name without an entry is its own."""
    entry = entries().get(column)
    return entry.label if entry else column


@cache
def _values() -> Mapping[tuple[str, str], tuple[str, str]]:
    with _VALUES.open(encoding="utf-8", newline="") as file:
        return {(row["column"], row["value"]): (row["zh"], row["en"]) for row in csv.DictReader(file)}


def value_words(column: str, value: str) -> tuple[str, str]:
    """What a code of a column is called in Chinese and in English; a value without words is its own."""
    return _values().get((column, value), (value, value))


def words_of(column: str) -> dict[str, tuple[str, str]]:
    """Code -> what it is called in Chinese and in English, of every code of a column that has words."""
    return {value: words for (named, value), words in _values().items() if named == column}
