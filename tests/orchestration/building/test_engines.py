"""Which engine a build asks for, and what is said where it cannot run. Its results: `tests/spark`."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ingestion.build_tables import BUILD_TABLES
from ingestion.settings import ConfigurationError, java_program, load
from ingestion.sources import DATASETS
from orchestration.building import engines
from orchestration.building.engines import Mart, spark
from orchestration.building.engines.spark import Spark
from orchestration.building.request import BuildRequest, complete, require_plausible
from rulebook.tables import BUILD_TABLES as RULEBOOK_TABLES

HOME = Path("/srv/焦作 it's a=b:c]}")  # what Spark takes as it is
SPARK_IN_THE_ENVIRONMENT = {"FIREMARK_ENGINE": "spark", "FIREMARK_SPARK_MASTER": "spark://10.0.0.1:7077"}


@pytest.mark.parametrize(
    ("asked", "environment", "expected"),
    [
        ({}, {}, ("duckdb", None)),
        ({}, {"FIREMARK_SPARK_MASTER": "local[2]"}, ("duckdb", None)),
        ({}, SPARK_IN_THE_ENVIRONMENT, ("spark", "spark://10.0.0.1:7077")),
        ({"master": "local[4]"}, SPARK_IN_THE_ENVIRONMENT, ("spark", "local[4]")),
        ({"engine": "duckdb"}, SPARK_IN_THE_ENVIRONMENT, ("duckdb", None)),
        ({"engine": "spark"}, {}, ("spark", None)),
    ],
)
def test_the_command_line_goes_before_the_environment(
    tmp_path: Path, asked: dict[str, str], environment: dict[str, str], expected: tuple[str, str | None]
) -> None:
    request = BuildRequest.read(complete(load(tmp_path, environment), asked))
    assert (request.engine, request.master) == expected


def test_without_a_master_spark_uses_this_machine() -> None:
    assert engines.engine("spark") == Spark("local[*]")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Spark seems to be installed, and Java to be in a folder that the tests fill."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    return tmp_path / "bin"


def java(folder: Path, version: str) -> None:
    folder.mkdir()
    (folder / "java").write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    (folder / "java").chmod(0o755)


def test_a_new_enough_java_is_taken(installed: Path) -> None:
    java(installed, "21.0.2")
    for master in ("local", "local[*]", "local[2]", "spark://host:7077"):
        engines.engine("spark", master).require(HOME)


@pytest.mark.parametrize("version", ["1.8.0_402", "11.0.22"])
def test_an_old_java_is_refused_before_anything_is_read(installed: Path, version: str, tmp_path: Path) -> None:
    java(installed, version)
    asked = BuildRequest.read(complete(load(tmp_path / "home"), {"engine": "spark"}))
    with pytest.raises(ConfigurationError, match=f"Spark 需要 Java 17.*needs Java 17.*{version}.*JAVA_HOME"):
        require_plausible(load(tmp_path / "home"), asked)


def test_without_java_the_remedy_is_named(installed: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"本机没有.*none was found.*apt-get install openjdk-17-jre-headless"):
        engines.engine("spark").require(HOME)


def test_without_the_extra_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"未安装 Spark.*Spark is not installed: run make spark-setup"):
        engines.engine("spark").require(HOME)


@pytest.mark.parametrize("master", ["yarn", "k8s://host", "sc://host:15002", "local[2", "spark://", "local[2]; x"])
def test_another_kind_of_master_is_refused(installed: Path, master: str) -> None:
    java(installed, "17.0.1")
    with pytest.raises(ConfigurationError, match=r"master 无效.*expected local"):
        engines.engine("spark", master).require(HOME)


@pytest.mark.parametrize("char", ["[", "{", "*", ","])
def test_a_home_that_spark_takes_for_several_folders_is_refused(installed: Path, tmp_path: Path, char: str) -> None:
    java(installed, "17.0.1")
    settings = load(tmp_path / f"a{char}b")
    with pytest.raises(
        ConfigurationError, match=rf"不能有字符 \{char}.*must not contain the character \{char}.*--engine duckdb"
    ):
        require_plausible(settings, BuildRequest.read(complete(settings, {"engine": "spark"})))
    require_plausible(settings, BuildRequest.read(complete(settings, {"engine": "duckdb"})))


def test_an_unknown_engine_and_a_master_without_spark_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"没有计算引擎 hive.*expected duckdb or spark"):
        engines.engine("hive")
    with pytest.raises(ConfigurationError, match="add --engine spark"):
        engines.engine("duckdb", "local[2]")


def test_java_is_looked_for_in_java_home_first(tmp_path: Path) -> None:
    java(tmp_path / "bin", "17")
    assert java_program({"JAVA_HOME": str(tmp_path)}) == str(tmp_path / "bin" / "java")
    assert java_program({"PATH": str(tmp_path / "bin")}) == str(tmp_path / "bin" / "java")
    assert java_program({"JAVA_HOME": str(tmp_path / "none"), "PATH": str(tmp_path / "bin")}) is None
    assert java_program({"PATH": str(tmp_path)}) is None


def test_spark_s_own_defaults_are_those_of_the_folder_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "spark-defaults.conf").touch()
    monkeypatch.chdir(tmp_path)
    assert not load(tmp_path, {}).spark_defaults, "no folder is named: the one that we happen to be in is none"
    assert load(tmp_path, {"SPARK_CONF_DIR": str(tmp_path)}).spark_defaults


def test_every_column_of_a_source_has_a_type_of_spark() -> None:
    """A new type in a contract fails here, not on a cluster."""
    schemas = [dataset.lake_schema() for dataset in DATASETS.values()]
    for schema in (*schemas, *BUILD_TABLES.values(), *RULEBOOK_TABLES.values()):
        assert [spark._spark_type(column.type) for column in schema]
    assert spark._spark_type(pa.decimal128(9, 2)) == "decimal(9,2)"
    with pytest.raises(TypeError, match="timestamp"):
        spark._spark_type(pa.timestamp("us", "UTC"))


def test_a_text_with_quotes_stays_one_text() -> None:
    assert spark._text("/it's/a\\b") == r"'/it\'s/a\\b'"


def test_what_spark_wrote_is_handed_over_with_its_comments(tmp_path: Path) -> None:
    warehouse, build_file = tmp_path / "a=1 [x]" / "warehouse", tmp_path / "firemark.duckdb"
    folder = warehouse / "credit.db" / "dim"
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        for number in (2, 1):  # Spark writes a file a task, and notes beside them
            connection.execute(f"copy (select {number} as n, 'x' as t) to '{folder}/part-{3 - number}.parquet'")
    (folder / "_SUCCESS").touch()
    work = spark._InWarehouse(warehouse, build_file)
    work.hand_over([Mart("credit", "dim", "it's one", {"n": "编号 · n"})])
    assert work.row_count_and_preview("credit", "dim")[0] == 2
    assert work.row_count_and_preview("credit", "a_view") == (None, None)
    with duckdb.connect(str(build_file), read_only=True) as connection:
        assert connection.execute("from credit.dim").fetchall() == [(1, "x"), (2, "x")]
        found = connection.execute("select comment from duckdb_tables()").fetchall()
        found += connection.execute("select comment from duckdb_columns() where schema_name = 'credit'").fetchall()
        assert found == [("it's one",), ("编号 · n",), (None,)]
