"""How far back and ahead changes are shown, on the site and on dashboards. Does not belong here: which changes there are."""

from __future__ import annotations

CHANGE_DAYS = 90  # of past changes of grades, and of known ones to come
