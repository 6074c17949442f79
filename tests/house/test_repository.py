"""What the repository must never hold: secrets, hosts, machine paths, disabled checks, large files."""

from __future__ import annotations

import re
from itertools import combinations
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


# Lock -> how many packages it pins at least. The first are installed into one environment, without asking what depends on
# what; each of the others has an environment of its own, for it needs other versions (docs/stack.md).
TOGETHER = {
    **{"requirements.lock": 100, "requirements-check.lock": 3, "requirements-server.lock": 1},
    "requirements-spark.lock": 100,
    "requirements-bench.lock": 2,
}
ALONE = {
    **{"tests/server/recipes/duckdb-1.1.lock": 1, "tests/server/recipes/duckdb-2.0.lock": 3},
    "requirements-superset.lock": 100,
}


def pins(lock: str) -> dict[str, str]:
    """Package -> version; a package has one name however it is written, and whatever extras are asked of it."""
    found = re.findall(r"^([\w.-]+)(?:\[[\w.,-]+\])?==(\S+)", lock, flags=re.M)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def differing(first: str, second: str) -> dict[str, tuple[str, str]]:
    """Package -> its versions in two locks, where they differ."""
    one, other = pins(first), pins(second)
    return {name: (one[name], other[name]) for name in sorted(one.keys() & other.keys()) if one[name] != other[name]}


def test_every_lock_is_one_of_those() -> None:
    locks = {path.relative_to(ROOT).as_posix() for path in tracked_files() if path.suffix == ".lock"}
    assert locks == TOGETHER.keys() | ALONE.keys()


@pytest.mark.parametrize(("name", "at_least"), [*TOGETHER.items(), *ALONE.items()])
def test_a_lock_pins_every_package_by_hash(name: str, at_least: int) -> None:
    lock = (ROOT / name).read_text("utf-8")
    assert len(pins(lock)) >= at_least
    assert "://" not in lock
    blocks = re.split(r"\n(?=\S)", lock)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block.split("\n")[0])


@pytest.mark.parametrize(("first", "second"), combinations(TOGETHER, 2))
def test_what_two_locks_of_one_environment_pin_has_one_version(first: str, second: str) -> None:
    assert differing(*((ROOT / name).read_text("utf-8") for name in (first, second))) == {}


def test_another_version_in_a_lock_is_seen() -> None:
    assert differing("a==1\nB_b[c,d]==2 \\\nc==3", "a==1\nb-b==2.1\nd==4") == {"b-b": ("2", "2.1")}
