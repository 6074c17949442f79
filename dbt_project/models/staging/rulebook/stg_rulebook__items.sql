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
        per,
        cap_points,
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
