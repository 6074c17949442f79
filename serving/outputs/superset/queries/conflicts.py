"""The query of the conflict desk: of the restricted schema, by the connection that may read it. Does not belong here: its
charts (`dashboards.desk`).
"""

from __future__ import annotations

from serving import detectors
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

_AGE_LIMITS = (30, 90, 180)
_IS_OPEN = f"status_zh = {words.sql_word('review_status', 'open')}"
_IS_OVERDUE = f"is_overdue_zh = {words.sql_word('yes_no', 'true')}"

CONFLICTS = Dataset(
    name="执业冲突",
    schema="conflicts",
    description="每行一条冲突与一家涉及的机构，限制查阅 One row per conflict and agency that it concerns; restricted.",
    sql=f"""
select
    conflicts.conflict_id,
    sides.agency_id,{ABOUT},
    {STATE_NOW} as state,
    {words.kind(detectors.CONFLICT, "conflicts.conflict_kind")} as conflict_kind_zh,
    {words.severity("conflicts.severity")} as severity_zh,
    {words.called("review_status", "conflicts.status")} as status_zh,
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
    build.as_of_on - conflicts.first_seen_on as age_days,
    {words.bands("build.as_of_on - conflicts.first_seen_on", _AGE_LIMITS)} as age_band,
    {words.yes_no("conflicts.status = 'open' and conflicts.due_on < build.as_of_on")} as is_overdue_zh,
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
{JOIN_BUILD}
{JOIN_ABOUT.format("sides")}
{JOIN_NOW.format("sides")}
where sides.is_shown
""",
    columns=columns(
        "conflict_id",
        *OF_AGENCY,
        STATE,
        Own("conflict_kind_zh", "冲突类型"),
        *(IN_WORDS["severity"], IN_WORDS["status"]),
        *("confidence", "engineer_name", "registration_no", "employer_a_name", "employer_b_name"),
        *("overlap_from_on", "overlap_until_on", "overlap_days", "first_seen_on", "due_on", "decided_on"),
        Own("age_days", "发现至今天数", "integer"),
        Own("age_band", "发现至今"),
        Own("is_overdue_zh", "逾期"),
        "score",
        Own("score_if_confirmed", "认定后得分", "numeric(9,2)"),
        Own("grade_now", "现等级"),
        Own("grade_if_confirmed", "认定后等级"),
    ),
    metrics=(
        Metric("conflicts", "冲突数", "count(distinct conflict_id)"),
        Metric("open_conflicts", "待核冲突", f"count(distinct conflict_id) filter (where {_IS_OPEN})"),
        Metric("overdue_conflicts", "逾期未核", f"count(distinct conflict_id) filter (where {_IS_OVERDUE})"),
        Metric("engineers", "涉及工程师", "count(distinct nullif(registration_no, '—'))"),
        AGENCIES,
        Metric("open_days", "未核天数", f"max(age_days) filter (where {_IS_OPEN})"),
        Metric("gravest_first", "次序", "min(severity_zh || to_char(due_on, 'YYYY-MM-DD'))", None),
        Metric("longest_open", "最久未核天数", f"max(age_days) filter (where {_IS_OPEN})"),
    ),
    period="first_seen_on",
)
