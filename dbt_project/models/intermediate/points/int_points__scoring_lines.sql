-- Every line that can move a score, with the instants at which its window begins and ends: before same_act and repairs.
with

evidence_lines as (

    select * from {{ ref('int_points__lines') }}

),

fact_lines as (

    select * from {{ ref('int_points__fact_lines') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

item_rules as (

    select * from {{ ref('int_points__item_rules') }}

),

component_rules as (

    select * from {{ ref('int_points__component_rules') }}

),

item_sets as (

    select * from {{ ref('int_points__item_sets') }}

),

lines as (

    select
        line_id,
        line_kind,
        agency_id,
        case_id,
        item_code,
        component_code,
        rulebook_id,
        points,
        effect,
        effect_grade,
        clock_start_on,
        determined_on,
        {{ instant('valid_from_on', 'determination') }} as from_instant,
        coalesce(
            case
                -- the event came first: the line was never in force
                when valid_until_on <= valid_from_on then {{ instant('valid_from_on', 'determination') }}
                when is_until_next then {{ instant('valid_until_on', 'fact') }}
                else {{ instant('valid_until_on', 'expiry') }}
            end,
            {{ end_of_time() }}
        ) as until_instant,
        occasion_key,
        dataset,
        source_key as order_key
    from evidence_lines
    where line_kind in ('misconduct', 'merit')

    union all

    select
        line_id,
        line_kind,
        agency_id,
        case_id,
        item_code,
        component_code,
        rulebook_id,
        points,
        effect,
        effect_grade,
        clock_start_on,
        determined_on,
        case
            when starts_as = 'rulebook' then {{ instant('valid_from_on', 'rulebook') }}
            else {{ instant('valid_from_on', 'fact') }}
        end as from_instant,
        coalesce(
            case ends_as
                when 'rulebook' then {{ instant('valid_until_on', 'rulebook') }}
                when 'fact' then {{ instant('valid_until_on', 'fact') }}
                else {{ instant('valid_until_on', 'expiry') }}
            end,
            {{ end_of_time() }}
        ) as until_instant,
        occasion_key,
        dataset,
        event_key as order_key
    from fact_lines

),

-- items that some version caps per check, by themselves or with their component; other lines need no occasion
check_items as (

    select distinct item_rules.item_code
    from item_rules
    inner join component_rules
        on
            item_rules.version_number = component_rules.version_number
            and item_rules.component_code = component_rules.component_code
    where item_rules.check_cap_hundredths is not null or component_rules.check_cap_hundredths is not null

),

-- cases with more than one competing line (same_act); a case of one line needs no ranking
contested as (

    select case_id
    from lines
    where effect = 'points'
    group by case_id
    having count(*) > 1

),

final as (

    select
        lines.line_id,
        lines.line_kind,
        starts.agency_no,
        lines.case_id,
        lines.item_code,
        lines.component_code,
        case when check_items.item_code is not null then lines.occasion_key end as occasion_key,
        -- the order in which an item's occasions fill its cap: by first day, then by first row
        case
            when check_items.item_code is not null
                then concat(lines.clock_start_on, '|', lines.dataset, '|', coalesce(lines.order_key, ''))
        end as line_order,
        item_sets.set_code,
        lines.rulebook_id,
        {{ hundredths('lines.points') }} as points_hundredths,
        lines.effect,
        lines.effect_grade,
        lines.clock_start_on,
        lines.determined_on,
        lines.from_instant,
        lines.until_instant,
        contested.case_id is not null and lines.effect = 'points' as is_contested
    from lines
    inner join starts on lines.agency_id = starts.agency_id
    left join check_items on lines.item_code = check_items.item_code
    left join contested on lines.case_id = contested.case_id
    left join item_sets on lines.case_id = item_sets.case_id and lines.item_code = item_sets.item_code

)

select * from final
