with

received as (

    select * from {{ source('rulebook', 'repair_policy') }}

),

final as (

    select
        rulebook_id,
        received.natural as natural_repair,
        is_on_application,
        effective_on,
        reply_working_days,
        max_attempts,
        blocked_grades,
        add_back
    from received

)

select * from final
