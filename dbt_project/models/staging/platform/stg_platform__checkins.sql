-- The row received last, then updated last, supersedes; a deletion hides the row that it supersedes.
-- first_received_on: the first drop that shows the row with this person, place, time and report;
-- role_first_received_on: the same for the person, position and day.
with

received as (

    select * from {{ source('platform', 'checkins') }}

),

-- only rows whose key came again are compared: most come once
again as (

    {{ keys_that_came_again('received') }}

),

dated as (

    select
        *,
        min(received_on) over (
            partition by row_key, report_no, person_key, checked_in_at, checked_out_at, cell_x, cell_y
        ) as first_received_on,
        min(received_on) over (partition by row_key, report_no, person_key, checked_in_on, position_code)
            as role_first_received_on
    from received
    where {{ came_again('received') }}

),

latest as (

    {{ latest_rows('dated', updated='updated_ms') }}
    union all
    select
        *,
        received_on as first_received_on,
        received_on as role_first_received_on,
        1 as recency
    from received
    where not {{ came_again('received') }}

),

final as (

    select
        'platform' as source,
        'checkins' as dataset,
        file_hash,
        received_on,
        first_received_on,
        role_first_received_on,
        sheet,
        row_number,
        file_position,
        source_key,
        row_key,
        row_hash,
        flags,
        checkin_id,
        report_no,
        project_no,
        person_key,
        person_mask,
        person_id_status,
        person_name,
        position_code,
        checked_in_at,
        checked_in_on,
        checked_out_at,
        checked_out_on,
        coordinate_system,
        updated_ms,
        is_deleted,
        cell_x,
        cell_y,
        file_name
    from latest
    where not is_deleted

)

select * from final
