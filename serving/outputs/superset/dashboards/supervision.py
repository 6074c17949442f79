"""The dashboard of supervision (serving.md, Superset): tasks, conditions, repairs, leads, feeds."""

from __future__ import annotations

from collections.abc import Mapping

from serving import palette
from serving.outputs.superset import words
from serving.outputs.superset.assets import Dashboard
from serving.outputs.superset.charts import bars, donut, months, number, pivot_table, table, totals
from serving.outputs.superset.dashboards import filters
from serving.outputs.superset.queries.supervision import CONDITIONS, FEEDS, LEADS, REPAIRS, TASKS

_TEXT = """\
**待办、条件、修复、线索和来文截至最近一次发布，等级为今日（北京时间）。** 线索不计分，待核实。来文不受机构筛选影响。
Tasks, conditions, repairs, leads and files as of the last release; grades are today's. A lead scores nothing. Files received are not filtered by agency."""


def _status_colours() -> dict[str, str]:
    colours = {
        ("task_status", "open"): palette.PENDING,
        ("task_status", "overdue"): palette.BAD,
        ("task_status", "done"): palette.CLOSED,
        ("load_status", "loaded"): palette.GOOD,
        ("load_status", "held"): palette.BAD,
        ("load_status", "duplicate"): palette.CLOSED,
        ("load_status", "replaced"): palette.CLOSED,
        ("is_met", "true"): palette.GOOD,
        ("is_met", "false"): palette.BAD,
        ("repair_outcome", "applied"): palette.GOOD,
        ("repair_outcome", "refused"): palette.WARNING,
        ("repair_outcome", "waiting"): palette.PENDING,
    }
    return {
        **{words.word(*code): colour for code, colour in colours.items()},
        # what a chart without categories calls its bars: its metric, by name or by label
        **dict.fromkeys(("accepted", "接受行数"), palette.PENDING),
        **dict.fromkeys(("quarantined", "隔离行数"), palette.WARNING),
        **dict.fromkeys(("任务数", "申请数", "文件数", "tasks", "applications", "files"), palette.MAIN),
    }


def severity_colours() -> dict[str, str]:
    """Severity in words -> its colour."""
    return {word: palette.SEVERITIES[code] for code, word in words.severity_words().items()}


