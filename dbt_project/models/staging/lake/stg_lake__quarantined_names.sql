with

received as (

    select * from {{ source('lake', 'quarantined_names') }}

),

final as (

    select
        source,
        dataset,
        received_on,
        file_hash,
        file_position,
        column_name,
        agency_id,
        person_key,
        name_hash
    from received

)

select * from final
