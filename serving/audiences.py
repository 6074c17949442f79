"""Who reads a release, and which schemas each may see. The allow-list of an audience stands here and nowhere else.

Does not belong here: how an audience is served (`outputs`).
"""

from __future__ import annotations

from enum import StrEnum

MART_SCHEMAS = ("credit", "supervision", "conflicts", "publication", "quality")
RESTRICTED_SCHEMAS = ("conflicts",)  # engineers by name
_OPEN_SCHEMAS = tuple(schema for schema in MART_SCHEMAS if schema not in RESTRICTED_SCHEMAS)


class Audience(StrEnum):
    """An audience of serving.md. An output holds nothing but what `SCHEMAS` names for its audience."""

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


def sees_conflicts(audience: Audience) -> bool:
    """Whether an audience reads the file that holds restricted schemas."""
    return not set(RESTRICTED_SCHEMAS).isdisjoint(SCHEMAS[audience])
