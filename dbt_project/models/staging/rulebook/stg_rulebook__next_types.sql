with

received as (

    select * from {{ source('rulebook', 'next_types') }}

),

final as (

    select
        rulebook_id,
        component_code,
        check_type
    from received

)

select * from final
