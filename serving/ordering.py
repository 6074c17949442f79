"""The order of severities, and SQL for the order in which rows are shown. Does not belong here: which rows are shown."""

from __future__ import annotations

SEVERITIES = ("very_high", "high", "medium", "low", "review")  # gravest first
_PLACES = " ".join(f"when '{severity}' then {place}" for place, severity in enumerate(SEVERITIES[:-1], start=1))
GRAVEST_FIRST = f"case severity {_PLACES} else {len(SEVERITIES)} end"
