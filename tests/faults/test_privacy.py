"""Personal data is only where the table in sources.md allows it."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import defaultdict

import duckdb
import pytest

from tests.conftest import BuiltCity
from tests.faults.traces import RAW, is_in, texts_under

NUMBER = re.compile(r"\d[\d.]*[\dX]")
LONG_DIGITS = 9  # a canary with so many digits does not occur within another number by chance
FOLDERS = {"archive", "build", "cache", "dagster", "lake", "logs", "releases", "secrets"}  # of a home
HASH = re.compile(r"(?<![0-9a-f])(?=\d*[a-f])[0-9a-f]{32,}")


def canaries(city: BuiltCity) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = defaultdict(list)
    with (city.truth / "canaries.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kinds[row["kind"]].append(row["value"])
    return kinds


def kinds_in(kinds: dict[str, list[str]], part: str, text: str) -> set[str]:
    """The kinds of canary that a text holds: words and long numbers anywhere, short numbers as whole numbers."""
    numbers = set(NUMBER.findall(text))
    long_numbers = "\n".join(number for number in numbers if len(number) >= LONG_DIGITS)

    def is_held(value: str) -> bool:
        if not NUMBER.fullmatch(value):
            return is_in(value, part, text)
        digits = value.removesuffix("X")
        if sum(map(str.isdigit, digits)) < LONG_DIGITS:
            return value in numbers
        return digits in long_numbers and digits in HASH.sub("#", text)

    return {kind for kind, values in kinds.items() if any(map(is_held, values))}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a,410811199001011234,b", {"id"}),
        ("20240101410811199001011234", {"id"}),
        ("41081119900101567x", {"id"}),
        ("行3.13800138000", {"phone"}),
        ("tel13800138000.csv", {"phone"}),
        (f"{'0a' * 10}13800138000{'f' * 33}", set()),
        ("4321.98", {"pay_base"}),
        ("14321.98, 4321.987, 1380013800", set()),
    ],
)
def test_a_long_number_is_found_within_another_but_not_within_a_hash(text: str, found: set[str]) -> None:
    kinds = {"id": ["410811199001011234", "41081119900101567X"], "phone": ["13800138000"], "pay_base": ["4321.98"]}
    assert kinds_in(kinds, "rows", text) == found


@pytest.mark.parametrize(
    ("leave_out", "least_files"),
    [
        pytest.param(("archive", "build"), 500, id="all but the build folder"),
        # twice as much text as all the rest, for its owner alone, and gone with the next build
        pytest.param(tuple(FOLDERS - {"build"}), 5, id="the build folder", marks=pytest.mark.check),
    ],
)
def test_no_canary_leaves_the_archive(built_city: BuiltCity, leave_out: tuple[str, ...], least_files: int) -> None:
    assert {path.name for path in built_city.home.iterdir() if path.is_dir()} <= FOLDERS
    kinds = canaries(built_city)
    assert sum(len(values) for values in kinds.values()) >= 200
    hits = set()
    files = set()
    searched: dict[tuple[bool, bytes], set[str]] = {}  # many files of a home hold the same text
    for path, part, text in texts_under(built_city.home, leave_out=leave_out):
        files.add(path)
        same = (part == RAW, hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
        if same not in searched:
            searched[same] = kinds_in(kinds, part, text)
        hits |= {(str(path), part, kind) for kind in searched[same]}
    assert len(files) > least_files
    assert not hits


def test_the_archive_holds_the_canaries(built_city: BuiltCity) -> None:
    """The control: a search that finds nothing anywhere would prove nothing."""
    missing = canaries(built_city)
    for _, part, text in texts_under(built_city.home / "archive"):
        for kind in kinds_in(missing, part, text):
            del missing[kind]
        if not missing:
            break
    assert not missing


def names_of_staff(city: BuiltCity) -> set[str]:
    names = set()
    for line in (city.truth / "rows" / "registry.personnel.jsonl").read_text("utf-8").splitlines():
        names.add(json.loads(line)["person_name"])
    return {name for name in names if name and len(name) >= 3}


def test_names_of_staff_are_only_in_the_lake_and_in_conflicts(built_city: BuiltCity) -> None:
    names = names_of_staff(built_city)
    leaders = {row["legal_representative"] for row in built_city.query("select * from credit.dim_agencies")}
    names -= leaders  # a legal representative is public
    assert len(names) > 200
    with duckdb.connect(str(built_city.release / "firemark.duckdb"), read_only=True) as connection:
        relations = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        shown = set()
        for schema, table in relations:
            rows = connection.execute(f'select * from "{schema}"."{table}"').fetchall()
            text = "\n".join(cell for row in rows for cell in row if isinstance(cell, str))
            shown |= {(schema, table) for name in names if name in text}
    assert {schema for schema, _ in shown} == {"conflicts"}, shown


def test_the_open_part_of_a_release_names_no_staff(built_city: BuiltCity) -> None:
    """In the files of every output: texts, pages, workbooks, Parquet."""
    names = names_of_staff(built_city)
    names -= {row["legal_representative"] for row in built_city.query("select * from credit.dim_agencies")}
    hits, files = set(), set()
    for path, part, text in texts_under(built_city.release, leave_out=("restricted", "firemark.duckdb")):
        files.add(path)
        hits |= {(str(path), part) for name in names if is_in(name, part, text)}
    assert len(files) > 20 and len(names) > 200
    assert not hits


def test_the_bi_file_has_no_conflicts(built_city: BuiltCity) -> None:
    with duckdb.connect(str(built_city.release / "firemark_bi.duckdb"), read_only=True) as connection:
        schemas = {row[0] for row in connection.execute("select schema_name from duckdb_tables()").fetchall()}
    assert {"credit", "supervision", "publication", "quality"} <= schemas
    assert "conflicts" not in schemas


def test_restricted_files_are_readable_by_their_owner_only(built_city: BuiltCity) -> None:
    home = built_city.home
    for folder in (
        *(home / name for name in ("archive", "build", "lake", "secrets")),
        built_city.release / "restricted",
    ):
        assert folder.stat().st_mode & 0o077 == 0, folder
    for file in (home / "secrets" / "person.key", built_city.release / "firemark.duckdb"):
        assert file.stat().st_mode & 0o077 == 0, file
    key = (home / "secrets" / "person.key").read_text().strip()
    for path, part, text in texts_under(home, leave_out=("archive", "secrets")):
        assert key not in text, (path, part)
