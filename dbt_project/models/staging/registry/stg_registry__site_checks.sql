-- A row received later supersedes.
with

received as (

    select * from {{ source('registry', 'site_checks') }}

),

latest as (

    {{ latest_rows('received') }}

),

final as (

    select
        'registry' as source,
        'site_checks' as dataset,
        file_hash,
        received_on,
        sheet,
        row_number,
        file_position,
        source_key,
        row_key,
        row_hash,
        flags,
        site_check_id,
        batch_month_on,
        agency_id,
        checked_on,
        inspectors,
        result_code,
        nonconformities,
        rectify_until_on,
        recheck_result_code,
        file_name
    from latest

)

select * from final
