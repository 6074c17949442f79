-- A row received later supersedes.
with

received as (

    select * from {{ source('inspections', 'penalties') }}

),

latest as (

    {{ latest_rows('received') }}

),

final as (

    select
        'inspections' as source,
        'penalties' as dataset,
        file_hash,
        received_on,
        sheet,
        row_number,
        file_position,
        source_key,
        row_key,
        row_hash,
        flags,
        agency_name,
        agency_id,
        decision_no,
        violation_type,
        violation_facts,
        legal_basis,
        penalty_kind,
        fine_10k_cny,
        is_fine_10k_cny_approximate,
        determined_on,
        occurred_on,
        clause,
        project_no,
        public_until_on,
        authority,
        status_code,
        revoked_on,
        quantity,
        row_points,
        file_name
    from latest

)

select * from final
