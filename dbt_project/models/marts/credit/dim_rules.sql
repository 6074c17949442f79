with

item_rules as (

    select * from {{ ref('int_points__item_rules') }}

),

final as (

    select
        rulebook_id,
        item_code,
        clause,
        title_zh,
        title_en,
        component_code,
        points,
        cap_points,
        effect,
        effect_grade,
        fact,
        severity,
        is_repairable,
        is_provisional,
        legal_basis,
        points_from,
        quantity_from,
        repeat_factor,
        cap_per_check_points
    from item_rules
    where is_own

)

select * from final
