-- Long: most of it is the list of columns that investigators read.
-- The investigators' rows, with both agencies' grades as they are and as they would be if the conflict were confirmed.
with

assessed as (

    select * from {{ ref('int_conflicts_assessed') }}

),

successors as (

    select * from {{ ref('int_conflicts__shell_successor') }}

),

incomplete as (

    select * from {{ ref('int_conflicts_incomplete') }}

),

consequences as (

    select * from {{ ref('int_conflict_consequences') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

measures as (

    select * from {{ ref('int_measures_ordered') }}

),

measure_kinds as (

    select * from {{ ref('measures') }}

),

score_history as (

    select * from {{ ref('fct_score_history') }}

),

ledger as (

    select * from {{ ref('fct_point_ledger') }}

),

-- the first day on which the agency's grade meant exit
failed as (

    select
        score_history.agency_id,
        min(score_history.valid_from_on) as failed_on
    from score_history
    inner join measures
        on
            score_history.rulebook_id = measures.rulebook_id
            and score_history.grade = measures.grade
    inner join measure_kinds
        on
            measures.measure_code = measure_kinds.measure_code
            and measure_kinds.use_code = 'directory_exit'
    group by score_history.agency_id

),

succeeded as (

    select successors.*
    from successors
    left join failed
        on successors.employer_a_id = failed.agency_id
    where
        least(coalesce(failed.failed_on, successors.old_exited_on), coalesce(successors.old_exited_on, failed.failed_on))
        < successors.overlap_from_on

),

conflicts as (

    select {{ assessed_columns() }} from assessed
    union all
    select {{ assessed_columns() }} from succeeded

),

costs as (

    select
        item_code,
        max(item_points) as item_points,
        max(item_cap_points) as item_cap_points
    from consequences
    group by item_code

),

already_counted as (

    select
        ledger.agency_id,
        ledger.item_code,
        sum(ledger.points) as points
    from ledger
    cross join parameters
    inner join costs
        on ledger.item_code = costs.item_code
    where
        ledger.valid_from_on <= parameters.as_of_on
        and coalesce(ledger.valid_until_on, {{ open_end() }}) > parameters.as_of_on
    group by ledger.agency_id, ledger.item_code

),

-- on the evaluation day, and what a confirmed conflict would add: at most what the cap of its item has left
item_standings as (

    select
        score_history.agency_id,
        score_history.score,
        score_history.grade,
        score_history.score_grade_reason,
        case
            -- a row of evidence would give the points
            when costs.item_points is null then cast(null as decimal(9, 2))
            when costs.item_cap_points is null then costs.item_points
            when costs.item_points < 0
                then
                    least(
                        greatest(
                            costs.item_points,
                            -costs.item_cap_points - coalesce(already_counted.points, 0)
                        ),
                        0
                    )
            else
                greatest(
                    least(costs.item_points, costs.item_cap_points - coalesce(already_counted.points, 0)),
                    0
                )
        end as added_points
    from score_history
    cross join parameters
    left join costs
        on true
    left join already_counted
        on
            score_history.agency_id = already_counted.agency_id
            and costs.item_code = already_counted.item_code
    where
        score_history.valid_from_on <= parameters.as_of_on
        and coalesce(score_history.valid_until_on, {{ open_end() }}) > parameters.as_of_on

),

-- where the points of an item are not known, the rest of its cap is not known either
standings as (

    select
        agency_id,
        score,
        grade,
        score_grade_reason,
        case when count(*) = count(added_points) then score + sum(added_points) end as score_if_confirmed
    from item_standings
    group by agency_id, score, grade, score_grade_reason

),

scores as (

    select
        standings.agency_id,
        cast(standings.score as decimal(9, 2)) as score,
        standings.grade,
        standings.score_grade_reason,
        cast(standings.score_if_confirmed as decimal(9, 2)) as score_if_confirmed,
        max(consequences.grade) as grade_if_confirmed
    from standings
    left join consequences
        on
            coalesce(standings.score_grade_reason, '') <> 'unrated'
            and {{ band_holds('consequences', hundredths('standings.score_if_confirmed')) }}
    group by
        standings.agency_id, standings.score, standings.grade, standings.score_grade_reason,
        standings.score_if_confirmed

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
        scores_a.score as employer_a_score,
        scores_a.grade as employer_a_grade,
        scores_a.score_if_confirmed as employer_a_score_if_confirmed,
        scores_a.grade_if_confirmed as employer_a_grade_if_confirmed,
        scores_b.score as employer_b_score,
        scores_b.grade as employer_b_grade,
        scores_b.score_if_confirmed as employer_b_score_if_confirmed,
        scores_b.grade_if_confirmed as employer_b_grade_if_confirmed,
        incomplete.conflict_id is not null as is_evidence_incomplete,
        incomplete.incomplete_because,
        conflicts.is_provisional,
        scores_a.score_grade_reason as employer_a_score_grade_reason,
        scores_b.score_grade_reason as employer_b_score_grade_reason
    from conflicts
    left join incomplete
        on conflicts.conflict_id = incomplete.conflict_id
    left join scores as scores_a
        on conflicts.employer_a_id = scores_a.agency_id
    left join scores as scores_b
        on conflicts.employer_b_id = scores_b.agency_id

)

select * from final
