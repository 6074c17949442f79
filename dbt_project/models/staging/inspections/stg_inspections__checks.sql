-- A row received later supersedes.
with

received as (

    select * from {{ source('inspections', 'checks') }}

),

latest as (

    {{ latest_rows('received') }}

),

final as (

    select
        'inspections' as source,
        'checks' as dataset,
        file_hash,
        received_on,
        sheet,
        row_number,
        file_position,
        source_key,
        row_key,
        row_hash,
        flags,
        task_id,
        task_line,
        check_type,
        authority,
        agency_name,
        agency_id,
        checked_on,
        inspectors,
        result_code,
        problem,
        clause,
        project_no,
        report_no,
        occurred_on,
        status_code,
        determined_on,
        revoked_on,
        quantity,
        row_points,
        file_name
    from latest

)

select * from final
