"""Every problem of a rulebook is said in Chinese as well as in English."""

from __future__ import annotations

import ast
import re

import pytest

from rulebook.problem_words import IN_CHINESE
from rulebook.problems import Place, Problem
from tests.house.project import python_modules

HAN = re.compile("[\u4e00-\u9fff]")
# What makes a problem -> the position of its code among the arguments.
MAKERS = {"Problem": 1, "problem": 0, "refused": 0, "wrong": None}


def codes_of_problems() -> set[str]:
    """The codes as the source has them, where one is chosen by a condition both."""
    found = set()
    for path in python_modules("rulebook"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name in MAKERS and node.args:
                    position = MAKERS[name]
                    texts = node.args[:2] if position is None else node.args[position : position + 1]
                    found |= codes_in(texts)
            elif isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["code"]:
                found |= codes_in([node.value])
    return found


def codes_in(nodes: list[ast.expr]) -> set[str]:
    choices = [part for node in nodes for part in ([node.body, node.orelse] if isinstance(node, ast.IfExp) else [node])]
    texts = {part.value for part in choices if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return {text for text in texts if re.fullmatch("[a-z_]+", text)}


def test_every_problem_has_its_chinese_words_and_no_words_are_left_over() -> None:
    found = codes_of_problems()
    assert {"score_in_two_bands", "score_without_band", "equal_clauses", "no_header", "missing_key", "yaml"} <= found
    assert set(IN_CHINESE) == found


@pytest.mark.parametrize("code", IN_CHINESE)
def test_the_words_are_chinese_and_say_what_to_do(code: str) -> None:
    words = IN_CHINESE[code]
    assert HAN.search(words) and not words.endswith("。") and len(words) <= 40
    assert "请" in words and "，" in words


def test_a_problem_is_said_in_both_languages() -> None:
    problem = Problem(Place("a.yaml", 3), "empty_value", "base is empty", "Write its value.")
    assert str(problem) == "a.yaml, line 3: 值为空，请填写 base is empty [empty_value]. Write its value."
