"""SQL for the order in which rows are shown. Does not belong here: which rows are shown."""

from __future__ import annotations

GRAVEST_FIRST = (
    "case severity when 'very_high' then 1 when 'high' then 2 when 'medium' then 3 when 'low' then 4 else 5 end"
)
