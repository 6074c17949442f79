"""Orders in which rows are shown, as SQL. Does not belong here: which rows."""

from __future__ import annotations

GRAVEST_FIRST = (
    "case severity when 'very_high' then 1 when 'high' then 2 when 'medium' then 3 when 'low' then 4 else 5 end"
)
