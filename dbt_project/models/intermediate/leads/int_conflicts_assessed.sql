-- What an investigator is told about each conflict beside its kind: evidence by dataset, confidence with its parts,
-- head-counts without the person, the decision and what became of it.
with

conflicts as (

    select * from {{ ref('int_conflicts_detected') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

detectors as (

    select * from {{ ref('detectors') }}

),

spells as (

    select * from {{ ref('int_person_spells') }}

),

listings as (

    select * from {{ ref('int_engineer_listings') }}

),

people as (

    select * from {{ ref('int_people_identified') }}

),

insured as (

    select * from {{ ref('int_people_insured') }}

),

worked as (

    select * from {{ ref('int_people_worked') }}

),

headcounts as (

    select * from {{ ref('int_engineer_headcounts') }}

),

decisions as (

    select * from {{ ref('int_decisions_applied') }}

),

agencies as (

    select * from {{ ref('int_agencies_current') }}

),

dated as (

    select
        conflicts.*,
        parameters.as_of_on,
        case when conflicts.overlap_until_on <= parameters.as_of_on then conflicts.overlap_until_on end as ended_on,
        least(coalesce(conflicts.overlap_until_on, parameters.as_of_on), parameters.as_of_on) as counted_until_on,
        least(
            coalesce(conflicts.overlap_until_on, {{ add_days('parameters.as_of_on', 1) }}),
            {{ add_days('parameters.as_of_on', 1) }}
        ) as evidence_until_on
    from conflicts
    cross join parameters

),

-- one row per conflict and employer
employers as (

    select
        dated.conflict_id,
        dated.person_id,
        dated.employer_a_id as employer_id,
        'a' as side,
        dated.spell_a_id as spell_id,
        dated.overlap_from_on,
        dated.evidence_until_on
    from dated
    union all
    select
        dated.conflict_id,
        dated.person_id,
        dated.employer_b_id as employer_id,
        'b' as side,
        dated.spell_b_id as spell_id,
        dated.overlap_from_on,
        dated.evidence_until_on
    from dated
    where dated.employer_b_id is not null

),

evidence as (

    select
        conflict_id,
        'personnel' as dataset,
        personnel_count as row_count,
        personnel_seen_on as seen_on
    from dated
    where personnel_count > 0
    union all
    select
        conflict_id,
        other_dataset as dataset,
        other_count as row_count,
        other_seen_on as seen_on
    from dated
    where other_count > 0
    union all
    select
        employers.conflict_id,
        'social_insurance' as dataset,
        count(*) as row_count,
        min(insured.pension_first_received_on) as seen_on
    from employers
    inner join insured
        on
            employers.person_id = insured.person_id
            and employers.employer_id = insured.payer_id
            and employers.overlap_from_on <= insured.month_on
            and employers.evidence_until_on > insured.month_on
    where insured.is_pension_paid
    group by employers.conflict_id
    union all
    select
        employers.conflict_id,
        worked.dataset,
        count(distinct worked.source_key) as row_count,
        min(worked.first_received_on) as seen_on
    from employers
    inner join worked
        on
            employers.person_id = worked.person_id
            and employers.employer_id = worked.agency_id
            and employers.overlap_from_on <= worked.worked_on
            and employers.evidence_until_on > worked.worked_on
    group by employers.conflict_id, worked.dataset

),

evidence_counts as (

    select
        conflict_id,
        count(distinct dataset) as evidence_dataset_count,
        sum(case when dataset = 'personnel' then row_count else 0 end) as personnel_count,
        sum(case when dataset = 'social_insurance' then row_count else 0 end) as insurance_count,
        sum(case when dataset = 'reports' then row_count else 0 end) as report_count,
        sum(case when dataset = 'checkins' then row_count else 0 end) as checkin_count,
        sum(case when dataset in ('merit_claims', 'agencies') then row_count else 0 end) as other_count
    from evidence
    group by conflict_id

),

-- the day on which the last of its datasets joined
joined_last as (

    select
        conflict_id,
        max(seen_on) as last_dataset_joined_on
    from (
        select
            conflict_id,
            dataset,
            min(seen_on) as seen_on
        from evidence
        group by conflict_id, dataset
    ) as datasets
    group by conflict_id

),

-- on the worst day of the overlap
effects as (

    select
        employers.conflict_id,
        employers.side,
        min(headcounts.engineer_count) as engineer_count,
        max(headcounts.engineers_required) as engineers_required,
        max(
            case
                when
                    headcounts.engineer_count >= headcounts.engineers_required
                    and headcounts.engineer_count - 1 < headcounts.engineers_required
                    then 1
                when
                    spells.level_1_from_on < coalesce(headcounts.valid_until_on, date '9999-12-31')
                    and coalesce(spells.level_1_until_on, date '9999-12-31') > headcounts.valid_from_on
                    and headcounts.engineer_level_1_count >= headcounts.engineers_level_1_required
                    and headcounts.engineer_level_1_count - 1 < headcounts.engineers_level_1_required
                    then 1
                else 0
            end
        ) = 1 as is_below_without
    from employers
    inner join spells
        on employers.spell_id = spells.spell_id
    inner join headcounts
        on
            employers.employer_id = headcounts.agency_id
            and employers.evidence_until_on > headcounts.valid_from_on
            and headcounts.valid_from_on < coalesce(spells.until_on, date '9999-12-31')
            and coalesce(headcounts.valid_until_on, date '9999-12-31') > employers.overlap_from_on
            and coalesce(headcounts.valid_until_on, date '9999-12-31') > spells.from_on
    group by employers.conflict_id, employers.side

),

holders as (

    select distinct person_id from dated
    where person_id is not null

),

shown as (

    select
        people.person_id,
        listings.person_name,
        listings.level_code,
        listings.registration_no,
        row_number() over (
            partition by people.person_id
            order by
                listings.received_on desc,
                case when listings.level_code = 'level_1' then 0 else 1 end,
                listings.file_name desc,
                listings.file_hash desc,
                listings.file_position desc,
                listings.agency_id asc
        ) as place
    from listings
    inner join people
        on listings.reference_id = people.reference_id
    inner join holders
        on people.person_id = holders.person_id

),

-- people whom no personnel list shows
mentioned as (

    select
        worked.person_id,
        max(worked.person_name) as person_name,
        max(worked.registration_no) as registration_no
    from worked
    inner join holders
        on worked.person_id = holders.person_id
    group by worked.person_id

),

payers as (

    select
        payer_id,
        max(payer_name) as payer_name
    from insured
    group by payer_id

),

judged as (

    select
        *,
        row_number() over (
            partition by object_id
            order by decided_on desc, decision_id desc
        ) as place
    from decisions
    where object_type in ('conflict', 'identity')

),

-- what a decision must name: the conflict, or the double registration that a counted_twice follows
decidable as (

    select
        conflict_id,
        conflict_id as object_id,
        conflict_kind,
        as_of_on,
        0 as is_followed
    from dated
    union all
    select
        conflict_id,
        {{ conflict_id("'double_registration'", 'person_id', 'employer_a_id', 'employer_b_id', 'overlap_from_on') }}
            as object_id,
        conflict_kind,
        as_of_on,
        1 as is_followed
    from dated
    where conflict_kind = 'counted_twice'

),

outcomes as (

    select
        decidable.conflict_id,
        decidable.is_followed,
        judged.decision_id,
        judged.decision_code,
        judged.decided_on,
        case
            when judged.decision_code in ('confirmed', 'cleared') then judged.decision_code
            when decidable.conflict_kind = 'identity_unresolved' and judged.decision_code = 'same_person' then 'confirmed'
            when judged.decision_code = 'different_person' then 'cleared'
        end as outcome
    from decidable
    inner join judged
        on
            decidable.object_id = judged.object_id
            and decidable.as_of_on >= judged.decided_on
    where judged.place = 1

),

ranked_outcomes as (

    select
        *,
        row_number() over (partition by conflict_id order by is_followed) as place
    from outcomes
    where is_followed = 0 or outcome = 'cleared'

),

applied as (

    select * from ranked_outcomes
    where place = 1

),

described as (

    select
        dated.conflict_id,
        dated.conflict_kind,
        coalesce(dated.severity, detectors.severity) as severity,
        detectors.base_confidence,
        cast(
            case dated.identity_tier
                when 'T1' then parameters.tier_1_factor
                when 'T2' then parameters.tier_2_factor
                when 'T3' then parameters.tier_3_factor
                when 'T4' then parameters.tier_4_factor
                else 1
            end as decimal(5, 4)
        ) as tier_factor,
        cast(
            case
                when coalesce(evidence_counts.evidence_dataset_count, 0) > 1 then parameters.many_dataset_factor
                else parameters.one_dataset_factor
            end as decimal(5, 4)
        ) as evidence_factor,
        dated.identity_tier,
        dated.person_id as person_key,
        dated.other_person_id as other_person_key,
        coalesce(shown.person_name, mentioned.person_name) as engineer_name,
        shown.level_code as engineer_level,
        coalesce(shown.registration_no, mentioned.registration_no) as registration_no,
        dated.employer_a_id,
        coalesce(agency_a.agency_name, payer_a.payer_name) as employer_a_name,
        {{ employer_kind('dated.employer_a_id', 'agency_a.agency_id') }} as employer_a_kind,
        coalesce(dated.employer_a_from_on, spell_a.from_on) as employer_a_from_on,
        case
            when dated.employer_a_from_on is not null then dated.employer_a_until_on
            else spell_a.until_on
        end as employer_a_until_on,
        coalesce(dated.employer_a_evidence, {{ spell_evidence('spell_a') }}) as employer_a_evidence,
        dated.employer_b_id,
        coalesce(agency_b.agency_name, payer_b.payer_name) as employer_b_name,
        {{ employer_kind('dated.employer_b_id', 'agency_b.agency_id') }} as employer_b_kind,
        coalesce(dated.employer_b_from_on, spell_b.from_on) as employer_b_from_on,
        case
            when dated.employer_b_from_on is not null then dated.employer_b_until_on
            else spell_b.until_on
        end as employer_b_until_on,
        coalesce(dated.employer_b_evidence, {{ spell_evidence('spell_b') }}) as employer_b_evidence,
        dated.overlap_from_on,
        dated.ended_on as overlap_until_on,
        {{ days_between('dated.overlap_from_on', 'dated.counted_until_on') }} as overlap_days,
        dated.explained_by,
        {{ explanations_tested('detectors.explanations', 'dated.explained_by') }} as explanations_tested,
        case
            when applied.outcome = 'confirmed' then 'confirmed'
            when applied.outcome = 'cleared' and joined_last.last_dataset_joined_on > applied.decided_on then 'open'
            when applied.outcome = 'cleared' then 'cleared'
            when dated.explained_by is not null then 'explained'
            when
                dated.first_seen_on > {{ add_months('dated.ended_on', 'parameters.expiry_months') }}
                then 'expired'
            else 'open'
        end as status,
        coalesce(applied.outcome = 'cleared' and joined_last.last_dataset_joined_on > applied.decided_on, false)
            as is_reopened,
        applied.decision_id,
        applied.decision_code,
        applied.decided_on,
        {{ add_days('dated.first_seen_on', 'detectors.review_days') }} as due_on,
        dated.first_seen_on,
        greatest(dated.last_seen_on, dated.first_seen_on) as last_seen_on,
        cast(coalesce(evidence_counts.evidence_dataset_count, 0) as integer) as evidence_dataset_count,
        cast(coalesce(evidence_counts.personnel_count, 0) as integer) as personnel_evidence_count,
        cast(coalesce(evidence_counts.insurance_count, 0) as integer) as insurance_evidence_count,
        cast(coalesce(evidence_counts.report_count, 0) as integer) as report_evidence_count,
        cast(coalesce(evidence_counts.checkin_count, 0) as integer) as checkin_evidence_count,
        cast(coalesce(evidence_counts.other_count, 0) as integer) as other_evidence_count,
        cast(effect_a.engineer_count as integer) as employer_a_engineer_count,
        cast(effect_a.engineers_required as integer) as employer_a_engineers_required,
        coalesce(effect_a.is_below_without, false) as is_employer_a_below_without,
        cast(effect_b.engineer_count as integer) as employer_b_engineer_count,
        cast(effect_b.engineers_required as integer) as employer_b_engineers_required,
        coalesce(effect_b.is_below_without, false) as is_employer_b_below_without,
        detectors.is_provisional,
        dated.as_of_on
    from dated
    cross join parameters
    inner join detectors
        on dated.conflict_kind = detectors.detector_kind
    left join spells as spell_a
        on dated.spell_a_id = spell_a.spell_id
    left join spells as spell_b
        on dated.spell_b_id = spell_b.spell_id
    left join agencies as agency_a
        on dated.employer_a_id = agency_a.agency_id
    left join agencies as agency_b
        on dated.employer_b_id = agency_b.agency_id
    left join payers as payer_a
        on dated.employer_a_id = payer_a.payer_id
    left join payers as payer_b
        on dated.employer_b_id = payer_b.payer_id
    left join evidence_counts
        on dated.conflict_id = evidence_counts.conflict_id
    left join joined_last
        on dated.conflict_id = joined_last.conflict_id
    left join effects as effect_a
        on
            dated.conflict_id = effect_a.conflict_id
            and effect_a.side = 'a'
    left join effects as effect_b
        on
            dated.conflict_id = effect_b.conflict_id
            and effect_b.side = 'b'
    left join shown
        on
            dated.person_id = shown.person_id
            and shown.place = 1
    left join mentioned
        on dated.person_id = mentioned.person_id
    left join applied
        on dated.conflict_id = applied.conflict_id

),

final as (

    select
        *,
        cast(base_confidence * tier_factor * evidence_factor as decimal(5, 4)) as confidence
    from described

)

select * from final
