"""What a machine lacks for these tests, as people and as `.ci/run` are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import installed
from tests.conftest import ROOT


def machine(folder: Path, monkeypatch: pytest.MonkeyPatch, *programs: str) -> None:
    """A machine with these programs alone; `fc-list` names no font unless it is given as `fc-list WORD`."""
    for program in programs:
        name, *said = program.split()
        (folder / name).write_text(f"#!/bin/sh\necho {said[0]}\n" if said else "#!/bin/sh\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(installed, "ELSEWHERE", folder / "none")


@pytest.mark.parametrize(
    ("programs", "packages", "told"),
    [
        ((), ["chromium", "fontconfig", "fonts-noto-cjk"], installed.NO_BROWSER),
        (("google-chrome-stable",), ["fontconfig", "fonts-noto-cjk"], ""),
        (("chromium", "fc-list"), ["fontconfig", "fonts-noto-cjk"], installed.NO_FONT),
        (("fc-list Noto",), ["chromium"], installed.NO_BROWSER),
        (("chromium-browser", "fc-list Noto"), [], ""),
    ],
)
def test_what_is_missing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: tuple[str, ...], packages: list[str], told: str
) -> None:
    machine(tmp_path, monkeypatch, *programs)
    assert (installed.debian_packages(), installed.lacking()) == (packages, told)


def test_contributors_are_told_of_the_same_packages() -> None:
    said = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert f"`apt-get install {installed.BROWSER} {' '.join(installed.FONTS)}`" in said


def test_the_names_of_packages_have_one_home() -> None:
    said = (ROOT / ".ci" / "run").read_text("utf-8")
    assert not [name for name in (*installed.NAMES, *installed.FONTS) if name in said]
