"""The direction of the house: files -> ingestion -> lake -> staging -> intermediate -> marts -> release."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.project import DBT, ROOT, imports_of, python_modules, reads_sources, refs, sql_files

# package -> top-level packages it must never import
FORBIDDEN_IMPORTS = {
    "ingestion": {"dagster", "dagster_dbt", "dbt", "great_expectations", "orchestration", "expectations"},
    "rulebook": {"dagster", "dagster_dbt", "dbt", "great_expectations", "orchestration", "expectations"},
    "expectations": {"dagster", "dagster_dbt", "dbt", "ingestion", "orchestration"},
    "sample_city": {"dagster", "dagster_dbt", "dbt", "great_expectations", "orchestration", "expectations"},
}


@pytest.mark.parametrize("package", FORBIDDEN_IMPORTS)
def test_a_package_imports_only_what_lies_upstream(package: str) -> None:
    offences = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in python_modules(package)
        for name in imports_of(path)
        if name.split(".")[0] in FORBIDDEN_IMPORTS[package]
    ]
    assert python_modules(package)
    assert not offences


def test_only_settings_reads_the_environment() -> None:
    """Values of the environment are read in ingestion.settings; elsewhere a process may only hand them on."""
    offences = []
    for path in python_modules("ingestion", "rulebook", "expectations"):
        if path.relative_to(ROOT).as_posix() == "ingestion/settings.py":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        set_for_a_library = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
        }
        for node in ast.walk(tree):
            is_environment = isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
            if is_environment and id(node) not in set_for_a_library:
                offences.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not offences


def layer(path: Path) -> str:
    return path.relative_to(DBT / "models").parts[0]


def layer_of_model() -> dict[str, str]:
    return {path.stem: layer(path) for path in sql_files("models")}


ALLOWED_REFS = {
    "staging": set(),
    "intermediate": {"staging", "intermediate", "seed"},
    "marts": {"intermediate", "marts", "seed"},
}


@pytest.mark.parametrize("path", sql_files("models"), ids=lambda path: path.stem)
def test_a_model_reads_only_its_neighbours(path: Path) -> None:
    layers = layer_of_model()
    read = {name: layers.get(name, "seed") for name in refs(path)}
    offences = {name: kind for name, kind in read.items() if kind not in ALLOWED_REFS[layer(path)]}
    assert not offences, f"{path.stem} may read {ALLOWED_REFS[layer(path)]} only"
    assert reads_sources(path) == (layer(path) == "staging"), "staging is the only place for source()"


def test_nothing_reads_a_report() -> None:
    offences = {path.stem: name for path in sql_files("models") for name in refs(path) if name.startswith("rpt_")}
    assert not offences
