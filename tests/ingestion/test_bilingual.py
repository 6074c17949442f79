"""Every message of the door is in Chinese and in English, and both say the same facts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.bilingual import Bilingual
from tests.house.project import ROOT, python_modules

HAN = re.compile("[\u4e00-\u9fff]")
QUOTED_IN_ENGLISH = re.compile("截至(?:2024年5月10日)?|双公示|，")  # what people are to look for or to write
WORD = re.compile("[A-Za-z]{2,}")


def pairs() -> list[tuple[str, ast.expr, ast.expr]]:
    """Where each pair is written, its Chinese and its English."""
    found = []
    for path in python_modules("ingestion"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Bilingual":
                zh, en = node.args
                found.append((f"{path.relative_to(ROOT)}:{node.lineno}", zh, en))
    return found


def written(text: ast.expr) -> str:
    """The text as written, without what is filled in."""
    return "".join(
        part.value for part in ast.walk(text) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


def filled_in(text: ast.expr) -> set[str]:
    """The names that are filled in; `what.zh` and `what.en` are one, and a function is no fact."""
    called = {id(call.func) for call in ast.walk(text) if isinstance(call, ast.Call)}
    bound = {
        target.id
        for part in ast.walk(text)
        if isinstance(part, ast.comprehension)
        for target in ast.walk(part.target)
        if isinstance(target, ast.Name)
    }
    names = [part for part in ast.walk(text) if isinstance(part, ast.Name) and id(part) not in called]
    return {name.id for name in names if name.id not in bound}


PAIRS = [pytest.param(zh, en, id=place) for place, zh, en in pairs()]


def test_the_pairs_are_found() -> None:
    assert len(PAIRS) > 100


@pytest.mark.parametrize(("zh", "en"), PAIRS)
def test_a_message_is_in_both_languages_and_says_the_same_facts(zh: ast.expr, en: ast.expr) -> None:
    zh_text, en_text = written(zh), written(en)
    assert filled_in(zh) == filled_in(en)
    if zh_text == en_text == "UTF-8" or not (HAN.search(zh_text) or WORD.search(en_text)):
        return  # a name, or nothing but what is filled in
    assert HAN.search(zh_text), zh_text
    assert WORD.search(en_text) and not HAN.search(QUOTED_IN_ENGLISH.sub("", en_text)), en_text


def refusals() -> Iterator[tuple[Path, ast.Call]]:
    for path in python_modules("ingestion"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Held", "Shortfall"):
                yield path, node


def test_whatever_holds_a_file_says_why_in_both_languages() -> None:
    found = list(refusals())
    assert len(found) > 40
    for path, node in found:
        assert not isinstance(node.args[1], ast.Constant | ast.JoinedStr), f"{path}:{node.lineno}"


def test_the_chinese_comes_first_and_the_english_begins_a_sentence() -> None:
    assert str(Bilingual("文件是空的。", "the file is empty.")) == "文件是空的。The file is empty."
    assert str(Bilingual("", "")) == ""
