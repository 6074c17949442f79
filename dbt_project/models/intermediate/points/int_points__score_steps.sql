-- The sweep: every agency's score and grade after each change, instant by instant. What lies before the agency's start
-- has happened at its start.
with

spans as (

    select * from {{ ref('int_points__standing_spans') }}
    where standing_until_instant > from_instant

),

item_adjustments as (

    select * from {{ ref('int_points__item_adjustments') }}

),

component_adjustments as (

    select * from {{ ref('int_points__component_adjustments') }}

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

grades as (

    select
        versions.version_number,
        versions.from_instant,
        versions.until_instant,
        bands.grade,
        bands.grade_rank,
        cast(power(2, bands.grade_rank) as bigint) as grade_bit
    from bands
    inner join versions on bands.rulebook_id = versions.rulebook_id

),

-- of several vetoes (ceilings) in force the worst decides: the highest bit of the grades that are named
naming as (

    select
        spans.agency_no,
        spans.effect,
        greatest(spans.from_instant, grades.from_instant) as from_instant,
        least(spans.standing_until_instant, grades.until_instant) as until_instant,
        grades.grade_bit
    from spans
    inner join grades
        on
            spans.effect_grade = grades.grade
            and spans.from_instant < grades.until_instant
            and spans.standing_until_instant > grades.from_instant
    where spans.effect in ('veto', 'ceiling')

),

naming_moves as (

    select
        agency_no,
        effect,
        grade_bit,
        from_instant as instant,
        1 as delta
    from naming
    union all
    select
        agency_no,
        effect,
        grade_bit,
        until_instant as instant,
        -1 as delta
    from naming
    where until_instant < {{ never() }}

),

naming_steps as (

    select
        agency_no,
        effect,
        grade_bit,
        instant,
        sum(delta) as delta
    from naming_moves
    group by agency_no, effect, grade_bit, instant

),

naming_counts as (

    select
        *,
        sum(delta) over (partition by agency_no, effect, grade_bit order by instant rows unbounded preceding)
            as named_count
    from naming_steps

),

named as (

    select
        agency_no,
        effect,
        instant,
        case
            when named_count > 0 and named_count = delta then grade_bit
            when named_count = 0 and delta < 0 then -grade_bit
            else 0
        end as bit_delta
    from naming_counts

),

moves as (

    select
        agency_no,
        from_instant as instant,
        case when counted_by is null then points_hundredths else 0 end as points_delta,
        0 as remainder_delta,
        1 as line_delta,
        case when line_kind = 'misconduct' then 1 else 0 end as misconduct_delta,
        0 as veto_delta,
        0 as ceiling_delta,
        0 as version_delta
    from spans

    union all

    select
        agency_no,
        standing_until_instant as instant,
        case when counted_by is null then -points_hundredths else 0 end as points_delta,
        0 as remainder_delta,
        -1 as line_delta,
        case when line_kind = 'misconduct' then -1 else 0 end as misconduct_delta,
        0 as veto_delta,
        0 as ceiling_delta,
        0 as version_delta
    from spans
    where standing_until_instant < {{ never() }}

    union all

    select
        agency_no,
        instant,
        delta_hundredths as points_delta,
        0 as remainder_delta,
        0 as line_delta,
        0 as misconduct_delta,
        0 as veto_delta,
        0 as ceiling_delta,
        0 as version_delta
    from item_adjustments

    union all

    select
        agency_no,
        instant,
        delta_hundredths as points_delta,
        delta_remainder as remainder_delta,
        0 as line_delta,
        0 as misconduct_delta,
        0 as veto_delta,
        0 as ceiling_delta,
        0 as version_delta
    from component_adjustments

    union all

    select
        agency_no,
        instant,
        0 as points_delta,
        0 as remainder_delta,
        0 as line_delta,
        0 as misconduct_delta,
        case when effect = 'veto' then bit_delta else 0 end as veto_delta,
        case when effect = 'ceiling' then bit_delta else 0 end as ceiling_delta,
        0 as version_delta
    from named
    where bit_delta <> 0

    union all

    select
        starts.agency_no,
        versions.from_instant as instant,
        0 as points_delta,
        0 as remainder_delta,
        0 as line_delta,
        0 as misconduct_delta,
        0 as veto_delta,
        0 as ceiling_delta,
        1 as version_delta
    from starts
    cross join versions

),

steps as (

    select
        moves.agency_no,
        greatest(moves.instant, starts.start_instant) as instant,
        cast(sum(moves.points_delta) as bigint) as points_delta,
        cast(sum(moves.remainder_delta) as bigint) as remainder_delta,
        cast(sum(moves.line_delta) as integer) as line_delta,
        cast(sum(moves.misconduct_delta) as integer) as misconduct_delta,
        cast(sum(moves.veto_delta) as bigint) as veto_delta,
        cast(sum(moves.ceiling_delta) as bigint) as ceiling_delta,
        cast(sum(moves.version_delta) as integer) as version_delta
    from moves
    inner join starts on moves.agency_no = starts.agency_no
    group by moves.agency_no, greatest(moves.instant, starts.start_instant)

),

summed as (

    select
        agency_no,
        instant,
        cast(sum(points_delta) over running as bigint) as points_hundredths,
        cast(sum(remainder_delta) over running as bigint) as remainder,
        cast(sum(line_delta) over running as integer) as active_line_count,
        cast(sum(misconduct_delta) over running as integer) as active_misconduct_count,
        cast(sum(veto_delta) over running as bigint) as veto_bits,
        cast(sum(ceiling_delta) over running as bigint) as ceiling_bits,
        cast(sum(version_delta) over running as integer) as version_number
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

banded as (

    select
        scored.*,
        bands.grade as band_grade,
        bands.grade_rank as band_rank
    from scored
    left join bands
        on
            scored.rulebook_id = bands.rulebook_id
            and {{ band_holds('bands', 'scored.score_hundredths') }}

),

final as (

    select
        banded.agency_no,
        banded.instant,
        {{ instant_day('banded.instant') }} as valid_from_on,
        banded.rulebook_id,
        banded.is_provisional,
        banded.score_hundredths,
        banded.score_hundredths - banded.base_hundredths - banded.points_hundredths as rounding_hundredths,
        case
            when vetoes.grade is not null then vetoes.grade
            when ceilings.grade_rank > banded.band_rank then ceilings.grade
            else banded.band_grade
        end as grade,
        case
            when banded.band_grade is null and vetoes.grade is null then null
            when vetoes.grade is not null then 'veto'
            when ceilings.grade_rank > banded.band_rank then 'ceiling'
            else 'band'
        end as score_grade_reason,
        banded.active_misconduct_count > 0 as has_active_misconduct,
        banded.active_line_count
    from banded
    left join grades as vetoes
        on
            banded.version_number = vetoes.version_number
            and banded.veto_bits >= vetoes.grade_bit
            and banded.veto_bits < vetoes.grade_bit * 2
    left join grades as ceilings
        on
            banded.version_number = ceilings.version_number
            and banded.ceiling_bits >= ceilings.grade_bit
            and banded.ceiling_bits < ceilings.grade_bit * 2

)

select * from final
