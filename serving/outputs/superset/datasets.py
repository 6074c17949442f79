"""A dataset for each table and view of a release, with its columns as the release describes them.

Belongs here: what each table is called and can be summed up as. Does not belong here: reading the shape of a release
(`outputs.relations`), datasets that join tables for a dashboard (`joined`).
"""

from __future__ import annotations

from serving.audiences import SCHEMAS, Audience, require_visible
from serving.dictionary import entries, words_of
from serving.dictionary.importers import measures
from serving.outputs.postgres.shape import type_of
from serving.outputs.relations import Relation, RelationColumn, relations_of
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
    """The datasets of every table and view, by name. Raises ColumnNotAllowedError, or PublishRefusedError for a type that
    Postgres has not."""
    relations = relations_of(release.connection, SCHEMAS[Audience.CONFLICT_DESK])
    for relation in relations:
        audience = Audience.BI if relation.schema in SCHEMAS[Audience.BI] else Audience.CONFLICT_DESK
        require_visible(audience, relation.full_name, relation.column_names)
    return tuple(map(_dataset, relations))


def _column(found: RelationColumn, table: str) -> Column:
    name, comment = found.name, found.comment or ""
    kind = type_of(found.kind, f"{table}.{name}")
    if name not in entries():
        return Column(name, kind, name, comment)
    label, description = described(name, comment.removeprefix(f"{entries()[name].zh} · "))
    return Column(name, kind, label, description)


def _dataset(found: Relation) -> Dataset:
    called = words_of("table").get(found.name, ("", ""))[0]
    columns = tuple(_column(column, found.full_name) for column in found.columns)
    metrics = [Metric("rows", "行数", "count(*)")]
    for one in measures():
        if one.table == found.name:
            expression, form = _AGGREGATIONS[one.aggregation]
            metrics.append(Metric(one.name, one.zh, expression.format(one.column), form))
    return Dataset(
        name=found.name,
        schema=found.schema,
        description=" · ".join(filter(None, (called, found.comment))),
        columns=columns,
        metrics=tuple(metrics),
        period=next((column.name for column in columns if column.is_temporal), None),
    )
