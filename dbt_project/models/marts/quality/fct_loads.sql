with

files as (

    select * from {{ ref('stg_lake__loads') }}

),

final as (

    select
        source,
        dataset,
        received_on,
        file_name,
        file_hash,
        status,
        reason_code,
        message,
        read_count,
        accepted_count,
        quarantined_count,
        duplicate_count,
        list_as_of_on,
        hidden_sheet_count,
        drop_accepted_on
    from files

)

select * from final
