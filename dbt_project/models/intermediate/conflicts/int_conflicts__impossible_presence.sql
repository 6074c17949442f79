-- Two agencies between whose jobs a person could not have travelled in time, on several days. One unexplained
-- occurrence makes the whole day unexplained.
with

contradicted as (

    select * from {{ ref('int_person_stays_contradicted') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

-- one row per person, two agencies and day
days as (

    select
        person_id,
        agency_a_id,
        agency_b_id,
        checked_in_on,
        count(case when explained_by is null then 1 end) > 0 as is_unexplained,
        max(case when explained_by = 'coordinates' then 1 else 0 end) as is_coordinates,
        min(shown_on) as shown_on,
        max(last_shown_on) as last_shown_on,
        min(checkin_id) as checkin_id
    from contradicted
    group by person_id, agency_a_id, agency_b_id, checked_in_on

),

counted_days as (

    select
        days.*,
        count(case when is_unexplained then 1 end) over (partition by person_id, agency_a_id, agency_b_id)
            as unexplained_day_count,
        count(*) over (partition by person_id, agency_a_id, agency_b_id) as day_count
    from days

),

chosen as (

    select
        counted_days.*,
        row_number() over (
            partition by counted_days.person_id, counted_days.agency_a_id, counted_days.agency_b_id
            order by counted_days.checked_in_on
        ) as day_rank,
        row_number() over (
            partition by counted_days.person_id, counted_days.agency_a_id, counted_days.agency_b_id
            order by counted_days.shown_on, counted_days.checked_in_on
        ) as shown_rank
    from counted_days
    cross join parameters
    where
        counted_days.day_count >= parameters.presence_days
        and (
            counted_days.is_unexplained
            or counted_days.unexplained_day_count < parameters.presence_days
        )

),

grouped as (

    select
        chosen.person_id,
        chosen.agency_a_id,
        chosen.agency_b_id,
        max(chosen.unexplained_day_count) as unexplained_day_count,
        max(chosen.is_coordinates) as is_coordinates,
        min(chosen.checked_in_on) as overlap_from_on,
        {{ add_days('max(chosen.checked_in_on)', 1) }} as overlap_until_on,
        min(case when chosen.shown_rank = parameters.presence_days then chosen.shown_on end) as first_seen_on,
        max(chosen.last_shown_on) as last_seen_on,
        max(case when chosen.day_rank = 1 then chosen.checkin_id end) as checkin_id
    from chosen
    cross join parameters
    group by chosen.person_id, chosen.agency_a_id, chosen.agency_b_id

),

evidence as (

    select
        grouped.*,
        contradicted.file_a_hash,
        contradicted.row_a_number,
        contradicted.file_b_hash,
        contradicted.row_b_number,
        row_number() over (
            partition by grouped.person_id, grouped.agency_a_id, grouped.agency_b_id
            order by
                contradicted.file_a_hash,
                contradicted.row_a_number,
                contradicted.file_b_hash,
                contradicted.row_b_number
        ) as row_rank
    from grouped
    inner join contradicted
        on
            grouped.person_id = contradicted.person_id
            and grouped.agency_a_id = contradicted.agency_a_id
            and grouped.agency_b_id = contradicted.agency_b_id
            and grouped.overlap_from_on = contradicted.checked_in_on
            and grouped.checkin_id = contradicted.checkin_id

),

explained as (

    select
        evidence.*,
        case
            when evidence.unexplained_day_count >= parameters.presence_days then null
            when evidence.is_coordinates = 1 then 'coordinates'
            else 'batch_upload'
        end as explained_by,
        {%- for side in ['a', 'b'] %}
            'platform/checkins, ' || {{ file_place(
                'evidence.file_' ~ side ~ '_hash', 'cast(null as ' ~ dbt.type_string() ~ ')', 'evidence.row_' ~ side ~ '_number'
            ) }} as employer_{{ side }}_evidence,
        {%- endfor %}
        'T1' as identity_tier
    from evidence
    cross join parameters
    where evidence.row_rank = 1

),

final as (

    select
        {{ detected_columns(
            'impossible_presence', 'person_id', 'identity_tier', 'employer_a_evidence', 'employer_b_evidence',
            'overlap_from_on', 'overlap_until_on', 'explained_by', 'first_seen_on', 'last_seen_on',
            employer_a_id='agency_a_id',
            employer_b_id='agency_b_id',
            employer_a_from_on='overlap_from_on',
            employer_a_until_on='overlap_until_on',
            employer_b_from_on='overlap_from_on',
            employer_b_until_on='overlap_until_on',
            other_dataset="'reports'",
            other_count='2',
            other_seen_on='first_seen_on'
        ) }}
    from explained

)

select * from final
