"""Queries of the dashboard of grades. Does not belong here: its charts (`dashboards.credit`)."""

from __future__ import annotations

from serving.horizon import CHANGE_DAYS
from serving.outputs.postgres.shape import TODAY
from serving.outputs.superset import words
from serving.outputs.superset.assets import Dataset, Metric
from serving.outputs.superset.queries.shared import (
    ABOUT,
    AGENCIES,
    IN_WORDS,
    JOIN_ABOUT,
    JOIN_NOW,
    OF_AGENCY,
    STATE,
    STATE_NOW,
    Own,
    columns,
)

SCORE_STEP = 10
YES = words.sql_word("yes_no", "true")

GRADES_TODAY = Dataset(
    name="今日等级",
    schema="credit",
    description="每行一家机构：今日的等级和得分 One row per agency: grade and score today.",
    sql=f"""
select
    now.agency_id,{ABOUT},
    {STATE_NOW} as state,
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
{JOIN_ABOUT.format("now")}
""",
    columns=columns(
        *OF_AGENCY,
        STATE,
        "score",
        Own("score_step", f"得分（每 {SCORE_STEP} 分一段）", "integer", "所在段的下限 lower end of its step"),
        *("since_on", "next_change_on", "next_score"),
        Own("next_state", "变动后等级"),
        "next_grade_change_on",
        Own("days_until_change", "距变动天数", "integer"),
        Own("days_until_grade_change", "距等级变动天数", "integer"),
        "last_checked_on",
        Own("has_active_misconduct_zh", "有效失信"),
        Own("is_provisional_zh", "暂定"),
        Own("is_evidence_incomplete_zh", "证据不全"),
    ),
    metrics=(
        AGENCIES,
        Metric("average_score", "平均得分", "avg(score)", ",.1f"),
        Metric(
            "grades_changing",
            f"{CHANGE_DAYS} 天内等级将变",
            f"count(distinct agency_id) filter (where days_until_grade_change <= {CHANGE_DAYS})",
        ),
        Metric("provisional", "暂定", f"count(distinct agency_id) filter (where is_provisional_zh = {YES})"),
        Metric("incomplete", "证据不全", f"count(distinct agency_id) filter (where is_evidence_incomplete_zh = {YES})"),
        Metric(
            "misconduct", "有有效失信", f"count(distinct agency_id) filter (where has_active_misconduct_zh = {YES})"
        ),
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
    history.agency_id,{ABOUT},
    {words.state("history.grade", "history.score_grade_reason")} as state,
    history.score
from months
inner join credit.fct_score_history as history
    on history.valid_from_on <= months.day and (history.valid_until_on is null or months.day < history.valid_until_on)
{JOIN_ABOUT.format("history")}
""",
    columns=columns(Own("month_on", "月份", "date"), *OF_AGENCY, STATE, "score"),
    metrics=(AGENCIES, Metric("average_score", "平均得分", "avg(score)", ",.1f")),
    period="month_on",
)

GRADE_CHANGES = Dataset(
    name="等级变化",
    schema="credit",
    description="每行一次等级变化，含已知的将来变化 One row per change of a grade, known ones to come included.",
    sql=f"""
select
    changes.changed_on,
    changes.agency_id,{ABOUT},
    {STATE_NOW} as state,
    {words.state("changes.from_grade", "changes.from_score_grade_reason")} as from_state,
    {words.state("changes.to_grade", "changes.to_score_grade_reason")} as to_state,
    {words.called("change_cause", "changes.change_cause")} as change_cause_zh,
    changes.changed_on > {TODAY} as is_ahead,
    changes.changed_on - {TODAY} as days_ahead
from credit.fct_grade_changes as changes
{JOIN_ABOUT.format("changes")}
{JOIN_NOW.format("changes")}
""",
    columns=columns(
        "changed_on",
        *OF_AGENCY,
        STATE,
        Own("from_state", "原等级"),
        Own("to_state", "新等级"),
        IN_WORDS["change_cause"],
        Own("is_ahead", "尚未发生", "boolean"),
        Own("days_ahead", "距今天数", "integer"),
    ),
    metrics=(Metric("changes", "变化次数", "count(*)"), AGENCIES),
    period="changed_on",
)

LINES_IN_FORCE = Dataset(
    name="有效分录",
    schema="credit",
    description="每行一条今日有效的分录 One row per ledger line in force today.",
    sql=f"""
select
    ledger.agency_id,{ABOUT},
    {STATE_NOW} as state,
    {words.called("line_kind", "ledger.line_kind")} as line_kind_zh,
    coalesce(rules.title_zh, ledger.item_code) as title_zh,
    ledger.points,
    ledger.determined_on,
    ledger.document_no,
    ledger.valid_until_on - 1 as last_day_on,
    ledger.valid_until_on - {TODAY} as days_left
from credit.fct_point_ledger as ledger
left join credit.dim_rules as rules on rules.rulebook_id = ledger.rulebook_id and rules.item_code = ledger.item_code
{JOIN_ABOUT.format("ledger")}
{JOIN_NOW.format("ledger")}
where
    ledger.line_kind in ('misconduct', 'merit', 'fact')
    and ledger.valid_from_on <= {TODAY}
    and (ledger.valid_until_on is null or {TODAY} < ledger.valid_until_on)
""",
    columns=columns(
        *OF_AGENCY,
        STATE,
        IN_WORDS["line_kind"],
        Own("title_zh", "条目"),
        *("points", "determined_on", "document_no", "last_day_on"),
        Own("days_left", "剩余天数", "integer"),
    ),
    metrics=(Metric("lines", "分录数", "count(*)"), Metric("points_sum", "分值合计", "sum(points)", "+,.0f")),
    period="determined_on",
)
