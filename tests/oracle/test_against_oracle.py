"""The warehouse against the naive scorer: random cities under the starting, foreign and random regimes, 0 differences."""

import datetime as dt
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rulebook.folder import Folder
from tests.oracle.city import Row, known_on, make_city
from tests.oracle.comparison import compare
from tests.oracle.regimes import EXAMPLES, RANDOM, REGIME_CODES, WORD_CODES, Example, example, known_regimes
from tests.oracle.rules import make_rules

AGENCIES = 25
SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
# A failing seed is reported unchanged: a smaller seed makes no smaller city.
RANDOM_CITIES = settings(
    max_examples=1,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def _assert_agrees(seed: int, folder: Folder, regime_code: str, agencies: int = AGENCIES) -> None:
    _assert_alike(make_city(seed, agencies), folder, regime_code, f"city {seed} of {agencies} agencies")


def _assert_alike(
    rows: Mapping[str, Sequence[Row]], folder: Folder, regime_code: str, city: str, known: dt.date | None = None
) -> None:
    agencies = len({row["agency_id"] for row in rows["registry.agencies"]})
    compared = compare(rows, folder, regime_code, known)
    assert compared.day_count > 300 * agencies
    assert not any(compared.differences.values()), f"{city} under {regime_code}:\n{compared.describe(rows)}"
    for invariant in ("assert_grades_follow_the_rulebook", "assert_lines_sum_to_the_score"):
        assert compared.warehouse.failing(invariant) == [], f"{city} under {regime_code}"


# make test scores one city under random rules, make check the others, too
_MORE_RANDOM = [one for one in EXAMPLES if one[0] == RANDOM][1:]


@pytest.mark.parametrize(
    "chosen",
    [pytest.param(one, marks=[pytest.mark.check] if one in _MORE_RANDOM else [], id=str(one)) for one in EXAMPLES],
)
def test_every_day_of_the_example_cities_is_scored_alike(chosen: Example) -> None:
    _assert_alike(*example(chosen), f"example city {chosen}")


@pytest.mark.parametrize(
    ("regime_code", "known"), [("harbour", dt.date(2025, 2, 14)), ("lakeside", dt.date(2025, 9, 1))]
)
def test_every_day_is_scored_alike_with_what_was_known_on_a_day(regime_code: str, known: dt.date) -> None:
    rows = known_on(make_city(22, AGENCIES), known)
    assert all(rows[table] for table in ("credit_desk.repairs", "inspections.checks", "platform.reports"))
    _assert_alike(rows, known_regimes(), regime_code, f"city 22 as known on {known}", known)


@pytest.mark.check  # cities other than the examples of make test
@pytest.mark.parametrize("regime_code", REGIME_CODES)
@RANDOM_CITIES
@given(seed=SEEDS)
def test_every_day_of_a_random_city_is_scored_alike(regime_code: str, seed: int) -> None:
    _assert_agrees(seed, known_regimes(), regime_code)


@pytest.mark.check  # plans every model for rules of its own
@settings(RANDOM_CITIES, max_examples=2)
@given(seed=SEEDS, rules=SEEDS)
def test_every_day_is_scored_alike_under_random_rules(seed: int, rules: int) -> None:
    _assert_agrees(seed, make_rules(rules), "random")


@pytest.mark.soak
@settings(RANDOM_CITIES, max_examples=20)
@given(seed=SEEDS, regime_code=st.sampled_from((*REGIME_CODES, *WORD_CODES)))
def test_large_random_cities_are_scored_alike(seed: int, regime_code: str) -> None:
    _assert_agrees(seed, known_regimes(), regime_code, agencies=100)


@pytest.mark.soak
@settings(RANDOM_CITIES, max_examples=40)
@given(seed=SEEDS, rules=SEEDS)
def test_many_random_rules_are_scored_alike(seed: int, rules: int) -> None:
    _assert_agrees(seed, make_rules(rules), "random", agencies=100)
