"""Who reads a release and which schemas and single tables each audience may see: with the dictionary's audience per
column, the only allow-list.

Does not belong here: how an audience is served (`outputs`).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from serving.dictionary import entries

MART_SCHEMAS = ("credit", "supervision", "conflicts", "publication", "quality")
RESTRICTED_SCHEMAS = ("conflicts",)  # engineers by name
_OPEN_SCHEMAS = tuple(schema for schema in MART_SCHEMAS if schema not in RESTRICTED_SCHEMAS)


class Audience(StrEnum):
    """An audience of serving.md. An output holds only the schemas that `SCHEMAS` names for its audience."""

    PUBLIC = "public"
    BI = "bi"
    SUPERVISOR = "supervisor"
    CONFLICT_DESK = "conflict_desk"


SCHEMAS: dict[Audience, tuple[str, ...]] = {
    Audience.PUBLIC: ("publication",),
    Audience.BI: _OPEN_SCHEMAS,
    Audience.SUPERVISOR: MART_SCHEMAS,
    Audience.CONFLICT_DESK: MART_SCHEMAS,
}


# Tables outside its schemas of which an audience reads the columns that it may see.
TABLES: dict[Audience, tuple[str, ...]] = {
    Audience.PUBLIC: (
        "credit.dim_agencies",
        "credit.dim_rules",
        "credit.fct_score_history",  # from the evaluation day on: what is past is not told (credit.md 6.13)
        "credit.fct_grade_changes",
        "credit.fct_unrated_spans",
        "supervision.fct_measures",
        "supervision.rpt_conformity",
    ),
}

# What a server that holds copies is for: the widest of its readers.
SERVERS = {"public": Audience.PUBLIC, "bi": Audience.BI, "conflicts": Audience.CONFLICT_DESK}
DEFAULT_SERVER = "bi"

# The columns that each audience may see: its own and those of wider audiences.
_WIDENING = (("public",), ("public", "bi"), ("public", "bi", "desk"))
_COLUMNS_OF = {
    Audience.PUBLIC: _WIDENING[0],
    Audience.BI: _WIDENING[1],
    Audience.SUPERVISOR: _WIDENING[2],
    Audience.CONFLICT_DESK: _WIDENING[2],
}


class ColumnNotAllowedError(Exception):
    """An output would hold a table or column that its audience may not see."""


def may_see(audience: Audience, column: str) -> bool:
    """Whether the audience may see this column; a column without an entry is hidden from everybody."""
    entry = entries().get(column)
    return entry is not None and entry.audience in _COLUMNS_OF[audience]


def require_visible(audience: Audience, table: str, columns: Iterable[str]) -> None:
    """Raises ColumnNotAllowedError where `schema.table` or one of its columns is not for the audience."""
    if table.partition(".")[0] not in SCHEMAS[audience] and table not in TABLES.get(audience, ()):
        raise ColumnNotAllowedError(
            f"{table} is not for the audience {audience.value}: leave it out, or add its schema to SCHEMAS or the table to "
            "TABLES in serving/audiences.py"
        )
    for column in columns:
        if not may_see(audience, column):
            raise ColumnNotAllowedError(
                f"{table}.{column} is not for the audience {audience.value}: give the column an entry of this audience "
                "in serving/dictionary/columns.csv, or leave it out of the table"
            )


def sees_conflicts(audience: Audience) -> bool:
    """Whether an audience reads the file that holds restricted schemas."""
    return not set(RESTRICTED_SCHEMAS).isdisjoint(SCHEMAS[audience])
