"""K17: a home, an inbox and the program may be in folders of any name, or are refused at once with the character."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from jinja2 import Environment

from ingestion.settings import DBT_PROJECT, HOME_VARIABLE, RULEBOOKS_VARIABLE, ConfigurationError, load
from ingestion.warehouse_sources import one_file
from tests.ingestion.support import Door, finding

STRANGE = (
    "a*b",
    "a[x]b",
    "[!a]",
    "{a,b}",
    "it's",
    'a"b',
    "a;b",
    "a&b",
    "a@b",
    "a b",
    "焦作𠮷",
    "a=b",
    "$HOME",
    "**",
)
DECOYS = ("axb", "aab", "x", "a", "b")


def drop(root: Path, number: str) -> Door:
    door = Door(root)
    door.put("credit_desk/findings", "2024-06-01", "a.xlsx", [finding(number)])
    door.outcomes()
    return door


@pytest.mark.parametrize("name", [*STRANGE, "a?b"])
def test_a_home_reads_its_own_files_and_no_other_s(tmp_path: Path, name: str) -> None:
    """op_home_paths"""
    for decoy in DECOYS:
        drop(tmp_path / decoy, f"RD-{decoy}")
    door = drop(tmp_path / name, "RD-OWN")
    assert [row["source_key"] for row in door.relation("credit_desk.findings")] == ["RD-OWN"]
    assert [row["file_name"] for row in door.relation("lake.loads")] == ["a.xlsx"]


@pytest.mark.parametrize("name", [*STRANGE, "a?b", "a#b", "a%23b", "a\nb"])
def test_one_file_is_one_file(tmp_path: Path, name: str) -> None:
    with duckdb.connect() as connection:
        for folder in (*DECOYS, name):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "f.csv").write_text(f"name\n{folder.encode().hex()}\n", encoding="utf-8")
        path = one_file(tmp_path / name / "f.csv")
        read = f"read_csv({path}, header = true, all_varchar = true)"
        assert connection.execute(f"select name from {read}").fetchall() == [(name.encode().hex(),)]
        connection.execute("create table seed (name varchar)")
        connection.execute(seed_sql(tmp_path / name / "f.csv"))
        assert connection.execute("select name from seed").fetchall() == [(name.encode().hex(),)]


def seed_sql(path: Path) -> str:
    """What dbt runs for a seed of the project."""
    ran: list[str] = []

    class Adapter:
        def get_seed_file_path(self, model: str) -> str:
            return str(path)

        def add_query(self, sql: str, abridge_sql_log: bool) -> None:
            ran.append(sql)

    class This:
        def render(self) -> str:
            return "seed"

    text = (DBT_PROJECT / "materializations" / "load_csv_rows.sql").read_text("utf-8")
    environment = Environment(extensions=["jinja2.ext.do"])
    module = environment.from_string(text, {"adapter": Adapter(), "this": This(), "return": lambda sql: sql}).module
    module.duckdb__load_csv_rows("model", None)  # type: ignore[attr-defined]  # the macro above
    return ran[0]


@pytest.mark.parametrize("name", ["a#b", "100%", "a%23b", "what?", "a\\b"])
def test_a_home_that_no_build_could_work_with_is_refused_by_its_character(tmp_path: Path, name: str) -> None:
    """op_home_paths"""
    found = next(char for char in name if char in "#%?\\")
    for refused in (
        lambda: load(tmp_path / name / "home"),
        lambda: load(str(tmp_path / name) + "/"),
        lambda: load(None, {HOME_VARIABLE: str(tmp_path / name)}),
    ):
        with pytest.raises(ConfigurationError) as raised:
            refused()
        said = str(raised.value)
        assert f"the character {found}," in said and str(tmp_path / name) in said and "--home" in said
        assert said.startswith(f"主目录路径中不能有字符 {found}，")  # either half is whole


def test_the_folder_that_one_stands_in_is_a_part_of_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "#1").mkdir()
    monkeypatch.chdir(tmp_path / "#1")
    for written in (None, "var", "./var/"):
        with pytest.raises(ConfigurationError, match="character #"):
            load(written, {})
    assert load(tmp_path / "other", {}).home == tmp_path / "other"


@pytest.mark.parametrize("variable", [HOME_VARIABLE, RULEBOOKS_VARIABLE])
def test_a_path_that_is_not_a_text_is_refused(variable: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load(None, {variable: "/city/\udcff\udcfe"})
    assert r"/city/\xff\xfe" in str(raised.value) and variable in str(raised.value)
    str(raised.value).encode()


@pytest.mark.parametrize("name", [*STRANGE, "a\nb", "-", "~", " a", "a" * 200])
def test_every_other_home_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    assert load(tmp_path / name).home == tmp_path / name


@pytest.mark.parametrize("name", [*STRANGE, "a?b", "a#b", "a%23b", "a\\b", "a\nb"])
def test_an_inbox_may_lie_anywhere(tmp_path: Path, name: str) -> None:
    outer = Door(tmp_path)
    inner = Door(tmp_path / name)
    inner.put("credit_desk/findings", "2024-06-01", "认定#?%*.xlsx", [finding()])
    outer.inbox.rmdir()
    inner.inbox.rename(outer.inbox)
    assert outer.only_outcome().receipt.file_name == "认定#?%*.xlsx"
    assert outer.only_outcome().status == "loaded"
