-- The items of every version that the warehouse counts itself (format.md, "Facts"), with the figures that make their
-- lines.
with

items as (

    select * from {{ ref('stg_rulebook__items') }}

),

components as (

    select * from {{ ref('stg_rulebook__components') }}

),

policies as (

    select * from {{ ref('stg_rulebook__repair_policy') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

final as (

    select
        versions.rulebook_id,
        versions.window_last_day,
        {{ day_number('versions.effective_from_on') }} as from_day,
        coalesce({{ day_number('versions.effective_until_on') }}, {{ end_of_time() }}) as until_day,
        versions.version_number,
        items.fact as fact_code,
        items.item_code,
        items.component_code,
        items.points,
        components.sign,
        items.effect,
        items.effect_grade,
        items.above,
        items.below,
        items.repeat_factor,
        case when policies.natural_repair = 'none' then 'lifetime' else components.window_code end as window_code
    from items
    inner join versions on items.rulebook_id = versions.rulebook_id
    inner join components
        on items.rulebook_id = components.rulebook_id and items.component_code = components.component_code
    left join policies on items.rulebook_id = policies.rulebook_id
    where items.fact <> 'evidence'

)

select * from final
