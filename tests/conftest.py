"""The sample city, built once per session by the command line itself, and shared by every test that reads it."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from filelock import FileLock

from ingestion.settings import load
from orchestration.building import dbt_project, frozen_lists

if TYPE_CHECKING:
    from tests.hostile_city import HostileCity

ROOT = Path(__file__).resolve().parents[1]


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes that hold a clock (gzip) would give each process another test name, and processes could not share the work."""
    if isinstance(val, bytes) and not (val.isascii() and len(val) <= 80):
        return argname
    return None


_LARGE = "built_city"
_CITIES = frozenset((_LARGE, "small_city"))
NEEDS_MORE = {
    "browser": "check",
    "server": "check",
    "spark": "spark",
}  # folder -> marker: what only that target installs


def _marker_of(path: Path) -> str | None:
    parts = path.relative_to(ROOT / "tests").parts if path.is_relative_to(ROOT / "tests") else ()
    return NEEDS_MORE.get(parts[0]) if parts else None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What these tests import may not be there: nobody else reads their modules."""
    asked = set(re.sub(r"not \w+", "", config.option.markexpr).split())
    marker = _marker_of(collection_path)
    return True if marker is not None and not asked & {marker, "soak"} else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that build cities come first, then those with warehouses: short files last keep both processes busy to the end."""
    for item in items:
        if (marker := _marker_of(item.path)) is not None:
            item.add_marker(marker)
    needed: dict[Path, set[str]] = {}
    for item in items:
        needed.setdefault(item.path, set()).update(_CITIES & set(getattr(item, "fixturenames", ())))
    builders = [path for path, cities in needed.items() if _LARGE in cities][:1]
    items.sort(
        key=lambda item: (_turn(item.path, needed[item.path]), item.path not in builders, _LARGE in needed[item.path])
    )


def _turn(path: Path, cities: set[str]) -> int:
    """Within a turn one file of the large city is first, then those of the small one: no process waits for the other's city."""
    folder = path.relative_to(ROOT / "tests").parts[0]
    if folder == "orchestration" or cities:
        return 0
    return 1 if folder in ("warehouse", "oracle") else 2


def firemark(
    home: Path, *arguments: str, check: bool = True, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs the command line in a process of its own, its output in pipes."""
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "--home", str(home), *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONUTF8": "1"} | (env or {}),
        capture_output=True,
        text=True,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"firemark {' '.join(arguments)} gave {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


@dataclass(frozen=True)
class BuiltCity:
    """A home with one release of the default sample; `summary` is what the build said."""

    home: Path
    sample: Path
    summary: dict[str, Any]

    @property
    def inbox(self) -> Path:
        return self.sample / "inbox"

    @property
    def truth(self) -> Path:
        return self.sample / "truth"

    @property
    def release(self) -> Path:
        return (self.home / "releases" / "current").resolve()

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return firemark(self.home, *arguments, check=check)

    def query(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        with duckdb.connect(str(self.release / "firemark.duckdb"), read_only=True) as connection:
            result = connection.execute(sql, list(parameters))
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def parse_once(home: Path) -> None:
    """Gives a home the dbt project as parsed and compiled: seconds of CPU that every fresh home would spend again."""
    shared = Path(tempfile.gettempdir()) / "firemark-parsed"
    shared.mkdir(exist_ok=True)
    with FileLock(shared / ".lock"):
        parsed = dbt_project.parsed_project(load(shared))
        dbt_project.compiled_models(load(shared), parsed, frozen_lists.MODELS)
        shutil.copytree(parsed, home / "cache" / "dbt" / parsed.name, dirs_exist_ok=True)


def build_city(folder: Path, *sample_arguments: str) -> BuiltCity:
    """A sample in `folder`/sample, built in `folder`/home."""
    firemark(folder / "home", "sample", str(folder / "sample"), *sample_arguments)
    return build_sample(folder)


def build_sample(folder: Path) -> BuiltCity:
    """Builds what stands in `folder`/sample/inbox in `folder`/home."""
    parse_once(folder / "home")
    built = firemark(folder / "home", "build", "--inbox", str(folder / "sample" / "inbox"), "--json")
    assert "leaked" not in built.stderr, built.stderr  # what libraries say at the end of a process
    return BuiltCity(folder / "home", folder / "sample", json.loads(built.stdout))


@pytest.fixture(scope="session")
def built_city(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> BuiltCity:
    """The default sample, released once. Tests read it; whoever builds again copies the home first."""
    return _shared_city(tmp_path_factory, request, "city", build_city)


@pytest.fixture(scope="session")
def small_city(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> BuiltCity:
    """A city of few agencies and one year, released once: builds of a copy are cheap enough. Tests leave it as it is."""
    return _shared_city(
        tmp_path_factory, request, "small", lambda folder: build_city(folder, "--agencies", "4", "--years", "1")
    )


@pytest.fixture(scope="session")
def hostile_city(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> HostileCity:
    """A city whose exports mean harm (tests/hostile_city.py), released once. For `make check`: it takes half a minute."""
    from tests import hostile_city as hostile

    city = _shared_city(tmp_path_factory, request, "hostile", hostile.build)
    return hostile.HostileCity(city, hostile.Planted.read(city.home.parent / hostile.PLANTED))


def _shared_city(
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
    name: str,
    build: Callable[[Path], BuiltCity],
) -> BuiltCity:
    """A city that is built once a session: processes that share the work share the city, too."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if hasattr(request.config, "workerinput") else base) / name
    shared.mkdir(exist_ok=True)
    told = shared / "summary.json"
    with FileLock(shared / ".lock"):
        if not told.exists():
            told.write_text(json.dumps(build(shared).summary), encoding="utf-8")
    return BuiltCity(shared / "home", shared / "sample", json.loads(told.read_text("utf-8")))


def loosened(release: Path) -> Path:
    """A release whose files may be written to, for tests that damage one: who owns a file can always give himself that."""
    for path in release.rglob("*"):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)
    return release


def copied(city: BuiltCity, folder: Path) -> Path:
    """A home of one's own with the same lake, key and releases."""
    home = folder / "home"
    shutil.copytree(city.home, home, symlinks=True, ignore=shutil.ignore_patterns("build", "dagster"))
    return home
