with

quarantined_rows as (

    select * from {{ ref('stg_lake__quarantined_rows') }}

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
        header
    from quarantined_rows

)

select * from final
