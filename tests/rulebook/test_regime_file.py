"""The grammar of a regime file: what it accepts, its defaults, and what it refuses."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rulebook.problems import RulebookError
from rulebook.regime_file import read_regime
from tests.rulebook.support import SMALL, grammar_problems, lines_of, lint_codes, write

LEAST = """\
rulebook: {id: x, doc: d, status: draft, effective_from: 2024-02-29, base: 12}
components: [{id: C, sign: -1, window: quarter, agg: sum}]
items: [{code: I, comp: C, title: 题}]
clauses: [{dataset: findings, clause: 7, item: I}]
"""
NAMED = """\
rulebook:
  id: n-1
  doc: d
  status: in_force
  effective_from: 2024-01-01
  same_act: sum
  base: 100
components:
  - {id: C, sign: -1, window: P1Y, agg: sum}
items:
  - {code: I, comp: C, title: T, points: 5}
clauses:
  - {dataset: findings, clause: 7, item: I}
measures:
  - {grade: A, code: interview, when: on_enter}
"""


def test_missing_keys_take_their_defaults(tmp_path: Path) -> None:
    tables = read_regime(write(tmp_path, LEAST))
    assert dict(tables["rulebooks"][0].values) == {
        "rulebook_id": "x",
        "regime_code": "x",
        "document": "d",
        "status": "draft",
        "effective_from_on": dt.date(2024, 2, 29),
        "effective_until_on": None,
        "base_points": Decimal(12),
        "score_step": None,
        "rounding": "none",
        "clock_start": "determined_on",
        "window_last_day": "inclusive",
        "same_act": "max",
        "rated_from": "start",
        "rated_types": None,
        "unrated_status": None,
        "is_provisional": False,
    }
    assert dict(tables["items"][0].values) == {
        "rulebook_id": "x",
        "item_code": "I",
        "component_code": "C",
        "clause": None,
        "title_zh": "题",
        "title_en": "题",
        "points": Decimal(0),
        "points_from": "item",
        "quantity_from": "one",
        "repeat_factor": None,
        "per": "occurrence",
        "cap_points": None,
        "cap_per_check_points": None,
        "effect": "points",
        "effect_grade": None,
        "fact": "evidence",
        "above": None,
        "below": None,
        "channels": None,
        "is_repairable": True,
        "severity": None,
        "subsumes": None,
        "legal_basis": None,
        "is_provisional": False,
    }
    assert dict(tables["components"][0].values) == {
        "rulebook_id": "x",
        "component_code": "C",
        "sign": -1,
        "window_code": "quarter",
        "next_fact": None,
        "next_types": None,
        "aggregation": "sum",
        "divisor_fact": None,
        "cap_points": None,
        "cap_per_check_points": None,
        "is_cap_provisional": False,
    }
    assert tables["bands"] == tables["measures"] == []
    assert dict(tables["repair_policy"][0].values) == {
        "rulebook_id": "x",
        "natural": "expiry",
        "is_on_application": False,
        "effective_on": "approved_on",
        "reply_working_days": None,
        "max_attempts": None,
        "blocked_grades": None,
        "add_back": "full_item",
    }


@pytest.mark.parametrize(
    ("written", "dataset", "compared"),
    [
        ("7", "findings", "7"),
        ('"２Ａ"', "'*'", "2a"),
        ("2", "checks", "2"),
        ("4", "'*'", "4"),
        ("4", "merit_claims", "4"),
        ("第1条第1项", "'*'", "1-1"),
        ("一(四)2", "findings", "一-四-2"),
        ("JJC202001", "checks", "jjc202001"),
        ("1.0", "checks", "1"),
        ('" 10 "', "media", "10"),
        ('""', "hotline", ""),
        ("null", "hotline", ""),
        ('"*"', "'*'", "*"),
    ],
)
def test_a_clause_is_compared_in_the_normal_form_of_the_door(
    tmp_path: Path, written: str, dataset: str, compared: str
) -> None:
    path = write(tmp_path, LEAST, ("dataset: findings, clause: 7", f"dataset: {dataset}, clause: {written}"))
    assert read_regime(path)["clause_items"][0]["clause"] == compared


@pytest.mark.parametrize(
    ("old", "new", "table", "column", "value"),
    [
        ("status: in_force", "status: 施行", "rulebooks", "status", "in_force"),
        ("same_act: sum", "same_act: 涉及多项的，逐项计", "rulebooks", "same_act", "sum"),
        ("base: 100", "base: １００分", "rulebooks", "base_points", Decimal(100)),
        ("base: 100", "base: 100\n  rated_from: 自首份报告起，此前未评", "rulebooks", "rated_from", "reports"),
        ("sign: -1", "sign: 扣分", "components", "sign", -1),
        ("sign: -1", "sign: －1", "components", "sign", -1),
        ("window: P1Y", "window: 至当年年底", "components", "window_code", "calendar_year"),
        ("window: P1Y", "window: Ｐ１Ｙ", "components", "window_code", "rolling_year"),
        ("agg: sum", "agg: 只计分值最大的一项", "components", "aggregation", "max"),
        ("points: 5", "points: 按“扣分”栏", "items", "points_from", "row"),
        ("points: 5", "points: 5, effect: 最高评为B", "items", "effect", "ceiling"),
        ("points: 5", "points: 5, effect: ceiling：B", "items", "effect_grade", "B"),
        ("points: 5", "points: 5, effect: 所属构成计0分", "items", "effect", "zero_component"),
        ("points: 5", "points: 5, channels: [监督检查, 验收]", "items", "channels", "supervision_check、acceptance"),
        ("dataset: findings", "dataset: 失信认定", "clause_items", "dataset", "findings"),
        ("dataset: findings", "dataset: ＊", "clause_items", "dataset", "*"),
        ("when: on_enter", "when: 评为该等级时", "measures", "trigger_code", "on_enter"),
        ("code: interview", "code: 约谈提醒", "measures", "measure_code", "interview"),
    ],
)
def test_a_word_may_be_written_by_its_chinese_name(
    tmp_path: Path, *, old: str, new: str, table: str, column: str, value: Any
) -> None:
    path = write(tmp_path, NAMED, (old, new))
    assert read_regime(path)[table][0][column] == value


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points: 5", "points: 4%", "no percent"),
        ("points: 5", 'points: "1,200"', "no comma"),
        ("points: 5", "points: 2.505", "at most two decimals"),
        ("points: 5", "points: 5, above: 两人", "a whole number without a unit"),
        ("effective_from: 2024-01-01", "effective_from: 01/02/2024", "such as 2024-03-21"),
        ("window: P1Y", "window: until", "Did you mean until_next 至行为之后…之日"),
        ("window: P1Y", "window: 至当年年末", "Did you mean calendar_year 至当年年底"),
        ("points: 5", "points: 5, fact: 面积", "Did you mean floor_area 工作场所建筑面积"),
        ("window: P1Y", "window: P1Y, next_types: 双随机", r"a list: \[双随机\]"),
        ("base: 100", "base：100", r"Line 7 has the full-width signs ：: .* half width"),
        ("title: T", "title: a: b", "quotes around a text that holds :"),
    ],
)
def test_the_remedy_says_what_to_write(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(RulebookError, match=said):
        read_regime(write(tmp_path, NAMED, (old, new)))


@pytest.mark.parametrize(
    ("written", "code"),
    [("国家级", "national"), ("国家", "national"), ("provincial", "provincial"), ("市", "municipal")],
)
def test_a_level_is_written_as_in_the_export_or_as_its_code(tmp_path: Path, written: str, code: str) -> None:
    path = write(tmp_path, LEAST, ("clause: 7,", f"clause: 7, level: {written},"), ("findings", "merit_claims"))
    assert read_regime(path)["clause_items"][0]["level_code"] == code


def test_without_a_map_that_of_the_notice_applies_to_the_items_that_exist(tmp_path: Path) -> None:
    path = write(tmp_path, LEAST, ("code: I,", "code: F04B,"), (LEAST.splitlines()[3] + "\n", ""))
    entries = [(row["dataset"], row["clause"], row["item_code"]) for row in read_regime(path)["clause_items"]]
    assert entries == [
        ("*", "4", "F04B"),
        ("*", "4b", "F04B"),
        ("hotline", "", "F04B"),
        ("media", "", "F04B"),
    ]


@pytest.mark.parametrize("written", ["第条", "'-'", "（）"])
def test_a_clause_of_separators_alone_is_not_an_empty_clause(tmp_path: Path, written: str) -> None:
    path = write(tmp_path, LEAST, ("clause: 7", f"clause: {written}"))
    (problem,) = grammar_problems(path)
    assert (problem.code, problem.place.column) == ("wrong_value", "clause")


def test_an_empty_map_is_not_the_default_map(tmp_path: Path) -> None:
    path = write(tmp_path, LEAST, (LEAST.splitlines()[3], "clauses: []"))
    assert read_regime(path)["clause_items"] == []


def test_grades_and_codes_may_look_like_numbers(tmp_path: Path) -> None:
    path = write(tmp_path, LEAST + "bands: [{grade: 5, lo: null, hi: null}]\n")
    band = read_regime(path)["bands"][0]
    assert (band["grade"], band["grade_rank"], band["lo"], band["is_lo_inclusive"]) == ("5", 1, None, False)


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ("item: I", "I"),
        ("items: [I]", "I"),
        ("items: [I, J]", "I、J"),
        ("item: null", None),
        ("items: null", None),
    ],
)
def test_a_clause_leads_to_an_item_or_several_or_none(tmp_path: Path, written: str, cell: str | None) -> None:
    path = write(tmp_path, LEAST, ("item: I}", f"{written}}}"))
    assert read_regime(path)["clause_items"][0]["item_code"] == cell


def test_points_given_by_rows_are_null_and_marked(tmp_path: Path) -> None:
    row = read_regime(
        write(tmp_path, LEAST, ("title: 题", "title: 题, points: row, quantity: row, repeat_factor: 1.5"))
    )
    (item,) = row["items"]
    assert (item["points"], item["points_from"], item["quantity_from"]) == (None, "row", "row")
    assert item["repeat_factor"] == Decimal("1.5")


def test_types_and_statuses_are_written_as_in_the_exports_or_as_their_codes(tmp_path: Path) -> None:
    said = "rated_from: checks, rated_types: [双随机, special], unrated_status: [暂停, deregistered]"
    tables = read_regime(write(tmp_path, LEAST, ("base: 12", f"base: 12, {said}")))
    assert tables["rulebooks"][0]["rated_types"] == "double_random、special"
    assert tables["rulebooks"][0]["unrated_status"] == "suspended、deregistered"


def test_a_grade_may_be_several_words(tmp_path: Path) -> None:
    text = SMALL.replace("grade: C", "grade: one star").replace("[C]", "[one star]")
    path = write(tmp_path, text, ("subsumes: [F2]", "effect: veto:one star"))
    tables = read_regime(path)
    assert tables["items"][1]["effect_grade"] == tables["repair_policy"][0]["blocked_grades"] == "one star"
    assert lint_codes(path) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("title: grave, points: 40", "title: grave, pionts: 40", "unknown_key", "points"),
        ("  base: 100\n", "  bass: 100\n", "unknown_key", "base"),
        ("measures:\n", "mesures:\n", "unknown_key", "measures"),
        ("  base: 100\n", "  base: hundred\n", "wrong_value", "number"),
        ("  base: 100\n", "  base: null\n", "empty_value", "base"),
        ("  base: 100\n", "  base: true\n", "wrong_value", "true"),
        ("  base: 100\n", "  base: [100]\n", "wrong_value", "one value"),
        ("  base: 100\n", "  base: 1e9\n", "wrong_value", "range"),
        ("points: 5}", "points: 5.005}", "wrong_value", "two decimals"),
        ("effective_from: 2024-01-01", "effective_from: 2024-02-30", "wrong_value", "calendar"),
        ("effective_from: 2024-01-01", "effective_from: 1.1.2024", "wrong_value", "yyyy-mm-dd"),
        ("channels: [acceptance]", "channels: [acceptence]", "wrong_value", "Did you mean acceptance 验收?"),
        ("status: in_force", "status: valid", "wrong_value", "draft 征求意见稿, in_force 施行, repealed"),
        ("id: ADD, sign: 1,", "id: ADD, sign: plus,", "wrong_value", "1"),
        ("id: ADD, sign: 1, window: P1Y", "id: ADD, sign: 1, window: P2Y", "wrong_value", "quarter"),
        ("agg: sum, cap: 10", "agg: mean, cap: 10", "wrong_value", "sum_over_count"),
        ("agg: sum, cap: 10", "agg: sum_over_count, divisor: engineers, cap: 10", "wrong_value", "projects"),
        ("agg: sum, cap: 10", "agg: sum, next_types: [], cap: 10", "wrong_value", "leave the key out"),
        (
            "agg: sum, cap: 10",
            "agg: sum, next_types: [双随即], cap: 10",
            "wrong_value",
            "Did you mean double_random 双随机?",
        ),
        ("agg: sum, cap: 10", "agg: sum, next: check, cap: 10", "wrong_value", "Did you mean checks 检查?"),
        (
            "  base: 100\n",
            "  base: 100\n  rated_from: determinations\n",
            "wrong_value",
            "Did you mean determination 自首次",
        ),
        ("clause: 1, item: F1", "clause: 1, items: []", "wrong_value", "item: null"),
        ("clause: 1, item: F1", "clause: 1, item: F1, items: [F2]", "repeated_key", "both item and items"),
        ("points: 5}", "points: rows}", "wrong_value", "number"),
        ("fact: engineers, above: 2", "fact: engineer, above: 2", "wrong_value", "engineers"),
        ("above: 2", "above: 2.5", "wrong_value", "whole number"),
        ("channels: [acceptance]", "channels: []", "wrong_value", "channel"),
        ("channels: [acceptance]", "channels: acceptance", "wrong_value", "list"),
        ("subsumes: [F2]", "effect: veto", "wrong_value", "veto:<grade>"),
        ("subsumes: [F2]", "effect: points:A", "wrong_value", "effect"),
        ("subsumes: [F2]", "effect: celing:A", "wrong_value", "Did you mean ceiling:<grade>?"),
        ("clause: 1, item: F1", "clause: 1, level: provincal, item: F1", "wrong_value", "Did you mean provincial?"),
        ("subsumes: [F2]", "repairable: maybe", "wrong_value", "true or false"),
        ("on_application: true", "on_application: 1", "wrong_value", "true or false"),
        ("dataset: findings", "dataset: finding", "wrong_value", "findings"),
        ("lo: 60, lo_inc: true", "lo: 60", "missing_key", "lo_inc"),
        (
            "  - {grade: C, code: exit, when: on_enter}",
            "  - {grade: C, code: exit, when: on_leave}",
            "wrong_value",
            "on_enter",
        ),
        ("code: M1, comp: ADD,", "code: M1, comp: ADD, code: M2,", "repeated_key", "code"),
        ("code: M1,", "code: M、1,", "wrong_value", "without 、"),
    ],
)
def test_a_broken_line_stops_with_file_line_and_remedy(
    tmp_path: Path, old: str, new: str, code: str, said: str
) -> None:
    path = write(tmp_path, SMALL, (old, new))
    problems = grammar_problems(path)
    wanted = [problem for problem in problems if problem.code == code]
    assert wanted, problems
    problem = wanted[0]
    assert problem.place.file == str(path)
    assert problem.place.number in lines_of(path, new.splitlines()[-1])
    assert said in f"{problem.message} {problem.remedy}"
    assert problem.remedy


@pytest.mark.parametrize(
    "line", ["  id: small-1\n", "  doc: a small regime\n", "  base: 100\n", "  effective_from: 2024-01-01\n"]
)
def test_a_missing_key_without_default_stops_at_its_block(tmp_path: Path, line: str) -> None:
    (problem,) = grammar_problems(write(tmp_path, SMALL, (line, "")))
    assert (problem.code, problem.place.number) == ("missing_key", 2)
    assert line.split(":", maxsplit=1)[0].strip() in problem.message


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ("code: M1, ", "code"),
        ("comp: ADD, ", "comp"),
        ("title: merit, ", "title"),
        ("id: STATE, ", "id"),
        ("sign: -1, ", "sign"),
    ],
)
def test_a_missing_key_of_an_entry_stops_at_its_line(tmp_path: Path, entry: str, key: str) -> None:
    (problem,) = grammar_problems(write(tmp_path, SMALL, (entry, "")))
    assert (problem.code, problem.place.column) == ("missing_key", key)
    assert problem.place.number is not None and problem.place.number > 9


@pytest.mark.parametrize("block", ["rulebook", "components", "items"])
def test_a_missing_block_is_refused(tmp_path: Path, block: str) -> None:
    path = write(tmp_path, LEAST, (f"{block}:", "clauses_:"))
    assert {problem.code for problem in grammar_problems(path)} == {"unknown_key", "missing_key"}


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path, SMALL, ("  base: 100\n", "  base: x\n"), ("points: 5}", "point: 5}"), ("sign: -1", "sign: 2")
    )
    assert len(grammar_problems(path)) == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "yaml"),
        (b"rulebook: [1\n", "yaml"),
        (b"a: b: c\n", "yaml"),
        (b"\t- x\n", "yaml"),
        (b"rulebook: {doc: \xbd\xb9}\n", "encoding"),
        (b"just text\n", "not_a_block"),
        (b"- 1\n", "not_a_block"),
        (b"rulebook: 1\ncomponents: {}\nitems: 7\n", "not_a_block"),
        (b"--- {}\n--- {}\n", "yaml"),
    ],
)
def test_what_is_not_a_regime_file_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    problems = grammar_problems(path)
    assert code in {problem.code for problem in problems}
    assert all(problem.place.file == str(path) and problem.place.number for problem in problems)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="cannot be read"):
        read_regime(tmp_path / "none.yaml")
