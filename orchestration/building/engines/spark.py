"""Apache Spark: dbt-spark runs the same models in a session of this process, on this machine or on a cluster.

Spark reads the lake's Parquet and the build's inputs where they lie and writes one folder of Parquet per table under the
build folder, from which the marts are copied into the build file. All machines of a cluster see the home under the same
path. Belongs here: the session, relations over the sources, reading marts back. Does not belong here: SQL of models.
"""

from __future__ import annotations

import importlib.util
import logging
import re
import shutil
import subprocess
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.build_inputs import INPUTS, LOADED_PARTS, REPEATED_ROWS
from ingestion.build_tables import BUILD_TABLES
from ingestion.contract import Dataset
from ingestion.settings import HOME_VARIABLE, ConfigurationError, Settings, java_program
from ingestion.sources import DATASETS
from ingestion.warehouse_sources import dataset_schema, one_file
from orchestration.building.engines import SPARK, EngineError, Mart, Work
from serving.audiences import MART_SCHEMAS
from serving.previews import preview
from serving.releases.contents import literal, quoted

LOCAL = "local[*]"
JAVA_VERSION = 17
_FOLDER = "spark"  # beside the build file
_MASTERS = r"local(\[[*\d]+\])?|spark://[^/\s]+"
_JAVA_SECONDS = 30
# Spark reads a path with one of the first three as a pattern, and its folder for shuffles, at a comma, as a list of folders.
_NOT_IN_A_HOME = "[{*,"

# What the same SQL means: no table of a build may depend on a cluster's own defaults.
_MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.sources.default": "parquet",
    "spark.sql.legacy.createHiveTableByDefault": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.compression.codec": "zstd",
}
# What only costs or saves time and memory; a spark-defaults.conf in the folder SPARK_CONF_DIR takes its place.
_TUNING = {
    "spark.driver.memory": "3g",
    "spark.sql.autoBroadcastJoinThreshold": "64MB",
    "spark.ui.enabled": "false",
    # Spark writes each plan, and each revision of it, as text for its pages: longer than the query itself takes.
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.maxPlanStringLength": "1000",
    # Each sort, join and aggregate of each task begins with a page of memory: 64 MB by default, for a handful of rows, and
    # collecting that garbage took a third of a small build. A task can have 8,192 pages.
    "spark.buffer.pageSize": "4m",
    # Else Java stops to collect garbage each time when it needs more room for classes.
    "spark.driver.extraJavaOptions": "-XX:MetaspaceSize=256m",
}


@dataclass(frozen=True)
class Spark:
    """Spark on a master: `local[*]`, `local[N]` or `spark://HOST:PORT`."""

    master: str
    name: str = SPARK
    target: str = "spark"
    distribution: str = "pyspark"
    adapter: str = "dbt-spark"
    threads: int = 4  # planning a model keeps one core busy, and a cluster waiting

    def require(self, home: Path) -> None:
        """Raises ConfigurationError for a master of another kind, a home that Spark takes for a pattern or a list, and without
        the extra or Java."""
        if not re.fullmatch(_MASTERS, self.master):
            raise ConfigurationError(
                f"Spark 的 master 无效：{self.master}，应为 local[*]、local[N] 或 spark://主机:端口。Invalid master {self.master!r}: "
                "expected local[*], local[N] or spark://HOST:PORT. Name it with --master or FIREMARK_SPARK_MASTER."
            )
        if (found := next((char for char in str(home) if char in _NOT_IN_A_HOME), None)) is not None:
            raise ConfigurationError(
                f"用 Spark 计算时，主目录路径中不能有字符 {found}，请换一个目录，或用 --engine duckdb。With Spark the path of the home must "
                f"not contain the character {found}, which makes it a pattern or a list of several folders: {home}. Name another "
                f"folder with --home or {HOME_VARIABLE}, or build with --engine duckdb."
            )
        if importlib.util.find_spec("pyspark") is None or importlib.util.find_spec("dbt.adapters.spark") is None:
            raise ConfigurationError(
                "未安装 Spark，请先运行 make spark-setup（或 pip install --no-deps -r requirements-spark.lock）。Spark is not installed: "
                "run make spark-setup, or pip install --no-deps -r requirements-spark.lock, in the program's folder."
            )
        _require_java()

    def load(self) -> None:
        """Seconds of CPU."""
        import dbt.adapters.spark  # noqa: F401
        import pyspark.sql  # noqa: F401

    def disconnect(self) -> None:
        """dbt-spark opens nothing of its own: the session is ours."""

    @contextmanager
    def at_work(self, settings: Settings, build_file: Path) -> Iterator[Work]:
        """A session with the sources of `build_file`'s folder as relations; it ends with the work."""
        folder = build_file.parent / _FOLDER
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        session = _open_session(self.master, folder, has_defaults=settings.spark_defaults)
        try:
            _hand_to_dbt(session)
            _register_sources(session, settings.lake, build_file.parent / INPUTS)
            yield _InWarehouse(_warehouse(folder), build_file)
        finally:
            session.stop()


