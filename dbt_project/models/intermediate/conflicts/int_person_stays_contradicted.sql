-- Pairs of one person's stays that no journey can connect. Each stay is compared with those that begin during it and
-- with the next few after it: cells are coarse, so every single leg may look possible when the whole journey is not.
-- Distance is the shortest possible between the cells.
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
        later.checkin_id as later_checkin_id,
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

final as (

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

)

select * from final
