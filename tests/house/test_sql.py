"""SQL that means the same on both engines, reads no clock and holds no rule (stack.md, architecture.md)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.house.project import DBT, sql_code, sql_files
from tests.warehouse.harness import compiled_nodes

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


def is_portable(path: Path) -> bool:
    """What differs between engines has its home in macros/engine."""
    return not path.is_relative_to(DBT / "macros" / "engine")


@pytest.mark.parametrize("path", sql_files("models"), ids=lambda path: path.stem)
def test_a_model_reads_no_clock(path: Path) -> None:
    """As dbt compiles it: with everything that its macros write."""
    if path.stem not in MAY_READ_TODAY:
        assert not re.findall(CLOCKS, sql_code(compiled_nodes()[path.stem].sql), flags=re.I)
        assert not re.findall(CLOCKS, sql_code(path.read_text("utf-8")), flags=re.I)


@pytest.mark.parametrize(
    "path", [path for path in sql_files("models", "macros") if is_portable(path)], ids=lambda path: path.stem
)
def test_sql_is_portable(path: Path) -> None:
    code = sql_code(path.read_text("utf-8"))
    found = [name for name, pattern in UNPORTABLE.items() if re.search(pattern, code, flags=re.I)]
    assert not found


RULE_WORDS = r"F\d\d[AB]?|S\d[AB]?|[ABCD]|.*焦作.*|jiaozuo.*"
# A text's length says what kind of text it is, a weekday what kind of day: no amount of anything.
NO_AMOUNTS = r"(?:length\([^()]*\)|\{\{\s*iso_weekday\([^{}]*\)\s*\}\})\s*[<>=]+\s*\d+"
THRESHOLDS = r"(?:[<>=]|\bbetween)\s*-?(?!(?:0|1)\b)\d+(?:\.\d+)?\b"


def rule_words(text: str) -> list[str]:
    text = re.sub(r"--[^\n]*|\{#.*?#\}", " ", text, flags=re.S)
    return [
        word
        for pair in re.findall(r"""'([^'"]*)'|"([^'"]*)\"""", text)
        for word in pair
        if re.fullmatch(RULE_WORDS, word)
    ]


def thresholds(text: str) -> list[str]:
    return re.findall(THRESHOLDS, sql_code(re.sub(NO_AMOUNTS, " ", text)), flags=re.I)


@pytest.mark.parametrize("path", sql_files("models", "macros"), ids=lambda path: path.stem)
def test_sql_names_no_rule(path: Path) -> None:
    """Item codes, grades and the city's name are data of the rulebook."""
    assert not rule_words(path.read_text("utf-8"))


@pytest.mark.parametrize("path", sql_files("models/intermediate/points", "models/marts/credit"), ids=lambda p: p.stem)
def test_the_scoring_sql_compares_with_no_number(path: Path) -> None:
    """Points and bounds are data of the rulebook, too."""
    assert not thresholds(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "path", [path for path in sql_files("models") if path.stem.startswith("int_leads__")], ids=lambda path: path.stem
)
def test_a_detector_of_leads_compares_with_no_number(path: Path) -> None:
    """Its thresholds are figures of detector_parameters.csv."""
    assert not thresholds(path.read_text("utf-8"))


def test_the_rule_guards_would_catch_a_rule() -> None:
    for text in ("where item_code = 'F02A'", 'where {{ is_grade("D") }}', "'焦作市' || name"):
        assert rule_words(text), text
    for text in ("where score < 60", "score >= 80.5", "points between -5 and 0", "{{ at_least('score >= 60') }}"):
        assert thresholds(text), text
    assert not thresholds("where line_count > 0 and score >= bands.lo and length(case_id) = 32 -- > 60")


@pytest.mark.parametrize(
    "text",
    [
        "where d < current_date",
        "select now()",
        "where d < {{ add_days('current_date', 1) }}",
        'where d < {{ add_days("cast(now() as date)", 1) }}',
        "{% set day = 'localtimestamp' %} select {{ day }}",
    ],
)
def test_the_clock_guard_would_catch_a_clock(text: str) -> None:
    assert re.findall(CLOCKS, sql_code(text), flags=re.I)


def test_the_guards_look_at_code_only() -> None:
    text = "select 'now()' as said -- now()\n{# now() #} /* now() */ {{ add_days(\"'now()'\", 1) }} {{ now() }}"
    assert not re.findall(CLOCKS, sql_code(text), flags=re.I)


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
        assert re.search(UNPORTABLE[name], sql_code(sample), flags=re.I), name
        assert re.search(UNPORTABLE[name], sql_code(f'{{{{ macro("{sample}") }}}}'), flags=re.I), name


TYPES_OF_BOTH_ENGINES = r"string|date|timestamp|boolean|int|integer|bigint|double|decimal\(\d+, ?\d+\)"


def declared_types(content: object) -> list[str]:
    """Every type that a YAML file of dbt declares: of a column (`data_type`), or of a seed's (`column_types`)."""
    if isinstance(content, list):
        return [kind for item in content for kind in declared_types(item)]
    if not isinstance(content, dict):
        return []
    own = [str(content["data_type"])] if "data_type" in content else []
    own += [str(kind) for kind in (content.get("column_types") or {}).values()]
    return own + [kind for item in content.values() for kind in declared_types(item)]


def test_a_type_in_yaml_means_the_same_on_both_engines() -> None:
    """`text` and `varchar` are no types of Spark."""
    declared = {path: declared_types(yaml.safe_load(path.read_text("utf-8"))) for path in sorted(DBT.rglob("*.yml"))}
    assert sum(map(len, declared.values())) > 500
    offences = {
        f"{path.relative_to(DBT)}: {kind}"
        for path, kinds in declared.items()
        for kind in kinds
        if not re.fullmatch(TYPES_OF_BOTH_ENGINES, kind)
    }
    assert not offences


def test_the_type_guard_would_catch_a_type_of_one_engine() -> None:
    found = declared_types([{"columns": [{"data_type": "text"}], "config": {"column_types": {"a": "varchar"}}}])
    assert found == ["text", "varchar"]
    assert not [kind for kind in found if re.fullmatch(TYPES_OF_BOTH_ENGINES, kind)]
