-- A row received later supersedes.
with

received as (

    select * from {{ source('complaints', 'media') }}

),

latest as (

    {{ latest_rows('received') }}

),

final as (

    select
        'complaints' as source,
        'media' as dataset,
        file_hash,
        received_on,
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
