"""Datasets of the dashboards: marts joined with what the filters ask, codes in words.

Belongs here: one query a subject, with its columns and metrics. A column that is called as in the dictionary is the mart's;
what is in words ends in `_zh`. Does not belong here: datasets of single tables (`datasets`), charts.
"""

from __future__ import annotations

from dataclasses import dataclass

from serving.dictionary import entries
from serving.outputs.superset import words
from serving.outputs.superset.assets import Column, Dataset, Metric, described
from serving.outputs.superset.words import TODAY

DAYS_AHEAD = 90  # as the site tells changes that are known (`facts.CHANGE_DAYS`)
SCORE_STEP = 10
_AGE_LIMITS = (30, 90, 180)
_DUE_LIMITS = (7, 30)
_POSTGRES_TYPES = {"string": "text", "integer": "integer", "bigint": "bigint", "boolean": "boolean", "date": "date"}

_AGENCIES = Metric("agencies", "机构数", "count(distinct agency_id)")

# What every filter of an agency asks, from credit.dim_agencies as `about` and credit.agency_grades as `now`.
_ABOUT = f"""
    about.agency_name,
    coalesce(about.registered_region_name, '不详') as registered_region_name,
    {words.called("service_type", "coalesce(about.service_type, '不详')")} as service_type_zh,
    {words.called("directory_status", "about.directory_status")} as directory_status_zh"""
_STATE_NOW = words.state("now.grade", "now.score_grade_reason", "now.directory_status")
_JOIN_ABOUT = "left join credit.dim_agencies as about on about.agency_id = {0}.agency_id"
_JOIN_NOW = "left join credit.agency_grades as now on now.agency_id = {0}.agency_id"


@dataclass(frozen=True)
class _Own:
    """A column that no mart has."""

    name: str
    label: str
    type: str = "text"
    note: str = ""


_IN_WORDS = {
    name: _Own(f"{name}_zh", entries()[name].zh)
    for name in ("service_type", "directory_status", "change_cause", "severity", "status", "line_kind", "dataset")
}
_STATE = _Own("state", "等级", note="等级；暂停、退出、未评的机构为其状态 the grade, or the state that is none")
_OF_AGENCY = (
    *("agency_id", "agency_name", "registered_region_name"),
    *(_IN_WORDS["service_type"], _IN_WORDS["directory_status"]),
)


def _columns(*listed: str | _Own) -> tuple[Column, ...]:
    found = []
    for one in listed:
        if isinstance(one, _Own):
            found.append(Column(one.name, one.type, one.label, one.note or one.label))
            continue
        kind = entries()[one].type
        found.append(Column(one, _POSTGRES_TYPES.get(kind, kind.replace("decimal", "numeric")), *described(one)))
    return tuple(found)


