with

received as (

    select * from {{ source('rulebook', 'bands') }}

),

final as (

    select
        rulebook_id,
        grade,
        grade_rank,
        lo,
        is_lo_inclusive,
        hi,
        is_hi_inclusive
    from received

)

select * from final
