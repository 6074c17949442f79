"""Every argued mutant exists: when its SQL changes, the argument must be reconsidered."""

from __future__ import annotations

import pytest

from tests.mutation.__main__ import argued
from tests.mutation.operators import mutant_named
from tests.warehouse.harness import compiled_nodes


def is_found(name: str, before: str, after: str) -> bool:
    """Whether the models as they are have this mutant: its place, and its text there."""
    node = compiled_nodes().get(name.partition(":")[0])
    mutant = mutant_named(name, node.sql) if node else None
    return mutant is not None and (mutant.before, mutant.after) == (before, after)


@pytest.mark.parametrize(("name", "before", "after"), argued(), ids=lambda part: part if part.count(":") == 2 else "")
def test_an_argued_mutant_exists(name: str, before: str, after: str) -> None:
    assert is_found(name, before, after)


def test_an_argued_mutant_that_is_gone_is_missed() -> None:
    name, before, after = next(iter(argued()))
    model, operator, _site = name.split(":")
    assert not is_found(f"{model}:{operator}:10000", before, after)
    assert not is_found(name, f"{before} and true", after)
    assert not is_found(f"no_{model}:{operator}:0", before, after)
