"""The files that the house tests check: tracked Python modules and the dbt project's files."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingestion.yaml_text import load_yaml

ROOT = Path(__file__).resolve().parents[2]
DBT = ROOT / "dbt_project"
PACKAGES = ("ingestion", "rulebook", "expectations", "sample_city", "serving", "orchestration")


@lru_cache(maxsize=1)
def tracked_files() -> tuple[Path, ...]:
    """Every file that git tracks or would track (a checkout without git: every file outside ignored folders)."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def python_modules(*packages: str) -> list[Path]:
    return [
        path
        for path in tracked_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in (packages or PACKAGES)
    ]


def imports_of(path: Path) -> set[str]:
    """Top-level names of everything a module imports, at any depth of it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return names


def sql_files(*folders: str) -> list[Path]:
    return [
        path
        for path in tracked_files()
        if path.suffix == ".sql"
        and path.is_relative_to(DBT)
        and (not folders or any(path.is_relative_to(DBT / folder) for folder in folders))
    ]


def sql_code(text: str) -> str:
    """SQL or a dbt file without comments, string literals and Jinja: what an engine would execute.

    SQL that is handed to a macro stands in a Jinja string: it stays.
    """
    text = re.sub(r"\{#.*?#\}", " ", text, flags=re.S)
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", _handed_to_jinja, text, flags=re.S)
    text = re.sub(r"--[^\n]*", " ", text)
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    return re.sub(r"'(?:[^']|'')*'", "''", text)


def _handed_to_jinja(expression: re.Match[str]) -> str:
    literals = re.findall(r""""([^"]*)"|'([^']*)'""", expression[0])
    return " ".join(re.sub(r"'[^']*'?", " ", double or single) for double, single in literals)


@lru_cache(maxsize=1)
def _dbt_yaml() -> tuple[tuple[Path, dict[str, Any]], ...]:
    """The YAML files of the dbt project."""
    return tuple(
        (path, load_yaml(path.read_text("utf-8")) or {})
        for path in tracked_files()
        if path.is_relative_to(DBT) and path.suffix in (".yml", ".yaml")
    )


@lru_cache(maxsize=1)
def model_properties() -> dict[str, dict[str, Any]]:
    """Model or seed name -> its YAML properties."""
    properties: dict[str, dict[str, Any]] = {}
    for path, content in _dbt_yaml():
        for kind in ("models", "seeds"):
            if isinstance(content.get(kind), list):
                properties |= {entry["name"]: entry | {"_file": path} for entry in content[kind]}
    return properties


@lru_cache(maxsize=1)
def source_properties() -> dict[tuple[str, str], dict[str, Any]]:
    """(source, table) -> the table's YAML properties."""
    properties: dict[tuple[str, str], dict[str, Any]] = {}
    for _, content in _dbt_yaml():
        for source in content.get("sources", []):
            properties |= {(source["name"], table["name"]): table for table in source.get("tables", [])}
    return properties
