"""The regimes that a random city is scored under, and the cities that `make mutants` scores again and again.

Belongs here: choosing regimes and seeds. Not here: drawing rules (`rules`) or cities (`city`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from rulebook.folder import Folder, empty_folder
from rulebook.importing import merge
from rulebook.lint import lint
from tests.oracle.city import Row, make_city
from tests.oracle.rules import make_rules
from tests.rulebook.support import DEFAULT_YAML, FOREIGN, write

REGIME_CODES = ("jiaozuo", "amended", "riverport", "hillshire", "starfield")
# regimes in which each word of a published points table stands, in two versions
WORD_CODES = ("harbour", "lakeside")
WORDS = sorted((Path(__file__).parent / "words").glob("*.yaml"))
RANDOM = "random"

# (regime, seed of the city, and of the rules when they are random, agencies)
Example = tuple[str, int, int]
EXAMPLES: tuple[Example, ...] = (
    ("amended", 11, 25),
    ("jiaozuo", 12, 25),
    (RANDOM, 13, 25),
    ("riverport", 14, 15),
    ("starfield", 15, 15),
    ("hillshire", 16, 15),
    (RANDOM, 17, 25),
    (RANDOM, 18, 25),
    ("harbour", 19, 25),
    ("lakeside", 20, 25),
    (RANDOM, 21, 25),
)


def example(chosen: Example) -> tuple[Mapping[str, Sequence[Row]], Folder, str]:
    """The rows, the rulebook folder and the regime's code of one of `EXAMPLES`."""
    regime_code, seed, agencies = chosen
    folder = make_rules(seed) if regime_code == RANDOM else known_regimes()
    return make_city(seed, agencies), folder, regime_code


@cache
def known_regimes() -> Folder:
    """The starting regime, the foreign ones, those of `WORDS`, and `amended`: the starting one with a second version that differs a lot."""
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
            ("False document, points: 50", "False document, points: 35"),
            (
                "Inaccurate document, points: 20, per: report,  cap: 40",
                "Inaccurate document, points: 25, per: report,  cap: 30",
            ),
            ("{code: F07, comp: SUB,", "{code: F07, comp: SUB, repairable: false,"),
            ("subsumes: [F03]", "subsumes: [F03, F10]"),
            ("lo: 81,  lo_inc: true,  hi: 100", "lo: 76,  lo_inc: true,  hi: 100"),
            ("hi: 80,   hi_inc: true", "hi: 75,   hi_inc: true"),
            ("max_attempts: null, blocked_grades: [D]", "max_attempts: 1, blocked_grades: [C, D]"),
            name="second.yaml",
        )
        folder, _ = merge(empty_folder(), [DEFAULT_YAML, *FOREIGN, *WORDS, first, second])
    assert lint(folder) == []
    return folder
