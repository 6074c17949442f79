-- The sweep: every agency's score and grade after each change, instant by instant. Changes before the agency's start
-- take effect at its start.
{% set swept = {
    'points_hundredths': 'bigint', 'remainder': 'bigint', 'active_line_count': 'integer',
    'active_misconduct_count': 'integer', 'veto_bits': 'bigint', 'ceiling_bits': 'bigint',
    'withheld': 'integer', 'version_number': 'integer'
} %}

with

spans as (

    select * from {{ ref('int_points__standing_spans') }}
    where standing_until_instant > from_instant

),

check_adjustments as (

    select * from {{ ref('int_points__check_adjustments') }}

),

item_adjustments as (

    select * from {{ ref('int_points__item_adjustments') }}

),

occasion_adjustments as (

    select * from {{ ref('int_points__occasion_adjustments') }}

),

component_adjustments as (

    select * from {{ ref('int_points__component_adjustments') }}

),

unrated_spans as (

    select * from {{ ref('int_points__unrated_spans') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

bands as (

    select * from {{ ref('stg_rulebook__bands') }}

),

{{ version_grades() }},

named as (

    select * from {{ ref('int_points__grades_named') }}

),

moves as (

    {{ span_moves('spans', ['agency_no'], 'standing_until_instant', {
        'points_hundredths': 'case when counted_by is null then points_hundredths else 0 end',
        'active_line_count': '1',
        'active_misconduct_count': "case when line_kind = 'misconduct' then 1 else 0 end"
    }, swept) }}

    union all

    select
        agency_no,
        instant,
        {{ deltas({'points_hundredths': 'delta_hundredths'}, swept) }}
    from check_adjustments

    union all

    select
        agency_no,
        instant,
        {{ deltas({'points_hundredths': 'delta_hundredths'}, swept) }}
    from item_adjustments

    union all

    select
        agency_no,
        instant,
        {{ deltas({'points_hundredths': 'delta_hundredths'}, swept) }}
    from occasion_adjustments

    union all

    select
        agency_no,
        instant,
        {{ deltas({'points_hundredths': 'delta_hundredths', 'remainder': 'delta_remainder'}, swept) }}
    from component_adjustments

    union all

    select
        agency_no,
        instant,
        {{ deltas({
            'veto_bits': "case when effect = 'veto' then bit_delta else 0 end",
            'ceiling_bits': "case when effect = 'ceiling' then bit_delta else 0 end"
        }, swept) }}
    from named

    union all

    -- 1: the grade is withheld; 2: the score too; 3: both reasons at once
    {{ span_moves('unrated_spans', ['agency_no'], 'until_instant', {
        'withheld': 'case when has_score then 1 else 2 end'
    }, swept) }}

    union all

    select
        starts.agency_no,
        versions.from_instant as instant,
        {{ deltas({'version_number': '1'}, swept) }}
    from starts
    cross join versions

),

steps as (

    select
        moves.agency_no,
        greatest(moves.instant, starts.start_instant) as instant,
        {{ summed_deltas(swept) }}
    from moves
    inner join starts on moves.agency_no = starts.agency_no
    group by moves.agency_no, greatest(moves.instant, starts.start_instant)

),

summed as (

    select
        agency_no,
        instant,
        {{ running_sums(swept, 'running') }}
    from steps
    window running as (partition by agency_no order by instant rows unbounded preceding)

),

scored as (

    select
        summed.*,
        versions.rulebook_id,
        versions.is_provisional,
        versions.base_hundredths,
        {{ rounded_score('(versions.base_hundredths + summed.points_hundredths)', 'summed.remainder',
            'versions.step_hundredths') }} as score_hundredths
    from summed
    inner join versions on summed.version_number = versions.version_number

),

final as (

    select
        scored.agency_no,
        scored.instant,
        {{ instant_day('scored.instant') }} as valid_from_on,
        scored.rulebook_id,
        scored.is_provisional,
        scored.score_hundredths,
        scored.score_hundredths - scored.base_hundredths - scored.points_hundredths as rounding_hundredths,
        case
            when vetoes.grade is not null then vetoes.grade
            when ceilings.grade_rank > bands.grade_rank then ceilings.grade
            else bands.grade
        end as grade,
        case
            when bands.grade is null and vetoes.grade is null then null
            when vetoes.grade is not null then 'veto'
            when ceilings.grade_rank > bands.grade_rank then 'ceiling'
            else 'band'
        end as score_grade_reason,
        scored.active_misconduct_count > 0 as has_active_misconduct,
        scored.active_line_count,
        -- score and grade above are as if rated: the repair gate and the start of a grade's measures need them
        scored.withheld in (0, 1) as is_score_shown,
        scored.withheld = 0 as is_rated
    from scored
    left join bands
        on scored.rulebook_id = bands.rulebook_id and {{ band_holds('bands', 'scored.score_hundredths') }}
    left join grades as vetoes
        on
            scored.version_number = vetoes.version_number
            and scored.veto_bits >= vetoes.grade_bit
            and scored.veto_bits < vetoes.grade_bit * 2
    left join grades as ceilings
        on
            scored.version_number = ceilings.version_number
            and scored.ceiling_bits >= ceilings.grade_bit
            and scored.ceiling_bits < ceilings.grade_bit * 2

)

select * from final
