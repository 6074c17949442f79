with

received as (

    select * from {{ source('rulebook', 'components') }}

),

final as (

    select
        rulebook_id,
        component_code,
        sign,
        window_code,
        next_fact,
        next_types,
        aggregation,
        divisor_fact,
        cap_points,
        cap_per_check_points,
        is_cap_provisional
    from received

)

select * from final
