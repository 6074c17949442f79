"""A dataset for each table and view of a release, with its columns as the release describes them.

Belongs here: reading the shape of a release, and what each table can be summed up as. Does not belong here: datasets that
join tables for a dashboard (`queries`).
"""

from __future__ import annotations

from serving.audiences import SCHEMAS, Audience, require_visible
from serving.dictionary import entries, words_of
from serving.dictionary.importers import measures
from serving.outputs.postgres.shape import type_of
from serving.outputs.superset.assets import Column, Dataset, Metric, described
from serving.releases.opened import Release

# What a measure of the dictionary is in SQL, and how its number is written.
_AGGREGATIONS = {
    "count": ("count({})", ",d"),
    "count_distinct": ("count(distinct {})", ",d"),
    "sum": ("sum({})", ",d"),
    "average": ("avg({})", ",.1f"),
}


def of_release(release: Release) -> tuple[Dataset, ...]:
    """The datasets of every table and view, by name. Raises ColumnNotAllowedError."""
    found = release.rows(
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
        "where not internal and list_contains(?, schema_name) order by schema_name, table_name, column_index",
        [list(SCHEMAS[Audience.CONFLICT_DESK])],
    )
    about = {
        (row["schema_name"], row["name"]): row["comment"]
        for row in release.rows(
            "select schema_name, table_name as name, comment from duckdb_tables() where not internal "
            "union all select schema_name, view_name, comment from duckdb_views() where not internal"
        )
    }
    columns: dict[tuple[str, str], list[Column]] = {}
    for row in found:
        columns.setdefault((row["schema_name"], row["table_name"]), []).append(
            _column(row["column_name"], row["data_type"], row["comment"] or "")
        )
    for (schema, table), of_table in columns.items():
        audience = Audience.BI if schema in SCHEMAS[Audience.BI] else Audience.CONFLICT_DESK
        require_visible(audience, f"{schema}.{table}", [column.name for column in of_table])
    return tuple(_dataset(schema, table, about[schema, table] or "", of) for (schema, table), of in columns.items())


def _column(name: str, kind: str, comment: str) -> Column:
    kind = type_of(kind, name)
    if name not in entries():
        return Column(name, kind, name, comment)
    label, description = described(name, comment.removeprefix(f"{entries()[name].zh} · "))
    return Column(name, kind, label, description)


def _dataset(schema: str, table: str, comment: str, columns: list[Column]) -> Dataset:
    called = words_of("table").get(table, ("", ""))[0]
    metrics = [Metric("rows", "行数", "count(*)")]
    for one in measures():
        if one.table == table:
            expression, form = _AGGREGATIONS[one.aggregation]
            metrics.append(Metric(one.name, one.zh, expression.format(one.column), form))
    return Dataset(
        name=table,
        schema=schema,
        description=" · ".join(filter(None, (called, comment))),
        columns=tuple(columns),
        metrics=tuple(metrics),
        period=next((column.name for column in columns if column.is_temporal), None),
    )