def dashboard(colours: Mapping[str, str]) -> Dashboard:
    """The dashboard; `colours` are those of states."""
    statuses = _status_colours()
    is_open = [("status_zh", "!=", words.word("task_status", "done"))]
    rows = (
        _TEXT,
        (
            (number("supervision_open", ("待办任务", "Open tasks"), TASKS, "open_tasks"), 2, 18),
            (number("supervision_overdue", ("逾期任务", "Overdue tasks"), TASKS, "overdue_tasks"), 2, 18),
            (
                number("supervision_unmet", ("条件不符", "Agencies below conditions"), CONDITIONS, "agencies_unmet"),
                2,
                18,
            ),
            (number("supervision_waiting", ("待复修复", "Repairs to answer"), REPAIRS, "waiting"), 2, 18),
            (number("supervision_leads", ("待核线索", "Open leads"), LEADS, "open_leads"), 2, 18),
            (number("supervision_held", ("暂扣文件", "Files held"), FEEDS, "held_files"), 2, 18),
        ),
        (
            (
                bars(
                    "supervision_tasks",
                    "任务，按状态 Tasks by status",
                    TASKS,
                    "title_zh",
                    "tasks",
                    by="status_zh",
                    is_horizontal=True,
                    unit="任务数（项）",
                    is_of_period=True,
                ),
                7,
                52,
            ),
            (
                bars(
                    "supervision_due",
                    "未办结任务，按期限 Open tasks by time left",
                    TASKS,
                    "due_band",
                    "tasks",
                    where=is_open,
                    unit="任务数（项）",
                    is_of_period=True,
                ),
                5,
                52,
            ),
        ),
        (
            (
                table(
                    "supervision_list",
                    "未办结任务 Open tasks",
                    TASKS,
                    [
                        *("due_on", "title_zh", "agency_name", "registered_region_name", "state"),
                        *("status_zh", "days_left", "opened_on", "clause"),
                    ],
                    order=[("due_on", True), ("opened_on", True), ("agency_name", True)],
                    where=is_open,
                    colours={"status_zh": statuses, "state": dict(colours)},
                    is_of_period=True,
                    has_search=True,
                ),
                12,
                62,
            ),
        ),
        (
            (
                bars(
                    "supervision_conditions",
                    "从业条件，按项 Conditions met and not met",
                    CONDITIONS,
                    "title_zh",
                    "agencies",
                    by="is_met_zh",
                    is_horizontal=True,
                    unit="机构数（家）",
                ),
                6,
                52,
            ),
            (
                table(
                    "supervision_below",
                    "不符合的条件 Conditions not met",
                    CONDITIONS,
                    ["agency_name", "state", "title_zh", "required", "actual", "actual_without_leads"],
                    order=[("agency_name", True), ("title_zh", True)],
                    where=[("unmet", "==", 1)],
                    colours={"state": dict(colours)},
                    page=8,
                ),
                6,
                52,
            ),
        ),
        (
            (
                pivot_table(
                    "supervision_matrix",
                    "机构与条件：实际数 Agencies and conditions: what is there",
                    CONDITIONS,
                    ("agency_name", "title_zh"),
                    "actual_now",
                    description="人数、平方米，或 1 = 有、0 = 无 people, m², or 1 = yes, 0 = no",
                ),
                12,
                64,
            ),
        ),
        (
            (
                donut(
                    "supervision_repairs",
                    "修复申请，按结果 Repairs by outcome",
                    REPAIRS,
                    "outcome_zh",
                    "applications",
                    is_of_period=True,
                ),
                4,
                44,
            ),
            (
                bars(
                    "supervision_refused",
                    "未生效的原因 Why repairs were refused",
                    REPAIRS,
                    "refusal_reason_zh",
                    "applications",
                    where=[("refusal_reason_zh", "IS NOT NULL", None)],
                    is_horizontal=True,
                    sorted_by="applications",
                    unit="申请数（件）",
                    is_of_period=True,
                ),
                4,
                44,
            ),
            (
                months(
                    "supervision_applied",
                    "修复申请，按月 Applications by month",
                    REPAIRS,
                    "applied_on",
                    ["applications"],
                    by="outcome_zh",
                    unit="申请数（件）",
                ),
                4,
                44,
            ),
        ),
        (
            (
                bars(
                    "supervision_lead_kinds",
                    "待核线索，按类型和严重程度 Open leads by kind and severity",
                    LEADS,
                    "lead_kind_zh",
                    "leads",
                    by="severity_zh",
                    where=[("status_zh", "==", words.word("review_status", "open"))],
                    is_horizontal=True,
                    unit="线索数（条）",
                    is_of_period=True,
                ),
                6,
                68,
            ),
            (
                totals(
                    "supervision_lead_agencies",
                    "待核线索，按机构 Open leads by agency",
                    LEADS,
                    ["agency_name", "registered_region_name", "state"],
                    ["open_leads"],
                    order="open_leads",
                    where=[("status_zh", "==", words.word("review_status", "open"))],
                    colours={"state": dict(colours)},
                    is_of_period=True,
                    page=12,
                ),
                6,
                68,
            ),
        ),
        (
            (
                months(
                    "supervision_rows",
                    "来文行数，逐月 Rows received, month by month",
                    FEEDS,
                    "received_on",
                    ["accepted", "quarantined"],
                    unit="行",
                ),
                6,
                48,
            ),
            (
                bars(
                    "supervision_held_reasons",
                    "暂扣文件，按原因 Files held by reason",
                    FEEDS,
                    "reason_zh",
                    "files",
                    where=[("status_zh", "==", words.word("load_status", "held"))],
                    is_horizontal=True,
                    sorted_by="files",
                    unit="文件数（个）",
                    is_of_period=True,
                ),
                6,
                48,
            ),
        ),
        (
            (
                totals(
                    "supervision_feeds",
                    "各数据来源的新旧 How fresh each feed is",
                    FEEDS,
                    ["dataset_zh"],
                    ["last_received", "days_since", "files", "held_files", "accepted", "quarantined"],
                    order="days_since",
                    is_of_period=True,
                ),
                12,
                84,
            ),
        ),
    )
    return Dashboard(
        name="firemark-supervision",
        title="监管看板 Supervision",
        description="待办、从业条件、信用修复、线索和数据来源 Tasks, conditions, repairs, leads and feeds",
        rows=rows,
        filters=(
            filters.grade(TASKS),
            filters.district(TASKS),
            filters.service_type(TASKS),
            filters.directory_status(TASKS),
            filters.PERIOD,
        ),
        colours=dict(colours) | statuses | severity_colours(),
    )
