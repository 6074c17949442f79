"""Problems in the words that published points tables need, each in a regime that is otherwise valid."""

from pathlib import Path

import pytest

from rulebook.folder import read_folder
from rulebook.importing import import_regimes
from rulebook.lint import lint
from tests.rulebook.support import folder_of, line_of, lint_codes, write

# Problems that are reported in another row than the one that causes them.
SEEN_ELSEWHERE = ("item_unreached", "state_takes_counts")

PRINTED = """\
rulebook:
  id: printed
  regime: printed
  doc: a published points table
  status: in_force
  effective_from: 2024-01-01
  base: 100
  rounding: none
  score_step: 0.5
  rated_from: checks
  rated_types: [双随机]
  unrated_status: [暂停]
components:
  - {id: SITE, sign: -1, window: until_next, next: checks, next_types: [双随机, 专项], agg: sum, cap_per_check: 20}
  - {id: YEAR, sign: -1, window: own_year, agg: sum}
  - {id: HEADS, sign: 1, window: state, agg: sum}
items:
  - {code: REPORT, comp: SITE, title: reports, points: 10, quantity: row, cap_per_check: 30}
  - {code: OWN, comp: SITE, title: as the row says, points: row}
  - {code: AGAIN, comp: YEAR, title: dearer again, points: 2.5, repeat_factor: 2}
  - {code: EVENT, comp: YEAR, title: a report, points: 0.5, fact: reports, repeat_factor: 3}
  - {code: HEAD, comp: HEADS, title: heads, points: 1, fact: engineers, above: 2}
clauses:
  - {dataset: findings, clause: "1", items: [REPORT, AGAIN]}
  - {dataset: checks, clause: "2", items: [OWN, AGAIN]}
  - {dataset: penalties, clause: "3", item: OWN}
"""


def test_the_printed_table_has_no_problem(tmp_path: Path) -> None:
    assert lint_codes(write(tmp_path, PRINTED)) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        # items of a clause
        ("items: [REPORT, AGAIN]", "items: [REPORT, AGIAN]", "clause_item_unknown", "Did you mean AGAIN?"),
        ("items: [REPORT, AGAIN]", "items: [REPORT, HEAD]", "clause_item_fact", "evidence"),
        ("items: [REPORT, AGAIN]", "items: [AGAIN]", "item_unreached", "clauses"),
        # 扣分 where no row has it
        ("dataset: penalties", "dataset: hotline", "row_points_missing", "hotline"),
        ("dataset: penalties", "dataset: media", "row_points_missing", "media"),
        ("dataset: penalties", "dataset: merit_claims", "row_points_missing", "merit_claims"),
        ("dataset: penalties", 'dataset: "*"', "row_points_missing", "hotline, media"),
        ("items: [OWN, AGAIN]", "items: [AGAIN, OWN]", None, ""),
        # row words without rows
        ("points: 0.5, fact: reports", "points: row, fact: reports", "row_without_evidence", "points"),
        ("points: 0.5, fact: reports", "points: 0.5, quantity: row, fact: reports", "row_without_evidence", "quantity"),
        ("points: 1, fact: engineers", "points: row, fact: engineers", "row_without_evidence", "engineers"),
        # points that a line cannot hold
        ("points: 10, quantity: row, cap_per_check: 30", "points: 999.5, quantity: row", None, ""),
        ("points: 10, quantity: row, cap_per_check: 30", "points: 1000, quantity: row", "points_too_many", "10000"),
        (
            "points: 10, quantity: row, cap_per_check: 30",
            "points: 500, repeat_factor: 2, quantity: row",
            "points_too_many",
            "9999999.99",
        ),
        ("points: 10, quantity: row, cap_per_check: 30", "points: 500, repeat_factor: 0.5, quantity: row", None, ""),
        ("points: row}", "points: row, repeat_factor: 9999}", None, ""),
        ("points: row}", "points: row, repeat_factor: 10000}", "points_too_many", "9999999.99"),
        ("points: row}", "points: row, quantity: row}", None, ""),
        # the factor
        ("repeat_factor: 2", "repeat_factor: 0", "factor", "above 0"),
        ("repeat_factor: 2", "repeat_factor: -1", "too_small", "least"),
        ("repeat_factor: 2", "repeat_factor: 1.5", "repeat_off_step", "3.75"),
        ("points: 2.5, repeat_factor: 2", "points: 5, repeat_factor: 1.5", None, ""),
        ("points: 2.5, repeat_factor: 2", "points: 2.25, repeat_factor: 2", "off_step", "0.5"),
        ("points: row}", "points: row, repeat_factor: 1.5}", "repeat_off_step", "whole"),
        ("points: row}", "points: row, repeat_factor: 2}", None, ""),
        ("fact: engineers, above: 2", "fact: engineers, above: 2, repeat_factor: 2", "repeat_of_count", "engineers"),
        ("score_step: 0.5", "score_step: null", None, ""),
        # caps of a check
        ("cap_per_check: 30", "cap_per_check: 9.5", "cap_below_points", "9.5"),
        ("cap_per_check: 30", "cap_per_check: 30.25", "off_step", "30.25"),
        ("cap_per_check: 20", "cap_per_check: 20.25", "off_step", "20.25"),
        ("cap_per_check: 20", "cap_per_check: 5", None, ""),
        ("cap_per_check: 20", "cap_per_check: -5", "too_small", "-5"),
        # the next event
        (", next: checks, next_types: [双随机, 专项]", "", "no_next", "projects"),
        (", next: checks, next_types: [双随机, 专项]", ", next: reports", None, ""),
        (
            ", next: checks, next_types: [双随机, 专项]",
            ", next: reports, next_types: [专项]",
            "types_without_checks",
            "next",
        ),
        ("window: own_year", "window: own_year, next: checks", "needless_next", "own_year"),
        ("window: own_year", "window: own_year, next_types: [专项]", "types_without_checks", "next_types"),
        # counts and windows
        ("window: state", "window: own_year", "state_takes_counts", "own_year"),
        ("window: own_year", "window: state", "state_takes_counts", "state"),
        # rated
        (
            "rated_from: checks\n  rated_types: [双",
            "rated_from: reports\n  rated_types: [双",
            "types_without_checks",
            "rated_from",
        ),
        ("  rated_from: checks\n", "", "types_without_checks", "start"),
        ("  rated_types: [双随机]\n", "", None, ""),
    ],
)
def test_a_wrong_word_is_found_in_its_place(tmp_path: Path, old: str, new: str, code: str | None, said: str) -> None:
    path = write(tmp_path, PRINTED, (old, new))
    problems = lint(folder_of(path))
    assert {problem.code for problem in problems} == ({code} if code else set()), problems
    for problem in problems:
        assert problem.remedy and (
            new == "" or code in SEEN_ELSEWHERE or problem.place.number == line_of(path, new.splitlines()[-1])
        )
    assert not code or said in str(problems[0])


