-- Of several rows of one key in a drop the last wins.
with

received as (

    select * from {{ source('registry', 'personnel') }}

),

latest as (

    {{ latest_rows('received', key='received_on, row_key') }}

),

final as (

    select
        'registry' as source,
        'personnel' as dataset,
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
        person_name,
        person_key,
        person_mask,
        person_id_status,
        position_code,
        certificate_kind,
        level_code,
        qualification_no,
        registration_no,
        registration_until_on,
        contract_from_on,
        contract_until_on,
        is_contract_until_open,
        insurance_payer_name,
        file_name
    from latest

)

select * from final
