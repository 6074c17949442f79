-- The investigators' rows.
with

conflicts as (

    select * from {{ ref('int_conflicts_assessed') }}

),

final as (

    select
        conflicts.conflict_id,
        conflicts.conflict_kind,
        conflicts.severity,
        cast(
            conflicts.base_confidence * conflicts.tier_factor * conflicts.evidence_factor as decimal(5, 4)
        ) as confidence,
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
        conflicts.is_provisional
    from conflicts

)

select * from final
