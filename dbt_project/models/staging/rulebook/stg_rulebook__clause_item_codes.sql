with

received as (

    select * from {{ source('rulebook', 'clause_item_codes') }}

),

final as (

    select
        rulebook_id,
        dataset,
        clause,
        level_code,
        item_code
    from received

)

select * from final
