with

received as (

    select * from {{ source('rulebook', 'item_subsumes') }}

),

final as (

    select
        rulebook_id,
        item_code,
        subsumed_item_code
    from received

)

select * from final
