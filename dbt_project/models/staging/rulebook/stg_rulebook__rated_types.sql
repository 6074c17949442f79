with

received as (

    select * from {{ source('rulebook', 'rated_types') }}

),

final as (

    select
        rulebook_id,
        check_type
    from received

)

select * from final