def test_without_a_step_a_product_must_be_in_hundredths(tmp_path: Path) -> None:
    free = ("score_step: 0.5", "score_step: null")
    assert (
        lint_codes(write(tmp_path, PRINTED, free, ("points: 2.5,", "points: 0.02,"), ("factor: 2}", "factor: 1.5}")))
        == []
    )
    codes = lint_codes(
        write(tmp_path, PRINTED, free, ("points: 2.5,", "points: 0.01,"), ("factor: 2}", "factor: 1.5}"))
    )
    assert codes == ["repeat_off_step"]


def test_with_rounding_caps_may_be_off_the_step_but_products_may_not(tmp_path: Path) -> None:
    rounded = ("rounding: none", "rounding: half_up")
    caps = (("cap_per_check: 20", "cap_per_check: 20.3"), ("cap_per_check: 30", "cap_per_check: 30.3"))
    assert lint_codes(write(tmp_path, PRINTED, rounded, *caps)) == []
    assert lint_codes(write(tmp_path, PRINTED, rounded, ("factor: 2}", "factor: 1.5}"))) == ["repeat_off_step"]


# ---------------------------------------------------------------------------------------------------- reach


def reached(tmp_path: Path, item: str, component: str = "agg: sum", dataset: str = "findings") -> int | None:
    """The most that the one item of a regime can deduct according to lint; None = no limit."""

    def is_sound(most: int) -> bool:
        text = (
            "rulebook: {id: n, regime: n, doc: x, status: draft, effective_from: 2024-01-01, base: 0, score_step: 1}\n"
            f"components:\n  - {{id: C, sign: -1, window: P1Y, {component}}}\n"
            f"items:\n  - {{code: E, comp: C, title: t, {item}}}\n"
            f"clauses: [{{dataset: {dataset}, clause: 1, item: E}}]\n"
            f"bands:\n  - {{grade: all, lo: {-most}, lo_inc: true, hi: 0, hi_inc: true}}\n"
        )
        codes = set(lint_codes(write(tmp_path, text)))
        assert codes <= {"score_without_band"}
        return not codes

    for most in (0, 2, 5, 7, 8, 10, 15, 20, 30, 90_000, 100_000, 200_000):
        if is_sound(most):
            return most
    assert not is_sound(9_000_000)
    return None


