-- The row received last, then updated last, supersedes; a deletion hides the row that it supersedes.
-- first_received_on: the first drop that shows the row with these parties and dates; project_first_received_on: the
-- same for the project.
with

received as (

    select * from {{ source('platform', 'contracts') }}

),

dated as (

    select
        *,
        min(received_on) over (partition by row_key, agency_id, signed_on, service_from_on, performed_by_id)
            as first_received_on,
        min(received_on) over (partition by row_key, agency_id, signed_on, project_no)
            as project_first_received_on
    from received

),

latest as (

    {{ latest_rows('dated', updated='updated_ms') }}

),

final as (

    select
        'platform' as source,
        'contracts' as dataset,
        file_hash,
        received_on,
        first_received_on,
        project_first_received_on,
        sheet,
        row_number,
        file_position,
        source_key,
        row_key,
        row_hash,
        flags,
        contract_no,
        project_no,
        project_name,
        client_name,
        agency_id,
        agency_name,
        service_type,
        signed_on,
        service_from_on,
        performed_by_id,
        updated_ms,
        is_deleted,
        file_name
    from latest
    where not is_deleted

)

select * from final
