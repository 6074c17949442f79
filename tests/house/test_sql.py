"""SQL that means the same on both engines, reads no clock and holds no rule (stack.md, house.md)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.project import sql_code, sql_files

# The live grade view is right on any day without a rebuild, so it alone may ask for today.
MAY_READ_TODAY = {"agency_grades"}

CLOCKS = r"\b(?:current_date|current_timestamp|localtimestamp|getdate|run_started_at)\b|\b(?:now|today)\s*\("

UNPORTABLE = {
    "qualify": r"\bqualify\b",
    "group by all": r"\bgroup\s+by\s+all\b",
    "order by all": r"\border\s+by\s+all\b",
    "distinct on": r"\bdistinct\s+on\b",
    "asof join": r"\basof\b",
    "list literal": r"(?<![\w\])])\[\s*[\w']",
    "infinity date": r"infinity",
    "regex operator": r"!?~\*?",
    "modulo by operator //": r"(?<!:)//",
    "select * exclude": r"\bexclude\s*\(",
    "string_agg (use the engine macro)": r"\bstring_agg\(",
}


@pytest.mark.parametrize("path", sql_files("models"), ids=lambda path: path.stem)
def test_a_model_reads_no_clock(path: Path) -> None:
    if path.stem not in MAY_READ_TODAY:
        assert not re.findall(CLOCKS, sql_code(path), flags=re.I)


@pytest.mark.parametrize("path", sql_files("models"), ids=lambda path: path.stem)
def test_a_model_is_portable(path: Path) -> None:
    code = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", sql_code(path), flags=re.S)
    found = [name for name, pattern in UNPORTABLE.items() if re.search(pattern, code, flags=re.I)]
    assert not found


@pytest.mark.parametrize("path", sql_files("models/intermediate/points", "models/marts/credit"), ids=lambda p: p.stem)
def test_the_scoring_sql_names_no_rule(path: Path) -> None:
    """Item codes, grades, points and the city's name are data of the rulebook."""
    text = re.sub(r"--[^\n]*|\{#.*?#\}", " ", path.read_text("utf-8"), flags=re.S)
    literals = re.findall(r"'((?:[^']|'')*)'", text)
    offences = [word for word in literals if re.fullmatch(r"F\d\d[AB]?|S\d[AB]?|[ABCD]|.*焦作.*|jiaozuo.*", word)]
    assert not offences


def test_the_clock_guard_would_catch_a_clock() -> None:
    assert re.findall(CLOCKS, "where d < current_date", flags=re.I)
    assert re.findall(CLOCKS, "select now()", flags=re.I)


def test_the_portability_guard_would_catch_each_construct() -> None:
    samples = {
        "qualify": "select 1 qualify row_number() over () = 1",
        "group by all": "group by all",
        "order by all": "order by all",
        "distinct on": "select distinct on (a) a",
        "asof join": "asof join t",
        "list literal": "select [1, 2]",
        "infinity date": "''infinity''::date and infinity",
        "regex operator": "a ~ b",
        "modulo by operator //": "a // b",
        "select * exclude": "select * exclude (a)",
        "string_agg (use the engine macro)": "string_agg(a, b)",
    }
    assert samples.keys() == UNPORTABLE.keys()
    for name, sample in samples.items():
        assert re.search(UNPORTABLE[name], sample, flags=re.I), name
