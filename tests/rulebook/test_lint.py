"""Each problem that lint finds, in a regime that is otherwise valid, and the place that it reports."""

import re
from pathlib import Path

import pytest

from rulebook.lint import lint
from rulebook.measures import known_measures
from tests.rulebook.support import DEFAULT_YAML, FOREIGN, SMALL, folder_of, lines_of, lint_codes, write

# Problems that are reported in another row than the one that causes them.
SEEN_ELSEWHERE = ("cap_below_points", "score_in_two_bands", "score_without_band", "item_unreached")


def test_the_small_regime_has_no_problem(tmp_path: Path) -> None:
    assert lint_codes(write(tmp_path)) == []


@pytest.mark.parametrize("path", [DEFAULT_YAML], ids=lambda path: path.stem)
def test_the_default_regime_has_no_problem(path: Path) -> None:
    assert lint_codes(path) == []


def test_the_other_regimes_have_no_problem_together() -> None:
    assert lint_codes(DEFAULT_YAML, *FOREIGN) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        # bands on the lattice
        ("hi: 59, hi_inc: true", "hi: 58, hi_inc: true", "score_without_band"),
        ("hi: 59, hi_inc: true", "hi: 60, hi_inc: true", "score_in_two_bands"),
        ("lo: 100, lo_inc: false", "lo: 100, lo_inc: true", "score_in_two_bands"),
        ("lo: 100, lo_inc: false", "lo: 101, lo_inc: false", "score_without_band"),
        ("lo: null, lo_inc: false, hi: 59", "lo: 0, lo_inc: true, hi: 59", "score_without_band"),
        (
            "lo: 100, lo_inc: false, hi: null, hi_inc: false",
            "lo: 100, lo_inc: false, hi: 129, hi_inc: true",
            "score_without_band",
        ),
        ("score_step: 1\n", "score_step: 0.5\n", "score_without_band"),
        ("score_step: 1\n", "score_step: null\n", "score_without_band"),
        ("score_step: 1\n", "score_step: 0\n", "step"),
        # items, components, caps, points
        ("comp: ADD", "comp: ADDED", "no_component"),
        ("points: 40, cap: 80", "points: 40, cap: 39", "cap_below_points"),
        ("agg: sum, cap: 10", "agg: sum, cap: 4", "cap_below_points"),
        ("points: 5}", "points: 5.5}", "off_step"),
        ("points: 40, cap: 80", "points: 40, cap: 80.5", "off_step"),
        ("base: 100", "base: 100.5", "off_step"),
        ("points: 5}", "points: -5}", "too_small"),
        ("code: F2,", "code: F1,", "twice"),
        ("id: SUB,", "id: ADD,", "twice"),
        # reach
        ('  - {dataset: findings, clause: "*", item: F2}\n', "", "item_unreached"),
        (
            'dataset: findings, clause: "*", item: F2',
            f"dataset: findings, clause: {'9' * 41}, item: F2",
            "item_unreached",
        ),
        (
            'dataset: findings, clause: "*", item: F2',
            f"dataset: findings, clause: {'9' * 41}, item: F2",
            "clause_not_normal",
        ),
        ('dataset: findings, clause: "*", item: F2', "dataset: findings, clause: 暂无, item: F2", "clause_not_normal"),
        ('dataset: findings, clause: "*", item: F2', 'dataset: findings, clause: "", item: F2', "item_unreached"),
        ('dataset: findings, clause: "*", item: F2', 'dataset: findings, clause: "*", item: F3', "clause_item_unknown"),
        ('dataset: findings, clause: "*", item: F2', 'dataset: findings, clause: "*", item: H1', "clause_item_fact"),
        ("clause: 1, item: F1", "clause: 1, level: 省, item: F1", "level_without_merit"),
        # facts
        ("fact: engineers, above: 2", "fact: engineers", "above_or_below"),
        ("fact: engineers, above: 2", "fact: engineers, above: 2, below: 1", "above_or_below"),
        ("fact: engineers, above: 2", "fact: checks, above: 2", "bound_without_count"),
        ("fact: engineers, above: 2", "fact: checks", "state_takes_counts"),
        ("comp: STATE", "comp: ADD", "state_takes_counts"),
        ("code: F2, comp: SUB", "code: F2, comp: STATE", "state_takes_counts"),
        ("sign: -1, window: P1Y, agg: sum", "sign: -1, window: P1Y, agg: sum_over_count", "no_divisor"),
        ("sign: -1, window: P1Y, agg: sum", "sign: -1, window: P1Y, agg: sum, divisor: checks", "needless_divisor"),
        ("agg: sum, cap: 20", "agg: sum_over_count, divisor: checks, cap: 20", "divisor_without_window"),
        # words of other blocks
        ("subsumes: [F2]", "subsumes: [F9]", "subsumes_unknown"),
        ("subsumes: [F2]", "subsumes: [F1]", "subsumes_unknown"),
        ("channels: [acceptance]", "subsumes: [F1]", "subsumes_ring"),
        ("subsumes: [F2]", "effect: veto:Z", "unknown_grade"),
        ("subsumes: [F2]", "effect: ceiling:Z", "unknown_grade"),
        ("blocked_grades: [C]", "blocked_grades: [Z]", "unknown_grade"),
        ("grade: C, code: exit", "grade: Z, code: exit", "unknown_grade"),
        ("grade: C, code: exit", "grade: C, code: exits", "unknown_measure"),
        ("clause: 1, item: F1}", 'clause: 1, item: F1}\n  - {dataset: "*", clause: "１", item: F2}', "equal_clauses"),
        ("effective_from: 2024-01-01", "effective_from: 2024-01-01\n  effective_to: 2024-01-01", "version_empty"),
        ("effective_from: 2024-01-01", "effective_from: 2024-01-01\n  effective_to: 2025-01-01", "version_ends"),
    ],
)
def test_each_fault_is_found_in_its_place(tmp_path: Path, old: str, new: str, code: str) -> None:
    path = write(tmp_path, SMALL, (old, new))
    problems = [problem for problem in lint(folder_of(path)) if problem.code == code]
    assert problems, lint_codes(path)
    for problem in problems:
        assert problem.place.file == str(path) and problem.place.number and problem.message and problem.remedy
    if code not in SEEN_ELSEWHERE and new and "\n" not in new:
        assert lines_of(path, new) & {problem.place.number for problem in problems}


