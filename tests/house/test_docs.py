"""What a newcomer reads: module docstrings, model descriptions, the README's map."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.project import DBT, ROOT, model_properties, python_modules, sql_files

MODELS = sql_files("models")
MARTS = sql_files("models/marts")


@pytest.mark.parametrize("path", python_modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_says_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert docstring, "what belongs in this module, and what does not?"


@pytest.mark.parametrize("path", python_modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_public_functions_are_documented(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    undocumented = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not undocumented


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_states_its_grain(path: Path) -> None:
    properties = model_properties().get(path.stem)
    assert properties, "no YAML properties"
    assert properties.get("description", "").startswith("One row per ")


@pytest.mark.parametrize("path", MARTS, ids=lambda path: path.stem)
def test_a_mart_documents_every_column_in_both_languages(path: Path) -> None:
    columns = model_properties()[path.stem].get("columns", [])
    assert columns
    for column in columns:
        description = column.get("description", "")
        assert re.search(r"[一-鿿]", description) and re.search(r"[A-Za-z]", description), column["name"]


def test_every_properties_file_belongs_to_a_folder_s_models() -> None:
    existing = {path.stem for path in [*MODELS, *(DBT / "seeds").rglob("*.csv")]}
    assert set(model_properties()) <= existing


@pytest.mark.parametrize("path", MARTS, ids=lambda path: path.stem)
def test_the_readme_lists_every_mart(path: Path) -> None:
    assert f"`{path.parent.name}.{path.stem}`" in (ROOT / "README.md").read_text("utf-8")
