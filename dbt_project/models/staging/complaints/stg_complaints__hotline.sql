-- A row received later supersedes. first_received_on: the first drop that shows the row with this respondent.
with

received as (

    select * from {{ source('complaints', 'hotline') }}

),

dated as (

    select
        *,
        min(received_on) over (partition by row_key, respondent_name) as first_received_on
    from received

),

latest as (

    {{ latest_rows('dated') }}

),

final as (

    select
        'complaints' as source,
        'hotline' as dataset,
        file_hash,
        received_on,
        first_received_on,
        sheet,
        row_number,
        file_position,
        source_key,
        row_key,
        row_hash,
        flags,
        ticket_id,
        accepted_at,
        accepted_on,
        ticket_source,
        respondent_name,
        handled_by,
        dispatched_at,
        dispatched_on,
        closed_at,
        closed_on,
        result_code,
        determined_on,
        clause,
        project_no,
        satisfaction,
        is_repeat,
        original_ticket_id,
        file_name
    from latest

)

select * from final
