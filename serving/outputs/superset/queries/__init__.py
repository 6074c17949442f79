"""The datasets that join tables for a dashboard. A new one is a query in the module of its subject, and a name here."""

from __future__ import annotations

from serving.outputs.superset.queries.conflicts import CONFLICTS
from serving.outputs.superset.queries.credit import GRADE_CHANGES, GRADES_BY_MONTH, GRADES_TODAY, LINES_IN_FORCE
from serving.outputs.superset.queries.supervision import CONDITIONS, FEEDS, LEADS, REPAIRS, TASKS

JOINED = (
    *(GRADES_TODAY, GRADES_BY_MONTH, GRADE_CHANGES, LINES_IN_FORCE),
    *(TASKS, CONDITIONS, REPAIRS, LEADS, FEEDS),
    CONFLICTS,
)