GRADES_TODAY = Dataset(
    name="今日等级",
    schema="credit",
    description="每行一家机构：今日的等级和得分 One row per agency: grade and score today.",
    sql=f"""
select
    now.agency_id,{_ABOUT},
    {_STATE_NOW} as state,
    now.score,
    (floor(now.score / {SCORE_STEP}) * {SCORE_STEP})::integer as score_step,
    now.since_on,
    now.next_change_on,
    now.next_score,
    case when now.next_change_on is not null then
        {words.state("now.next_grade", "now.next_score_grade_reason")}
    end as next_state,
    now.next_grade_change_on,
    now.next_change_on - {TODAY} as days_until_change,
    now.next_grade_change_on - {TODAY} as days_until_grade_change,
    now.last_checked_on,
    {words.yes_no("now.has_active_misconduct")} as has_active_misconduct_zh,
    {words.yes_no("now.is_provisional")} as is_provisional_zh,
    {words.yes_no("now.is_evidence_incomplete")} as is_evidence_incomplete_zh
from credit.agency_grades as now
{_JOIN_ABOUT.format("now")}
""",
    columns=_columns(
        *_OF_AGENCY,
        _STATE,
        "score",
        _Own("score_step", f"得分（每 {SCORE_STEP} 分一段）", "integer", "所在段的下限 lower end of its step"),
        *("since_on", "next_change_on", "next_score"),
        _Own("next_state", "变动后等级"),
        "next_grade_change_on",
        _Own("days_until_change", "距变动天数", "integer"),
        _Own("days_until_grade_change", "距等级变动天数", "integer"),
        "last_checked_on",
        _Own("has_active_misconduct_zh", "有效失信"),
        _Own("is_provisional_zh", "暂定"),
        _Own("is_evidence_incomplete_zh", "证据不全"),
    ),
    metrics=(
        _AGENCIES,
        Metric("average_score", "平均得分", "avg(score)", ",.1f"),
        Metric(
            "grades_changing",
            f"{DAYS_AHEAD} 天内等级将变",
            f"count(distinct agency_id) filter (where days_until_grade_change <= {DAYS_AHEAD})",
        ),
        Metric("provisional", "暂定", "count(distinct agency_id) filter (where is_provisional_zh = '是')"),
        Metric("incomplete", "证据不全", "count(distinct agency_id) filter (where is_evidence_incomplete_zh = '是')"),
        Metric("misconduct", "有有效失信", "count(distinct agency_id) filter (where has_active_misconduct_zh = '是')"),
    ),
)

GRADES_BY_MONTH = Dataset(
    name="逐月等级",
    schema="credit",
    description="每行一家机构一个月：月末（本月为今日）的等级 One row per agency and month: the grade on its last day, or today.",
    sql=f"""
with months as (
    select month_on::date as month_on, least((month_on + interval '1 month')::date - 1, {TODAY}) as day
    from generate_series(
        (select date_trunc('month', min(valid_from_on)) from credit.fct_score_history),
        date_trunc('month', {TODAY}),
        interval '1 month'
    ) as month_on
)
select
    months.month_on,
    history.agency_id,{_ABOUT},
    {words.state("history.grade", "history.score_grade_reason")} as state,
    history.score
from months
inner join credit.fct_score_history as history
    on history.valid_from_on <= months.day and (history.valid_until_on is null or months.day < history.valid_until_on)
{_JOIN_ABOUT.format("history")}
""",
    columns=_columns(_Own("month_on", "月份", "date"), *_OF_AGENCY, _STATE, "score"),
    metrics=(_AGENCIES, Metric("average_score", "平均得分", "avg(score)", ",.1f")),
    period="month_on",
)

GRADE_CHANGES = Dataset(
    name="等级变化",
    schema="credit",
    description="每行一次等级变化，含已知的将来变化 One row per change of a grade, known ones to come included.",
    sql=f"""
select
    changes.changed_on,
    changes.agency_id,{_ABOUT},
    {_STATE_NOW} as state,
    {words.state("changes.from_grade", "changes.from_score_grade_reason")} as from_state,
    {words.state("changes.to_grade", "changes.to_score_grade_reason")} as to_state,
    {words.called("change_cause", "changes.change_cause")} as change_cause_zh,
    changes.changed_on > {TODAY} as is_ahead,
    changes.changed_on - {TODAY} as days_ahead
from credit.fct_grade_changes as changes
{_JOIN_ABOUT.format("changes")}
{_JOIN_NOW.format("changes")}
""",
    columns=_columns(
        "changed_on",
        *_OF_AGENCY,
        _STATE,
        _Own("from_state", "原等级"),
        _Own("to_state", "新等级"),
        _IN_WORDS["change_cause"],
        _Own("is_ahead", "尚未发生", "boolean"),
        _Own("days_ahead", "距今天数", "integer"),
    ),
    metrics=(Metric("changes", "变化次数", "count(*)"), _AGENCIES),
    period="changed_on",
)

