"""What the queries of the dashboards have in common: what a filter of an agency asks, and how a column is described.

A column that is called as in the dictionary is the mart's; what is in words ends in `_zh`. Does not belong here: the
queries (the other modules), datasets of single tables (`datasets`).
"""

from __future__ import annotations

from dataclasses import dataclass

from serving.dictionary import entries
from serving.outputs.postgres.shape import type_of
from serving.outputs.superset import words
from serving.outputs.superset.assets import Column, Metric, described
from serving.releases import checks

AGENCIES = Metric("agencies", "机构数", "count(distinct agency_id)")

# What every filter of an agency asks, from credit.dim_agencies as `about` and credit.agency_grades as `now`.
ABOUT = f"""
    about.agency_name,
    coalesce(about.registered_region_name, '不详') as registered_region_name,
    {words.called("service_type", "coalesce(about.service_type, '不详')")} as service_type_zh,
    {words.called("directory_status", "about.directory_status")} as directory_status_zh"""
STATE_NOW = words.state("now.grade", "now.score_grade_reason", "about.directory_status")
# The day on which a release's tasks, conditions and conflicts stand, as `build`: no clock of the server, which would
# disagree with their status. A release id begins with it (marts.md).
JOIN_BUILD = f"cross join (select left(min(release_id), 10)::date as as_of_on from {checks.TABLE}) as build"
JOIN_ABOUT = "left join credit.dim_agencies as about on about.agency_id = {0}.agency_id"
JOIN_NOW = "left join credit.agency_grades as now on now.agency_id = {0}.agency_id"


@dataclass(frozen=True)
class Own:
    """A column that no mart has."""

    name: str
    label: str
    type: str = "text"
    note: str = ""


IN_WORDS = {
    name: Own(f"{name}_zh", entries()[name].zh)
    for name in ("service_type", "directory_status", "change_cause", "severity", "status", "line_kind", "dataset")
}
STATE = Own("state", "等级", note="等级；暂停、退出、未评的机构为其状态 the grade, or the state that is none")
OF_AGENCY = (
    *("agency_id", "agency_name", "registered_region_name"),
    *(IN_WORDS["service_type"], IN_WORDS["directory_status"]),
)


def columns(*listed: str | Own) -> tuple[Column, ...]:
    """The columns of a query, in its order."""
    found = []
    for one in listed:
        if isinstance(one, Own):
            found.append(Column(one.name, one.type, one.label, one.note or one.label))
            continue
        kind = entries()[one].type
        found.append(Column(one, type_of("VARCHAR" if kind == "string" else kind.upper(), one), *described(one)))
    return tuple(found)
