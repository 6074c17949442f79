"""The grain of each mart: the columns of which no two rows agree in all, as a blocking test of its dbt YAML holds.

Does not belong here: the one mart that no model makes (`serving.releases.checks`), proving a grain (dbt's data tests).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from ingestion.settings import DBT_PROJECT
from ingestion.yaml_text import load_yaml


@cache
def grains() -> Mapping[str, tuple[str, ...]]:
    """`schema.table` -> the columns that name one row of it."""
    return {
        f"{path.parent.name}.{model['name']}": _grain(model)
        for path in sorted((DBT_PROJECT / "models" / "marts").glob("*/_*__models.yml"))
        for model in load_yaml(path.read_text("utf-8"))["models"]
    }


def _grain(model: Mapping[str, Any]) -> tuple[str, ...]:
    for test in model.get("data_tests", ()):
        match test:
            case {"unique_combination": {"arguments": {"columns": columns}}}:
                return tuple(columns)
            case {"spans_tile": {"arguments": {"entity": entity}}}:
                return (*entity, "valid_from_on")
    return ()
