"""A build's request has one written form: defaults filled in once, dates in one format."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from ingestion.settings import ConfigurationError, load
from orchestration.building import request
from orchestration.building.request import BuildRequest, complete
from tests.orchestration.support import written


def test_a_complete_request_stays_unchanged(tmp_path: Path) -> None:
    settings = load(tmp_path, {"FIREMARK_RULEBOOKS": str(tmp_path / "rules"), "FIREMARK_REGIME": "hillshire"})
    (tmp_path / "inbox").mkdir()
    whole = complete(settings, {"known_on": "2026-05-31", "accept_drops": ("registry/agencies/2026-01-01",)})
    assert tuple(whole) == request.NAMES
    assert (whole["inbox"], whole["rulebooks"]) == (str(tmp_path / "inbox"), str(tmp_path / "rules"))
    assert json.loads(json.dumps(whole)) == whole
    assert complete(load(tmp_path / "elsewhere"), whole) == whole


def test_a_request_is_read_from_its_written_form() -> None:
    asked = written(
        as_of_on="2026-03-01", known_on="2026-02-28", inbox="/in", accept_drops=["a/b/2026-01-01"], is_full=True
    )
    assert BuildRequest.read(asked) == BuildRequest(
        dt.date(2026, 3, 1), dt.date(2026, 2, 28), Path("/in"), None, "jiaozuo", ("a/b/2026-01-01",), True
    )


@pytest.mark.parametrize("text", ["20260301", "2026-W09-7", "2026-3-1", "2026-02-30", "1 March"])
def test_a_day_is_written_in_one_way(text: str) -> None:
    with pytest.raises(ConfigurationError, match="YYYY-MM-DD"):
        BuildRequest.read(written(as_of_on=text))


def test_a_request_with_an_unknown_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="as_of"):
        complete(load(tmp_path), {"as_of": "2026-03-01"})