def test_a_repeated_entry_is_reported_with_both_places(tmp_path: Path) -> None:
    entry = "  - {dataset: findings, clause: 4b, item: F2}\n"
    path = write(tmp_path, SMALL, ("bands:\n", f"{entry}{entry}bands:\n"))
    (problem,) = lint(folder_of(path))
    assert problem.code == "equal_clauses" and problem.message == "clauses has findings, 4b twice"
    assert f"{path}, line {problem.place.number - 1}" in problem.remedy


def test_a_cap_is_named_as_in_the_file(tmp_path: Path) -> None:
    problems = lint(folder_of(write(tmp_path, SMALL, ("points: 40, cap: 80", "points: 40, cap: 39"))))
    assert "cap 39 of item F1 is below its points 40" in [problem.message for problem in problems]


def test_the_nearest_measure_is_suggested_for_a_part_of_its_title(tmp_path: Path) -> None:
    (problem,) = lint(folder_of(write(tmp_path, SMALL, ("code: exit,", "code: 约谈,"))))
    assert problem.remedy.startswith("Did you mean interview 约谈提醒? Measures with tasks: ")


def test_the_message_for_an_unknown_measure_lists_those_with_tasks(tmp_path: Path) -> None:
    (problem,) = lint(folder_of(write(tmp_path, SMALL, ("code: exit,", "code: key_lst,"))))
    assert problem.remedy.startswith("Did you mean key_list 列入重点监管范围?")
    tasks, _, others = problem.remedy.partition(" Other known measures: ")
    codes = ["quality_directory", "interview", "key_list", "inspection_min", "exit", "city_circular"]
    assert re.findall(r"\w+_\w+|interview|exit", tasks.partition("Measures with tasks: ")[2]) == codes
    assert "double_random_max" in others


@pytest.mark.parametrize("code", sorted(known_measures()))
def test_every_measure_of_the_seed_is_known(tmp_path: Path, code: str) -> None:
    assert lint_codes(write(tmp_path, SMALL, ("code: exit,", f"code: {code},"))) == []


@pytest.mark.parametrize("written", ["12", "第三条第（二）项", "JJC202001-3", "9" * 40])
def test_any_clause_that_the_door_lets_in_reaches_an_item(tmp_path: Path, written: str) -> None:
    path = write(tmp_path, SMALL, ('dataset: findings, clause: "*"', f'dataset: findings, clause: "{written}"'))
    assert lint_codes(path) == []


def test_unreachable_scores_need_no_band(tmp_path: Path) -> None:
    """Only reachable scores count: a cap of 80 on the one deduction leaves nothing below 10."""
    changes = (
        ("score_step: 1\n", "score_step: 1\n  rounding: half_up\n"),
        ("sign: -1, window: P1Y, agg: sum", "sign: -1, window: P1Y, agg: sum, cap: 90"),
        ("lo: null, lo_inc: false, hi: 59", "lo: 10, lo_inc: true, hi: 59"),
    )
    assert lint_codes(write(tmp_path, SMALL, *changes)) == []


