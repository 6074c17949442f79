-- A row received later supersedes.
with

received as (

    select * from {{ source('credit_desk', 'findings') }}

),

latest as (

    {{ latest_rows('received') }}

),

final as (

    select
        'credit_desk' as source,
        'findings' as dataset,
        file_hash,
        received_on,
        sheet,
        row_number,
        file_position,
        source_key,
        row_key,
        row_hash,
        flags,
        finding_id,
        agency_id,
        clause,
        channel_code,
        origin_id,
        occurred_on,
        project_no,
        report_no,
        person_key,
        person_mask,
        person_id_status,
        determined_on,
        determined_by,
        status_code,
        revoked_on,
        quantity,
        row_points,
        file_name
    from latest

)

select * from final
