-- The occurrences that the warehouse's counts make under each version: runs of days with the same number of occurrences
-- of an item, from the first day above (or below) its bound.
with

counts as (

    select * from {{ ref('int_points__fact_counts') }}

),

fact_items as (

    select * from {{ ref('int_points__fact_items') }}

),

occurrences as (

    select
        counts.agency_id,
        counts.fact_code,
        fact_items.item_code,
        fact_items.component_code,
        fact_items.rulebook_id,
        fact_items.points,
        fact_items.sign,
        fact_items.effect,
        fact_items.effect_grade,
        fact_items.version_number,
        fact_items.from_day as version_from_day,
        fact_items.until_day as version_until_day,
        greatest(counts.from_day, fact_items.from_day) as from_day,
        least(counts.until_day, fact_items.until_day) as until_day,
        case
            when fact_items.above is not null and counts.amount > fact_items.above
                then cast(floor(counts.amount - fact_items.above) as bigint)
            when fact_items.below is not null and counts.amount < fact_items.below then 1
            else 0
        end as occurrence_count
    from counts
    inner join fact_items on counts.fact_code = fact_items.fact_code
    where counts.from_day < fact_items.until_day and fact_items.from_day < counts.until_day

),

compared as (

    select
        *,
        lag(until_day) over (partition by agency_id, item_code, rulebook_id order by from_day) as previous_until_day,
        lag(occurrence_count) over (partition by agency_id, item_code, rulebook_id order by from_day)
            as previous_occurrence_count
    from occurrences

),

numbered as (

    select
        *,
        {{ run_number(
            'previous_until_day = from_day and previous_occurrence_count = occurrence_count',
            'agency_id, item_code, rulebook_id', 'from_day'
        ) }} as run_number
    from compared

),

final as (

    select
        agency_id,
        fact_code,
        item_code,
        component_code,
        rulebook_id,
        points,
        sign,
        effect,
        effect_grade,
        version_number,
        version_from_day,
        version_until_day,
        occurrence_count,
        min(from_day) as from_day,
        max(until_day) as until_day
    from numbered
    where occurrence_count > 0
    group by
        agency_id, fact_code, item_code, component_code, rulebook_id, points, sign, effect, effect_grade,
        version_number, version_from_day, version_until_day, occurrence_count, run_number

)

select * from final