@pytest.mark.parametrize("aggregation", ["sum", "latest", "max"])
@pytest.mark.parametrize(
    ("item", "most"),
    [
        ("points: 5, fact: engineers, above: 0", None),
        ("points: 5, fact: engineers, above: 0, cap: 15", 15),
        ("points: 5, fact: engineers, below: 3", 5),
        ("points: 0, fact: engineers, above: 0", 0),
    ],
)
def test_the_line_of_a_count_has_the_points_of_all_that_it_counts(
    tmp_path: Path, aggregation: str, item: str, most: int | None
) -> None:
    def regime(best: int) -> str:
        return (
            "rulebook: {id: n, regime: n, doc: x, status: draft, effective_from: 2024-01-01, base: 0, score_step: 1}\n"
            f"components:\n  - {{id: H, sign: 1, window: state, agg: {aggregation}}}\n"
            f"items:\n  - {{code: E, comp: H, title: heads, {item}}}\n"
            f"clauses: []\nbands:\n  - {{grade: all, lo: 0, lo_inc: true, hi: {best}, hi_inc: true}}\n"
        )

    reached = 1000 if most is None else most
    assert set(lint_codes(write(tmp_path, regime(reached)))) == (set() if most is not None else {"score_without_band"})
    if most:
        assert set(lint_codes(write(tmp_path, regime(most - 1)))) == {"score_without_band"}


def test_rounding_brings_divided_points_back_to_the_step(tmp_path: Path) -> None:
    divided = ("sign: -1, window: P1Y, agg: sum", "sign: -1, window: P1Y, agg: sum_over_count, divisor: checks")
    assert "score_without_band" in lint_codes(write(tmp_path, SMALL, divided))
    rounded = ("score_step: 1\n", "score_step: 1\n  rounding: half_up\n")
    assert lint_codes(write(tmp_path, SMALL, divided, rounded)) == []


def test_bands_may_leave_a_gap_between_possible_scores(tmp_path: Path) -> None:
    """80 < x < 81 holds no integer score: the notice's own bands are complete."""
    assert lint_codes(write(tmp_path, SMALL, ("hi: 59, hi_inc: true", "hi: 59.5, hi_inc: false"))) == []


def test_a_regime_without_bands_is_valid_but_may_not_name_a_grade(tmp_path: Path) -> None:
    text = SMALL[: SMALL.index("bands:")]
    assert lint_codes(write(tmp_path, text)) == []
    with_veto = write(tmp_path, text, ("subsumes: [F2]", "effect: veto:C"))
    assert lint_codes(with_veto) == ["unknown_grade"]


@pytest.mark.parametrize(
    ("until", "start", "codes"),
    [
        ("2025-01-01", "2025-01-01", []),
        ("2025-01-01", "2025-01-02", ["version_gap"]),
        ("2025-01-02", "2025-01-01", ["version_overlap"]),
        (None, "2025-01-01", ["version_overlap"]),
        ("2025-01-01", "2024-01-01", ["version_overlap"]),
    ],
)
def test_versions_follow_each_other(tmp_path: Path, until: str | None, start: str, codes: list[str]) -> None:
    ends = f"effective_from: 2024-01-01\n  effective_to: {until}" if until else "effective_from: 2024-01-01"
    first = write(tmp_path, SMALL, ("effective_from: 2024-01-01", ends), name="a.yaml")
    second = write(
        tmp_path,
        SMALL,
        ("id: small-1", "id: small-2"),
        ("effective_from: 2024-01-01", f"effective_from: {start}"),
        name="b.yaml",
    )
    found = lint_codes(first, second)
    assert [code for code in found if code != "version_ends"] == codes


def test_an_item_keeps_its_component_within_a_regime(tmp_path: Path) -> None:
    ends = ("effective_from: 2024-01-01", "effective_from: 2024-01-01\n  effective_to: 2025-01-01")
    moved = ("code: M1, comp: ADD", "code: M1, comp: ADD2")
    renamed = ("id: ADD,", "id: ADD2,")
    follows = (("id: small-1", "id: small-2"), ("effective_from: 2024-01-01", "effective_from: 2025-01-01"))
    first = write(tmp_path, SMALL, ends, name="a.yaml")
    assert lint_codes(first, write(tmp_path, SMALL, *follows, name="b.yaml")) == []
    codes = lint_codes(first, write(tmp_path, SMALL, *follows, moved, renamed, name="b.yaml"))
    assert set(codes) == {"item_moved"}
    other = write(
        tmp_path, SMALL, ("id: small-1", "id: o"), ("regime: small", "regime: o"), moved, renamed, name="c.yaml"
    )
    assert lint_codes(write(tmp_path), other) == []


def test_two_regimes_may_be_in_force_at_once(tmp_path: Path) -> None:
    other = write(tmp_path, SMALL, ("id: small-1", "id: other-1"), ("regime: small", "regime: other"), name="b.yaml")
    assert lint_codes(write(tmp_path), other) == []


def test_an_empty_folder_is_a_problem() -> None:
    assert lint_codes() == ["no_version"]
