"""known_on = T reproduces what was released at T, content hash for content hash (credit.md Q31).

For `make check`: three builds.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import BuiltCity, copied, firemark, parse_once

pytestmark = pytest.mark.check

KNOWN_ON = "2026-04-30"


def _hashes(home: Path) -> dict[str, str]:
    return json.loads((home / "releases" / "current" / "release.json").read_text("utf-8"))["content_hashes"]


def test_q31_knowing_less_is_the_release_of_that_day(small_city: BuiltCity, tmp_path: Path) -> None:
    now, then = copied(small_city, tmp_path / "now"), tmp_path / "then" / "home"
    parse_once(then)
    shutil.copytree(now / "secrets", then / "secrets")
    before = tmp_path / "before"
    for path in sorted(small_city.inbox.glob("*/*/*/*")):
        if path.parent.name <= KNOWN_ON:
            target = before / path.relative_to(small_city.inbox)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    firemark(then, "build", "--inbox", str(before), "--as-of", KNOWN_ON)
    firemark(now, "build", "--as-of", KNOWN_ON, "--known-on", KNOWN_ON)
    expected = _hashes(then)
    assert len(expected) > 20
    assert _hashes(now) == expected
    # The control: with everything received the same day looks different (an inbox that was emptied does not matter).
    (tmp_path / "emptied").mkdir()
    firemark(now, "build", "--inbox", str(tmp_path / "emptied"), "--as-of", KNOWN_ON)
    assert _hashes(now) != expected
