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
from serving.releases import catalogue
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
    found = catalogue.relations(release.connection, SCHEMAS[Audience.CONFLICT_DESK])
    for relation in found:
        audience = Audience.BI if relation.schema in SCHEMAS[Audience.BI] else Audience.CONFLICT_DESK
        require_visible(audience, relation.full_name, [column.name for column in relation.columns])
    return tuple(map(_dataset, found))


def _column(relation: catalogue.Relation, column: catalogue.Column) -> Column:
    kind, comment = type_of(column.kind, f"{relation.full_name}.{column.name}"), column.comment or ""
    label, description = described(column.name, comment.removeprefix(f"{entries()[column.name].zh} · "))
    return Column(column.name, kind, label, description)


def _dataset(relation: catalogue.Relation) -> Dataset:
    columns = tuple(_column(relation, column) for column in relation.columns)
    called = words_of("table").get(relation.name, ("", ""))[0]
    metrics = [Metric("rows", "行数", "count(*)")]
    for one in measures():
        if one.table == relation.name:
            expression, form = _AGGREGATIONS[one.aggregation]
            metrics.append(Metric(one.name, one.zh, expression.format(one.column), form))
    return Dataset(
        name=relation.name,
        schema=relation.schema,
        description=" · ".join(filter(None, (called, relation.comment))),
        columns=columns,
        metrics=tuple(metrics),
        period=next((column.name for column in columns if column.is_temporal), None),
    )
