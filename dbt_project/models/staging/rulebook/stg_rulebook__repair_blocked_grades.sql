with

received as (

    select * from {{ source('rulebook', 'repair_blocked_grades') }}

),

final as (

    select
        rulebook_id,
        grade
    from received

)

select * from final
