with

received as (

    select * from {{ source('rulebook', 'item_channels') }}

),

final as (

    select
        rulebook_id,
        item_code,
        channel_code
    from received

)

select * from final
