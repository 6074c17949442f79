with

received as (

    select * from {{ source('lake', 'quarantined_rows') }}

),

final as (

    select
        source,
        dataset,
        received_on,
        file_name,
        file_hash,
        sheet,
        row_number,
        reason_code,
        header,
        file_position,
        row_key_hash,
        is_corrected
    from received

)

select * from final
