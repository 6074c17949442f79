"""The dashboard of grades (serving.md, Superset): now, over time, why they change, what comes next."""

from __future__ import annotations

from collections.abc import Mapping

from serving import palette
from serving.horizon import CHANGE_DAYS
from serving.outputs.superset import words
from serving.outputs.superset.assets import Dashboard
from serving.outputs.superset.charts import bars, heatmap, months, number, table
from serving.outputs.superset.dashboards import filters
from serving.outputs.superset.queries.credit import (
    GRADE_CHANGES,
    GRADES_BY_MONTH,
    GRADES_TODAY,
    LINES_IN_FORCE,
    SCORE_STEP,
)

_TEXT = """\
**等级为今日（北京时间）的等级，随日期自动更新，名录状态截至最近一次发布。** 标为“暂定”的分值以通知附件1公布后为准。
Grades are those of today; the directory's status is as of the last release. Points marked provisional may change."""


def _causes() -> dict[str, str]:
    colours = {
        "determination": palette.MAIN,
        "expiry": palette.PALE_BLUE,
        "repair": palette.PALE_GREEN,
        "rulebook": palette.ORANGE,
        "fact": palette.YELLOW,
        "start": palette.NO_GRADE,
    }
    return {words.word("change_cause", cause): colour for cause, colour in colours.items()}


def dashboard(colours: Mapping[str, str]) -> Dashboard:
    """The dashboard; `colours` are those of states."""
    states = dict(colours)
    rows = (
        _TEXT,
        (
            (number("credit_agencies", ("机构数", "Agencies"), GRADES_TODAY, "agencies"), 3, 18),
            (number("credit_score", ("平均得分", "Average score"), GRADES_TODAY, "average_score"), 3, 18),
            (
                number("credit_misconduct", ("有有效失信的机构", "With active misconduct"), GRADES_TODAY, "misconduct"),
                3,
                18,
            ),
            (
                number(
                    "credit_changing",
                    (f"{CHANGE_DAYS} 天内等级将变的机构", "Whose grade changes soon"),
                    GRADES_TODAY,
                    "grades_changing",
                ),
                3,
                18,
            ),
        ),
        (
            (
                bars(
                    "credit_grades",
                    "今日等级 Grades today",
                    GRADES_TODAY,
                    "state",
                    "agencies",
                    by="state",
                    unit="机构数（家）",
                ),
                4,
                48,
            ),
            (
                bars(
                    "credit_scores",
                    "得分分布 Distribution of scores",
                    GRADES_TODAY,
                    "score_step",
                    "agencies",
                    by="state",
                    unit="机构数（家）",
                    label_across=f"得分（每 {SCORE_STEP} 分一段，标下限）",
                    is_scale=True,
                ),
                8,
                48,
            ),
        ),
        (
            (
                months(
                    "credit_months",
                    "各等级机构数，逐月 Agencies by grade, month by month",
                    GRADES_BY_MONTH,
                    "month_on",
                    ["agencies"],
                    by="state",
                    unit="机构数（家）",
                ),
                12,
                50,
            ),
        ),
        (
            (
                months(
                    "credit_causes",
                    "等级变化次数，按原因 Changes of grade by cause",
                    GRADE_CHANGES,
                    "changed_on",
                    ["changes"],
                    by="change_cause_zh",
                    where=[("is_ahead", "==", False)],
                    unit="变化次数（次）",
                ),
                8,
                48,
            ),
            (
                heatmap(
                    "credit_moves",
                    "原等级（纵）到新等级（横） From grade (down) to grade (across)",
                    GRADE_CHANGES,
                    ("from_state", "to_state"),
                    "changes",
                    where=[("is_ahead", "==", False)],
                    is_of_period=True,
                ),
                4,
                48,
            ),
        ),
        (
            (
                bars(
                    "credit_districts",
                    "各区县等级 Grades by district",
                    GRADES_TODAY,
                    "registered_region_name",
                    "agencies",
                    by="state",
                    is_horizontal=True,
                    unit="机构数（家）",
                ),
                6,
                54,
            ),
            (
                bars(
                    "credit_services",
                    "各服务类型等级 Grades by service type",
                    GRADES_TODAY,
                    "service_type_zh",
                    "agencies",
                    by="state",
                    is_horizontal=True,
                    unit="机构数（家）",
                ),
                6,
                54,
            ),
        ),
        (
            (
                table(
                    "credit_next",
                    f"{CHANGE_DAYS} 天内得分将变 Scores that change soon",
                    GRADES_TODAY,
                    ["next_change_on", "agency_name", "state", "score", "next_state", "next_score"],
                    order=[("next_change_on", True), ("agency_name", True)],
                    where=[("days_until_change", "<=", CHANGE_DAYS)],
                    colours={"state": states, "next_state": states},
                ),
                6,
                62,
            ),
            (
                table(
                    "credit_ending",
                    f"{CHANGE_DAYS} 天内期满的分录 Ledger lines that end soon",
                    LINES_IN_FORCE,
                    ["last_day_on", "agency_name", "line_kind_zh", "title_zh", "points"],
                    order=[("last_day_on", True), ("agency_name", True)],
                    where=[("days_left", "<=", CHANGE_DAYS)],
                ),
                6,
                62,
            ),
        ),
        (
            (
                table(
                    "credit_list",
                    "机构一览 All agencies",
                    GRADES_TODAY,
                    [
                        *("agency_name", "registered_region_name", "service_type_zh", "directory_status_zh", "state"),
                        *("score", "since_on", "last_checked_on", "is_provisional_zh", "is_evidence_incomplete_zh"),
                    ],
                    order=[("state", True), ("score", False), ("agency_name", True)],
                    colours={"state": states},
                    page=20,
                    has_search=True,
                ),
                12,
                98,
            ),
        ),
    )
    return Dashboard(
        name="firemark-credit",
        title="信用看板 Credit",
        description="当前等级、等级变化及原因、得分分布、即将期满 Grades now and over time, causes, scores, what ends soon",
        rows=rows,
        filters=(
            filters.grade(GRADES_TODAY),
            filters.district(GRADES_TODAY),
            filters.service_type(GRADES_TODAY),
            filters.directory_status(GRADES_TODAY),
            filters.PERIOD,
        ),
        colours=states | _causes() | {"机构数": palette.MAIN},
    )
