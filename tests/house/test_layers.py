"""The direction of the warehouse: lake -> staging -> intermediate -> marts. The floors of Python: `test_floors`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.project import DBT, reads_sources, refs, sql_files


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
