"""A build's request and state by hand, for tests of single steps."""

from __future__ import annotations

from typing import Any

from orchestration.building.request import Written
from orchestration.building.state import BuildState


def written(**asked: Any) -> Written:
    """A whole request as written, of one day unless `asked` says otherwise."""
    nothing: Written = {
        "as_of_on": "2026-06-01",
        "known_on": None,
        "inbox": None,
        "rulebooks": None,
        "regime_code": "jiaozuo",
        "accept_drops": [],
        "is_full": False,
        "engine": "duckdb",
        "master": None,
    }
    return nothing | asked


def state_of(release_id: str = "id", *, request: Written | None = None, **found: Any) -> BuildState:
    """What a build has found that was only just named."""
    known: dict[str, Any] = {
        "rulebook_id": None,
        "is_provisional": True,
        "scoring_revision": "s",
        "presentation_revision": "p",
    }
    return BuildState(request=request or written(), release_id=release_id, **(known | found))
