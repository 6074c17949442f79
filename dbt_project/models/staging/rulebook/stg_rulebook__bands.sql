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
        {{ hundredths('lo') }} as lo_hundredths,
        is_lo_inclusive,
        hi,
        {{ hundredths('hi') }} as hi_hundredths,
        is_hi_inclusive
    from received

)

select * from final
