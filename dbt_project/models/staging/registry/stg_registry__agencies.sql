-- Of several rows of one key in a drop the last wins.
with

received as (

    select * from {{ source('registry', 'agencies') }}

),

latest as (

    {{ latest_rows('received', key='received_on, row_key') }}

),

final as (

    select
        'registry' as source,
        'agencies' as dataset,
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
        legal_representative,
        registered_address,
        service_type,
        is_legal_person,
        floor_area_m2,
        is_floor_area_m2_approximate,
        engineers_level_1_declared,
        engineers_level_2_declared,
        operators_intermediate_declared,
        operators_junior_declared,
        has_quality_system,
        assessment_control,
        listing_basis,
        submitted_on,
        onsite_checked_on,
        onsite_result,
        published_on,
        registry_status,
        remarks,
        file_name
    from latest

)

select * from final
