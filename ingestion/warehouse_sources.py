"""Which schemas and tables the dbt sources are, and how they become relations of a DuckDB file.

Belongs here: the map dbt source -> Arrow schema, and its DDL. Does not belong here: which files are loaded.
"""

import duckdb
import pyarrow as pa

from ingestion import build_tables
from ingestion.sources import DATASETS

# Every lake relation shows the name of the file its row came in, which only the manifest knows.
FILE_NAME_FIELD = pa.field("file_name", pa.string(), nullable=False)


def dataset_schema(source: str, name: str) -> pa.Schema:
    """Columns of dbt source `<source>.<name>`: the dataset's lake schema and the file's name."""
    return DATASETS[(source, name)].lake_schema().append(FILE_NAME_FIELD)


def source_schemas() -> dict[tuple[str, str], pa.Schema]:
    """(schema, table) -> columns, for the datasets and the build's own tables (rulebook tables come beside)."""
    schemas = {key: dataset_schema(*key) for key in DATASETS}
    schemas |= {("lake", name): schema for name, schema in build_tables.BUILD_TABLES.items()}
    return schemas


def create_empty_tables(connection: duckdb.DuckDBPyConnection, schemas: dict[tuple[str, str], pa.Schema]) -> None:
    """Creates an empty table for each source, typed as Arrow types arrive in DuckDB."""
    for (schema, table), arrow_schema in schemas.items():
        connection.execute(f'create schema if not exists "{schema}"')
        empty = arrow_schema.empty_table()
        connection.register("_empty", empty)
        connection.execute(f'create table "{schema}"."{table}" as select * from _empty')
        connection.unregister("_empty")