LINES_ENDING = Dataset(
    name="有效分录",
    schema="credit",
    description="每行一条今日有效的分录 One row per ledger line in force today.",
    sql=f"""
select
    ledger.agency_id,{_ABOUT},
    {_STATE_NOW} as state,
    {words.called("line_kind", "ledger.line_kind")} as line_kind_zh,
    coalesce(rules.title_zh, ledger.item_code) as title_zh,
    ledger.points,
    ledger.determined_on,
    ledger.document_no,
    ledger.valid_until_on - 1 as last_day_on,
    ledger.valid_until_on - {TODAY} as days_left
from credit.fct_point_ledger as ledger
left join credit.dim_rules as rules on rules.rulebook_id = ledger.rulebook_id and rules.item_code = ledger.item_code
{_JOIN_ABOUT.format("ledger")}
{_JOIN_NOW.format("ledger")}
where
    ledger.line_kind in ('misconduct', 'merit', 'fact')
    and ledger.valid_from_on <= {TODAY}
    and (ledger.valid_until_on is null or {TODAY} < ledger.valid_until_on)
""",
    columns=_columns(
        *_OF_AGENCY,
        _STATE,
        _IN_WORDS["line_kind"],
        _Own("title_zh", "条目"),
        *("points", "determined_on", "document_no", "last_day_on"),
        _Own("days_left", "剩余天数", "integer"),
    ),
    metrics=(Metric("lines", "分录数", "count(*)"), Metric("points_sum", "分值合计", "sum(points)", "+,.0f")),
    period="determined_on",
)

TASKS = Dataset(
    name="待办事项",
    schema="supervision",
    description="每行一项任务 One row per task.",
    sql=f"""
select
    tasks.task_id,
    tasks.agency_id,{_ABOUT},
    {_STATE_NOW} as state,
    tasks.title_zh,
    tasks.clause,
    tasks.opened_on,
    tasks.due_on,
    tasks.closed_on,
    {words.called("task_status", "tasks.status")} as status_zh,
    case when tasks.status = 'done' then null else tasks.due_on - {TODAY} end as days_left,
    case when tasks.status <> 'done' then
        {words.bands(f"tasks.due_on - {TODAY}", _DUE_LIMITS, [("tasks.status = 'overdue'", "逾期")])}
    end as due_band
from supervision.rpt_tasks as tasks
{_JOIN_ABOUT.format("tasks")}
{_JOIN_NOW.format("tasks")}
""",
    columns=_columns(
        "task_id",
        *_OF_AGENCY,
        _STATE,
        _Own("title_zh", "任务"),
        *("clause", "opened_on", "due_on", "closed_on"),
        _IN_WORDS["status"],
        _Own("days_left", "剩余天数", "integer"),
        _Own("due_band", "期限分段"),
    ),
    metrics=(
        Metric("tasks", "任务数", "count(distinct task_id)"),
        Metric("open_tasks", "待办任务", "count(distinct task_id) filter (where status_zh <> '办结')"),
        Metric("overdue_tasks", "逾期任务", "count(distinct task_id) filter (where status_zh = '逾期')"),
    ),
    period="opened_on",
)

