-- The investigators' rows, with both agencies' grades as they are and as a confirmed conflict would leave them.
with

assessed as (

    select * from {{ ref('int_conflicts_assessed') }}

),

successors as (

    select * from {{ ref('int_leads__shell_successor') }}

),

measures as (

    select * from {{ ref('int_measures_ordered') }}

),

consequences as (

    select * from {{ ref('int_conflict_consequences') }}

),

score_history as (

    select * from {{ ref('fct_score_history') }}

),

ledger as (

    select * from {{ ref('fct_point_ledger') }}

),

-- the first day on which an agency's grade meant exit
failed as (

    select
        score_history.agency_id,
        min(score_history.valid_from_on) as failed_on
    from score_history
    inner join measures
        on
            score_history.rulebook_id = measures.rulebook_id
            and score_history.grade = measures.grade
            and measures.measure_code = 'exit'
    group by score_history.agency_id

),

conflicts as (

    select
        conflict_id,
        conflict_kind,
        severity,
        confidence,
        base_confidence,
        tier_factor,
        evidence_factor,
        identity_tier,
        person_key,
        engineer_name,
        engineer_level,
        registration_no,
        employer_a_id,
        employer_a_name,
        employer_a_kind,
        employer_a_from_on,
        employer_a_until_on,
        employer_a_evidence,
        employer_b_id,
        employer_b_name,
        employer_b_kind,
        employer_b_from_on,
        employer_b_until_on,
        employer_b_evidence,
        overlap_from_on,
        overlap_until_on,
        overlap_days,
        explained_by,
        explanations_tested,
        status,
        is_reopened,
        decision_id,
        decision_code,
        decided_on,
        due_on,
        first_seen_on,
        last_seen_on,
        evidence_dataset_count,
        personnel_evidence_count,
        insurance_evidence_count,
        report_evidence_count,
        checkin_evidence_count,
        other_evidence_count,
        employer_a_engineer_count,
        employer_a_engineers_required,
        is_employer_a_below_without,
        employer_b_engineer_count,
        employer_b_engineers_required,
        is_employer_b_below_without,
        is_provisional,
        as_of_on
    from assessed
    union all
    select
        successors.conflict_id,
        successors.conflict_kind,
        successors.severity,
        successors.confidence,
        successors.base_confidence,
        successors.tier_factor,
        successors.evidence_factor,
        successors.identity_tier,
        successors.person_key,
        successors.engineer_name,
        successors.engineer_level,
        successors.registration_no,
        successors.employer_a_id,
        successors.employer_a_name,
        successors.employer_a_kind,
        successors.employer_a_from_on,
        successors.employer_a_until_on,
        successors.employer_a_evidence,
        successors.employer_b_id,
        successors.employer_b_name,
        successors.employer_b_kind,
        successors.employer_b_from_on,
        successors.employer_b_until_on,
        successors.employer_b_evidence,
        successors.overlap_from_on,
        successors.overlap_until_on,
        successors.overlap_days,
        successors.explained_by,
        successors.explanations_tested,
        successors.status,
        successors.is_reopened,
        successors.decision_id,
        successors.decision_code,
        successors.decided_on,
        successors.due_on,
        successors.first_seen_on,
        successors.last_seen_on,
        successors.evidence_dataset_count,
        successors.personnel_evidence_count,
        successors.insurance_evidence_count,
        successors.report_evidence_count,
        successors.checkin_evidence_count,
        successors.other_evidence_count,
        successors.employer_a_engineer_count,
        successors.employer_a_engineers_required,
        successors.is_employer_a_below_without,
        successors.employer_b_engineer_count,
        successors.employer_b_engineers_required,
        successors.is_employer_b_below_without,
        successors.is_provisional,
        successors.as_of_on
    from successors
    left join failed
        on successors.employer_a_id = failed.agency_id
    where
        least(coalesce(failed.failed_on, successors.old_exited_on), coalesce(successors.old_exited_on, failed.failed_on))
        < successors.overlap_from_on

),

employers as (

    select
        employer_a_id as agency_id,
        as_of_on
    from conflicts
    union
    select
        employer_b_id as agency_id,
        as_of_on
    from conflicts
    where employer_b_id is not null

),

costs as (

    select
        as_of_on,
        item_code,
        max(item_points) as item_points,
        max(item_cap_points) as item_cap_points
    from consequences
    group by as_of_on, item_code

),