def _require_java() -> None:
    program = java_program()
    said = ""
    if program is not None:
        done = subprocess.run(  # noqa: S603  (the Java that the environment names)
            [program, "-version"], capture_output=True, text=True, timeout=_JAVA_SECONDS, check=False
        )
        said = (done.stderr or done.stdout).strip()
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found.group(1)) < JAVA_VERSION:
        what = (said.splitlines() or [""])[0] if program else ""
        raise ConfigurationError(
            f"Spark 需要 Java {JAVA_VERSION} 或更高版本，{f'本机为：{what}' if what else '本机没有'}。请安装（Debian："
            f"apt-get install openjdk-{JAVA_VERSION}-jre-headless），或以 JAVA_HOME 指定。Spark needs Java {JAVA_VERSION} or newer; "
            f"{f'found: {what}' if what else 'none was found'}. Install it (Debian: apt-get install "
            f"openjdk-{JAVA_VERSION}-jre-headless), or name its folder in JAVA_HOME."
        )


def _warehouse(folder: Path) -> Path:
    return folder / "warehouse"


def _open_session(master: str, folder: Path, *, has_defaults: bool) -> Any:
    from pyspark.sql import SparkSession

    settings = {
        "spark.sql.warehouse.dir": str(_warehouse(folder)),
        "spark.local.dir": str(folder / "local"),
        "spark.ui.showConsoleProgress": "false",
    } | _MEANING
    if not has_defaults:
        settings |= _TUNING
    if master.startswith("local"):  # nothing listens outside this machine
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    builder = SparkSession.builder.appName("firemark").master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:
        said = next((line for line in str(error).splitlines() if line.startswith(("Caused by", ": "))), str(error))
        raise EngineError(
            f"Spark 未能在 {master} 启动，请检查集群和 Java。Spark did not start on {master}: {said.removeprefix(': ')}. Check that its master "
            "runs and that this machine reaches it."
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    logging.getLogger("SQLQueryContextLogger").disabled = True  # dbt reports the error, without the trace of Java
    if not has_defaults:  # all tasks of a shuffle run at once; adaptive execution joins the small ones
        session.conf.set("spark.sql.shuffle.partitions", str(max(2, session.sparkContext.defaultParallelism)))
    return session


def _hand_to_dbt(session: Any) -> None:
    """Has dbt-spark use this session as it is."""
    # Private to dbt-spark, checked on 1.11.0: its own cursor turns ANSI mode off before each statement, and then a cast
    # that fails gives null, where DuckDB stops.
    from dbt.adapters.spark import session as theirs
    from dbt_common.exceptions import DbtRuntimeError

    class Cursor(theirs.Cursor):
        def execute(self, sql: str, *parameters: Any) -> None:
            try:
                self._df = session.sql(sql % parameters if parameters else sql)
            except Exception as error:
                raise DbtRuntimeError(str(error).split("JVM stacktrace")[0].strip()) from error

    class Connection(theirs.Connection):
        def cursor(self) -> Cursor:
            return Cursor()

    theirs.Connection = Connection


def _register_sources(session: Any, lake: Path, inputs: Path) -> None:
    """All dbt sources, under the names and with the rows of `warehouse_sources.register_sources`; nothing is copied."""
    for schema in sorted({source for source, _ in DATASETS} | {"lake", "rulebook"}):
        session.sql(f"create schema if not exists {schema}")
    for name in (*BUILD_TABLES, LOADED_PARTS.removesuffix(".parquet"), REPEATED_ROWS.removesuffix(".parquet")):
        path = inputs / f"{name}.parquet"
        _create_external(session, f"lake.{name}", pq.read_schema(path), path)
    for path in sorted(inputs.glob("rulebook.*.parquet")):
        _create_external(session, path.stem, pq.read_schema(path), path)
    repeated = pq.read_table(inputs / REPEATED_ROWS, columns=["source", "dataset"])
    repeating = set(zip(*(column.to_pylist() for column in repeated.columns), strict=True))
    for dataset in DATASETS.values():
        parts = f"lake.parts_of_{dataset.source}__{dataset.name}"
        _create_external(session, parts, dataset.lake_schema(), lake / dataset.source / dataset.name)
        session.sql(f"create view {dataset.source}.{dataset.name} as {_dataset_sql(dataset, parts, repeating)}")


def _create_external(session: Any, relation: str, schema: pa.Schema, path: Path) -> None:
    columns = ", ".join(f"`{column.name}` {_spark_type(column.type)}" for column in schema)
    session.sql(f"create table {relation} ({columns}) using parquet location {_text(path)}")


def _dataset_sql(dataset: Dataset, parts: str, repeating: Collection[tuple[str, str]]) -> str:
    """All rows of the loaded parts, except those that repeat a row of another file of their drop: only the datasets in
    `repeating` have any. The folder may hold parts that this build does not read: the join leaves them out."""
    columns = ", ".join(
        "parts.file_name" if column.name == "file_name" else f"lake_rows.`{column.name}`"
        for column in dataset_schema(dataset.source, dataset.name)
    )
    own = f"source = {_text(dataset.source)} and dataset = {_text(dataset.name)}"
    sql = f"""
        select {columns}
        from {parts} as lake_rows
        inner join (select * from lake.loaded_parts where {own}) as parts
            on parts.file_hash = lake_rows.file_hash and parts.received_on = lake_rows.received_on
    """
    if (dataset.source, dataset.name) not in repeating:
        return sql
    return f"""{sql}
        left anti join (select * from lake.repeated_rows where {own}) as repeated
            on repeated.file_hash = lake_rows.file_hash
            and repeated.received_on = lake_rows.received_on
            and repeated.file_position = lake_rows.file_position
    """


def _spark_type(kind: pa.DataType) -> str:
    names = {
        pa.string(): "string",
        pa.large_string(): "string",
        pa.bool_(): "boolean",
        pa.date32(): "date",
        pa.int16(): "smallint",
        pa.int32(): "int",
        pa.int64(): "bigint",
        pa.float64(): "double",
    }
    if kind in names:
        return names[kind]
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return "timestamp_ntz"
    raise TypeError(f"no type of Spark for {kind}")


def _text(value: Path | str) -> str:
    """A literal of Spark, where a backslash begins an escape."""
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


class _InWarehouse:
    """The tables as Parquet; DuckDB reads them without asking Spark."""

    def __init__(self, warehouse: Path, build_file: Path) -> None:
        self.warehouse = warehouse
        self.build_file = build_file

    def row_count_and_preview(self, schema: str, name: str) -> tuple[int | None, str | None]:
        if not self._folder(schema, name).is_dir():  # a view
            return None, None
        with duckdb.connect() as connection:
            connection.execute(f"create schema {quoted(schema)}")
            connection.execute(f"create view {quoted(schema)}.{quoted(name)} as from {self._rows(schema, name)}")
            counted = connection.execute(f"select count(*) from {quoted(schema)}.{quoted(name)}").fetchall()
            return counted[0][0], preview(connection, schema, name) if schema in MART_SCHEMAS else None

    def hand_over(self, marts: Iterable[Mart]) -> None:
        with duckdb.connect(str(self.build_file)) as connection:
            for mart in marts:
                relation = f"{quoted(mart.schema)}.{quoted(mart.name)}"
                connection.execute(f"create schema if not exists {quoted(mart.schema)}")
                connection.execute(
                    f"create or replace table {relation} as from {self._rows(mart.schema, mart.name)} order by all"
                )
                comments = [f"comment on table {relation} is {literal(mart.comment)}"]
                comments += [
                    f"comment on column {relation}.{quoted(column)} is {literal(comment)}"
                    for column, comment in mart.column_comments.items()
                ]
                connection.execute(f"begin; {'; '.join(comments)}; commit")

    def _folder(self, schema: str, name: str) -> Path:
        return self.warehouse / f"{schema}.db" / name

    def _rows(self, schema: str, name: str) -> str:
        """A table's files: at least one, for Spark writes the columns of a table without rows, too."""
        files = sorted(self._folder(schema, name).glob("*.parquet"))
        return f"read_parquet([{', '.join(map(one_file, files))}], hive_partitioning = false)"
