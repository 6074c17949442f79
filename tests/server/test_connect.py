"""The recipes of docs/connect.md run as the page has them: over a built city, and over a real Postgres that holds it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.operations import postgres_server
from orchestration.operations.postgres_server import DATABASE, Server
from serving.outputs.postgres.readers import ROLES
from serving.releases.opened import open_release
from tests.conftest import ROOT, BuiltCity
from tests.server.databases import Database
from tests.server.recipes import environment

PAGE = (ROOT / "docs" / "connect.md").read_text("utf-8")
PORT = "5433"  # of `firemark serve`: the one thing in a recipe that the test replaces
# tool -> the environments that a recipe of it runs in; None is our own
ENVIRONMENTS: dict[str, tuple[str | None, ...]] = {
    "duckdb": ("duckdb-1.1", "duckdb-2.0"),
    "duckdb-cli": ("duckdb-2.0",),
    "polars": ("duckdb-2.0",),
    "pandas": (None,),
    "psql": (None,),
    "psycopg": (None,),
    "sqlalchemy": (None,),
    "superset": (None,),
}


@dataclass(frozen=True)
class Recipe:
    """A block of the page: its language, its tool, its text."""

    language: str
    tool: str
    text: str


RECIPES = [Recipe(*found) for found in re.findall(r"^```(python|sh) ([\w-]+)\n(.*?)^```$", PAGE, flags=re.M | re.S)]


def test_every_block_is_a_recipe_that_runs_or_stands_under_what_is_untested() -> None:
    assert {recipe.tool for recipe in RECIPES} == set(ENVIRONMENTS)
    sections = re.split(r"^##+ ", PAGE, flags=re.M)
    for section in sections:
        blocks = re.findall(r"^```(.*)\n", section, flags=re.M)[::2]
        runs = [block for block in blocks if block.partition(" ")[2] in ENVIRONMENTS]
        assert len(runs) == len(blocks) or "**Untested" in section, section.splitlines()[0]
        assert not (runs and "**Untested" in section), section.splitlines()[0]


def test_a_file_is_opened_to_read_alone() -> None:
    for recipe in RECIPES:
        opened = recipe.text.count(".duckdb")
        assert recipe.text.count("read_only=True") + recipe.text.count("-readonly") == opened, recipe.text


@pytest.fixture(scope="session")
def place(small_city: BuiltCity, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home `var` of the city, whose release is on the server, too."""
    folder = tmp_path_factory.mktemp("connect")
    (folder / "var" / "secrets").mkdir(parents=True)
    (folder / "var" / "releases").symlink_to(small_city.home / "releases")
    shutil.copy(server.pass_file, folder / "var" / "secrets" / "postgres.pgpass")
    (folder / "var" / "secrets" / "postgres.pgpass").chmod(0o600)
    database = Database(server, DATABASE)
    with open_release(database.settings(small_city.home), for_desk=True) as release:
        database.publish(folder / "var", release, "conflicts")
    return folder


def run(recipe: Recipe, name: str | None, place: Path, server: Server) -> str:
    """What a recipe prints."""
    programs = Path(sys.executable).parent if name is None else environment(name)
    command = [programs / "python", "-c"] if recipe.language == "python" else ["bash", "-eu", "-c"]
    path = os.pathsep.join(map(str, (programs, postgres_server.programs(), os.environ["PATH"])))
    done = subprocess.run(
        [*command, recipe.text.replace(f":{PORT}/", f":{server.port}/")],
        cwd=place,
        env=os.environ | {"PATH": path, "PYTHONUTF8": "1", "PAGER": "cat"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{recipe.tool} in {name}: {done.stderr}"
    return done.stdout


CASES = [(recipe, name) for recipe in RECIPES for name in ENVIRONMENTS[recipe.tool] if recipe.tool != "superset"]


@pytest.mark.parametrize(("recipe", "name"), CASES, ids=[f"{recipe.tool}-{name}" for recipe, name in CASES])
def test_a_recipe_shows_the_grades(
    recipe: Recipe, name: str | None, place: Path, server: Server, small_city: BuiltCity
) -> None:
    said = run(recipe, name, place, server)
    source = "publication.rpt_public_roster" if ".parquet" in recipe.text else "credit.agency_grades"
    rows = small_city.query(f"select agency_name, score, grade from {source} where score is not null")
    assert len(rows) >= 3
    for row in rows:
        assert row["agency_name"] in said and str(row["score"]) in said, (row, said)


def test_the_dashboards_are_written(place: Path, server: Server) -> None:
    """Importing them into Superset is `test_superset.py`'s."""
    (recipe,) = (recipe for recipe in RECIPES if recipe.tool == "superset")
    run(recipe, None, place, server)
    with zipfile.ZipFile(place / "dashboards.zip") as bundle:
        assert len([name for name in bundle.namelist() if "/dashboards/" in name]) == 3
        assert any("bi.example.org:5432/firemark" in bundle.read(name).decode() for name in bundle.namelist())


@pytest.mark.parametrize("role", ROLES)
def test_each_role_of_the_page_gets_in_by_its_password_alone(role: str, place: Path, server: Server) -> None:
    """The recipes name bi_reader; the other two connect in the same way."""
    psycopg = next(recipe for recipe in RECIPES if recipe.tool == "psycopg")
    asked = psycopg.text.replace("bi_reader", role).replace("credit.agency_grades", "publication.rpt_public_roster")
    assert run(Recipe("python", "psycopg", asked), None, place, server)
    without = Recipe("python", "psycopg", asked.replace("?passfile=var/secrets/postgres.pgpass", "?passfile=none"))
    with pytest.raises(AssertionError, match="no password supplied"):
        run(without, None, place, server)
