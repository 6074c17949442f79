"""known_on = T reproduces what was released at T, content hash for content hash (credit.md Q31)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.conftest import firemark, parse_once

KNOWN_ON = "2026-04-30"


def _hashes(home: Path) -> dict[str, str]:
    return json.loads((home / "releases" / "current" / "release.json").read_text("utf-8"))["content_hashes"]


def test_q31_knowing_less_is_the_release_of_that_day(tmp_path: Path) -> None:
    inbox = tmp_path / "sample" / "inbox"
    for home in ("then", "now"):
        parse_once(tmp_path / home)
    firemark(tmp_path / "then", "sample", str(tmp_path / "sample"), "--years", "1")
    before = tmp_path / "before"
    for path in sorted(inbox.glob("*/*/*/*")):
        if path.parent.name <= KNOWN_ON:
            target = before / path.relative_to(inbox)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    firemark(tmp_path / "then", "build", "--inbox", str(before), "--as-of", KNOWN_ON)
    key = {"FIREMARK_PERSON_KEY_FILE": str(tmp_path / "then" / "secrets" / "person.key")}
    asked = ("--as-of", KNOWN_ON, "--known-on", KNOWN_ON)
    firemark(tmp_path / "now", "build", "--inbox", str(inbox), *asked, env=key)
    then, now = _hashes(tmp_path / "then"), _hashes(tmp_path / "now")
    assert len(then) > 20
    assert now == then
    # The control: with everything received the same day looks different.
    firemark(tmp_path / "now", "build", "--inbox", str(inbox), "--as-of", KNOWN_ON)
    assert _hashes(tmp_path / "now") != then
