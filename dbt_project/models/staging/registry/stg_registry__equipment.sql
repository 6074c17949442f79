-- Of several rows of one key in a drop the last wins.
with

received as (

    select * from {{ source('registry', 'equipment') }}

),

latest as (

    {{ latest_rows('received', key='received_on, row_key') }}

),

final as (

    select
        'registry' as source,
        'equipment' as dataset,
        file_hash,
        received_on,
        sheet,
        row_number,
        file_position,
        source_key,
        row_key,
        row_hash,
        flags,
        agency_id,
        equipment_name,
        model,
        serial_no,
        quantity,
        calibration_certificate_no,
        calibrated_on,
        valid_until_on,
        calibrated_by,
        file_name
    from latest

)

select * from final
