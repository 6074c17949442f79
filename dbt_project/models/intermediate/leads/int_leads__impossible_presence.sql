-- Two stays of one person that no journey connects. Each stay is compared with those that begin during it and with the
-- next few after it: cells are coarse, so each leg of a journey may pass where the whole cannot. Distance = the least
-- possible between the cells.
with

checkins as (

    select * from {{ ref('stg_platform__checkins') }}

),

reports as (

    select * from {{ ref('stg_platform__reports') }}

),

people as (

    select * from {{ ref('int_people_identified') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

stays as (

    select
        coalesce(people.person_id, checkins.person_key) as person_id,
        checkins.checkin_id,
        reports.agency_id,
        checkins.checked_in_on,
        checkins.checked_in_at,
        greatest(coalesce(checkins.checked_out_at, checkins.checked_in_at), checkins.checked_in_at) as checked_out_at,
        checkins.coordinate_system,
        checkins.updated_ms,
        checkins.cell_x,
        checkins.cell_y,
        greatest(checkins.first_received_on, reports.agency_first_received_on) as shown_on,
        greatest(checkins.received_on, reports.received_on) as last_shown_on,
        checkins.file_hash,
        checkins.row_number,
        row_number() over (
            partition by coalesce(people.person_id, checkins.person_key)
            order by checkins.checked_in_at, checkins.checkin_id
        ) as stay_rank
    from checkins
    cross join parameters
    inner join reports
        on checkins.report_no = reports.report_no
    left join people
        on checkins.person_key = people.reference_id
    where
        checkins.person_key is not null
        and checkins.cell_x is not null
        and checkins.cell_y is not null
        and checkins.checked_in_at is not null
        and checkins.checked_in_on <= parameters.as_of_on

),

turns as (

    select
        person_id,
        checkin_id,
        checked_in_at as turned_at,
        1 as turn_order,
        1 as begun
    from stays
    union all
    select
        person_id,
        checkin_id,
        checked_out_at as turned_at,
        0 as turn_order,
        0 as begun
    from stays

),

counted as (

    select
        person_id,
        checkin_id,
        turn_order,
        sum(begun) over (
            partition by person_id
            order by turned_at, turn_order, checkin_id
            rows between unbounded preceding and current row
        ) as begun_count
    from turns

),

reached as (

    select
        stays.person_id,
        stays.checkin_id,
        {{ integers_between(
            'stays.stay_rank + 1', 'greatest(counted.begun_count, stays.stay_rank) + parameters.presence_stays'
        ) }} as other_rank
    from stays
    cross join parameters
    inner join counted
        on
            stays.checkin_id = counted.checkin_id
            and counted.turn_order = 0

),

pairs as (

    select
        earlier.person_id,
        least(earlier.agency_id, later.agency_id) as agency_a_id,
        greatest(earlier.agency_id, later.agency_id) as agency_b_id,
        earlier.checked_in_on,
        later.checked_in_at < earlier.checked_out_at as is_overlapping,
        greatest({{ seconds_between('earlier.checked_out_at', 'later.checked_in_at') }}, 0) as gap_seconds,
        {{ cell_distance_km('earlier.cell_x', 'earlier.cell_y', 'later.cell_x', 'later.cell_y',
            'parameters.cell_degrees', 'parameters.earth_radius_km') }} as distance_km,
        coalesce(earlier.coordinate_system, '') <> coalesce(later.coordinate_system, '') as is_mixed,
        coalesce(
            earlier.updated_ms = later.updated_ms
            and abs({{ seconds_between('earlier.checked_in_at', 'later.checked_in_at') }}) <= parameters.batch_seconds
            and abs(
                {{ seconds_between("timestamp '1970-01-01 00:00:00'", 'earlier.checked_in_at') }}
                - floor(earlier.updated_ms / 1000)
            ) <= parameters.batch_seconds,
            false
        ) as is_batch,
        greatest(earlier.shown_on, later.shown_on) as shown_on,
        greatest(earlier.last_shown_on, later.last_shown_on) as last_shown_on,
        earlier.checkin_id,
        case when earlier.agency_id <= later.agency_id then earlier.file_hash else later.file_hash end as file_a_hash,
        case when earlier.agency_id <= later.agency_id then earlier.row_number else later.row_number end as row_a_number,
        case when earlier.agency_id <= later.agency_id then later.file_hash else earlier.file_hash end as file_b_hash,
        case when earlier.agency_id <= later.agency_id then later.row_number else earlier.row_number end as row_b_number
    from reached
    cross join parameters
    inner join stays as earlier
        on reached.checkin_id = earlier.checkin_id
    inner join stays as later
        on
            reached.person_id = later.person_id
            and reached.other_rank = later.stay_rank

),

hits as (

    select
        pairs.*,
        case
            when
                pairs.is_mixed
                and not {{ is_impossible('pairs.distance_km - parameters.least_distance_km') }}
                then 'coordinates'
            when pairs.is_batch then 'batch_upload'
        end as explained_by
    from pairs
    cross join parameters
    where
        pairs.distance_km >= parameters.least_distance_km
        and {{ is_impossible('pairs.distance_km') }}

),

-- one row per person, two agencies and day; a day with an unexplained occurrence counts as such
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
    from hits
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
        ) as day_place,
        row_number() over (
            partition by counted_days.person_id, counted_days.agency_a_id, counted_days.agency_b_id
            order by counted_days.shown_on, counted_days.checked_in_on
        ) as shown_place
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
        min(case when chosen.shown_place = parameters.presence_days then chosen.shown_on end) as first_seen_on,
        max(chosen.last_shown_on) as last_seen_on,
        max(case when chosen.day_place = 1 then chosen.checkin_id end) as checkin_id
    from chosen
    cross join parameters
    group by chosen.person_id, chosen.agency_a_id, chosen.agency_b_id

),

evidence as (

    select
        grouped.*,
        hits.file_a_hash,
        hits.row_a_number,
        hits.file_b_hash,
        hits.row_b_number,
        row_number() over (
            partition by grouped.person_id, grouped.agency_a_id, grouped.agency_b_id
            order by hits.file_a_hash, hits.row_a_number, hits.file_b_hash, hits.row_b_number
        ) as place
    from grouped
    inner join hits
        on
            grouped.person_id = hits.person_id
            and grouped.agency_a_id = hits.agency_a_id
            and grouped.agency_b_id = hits.agency_b_id
            and grouped.overlap_from_on = hits.checked_in_on
            and grouped.checkin_id = hits.checkin_id

),

explained as (

    select
        evidence.*,
        case
            when evidence.unexplained_day_count >= parameters.presence_days then null
            when evidence.is_coordinates = 1 then 'coordinates'
            else 'batch_upload'
        end as explained_by
    from evidence
    cross join parameters
    where evidence.place = 1

),

final as (

    select
        'impossible_presence' as conflict_kind,
        person_id,
        person_id as subject_key,
        'T1' as identity_tier,
        agency_a_id as employer_a_id,
        agency_b_id as employer_b_id,
        cast(null as {{ dbt.type_string() }}) as spell_a_id,
        cast(null as {{ dbt.type_string() }}) as spell_b_id,
        overlap_from_on as employer_a_from_on,
        overlap_until_on as employer_a_until_on,
        'platform/checkins, ' || {{ file_place('file_a_hash', 'cast(null as ' ~ dbt.type_string() ~ ')', 'row_a_number') }} as employer_a_evidence,
        overlap_from_on as employer_b_from_on,
        overlap_until_on as employer_b_until_on,
        'platform/checkins, ' || {{ file_place('file_b_hash', 'cast(null as ' ~ dbt.type_string() ~ ')', 'row_b_number') }} as employer_b_evidence,
        overlap_from_on,
        overlap_until_on,
        cast(null as {{ dbt.type_string() }}) as severity,
        explained_by,
        first_seen_on,
        last_seen_on,
        0 as personnel_count,
        cast(null as date) as personnel_seen_on,
        'reports' as other_dataset,
        2 as other_count,
        first_seen_on as other_seen_on,
        {{ conflict_id("'impossible_presence'", 'person_id', 'agency_a_id', 'agency_b_id', 'overlap_from_on') }}
            as conflict_id
    from explained

)

select * from final
