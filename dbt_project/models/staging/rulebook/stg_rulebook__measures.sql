with

received as (

    select * from {{ source('rulebook', 'measures') }}

),

final as (

    select
        rulebook_id,
        grade,
        measure_code,
        trigger_code,
        n,
        due_working_days,
        latch,
        is_provisional
    from received

)

select * from final
