"""What the repository must never hold: secrets, hosts, machine paths, disabled checks, large files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.project import ROOT, tracked_files

LARGEST = 1_000_000  # bytes

# Written apart so that this file does not hold what it forbids.
HOSTS = re.compile("|".join(("pyp" + r"i\.", "python" + r"hosted\.", "registry" + r"\.npm", "deb" + r"\.debian")), re.I)
MACHINE_PATHS = re.compile(r"(?<![\w./-])/(?:work|farm|root|home/\w+)/")
DISABLED = re.compile(
    "|".join((r"@pytest\.mark\.(?:sk" + "ip|xf" + r"ail)", r"pytest\.sk" + r"ip\(", r"# *(?:TO" + "DO|FIX" + "ME)"))
)


def text_files() -> list[tuple[Path, str]]:
    return [(path, path.read_text("utf-8")) for path in tracked_files() if path.suffix not in (".png", ".xlsx", ".gz")]


def found(pattern: re.Pattern[str]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path, text in text_files() if pattern.search(text)]


def test_no_package_registry_is_named() -> None:
    assert not found(HOSTS)


def test_no_path_of_a_machine_is_named() -> None:
    assert not found(MACHINE_PATHS)


def test_no_check_is_switched_off() -> None:
    assert not [name for name in found(DISABLED) if name != "tests/house/test_repository.py"]


def test_no_file_is_large() -> None:
    assert not [path for path in tracked_files() if path.stat().st_size > LARGEST]


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.\[\]-]+)==(\S+)", lock, flags=re.M))


@pytest.mark.parametrize(
    ("name", "at_least"),
    [
        *(("requirements.lock", 100), ("requirements-check.lock", 3), ("requirements-server.lock", 1)),
        *(("tests/server/recipes/duckdb-1.1.lock", 1), ("tests/server/recipes/duckdb-2.0.lock", 3)),
        *(("requirements-superset.lock", 100), ("requirements-spark.lock", 100)),
    ],
)
def test_a_lock_pins_every_package_by_hash(name: str, at_least: int) -> None:
    lock = (ROOT / name).read_text("utf-8")
    assert len(pins(lock)) >= at_least
    assert "://" not in lock
    blocks = re.split(r"\n(?=\S)", lock)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block.split("\n")[0])


@pytest.mark.parametrize("name", ["requirements-check.lock", "requirements-spark.lock"])
def test_what_both_locks_pin_has_one_version(name: str) -> None:
    """Both are installed into one environment, without asking what depends on what."""
    first, second = (pins((ROOT / lock).read_text("utf-8")) for lock in ("requirements.lock", name))
    assert {
        name: (first[name], version) for name, version in second.items() if first.get(name, version) != version
    } == {}
