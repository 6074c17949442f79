"""The column dictionary: one entry a column name, read by everything that shows a column.

Belongs here: a column's Chinese and English label, its type and unit, and the widest audience that may see it
(`columns.csv`), what the codes of a list are called (`values.csv`), and which list a column of a table has. Does not
belong here: what a column means in one table (the note after the label in dbt's YAML), which schemas an audience sees
(`serving.audiences`), headers of exports (`ingestion.sources`).
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


# A column of one table whose codes are not those of the list of its name; "" = it has no list.
_CODE_LISTS = {
    ("dim_rules", "severity"): "",  # the rulebook's own words
    ("fct_check_results", "severity"): "check_severity",
    ("fct_engineer_conflicts", "status"): "review_status",
    ("fct_leads", "status"): "review_status",
    ("fct_loads", "status"): "load_status",
    ("rpt_tasks", "status"): "task_status",
}


@cache
def _values() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    found: dict[str, dict[str, tuple[str, str]]] = {}
    with _VALUES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["list"], {})[row["value"]] = (row["zh"], row["en"])
    return found


def value_words(code_list: str, value: str) -> tuple[str, str]:
    """What a code of a list is called in Chinese and in English; a value without words is its own."""
    return _values().get(code_list, {}).get(value, (value, value))


def words_of(code_list: str) -> dict[str, tuple[str, str]]:
    """Code -> what it is called in Chinese and in English, of every code of a list; empty where there is no such list."""
    return dict(_values().get(code_list, {}))


def code_list(table: str, column: str) -> str:
    """The code list of a column of a mart, by the mart's name without its schema; empty where it has none."""
    name = _CODE_LISTS.get((table, column), column)
    return name if name in _values() else ""


def codes_of(table: str, column: str) -> dict[str, tuple[str, str]]:
    """Code -> what it is called in Chinese and in English, of a column of a mart. A `status` of one table is not that of
    another."""
    return words_of(code_list(table, column))