already_counted as (

    select
        ledger.agency_id,
        sum(ledger.points) as points
    from ledger
    inner join costs
        on
            ledger.item_code = costs.item_code
            and ledger.valid_from_on <= costs.as_of_on
            and coalesce(ledger.valid_until_on, date '9999-12-31') > costs.as_of_on
    group by ledger.agency_id

),

-- a capped item takes no more than what its cap has left
scores as (

    select
        employers.agency_id,
        score_history.score,
        score_history.grade,
        case
            when costs.item_cap_points is null then score_history.score + costs.item_points
            when costs.item_points < 0
                then
                    score_history.score + least(
                        greatest(
                            costs.item_points,
                            -costs.item_cap_points - coalesce(already_counted.points, 0)
                        ),
                        0
                    )
            else
                score_history.score + greatest(
                    least(costs.item_points, costs.item_cap_points - coalesce(already_counted.points, 0)),
                    0
                )
        end as score_if_confirmed
    from employers
    inner join score_history
        on
            employers.agency_id = score_history.agency_id
            and employers.as_of_on >= score_history.valid_from_on
            and coalesce(score_history.valid_until_on, date '9999-12-31') > employers.as_of_on
    left join costs
        on employers.as_of_on = costs.as_of_on
    left join already_counted
        on employers.agency_id = already_counted.agency_id

),

graded as (

    select
        scores.agency_id,
        scores.score,
        scores.grade,
        scores.score_if_confirmed,
        max(consequences.grade) as grade_if_confirmed
    from scores
    left join consequences
        on
            (
                consequences.lo is null
                or scores.score_if_confirmed > consequences.lo
                or (consequences.is_lo_inclusive and scores.score_if_confirmed = consequences.lo)
            )
            and (
                consequences.hi is null
                or scores.score_if_confirmed < consequences.hi
                or (consequences.is_hi_inclusive and scores.score_if_confirmed = consequences.hi)
            )
    group by scores.agency_id, scores.score, scores.grade, scores.score_if_confirmed

),

final as (

    select
        conflicts.conflict_id,
        conflicts.conflict_kind,
        conflicts.severity,
        conflicts.confidence,
        conflicts.base_confidence,
        conflicts.tier_factor,
        conflicts.evidence_factor,
        conflicts.identity_tier,
        conflicts.person_key,
        conflicts.engineer_name,
        conflicts.engineer_level,
        conflicts.registration_no,
        conflicts.employer_a_id,
        conflicts.employer_a_name,
        conflicts.employer_a_kind,
        conflicts.employer_a_from_on,
        conflicts.employer_a_until_on,
        conflicts.employer_a_evidence,
        conflicts.employer_b_id,
        conflicts.employer_b_name,
        conflicts.employer_b_kind,
        conflicts.employer_b_from_on,
        conflicts.employer_b_until_on,
        conflicts.employer_b_evidence,
        conflicts.overlap_from_on,
        conflicts.overlap_until_on,
        conflicts.overlap_days,
        conflicts.explained_by,
        conflicts.explanations_tested,
        conflicts.status,
        conflicts.is_reopened,
        conflicts.decision_id,
        conflicts.decision_code,
        conflicts.decided_on,
        conflicts.due_on,
        conflicts.first_seen_on,
        conflicts.last_seen_on,
        conflicts.evidence_dataset_count,
        conflicts.personnel_evidence_count,
        conflicts.insurance_evidence_count,
        conflicts.report_evidence_count,
        conflicts.checkin_evidence_count,
        conflicts.other_evidence_count,
        conflicts.employer_a_engineer_count,
        conflicts.employer_a_engineers_required,
        conflicts.is_employer_a_below_without,
        conflicts.employer_b_engineer_count,
        conflicts.employer_b_engineers_required,
        conflicts.is_employer_b_below_without,
        cast(graded_a.score as decimal(9, 2)) as employer_a_score,
        graded_a.grade as employer_a_grade,
        cast(graded_a.score_if_confirmed as decimal(9, 2)) as employer_a_score_if_confirmed,
        graded_a.grade_if_confirmed as employer_a_grade_if_confirmed,
        cast(graded_b.score as decimal(9, 2)) as employer_b_score,
        graded_b.grade as employer_b_grade,
        cast(graded_b.score_if_confirmed as decimal(9, 2)) as employer_b_score_if_confirmed,
        graded_b.grade_if_confirmed as employer_b_grade_if_confirmed,
        conflicts.is_provisional
    from conflicts
    left join graded as graded_a
        on conflicts.employer_a_id = graded_a.agency_id
    left join graded as graded_b
        on conflicts.employer_b_id = graded_b.agency_id

)

select * from final
