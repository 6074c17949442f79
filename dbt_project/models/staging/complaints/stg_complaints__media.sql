-- A row received later supersedes. first_received_on: the first drop that shows the row with this respondent.
with

received as (

    select * from {{ source('complaints', 'media') }}

),

dated as (

    select
        *,
        min(received_on) over (partition by row_key, agency_id, respondent_name) as first_received_on
    from received

),

latest as (

    {{ latest_rows('dated') }}

),

final as (

    select
        'complaints' as source,
        'media' as dataset,
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
        clue_id,
        origin_code,
        found_on,
        respondent_name,
        agency_id,
        summary,
        link,
        result_code,
        determined_on,
        clause,
        file_name
    from latest

)

select * from final
