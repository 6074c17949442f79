-- Long: cutting a case, ranking its lines and joining the pieces again work on the same rows.
-- same_act and subsumes (credit.md 6.4; format.md, `items`), and repairs. Only contested cases are cut: at the changes
-- of their own lines and at a new version. A repaired line no longer supersedes; whether it would still have counted is
-- kept, because its repair line covers only those days.
{% set carried = [
    'line_id', 'line_kind', 'agency_no', 'case_id', 'item_code', 'component_code', 'occasion_key', 'line_order',
    'points_hundredths', 'effect', 'effect_grade', 'clock_start_on'
] %}

with

lines as (

    select * from {{ ref('int_points__scoring_lines') }}

),

applied as (

    select * from {{ ref('int_points__repairs_sequenced') }}
    where line_id is not null

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

subsumptions as (

    select * from {{ ref('stg_rulebook__item_subsumes') }}

),

repairs as (

    select
        line_id,
        min({{ instant('approved_on', 'repair') }}) as repaired_instant,
        min({{ day_number('approved_on') }}) as repaired_day
    from applied
    group by line_id

),

repaired as (

    select
        lines.*,
        -- a repair approved on the day after the line's last day, or later, ends nothing
        case
            when repairs.repaired_day < {{ whole_quotient('lines.until_instant', 8) }} then repairs.repaired_instant
            else lines.until_instant
        end as standing_until_instant
    from lines
    left join repairs on lines.line_id = repairs.line_id

),

contested as (

    select * from repaired
    where is_contested

),

cuts as (

    {% for instant in ['from_instant', 'until_instant', 'standing_until_instant'] -%}
        select
            case_id,
            {{ instant }} as instant
        from contested
        union
    {% endfor -%}
    select
        contested.case_id,
        versions.from_instant as instant
    from contested
    inner join versions
        on contested.from_instant < versions.from_instant and contested.until_instant > versions.from_instant

),

pieces as (

    select
        case_id,
        instant as from_instant,
        lead(instant) over (partition by case_id order by instant) as until_instant
    from cuts

),

present as (

    select
        contested.line_id,
        contested.case_id,
        contested.item_code,
        -- the lines of rows that share an item compete as one set
        coalesce(contested.set_code, contested.item_code) as set_code,
        contested.rulebook_id,
        contested.points_hundredths,
        contested.determined_on,
        pieces.from_instant,
        pieces.until_instant,
        versions.same_act,
        contested.standing_until_instant > pieces.from_instant as is_standing
    from pieces
    inner join contested
        on
            pieces.case_id = contested.case_id
            and pieces.from_instant >= contested.from_instant
            and pieces.from_instant < contested.until_instant
    inner join versions
        on pieces.from_instant >= versions.from_instant and pieces.from_instant < versions.until_instant

),

ranked as (

    select
        *,
        row_number() over (
            partition by case_id, from_instant
            order by {{ case_order('present') }}
        ) as row_rank
    from present

),

-- the lines of a set compete by their sum: of those still standing, and of all of them as if nothing were repaired
sets as (

    select
        case_id,
        from_instant,
        set_code,
        min(case when is_standing then row_rank end) as standing_rank,
        row_number() over (
            partition by case_id, from_instant
            order by {{ set_order('points_hundredths', 'determined_on', 'item_code') }}
        ) as set_rank,
        row_number() over (
            partition by case_id, from_instant
            order by
                case when bool_or(is_standing) then 0 else 1 end,
                {{ set_order(
                    'case when is_standing then points_hundredths end',
                    'case when is_standing then determined_on end',
                    'case when is_standing then item_code end'
                ) }}
        ) as standing_set_rank
    from ranked
    group by case_id, from_instant, set_code

),

leading_sets as (

    select * from sets
    where standing_set_rank = 1 and standing_rank is not null

),

led_lines as (

    select
        ranked.*,
        -- a line that no longer stands is outranked only by what would outrank it without repairs
        case
            when ranked.set_code <> leading_sets.set_code and (ranked.is_standing or sets.set_rank > leading_sets.set_rank)
                then leading_sets.standing_rank
        end as outranking_rank
    from ranked
    inner join sets
        on
            ranked.case_id = sets.case_id
            and ranked.from_instant = sets.from_instant
            and ranked.set_code = sets.set_code
    left join leading_sets
        on ranked.case_id = leading_sets.case_id and ranked.from_instant = leading_sets.from_instant

),

subsumed as (

    select
        led_lines.line_id,
        led_lines.from_instant,
        min(others.row_rank) as subsuming_rank
    from led_lines
    inner join led_lines as others
        on
            led_lines.case_id = others.case_id
            and led_lines.from_instant = others.from_instant
            and led_lines.line_id <> others.line_id
    inner join subsumptions
        on
            others.rulebook_id = subsumptions.rulebook_id
            and others.item_code = subsumptions.item_code
            and led_lines.item_code = subsumptions.subsumed_item_code
    where led_lines.same_act = 'sum' and others.is_standing
    group by led_lines.line_id, led_lines.from_instant

),

outranked as (

    select
        led_lines.*,
        case
            when led_lines.same_act = 'sum' then subsumed.subsuming_rank
            else led_lines.outranking_rank
        end as outranked_by_rank
    from led_lines
    left join subsumed on led_lines.line_id = subsumed.line_id and led_lines.from_instant = subsumed.from_instant

),

counted_lines as (

    select
        outranked.line_id,
        outranked.from_instant,
        outranked.until_instant,
        winners.line_id as counted_by
    from outranked
    left join ranked as winners
        on
            outranked.case_id = winners.case_id
            and outranked.from_instant = winners.from_instant
            and outranked.outranked_by_rank = winners.row_rank

),

compared as (

    select
        *,
        lag(coalesce(counted_by, '')) over (partition by line_id order by from_instant) as previous_counted_by
    from counted_lines

),

numbered as (

    select
        *,
        {{ run_number("previous_counted_by = coalesce(counted_by, '')", 'line_id', 'from_instant') }} as run_number
    from compared

),

runs as (

    select
        line_id,
        counted_by,
        min(from_instant) as from_instant,
        max(until_instant) as until_instant
    from numbered
    group by line_id, counted_by, run_number

),

final as (

    select
        {{ columns('repaired', carried) }},
        repaired.from_instant,
        repaired.until_instant,
        repaired.standing_until_instant,
        {{ absent(dbt.type_string(), ['counted_by']) }},
        repaired.is_contested
    from repaired
    where not repaired.is_contested

    union all

    select
        {{ columns('contested', carried) }},
        runs.from_instant,
        runs.until_instant,
        greatest(runs.from_instant, least(runs.until_instant, contested.standing_until_instant))
            as standing_until_instant,
        runs.counted_by,
        contested.is_contested
    from runs
    inner join contested on runs.line_id = contested.line_id

)

select * from final
