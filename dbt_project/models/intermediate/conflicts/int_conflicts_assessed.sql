-- What an investigator reads about each conflict beside its kind: names of people and employers, confidence with its
-- factors, evidence, head-counts and decisions.
with

detected as (

    select * from {{ ref('int_conflicts_detected') }}

),

doubted as (

    select * from {{ ref('int_conflict_explanations_doubted') }}

),

evidence as (

    select * from {{ ref('int_conflict_evidence') }}

),

employers as (

    select * from {{ ref('int_conflict_employers') }}

),

effects as (

    select * from {{ ref('int_conflict_effects') }}

),

decisions as (

    select * from {{ ref('int_conflict_decisions') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

detectors as (

    select * from {{ ref('detectors') }}

),

listings as (

    select * from {{ ref('int_engineer_listings') }}

),

people as (

    select * from {{ ref('int_people_identified') }}

),

worked as (

    select * from {{ ref('int_people_worked') }}

),

conflicts as (

    select
        detected.*,
        doubted.conflict_id is not null as is_explanation_doubted,
        case when doubted.conflict_id is null then detected.explained_by end as explained_by_data
    from detected
    left join doubted
        on detected.conflict_id = doubted.conflict_id

),

holders as (

    select distinct person_id from conflicts
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
                {{ file_recency('listings') }},
                listings.agency_id asc
        ) as recency
    from listings
    inner join people
        on listings.reference_id = people.reference_id
    inner join holders
        on people.person_id = holders.person_id

),

-- people who are on no personnel list
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

described as (

    select
        conflicts.conflict_id,
        conflicts.conflict_kind,
        coalesce(conflicts.severity, detectors.severity) as severity,
        detectors.base_confidence,
        cast(
            case conflicts.identity_tier
                when 'T1' then parameters.tier_1_factor
                when 'T2' then parameters.tier_2_factor
                when 'T3' then parameters.tier_3_factor
                when 'T4' then parameters.tier_4_factor
                else 1
            end as decimal(5, 4)
        ) as tier_factor,
        {{ evidence_factor('evidence.dataset_count > 1') }} as evidence_factor,
        conflicts.identity_tier,
        conflicts.person_id as person_key,
        conflicts.other_person_id as other_person_key,
        coalesce(shown.person_name, mentioned.person_name) as engineer_name,
        shown.level_code as engineer_level,
        coalesce(shown.registration_no, mentioned.registration_no) as registration_no,
        {%- for side in ['a', 'b'] %}
            conflicts.employer_{{ side }}_id,
            employer_{{ side }}.employer_name as employer_{{ side }}_name,
            employer_{{ side }}.employer_kind as employer_{{ side }}_kind,
            employer_{{ side }}.from_on as employer_{{ side }}_from_on,
            employer_{{ side }}.until_on as employer_{{ side }}_until_on,
            employer_{{ side }}.evidence as employer_{{ side }}_evidence,
            effect_{{ side }}.engineer_count as employer_{{ side }}_engineer_count,
            effect_{{ side }}.engineers_required as employer_{{ side }}_engineers_required,
            coalesce(effect_{{ side }}.is_below_without, false) as is_employer_{{ side }}_below_without,
        {%- endfor %}
        conflicts.overlap_from_on,
        conflicts.ended_on as overlap_until_on,
        {{ days_between('conflicts.overlap_from_on', 'conflicts.counted_until_on') }} as overlap_days,
        conflicts.explained_by_data as explained_by,
        {{ explanations_tested('detectors.explanations', 'conflicts.explained_by', 'conflicts.is_explanation_doubted') }}
            as explanations_tested,
        {{ conflict_status(
            'decisions.outcome', 'decisions.is_reopened', 'conflicts.explained_by_data',
            'conflicts.first_seen_on > ' ~ add_months('conflicts.ended_on', 'parameters.expiry_months')
        ) }} as status,
        coalesce(decisions.is_reopened, false) as is_reopened,
        decisions.decision_id,
        decisions.decision_code,
        decisions.decided_on,
        {{ add_days('conflicts.first_seen_on', 'detectors.review_days') }} as due_on,
        conflicts.first_seen_on,
        greatest(conflicts.last_seen_on, conflicts.first_seen_on) as last_seen_on,
        coalesce(evidence.dataset_count, 0) as evidence_dataset_count,
        {%- for name in ['personnel', 'insurance', 'report', 'checkin', 'other'] %}
            coalesce(evidence.{{ name }}_count, 0) as {{ name }}_evidence_count,
        {%- endfor %}
        detectors.is_provisional,
        parameters.as_of_on
    from conflicts
    cross join parameters
    inner join detectors
        on conflicts.conflict_kind = detectors.detector_kind
    {%- for side in ['a', 'b'] %}
        left join employers as employer_{{ side }}
            on
                conflicts.conflict_id = employer_{{ side }}.conflict_id
                and employer_{{ side }}.side = '{{ side }}'
        left join effects as effect_{{ side }}
            on
                conflicts.conflict_id = effect_{{ side }}.conflict_id
                and effect_{{ side }}.side = '{{ side }}'
    {%- endfor %}
    left join evidence
        on conflicts.conflict_id = evidence.conflict_id
    left join decisions
        on conflicts.conflict_id = decisions.conflict_id
    left join shown
        on
            conflicts.person_id = shown.person_id
            and shown.recency = 1
    left join mentioned
        on conflicts.person_id = mentioned.person_id

),

final as (

    select
        *,
        cast(base_confidence * tier_factor * evidence_factor as decimal(5, 4)) as confidence
    from described

)

select * from final
