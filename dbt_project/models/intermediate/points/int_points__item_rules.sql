-- An item that is absent from the version of the day keeps the cap of the last version that had it (on earlier days, of
-- the first).
with

versions as (

    select * from {{ ref('int_points__versions') }}

),

items as (

    select * from {{ ref('stg_rulebook__items') }}

),

offered as (

    select
        versions.version_number,
        versions.rulebook_id,
        owners.rulebook_id = versions.rulebook_id as is_own,
        items.item_code,
        items.component_code,
        items.clause,
        items.title_zh,
        items.title_en,
        items.points,
        items.cap_points,
        items.effect,
        items.effect_grade,
        items.fact,
        items.severity,
        items.is_repairable,
        items.is_provisional,
        items.legal_basis,
        items.points_from,
        items.quantity_from,
        items.repeat_factor,
        items.cap_per_check_points,
        {{ hundredths('items.cap_points') }} as cap_hundredths,
        {{ hundredths('items.cap_per_check_points') }} as check_cap_hundredths,
        row_number() over (
            partition by versions.version_number, items.item_code
            order by
                case when owners.version_number <= versions.version_number then 0 else 1 end,
                abs(owners.version_number - versions.version_number)
        ) as choice
    from items
    inner join versions as owners on items.rulebook_id = owners.rulebook_id
    cross join versions

),

final as (

    select
        version_number,
        rulebook_id,
        is_own,
        item_code,
        component_code,
        clause,
        title_zh,
        title_en,
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
        cap_per_check_points,
        cap_hundredths,
        check_cap_hundredths
    from offered
    where choice = 1

)

select * from final
