"""Queries of the dashboard of supervision. Does not belong here: its charts (`dashboards.supervision`)."""

from __future__ import annotations

from serving import detectors
from serving.freshness import is_delivered
from serving.outputs.superset import words
from serving.outputs.superset.assets import Dataset, Metric
from serving.outputs.superset.queries.shared import (
    ABOUT,
    AGENCIES,
    IN_WORDS,
    JOIN_ABOUT,
    JOIN_BUILD,
    JOIN_NOW,
    OF_AGENCY,
    STATE,
    STATE_NOW,
    Own,
    columns,
)

_DUE_LIMITS = (7, 30)
_OVERDUE = words.word("task_status", "overdue")

TASKS = Dataset(
    name="待办事项",
    schema="supervision",
    description="每行一项任务 One row per task.",
    sql=f"""
select
    tasks.task_id,
    tasks.agency_id,{ABOUT},
    {STATE_NOW} as state,
    tasks.title_zh,
    tasks.clause,
    tasks.opened_on,
    tasks.due_on,
    tasks.closed_on,
    {words.called("task_status", "tasks.status")} as status_zh,
    case when tasks.status = 'done' then null else tasks.due_on - build.as_of_on end as days_left,
    case when tasks.status <> 'done' then
        {words.bands("tasks.due_on - build.as_of_on", _DUE_LIMITS, [("tasks.status = 'overdue'", _OVERDUE)])}
    end as due_band
from supervision.rpt_tasks as tasks
{JOIN_BUILD}
{JOIN_ABOUT.format("tasks")}
{JOIN_NOW.format("tasks")}
""",
    columns=columns(
        "task_id",
        *OF_AGENCY,
        STATE,
        Own("title_zh", "任务"),
        *("clause", "opened_on", "due_on", "closed_on"),
        IN_WORDS["status"],
        Own("days_left", "剩余天数", "integer"),
        Own("due_band", "期限分段"),
    ),
    metrics=(
        Metric("tasks", "任务数", "count(distinct task_id)"),
        Metric(
            "open_tasks",
            "待办任务",
            f"count(distinct task_id) filter (where status_zh <> {words.sql_word('task_status', 'done')})",
        ),
        Metric(
            "overdue_tasks",
            "逾期任务",
            f"count(distinct task_id) filter (where status_zh = {words.sql_word('task_status', 'overdue')})",
        ),
    ),
    period="opened_on",
)

CONDITIONS = Dataset(
    name="从业条件",
    schema="supervision",
    description="每行一家机构一项条件，截至发布 One row per agency and condition, as of the release.",
    sql=f"""
select
    conditions.agency_id,{ABOUT},
    {STATE_NOW} as state,
    conditions.title_zh,
    conditions.required,
    conditions.actual,
    conditions.actual_without_leads,
    {words.called("is_met", "conditions.is_met::text")} as is_met_zh,
    case when conditions.is_met then 0 else 1 end as unmet
from supervision.rpt_conformity as conditions
{JOIN_BUILD}
{JOIN_ABOUT.format("conditions")}
{JOIN_NOW.format("conditions")}
where
    conditions.valid_from_on <= build.as_of_on
    and (conditions.valid_until_on is null or build.as_of_on < conditions.valid_until_on)
""",
    columns=columns(
        *OF_AGENCY,
        STATE,
        Own("title_zh", "条件"),
        *("required", "actual", "actual_without_leads"),
        Own("is_met_zh", "是否符合"),
        Own("unmet", "不符合项", "integer"),
    ),
    metrics=(
        AGENCIES,
        Metric("agencies_unmet", "不符合条件的机构", "count(distinct agency_id) filter (where unmet = 1)"),
        Metric("unmet_count", "不符合项数", "sum(unmet)"),
        Metric("actual_now", "实际", "max(actual)", ",~g"),
    ),
)

