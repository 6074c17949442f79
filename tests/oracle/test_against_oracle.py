"""The warehouse against the naive scorer: random cities under the starting, foreign and random regimes, 0 differences."""

import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rulebook.folder import Folder, empty_folder
from rulebook.importing import merge
from rulebook.lint import lint
from tests.oracle.city import make_city
from tests.oracle.comparison import compare
from tests.oracle.rules import make_rules
from tests.rulebook.support import DEFAULT_YAML, FOREIGN, write

AGENCIES = 25
SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
# A failing seed is told as it is: a smaller seed makes no smaller city.
RANDOM_CITIES = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@cache
def _rulebooks() -> Folder:
    """The starting regime, the foreign ones, and the starting regime with a second version that differs a lot."""
    with tempfile.TemporaryDirectory() as scratch:
        text = DEFAULT_YAML.read_text("utf-8").replace("regime: jiaozuo", "regime: amended")
        first = write(
            Path(scratch),
            text,
            ("id: jz-2024-draft", "id: am-1"),
            ("effective_to: null", "effective_to: 2025-03-01"),
            name="first.yaml",
        )
        second = write(
            Path(scratch),
            text,
            ("id: jz-2024-draft", "id: am-2"),
            ("effective_from: 2024-03-21 ", "effective_from: 2025-03-01 "),
            ("same_act: max", "same_act: sum"),
            ("agg: sum, cap: 30, cap_provisional: true", "agg: sum, cap: 18"),
            ("虚假文件,        points: 50", "虚假文件,        points: 35"),
            (
                "失实文件,        points: 20, per: report,  cap: 40",
                "失实文件,        points: 25, per: report,  cap: 30",
            ),
            ("{code: F07, comp: SUB,", "{code: F07, comp: SUB, repairable: false,"),
            ("subsumes: [F03]", "subsumes: [F03, F10]"),
            ("lo: 81,  lo_inc: true,  hi: 100", "lo: 76,  lo_inc: true,  hi: 100"),
            ("hi: 80,   hi_inc: true", "hi: 75,   hi_inc: true"),
            ("max_attempts: null, blocked_grades: [D]", "max_attempts: 1, blocked_grades: [C, D]"),
            name="second.yaml",
        )
        folder, _ = merge(empty_folder(), [DEFAULT_YAML, *FOREIGN, first, second])
    assert lint(folder) == []
    return folder


def _assert_agrees(seed: int, folder: Folder, regime_code: str, agencies: int = AGENCIES) -> None:
    rows = make_city(seed, agencies)
    compared = compare(rows, folder, regime_code)
    assert compared.day_count > 300 * agencies
    assert not any(compared.differences.values()), (
        f"city {seed} of {agencies} agencies under {regime_code}:\n{compared.describe(rows)}"
    )


@pytest.mark.parametrize("regime_code", ["jiaozuo", "amended", "riverport", "hillshire", "starfield"])
@RANDOM_CITIES
@given(seed=SEEDS)
def test_every_day_of_a_random_city_is_scored_alike(regime_code: str, seed: int) -> None:
    _assert_agrees(seed, _rulebooks(), regime_code)


@settings(RANDOM_CITIES, max_examples=4)
@given(seed=SEEDS, rules=SEEDS)
def test_every_day_is_scored_alike_under_random_rules(seed: int, rules: int) -> None:
    _assert_agrees(seed, make_rules(rules), "random")


@pytest.mark.soak
@settings(RANDOM_CITIES, max_examples=20)
@given(seed=SEEDS, regime_code=st.sampled_from(["jiaozuo", "amended", "riverport", "hillshire", "starfield"]))
def test_large_random_cities_are_scored_alike(seed: int, regime_code: str) -> None:
    _assert_agrees(seed, _rulebooks(), regime_code, agencies=100)


@pytest.mark.soak
@settings(RANDOM_CITIES, max_examples=40)
@given(seed=SEEDS, rules=SEEDS)
def test_many_random_rules_are_scored_alike(seed: int, rules: int) -> None:
    _assert_agrees(seed, make_rules(rules), "random", agencies=100)