CONDITIONS = Dataset(
    name="从业条件",
    schema="supervision",
    description="每行一家机构一项条件，今日 One row per agency and condition, today.",
    sql=f"""
select
    conditions.agency_id,{_ABOUT},
    {_STATE_NOW} as state,
    conditions.title_zh,
    conditions.required,
    conditions.actual,
    conditions.actual_without_leads,
    {words.case("conditions.is_met::text", {"true": "符合", "false": "不符合"})} as is_met_zh,
    case when conditions.is_met then 0 else 1 end as unmet
from supervision.rpt_conformity as conditions
{_JOIN_ABOUT.format("conditions")}
{_JOIN_NOW.format("conditions")}
where
    conditions.valid_from_on <= {TODAY}
    and (conditions.valid_until_on is null or {TODAY} < conditions.valid_until_on)
""",
    columns=_columns(
        *_OF_AGENCY,
        _STATE,
        _Own("title_zh", "条件"),
        *("required", "actual", "actual_without_leads"),
        _Own("is_met_zh", "是否符合"),
        _Own("unmet", "不符合项", "integer"),
    ),
    metrics=(
        _AGENCIES,
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
    repairs.agency_id,{_ABOUT},
    {_STATE_NOW} as state,
    repairs.applied_on,
    repairs.accepted_on,
    repairs.due_on,
    repairs.replied_on,
    repairs.working_days_used,
    case
        when repairs.is_applied then '已生效'
        when repairs.replied_on is null and repairs.decision is null then '待答复'
        else '未生效'
    end as outcome_zh,
    case
        when not repairs.is_applied and (repairs.replied_on is not null or repairs.decision is not null) then
            {words.called("refusal_reason", "repairs.refusal_reason")}
    end as refusal_reason_zh,
    {words.yes_no("repairs.is_overdue")} as is_overdue_zh
from supervision.rpt_repairs as repairs
{_JOIN_ABOUT.format("repairs")}
{_JOIN_NOW.format("repairs")}
""",
    columns=_columns(
        "application_id",
        *_OF_AGENCY,
        _STATE,
        *("applied_on", "accepted_on", "due_on", "replied_on", "working_days_used"),
        _Own("outcome_zh", "结果"),
        _Own("refusal_reason_zh", "未生效原因"),
        _Own("is_overdue_zh", "逾期"),
    ),
    metrics=(
        Metric("applications", "申请数", "count(distinct application_id)"),
        Metric("waiting", "待答复的修复申请", "count(distinct application_id) filter (where outcome_zh = '待答复')"),
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
    leads.agency_id,{_ABOUT},
    {_STATE_NOW} as state,
    {words.kind("lead", "leads.lead_kind")} as lead_kind_zh,
    {words.severity("leads.severity")} as severity_zh,
    {words.called("status", "leads.status")} as status_zh,
    leads.first_seen_on,
    leads.due_on
from supervision.fct_leads as leads
{_JOIN_ABOUT.format("leads")}
{_JOIN_NOW.format("leads")}
""",
    columns=_columns(
        "lead_id",
        *_OF_AGENCY,
        _STATE,
        _Own("lead_kind_zh", "线索类型"),
        *(_IN_WORDS["severity"], _IN_WORDS["status"]),
        *("first_seen_on", "due_on"),
    ),
    metrics=(
        Metric("leads", "线索数", "count(distinct lead_id)"),
        Metric("open_leads", "待核线索", "count(distinct lead_id) filter (where status_zh = '待核')"),
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
    {words.file_reason("loads.reason_code")} as reason_zh,
    loads.message,
    loads.accepted_count,
    loads.quarantined_count,
    loads.duplicate_count
from quality.fct_loads as loads
""",
    columns=_columns(
        "received_on",
        _IN_WORDS["dataset"],
        *("source", "file_name"),
        _IN_WORDS["status"],
        _Own("reason_zh", "原因"),
        *("message", "accepted_count", "quarantined_count", "duplicate_count"),
    ),
    metrics=(
        Metric("files", "文件数", "count(*)"),
        Metric("held_files", "暂扣文件", "count(*) filter (where status_zh = '暂扣')"),
        Metric("last_received", "最近收到", "max(received_on) filter (where status_zh = '载入')", None),
        Metric("days_since", "距今天数", f"{TODAY} - max(received_on) filter (where status_zh = '载入')"),
        Metric("accepted", "接受行数", "sum(accepted_count)"),
        Metric("quarantined", "隔离行数", "sum(quarantined_count)"),
    ),
    period="received_on",
)

CONFLICTS = Dataset(
    name="执业冲突",
    schema="conflicts",
    description="每行一条冲突与一家涉及的机构，限制查阅 One row per conflict and agency that it concerns; restricted.",
    sql=f"""
select
    conflicts.conflict_id,
    sides.agency_id,{_ABOUT},
    {_STATE_NOW} as state,
    {words.kind("conflict", "conflicts.conflict_kind")} as conflict_kind_zh,
    {words.severity("conflicts.severity")} as severity_zh,
    {words.called("status", "conflicts.status")} as status_zh,
    conflicts.confidence,
    coalesce(conflicts.engineer_name, '—') as engineer_name,
    coalesce(conflicts.registration_no, '—') as registration_no,
    conflicts.employer_a_name,
    coalesce(conflicts.employer_b_name, '—') as employer_b_name,
    conflicts.overlap_from_on,
    conflicts.overlap_until_on,
    conflicts.overlap_days,
    conflicts.first_seen_on,
    conflicts.due_on,
    conflicts.decided_on,
    {TODAY} - conflicts.first_seen_on as age_days,
    {words.bands(f"{TODAY} - conflicts.first_seen_on", _AGE_LIMITS)} as age_band,
    case when conflicts.status = 'open' then {words.yes_no(f"conflicts.due_on < {TODAY}")} else '否' end as is_overdue_zh,
    sides.score,
    sides.score_if_confirmed,
    {words.state("sides.grade", "sides.reason")} as grade_now,
    {words.state("sides.grade_if_confirmed", "sides.reason")} as grade_if_confirmed
from conflicts.fct_engineer_conflicts as conflicts
cross join lateral (
    values
    (
        conflicts.employer_a_id, true, conflicts.employer_a_score, conflicts.employer_a_score_if_confirmed,
        conflicts.employer_a_grade, conflicts.employer_a_grade_if_confirmed, conflicts.employer_a_score_grade_reason
    ),
    (
        conflicts.employer_b_id, conflicts.employer_b_kind = 'agency', conflicts.employer_b_score,
        conflicts.employer_b_score_if_confirmed, conflicts.employer_b_grade, conflicts.employer_b_grade_if_confirmed,
        conflicts.employer_b_score_grade_reason
    )
) as sides (agency_id, is_shown, score, score_if_confirmed, grade, grade_if_confirmed, reason)
{_JOIN_ABOUT.format("sides")}
{_JOIN_NOW.format("sides")}
where sides.is_shown
""",
    columns=_columns(
        "conflict_id",
        *_OF_AGENCY,
        _STATE,
        _Own("conflict_kind_zh", "冲突类型"),
        *(_IN_WORDS["severity"], _IN_WORDS["status"]),
        *("confidence", "engineer_name", "registration_no", "employer_a_name", "employer_b_name"),
        *("overlap_from_on", "overlap_until_on", "overlap_days", "first_seen_on", "due_on", "decided_on"),
        _Own("age_days", "发现至今天数", "integer"),
        _Own("age_band", "发现至今"),
        _Own("is_overdue_zh", "逾期"),
        "score",
        _Own("score_if_confirmed", "认定后得分", "numeric(9,2)"),
        _Own("grade_now", "现等级"),
        _Own("grade_if_confirmed", "认定后等级"),
    ),
    metrics=(
        Metric("conflicts", "冲突数", "count(distinct conflict_id)"),
        Metric("open_conflicts", "待核冲突", "count(distinct conflict_id) filter (where status_zh = '待核')"),
        Metric("overdue_conflicts", "逾期未核", "count(distinct conflict_id) filter (where is_overdue_zh = '是')"),
        Metric("engineers", "涉及工程师", "count(distinct nullif(registration_no, '—'))"),
        _AGENCIES,
        Metric("open_days", "未核天数", "max(age_days) filter (where status_zh = '待核')"),
        Metric("gravest_first", "次序", "min(severity_zh || to_char(due_on, 'YYYY-MM-DD'))", None),
        Metric("longest_open", "最久未核天数", "max(age_days) filter (where status_zh = '待核')"),
    ),
    period="first_seen_on",
)

JOINED = (
    *(GRADES_TODAY, GRADES_BY_MONTH, GRADE_CHANGES, LINES_ENDING),
    *(TASKS, CONDITIONS, REPAIRS, LEADS, FEEDS),
    CONFLICTS,
)
