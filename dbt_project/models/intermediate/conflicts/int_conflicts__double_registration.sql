-- Registered at two agencies at once. A move whose old registration was closed late is no conflict.
with

shared_days as (

    select * from {{ ref('int_person_spells_overlapped') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

same_agencies as (

    select * from {{ ref('int_employers_paired') }}

),

drops as (

    select
        received_on,
        next_received_on
    from {{ ref('stg_lake__drops') }}
    where
        source = 'registry'
        and dataset = 'personnel'

),

counted as (

    select
        shared_days.*,
        parameters.transition_days,
        parameters.long_overlap_days,
        coalesce(shared_days.overlap_until_on <= parameters.as_of_on, false) as is_ended,
        {{ days_between(
            'shared_days.overlap_from_on', 'least(coalesce(shared_days.overlap_until_on, parameters.as_of_on), parameters.as_of_on)'
        ) }} as overlap_days,
        -- whether only one drop lists the person at both, over all their spells
        sum(greatest(shared_days.last_common_drop_number - shared_days.first_common_drop_number + 1, 0)) over (
            partition by shared_days.person_id, shared_days.agency_a_id, shared_days.agency_b_id
        ) = 1
        and shared_days.first_common_drop_number = shared_days.last_common_drop_number
        and coalesce(shared_days.overlap_until_on = drops.next_received_on, false) as is_one_drop_long,
        same_agencies.employer_a_id is not null as is_branch
    from shared_days
    cross join parameters
    left join drops
        on shared_days.overlap_from_on = drops.received_on
    left join same_agencies
        on
            shared_days.agency_a_id = same_agencies.employer_a_id
            and shared_days.agency_b_id = same_agencies.employer_b_id
    where shared_days.overlap_from_on <= parameters.as_of_on

),

explained as (

    select
        *,
        case
            when overlap_days > long_overlap_days then 'high'
            when overlap_days > transition_days then 'medium'
            else 'low'
        end as severity,
        case
            when is_ended and (overlap_days <= transition_days or is_one_drop_long) then 'transition'
            when is_branch then 'branch'
        end as explained_by
    from counted

),

final as (

    select
        {{ detected_columns(
            'double_registration', 'person_id', 'identity_tier', 'spell_a_id', 'spell_b_id', 'overlap_from_on',
            'overlap_until_on', 'severity', 'explained_by', 'first_seen_on', 'last_seen_on',
            employer_a_id='agency_a_id',
            employer_b_id='agency_b_id',
            personnel_count='listing_count',
            personnel_seen_on='first_seen_on'
        ) }}
    from explained

)

select * from final