REPAIRS = Dataset(
    name="信用修复",
    schema="supervision",
    description="每行一件修复申请 One row per application for repair.",
    sql=f"""
select
    repairs.application_id,
    repairs.agency_id,{ABOUT},
    {STATE_NOW} as state,
    repairs.applied_on,
    repairs.accepted_on,
    repairs.due_on,
    repairs.replied_on,
    repairs.working_days_used,
    case
        when repairs.is_applied then {words.sql_word("repair_outcome", "applied")}
        when repairs.replied_on is null and repairs.decision is null then {words.sql_word("repair_outcome", "waiting")}
        else {words.sql_word("repair_outcome", "refused")}
    end as outcome_zh,
    case
        when not repairs.is_applied and (repairs.replied_on is not null or repairs.decision is not null) then
            {words.called("refusal_reason", "repairs.refusal_reason")}
    end as refusal_reason_zh,
    {words.yes_no("repairs.is_overdue")} as is_overdue_zh
from supervision.rpt_repairs as repairs
{JOIN_ABOUT.format("repairs")}
{JOIN_NOW.format("repairs")}
""",
    columns=columns(
        "application_id",
        *OF_AGENCY,
        STATE,
        *("applied_on", "accepted_on", "due_on", "replied_on", "working_days_used"),
        Own("outcome_zh", "结果"),
        Own("refusal_reason_zh", "未生效原因"),
        Own("is_overdue_zh", "逾期"),
    ),
    metrics=(
        Metric("applications", "申请数", "count(distinct application_id)"),
        Metric(
            "waiting",
            "待答复的修复申请",
            f"count(distinct application_id) filter (where outcome_zh = {words.sql_word('repair_outcome', 'waiting')})",
        ),
        Metric("average_days", "平均用时（工作日）", "avg(working_days_used)", ",.1f"),
    ),
    period="applied_on",
)

LEADS = Dataset(
    name="失信线索",
    schema="supervision",
    description="每行一条线索，线索不计分 One row per lead; a lead scores nothing.",
    sql=f"""
select
    leads.lead_id,
    leads.agency_id,{ABOUT},
    {STATE_NOW} as state,
    {words.kind(detectors.LEAD, "leads.lead_kind")} as lead_kind_zh,
    {words.severity("leads.severity")} as severity_zh,
    {words.called("review_status", "leads.status")} as status_zh,
    leads.first_seen_on,
    leads.due_on
from supervision.fct_leads as leads
{JOIN_ABOUT.format("leads")}
{JOIN_NOW.format("leads")}
""",
    columns=columns(
        "lead_id",
        *OF_AGENCY,
        STATE,
        Own("lead_kind_zh", "线索类型"),
        *(IN_WORDS["severity"], IN_WORDS["status"]),
        *("first_seen_on", "due_on"),
    ),
    metrics=(
        Metric("leads", "线索数", "count(distinct lead_id)"),
        Metric(
            "open_leads",
            "待核线索",
            f"count(distinct lead_id) filter (where status_zh = {words.sql_word('review_status', 'open')})",
        ),
    ),
    period="first_seen_on",
)

FEEDS = Dataset(
    name="收到的文件",
    schema="quality",
    description="每行一个收到的文件 One row per file received.",
    sql=f"""
select
    loads.received_on,
    {words.called("dataset", "loads.dataset")} as dataset_zh,
    loads.source,
    loads.file_name,
    {words.called("load_status", "loads.status")} as status_zh,
    case when {is_delivered("loads.status")} then loads.received_on end as delivered_on,
    build.as_of_on,
    {words.file_reason("loads.reason_code")} as reason_zh,
    loads.message,
    loads.accepted_count,
    loads.quarantined_count,
    loads.duplicate_count
from quality.fct_loads as loads
{JOIN_BUILD}
""",
    columns=columns(
        "received_on",
        IN_WORDS["dataset"],
        *("source", "file_name"),
        IN_WORDS["status"],
        Own(
            "delivered_on",
            "送达日期",
            "date",
            "收到日期；暂扣、已替换的为空 day received; null for held and replaced files",
        ),
        "as_of_on",
        Own("reason_zh", "原因"),
        *("message", "accepted_count", "quarantined_count", "duplicate_count"),
    ),
    metrics=(
        Metric("files", "文件数", "count(*)"),
        Metric(
            "held_files", "暂扣文件", f"count(*) filter (where status_zh = {words.sql_word('load_status', 'held')})"
        ),
        Metric("last_received", "最近收到", "max(delivered_on)", None),
        Metric("days_since", "距评价日天数", "max(as_of_on) - max(delivered_on)"),
        Metric("accepted", "接受行数", "sum(accepted_count)"),
        Metric("quarantined", "隔离行数", "sum(quarantined_count)"),
    ),
    period="received_on",
)
