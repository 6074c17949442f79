with

received as (

    select * from {{ source('rulebook', 'rulebooks') }}

),

final as (

    select
        rulebook_id,
        regime_code,
        document,
        status,
        effective_from_on,
        effective_until_on,
        base_points,
        score_step,
        rounding,
        clock_start,
        window_last_day,
        same_act,
        rated_from,
        rated_types,
        unrated_status,
        is_provisional
    from received

)

select * from final
