"""The direction of the house, floor by floor: orchestration -> serving, sample_city -> rulebook, expectations -> ingestion;
and which floor knows which large library. Nothing is excepted."""

from __future__ import annotations

import ast
import importlib.metadata
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from orchestration.assets.door import BuildConfig
from orchestration.building import request
from orchestration.cli.build import build
from tests.house.project import PACKAGES, ROOT, imports_of, python_modules

FLOORS = {"ingestion": 0, "rulebook": 1, "expectations": 1, "serving": 2, "sample_city": 2, "orchestration": 3}

# Inside orchestration: what a room may import besides itself. The top is Dagster's nouns, and the run of their job.
ROOMS = {
    "operations": set(),
    "building": {"operations"},
    "top": {"building", "operations"},
    "cli": {"top", "building", "operations"},
}

# library -> the only places that import it
LIBRARIES = {
    "dagster": (
        *("orchestration/assets/", "orchestration/checks.py", "orchestration/definitions.py", "orchestration/jobs.py"),
        *(
            "orchestration/resources.py",
            "orchestration/run.py",
            "orchestration/schedules.py",
            "orchestration/sensors.py",
        ),
        *("orchestration/operations/instance.py", "orchestration/operations/storage.py"),
    ),
    "dagster_dbt": ("orchestration/assets/models.py",),
    "dbt": ("orchestration/building/dbt_runner.py", "orchestration/building/engines/"),
    "dbt_common": ("orchestration/building/dbt_runner.py", "orchestration/building/engines/"),
    "pyspark": ("orchestration/building/engines/spark.py",),
    "great_expectations": ("expectations/runner.py",),
    "psycopg": ("serving/outputs/postgres/", "orchestration/operations/postgres_server.py"),
    "rich": ("orchestration/cli/",),
    "click": ("orchestration/cli/",),
}


def upward(package: str, imported: Iterable[str]) -> list[str]:
    """The imports of a module that lead to the same floor or above, but for its own package."""
    tops = {name: name.split(".")[0] for name in imported}
    return sorted(
        name for name, top in tops.items() if top in FLOORS and top != package and FLOORS[top] >= FLOORS[package]
    )


def room_of(module: str) -> str:
    """The room of a module of orchestration, by its dotted name."""
    second = module.split(".")[1:2]
    return second[0] if second and second[0] in ROOMS else "top"


def out_of_room(module: str, imported: Iterable[str]) -> list[str]:
    """The imports of a module of orchestration that its room must not have."""
    room = room_of(module)
    inside = {name: room_of(name) for name in imported if name.split(".")[0] == "orchestration"}
    return sorted(name for name, of in inside.items() if of != room and of not in ROOMS[room])


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def precise_imports(path: Path) -> set[str]:
    """Everything a module imports, `from a import b` as `a.b` too: b may be a module."""
    names = imports_of(path)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names - {"orchestration"}


def test_every_package_has_a_floor() -> None:
    assert set(FLOORS) == set(PACKAGES)


@pytest.mark.parametrize("package", FLOORS)
def test_a_package_imports_only_floors_below(package: str) -> None:
    assert python_modules(package)
    offences = {dotted(path): upward(package, imports_of(path)) for path in python_modules(package)}
    assert not {name: found for name, found in offences.items() if found}


def test_inside_orchestration_nothing_reaches_up() -> None:
    modules = python_modules("orchestration")
    assert {room_of(dotted(path)) for path in modules} == set(ROOMS)
    offences = {dotted(path): out_of_room(dotted(path), precise_imports(path)) for path in modules}
    assert not {name: found for name, found in offences.items() if found}


def test_the_guards_would_catch_an_upward_import() -> None:
    assert upward("serving", {"orchestration.cli", "ingestion.settings"}) == ["orchestration.cli"]
    assert upward("serving", {"sample_city.city"}) == ["sample_city.city"]
    assert upward("ingestion", {"rulebook.lint"}) == ["rulebook.lint"]
    assert out_of_room("orchestration.building.state", {"orchestration.cli.render"}) == ["orchestration.cli.render"]
    assert out_of_room("orchestration.operations.lock", {"orchestration.sensors"}) == ["orchestration.sensors"]
    assert out_of_room("orchestration.building.model", {"orchestration.operations.lock"}) == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_large_library_is_known_in_few_places(library: str) -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in python_modules()
        if any(name.split(".")[0] == library for name in imports_of(path))
    }
    assert found
    assert not {name for name in found if not name.startswith(LIBRARIES[library])}


def test_only_settings_reads_the_environment() -> None:
    """Values of the environment are read in ingestion.settings; orchestration hands them on to the processes it starts."""
    offences = []
    for path in python_modules("ingestion", "rulebook", "expectations", "serving", "sample_city"):
        if path.relative_to(ROOT).as_posix() == "ingestion/settings.py":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        set_for_a_library = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
        }
        for node in ast.walk(tree):
            is_environment = isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
            if is_environment and id(node) not in set_for_a_library:
                offences.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not offences


PRIVATE = re.compile(r"\bdagster(?:\.\w+)*\._|\bdagster_dbt\.core\b")
SAID = re.compile(r"# Private to (dagster(?:-dbt)?), checked on ([\d.]+): \S.{30,}", re.IGNORECASE)
_LINES_ABOVE = 4


def test_private_names_of_dagster_say_why_and_on_which_version_they_were_checked() -> None:
    """An upgrade fails here until each of them was looked at again."""
    places = []
    for path in python_modules():
        lines = path.read_text("utf-8").splitlines()
        for number, line in enumerate(lines):
            if PRIVATE.search(line) and not line.lstrip().startswith("#"):
                above = "\n".join(lines[max(0, number - _LINES_ABOVE) : number])
                said = SAID.findall(above)
                assert said, f"{path.relative_to(ROOT)}:{number + 1} uses a private name and does not say why"
                package, version = said[-1]
                assert version == importlib.metadata.version(package.lower()), path.relative_to(ROOT)
                places.append(path)
    assert places


def test_a_build_is_asked_by_the_same_names_everywhere() -> None:
    """Command line, Dagster's configuration and state.json: `request.complete` takes the first two as they are."""
    assert tuple(BuildConfig.model_fields) == request.NAMES
    options = {parameter.name for parameter in build.params if parameter.expose_value}
    assert options == {*request.NAMES, "as_json"}
