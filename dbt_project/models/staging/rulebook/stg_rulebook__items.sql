with

received as (

    select * from {{ source('rulebook', 'items') }}

),

final as (

    select
        rulebook_id,
        item_code,
        component_code,
        clause,
        title_zh,
        title_en,
        points,
        points_from,
        quantity_from,
        repeat_factor,
        per,
        cap_points,
        cap_per_check_points,
        effect,
        effect_grade,
        fact,
        above,
        below,
        channels,
        is_repairable,
        severity,
        subsumes,
        legal_basis,
        is_provisional
    from received

)

select * from final
