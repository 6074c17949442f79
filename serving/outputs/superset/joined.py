"""The datasets that join tables for a dashboard. A new one is a query in its dashboard's module, and a name here."""

from __future__ import annotations

from serving.outputs.superset.of_conflicts import CONFLICTS
from serving.outputs.superset.of_credit import GRADE_CHANGES, GRADES_BY_MONTH, GRADES_TODAY, LINES_ENDING
from serving.outputs.superset.of_supervision import CONDITIONS, FEEDS, LEADS, REPAIRS, TASKS

JOINED = (
    *(GRADES_TODAY, GRADES_BY_MONTH, GRADE_CHANGES, LINES_ENDING),
    *(TASKS, CONDITIONS, REPAIRS, LEADS, FEEDS),
    CONFLICTS,
)
