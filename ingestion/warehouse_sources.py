"""The schemas and tables of the dbt sources, and how they are created in a DuckDB file.

Belongs here: the map dbt source -> Arrow schema, and its DDL over the files of a build. Does not belong here: which
files are loaded, and the files of inputs (`ingestion.build_inputs`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.build_inputs import INPUTS, LOADED_PARTS, REPEATED_ROWS, SOURCE_FILES
from ingestion.build_tables import BUILD_TABLES
from ingestion.contract import Dataset
from ingestion.sources import DATASETS

# Every lake relation has the name of the file that its row came in; only the manifest knows it.
FILE_NAME_FIELD = pa.field("file_name", pa.string(), nullable=False)
LAKE_COPY = "lake_copy"  # a database that `copy_lake` filled, under the name by which `register_sources` finds it
_MATERIALIZED_ROWS = 2_000_000  # a dataset of up to so many rows is copied into the build file; else dbt reads the lake


def dataset_schema(source: str, name: str) -> pa.Schema:
    """Columns of dbt source `<source>.<name>`: the dataset's lake schema and the file's name."""
    return DATASETS[(source, name)].lake_schema().append(FILE_NAME_FIELD)


def source_schemas() -> dict[tuple[str, str], pa.Schema]:
    """(schema, table) -> columns, for the datasets and the build's own tables; without the rulebook's tables."""
    schemas = {key: dataset_schema(*key) for key in DATASETS}
    schemas |= {("lake", name): schema for name, schema in BUILD_TABLES.items()}
    return schemas


def create_empty_tables(connection: duckdb.DuckDBPyConnection, schemas: dict[tuple[str, str], pa.Schema]) -> None:
    """Creates an empty table for each source, with the DuckDB types of its Arrow schema."""
    for (schema, table), arrow_schema in schemas.items():
        connection.execute(f'create schema if not exists "{schema}"')
        empty = arrow_schema.empty_table()
        connection.register("_empty", empty)
        connection.execute(f'create table "{schema}"."{table}" as select * from _empty')
        connection.unregister("_empty")


def copy_lake(connection: duckdb.DuckDBPyConnection, build_dirs: Sequence[Path], only: Collection[str]) -> None:
    """Copies the lake's rows behind the inputs of several builds, each part once, into a fresh DuckDB file, from which
    `register_sources` then takes the rows of each build. `only` names the relations that are needed, as `schema.table`.
    Large datasets, which are never copied, are left out."""
    files: dict[str, dict[str, None]] = {}
    parts: dict[tuple[str, str, str], int] = {}
    for build_dir in build_dirs:
        folder = build_dir / INPUTS
        for dataset_id, named in json.loads((folder / SOURCE_FILES).read_text("utf-8")).items():
            files.setdefault(dataset_id, {}).update(dict.fromkeys(named))
        for row in _loaded_parts(folder):
            parts[f"{row['source']}/{row['dataset']}", str(row["received_on"]), row["file_hash"]] = row["row_count"]
    row_counts: dict[str, int] = {}
    for (dataset_id, *_), row_count in parts.items():
        row_counts[dataset_id] = row_counts.get(dataset_id, 0) + row_count
    for dataset in DATASETS.values():
        if f"{dataset.source}.{dataset.name}" in only and row_counts.get(dataset.id, 0) <= _MATERIALIZED_ROWS:
            connection.execute(f'create schema if not exists "{dataset.source}"')
            connection.execute(
                f"create table {dataset_relation(dataset)} as select * from {_lake_rows(list(files[dataset.id]))}"
            )


def register_sources(
    connection: duckdb.DuckDBPyConnection,
    build_dir: Path | str,
    only: Collection[str] | None = None,
    *,
    is_copied: bool = False,
) -> None:
    """Creates all dbt sources in a fresh DuckDB file, over the files that `prepare` wrote into `build_dir`.

    Rulebook tables come from `inputs/rulebook.<table>.parquet`, if there are such files. `only` names the relations that
    are needed, as `schema.table`; None = all. With `is_copied` the lake's rows that `copy_lake` took are read from its file,
    which is attached as `LAKE_COPY`.
    """
    folder = Path(build_dir) / INPUTS
    files: dict[str, list[str]] = json.loads((folder / SOURCE_FILES).read_text("utf-8"))
    row_counts = _row_counts(folder)
    copied = _copied(connection) if is_copied else set()
    for schema in sorted({source for source, _ in DATASETS} | {"lake"}):
        connection.execute(f'create schema if not exists "{schema}"')
    for name in BUILD_TABLES:
        if only is not None and f"lake.{name}" not in only:
            continue
        connection.execute(f'create table "lake"."{name}" as select * from {_parquet(folder / f"{name}.parquet")}')
    for dataset in DATASETS.values():
        if only is not None and f"{dataset.source}.{dataset.name}" not in only:
            continue
        relation = dataset_relation(dataset)
        if relation in copied:
            sql = f"table {relation} as {_dataset_sql(dataset, folder, f'{LAKE_COPY}.{relation}')}"
        elif row_counts.get(dataset.id, 0) <= _MATERIALIZED_ROWS:
            rows = _dataset_sql(dataset, folder, _lake_rows(files[dataset.id]))
            sql = f"table {relation} as {rows} order by received_on, file_name, file_hash, file_position"
        else:
            sql = f"view {relation} as {_dataset_sql(dataset, folder, _lake_rows(files[dataset.id]))}"
        connection.execute(f"create {sql}")
    for path in sorted(folder.glob("rulebook.*.parquet")):
        connection.execute('create schema if not exists "rulebook"')
        table = path.name.removeprefix("rulebook.").removesuffix(".parquet")
        if only is not None and f"rulebook.{table}" not in only:
            continue
        connection.execute(f'create table "rulebook"."{table}" as select * from {_parquet(path)}')


def _copied(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = $name", {"name": LAKE_COPY}
    ).fetchall()
    return {f'"{schema}"."{table}"' for schema, table in rows}


def _loaded_parts(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(folder / LOADED_PARTS).to_pylist()
    return rows


def _row_counts(folder: Path) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in _loaded_parts(folder):
        counts[f"{row['source']}/{row['dataset']}"] = (
            counts.get(f"{row['source']}/{row['dataset']}", 0) + row["row_count"]
        )
    return counts


def _lake_rows(files: Sequence[str]) -> str:
    """Parts of one dataset as a relation, without their folders' names as columns."""
    return f"read_parquet([{', '.join(map(one_file, files))}], hive_partitioning = false)"


