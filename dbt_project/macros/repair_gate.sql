{#
The repair gate's view of the lines in force at the end of an acceptance date, as CTEs of int_points__repairs_sequenced:
which lines count, and the grade that they give the application's agency. The sweep (int_points__score_steps) computes
changes, the gate computes one day from its lines; both use the arithmetic of scoring.sql.
#}

{# From `standing` and `subsumptions`: `counting`, the lines that count on each application's day under same_act. #}
{% macro lines_that_count() -%}
sets as (

    select
        application_id,
        case_id,
        coalesce(set_code, item_code) as set_code,
        row_number() over (
            partition by application_id, case_id
            order by {{ set_order('points_hundredths', 'determined_on', 'item_code') }}
        ) as row_rank
    from standing
    where effect = 'points'
    group by application_id, case_id, coalesce(set_code, item_code)

),

ranked as (

    select
        standing.*,
        sets.row_rank
    from standing
    left join sets
        on
            standing.application_id = sets.application_id
            and standing.case_id = sets.case_id
            and coalesce(standing.set_code, standing.item_code) = sets.set_code

),

-- under same_act: sum
zeroed as (

    select distinct
        subsumed.application_id,
        subsumed.line_id
    from standing as subsumed
    inner join standing as subsuming
        on
            subsumed.application_id = subsuming.application_id
            and subsumed.case_id = subsuming.case_id
            and subsumed.line_id <> subsuming.line_id
    inner join subsumptions
        on
            subsuming.line_rulebook_id = subsumptions.rulebook_id
            and subsuming.item_code = subsumptions.item_code
            and subsumed.item_code = subsumptions.subsumed_item_code
    where subsumed.same_act = 'sum' and subsumed.effect = 'points' and subsuming.effect = 'points'

),

counting as (

    select ranked.*
    from ranked
    left join zeroed on ranked.application_id = zeroed.application_id and ranked.line_id = zeroed.line_id
    where
        ranked.effect <> 'points'
        or (ranked.same_act = 'sum' and zeroed.line_id is null)
        or (ranked.same_act <> 'sum' and ranked.row_rank = 1)

)
{%- endmacro %}

{# From `counting`, `deciding` (the applications) and `bands`: `graded`, the rank of each application's grade. #}
{% macro grades_of_the_day() -%}
occasion_points as (

    select
        application_id,
        component_code,
        item_code,
        occasion_key,
        min(line_order) as first_line_order,
        max(item_cap_hundredths) as cap_hundredths,
        max(component_check_cap_hundredths) as component_check_cap_hundredths,
        {{ clipped('cast(sum(points_hundredths) as bigint)', 'max(item_check_cap_hundredths)') }} as occasion_points_hundredths
    from counting
    group by application_id, component_code, item_code, occasion_key

),

{{ filled_caps('occasion_points', ['application_id', 'item_code']) }},

occasion_sums as (

    select
        application_id,
        component_code,
        occasion_key,
        {{ clipped(
            'cast(sum(occasion_points_hundredths + share_hundredths) as bigint)', 'max(component_check_cap_hundredths)'
        ) }} as occasion_hundredths
    from filled
    group by application_id, component_code, occasion_key

),

component_ranks as (

    select
        counting.*,
        row_number() over (
            partition by application_id, component_code
            order by
                case when effect = 'points' or points_hundredths <> 0 then 0 else 1 end,
                {{ component_order('counting') }}
        ) as component_rank
    from counting

),

component_marks as (

    select
        application_id,
        component_code,
        max(aggregation) as aggregation,
        max(component_cap_hundredths) as component_cap_hundredths,
        max(divisor_count) as divisor_count,
        count(case when effect = 'zero_component' then 1 end) as zeroing_count,
        cast(
            sum(
                case
                    when component_rank = 1
                        then {{ clipped('points_hundredths', 'line_cap_hundredths') }}
                    else 0
                end
            ) as bigint
        ) as chosen_hundredths
    from component_ranks
    group by application_id, component_code

),

component_sums as (

    select
        application_id,
        component_code,
        cast(sum(occasion_hundredths) as bigint) as summed_hundredths
    from occasion_sums
    group by application_id, component_code

),

aggregated as (

    select
        component_marks.application_id,
        component_marks.component_cap_hundredths,
        {{ component_amount(
            'component_marks.aggregation', 'component_sums.summed_hundredths',
            'component_marks.chosen_hundredths', 'component_marks.zeroing_count'
        ) }} as amount,
        {{ component_divisor('component_marks.aggregation', 'component_marks.divisor_count') }} as divisor
    from component_marks
    inner join component_sums
        on
            component_marks.application_id = component_sums.application_id
            and component_marks.component_code = component_sums.component_code

),

{{ quotients('aggregated') }},

totals as (

    select
        application_id,
        cast(sum({{ capped_whole('whole', 'component_cap_hundredths') }}) as bigint) as points_hundredths,
        cast(
            sum({{ capped_remainder('whole', 'remainder', 'component_cap_hundredths') }}) as bigint
        ) as remainder
    from remainders
    group by application_id

),

scored as (

    select
        deciding.application_id,
        deciding.rulebook_id,
        {{ rounded_score(
            '(deciding.base_hundredths + coalesce(totals.points_hundredths, 0))',
            'coalesce(totals.remainder, 0)',
            'deciding.step_hundredths'
        ) }} as score_hundredths
    from deciding
    left join totals on deciding.application_id = totals.application_id

),

effect_ranks as (

    select
        counting.application_id,
        max(case when counting.effect = 'veto' then bands.grade_rank end) as veto_rank,
        max(case when counting.effect = 'ceiling' then bands.grade_rank end) as ceiling_rank
    from counting
    inner join bands on counting.rulebook_id = bands.rulebook_id and counting.effect_grade = bands.grade
    where counting.effect in ('veto', 'ceiling')
    group by counting.application_id

),

graded as (

    select
        scored.application_id,
        scored.rulebook_id,
        coalesce(
            effect_ranks.veto_rank,
            case
                when effect_ranks.ceiling_rank > bands.grade_rank then effect_ranks.ceiling_rank
                else bands.grade_rank
            end
        ) as grade_rank
    from scored
    left join bands
        on
            scored.rulebook_id = bands.rulebook_id
            and {{ band_holds('bands', 'scored.score_hundredths') }}
    left join effect_ranks on scored.application_id = effect_ranks.application_id

)
{%- endmacro %}
