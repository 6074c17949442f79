"""The dashboard of the conflict desk (serving.md, Superset): restricted, read by a role of its own, kept in no cache."""

from __future__ import annotations

from collections.abc import Mapping

from serving import palette
from serving.outputs.superset import words
from serving.outputs.superset.assets import Dashboard, Filter
from serving.outputs.superset.charts import bars, donut, months, number, table, totals
from serving.outputs.superset.dashboards import filters
from serving.outputs.superset.dashboards.supervision import severity_colours
from serving.outputs.superset.queries.conflicts import CONFLICTS

_TEXT = """\
**限制查阅：含注册消防工程师姓名，仅供冲突研判岗。** 冲突截至最近一次发布。每条冲突是待核实的线索，经研判属实方计分。涉及两家机构的，任一家符合筛选即显示。
Restricted: engineers by name. Conflicts are as of the last release. A conflict is a lead until the desk confirms it. One that concerns two agencies is shown if either is chosen."""


def _status_colours() -> dict[str, str]:
    colours = {
        "open": palette.PENDING,
        "confirmed": palette.BAD,
        "cleared": palette.GOOD,
        "explained": palette.PALE_GREEN,
        "expired": palette.CLOSED,
    }
    return {words.word("review_status", status): colour for status, colour in colours.items()}


def dashboard(colours: Mapping[str, str]) -> Dashboard:
    """The dashboard; `colours` are those of states."""
    is_open = [("status_zh", "==", words.word("review_status", "open"))]
    states = dict(colours)
    rows = (
        _TEXT,
        (
            (number("desk_open", ("待核冲突", "Open conflicts"), CONFLICTS, "open_conflicts"), 3, 18),
            (number("desk_overdue", ("逾期未核", "Overdue"), CONFLICTS, "overdue_conflicts"), 3, 18),
            (
                number(
                    "desk_engineers",
                    ("待核冲突涉及的工程师", "Engineers concerned"),
                    CONFLICTS,
                    "engineers",
                    where=is_open,
                ),
                3,
                18,
            ),
            (number("desk_longest", ("最久未核天数", "Days the oldest is open"), CONFLICTS, "longest_open"), 3, 18),
        ),
        (
            (
                bars(
                    "desk_kinds",
                    "待核冲突，按类型和严重程度 Open conflicts by kind and severity",
                    CONFLICTS,
                    "conflict_kind_zh",
                    "conflicts",
                    by="severity_zh",
                    where=is_open,
                    is_horizontal=True,
                    unit="冲突数（条）",
                    is_of_period=True,
                ),
                8,
                60,
            ),
            (
                donut(
                    "desk_statuses",
                    "全部冲突，按状态 All conflicts by status",
                    CONFLICTS,
                    "status_zh",
                    "conflicts",
                    is_of_period=True,
                ),
                4,
                60,
            ),
        ),
        (
            (
                bars(
                    "desk_ages",
                    "待核冲突，按发现至今 Open conflicts by age",
                    CONFLICTS,
                    "age_band",
                    "conflicts",
                    by="severity_zh",
                    where=is_open,
                    unit="冲突数（条）",
                    is_of_period=True,
                ),
                5,
                48,
            ),
            (
                months(
                    "desk_months",
                    "冲突，按首次发现月份 Conflicts by month first seen",
                    CONFLICTS,
                    "first_seen_on",
                    ["conflicts"],
                    by="status_zh",
                    unit="冲突数（条）",
                ),
                7,
                48,
            ),
        ),
        (
            (
                totals(
                    "desk_agencies",
                    "待核冲突，按机构 Open conflicts by agency",
                    CONFLICTS,
                    ["agency_name", "registered_region_name", "state"],
                    ["open_conflicts", "overdue_conflicts", "engineers"],
                    order="open_conflicts",
                    where=is_open,
                    colours={"state": states},
                    is_of_period=True,
                    page=10,
                ),
                6,
                76,
            ),
            (
                table(
                    "desk_effects",
                    "认定后的得分与等级 Score and grade if confirmed",
                    CONFLICTS,
                    [
                        "agency_name",
                        "conflict_kind_zh",
                        "grade_now",
                        "score",
                        "grade_if_confirmed",
                        "score_if_confirmed",
                    ],
                    order=[("score_if_confirmed", True), ("agency_name", True)],
                    where=is_open,
                    colours={"grade_now": states, "grade_if_confirmed": states},
                    is_of_period=True,
                    page=10,
                ),
                6,
                76,
            ),
        ),
        (
            (
                totals(
                    "desk_cases",
                    "待核冲突一览 Open conflicts",
                    CONFLICTS,
                    [
                        *("severity_zh", "conflict_kind_zh", "engineer_name", "registration_no"),
                        *("employer_a_name", "employer_b_name", "overlap_from_on", "overlap_days", "first_seen_on"),
                        *("due_on", "is_overdue_zh"),
                    ],
                    ["open_days"],
                    order="gravest_first",
                    is_descending=False,
                    where=is_open,
                    is_of_period=True,
                ),
                12,
                116,
            ),
        ),
    )
    return Dashboard(
        name="firemark-conflicts",
        title="研判看板 Conflict desk",
        description="工程师执业冲突，限制查阅 Conflicts of engineers by kind, severity, age and agency; restricted",
        rows=rows,
        filters=(
            filters.grade(CONFLICTS),
            filters.district(CONFLICTS),
            filters.service_type(CONFLICTS),
            Filter("冲突类型 Kind", "conflict_kind_zh", CONFLICTS),
            Filter("严重程度 Severity", "severity_zh", CONFLICTS),
            filters.PERIOD,
        ),
        colours=states | _status_colours() | severity_colours(),
    )