def _dataset_sql(dataset: Dataset, folder: Path, lake_rows: str) -> str:
    """All rows of the loaded parts, except those that repeat a row of another file of their drop."""
    columns = ", ".join(
        "parts.file_name" if field.name == "file_name" else f'lake_rows."{field.name}"'
        for field in dataset_schema(dataset.source, dataset.name)
    )
    own = f"source = {_literal(dataset.source)} and dataset = {_literal(dataset.name)}"
    return f"""
        select {columns}
        from {lake_rows} as lake_rows
        inner join (select * from {_parquet(folder / LOADED_PARTS)} where {own}) as parts
            on parts.file_hash = lake_rows.file_hash and parts.received_on = lake_rows.received_on
        where not exists (
            select 1
            from (select * from {_parquet(folder / REPEATED_ROWS)} where {own}) as repeated
            where repeated.file_hash = lake_rows.file_hash
                and repeated.received_on = lake_rows.received_on
                and repeated.file_position = lake_rows.file_position
        )
    """


def dataset_relation(dataset: Dataset) -> str:
    """The quoted name of a dataset's dbt source."""
    return f'"{dataset.source}"."{dataset.name}"'


def _parquet(path: Path) -> str:
    """One file as a relation. A folder named a=b above it is not a partition."""
    return f"read_parquet({one_file(path)}, hive_partitioning = false)"


def one_file(path: Path | str) -> str:
    """A path, escaped for DuckDB's readers: a `*` in a folder's name must not be taken for a pattern, which would read
    files of other folders, too.
    """
    return _literal("".join(f"[{char}]" if char in "*?[" else char for char in str(path)))


def _literal(value: Path | str) -> str:
    return "'" + str(value).replace("'", "''") + "'"