@pytest.mark.parametrize(
    ("item", "component", "most"),
    [
        ("points: row", "agg: sum", None),
        ("points: row", "agg: max", None),
        ("points: row, cap: 20", "agg: sum", 20),
        ("points: row", "agg: sum, cap: 30", 30),
        ("points: row, cap_per_check: 5", "agg: sum", None),  # of each check
        ("points: row", "agg: sum, cap_per_check: 5", None),
        ("points: row, cap_per_check: 5", "agg: max", 5),  # one line counts
        ("points: row", "agg: latest, cap_per_check: 5", 5),
        ("points: row, cap: 7", "agg: latest", 7),
        ("points: 10", "agg: max", 10),
        ("points: 10, quantity: row", "agg: max", 100_000),
        ("points: 10, quantity: row, repeat_factor: 2", "agg: latest", 200_000),
        ("points: 10, quantity: row, cap_per_check: 20", "agg: latest", 20),
        ("points: 10, quantity: row", "agg: latest, cap_per_check: 8", 8),
        ("points: 10, repeat_factor: 2", "agg: max", 20),
        ("points: 10, repeat_factor: 0.5", "agg: max", 10),
        ("points: 10, quantity: row, cap: 30", "agg: sum", 30),
        ("points: 10, cap_per_check: 20", "agg: sum", None),
        ("points: 0, quantity: row", "agg: sum", 0),
    ],
)
def test_the_range_of_scores_follows_every_key(tmp_path: Path, item: str, component: str, most: int | None) -> None:
    assert reached(tmp_path, item, component) == most


TWO_VERSIONS = """\
rulebook: {{id: {id}, regime: r, doc: d, status: draft, effective_from: {start}, {end}base: 100, score_step: {step}{more}}}
components: [{{id: C, sign: -1, window: P1Y, agg: sum}}]
items: [{{code: E, comp: C, title: t, {item}}}]
clauses: [{{dataset: findings, clause: 1, item: E}}]
bands:
  - {{grade: A, lo: 90, lo_inc: true, hi: null, hi_inc: false}}
  - {{grade: B, lo: null, lo_inc: false, hi: {below}, hi_inc: true}}
"""


@pytest.mark.parametrize(
    ("step", "more", "item", "gap"),
    [
        ("1", "", "points: row", False),
        ("0.5", "", "points: row", True),
        ("null", "", "points: row", True),
        ("1", ", rounding: half_up", "points: row", True),  # any 扣分 scores there
        ("0.5", "", "points: 3", False),
        ("0.5", "", "points: 1, repeat_factor: 1.5", True),
    ],
)
def test_lines_of_an_older_version_keep_their_own_step(
    tmp_path: Path, step: str, more: str, item: str, gap: bool
) -> None:
    """Bands of the newer version are complete for whole scores only."""
    old = TWO_VERSIONS.format(
        id="a", start="2024-01-01", end="effective_to: 2025-01-01, ", step=step, more=more, item=item, below="89.99"
    )
    new = TWO_VERSIONS.format(id="b", start="2025-01-01", end="", step="1", more="", item="points: 3", below="89")
    codes = lint_codes(write(tmp_path, old, name="a.yaml"), write(tmp_path, new, name="b.yaml"))
    assert set(codes) == ({"score_without_band"} if gap else set())


# ------------------------------------------------------------------------------------- folders edited by hand


@pytest.mark.parametrize(
    ("table", "old", "new", "code", "said"),
    [
        (
            "rulebooks",
            ",checks,double_random,suspended,",
            ",checks,double_randon,suspended,",
            "unknown_word",
            "double_random?",
        ),
        (
            "rulebooks",
            ",checks,double_random,suspended,",
            ",checks,double_random,suspend,",
            "unknown_word",
            "suspended?",
        ),
        ("rulebooks", ",checks,double_random,suspended,", ",check,double_random,suspended,", "unknown_word", "checks?"),
        ("components", "double_random、special", "double_random、specal", "unknown_word", "special?"),
        ("components", "until_next,checks", "until_next,check", "unknown_word", "checks?"),
        ("items", ",,row,one,", ",,rows,one,", "unknown_word", "row?"),
        ("items", ",,row,one,", ",5,row,one,", "points_twice", "5"),
        ("items", ",,row,one,", ",,item,one,", "missing_value", "points"),
        ("items", ",10,item,row,", ",10,item,rows,", "unknown_word", "row?"),
        ("clause_items", "REPORT、AGAIN", "REPORT、AGAINST", "clause_item_unknown", "AGAIN?"),
    ],
)
def test_lint_reads_the_words_of_folders_that_were_edited_by_hand(
    tmp_path: Path, *, table: str, old: str, new: str, code: str, said: str
) -> None:
    import_regimes([write(tmp_path, PRINTED)], tmp_path / "rules")
    path = tmp_path / "rules" / f"{table}.csv"
    text = path.read_text("utf-8")
    assert text.count(old) == 1, text
    path.write_text(text.replace(old, new), "utf-8")
    (problem,) = lint(read_folder(tmp_path / "rules"))
    assert problem.code == code and said in str(problem)
    assert problem.place.is_csv and problem.place.number
